"""How are the tags of all positions written, in pieces of any size?

What is written depends on the tags alone and not on the pieces; see `engines.tags`.
"""

from __future__ import annotations

import numpy as np

from searchkit.analysis.analyzer import BLANK
from searchkit.engines.columns.arrays import Array
from searchkit.engines.columns.files import ColumnWriter
from searchkit.engines.columns.varints import WIDTHS, narrowest
from searchkit.engines.tags import SPAN, SPAN_BITS

_NO_ZONE = np.uint8(255)


class TagWriter:
    """Writes the columns of tags; no other column can be written meanwhile."""

    def __init__(self, writer: ColumnWriter, length: int) -> None:
        """Of so many positions."""
        self._writer = writer
        self._blanks = writer.stream("blanks")
        self._waiting = np.empty(0, np.bool_)  # blanks that do not fill a byte yet
        self._zones: list[Array] = []
        self._from: list[Array] = []
        self._counts = np.zeros(-(-length // SPAN), np.int64)  # of runs, by block
        self._last = _NO_ZONE
        self._length = 0

    def add(self, tags: Array) -> None:
        """The tags of further positions, a byte each."""
        if not len(tags):
            return
        blanks = np.concatenate([self._waiting, (tags & BLANK) != 0])
        whole = len(blanks) & ~7
        self._blanks.write(np.packbits(blanks[:whole], bitorder="little"))
        self._waiting = blanks[whole:]
        zones = tags & ~np.uint8(BLANK)
        begins = np.flatnonzero(np.diff(zones, prepend=self._last))
        self._zones.append(zones[begins])
        self._last = zones[-1]
        places = begins + self._length
        self._from.append((places & SPAN - 1).astype(np.uint8))
        first = self._length >> SPAN_BITS
        counts = np.bincount((places >> SPAN_BITS) - first)
        self._counts[first : first + len(counts)] += counts
        self._length += len(tags)

    def finish(self) -> None:
        """Write what is left."""
        self._blanks.write(np.packbits(self._waiting, bitorder="little"))
        self._blanks.close()
        none = np.empty(0, np.uint8)
        self._writer.add("zones", np.concatenate([none, *self._zones]))
        self._writer.add("zones_from", np.concatenate([none, *self._from]))
        firsts = np.concatenate([np.zeros(1, np.int64), self._counts.cumsum()])
        width = WIDTHS[narrowest([int(firsts[-1])])]
        self._writer.add("zones_at", firsts.astype(width))
