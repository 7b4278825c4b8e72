"""What does one generation of the index say of its terms and documents?

A reader is one unchanging snapshot over mapped columns. Nothing is read before it is
asked for, and nothing is imported that a small search does not need.
"""

from __future__ import annotations

import os
import sys
from _thread import allocate_lock
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property, partial

from searchkit.engines import generations
from searchkit.engines.cache import Cache
from searchkit.engines.columns.files import Columns, corrupt
from searchkit.engines.columns.postings import Postings, TermPostings
from searchkit.engines.generations import (
    ALWAYS,
    COUNTERPARTS,
    DOCUMENTS,
    FAMILIES,
    GLOSSARY,
    OPTIONAL,
    PAGES,
    POSTINGS,
    SUGGESTIONS,
    TRANSLATIONS,
    WORDS,
)
from searchkit.engines.kernels.plain import PlainKernel
from searchkit.engines.tags import Tags
from searchkit.engines.texts import Texts, encoded
from searchkit.engines.twins import NameTable
from searchkit.engines.user_words import unpack_words
from searchkit.errors import IndexStoreError
from searchkit.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date
    from typing import Any

    from _typeshed import StrPath

    from searchkit.analysis.lexicon import Lexicon
    from searchkit.engines.kernels.base import Kernel
    from searchkit.engines.kernels.vector import VectorKernel
    from searchkit.engines.packing import Packing
    from searchkit.engines.page import Page
    from searchkit.engines.suggestions import Suggestions
    from searchkit.model import Article, GlossaryPair

MOST_PLAIN = 50_000
"""Postings that are read without numpy, which takes 0.1 s to import."""

_DECODED_BYTES = 24 << 20  # of lists that are kept, and of what was found by them
_DECODED_BYTES_A_DOCUMENT = 96  # more: lists grow with the index
_PAGE_BYTES = 32 << 20  # of the articles' texts that are kept
_WORD_BYTES = 2 << 20  # of what words of queries stand for
_MOST_TERMS = 8192  # terms that are kept with where their lists lie
_NO_TERM = object()


