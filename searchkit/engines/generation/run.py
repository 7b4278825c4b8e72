"""How does a batch of analysed articles wait for the merge, outside the memory?

A run has the rows of its documents, their pages, and for each space the terms in
order, with their occurrences term by term. Positions are global within the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from searchkit.analysis.analyzer import ZONE_MASK
from searchkit.engines.columns.arrays import Array
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.generation.documents import (
    ARTICLE,
    LAID_COLUMNS,
    LAID_PAGE,
    Documents,
    Row,
    TextColumn,
    array,
    each,
    texts,
    write_rows,
)
from searchkit.engines.generation.layout import Move
from searchkit.engines.texts import add_texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from searchkit.analysis.rows import AnalyzedBatch, Rows
    from searchkit.engines.page import LaidPage

SPACES = ("text", "math")
ZONE_BITS = 2
"""A place in a run is position << ZONE_BITS | zone, in 32 bits."""

_KIND = "run"
_NONE = np.uint32(2**32 - 1)


class _Space:
    """The occurrences of one space, as they come."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._met: Sequence[str] = ()  # the terms that `_table` is about
        self._table = np.empty(0, np.uint32)  # their numbers, or _NONE
        self._terms: list[Array] = []
        self._places: list[Array] = []
        self._length = 0

    def add(self, rows: Rows, tags: Array | None) -> None:
        """Take in a batch; without tags every zone is 0."""
        places = (rows.positions + self._length) << ZONE_BITS
        if tags is not None:
            places |= tags.take(rows.positions) & ZONE_MASK
        self._terms.append(self._numbered(rows))
        self._places.append(places.astype(np.uint32))
        self._length += int(rows.bases[-1])

    def _numbered(self, rows: Rows) -> Array:
        """The number of each occurrence's term; batches mostly share their terms."""
        if rows.terms is not self._met:
            self._met, self._table = rows.terms, np.empty(0, np.uint32)
        further = len(rows.terms) - len(self._table)
        table = np.append(self._table, np.full(further, _NONE, np.uint32))
        used = np.flatnonzero(np.bincount(rows.ids))
        new = used[table.take(used) == _NONE]
        numbers = self._numbers
        table[new] = [
            numbers.setdefault(rows.terms[one], len(numbers)) for one in new.tolist()
        ]
        self._table = table
        return np.asarray(table.take(rows.ids))

    def write(self, writer: ColumnWriter, name: str) -> None:
        """Terms in order, and all places by term and position."""
        encoded = [term.encode("utf-8", "surrogatepass") for term in self._numbers]
        order = sorted(range(len(encoded)), key=encoded.__getitem__)
        rank = np.empty(len(order), np.uint32)
        rank[order] = np.arange(len(order), dtype=np.uint32)
        terms = rank.take(_joined(self._terms))
        counts = np.bincount(terms, minlength=len(order))
        starts = np.zeros(len(order) + 1, "<u4")  # as many places as fit into 32 bits
        np.cumsum(counts, out=starts[1:])
        places = _joined(self._places).take(_by_value(terms))
        add_texts(writer, f"{name}_terms", [encoded[number] for number in order])
        writer.add(f"{name}_starts", starts)
        writer.add(f"{name}_places", places.astype("<u4", copy=False))


def _joined(parts: Sequence[Array]) -> Any:
    return np.concatenate([np.empty(0, np.uint32), *parts])


def _by_value(values: Array) -> Array:
    """The order of 32-bit values in which they rise; equal ones stay as they are.

    numpy sorts 16 bits by counting: a sixth of the time of sorting terms with places,
    whose order is known, and a third where there are more terms than that.
    """
    order = np.argsort(values.astype(np.uint16), kind="stable")
    if values.max(initial=0) >> 16:
        high = (values >> 16).astype(np.uint16)
        order = order.take(np.argsort(high.take(order), kind="stable"))
    return order


class RunWriter:
    """Gathers documents in the order of their `doc_id`, and spills them at once."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._pages: list[tuple[bytes, ...]] = []
        self._spaces = {name: _Space() for name in SPACES}

    def add(
        self,
        rows: Iterable[Row],
        pages: Iterable[tuple[bytes, ...]],
        batch: AnalyzedBatch,
    ) -> None:
        """Take in analysed documents; of each, what stands in LAID_COLUMNS."""
        self._rows += rows
        self._pages += pages
        self._spaces["text"].add(batch.text, batch.tags)
        self._spaces["math"].add(batch.math, None)

    def __len__(self) -> int:
        return len(self._rows)

    def write(self, path: Path) -> None:
        """Raises: OSError."""
        with ColumnWriter(path, _KIND) as writer:
            write_rows(writer, self._rows)
            for number, name in enumerate(LAID_COLUMNS):
                add_texts(writer, name, [page[number] for page in self._pages])
            for name, space in self._spaces.items():
                space.write(writer, name)


class Run:
    """A run, as a source of the merge."""

    def __init__(self, path: Path) -> None:
        self._columns = Columns(path, _KIND)
        self._starts = {
            name: array(self._columns, f"{name}_starts", "<u4") for name in SPACES
        }
        self.release()

    @cached_property
    def documents(self) -> Documents:
        """The rows of all its documents."""
        return Documents.read(self._columns)

    def articles(self) -> TextColumn:
        """What the authors wrote, as far as the pages do not tell."""
        return texts(self._columns, ARTICLE)

    def laid_pages(self, low: int, end: int) -> Iterator[LaidPage]:
        """The pages of some documents, not packed."""
        columns = (texts(self._columns, name).between(low, end) for name in LAID_PAGE)
        return zip(*map(each, columns), strict=True)

    def first_chunk(self, row: int) -> bytes:
        """The first chunk of a page, unpacked."""
        from searchkit.engines.page import first_chunk

        ((directory, rest),) = self.laid_pages(row, row + 1)
        return first_chunk(directory, rest)

    def terms(self, space: str, low: int, high: int) -> list[bytes]:
        """The terms from `low` to `high` in order of their bytes."""
        return [*each(texts(self._columns, f"{space}_terms").between(low, high))]

    def sizes(self, space: str) -> Array:
        """How many occurrences each term has."""
        return np.diff(self._starts[space])

    def alive(self, space: str, move: Move) -> None:
        """Which terms stand in a document that is kept; None for all, as of a run."""

    def places(self, space: str, low: int, high: int) -> tuple[Array, Array, Array]:
        """Counts by term, positions and zones of the terms from `low` to `high`."""
        starts = self._starts[space][low : high + 1].astype(np.int64)
        column = self._columns.column(f"{space}_places")
        size = np.dtype("<u4").itemsize
        stretch = column.slice(size * int(starts[0]), size * int(starts[-1]))
        places = np.frombuffer(stretch, "<u4")  # not the whole column: it is large
        zones = (places & ZONE_MASK).astype(np.uint8)
        return np.diff(starts), (places >> ZONE_BITS).astype(np.int64), zones

    def release(self) -> None:
        """Give back the memory of what was read."""
        self._columns.release()

    def close(self) -> None:
        """Let the file go."""
        self._columns.close()
