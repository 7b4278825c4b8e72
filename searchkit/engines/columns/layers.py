"""How are numbers divided into layers, so that lists are short and soon put together?

What `postings` says of lists, by numpy: for the lists of many terms at once, and for
one that is too long to be looked at in one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from searchkit.engines.columns.arrays import Bools, Bytes, Numbers
from searchkit.engines.columns.packed import (
    array_sizes,
    firsts_of,
    pack,
    pack_pieces,
    unpack_all,
)
from searchkit.engines.columns.postings import MOST_LAYERS, Shape
from searchkit.engines.columns.rows import join_rows, starts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Layers = NDArray[np.int64]
"""Of each layer how many numbers each list has there, then of how many bits.

0 and 0 where a list has no such layer.
"""

_WHOLE_BYTES = 64  # numbers of a list below which parts cost more time than bytes
_STEP = 2  # bits: with odd ones a layer has a part more, and lists are 1 % shorter
# What another layer must save, in quarters of a bit, so that reading it is worth it:
_DEEPER = 6  # for each number of the layer before
_HEAD = 640  # and besides
_AT_ONCE = 1 << 19  # a multiple of 8, so that their bits are whole bytes


def shortest(lengths: Numbers) -> Layers:
    """The layers that make lists shortest.

    `lengths[i, n]` says how many numbers of list i have n bits.
    """
    counts = lengths.sum(axis=1)
    found = np.zeros((MOST_LAYERS, 2, len(counts)), np.int64)
    few = counts < _WHOLE_BYTES
    for chosen, step in ((few, 8), (~few, _STEP)):
        if chosen.any():
            found[:, :, chosen] = _shortest(lengths[chosen], step)
    return found


def _shortest(lengths: Numbers, step: int) -> Numbers:
    """The same where layers end after multiples of so many bits: at *cuts*.

    What layers from a cut on cost is told by what those from later cuts on cost.
    """
    at_least = lengths[:, ::-1].cumsum(axis=1)[:, ::-1]  # so many bits
    most = max(1, lengths.shape[1] - 1)
    cuts = np.arange((most + step - 1) // step + 1)
    beyond = np.zeros((len(lengths), len(cuts)), np.int64)  # how many go beyond a cut
    beyond[:, : -(-(lengths.shape[1] - 1) // step)] = at_least[:, 1::step]
    beyond[:, 0] = at_least[:, 0]  # each has some in the first layer
    tops = np.maximum(1, (beyond > 0).sum(axis=1))
    costs = 4 * step * beyond * np.maximum(0, tops[:, None] - cuts)
    ends = np.broadcast_to(tops[:, None], beyond.shape)  # of the layer from each cut on
    by_layers = []  # these ends, if one layer is left, two, …
    for _ in range(1, MOST_LAYERS):
        by_layers.append(ends)
        best, ends = costs.copy(), ends.copy()
        for more in cuts[1:].tolist():
            here = beyond[:, :-more]
            cost = here * (4 * step * more + _DEEPER) + _HEAD + costs[:, more:]
            better = cost < best[:, :-more]
            best[:, :-more][better] = cost[better]
            ends[:, :-more][better] = np.broadcast_to(cuts[more:], here.shape)[better]
        costs = best
    by_layers.append(ends)
    every, start = np.arange(len(lengths)), np.zeros(len(lengths), np.int64)
    found = []
    for ends in reversed(by_layers):
        end = ends[every, start]
        found.append((beyond[every, start], end - start))  # behind the top 0 and 0
        start = end
    layers = np.array(found)
    layers[:, 1] *= step
    return layers


def list_sizes(layers: Layers) -> Numbers:
    """The bytes of lists of these layers."""
    counts, bits = layers.swapaxes(0, 1)
    flags = np.where(bits[1:] > 0, counts[:-1], 0)
    sizes = array_sizes(counts, bits).sum(axis=0)
    return np.asarray(sizes + array_sizes(flags, 1).sum(axis=0), np.int64)


def _more(layers: Layers) -> Bools:
    """Which lists have a second one of these layers."""
    return np.asarray(layers[1, 1] > 0 if len(layers) > 1 else layers[0, 1] < 0)


def pack_lists(values: Any, layers: Layers) -> tuple[Bytes, Numbers]:
    """The lists in a row, and the bytes of each."""
    (counts, bits), more = layers[0], _more(layers)
    low = values & ((1 << bits) - 1).astype(values.dtype).repeat(counts)
    fields = [pack(low, counts, bits)]
    if more.any():
        high = values >> bits.astype(values.dtype).repeat(counts)
        if not more.all():
            high = high.take(more.repeat(counts).nonzero()[0])
        has = high > 0
        fields.append(pack(has, np.where(more, counts, 0), np.ones_like(bits)))
        fields.append(pack_lists(high.take(has.nonzero()[0]), layers[1:]))
    return join_rows(fields, len(counts))


def pack_list(pieces: Callable[[], Iterable[Any]], shape: Shape) -> Bytes:
    """One list, whose numbers come in pieces of a multiple of 8, the last excepted."""
    (count, bits), below = shape[0], shape[1:]
    full = (1 << bits) - 1
    low = pack_pieces((piece & full for piece in pieces()), count, bits)
    if not below:
        return low
    flags = pack_pieces((piece > full for piece in pieces()), count, 1)
    high = np.concatenate([piece[piece > full] >> bits for piece in pieces()])
    starts = range(0, len(high), _AT_ONCE)
    more = pack_list(lambda: (high[at : at + _AT_ONCE] for at in starts), below)
    return np.concatenate((low, flags, more))


def unpack_lists(data: Bytes, at: Numbers, layers: Layers) -> Numbers:
    """The numbers of the lists at some places of the data, list after list.

    Raises: ValueError if the layers do not fit each other.
    """
    (counts, bits), more = layers[0], _more(layers)
    found = unpack_all(data, at, counts, bits)
    if not more.any():
        return found
    flagged = np.where(more, counts, 0)
    at = at + array_sizes(counts, bits)
    places = unpack_all(data, at, flagged, np.ones_like(bits)).nonzero()[0]
    told = np.diff(places.searchsorted(np.append(starts_of(flagged), flagged.sum())))
    if (told != layers[1, 0]).any():
        raise ValueError("another layer has more numbers than it should, or fewer")
    if not more.all():
        places = more.repeat(counts).nonzero()[0].take(places)
    high = unpack_lists(data, at + array_sizes(flagged, 1), layers[1:])
    high <<= bits.repeat(told)
    found[places] |= high
    return found


def firsts_of_lists(data: Bytes, at: Numbers, layers: Layers) -> Numbers:
    """The first number of each of the lists, which are not empty."""
    counts, bits = layers[0]
    found = firsts_of(data, at, counts, bits)
    (more,) = _more(layers).nonzero()
    at = at + array_sizes(counts, bits)
    more = more[firsts_of(data, at[more], counts[more], np.ones_like(more)) > 0]
    if len(more):
        at = at[more] + array_sizes(counts[more], 1)
        high = firsts_of_lists(data, at, layers[1:, :, more])
        found[more] |= high << bits[more]
    return found
