"""How many terms are dealt with at a time, so that memory is bounded?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from searchkit.engines.columns.arrays import Array

_SLAB = 1 << 18  # occurrences in a slab, or those of a single term
_SLAB_TERMS = 1 << 16

Slab = tuple[int, int, int]
"""The first of some terms, their end, and their sizes together."""


def slabs(sizes: Array) -> Iterator[Slab]:
    """Ranges of terms whose sizes together are at most about a slab's."""
    ends = np.cumsum(sizes)
    low = 0
    while low < len(ends):
        before = ends[low - 1] if low else 0
        high = int(np.searchsorted(ends, before + _SLAB, side="right"))
        high = min(max(high, low + 1), low + _SLAB_TERMS)
        yield low, high, int(ends[high - 1] - before)
        low = high
