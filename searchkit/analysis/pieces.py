"""What of a row is told apart by its characters, before any pattern looks at it?

Han characters and most signs are the same tokens whatever stands beside them. What
blanks and these leave is a row of pieces: words, names, and what only a pattern can
cut. Equal pieces hold equal tokens, so a pattern looks at different ones only: 118,000
of the 3.9 million of 6,800 real articles.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from searchkit.analysis.folded_rows import BLANK_KIND, FoldedRow
from searchkit.analysis.scripts import LONGEST
from searchkit.analysis.tokens import BORDER
from searchkit.record import record

Column = NDArray[np.int64]

_ALONE, _CLOSING, _ENDING, _LEADING = 1, 2, 4, 8
# A name may begin with a sign behind ALONE, and not behind CLOSING. What is ENDING may
# join what is on both sides of it.
_SIGNS = {
    _ALONE: BORDER + '([{"`=,;|<>',
    _CLOSING: "!%)*?]^}、。，：；（）！？“”",
    _ENDING: ":./\\'&~-@$",
    _LEADING: "-.@#$_",
}
SIGNS = "".join(_SIGNS.values())
"""Those that may stand beside pieces, and a few more."""


@record
class Pieces:
    """A row in pieces, which lie in its `text` from `begins[i]` to `ends[i]`.

    Beside them stand single `signs`; and `runs` of Han characters, or of others written
    without blanks, none longer than LONGEST, with the `sizes` of these.
    """

    text: str
    begins: Column
    ends: Column
    signs: Column
    runs: Column
    sizes: Column


def pieces(row: FoldedRow) -> Pieces:
    """The pieces of a row."""
    found = _kinds().take(row.cut)
    found |= (row.kinds != 0).view(np.uint8)  # ALONE
    alone = (found & _ALONE) != 0
    leading = (found & _LEADING) != 0
    closing = (found & _CLOSING) != 0
    closing[:-1] &= ~leading[1:]
    alone |= closing
    ending = (found & _ENDING) != 0
    ending[:-1] &= alone[1:]
    alone |= ending
    borders = np.flatnonzero(np.diff(alone, prepend=True, append=True))
    runs, sizes = _runs(row)
    return Pieces(
        text=row.cut.tobytes().decode("utf-32-le", "surrogatepass"),
        begins=borders[::2],
        ends=borders[1::2],
        signs=np.flatnonzero(alone & (row.kinds == 0)),
        runs=runs,
        sizes=sizes,
    )


def _runs(row: FoldedRow) -> tuple[Column, Column]:
    """Where runs of equal stand-ins begin, and how long they are."""
    stand_ins = np.zeros(len(row.cut) + 1, np.uint32)
    np.copyto(stand_ins[:-1], row.cut, where=row.kinds > BLANK_KIND)
    borders = 1 + np.flatnonzero(stand_ins[1:] != stand_ins[:-1])  # a row begins with 0
    begins = stand_ins[borders] != 0
    starts, ends = borders[begins], borders[1:][begins[:-1]]
    sizes = ends - starts
    if sizes.max(initial=0) > LONGEST:
        parts = -(-sizes // LONGEST)
        first = np.repeat(np.cumsum(parts) - parts, parts)
        starts = np.repeat(starts, parts) + LONGEST * (np.arange(len(first)) - first)
        sizes = np.minimum(np.repeat(ends, parts) - starts, LONGEST)
    return starts, sizes


@cache
def _kinds() -> NDArray[np.uint8]:
    kinds = np.zeros(0x110000, np.uint8)
    for kind, signs in _SIGNS.items():
        kinds[[*map(ord, signs)]] |= kind
    return kinds
