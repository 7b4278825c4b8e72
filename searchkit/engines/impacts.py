"""Which impact codes do frequencies have, many at a time?

The same as `ranking.impact_code` gives each of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from searchkit.engines.ranking import CODE_BORDERS

_KEPT_BITS = 10  # of a mantissa: no two borders of codes share all before and these
_DROPPED = np.int64(52 - _KEPT_BITS)
_LOWEST = int(np.float64(CODE_BORDERS[1] / 2).view(np.int64) >> _DROPPED)
_HIGHEST = int(np.float64(CODE_BORDERS[-1] * 2).view(np.int64) >> _DROPPED)
_EDGES: NDArray[np.float64] = (np.arange(_LOWEST, _HIGHEST + 1) << _DROPPED).view(
    np.float64
)
_CODES_OF_EDGES = np.array(CODE_BORDERS).searchsorted(_EDGES, "right").astype(np.uint8)
_NEXT_BORDER = np.array((*CODE_BORDERS, np.inf))


def codes_of(xs: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The impact codes of frequencies above 0.

    The first bits of a float tell its code or the one below: one comparison decides,
    where a binary search in all borders takes four times as long.
    """
    keys = np.clip((xs.view(np.int64) >> _DROPPED) - _LOWEST, 0, _HIGHEST - _LOWEST)
    codes: NDArray[np.uint8] = _CODES_OF_EDGES.take(keys)
    codes += xs >= _NEXT_BORDER.take(codes)
    return codes
