"""Where does each document of the sources of a build come to lie?

Documents of all sources are numbered anew in the order of their `doc_id`. Those of one
source keep their order, so whole stretches of rows, and of positions, move by the same
distance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge

import numpy as np

from searchkit.engines.columns.arrays import Array
from searchkit.engines.columns.rows import RowFinder
from searchkit.engines.generation.documents import Documents, Stretch
from searchkit.record import record


class Move:
    """How far the positions of one source move in one space."""

    def __init__(self, borders: Array, distances: Array, kept: Array) -> None:
        """From `borders[i]` on they move by `distances[i]`, if `kept[i]`."""
        self.kept = kept
        self._borders = borders
        self._distances = distances
        self._finder = RowFinder(borders)

    def apply(self, positions: Array) -> tuple[Array, Array | None]:
        """The new positions, and which of them are kept; None for all."""
        if len(self._borders) == 1 and self.kept[0]:
            return positions + self._distances[0], None
        piece = self._finder.rows(positions)
        kept = None if self.kept.all() else self.kept[piece]
        return positions + self._distances[piece], kept

    def keeps(self, positions: Array) -> Array:
        """Whether each of the positions is kept."""
        return np.asarray(self.kept[self._finder.rows(positions)])

    def gone_positions(self, end: int) -> int:
        """How many of the positions up to `end` are not kept."""
        return int(np.diff(np.append(self._borders, end))[~self.kept].sum())


@record
class Layout:
    """The new numbering: stretches of (source, first row, end) in their order."""

    sources: tuple[Documents, ...]
    pieces: tuple[tuple[int, int, int], ...]

    def stretches(self) -> list[Stretch]:
        """The stretches in their order, each with the documents that it is of."""
        return [(self.sources[number], low, end) for number, low, end in self.pieces]

    def moves(self, space: str, written: Documents) -> list[Move]:
        """How the positions of each source move; `written` are all documents."""
        base = f"{space}_base"
        bases: list[Array] = [getattr(rows, base) for rows in self.sources]
        new, row = getattr(written, base), 0
        parts = [[(0, 0, False)] for _ in bases]  # border, distance, kept
        for number, low, end in self.pieces:
            old = bases[number]
            distance = int(new[row]) - int(old[low])
            parts[number] += (int(old[low]), distance, True), (int(old[end]), 0, False)
            row += end - low
        for part, old in zip(parts, bases, strict=True):
            part.append((int(old[-1]), 0, False))
        return [_without_empty(*map(np.array, zip(*p, strict=True))) for p in parts]


def _without_empty(borders: Array, distances: Array, kept: Array) -> Move:
    """Without pieces in which there is nothing, which begin where the next begins."""
    filled = np.append(borders[1:] != borders[:-1], False)
    if not filled.any():
        filled[0] = True
    return Move(borders[filled], distances[filled], kept[filled])


def layout(
    sources: Sequence[Documents], kept: Sequence[Iterable[bytes] | None]
) -> Layout:
    """The numbering of the rows of all sources, or of those with the `kept` doc_ids."""
    rows = (
        _rows(number, documents, None if wanted is None else frozenset(wanted))
        for number, (documents, wanted) in enumerate(zip(sources, kept, strict=True))
    )
    pieces: list[tuple[int, int, int]] = []
    source = first = end = -1
    for _, number, row in merge(*rows):
        if (number, row) != (source, end):
            pieces.append((source, first, end))
            source, first = number, row
        end = row + 1
    pieces.append((source, first, end))
    return Layout(tuple(sources), tuple(pieces[1:]))


def _rows(
    number: int, documents: Documents, wanted: frozenset[bytes] | None
) -> Iterator[tuple[bytes, int, int]]:
    """(doc_id, source, row) of the rows of a source, or of those that are wanted."""
    for row, doc_id in enumerate(documents.doc_ids()):
        if wanted is None or doc_id in wanted:
            yield doc_id, number, row
