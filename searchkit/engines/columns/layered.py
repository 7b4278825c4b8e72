"""How do rising lists become differences, in the layers that make them shortest?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from searchkit.engines.columns.arrays import Bools, Bytes, Numbers
from searchkit.engines.columns.layers import (
    Layers,
    list_sizes,
    pack_list,
    pack_lists,
    shortest,
)
from searchkit.engines.columns.lists import (
    VALUES_AT_ONCE,
    Lists,
    check_rising,
    differences,
)
from searchkit.engines.columns.postings import MORE, MOST_LAYERS, SKIP, Shape
from searchkit.engines.columns.records import RecordRows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LISTS_AT_ONCE = 4096  # whose bits are chosen: of each one, how many values have which
_EXPONENT = 1023  # of 1 as a float
_MANTISSA_BITS = 52


class LayeredLists:
    """Lists as differences, in the layers that make them shortest."""

    def __init__(self, lists: Lists, limit: int) -> None:
        check_rising(lists, limit)
        self._lists, self._counts = lists, lists.counts
        self._whole: Any = None  # all differences, if they are not too many
        if len(lists.values) <= VALUES_AT_ONCE:
            ((_, whole),) = differences(lists)
            small = int(whole.max(initial=0)) < 1 << 31
            self._whole = whole.astype(np.uint32) if small else whole
        chosen = [
            shortest(self._lengths(first, min(first + _LISTS_AT_ONCE, len(lists))))
            for first in range(0, len(lists), _LISTS_AT_ONCE)
        ]
        none = np.zeros((MOST_LAYERS, 2, 0), np.int64)
        self._layers: Layers = np.concatenate([none, *chosen], axis=2)
        self.sizes: Numbers = list_sizes(self._layers)
        """The bytes of each list."""

    def _lengths(self, first: int, last: int) -> Numbers:
        """How many differences of each of some lists have how many bits."""
        lists = self._lists.part(first, last)
        width = int(lists.values.max(initial=0)).bit_length() + 1
        found = np.zeros((len(lists), width), np.int64)
        for at, values in self._pieces(first, last):
            # The exponent of a float is the bits of its whole part less one.
            lengths = (2.0 * values + 1).view(np.int64)
            lengths >>= _MANTISSA_BITS
            lengths -= _EXPONENT
            within = np.clip(lists.bounds, at, at + len(values))
            of = np.arange(0, found.size, width)
            lengths += np.repeat(of, within[1:] - within[:-1])
            found += np.bincount(lengths, minlength=found.size).reshape(found.shape)
        return found

    def put_shape(self, record: RecordRows, chosen: Bools) -> None:
        """What the head of a record says of the chosen lists."""
        bits = np.pad(self._layers[:, 1], ((0, 1), (0, 0)))  # none below the last
        for layer, counts in enumerate(self._layers[:, 0]):
            if layer:
                record.put_number(counts, chosen)
            more = bits[layer + 1] > 0
            shape = bits[layer] + np.where(more, MORE, 0)
            ones = np.ones(chosen.sum(), np.int64)
            record.put(shape[chosen].astype(np.uint8), ones, chosen)
            chosen = chosen & more

    def skips(self, chosen: Bools) -> tuple[Bytes, Numbers]:
        """Where the chosen lists can be entered (see postings), and the bytes of it."""
        found = [np.empty(0, np.uint8)]
        sizes = np.zeros(len(self._counts), np.int64)
        for i in np.flatnonzero(chosen & (self._counts > SKIP)).tolist():
            row = slice(*self._lists.bounds[i : i + 2])
            skips = slice(SKIP - 1, (self._counts[i] - 1) // SKIP * SKIP, SKIP)
            here = [self._lists.values[row][skips].astype("<i8").view(np.uint8)]
            bits = 0
            for _, more in self._shape(i)[:-1]:
                bits += more
                longer = self._longer_at(i, skips, bits)
                here.append(longer.astype("<u4").view(np.uint8))
            found += here
            sizes[i] = sum(map(len, here))
        return np.concatenate(found), sizes

    def _shape(self, i: int) -> Shape:
        """The layers of one list."""
        layers = self._layers[:, :, i].tolist()
        return tuple([(count, bits) for count, bits in layers if bits])

    def _longer_at(self, i: int, places: slice, bits: int) -> Numbers:
        """How many differences of a list have more bits, up to each of some places."""
        before, found = 0, []
        wanted = np.arange(self._counts[i])[places]
        for at, values in self._pieces(i, i + 1):
            longer = (values >> bits > 0).cumsum() + before
            low, high = np.searchsorted(wanted, (at, at + len(values)))
            found.append(longer[wanted[low:high] - at])
            before = longer[-1]
        return np.concatenate(found)

    def _pieces(self, first: int, last: int) -> Iterator[tuple[int, Any]]:
        """The differences of some lists, each piece with the place of its first one."""
        lists = self._lists.part(first, last)
        if self._whole is None:
            yield from differences(lists)
        else:
            start = int(self._lists.bounds[first])
            yield 0, self._whole[start : start + len(lists.values)]

    def put_lists(self, record: RecordRows, chosen: Bools) -> None:
        """The layers of the chosen lists."""
        values = self._whole
        if values is None:
            lists = [self._in_pieces(i) for i in np.flatnonzero(chosen).tolist()]
            data = np.concatenate([np.empty(0, np.uint8), *lists])
            record.put(data, np.array([*map(len, lists)], np.int64), chosen)
            return
        if not chosen.all():
            values = values.take(np.repeat(chosen, self._counts).nonzero()[0])
        record.put(*pack_lists(values, self._layers * chosen))

    def _in_pieces(self, i: int) -> Bytes:
        """One list, of which there may be many millions of values."""
        return pack_list(
            lambda: (values for _, values in self._pieces(i, i + 1)), self._shape(i)
        )
