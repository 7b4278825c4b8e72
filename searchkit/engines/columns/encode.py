"""How do the lists of many terms become bytes at once?

A `Slab` holds the lists of terms that follow one another in the dictionary. All its
records are laid out and filled by numpy, a field of all terms at a time; no step is
taken per posting in Python. What is written depends on the lists alone and not on
where one slab ends and the next begins.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import lt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from searchkit.engines.columns.files import ColumnWriter
from searchkit.engines.columns.layers import (
    Layers,
    list_sizes,
    pack_list,
    pack_lists,
    shortest,
)
from searchkit.engines.columns.postings import (
    BITMAP,
    DOCUMENTS_SHIFT,
    FEWEST_FOR_HEADS,
    FROM_POSITIONS,
    HEADS,
    MEMBERS,
    MORE,
    MOST_FROM_POSITIONS,
    MOST_LAYERS,
    PACKED,
    SINGLE,
    SKIP,
    Shape,
)
from searchkit.engines.columns.rows import RowFinder, join_rows, starts_of
from searchkit.engines.columns.terms import BLOCK, HEAD
from searchkit.engines.columns.vector import Codes, Numbers

Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

_LONG_PREFIX = 64  # bytes up to which common prefixes are found for all terms at once
_VALUES_AT_ONCE = 1 << 19  # a multiple of 8, so that their bits are whole bytes
_NO_LIMIT = 1 << 62
_LISTS_AT_ONCE = 4096  # whose bits are chosen: of each one, how many values have which
_EXPONENT = 1023  # of 1 as a float
_MANTISSA_BITS = 52


def do_nothing() -> None:
    """What need not be told."""


@dataclass(frozen=True, slots=True)
class Lists:
    """One list for each of n terms: `values[bounds[i] : bounds[i + 1]]` rises.

    `read` is called when a stretch of many values was read.
    """

    values: Numbers
    bounds: Numbers
    read: Callable[[], None] = do_nothing

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def counts(self) -> Numbers:
        """How many values each list has."""
        return np.diff(self.bounds)

    def part(self, first: int, last: int) -> Lists:
        """Some of the lists."""
        bounds = self.bounds[first : last + 1]
        values = self.values[bounds[0] : bounds[-1]]
        return Lists(values, bounds - bounds[0], self.read)


@dataclass(frozen=True, slots=True)
class Slab:
    """The lists of n terms in the order of their bytes.

    `codes` belong to the values of `documents`, one each. A term without scored
    documents has none; a class has `members` (numbers of terms) and no positions.
    """

    positions: Lists
    documents: Lists
    codes: Codes
    members: Lists


@dataclass(frozen=True, slots=True)
class Records:
    """The records of some terms in a row, and the bytes of each."""

    data: Bytes
    sizes: Numbers


class Encoder:
    """Makes the records of one space.

    `bases` are the first positions of the documents and the end of the last, as
    readers will be given them.
    """

    def __init__(self, bases: Numbers) -> None:
        self._bases = np.asarray(bases, np.int64)
        self._finder = RowFinder(self._bases)

    def records(self, slab: Slab) -> Records:
        """The records of a slab.

        Raises: ValueError if the lists do not rise or do not fit each other.
        """
        _check(slab)
        count = len(slab.positions.counts)
        positions = _Positions(slab, int(self._bases[-1]))
        documents = _Documents(slab, len(self._bases) - 1, self._finder)
        has_members = slab.members.counts > 0
        flags = positions.kinds | documents.kinds << DOCUMENTS_SHIFT
        flags |= np.where(has_members, MEMBERS, 0)
        record = _Rows(count)
        record.put(flags.astype(np.uint8), np.ones(count, np.int64))
        positions.put_numbers(record)
        documents.put_numbers(record)
        positions.put_lists(record)
        documents.put_lists(record)
        _check_rising(slab.members, _NO_LIMIT)
        steps = np.concatenate([values for _, values in _differences(slab.members)])
        members, sizes = _varints(steps)
        record.put(members, _sums_by(sizes, slab.members.counts))
        return Records(*record.joined())


class SpaceWriter:
    """Writes the columns of one space, slab by slab, in bounded memory.

    Only the dictionary is kept until the end.
    """

    def __init__(self, writer: ColumnWriter, name: str) -> None:
        self._writer = writer
        self._name = name
        self._terms = DictionaryWriter()
        self._sizes: list[Numbers] = []
        self._stream = writer.stream(f"{name}.data")

    def add(self, terms: Sequence[bytes], records: Records) -> None:
        """Write the records of further terms.

        Raises: ValueError if the terms do not rise, or have not one record each.
        """
        if len(terms) != len(records.sizes):
            raise ValueError("there is not one record for each term")
        self._terms.add(terms)
        self._sizes.append(records.sizes)
        self._stream.write(records.data)

    def finish(self) -> None:
        """Write the dictionary."""
        self._stream.close()
        starts = np.concatenate([np.zeros(1, np.int64), *self._sizes]).cumsum()
        wide = int(starts[-1]) >= 1 << 32
        packed = starts.astype("<u8" if wide else "<u4")
        self._writer.add(f"{self._name}.starts", packed)
        self._terms.finish(self._writer, self._name)


class _Rows:
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
        data, sizes = _varints(values[chosen])
        self.put(data, sizes, chosen)

    def joined(self) -> tuple[Bytes, Numbers]:
        """All rows, one after the other, and the bytes of each."""
        return join_rows(self._fields, self._count)


class _Packed:
    """Lists as differences, in the layers that make them shortest."""

    def __init__(self, lists: Lists, limit: int) -> None:
        _check_rising(lists, limit)
        self._lists, self._counts = lists, lists.counts
        self._whole: Any = None  # all differences, if they are not too many
        if len(lists.values) <= _VALUES_AT_ONCE:
            ((_, whole),) = _differences(lists)
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

    def put_shape(self, record: _Rows, chosen: Bools) -> None:
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
            yield from _differences(lists)
        else:
            start = int(self._lists.bounds[first])
            yield 0, self._whole[start : start + len(lists.values)]

    def put_lists(self, record: _Rows, chosen: Bools) -> None:
        """The layers of the chosen lists."""
        values = self._whole
        if values is None:
            lists = [self._in_pieces(i) for i in np.flatnonzero(chosen).tolist()]
            data = np.concatenate([np.empty(0, np.uint8), *lists])
            record.put(data, np.array([*map(len, lists)], np.int64), chosen)
            return
        if not chosen.all():
            values = values[np.repeat(chosen, self._counts)]
        record.put(*pack_lists(values, self._layers * chosen))

    def _in_pieces(self, i: int) -> Bytes:
        """One list, of which there may be many millions of values."""
        return pack_list(
            lambda: (values for _, values in self._pieces(i, i + 1)), self._shape(i)
        )


class _Positions:
    """The positions of all terms of a slab."""

    def __init__(self, slab: Slab, end: int) -> None:
        self._lists = slab.positions
        self._packed = _Packed(slab.positions, end)
        self._single = slab.positions.counts == 1
        self._several: Bools = slab.positions.counts > 1
        self.kinds: Numbers = np.where(self._single, SINGLE, PACKED * self._several)

    def put_numbers(self, record: _Rows) -> None:
        """What the head of a record says of them."""
        counts = self._lists.counts
        only = np.zeros(len(counts), np.int64)
        only[self._single] = self._lists.values[self._lists.bounds[:-1][self._single]]
        record.put_number(np.where(self._single, only, counts), counts > 0)
        self._packed.put_shape(record, self._several)

    def put_lists(self, record: _Rows) -> None:
        """Skips and arrays."""
        record.put(*self._packed.skips(self._several))
        self._packed.put_lists(record, self._several)


class _Documents:
    """The scored documents of all terms of a slab, with their codes."""

    def __init__(self, slab: Slab, count: int, finder: RowFinder) -> None:
        self._lists, self._codes = slab.documents, slab.codes
        self._packed = _Packed(slab.documents, count)
        self._bitmap_bytes = (count + 7) // 8
        implied = _told_by_positions(slab, finder)
        kinds = PACKED * (slab.documents.counts > 0)
        kinds = np.where(self._packed.sizes > self._bitmap_bytes, BITMAP, kinds)
        self.kinds: Numbers = np.where(implied, FROM_POSITIONS, kinds)
        single = (slab.positions.counts == 1) & implied
        self._counted: Bools = (self._lists.counts > 0) & ~single

    def put_numbers(self, record: _Rows) -> None:
        """What the head of a record says of them."""
        counts = self._lists.counts
        record.put_number(counts, self._counted)
        self._packed.put_shape(record, self.kinds == PACKED)
        tops = _maxima(self._codes, self._lists.bounds)
        several = counts > 1
        record.put(tops[several], several.astype(np.int64))

    def put_lists(self, record: _Rows) -> None:
        """Arrays or bits, codes, best documents."""
        counts = self._lists.counts
        self._packed.put_lists(record, self.kinds == PACKED)
        bitmap = self.kinds == BITMAP
        if bitmap.any():
            sizes = np.where(bitmap, self._bitmap_bytes, 0)
            record.put(self._bitmaps(bitmap), sizes)
        record.put(self._codes, counts)
        long = counts >= FEWEST_FOR_HEADS
        if long.any():
            record.put(self._heads(long), np.where(long, 5 * HEADS, 0))

    def _bitmaps(self, chosen: Bools) -> Bytes:
        counts = self._lists.counts
        values = self._lists.values[np.repeat(chosen, counts)]
        rows = np.repeat(np.arange(chosen.sum()), counts[chosen])
        bits = np.zeros(8 * self._bitmap_bytes * int(chosen.sum()), np.bool_)
        bits[rows * (8 * self._bitmap_bytes) + values] = True
        return np.packbits(bits, bitorder="little")

    def _heads(self, long: Bools) -> Bytes:
        """The best documents of the long lists, by code falling, then by number."""
        found = []
        for i in np.flatnonzero(long):
            row = slice(*self._lists.bounds[i : i + 2])
            codes = self._codes[row]
            best = np.argsort(255 - codes, kind="stable")[:HEADS]
            found += [self._lists.values[row][best].astype("<u4").view(np.uint8)]
            found += [codes[best]]
        return np.concatenate(found)


def _told_by_positions(slab: Slab, finder: RowFinder) -> Bools:
    """Whether the documents of each term are those of its few positions."""
    count = slab.positions.counts
    short = (count > 0) & (count <= MOST_FROM_POSITIONS) & (slab.documents.counts > 0)
    values = slab.positions.values[np.repeat(short, count)]
    terms = np.repeat(np.flatnonzero(short), count[short])
    found = finder.rows(values)
    new = np.ones(len(values), np.bool_)
    new[1:] = (found[1:] != found[:-1]) | (terms[1:] != terms[:-1])
    found, terms = found[new], terms[new]
    told = np.bincount(terms, minlength=len(count))
    same: Bools = short & (told == slab.documents.counts)
    # Of those that are as many, see whether they are the same ones.
    left = found[same[terms]]
    right = slab.documents.values[np.repeat(same, slab.documents.counts)]
    same[terms[same[terms]][left != right]] = False
    return same


class DictionaryWriter:
    """Sorted terms on their way into blocks of BLOCK."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._blocks = array("Q")  # head, where it begins; head, ...
        self._last = b""
        self._count = 0

    def add(self, terms: Sequence[bytes]) -> None:
        """Further terms. Raises: ValueError if they do not rise."""
        if not terms:
            return
        before = [self._last, *terms[:-1]]
        known = 0 if self._count else 1  # nothing stands before the very first
        if not all(map(lt, before[known:], terms[known:])):
            raise ValueError("the terms do not rise")
        opens = np.arange(self._count, self._count + len(terms)) % BLOCK == 0
        shared = np.where(opens, 0, _shared(before, terms))
        lengths = _lengths(terms)
        letters = np.frombuffer(b"".join(terms), np.uint8)
        places = np.arange(len(letters)) - np.repeat(starts_of(lengths), lengths)
        every = np.ones(len(terms), np.bool_)
        rows = _Rows(len(terms))
        rows.put_number(shared, every)
        rows.put_number(lengths - shared, every)
        rows.put(letters[places >= np.repeat(shared, lengths)], lengths - shared)
        data, sizes = rows.joined()
        firsts = np.flatnonzero(opens).tolist()
        for i, start in zip(firsts, starts_of(sizes)[opens].tolist(), strict=True):
            head = int.from_bytes(terms[i][:HEAD].ljust(HEAD, b"\0"), "big")
            self._blocks.extend((head, len(self._data) + start))
        self._data += data.data
        self._last = terms[-1]
        self._count += len(terms)

    def finish(self, writer: ColumnWriter, name: str) -> None:
        """Write the columns of the dictionary."""
        writer.add(f"{name}.terms", self._data)
        self._blocks.extend((0, len(self._data)))
        writer.add(f"{name}.blocks", self._blocks)
        writer.add(f"{name}.count", self._count.to_bytes(8, "little"))


