"""What are the lists of many terms, and by how much do they rise?

All of them together are two arrays, so that no step is taken for each in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from searchkit.engines.columns.arrays import Numbers
from searchkit.record import record

VALUES_AT_ONCE = 1 << 19
"""A multiple of 8, so that their bits are whole bytes."""


def do_nothing() -> None:
    """What need not be told."""


@record
class Lists:
    """One list for each of n terms: `values[bounds[i] : bounds[i + 1]]` rises.

    `read` is called when a stretch of many values was read.
    """

    values: Numbers
    bounds: Numbers
    read: Callable[[], None] = do_nothing

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def counts(self) -> Numbers:
        """How many values each list has."""
        return np.diff(self.bounds)

    def part(self, first: int, last: int) -> Lists:
        """Some of the lists."""
        bounds = self.bounds[first : last + 1]
        values = self.values[bounds[0] : bounds[-1]]
        return Lists(values, bounds - bounds[0], self.read)


def check_rising(lists: Lists, limit: int) -> None:
    """Raises: ValueError if a list does not rise, or not within 0 and the limit."""
    firsts, ends = _filled(lists)
    values, falls = lists.values, 0
    for at in range(0, len(values) - 1, VALUES_AT_ONCE):
        some = values[at : at + VALUES_AT_ONCE + 1]
        falls += int(np.count_nonzero(some[1:] <= some[:-1]))
        lists.read()
    between = firsts[1:]  # where one list ends and the next begins, it may fall
    falls -= int(np.count_nonzero(values[between] <= values[between - 1]))
    low, high = values[firsts].min(initial=0), values[ends - 1].max(initial=-1)
    if falls or low < 0 or high >= limit:
        raise ValueError("a list does not rise within its limits")


def differences(lists: Lists) -> Iterator[tuple[int, Numbers]]:
    """Each value less the one before it in its list; the first of a list as it is.

    In pieces, each with the place of its first value: of a single list there may be
    many millions. There is at least one piece.
    """
    firsts, _ = _filled(lists)
    values = lists.values
    for at in range(0, max(1, len(values)), VALUES_AT_ONCE):
        piece = values[at : at + VALUES_AT_ONCE]
        found = np.array(piece, np.int64)
        found[1:] -= piece[:-1]
        if at:
            found[0] -= values[at - 1]
        low, high = np.searchsorted(firsts, (at, at + len(piece)))
        starts = firsts[low:high]
        found[starts - at] = values[starts]
        lists.read()
        yield at, found


def _filled(lists: Lists) -> tuple[Numbers, Numbers]:
    """Where the lists begin that are not empty, and where they end."""
    present = lists.counts > 0
    return lists.bounds[:-1][present], lists.bounds[1:][present]
