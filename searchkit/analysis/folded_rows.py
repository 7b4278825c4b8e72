"""How is much text folded at once, and where does each character come from?

As `folding.fold`, by a table over all code points. Where a character folds to none or
several, `fold` itself is asked for the stretch of text that it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from searchkit.analysis.folding import fold
from searchkit.analysis.scripts import HAN, UNSPACED
from searchkit.analysis.tokens import BORDER, HAN_CHARACTER, UNSPACED_CHARACTER
from searchkit.record import record

Points = NDArray[np.uint32]
Offsets = NDArray[np.int64]

_ALL = 0x110000
_UNEVEN = 0xFFFFFFFF
_LAST_BLANK = 0x3000
BLANK_KIND, HAN_KIND, UNSPACED_KIND = 1, 2, 3  # of a character; 0: any other


@record
class FoldedRow:
    """Stretches of text, folded, one after the other with a BORDER before each.

    Character i folded to `points[i]` from `source[lefts[i]:rights[i]]`; the stretches
    begin in the source at `starts`. `cut` is what tokens are made of: capitals as
    written, and stand-ins. `odd[i]` tells that its letter is not what was written.
    """

    source: str
    starts: Offsets
    points: Points
    lefts: Offsets
    rights: Offsets
    kinds: NDArray[np.uint8]
    cut: Points
    odd: NDArray[np.bool_]


def code_points(text: str) -> Points:
    """The text's code points."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def fold_row(stretches: Sequence[str]) -> FoldedRow:
    """Fold the stretches, each by itself."""
    source = BORDER.join(["", *stretches])
    written = code_points(source)
    lengths = np.fromiter(map(len, stretches), np.int64, len(stretches))
    starts = np.cumsum(lengths + 1) - lengths
    points = _table().fold(written)
    points[starts - 1] = 0
    lefts = np.arange(len(points))
    rights = lefts + 1
    longer = None
    if (uneven := points == _UNEVEN).any():
        which = np.searchsorted(starts, np.flatnonzero(uneven), "right") - 1
        points, lefts, rights = _spliced(
            points, stretches, starts, sorted({*which.tolist()})
        )
        written, longer = written[lefts], rights - lefts != 1
    capital = (written >= ord("A")) & (written <= ord("Z")) & (points == written + 32)
    cut = points.copy()
    np.copyto(cut, written, where=capital)
    odd = written != cut
    if longer is not None:
        odd |= longer
    kinds = _kinds().take(points)
    _stand_in(cut, kinds)
    return FoldedRow(source, starts, points, lefts, rights, kinds, cut, odd)


def _spliced(
    points: Points, stretches: Sequence[str], starts: Offsets, uneven: list[int]
) -> tuple[Points, Offsets, Offsets]:
    """The row with the uneven stretches folded one by one; points, lefts, rights."""
    columns: list[tuple[Points, Offsets, Offsets]] = []
    at = 0
    for number in uneven:
        start = int(starts[number])
        even = np.arange(at, start)
        columns.append((points[at:start], even, even + 1))
        folded = fold(stretches[number])
        at = start + len(stretches[number])
        places = folded.starts
        if places is None:
            places = range(len(stretches[number]) + 1)
        lefts = np.array(places, np.int64) + start
        ends = np.append(np.flatnonzero(np.diff(lefts)) + 1, len(lefts) - 1)
        groups = np.searchsorted(ends, np.arange(len(lefts) - 1), "right")
        columns.append((code_points(folded.text), lefts[:-1], lefts[ends[groups]]))
    even = np.arange(at, len(points))
    columns.append((points[at:], even, even + 1))
    spliced = [np.concatenate(column) for column in zip(*columns, strict=True)]
    return spliced[0], spliced[1], spliced[2]


def _stand_in(cut: Points, kinds: NDArray[np.uint8]) -> None:
    """Put stand-ins for the characters that are written without blanks.

    What follows a character that is not Han in a run without blanks is as it.
    """
    cut[kinds == HAN_KIND] = ord(HAN_CHARACTER)
    other = kinds == UNSPACED_KIND
    if other.any():
        order = np.arange(len(kinds))
        last = np.maximum.accumulate(np.where(other, order, -1))
        inside = kinds >= HAN_KIND
        border = np.maximum.accumulate(np.where(inside, -1, order))
        cut[inside & (last > border)] = ord(UNSPACED_CHARACTER)


class _Table:
    """What each code point folds to, filled as characters are met.

    Which are new a set tells: numpy's `unique` imports its masked arrays to find out,
    8 ms and 1.6 MB of each process.
    """

    def __init__(self) -> None:
        self._folded = np.zeros(_ALL, np.uint32)  # 0, to which none folds: not met

    def fold(self, points: Points) -> Points:
        """The folded code points; _UNEVEN where it is not one for one."""
        folded = self._folded.take(points)  # half of the time of an index
        if not folded.all():
            for point in {*points[folded == 0].tolist()}:
                self._meet(point)
            folded = self._folded.take(points)
        return folded

    def _meet(self, point: int) -> None:
        folded = fold(chr(point))
        even = folded.starts is None
        self._folded[point] = ord(folded.text) if even else _UNEVEN


@cache
def _table() -> _Table:
    return _Table()


@cache
def _kinds() -> NDArray[np.uint8]:
    """The kind of character by code point."""
    kinds = np.zeros(_ALL, np.uint8)
    kinds[[point for point in range(_LAST_BLANK + 1) if chr(point).isspace()]] = (
        BLANK_KIND
    )
    for characters, kind in ((UNSPACED, UNSPACED_KIND), (HAN, HAN_KIND)):
        for first, last in re.findall("(.)(?:-(.))?", characters):
            kinds[ord(first) : ord(last or first) + 1] = kind
    return kinds