def _shared(before: Sequence[bytes], terms: Sequence[bytes]) -> Numbers:
    """How many bytes each term has in common with the one before it."""
    lengths = _lengths(before)
    most = np.minimum(lengths, _lengths(terms))
    letters = np.frombuffer(b"".join([*before, terms[-1]]), np.uint8)
    left = starts_of(lengths)
    right = left + lengths
    shared = np.zeros(len(terms), np.int64)
    alive = np.flatnonzero(most)
    for place in range(_LONG_PREFIX):
        same = letters[left[alive] + place] == letters[right[alive] + place]
        shared[alive[same]] = place + 1
        alive = alive[same & (most[alive] > place + 1)]
    for i in alive.tolist():
        pairs = enumerate(zip(before[i], terms[i], strict=False))
        shared[i] = next((at for at, (a, b) in pairs if a != b), most[i])
    return shared


def _lengths(terms: Sequence[bytes]) -> Numbers:
    return np.fromiter(map(len, terms), np.int64, len(terms))


def _check(slab: Slab) -> None:
    """Raises: ValueError if what the slab says of its terms does not fit."""
    for lists in (slab.positions, slab.documents, slab.members):
        bounds = lists.bounds
        fits = len(bounds) == len(slab.positions.bounds)
        whole = fits and bounds[-1] == len(lists.values)
        if not whole or bounds[0] or (lists.counts < 0).any():
            raise ValueError("there is not one list for each term")
    if len(slab.codes) != len(slab.documents.values):
        raise ValueError("there is not one code for each document")


