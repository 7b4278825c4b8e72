"""Which postings of a generation are those of one of Whoosh's fields?

The positions of a term inside that field's stretch of each row, so counts and lengths
are those of the field alone.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from whoosh.reading import TermInfo

from searchkit.engines.columns.arrays import Numbers
from searchkit.engines.reader import GenerationReader
from searchkit.engines.whoosh.integers import as_array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BLOCK = 128  # postings that share score bounds


class Stretches:
    """Where each document's part of a field begins and ends in its row."""

    def __init__(self, reader: GenerationReader, field: str) -> None:
        """`field` is one of SEARCH_FIELDS."""
        self.base = _numbers(reader.math_base if field == "math" else reader.text_base)
        rows = np.diff(self.base)
        ends = {
            "title": (0, reader.title_end),
            "alias": (reader.title_end, reader.alias_end),
            "address": (reader.alias_end, reader.address_end),
            "topic": (reader.address_end, reader.body_start),
            "body": (reader.body_start, rows),
            "math": (0, rows),
        }
        low, high = ends[field]
        self.low: Any = _numbers(low) if low else 0
        self.high = _numbers(high)

    @cached_property
    def lengths(self) -> Numbers:
        """How many positions the field has in each document, gaps included."""
        found: Numbers = self.high - self.low
        return found

    def inside(self, positions: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Document and row position of those global positions that are in the field.

        The third column counts, for each position and the end, those before it.
        """
        documents = np.searchsorted(self.base, positions, "right") - 1
        places = positions - self.base[documents]
        low = self.low[documents] if isinstance(self.low, np.ndarray) else 0
        kept = (places >= low) & (places < self.high[documents])
        counts = np.zeros(len(positions) + 1, np.int64)
        np.cumsum(kept, out=counts[1:])
        return documents[kept], places[kept], counts


class FieldPostings(TermInfo):
    """The postings of a term in a field: statistics, documents and positions."""

    block = _BLOCK

    def __init__(
        self, documents: Numbers, positions: Numbers, lengths: Numbers
    ) -> None:
        """`documents` has an item a position; `lengths` one a document of all."""
        self._starts = np.flatnonzero(np.diff(documents, prepend=-1))
        unique = documents[self._starts]
        counts = np.diff(self._starts, append=len(documents))
        self.count = len(unique)
        self.documents = as_array(unique)
        self.weights: Sequence[float] | None = as_array(counts)
        self._counts, self._positions = counts, positions
        self._lengths = lengths[unique]
        super().__init__(
            weight=len(documents),
            df=self.count,
            minlength=int(self._lengths.min(initial=1 << 32)),
            maxlength=int(self._lengths.max(initial=0)),
            maxweight=int(counts.max(initial=0)),
            minid=int(unique[0]) if self.count else 0,
            maxid=int(unique[-1]) if self.count else 0,
        )

    @property
    def values(self) -> FieldPostings:
        return self

    def value(self, number: int) -> bytes:
        return array("I", self.positions(number)).tobytes()

    def value_as(self, number: int, name: str) -> Any:
        if name == "positions":
            return self.positions(number)
        if name == "position_boosts":
            return [(position, 1) for position in self.positions(number)]
        return int(self._counts[number])  # the frequency is the weight

    def positions(self, number: int) -> list[int]:
        """Where the term stands in the document of that posting."""
        start, count = self._starts[number], self._counts[number]
        found: list[int] = self._positions[start : start + count].tolist()
        return found

    def bounds(self, number: int) -> tuple[float, int, int]:
        """Of the block of a posting: highest weight, shortest and longest field."""
        most, shortest, longest = self._rows
        row = number // _BLOCK
        return float(most[row]), int(shortest[row]), int(longest[row])

    @cached_property
    def _rows(self) -> tuple[Any, Any, Any]:
        starts = np.arange(0, self.count, _BLOCK)
        return (
            np.maximum.reduceat(self._counts, starts),
            np.minimum.reduceat(self._lengths, starts),
            np.maximum.reduceat(self._lengths, starts),
        )


def _numbers(column: Any) -> Numbers:
    return np.asarray(column).astype(np.int64)
