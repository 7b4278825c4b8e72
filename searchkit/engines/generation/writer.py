"""How is a whole generation written from its sources?

First the rows of documents, then the postings of texts, then all else, so that what is
made of documents and words can be made meanwhile. In bounded memory: slabs are gathered
and scored in a second thread while this one encodes and writes the one before (numpy
lets the interpreter go while it works).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from searchkit.engines.columns.encode import Lists, SpaceWriter
from searchkit.engines.columns.encode import Slab as EncodedSlab
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.generation.counterparts import RareWords
from searchkit.engines.generation.documents import (
    PAGE_COLUMNS,
    Array,
    Documents,
    TextArrays,
    merge_documents,
    merge_texts,
)
from searchkit.engines.generation.layout import layout
from searchkit.engines.generation.merge import (
    FormulaMerge,
    Found,
    InOrder,
    Postings,
    TextMerge,
)
from searchkit.engines.generation.old import OldGeneration
from searchkit.engines.generation.run import Run
from searchkit.engines.generation.scores import Weigher
from searchkit.engines.generation.slabs import Slab, slabs
from searchkit.engines.generation.suggestions import Words
from searchkit.engines.generations import DOCUMENTS, PAGES, POSTINGS
from searchkit.engines.texts import encoded

Told = Callable[[float], None]
"""Hears what share of the writing is done."""

_AHEAD = 2  # slabs made before they are written
_MOST_AHEAD = 1 << 21  # occurrences in them: of frequent terms there is one at a time


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
        self._columns: Columns | None = None
        self._old = OldGeneration(base, folder) if base else None
        old = [self._old] if self._old else []
        self._sources: list[Run | OldGeneration] = [*old, *map(Run, runs)]
        chosen = frozenset(map(encoded, kept))
        self._placed = layout(
            [source.documents for source in self._sources],
            [chosen if source is self._old else None for source in self._sources],
        )

    def __enter__(self) -> GenerationWriter:
        return self

    def __exit__(self, *_: object) -> None:
        for source in self._sources:
            source.close()
        if self._columns:
            self._columns.close()

    def write_documents(self) -> None:
        """The rows of all documents."""
        stretches = self._placed.stretches()
        with ColumnWriter(self._folder / DOCUMENTS, DOCUMENTS) as writer:
            merge_documents(writer, stretches, self._release)
        self._release()
        self._columns = Columns(self._folder / DOCUMENTS, DOCUMENTS)
        self._written = Documents.read(self._columns)
        self._columns.release()

    def _release(self) -> None:
        """Give back the memory of what was read of the sources."""
        for source in self._sources:
            source.release()

    def write_postings(
        self,
        threads: int,
        told: Told,
        words_found: Callable[[Path, int, int], None],
        words_known: Callable[[Path], None],
    ) -> RareWords:
        """The postings of both spaces; by which rare words documents are alike.

        `words_found` hears of one stretch of a file of words after the other, and
        `words_known` that these are all, before the formulas are written.
        """
        with (
            ThreadPoolExecutor(threads) as pool,
            ColumnWriter(self._folder / POSTINGS, POSTINGS) as writer,
        ):
            in_order = partial(_in_order, pool)
            words, rare = self._write_texts(writer, in_order, told, words_found)
            words_known(words)
            bases = self._written.math_base
            moves = self._placed.moves("math", self._written)
            formulas = FormulaMerge(self._sources, moves, self._folder)
            _write_space(writer, "math", formulas, bases, in_order, told)
        return rare

    def _write_texts(
        self,
        writer: ColumnWriter,
        in_order: InOrder,
        told: Told,
        words_found: Callable[[Path, int, int], None],
    ) -> tuple[Path, RareWords]:
        table = self._folder / "tmp-frequencies"
        all_words = self._folder / "tmp-words"
        bases = self._written.text_base
        rare = RareWords(len(bases) - 1)
        text = TextMerge(
            self._sources,
            self._placed.moves("text", self._written),
            weigher=Weigher(self._written, self._folder),
            known=self._old.keys() if self._old else {},
            table=table,
        )
        text.prepare(in_order)
        with Words(all_words, words_found) as words:

            def heard(found: Postings) -> None:
                words.add(found.terms, found.document_counts.tolist())
                rare.add(found.terms, found.document_counts, found.documents)

            _write_space(writer, "text", text, bases, in_order, told, heard)
        table.unlink()
        return all_words, rare

    def write_pages(self) -> None:
        """The stored articles."""
        with ColumnWriter(self._folder / PAGES, PAGES) as writer:
            for name in PAGE_COLUMNS:
                offsets = merge_texts(writer, name, self._pages(name))
                writer.add(f"{name}_offsets", offsets.astype("<u8"))

    def _pages(self, name: str) -> Iterator[tuple[TextArrays, int, int]]:
        """The stretches of one of the columns of PAGE_COLUMNS, in their order."""
        columns = []
        for source in self._sources:
            columns.append(source.pages(name))
            source.release()
        for number, low, end in self._placed.pieces:
            yield columns[number], low, end
            self._sources[number].release()


def _write_space(
    writer: ColumnWriter,
    name: str,
    merge: TextMerge | FormulaMerge,
    bases: Array,
    in_order: InOrder,
    told: Told,
    heard: Callable[[Postings], None] | None = None,
) -> None:
    space = SpaceWriter(writer, name, bases)
    for (_, high, _), found in in_order(merge.postings, slabs(merge.sizes())):
        space.add(_encodable(found))
        if heard:
            heard(found)
        merge.release()
        told(high / len(merge.terms))
    space.finish()


def _encodable(found: Postings) -> EncodedSlab:
    return EncodedSlab(
        found.terms,
        _lists(found.positions, found.position_counts),
        _lists(found.documents, found.document_counts),
        found.codes,
        _lists(found.members, found.member_counts),
    )


def _lists(values: Array, counts: Array) -> Lists:
    return Lists(values, np.concatenate([[0], np.cumsum(counts)]))


def _in_order(
    pool: ThreadPoolExecutor,
    function: Callable[[int, int], Found],
    ranges: Iterable[Slab],
) -> Iterator[tuple[Slab, Found]]:
    """What the function makes of the ranges, in their order, few ahead."""
    waiting: deque[tuple[Slab, Future[Found]]] = deque()
    ahead = 0
    for slab in ranges:
        low, high, size = slab
        ahead += size
        while waiting and (len(waiting) > _AHEAD or ahead > _MOST_AHEAD):
            done, future = waiting.popleft()
            yield done, future.result()
            ahead -= done[-1]
        waiting.append((slab, pool.submit(function, low, high)))
    while waiting:
        done, future = waiting.popleft()
        yield done, future.result()
