"""How are numbers packed into as few bits as they need, by numpy?

What `postings` says of arrays, for one array and for the arrays of many lists at once.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from searchkit.engines.columns.arrays import Bytes, Numbers
from searchkit.engines.columns.postings import PARTS
from searchkit.engines.columns.rows import copy_rows, rows_of, starts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BYTES = np.arange(256)
_SPREAD: dict[tuple[int, int], Any] = {  # the parts in a byte, a byte each, shifted
    (part, shift): np.stack(
        [(_BYTES >> at & (1 << part) - 1) << shift for at in range(0, 8, part)], 1
    )
    .astype(np.uint8)
    .view(f"<u{8 // part}")  # as one number
    .ravel()
    for part in PARTS
    for shift in range(0, 8, part)
}
_TYPES = [np.dtype(f"<u{size}") for size in (1, 1, 2, 4, 4, 8, 8, 8, 8)]
"""What numbers of so many bytes are in memory."""


def array_sizes(counts: Numbers, bits: Any) -> Numbers:
    """The bytes of arrays of so many numbers of so many bits each."""
    sizes: Numbers = counts * (bits >> 3)
    for part in PARTS:
        sizes += np.where(bits & part, _part_sizes(counts, part), 0)
    return sizes


def _part_sizes(counts: Numbers, part: int) -> Numbers:
    return (counts * part + 7) >> 3


def type_of(bits: int) -> Any:
    """The type of the numbers of so many bits."""
    return _TYPES[(bits + 7) >> 3]


def unpack(data: Bytes, count: int, bits: int) -> Any:
    """The numbers of one array, of the type that holds them."""
    if bits == 8:
        return data
    size, type_ = bits >> 3, type_of(bits)
    at, shift, rest = count * size, 0, None
    for part in PARTS:
        if bits & part:
            end = at + ((count * part + 7) >> 3)
            here = _SPREAD[part, shift].take(data[at:end]).view(np.uint8)[:count]
            if rest is not None:
                here |= rest
            rest = here
            at, shift = end, shift + part
    if bits < 8:
        return rest
    out = np.zeros((count, type_.itemsize), np.uint8)
    for byte in range(size):
        out[:, byte] = data[byte * count : (byte + 1) * count]
    if rest is not None:
        out[:, size] = rest
    return out.view(type_).ravel()


def _present(bits: Numbers) -> list[int]:
    return np.flatnonzero(np.bincount(bits)).tolist()


def pack(values: Any, counts: Numbers, bits: Numbers) -> tuple[Bytes, Numbers]:
    """An array of each list, of numbers of `bits[i]` bits; and the bytes of each."""
    sizes = array_sizes(counts, bits)
    out = np.empty(int(sizes.sum()), np.uint8)
    to, at = starts_of(sizes), starts_of(counts)
    order = np.flatnonzero(counts)
    order = order[bits[order].argsort(kind="stable")]
    rows = rows_of(values, at[order], counts[order])  # those of the same bits together
    at = np.append(starts_of(counts[order]), len(rows))
    for width in _present(bits[order]):
        first, last = np.searchsorted(bits[order], (width, width + 1))
        here = order[first:last]
        _pack(out, to[here], rows[at[first] : at[last]], counts[here], width)
    return out, sizes


def pack_pieces(pieces: Iterable[Any], count: int, bits: int) -> Bytes:
    """The array of `count` numbers of one list, whose pieces come one by one.

    All of them but the last are of a multiple of 8 numbers.
    """
    total = np.array([count])
    out = np.empty(int(array_sizes(total, bits)[0]), np.uint8)
    before = 0
    for piece in pieces:
        _pack(out, np.zeros(1, int), piece, np.array([len(piece)]), bits, total, before)
        before += len(piece)
    return out


def _pack(
    out: Bytes,
    to: Numbers,
    values: Any,
    counts: Numbers,
    bits: int,
    totals: Numbers | None = None,
    before: int = 0,
) -> None:
    """Write arrays of numbers of the same bits, each to its place.

    Or some of the numbers of each, of which there are `totals`, those after `before`.
    """
    at, totals = starts_of(counts), counts if totals is None else totals
    for shift in range(0, bits & ~7, 8):
        copy_rows(out, to + before, (values >> shift).astype(np.uint8), at, counts)
        to = to + totals
    if not bits & 7:
        return
    eights = (counts + 7) >> 3
    rest = np.zeros(8 * int(eights.sum()), np.uint8)
    left = (values >> (bits & ~7)).astype(np.uint8)
    copy_rows(rest, 8 * starts_of(eights), left, at, counts)
    for part in PARTS:
        if bits & part:
            each = (rest & (1 << part) - 1).reshape(-1, 8 // part)
            joined = each[:, 0]
            for place in range(1, 8 // part):
                joined = joined | each[:, place] << place * part
            sizes = _part_sizes(counts, part)
            start = to + (before * part >> 3)
            copy_rows(out, start, joined, part * starts_of(eights), sizes)
            to = to + _part_sizes(totals, part)
            rest >>= part


def unpack_all(data: Bytes, at: Numbers, counts: Numbers, bits: Numbers) -> Numbers:
    """The numbers of the arrays at some places of the data, array after array."""
    out = np.empty(int(counts.sum()), np.int64)
    to = starts_of(counts)
    for width in _present(bits[counts > 0]):
        here = np.flatnonzero((bits == width) & (counts > 0))
        values = _unpacked(data, at[here], counts[here], width)
        copy_rows(out, to[here], values, starts_of(counts[here]), counts[here])
    return out


def _unpacked(data: Bytes, at: Numbers, counts: Numbers, bits: int) -> Any:
    """The numbers of arrays of numbers of the same bits, array after array."""
    type_: Any = np.uint32 if bits <= 32 else np.int64  # half the memory to go through
    found = np.zeros(int(counts.sum()), type_)
    for shift in range(0, bits & ~7, 8):
        found |= rows_of(data, at, counts).astype(type_) << shift
        at = at + counts
    shift = bits & ~7
    for part in PARTS:
        if bits & part:
            sizes = _part_sizes(counts, part)
            parts = _SPREAD[part, 0].take(rows_of(data, at, sizes)).view(np.uint8)
            rest = rows_of(parts, 8 // part * starts_of(sizes), counts)
            found |= rest.astype(type_) << shift
            at, shift = at + sizes, shift + part
    return found


def unpack_at(data: Bytes, at: int, count: int, bits: int, places: Numbers) -> Numbers:
    """Some of the numbers of an array."""
    found, shift = np.zeros(len(places), np.int64), 0
    for _ in range(bits >> 3):
        found |= data.take(at + places).astype(np.int64) << shift
        at, shift = at + count, shift + 8
    for part in PARTS:
        if bits & part:
            first = places * part
            byte = data.take(at + (first >> 3)) >> (first & 7).astype(np.uint8)
            found |= (byte & ((1 << part) - 1)).astype(np.int64) << shift
            at, shift = at + ((count * part + 7) >> 3), shift + part
    return found


def firsts_of(data: Bytes, at: Numbers, counts: Numbers, bits: Numbers) -> Numbers:
    """The first number of each of the arrays, which are not empty."""
    at, found, shift = at.copy(), np.zeros(len(at), np.int64), np.zeros(len(at), int)
    for byte in range(int(bits.max(initial=0)) >> 3):
        here = bits >> 3 > byte
        found[here] |= data[at[here]].astype(np.int64) << 8 * byte
        at[here] += counts[here]
        shift[here] += 8
    for part in PARTS:
        here = bits & part > 0
        low = data[at[here]].astype(np.int64) & (1 << part) - 1
        found[here] |= low << shift[here]
        at[here] += _part_sizes(counts[here], part)
        shift[here] += part
    return found
