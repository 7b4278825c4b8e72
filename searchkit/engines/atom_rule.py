"""In which pieces of a text do the atoms stand where the rule says?

`chunk.ATOM` for a whole text at once, in columns, for those who lay down pages. A
reader of one page needs the pattern only, and no numpy.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from searchkit.engines.chunk import LONGEST_ATOM
from searchkit.engines.columns.arrays import Array

_SIGN, _BLANK, _HYPHEN, _DIGIT, _LETTER, _NONE = range(6)
_LAST_BLANK = 0x3000


def follows(
    points: Array, begins: Array, ends: Array, at: Array, starts: Array, lengths: Array
) -> Array:
    """Whether it is sure that ATOM finds the atoms of each piece, and no others.

    Piece i goes from `begins[i]` to `ends[i]` of the text, which is its code points,
    and has the positions from `at[i]` to `at[i + 1]`; `starts` and `lengths` are by
    position. Pieces rise.
    """
    if not len(begins):
        return np.zeros(0, np.bool_)
    firsts, lasts = at[:-1], at[1:]
    numbers = np.repeat(np.arange(len(begins)), lasts - firsts)
    gaps = np.maximum(lasts - 1, 0)
    gaps = gaps[(lasts > firsts) & (lengths[gaps] == 0) & (starts[gaps] == ends)]
    kept = np.ones(len(starts), np.bool_)
    kept[gaps] = False
    places = np.flatnonzero(kept)
    starts, lengths, numbers = (n.take(places) for n in (starts, lengths, numbers))
    strange = lengths < 1
    strange |= starts < begins.take(numbers)
    strange |= starts >= ends.take(numbers)
    strange[1:] |= starts[1:] <= starts[:-1]
    found = np.zeros(len(points) + 1, np.int32)
    found[starts] = lengths
    differing = np.flatnonzero(found != _lengths(points, begins, ends))
    sure = np.ones(len(begins), np.bool_)
    sure[np.searchsorted(begins, differing, "right") - 1] = False
    sure[numbers[strange]] = False
    return sure


def _lengths(points: Array, begins: Array, ends: Array) -> Array:
    """By character: how long the atom is that begins there in a piece; 0 if none."""
    kinds, size = _kinds().take(points), len(points)
    before, after = np.full(size, _NONE, np.uint8), np.full(size, _NONE, np.uint8)
    before[1:], after[:-1] = kinds[:-1], kinds[1:]
    before[begins[begins < size]] = _NONE
    after[ends[ends > 0] - 1] = _NONE
    new = (kinds != before) | (kinds < _DIGIT)
    places = np.flatnonzero(new)
    runs = np.diff(places, append=size)
    if len(long := np.flatnonzero(runs > LONGEST_ATOM)):
        for at in long.tolist():
            new[places[at] : places[at] + runs[at] : LONGEST_ATOM] = True
        places = np.flatnonzero(new)
        runs = np.diff(places, append=size)
    lengths = np.zeros(size + 1, np.int32)
    lengths[places] = runs
    hyphens = np.flatnonzero(kinds == _HYPHEN)
    joint = (before[hyphens] == _LETTER) & (after[hyphens] == _LETTER)
    lengths[hyphens[joint]] = 0
    lengths[:-1][kinds == _BLANK] = 0
    lengths[_between(begins, ends, size + 1)] = 0
    return lengths


def _between(begins: Array, ends: Array, size: int) -> Array:
    """The places below `size` that are in none of the pieces."""
    starts, stops = np.append(0, ends), np.append(begins, size)
    counts = stops - starts
    return np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(
        counts.sum()
    )


@cache
def _kinds() -> Array:
    """What each code point is to the rule."""
    table = np.zeros(0x110000, np.uint8)
    table[[point for point in range(_LAST_BLANK + 1) if chr(point).isspace()]] = _BLANK
    table[ord("-")] = _HYPHEN
    table[ord("0") : ord("9") + 1] = _DIGIT
    table[ord("A") : ord("Z") + 1] = table[ord("a") : ord("z") + 1] = _LETTER
    return table
