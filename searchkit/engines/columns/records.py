"""How are the records of many terms put together, a field of all terms at a time?"""

from __future__ import annotations

import numpy as np

from searchkit.engines.columns.arrays import Bools, Bytes, Numbers
from searchkit.engines.columns.rows import join_rows, starts_of
from searchkit.record import record


@record
class Records:
    """The records of some terms in a row, and the bytes of each."""

    data: Bytes
    sizes: Numbers


class RecordRows:
    """Rows of bytes, one a term, that are gathered field by field."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._fields: list[tuple[Bytes, Numbers]] = []

    def put(self, data: Bytes, sizes: Numbers, chosen: Bools | None = None) -> None:
        """A field of so many bytes for each term, or for each of the chosen ones."""
        if chosen is not None:
            sizes, chosen_sizes = np.zeros(self._count, np.int64), sizes
            sizes[chosen] = chosen_sizes
        self._fields.append((data, sizes))

    def put_number(self, values: Numbers, chosen: Bools) -> None:
        """A varint for each of the chosen terms; `values` are of all."""
        data, sizes = pack_varints(values[chosen])
        self.put(data, sizes, chosen)

    def joined(self) -> Records:
        """All rows, one after the other."""
        return Records(*join_rows(self._fields, self._count))


def pack_varints(values: Numbers) -> tuple[Bytes, Numbers]:
    """The values as varints in a row, and the bytes of each."""
    sizes = np.ones(len(values), np.int64)
    largest = int(values.max(initial=0))
    for shift in range(7, largest.bit_length(), 7):
        sizes += values >> shift > 0
    out = np.empty(int(sizes.sum()), np.uint8)
    starts = starts_of(sizes)
    for index in range(int(sizes.max(initial=0))):
        here = np.flatnonzero(sizes > index)
        more = np.where(sizes[here] > index + 1, 128, 0)
        out[starts[here] + index] = values[here] >> 7 * index & 127 | more
    return out, sizes
