"""In which zone does a position stand, and does a blank stand before it?

Blanks are one bit a position in the column `blanks`. Zones (with LOOSE) are runs: the
value of each is a byte of `zones`, and `zones_from` says at which of the SPAN positions
that share a block it begins; `zones_at` has for each block of positions how many runs
begin before it, and a last number for all, each in as many bytes as that one needs. So
a run is found by reading a few bytes.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from struct import calcsize

from searchkit.analysis.analyzer import BLANK
from searchkit.engines.columns.files import Columns, corrupt
from searchkit.engines.columns.varints import WIDTHS, narrowest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

BLANK_SHIFT = BLANK.bit_length() - 1
SPAN_BITS = 8  # of a position within its block: a byte
SPAN = 1 << SPAN_BITS


class Tags:
    """The tags of all positions of the text. Safe for many threads."""

    def __init__(self, columns: Columns) -> None:
        """Read nothing yet. Raises: IndexCorruptError."""
        self._path = columns.path
        self._blanks = columns.column("blanks")
        self._zones = columns.column("zones")
        self._from = columns.column("zones_from")
        self._at = columns.column("zones_at")
        self._code = WIDTHS[narrowest([len(self._zones)])]
        self._size = calcsize(self._code)
        if len(self._zones) != len(self._from):
            raise corrupt(self._path, "its zones do not begin as often as they are")

    def __getitem__(self, position: int) -> int:
        """The tag of a global position: zone, LOOSE, BLANK."""
        byte = self._blanks.slice(position >> 3, (position >> 3) + 1)[0]
        blank = byte >> (position & 7) & 1
        return self.zone(position) | blank << BLANK_SHIFT

    def zone(self, position: int) -> int:
        """The tag of a global position without BLANK, of which nothing is read."""
        block, place = position >> SPAN_BITS, position & SPAN - 1
        at, size = self._size * block, self._size
        first, end = self._at.slice(at, at + 2 * size).cast(self._code)
        run = first + bisect_right(self._from.slice(first, end), place) - 1
        return self._zones.slice(run, run + 1)[0]

    def of(self, positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The tags of many positions in any order."""
        import numpy as np

        blanks = self._blanks.gather(positions >> 3) >> (positions & 7).astype(np.uint8)
        blanks = (blanks & np.uint8(1)) << np.uint8(BLANK_SHIFT)
        return self.zones(positions) | blanks

    def zones(self, positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The same without BLANK, of which nothing is read."""
        import numpy as np

        blocks = positions >> SPAN_BITS
        runs = self._firsts.take(blocks).astype(np.int64)
        ends = self._firsts.take(blocks + 1).astype(np.int64)
        places = (positions & SPAN - 1).astype(np.uint8)
        open_ = np.flatnonzero(runs < ends)
        while len(open_):  # a binary search in each block that more than one run is in
            low, high = runs.take(open_), ends.take(open_)
            middle = (low + high) >> 1
            begun = self._from.gather(middle) <= places.take(open_)
            runs[open_] = np.where(begun, middle + 1, low)
            ends[open_] = np.where(begun, high, middle)
            open_ = open_[runs.take(open_) < ends.take(open_)]
        return self._zones.gather(runs - 1)

    def between(self, low: int, high: int) -> NDArray[np.uint8]:
        """The tags of all positions from low to high, high excluded."""
        import numpy as np

        if low >= high:
            return np.empty(0, np.uint8)
        first, last = low >> SPAN_BITS, (high - 1 >> SPAN_BITS) + 1
        firsts = self._firsts[first : last + 1]
        counts, begin, end = np.diff(firsts), int(firsts[0]), int(firsts[-1])
        starts = np.arange(first, last).repeat(counts) << SPAN_BITS
        starts += np.frombuffer(self._from.slice(begin, end), np.uint8)
        borders = np.clip(starts, low, high)
        zones = np.frombuffer(self._zones.slice(max(0, begin - 1), end), np.uint8)
        if begin == 0:
            begin, borders = 1, borders[1:]
        sizes = np.diff(borders, prepend=low, append=high)
        bits = np.frombuffer(self._blanks.slice(low >> 3, (high + 7) >> 3), np.uint8)
        blanks = np.unpackbits(bits, bitorder="little")[low & 7 :][: high - low]
        found: NDArray[np.uint8] = zones.repeat(sizes) | blanks << np.uint8(BLANK_SHIFT)
        return found

    @cached_property
    def _firsts(self) -> NDArray[np.unsignedinteger[Any]]:
        """By block, how many runs begin before it; as mapped."""
        import numpy as np

        firsts = np.asarray(self._at.integers(self._code))
        fit = len(firsts) == -(-8 * len(self._blanks) // SPAN) + 1
        fit = fit and firsts[-1] == len(self._zones)
        if not fit or (firsts[1:] < firsts[:-1]).any():
            raise corrupt(self._path, "its zones lie where they cannot")
        return firsts
