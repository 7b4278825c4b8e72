"""What does one generation of the index say of its terms and documents?

A reader is one unchanging snapshot. Whoosh's files have a position that is shared by
all who read them, so every read of postings or stored fields takes the lock, copies
what it needs and lets go; all else runs on those copies.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import RLock
from types import MappingProxyType
from typing import Any

from searchkit.analysis.lexicon import Lexicon, lexicon
from searchkit.engines import generations
from searchkit.engines.glossary import (
    GLOSSARY,
    TWINS,
    Names,
    unpack_glossary,
    unpack_twins,
)
from searchkit.engines.user_words import read_words
from searchkit.engines.whoosh.schema import encode_term, schema
from searchkit.engines.whoosh.stored import Page, unpack_article, unpack_page
from searchkit.errors import IndexCorruptError
from searchkit.model import Article, GlossaryPair

Postings = Mapping[int, bytes]
"""Document number to the occurrences in it, as `array("I")` bytes."""

_CACHED_POSTINGS = 2_000_000  # of all cached terms together: about 200 MB at most
_NO_POSTINGS: Postings = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Summary:
    """What ranking and filters know of a document without opening it."""

    number: int
    doc_id: str
    title: str
    path: str | None
    digest: str
    title_words: int
    body_words: int
    text_bytes: int
    date: date | None
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Averages:
    """The mean numbers of words in the titles and in the bodies of all documents."""

    title: float
    body: float


class IndexReader:
    """One generation, opened. Safe for many threads; close it when done."""

    def __init__(self, generation: Path) -> None:
        """Open the generation in that folder.

        Raises: IndexFormatError, IndexCorruptError.
        """
        self.path = generation
        self.manifest = generations.read_manifest(generation)
        generations.compare_sizes(generation, self.manifest)
        self._lock = RLock()
        self._cache: OrderedDict[tuple[str, str], Postings] = OrderedDict()
        self._cached = 0
        with self._damage_told():
            # Read now: a later build may remove the folder.
            self._twins = (generation / TWINS).read_bytes()
            self._glossary = (generation / GLOSSARY).read_bytes()
            self._index, self._reader = _open_whoosh(generation)

    def close(self) -> None:
        """Let the files go. The reader cannot be used after that."""
        self._reader.close()
        self._index.close()

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words by which this generation was cut, and its queries have to be."""
        return lexicon(read_words(self.path))

    @property
    def document_count(self) -> int:
        """The number of documents that were not deleted."""
        return len(self.summaries)

    @cached_property
    def summaries(self) -> Mapping[int, Summary]:
        """All documents by their number."""
        with self._lock, self._damage_told():
            return {row.number: row for row in self._read_summaries()}

    @cached_property
    def by_doc_id(self) -> Mapping[str, Summary]:
        """All documents by `doc_id`."""
        return {row.doc_id: row for row in self.summaries.values()}

    @cached_property
    def averages(self) -> Averages:
        """The mean lengths of all documents; 0 where there are none."""
        rows, count = self.summaries.values(), self.document_count or 1
        return Averages(
            sum(row.title_words for row in rows) / count,
            sum(row.body_words for row in rows) / count,
        )

    @cached_property
    def twins(self) -> Mapping[str, Names]:
        """The names that have twins in the glossary, by `name_key`."""
        with self._damage_told():
            return unpack_twins(self._twins)

    def glossary(self) -> tuple[GlossaryPair, ...]:
        """Every pair of the glossary with its evidence."""
        with self._damage_told():
            return unpack_glossary(self._glossary)

    def postings(self, field: str, term: str) -> Postings:
        """Where a term stands: empty if nowhere. Deleted documents are left out."""
        key = field, term
        with self._lock:
            found = self._cache.get(key)
            if found is not None:
                self._cache.move_to_end(key)
                return found
            with self._damage_told():
                found = self._read_postings(field, encode_term(term))
            self._remember(key, found)
            return found

    def terms(self, field: str, prefix: str = "") -> Iterator[str]:
        """The terms that begin with the prefix, in code point order."""
        wanted = encode_term(prefix)
        with self._lock, self._damage_told():
            found = {
                term
                for segment, _ in self._segments()
                for term in segment.expand_prefix(field, wanted)
            }
        return (term.decode("utf-8", "surrogatepass") for term in sorted(found))

    def document_frequency(self, field: str, term: str) -> int:
        """In about how many documents a term stands; deleted ones may be counted."""
        with self._lock, self._damage_told():
            return int(self._reader.doc_frequency(field, encode_term(term)))

    def term_count(self) -> int:
        """How many different terms there are in all fields."""
        with self._lock, self._damage_told():
            segments = [segment.all_terms() for segment, _ in self._segments()]
            return len(set().union(*segments))

    def article(self, number: int) -> Article:
        """The stored article of a document."""
        return unpack_article(self._stored(number, "article"))

    def page(self, number: int) -> Page:
        """The visible text of a document and the places of its atoms."""
        return unpack_page(self._stored(number, "page"))

    def _stored(self, number: int, name: str) -> bytes:
        with self._lock, self._damage_told():
            value: bytes = self._reader.stored_fields(number)[name]
            return value

    def _remember(self, key: tuple[str, str], postings: Postings) -> None:
        self._cache[key] = postings
        self._cached += len(postings)
        while self._cached > _CACHED_POSTINGS and len(self._cache) > 1:
            _, forgotten = self._cache.popitem(last=False)
            self._cached -= len(forgotten)

    def _segments(self) -> Iterator[tuple[Any, int]]:
        if self._reader.doc_count_all():  # Whoosh's reader of nothing has no leaves
            yield from self._reader.leaf_readers()

    def _read_postings(self, field: str, term: bytes) -> Postings:
        found: dict[int, bytes] = {}
        for segment, base in self._segments():
            if (field, term) not in segment:
                continue
            matcher = segment.postings(field, term)
            while matcher.is_active():
                found[base + matcher.id()] = matcher.value()
                matcher.next()
        return found or _NO_POSTINGS

    def _read_summaries(self) -> Iterator[Summary]:
        for segment, base in self._segments():
            column = segment.column_reader("summary")
            numbers = list(segment.all_doc_ids())
            rows = (column[number] for number in numbers)
            yield from _summaries((base + number for number in numbers), rows)

    def _damage_told(self) -> _DamageTold:
        return _DamageTold(self.path)


def pack_summary(row: Summary) -> bytes:
    """A summary as the bytes of a column; its number is that of the document."""
    value = asdict(row) | {"date": row.date.isoformat() if row.date else None}
    return json.dumps([*value.values()][1:], separators=(",", ":")).encode("ascii")


def _summaries(numbers: Iterable[int], rows: Iterable[bytes]) -> Iterator[Summary]:
    """The inverse of `pack_summary` for many rows: one call of the JSON parser."""
    parsed = json.loads(b"[" + b",".join(rows) + b"]")
    for number, (*values, day, topics) in zip(numbers, parsed, strict=True):
        values += [date.fromisoformat(day) if day else None, tuple(topics)]
        yield Summary(number, *values)


def _open_whoosh(generation: Path) -> tuple[Any, Any]:
    from whoosh.index import open_dir

    index = open_dir(str(generation), schema=schema())
    return index, index.reader()


class _DamageTold:
    """Turns what Whoosh raises over damaged files into IndexCorruptError."""

    def __init__(self, generation: Path) -> None:
        self.generation = generation

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, IndexCorruptError):
            raise IndexCorruptError(
                f"The index in {self.generation} is damaged ({error}).",
                path=self.generation,
                hint="Run `searchkit build --full` to write it anew.",
            ) from error