def _varints(values: Numbers) -> tuple[Bytes, Numbers]:
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


def _check_rising(lists: Lists, limit: int) -> None:
    """Raises: ValueError if a list does not rise, or not within 0 and the limit."""
    firsts, ends = _filled(lists)
    values, falls = lists.values, 0
    for at in range(0, len(values) - 1, _VALUES_AT_ONCE):
        some = values[at : at + _VALUES_AT_ONCE + 1]
        falls += int(np.count_nonzero(some[1:] <= some[:-1]))
        lists.read()
    between = firsts[1:]  # where one list ends and the next begins, it may fall
    falls -= int(np.count_nonzero(values[between] <= values[between - 1]))
    low, high = values[firsts].min(initial=0), values[ends - 1].max(initial=-1)
    if falls or low < 0 or high >= limit:
        raise ValueError("a list does not rise within its limits")


def _differences(lists: Lists) -> Iterator[tuple[int, Numbers]]:
    """Each value less the one before it in its list; the first of a list as it is.

    In pieces, each with the place of its first value: of a single list there may be
    many millions. There is at least one piece.
    """
    firsts, _ = _filled(lists)
    values = lists.values
    for at in range(0, max(1, len(values)), _VALUES_AT_ONCE):
        piece = values[at : at + _VALUES_AT_ONCE]
        found = np.array(piece, np.int64)
        found[1:] -= piece[:-1]
        if at:
            found[0] -= values[at - 1]
        low, high = np.searchsorted(firsts, (at, at + len(piece)))
        starts = firsts[low:high]
        found[starts - at] = values[starts]
        lists.read()
        yield at, found


def _filled(lists: Lists) -> tuple[Numbers, Numbers]:
    """Where the lists begin that are not empty, and where they end."""
    present = lists.counts > 0
    return lists.bounds[:-1][present], lists.bounds[1:][present]


def _sums_by(values: Numbers, counts: Numbers) -> Numbers:
    """The sum of each of the rows of so many values."""
    sums = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=sums[1:])
    ends = np.cumsum(counts)
    return np.asarray(sums[ends] - sums[ends - counts], np.int64)


def _maxima(values: Codes, bounds: Numbers) -> Codes:
    """The greatest of each row; 0 of an empty one."""
    found = np.zeros(len(bounds) - 1, np.uint8)
    rows = np.flatnonzero(np.diff(bounds))
    if len(rows):
        found[rows] = np.maximum.reduceat(values, bounds[:-1][rows])
    return found