class Summary:
    """What a page says of a document; each fact is read when it is asked for."""

    __slots__ = ("_reader", "number")

    def __init__(self, reader: GenerationReader, number: int) -> None:
        self._reader = reader
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Summary) and self.number == other.number

    def __hash__(self) -> int:
        return hash(self.number)

    @property
    def doc_id(self) -> str:
        """What names the article; unique in its corpus."""
        return self._reader.texts("doc_id")[self.number]

    @property
    def title(self) -> str:
        """The article's title."""
        return self._reader.texts("title")[self.number]

    @property
    def path(self) -> str | None:
        """Where a program that handed the article in said that its file is."""
        return self._reader.texts("path")[self.number] or None

    @property
    def title_words(self) -> int:
        """The number of words of the title."""
        return self._reader.title_words[self.number]

    @property
    def body_words(self) -> int:
        """The number of words of the body."""
        return self._reader.body_words[self.number]

    @property
    def date(self) -> date | None:
        """The article's date, if it has one."""
        day = self._reader.date[self.number]
        if not day:
            return None
        from datetime import date

        return date.fromordinal(day)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics, as the article has them."""
        return self._reader.topics(self.number)


@record
class Averages:
    """The mean numbers of words in the titles and in the bodies of all documents."""

    title: float
    body: float


class GenerationReader:
    """One generation, opened. Safe for many threads; close it when done."""

    def __init__(self, generation: StrPath) -> None:
        """Open the generation in that folder.

        Raises: IndexFormatError, IndexCorruptError.
        """
        self.path = os.fspath(generation)
        self.manifest = generations.read_manifest(generation)
        generations.compare_sizes(generation, self.manifest)
        self._read_pages = Cache(_PAGE_BYTES)
        self._last_pages: list[tuple[int, Page]] = []
        self._lock = allocate_lock()
        self._files: dict[str, Columns] = {}
        self._terms: dict[tuple[str, str | int], Any] = {}
        self._plain_work = 0
        # Read and mapped now: a later build may remove the folder.
        words = generations.read_file(generation, self.manifest, WORDS)
        try:
            self._words = unpack_words(words)
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise corrupt(os.path.join(generation, WORDS), str(error)) from error
        for name in (*ALWAYS, *(set(OPTIONAL) & self.manifest.files.keys())):
            self.columns(name)
        documents = self.columns(DOCUMENTS)
        totals = documents.column("totals").integers("Q")
        self.document_count, title_words, body_words = totals
        room = _DECODED_BYTES + _DECODED_BYTES_A_DOCUMENT * self.document_count
        self.decoded = Cache(room)
        # What is small and long in the making is not crowded out by lists.
        self.found = Cache(room // 2, out_of=self.decoded)
        # What words stand for in this index: other queries have some of them, too.
        self.words = Cache(_WORD_BYTES)
        count = self.document_count or 1
        self.averages = Averages(title_words / count, body_words / count)
        self.text_base = self._numbers("text_base", self.document_count + 1)
        self.math_base = self._numbers("math_base", self.document_count + 1)
        units = documents.column("unit")
        self.text = Postings(self.columns(POSTINGS), "text", self.text_base, units)
        self.math = Postings(self.columns(POSTINGS), "math", self.math_base)
        self.plain = PlainKernel(self)

    def close(self) -> None:
        """Let the files go. The reader cannot be used after that."""
        # Their views would keep the files mapped.
        self._read_pages, self.decoded = Cache(0), Cache(0)
        self._last_pages = []
        for columns in self._files.values():
            columns.close()

    def columns(self, name: str) -> Columns:
        """A file of the generation, opened when it is first asked for.

        Raises: IndexFormatError, IndexCorruptError.
        """
        with self._lock:
            if name not in self._files:
                _, seal = self.manifest.files.get(name, (0, -1))
                path = os.path.join(self.path, name)
                self._files[name] = Columns(path, name, seal=seal)
            return self._files[name]

    def kernel(self, work: int) -> Kernel:
        """The kernel for so many postings more: with numpy if it is there or worth it.

        What was done without it counts, too: many small searches are worth it as well.
        """
        self._plain_work += work
        if self._plain_work > MOST_PLAIN or self.has_numpy:
            return self.vector
        return self.plain

    @property
    def has_numpy(self) -> bool:
        """Whether numpy need not be imported any more."""
        return "numpy" in sys.modules

    @cached_property
    def vector(self) -> VectorKernel:
        """The kernel with numpy, which it imports."""
        from searchkit.engines.kernels.vector import VectorKernel

        return VectorKernel(self)

    # Terms

    def find(self, space: str, term: str) -> TermPostings | None:
        """What the index says of a term of "text" or "math"; None if it is in none."""
        key: tuple[str, str | int] = (space, term)
        found = self._terms.get(key, _NO_TERM)
        if found is _NO_TERM:
            found = self._space(space).find(term)
            if found is not None and found.stands_for_another:
                found = self.at(space, *found.members)
            self._keep(key, found)
        return found  # type: ignore[no-any-return]  # beside _NO_TERM

    def _keep(self, key: tuple[str, str | int], found: TermPostings | None) -> None:
        if len(self._terms) >= _MOST_TERMS:
            self._terms.clear()
        self._terms[key] = found

    def at(self, space: str, ordinal: int) -> TermPostings:
        """The same of the term with a number, or of the term that it stands for.

        A class that has the members of another class or of a word is that term.
        """
        key: tuple[str, str | int] = (space, ordinal)
        found = self._terms.get(key)
        if found is None:
            found = self._space(space).at(ordinal)
            if found.stands_for_another:
                found = self._space(space).at(*found.members)
            self._keep(key, found)
        return found

    def _space(self, space: str) -> Postings:
        return self.text if space == "text" else self.math

    # Documents

    @cached_property
    def title_end(self) -> memoryview:
        """Where each title ends in its row, its gap included."""
        return self._fact("title_end")

    @cached_property
    def alias_end(self) -> memoryview:
        """Where the aliases end."""
        return self._fact("alias_end")

    @cached_property
    def address_end(self) -> memoryview:
        """Where the addresses end."""
        return self._fact("address_end")

    @cached_property
    def body_start(self) -> memoryview:
        """Where the body begins."""
        return self._fact("body_start")

    @cached_property
    def title_words(self) -> memoryview:
        """The number of words of each title."""
        return self._fact("title_words")

    @cached_property
    def body_words(self) -> memoryview:
        """The number of words of each body."""
        return self._fact("body_words")

    @cached_property
    def text_bytes(self) -> memoryview:
        """The length of each source in bytes."""
        return self._fact("text_bytes")

    @cached_property
    def date(self) -> memoryview:
        """The ordinal of each document's date; 0 for none."""
        return self._fact("date")

    @cached_property
    def family(self) -> memoryview:
        """Of each document the number of the first of its copies and twins."""
        return self.columns(FAMILIES).column("family").integers("I")

    @cached_property
    def topic_numbers(self) -> memoryview:
        """The topics of all documents in a row, as their numbers."""
        return self._documents.column("topics").integers("I")

    @cached_property
    def topics_at(self) -> memoryview:
        """Where each document's topics begin in `topic_numbers`, and the end."""
        return self._numbers("topics_at", self.document_count + 1)

    @cached_property
    def topic_names(self) -> tuple[str, ...]:
        """The different topics by their number."""
        texts = self.texts("topic_names")
        return tuple(texts[number] for number in range(len(texts)))

    def keep_topics(self) -> None:
        """Map what tells the topics, so that they can be told after `close`."""
        _ = self.topic_names, self.topic_numbers, self.topics_at

    @cached_property
    def tags(self) -> Tags:
        """The tags of the positions of the text."""
        return Tags(self._documents)

    def topics(self, number: int) -> tuple[str, ...]:
        """The topics of a document, as the article has them."""
        first, end = self.topics_at[number], self.topics_at[number + 1]
        if first == end:
            return ()
        names = self.topic_names
        return tuple([names[topic] for topic in self.topic_numbers[first:end]])

    def summary(self, number: int) -> Summary:
        """What a page says of a document."""
        return Summary(self, number)

    def number_of(self, doc_id: str) -> int | None:
        """The number of a document; None if there is none of this `doc_id`."""
        wanted = encoded(doc_id)
        texts = self.texts("doc_id")
        number = bisect_left(range(self.document_count), wanted, key=texts.raw)
        if number < self.document_count and texts.raw(number) == wanted:
            return number
        return None

    @cached_property
    def folded_doc_ids(self) -> Sequence[str]:
        """All `doc_id` as filters compare them."""
        from searchkit.analysis.folding import fold

        texts = self.texts("doc_id")
        return [fold(texts[number]).text for number in range(self.document_count)]

    # Stored text

    def page(self, number: int) -> Page:
        """The visible text of a document, of which little or nothing is unpacked."""
        return self.pages((number,))[0]

    def pages(self, numbers: Sequence[int]) -> list[Page]:
        """The same of some documents."""
        for number, page in self._last_pages:  # read after they had been asked for
            size = page.memory_bytes()
            if page.weighed_bytes != size:
                page.weighed_bytes = size
                self._read_pages.weigh(number, size)
        kept, get = self._read_pages.peek, self._read_pages.get
        found: list[Page] = [
            kept(number) or get(number, partial(self._page, number))
            for number in numbers
        ]
        self._last_pages = [*zip(numbers, found, strict=True)]
        return found

    def _page(self, number: int) -> tuple[Page, int]:
        from searchkit.engines.page import Page

        page = Page(self._stored("page").view(number), self._packing)
        page.weighed_bytes = page.memory_bytes()
        return page, page.weighed_bytes

    def article(self, row: Summary) -> Article:
        """The article as it was indexed; its path is the one that was stored."""
        from searchkit.engines.page import damage_told
        from searchkit.engines.pages import as_written, unpack_article
        from searchkit.model import Article

        known = Article(row.doc_id, row.title, "", row.topics, row.date, row.path)
        with damage_told(self.path):
            page = self.page(row.number)
            near = as_written(page.text(), page.lines())
            stored = self._stored("article").view(row.number)
            return unpack_article(stored, known, near)

    def _stored(self, name: str) -> Texts:
        """A column of what is stored of each document."""
        found: Texts | None = self.__dict__.get("_stored_" + name)
        if found is None:
            found = self.__dict__["_stored_" + name] = Texts(self.columns(PAGES), name)
        return found

    @cached_property
    def _packing(self) -> Packing:
        """How pages are packed."""
        from searchkit.engines.packing import Packing

        return Packing.of(self.columns(PAGES))

    # What else a generation keeps

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words by which this generation was cut, and its queries have to be."""
        from searchkit.analysis.lexicon import lexicon

        return lexicon(self._words)

    @cached_property
    def twins(self) -> NameTable:
        """The names in the glossary: by key the spelling, then its twins."""
        return NameTable(self.columns(GLOSSARY))

    @cached_property
    def translations(self) -> NameTable | None:
        """What the dictionary says of a `bilingual_key`, if there was one."""
        return self._optional(TRANSLATIONS)

    @cached_property
    def counterparts(self) -> NameTable | None:
        """What a title or heading, by `title_key`, is called in the other language."""
        return self._optional(COUNTERPARTS)

    def _optional(self, name: str) -> NameTable | None:
        there = name in self.manifest.files
        return NameTable(self.columns(name)) if there else None

    def glossary(self) -> tuple[GlossaryPair, ...]:
        """Every pair of the glossary with its evidence."""
        from searchkit.engines.glossary import read_pairs

        return read_pairs(self.columns(GLOSSARY))

    @cached_property
    def suggestions(self) -> Suggestions:
        """What may be offered to somebody who is typing."""
        from searchkit.engines.suggestions import Suggestions

        return Suggestions(self.columns(SUGGESTIONS))

    @property
    def _documents(self) -> Columns:
        return self._files[DOCUMENTS]

    def _fact(self, name: str) -> memoryview:
        """A column with a number for each document."""
        return self._numbers(name, self.document_count)

    def _numbers(self, name: str, count: int) -> memoryview:
        return self._documents.column(name).numbers(count)

    def texts(self, name: str) -> Texts:
        """A column of texts by number."""
        texts = self.__dict__.get("_texts_" + name)
        if texts is None:
            texts = Texts(self._documents, name)
            self.__dict__["_texts_" + name] = texts
        return texts


def open_reader(index: StrPath) -> GenerationReader:
    """The generation that answers, even if a build swaps it in that very moment.

    Raises: IndexNotFoundError, IndexFormatError, IndexCorruptError.
    """
    while True:
        generation = generations.current(index)
        try:
            return GenerationReader(generation)
        except IndexStoreError:
            if generations.current(index) == generation:
                raise
