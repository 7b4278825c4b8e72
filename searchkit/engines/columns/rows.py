"""In which of many rows that follow each other does each of many places lie?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

_MOST_BITS = 20  # of a number in the table, which takes 8 MB then
_BITS_MORE = 4  # in the table than rows: few steps are left to go


class RowFinder:
    """Finds rows by a table of the rows at places of equal distance.

    Where 2**19 places lie, it tells in a half to a tenth of the time that a binary
    search for each takes: in 2.6 ms instead of 5.9 of 6,800 rows, or instead of 45
    where the places do not rise.
    """

    def __init__(self, bases: Numbers) -> None:
        """Row i begins at `bases[i]`, the first at 0; the last has no end."""
        bits = min(_MOST_BITS, len(bases).bit_length() + _BITS_MORE)
        self._shift = max(0, int(bases[-1]).bit_length() - bits)
        places = np.arange((int(bases[-1]) >> self._shift) + 1) << self._shift
        self._table = bases.searchsorted(places, "right") - 1
        self._ends = np.append(bases[1:], np.iinfo(np.int64).max)

    def rows(self, places: Numbers) -> Numbers:
        """The row of each of the places."""
        found = self._table.take(places >> self._shift, mode="clip")
        late = np.flatnonzero(places >= self._ends.take(found))
        while len(late):
            found[late] += 1
            late = late[places[late] >= self._ends[found[late]]]
        return found
