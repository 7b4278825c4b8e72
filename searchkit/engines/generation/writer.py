"""How is a whole generation written from its sources?

First the rows of documents, then the postings of texts, then all else, so that what is
made of documents and words can be made meanwhile. In bounded memory: slabs of terms are
merged by others (`slab_merge`), perhaps several at a time, while this writes the ones
before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.columns.space_writer import SpaceWriter
from searchkit.engines.generation.classes import Keys
from searchkit.engines.generation.counterparts import RareWords
from searchkit.engines.generation.documents import (
    ARTICLE,
    PAGE,
    Documents,
    TextArrays,
    TextColumn,
    merge_documents,
    merge_texts,
)
from searchkit.engines.generation.layout import layout
from searchkit.engines.generation.merge import InOrder, SpaceMerge, TextMerge
from searchkit.engines.generation.old import OldGeneration
from searchkit.engines.generation.page_merge import (
    PagePacking,
    sample_of,
    small_pieces,
    tasks,
)
from searchkit.engines.generation.run import SPACES
from searchkit.engines.generation.slab_merge import (
    Encoded,
    Merging,
    open_sources,
)
from searchkit.engines.generation.word_file import WordFile
from searchkit.engines.generations import DOCUMENTS, PAGES, POSTINGS
from searchkit.engines.packing import SAMPLE
from searchkit.engines.texts import encoded

Told = Callable[[float], None]
"""Hears what share of the writing is done."""

Start = Callable[[Any], Future[Any]]
"""Has a `SlabMerger` or a `PagePacker` do a task, now or later."""

Stretch = TypeVar("Stretch", bound=tuple[int, ...])
"""What a task is about; the last number says how much it is."""

Texts = tuple[TextArrays | TextColumn, int, int]
"""Texts, and the first and the end of some of them."""

_MOST_AHEAD = 1 << 21  # occurrences in slabs made before they are written


class GenerationWriter:
    """Writes documents, postings and pages into an empty folder; a context manager.

    The steps are to be taken in the order of the methods. They raise OSError, and
    IndexCorruptError if the generation before is damaged.
    """

    def __init__(
        self, folder: Path, runs: Sequence[Path], base: Path | None, kept: Iterable[str]
    ) -> None:
        """The documents are those of runs and, with `kept` doc_ids, those of `base`."""
        self._folder = folder
        self._base, self._runs = base, tuple(runs)
        self._table = folder / "tmp-frequencies"
        self._columns: Columns | None = None
        self._sources = open_sources(folder, base, runs)
        chosen = frozenset(map(encoded, kept))
        self._placed = layout(
            [source.documents for source in self._sources],
            [
                chosen if isinstance(source, OldGeneration) else None
                for source in self._sources
            ],
        )

    def __enter__(self) -> GenerationWriter:
        return self

    def __exit__(self, *_: object) -> None:
        for source in self._sources:
            source.close()
        if self._columns:
            self._columns.close()
        self._table.unlink(missing_ok=True)

    def write_documents(self) -> None:
        """The rows of all documents."""
        stretches = self._placed.stretches()
        with ColumnWriter(self._folder / DOCUMENTS, DOCUMENTS) as writer:
            merge_documents(writer, stretches, self._release)
        self._release()
        self._columns = Columns(self._folder / DOCUMENTS, DOCUMENTS)
        self._written = Documents.read(self._columns)
        self._columns.release()

    @property
    def positions(self) -> int:
        """How many positions the texts have, once the documents are written."""
        return int(self._written.text_base[-1])

    def merging(self) -> Merging:
        """How the slabs of postings are merged, once the documents are written."""
        moves = {space: self._placed.moves(space, self._written) for space in SPACES}
        self._release()
        return Merging(self._folder, self._base, self._runs, moves, self._table)

    def _release(self) -> None:
        """Give back the memory of what was read of the sources."""
        for source in self._sources:
            source.release()
        if self._columns:
            self._columns.release()

    def write_postings(
        self,
        how: Merging,
        start: Start,
        told: Told,
        words_found: Callable[[Path, int, int], None],
        words_known: Callable[[Path], None],
    ) -> RareWords:
        """The postings of both spaces; by which rare words documents are alike.

        `start` has them merged as `how` says. `words_found` hears of one stretch of a
        file of words after the other, and `words_known` that these are all, before the
        formulas are written.
        """
        in_order = partial(_in_order, start)
        rare = RareWords(self._written.count)
        all_words = self._folder / "tmp-words"
        text = TextMerge(
            self._sources, how.moves["text"], known=self._keys(), table=self._table
        )
        text.prepare(in_order)
        with ColumnWriter(self._folder / POSTINGS, POSTINGS) as writer:
            with WordFile(all_words, words_found) as words:

                def heard(terms: Sequence[bytes], found: Encoded) -> None:
                    words.add(terms, found.document_counts.tolist())
                    rare.add(terms, found.document_counts, found.documents)

                self._write_space(writer, "text", text, in_order, told, heard)
            words_known(all_words)
            math = SpaceMerge("math", self._sources, how.moves["math"], self._folder)
            self._write_space(writer, "math", math, in_order, told)
        return rare

    def _keys(self) -> dict[bytes, Keys]:
        """The keys of the words that the old generation has."""
        known: dict[bytes, Keys] = {}
        for source in self._sources:
            if isinstance(source, OldGeneration):
                known |= source.keys()
        return known

    def _write_space(
        self,
        writer: ColumnWriter,
        name: str,
        merge: SpaceMerge,
        in_order: InOrder,
        told: Told,
        heard: Callable[[Sequence[bytes], Encoded], None] | None = None,
    ) -> None:
        space = SpaceWriter(writer, name)
        for (low, high, _), found in in_order(merge.encodings()):
            terms = merge.terms[low:high]
            space.add(terms, found.records)
            if heard:
                heard(terms, found)
            self._release()
            told(high / len(merge.terms))
        space.finish()

    def packing(self) -> PagePacking:
        """How pages are packed, once the documents are written."""
        sample = sample_of(self._sources, self._placed, self._written)
        self._release()
        return PagePacking(self._folder, self._base, self._runs, sample)

    def write_pages(self, how: PagePacking, start: Start) -> None:
        """The stored articles; `start` has their pages packed as `how` says."""
        with ColumnWriter(self._folder / PAGES, PAGES) as writer:
            writer.add(SAMPLE, how.sample)
            merge_texts(writer, PAGE, self._pages(how, start))
            merge_texts(writer, ARTICLE, self._articles())

    def _pages(self, how: PagePacking, start: Start) -> Iterator[Texts]:
        """The stretches of pages, in their order: copied, if they are packed so."""
        packed = {
            number: source.pages()
            for number, source in enumerate(self._sources)
            if isinstance(source, OldGeneration) and source.packing.sample == how.sample
        }
        pieces = [*small_pieces(self._placed)]
        others = ((piece, size) for piece, size in pieces if piece[0] not in packed)
        made = _texts_of(_in_order(start, tasks(others)))
        for piece, _ in pieces:
            number, low, end = piece
            if number in packed:
                yield packed[number], low, end
                self._sources[number].release()
            else:
                yield made(end - low)

    def _articles(self) -> Iterator[Texts]:
        """The stretches of what authors wrote, in their order."""
        columns = []
        for source in self._sources:
            columns.append(source.articles())
            source.release()
        for number, low, end in self._placed.pieces:
            yield columns[number], low, end
            self._sources[number].release()


def _in_order(
    start: Start, tasks: Iterable[tuple[Stretch, Any]]
) -> Iterator[tuple[Stretch, Any]]:
    """What comes of the tasks, in their order; the first ones are started at once.

    Not many are started before their turn.
    """
    left = iter(tasks)
    waiting: deque[tuple[Stretch, Future[Any]]] = deque()

    def start_some() -> None:
        ahead = sum(size for (*_, size), _ in waiting)
        while ahead < _MOST_AHEAD and (following := next(left, None)):
            slab, task = following
            waiting.append((slab, start(task)))
            ahead += slab[-1]

    def answers() -> Iterator[tuple[Stretch, Any]]:
        while waiting:
            slab, future = waiting.popleft()
            answer = future.result()
            start_some()
            yield slab, answer

    start_some()
    return answers()


def _texts_of(
    answers: Iterator[tuple[Any, TextArrays]],
) -> Callable[[int], tuple[TextArrays, int, int]]:
    """Gives so many texts of the answers at a time, which are in one of them."""
    column, at = TextArrays(np.empty(0, np.uint8), np.zeros(1, np.int64)), 0

    def further(count: int) -> tuple[TextArrays, int, int]:
        nonlocal column, at
        if at == len(column):
            (_, column), at = next(answers), 0
        at += count
        return column, at - count, at

    return further
