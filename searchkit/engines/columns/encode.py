"""How do the lists of many terms become bytes at once?

A `Slab` holds the lists of terms that follow one another in the dictionary. All its
records are laid out and filled by numpy, a field of all terms at a time; no step is
taken per posting in Python. What is written depends on the lists alone and not on
where one slab ends and the next begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from searchkit.engines.columns.files import ColumnWriter
from searchkit.engines.columns.postings import (
    BITMAP,
    FEWEST_FOR_HEADS,
    FROM_POSITIONS,
    FULL,
    HEADS,
    MEMBERS,
    MOST_FROM_POSITIONS,
    SCORED_SHIFT,
    SINGLE,
    SINGLE_SCORED,
    SKIP,
    UNITS,
)
from searchkit.engines.columns.terms import TermWriter
from searchkit.engines.columns.vector import TYPES, Codes, Numbers

Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

_NONE = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Lists:
    """One list for each of n terms: `values[bounds[i] : bounds[i + 1]]` rises."""

    values: Numbers
    bounds: Numbers

    @property
    def counts(self) -> Numbers:
        return np.diff(self.bounds)


@dataclass(frozen=True, slots=True)
class Slab:
    """The lists of n terms in the order of their bytes.

    `codes` belong to the values of `documents`, one each. A term without scored
    documents has none; a class has `members` (numbers of terms) and no positions.
    """

    terms: Sequence[bytes]
    positions: Lists
    documents: Lists
    codes: Codes
    members: Lists


def no_lists(count: int) -> Lists:
    """An empty list for each of so many terms."""
    return Lists(_NONE, np.zeros(count + 1, np.int64))


class SpaceWriter:
    """Writes the columns of one space, slab by slab, in bounded memory.

    `bases` are the first positions of the documents and the end of the last, as
    readers will be given them.
    """

    def __init__(self, writer: ColumnWriter, name: str, bases: Numbers) -> None:
        self._writer = writer
        self._name = name
        self._bases = bases
        self._terms = TermWriter()
        self._sizes: list[Numbers] = []
        self._stream = writer.stream(f"{name}.data")

    def add(self, slab: Slab) -> None:
        """Write the records of further terms."""
        data, sizes = encode(slab, self._bases)
        self._terms.add(slab.terms)
        self._sizes.append(sizes)
        self._stream.write(data)

    def finish(self) -> None:
        """Write the dictionary."""
        self._stream.close()
        starts = np.zeros(self._terms.count + 1, np.uint64)
        if self._sizes:
            np.cumsum(np.concatenate(self._sizes), out=starts[1:])
        wide = int(starts[-1]) >= 1 << 32
        self._writer.add(
            f"{self._name}.starts", starts if wide else starts.astype("<u4")
        )
        self._terms.finish(self._writer, self._name)


def encode(slab: Slab, bases: Numbers) -> tuple[Bytes, Numbers]:
    """The records of a slab in a row, and the bytes of each."""
    positions = _Units(slab.positions, slab.positions.counts)
    documents = _documents(slab, bases)
    single = _singles(slab)
    records = _Records(len(slab.terms), single, slab, positions, documents)
    return records.encoded(), records.sizes


class _Units:
    """Lists as escaped units, each in the kind that makes it shortest."""

    def __init__(self, lists: Lists, wanted: Numbers) -> None:
        """`wanted` is 0 for the lists that are not to be encoded."""
        self._differences = _differences(lists)
        self._counts = lists.counts
        sizes = np.stack([self._units(kind) * UNITS[kind] for kind in (1, 2, 3)])
        self.kinds: Numbers = np.where(wanted > 0, sizes.argmin(0) + 1, 0)
        self.bytes: Numbers = np.where(wanted > 0, sizes.min(0), 0)
        self.units: Numbers = self.bytes // np.array([1, 1, 2, 4])[self.kinds]

    def _units(self, kind: int) -> Numbers:
        """How many units of a kind each list takes."""
        return _sums_by(self._differences // FULL[kind] + 1, self._counts)

    def streams(self) -> tuple[Bytes, Numbers]:
        """The units of all lists in a row, and the skips of the long ones."""
        total = int(self.bytes.sum())
        data = np.empty(total, np.uint8)
        skips: list[Numbers] = []
        starts = _starts(self.bytes)
        for kind in (1, 2, 3):
            chosen = self.kinds == kind
            if chosen.any():
                units = self._encoded(kind, chosen)
                raw = units.view(np.uint8)
                _scatter(data, starts[chosen], raw, self.bytes[chosen])
        del skips
        return data, self._skips(data, starts)

    def _encoded(self, kind: int, chosen: Bools) -> Any:
        values = self._differences[np.repeat(chosen, self._counts)]
        full = FULL[kind]
        ends = np.cumsum(values // full + 1)
        units = np.full(int(ends[-1]), full, TYPES[kind])
        units[ends - 1] = values % full
        return units

    def _skips(self, data: Bytes, starts: Numbers) -> Numbers:
        """The running sums before each SKIPth unit of each list, in a row."""
        found = [
            np.cumsum(
                data[starts[i] : starts[i] + self.bytes[i]].view(TYPES[self.kinds[i]]),
                dtype=np.int64,
            )[SKIP - 1 : self.units[i] - 1 : SKIP]
            for i in np.flatnonzero(self.units > SKIP)
        ]
        return np.concatenate(found) if found else _NONE

    @property
    def skip_counts(self) -> Numbers:
        """How many skips each list has."""
        return np.where(self.units > 0, (self.units - 1) // SKIP, 0)


@dataclass(frozen=True, slots=True)
class _Documents:
    """The scored documents of all terms: kinds, encoded lists, best ones."""

    counts: Numbers
    kinds: Numbers
    units: Numbers
    bytes: Numbers
    data: Bytes
    tops: Numbers
    heads: Bytes
    head_bytes: Numbers


def _documents(slab: Slab, bases: Numbers) -> _Documents:
    counts = slab.documents.counts
    own = slab.positions.counts
    implied = (own > 0) & (own <= MOST_FROM_POSITIONS) & (slab.members.counts == 0)
    implied &= counts > 0
    implied &= _told_by_positions(slab, bases)
    wanted = np.where(implied, 0, counts)
    units = _Units(slab.documents, wanted)
    bitmap_bytes = (len(bases) - 1 + 7) // 8
    bitmaps = (wanted > 0) & (units.bytes > bitmap_bytes)
    escaped = (
        _Units(slab.documents, np.where(bitmaps, 0, wanted)) if bitmaps.any() else units
    )
    data, _ = escaped.streams()
    kinds = np.where(bitmaps, BITMAP, np.where(implied, FROM_POSITIONS, escaped.kinds))
    sizes = np.where(bitmaps, bitmap_bytes, escaped.bytes)
    joined = np.empty(int(sizes.sum()), np.uint8)
    starts = _starts(sizes)
    _scatter(joined, starts, data, escaped.bytes)
    bounds = slab.documents.bounds
    for i in np.flatnonzero(bitmaps):
        bits = np.zeros(8 * bitmap_bytes, np.uint8)
        bits[slab.documents.values[bounds[i] : bounds[i + 1]]] = 1
        packed = np.packbits(bits, bitorder="little")
        joined[starts[i] : starts[i] + bitmap_bytes] = packed
    heads = (
        [
            _best(slab.documents.values[left:right], slab.codes[left:right])
            for left, right in zip(bounds[:-1], bounds[1:], strict=True)
            if right - left >= FEWEST_FOR_HEADS
        ]
        if counts.max(initial=0) >= FEWEST_FOR_HEADS
        else []
    )
    return _Documents(
        counts,
        kinds,
        escaped.units,
        sizes,
        joined,
        _maxima(slab.codes, bounds),
        np.concatenate(heads).view(np.uint8) if heads else np.empty(0, np.uint8),
        np.where(counts >= FEWEST_FOR_HEADS, 4 * HEADS, 0),
    )


def _told_by_positions(slab: Slab, bases: Numbers) -> Bools:
    """Whether the documents of each short list are those of its positions."""
    counts = slab.positions.counts
    short = (counts > 0) & (counts <= MOST_FROM_POSITIONS)
    values = slab.positions.values[np.repeat(short, counts)]
    terms = np.repeat(np.flatnonzero(short), counts[short])
    found = bases.searchsorted(values, "right") - 1
    new = np.ones(len(values), np.bool_)
    new[1:] = (found[1:] != found[:-1]) | (terms[1:] != terms[:-1])
    scored = np.repeat(short, slab.documents.counts)
    told = np.bincount(terms[new], minlength=len(counts))
    same = short & (told == slab.documents.counts)
    # Of those that are as many, see whether they are the same ones.
    left = found[new][np.repeat(same[short], told[short])]
    right = slab.documents.values[scored][
        np.repeat(same[short], slab.documents.counts[short])
    ]
    differs = np.repeat(np.flatnonzero(same), told[same])[left != right]
    same[differs] = False
    return same


def _best(documents: Numbers, codes: Codes) -> Any:
    """The HEADS best documents, by code falling, then by number."""
    counts = np.bincount(codes, minlength=256)[::-1].cumsum()
    least = 255 - int(counts.searchsorted(HEADS))
    chosen = np.flatnonzero(codes >= least)
    order = np.argsort(-codes[chosen].astype(np.int16), kind="stable")[:HEADS]
    return documents[chosen[order]].astype("<u4")


def _singles(slab: Slab) -> Bools:
    """Terms with one position and, if they are scored, no document but its own."""
    one = (slab.positions.counts == 1) & (slab.members.counts == 0)
    return np.asarray(one & (slab.documents.counts <= 1), np.bool_)


class _Records:
    """All records of a slab, laid out and filled field by field."""

    def __init__(
        self,
        count: int,
        single: Bools,
        slab: Slab,
        positions: _Units,
        documents: _Documents,
    ) -> None:
        self._fields: list[tuple[Bytes, Numbers]] = []
        self._count = count
        several = ~single
        scored = documents.counts > 0
        has_members = slab.members.counts > 0
        flags = np.where(
            single,
            SINGLE | np.where(scored, SINGLE_SCORED, 0),
            positions.kinds
            | documents.kinds << SCORED_SHIFT
            | np.where(has_members, MEMBERS, 0),
        )
        everywhere = np.ones(count, np.int64)
        self._put(flags.astype(np.uint8), everywhere)
        first = np.zeros(count, np.int64)
        lists = slab.positions
        first[single] = lists.values[lists.bounds[:-1][single]]
        self._number(first, single)
        placed = several & (positions.kinds > 0)
        self._number(lists.counts, placed)
        self._number(positions.units, placed)
        self._number(documents.counts, several & scored)
        self._number(documents.units, several & scored & (documents.kinds < BITMAP))
        self._put(documents.tops[several & scored].astype(np.uint8), several & scored)
        members, member_bytes = _numbers(_differences(slab.members))
        sizes = _sums_by(member_bytes, slab.members.counts)
        self._number(sizes, has_members)
        self._put(members, sizes)
        data, skips = positions.streams()
        in_lists = several & (positions.kinds > 0)
        self._put(skips.view(np.uint8), 8 * positions.skip_counts * in_lists)
        kept = np.repeat(in_lists, positions.bytes)
        self._put(data[kept], positions.bytes * in_lists)
        self._put(
            documents.data[np.repeat(several, documents.bytes)],
            documents.bytes * several,
        )
        self._put(slab.codes, documents.counts)
        self._put(documents.heads, documents.head_bytes)

    @property
    def sizes(self) -> Numbers:
        """The bytes of each record."""
        return np.sum([sizes for _, sizes in self._fields], axis=0, dtype=np.int64)

    def encoded(self) -> Bytes:
        """The records in a row."""
        sizes = self.sizes
        out = np.empty(int(sizes.sum()), np.uint8)
        cursor = _starts(sizes)
        for data, lengths in self._fields:
            _scatter(out, cursor, data, lengths)
            cursor = cursor + lengths
        return out

    def _put(self, data: Bytes, lengths: Any) -> None:
        """A field of so many bytes for each term, in a row."""
        self._fields.append((data, np.asarray(lengths, np.int64)))

    def _number(self, values: Numbers, present: Bools) -> None:
        """A varint for each term where it is present."""
        data, sizes = _numbers(values[present])
        lengths = np.zeros(self._count, np.int64)
        lengths[present] = sizes
        self._put(data, lengths)


def _numbers(values: Numbers) -> tuple[Bytes, Numbers]:
    """The values as varints in a row, and the bytes of each."""
    sizes = np.ones(len(values), np.int64)
    for shift in range(7, 63, 7):
        longer = values >> shift > 0
        if not longer.any():
            break
        sizes += longer
    out = np.empty(int(sizes.sum()), np.uint8)
    starts = _starts(sizes)
    for index in range(int(sizes.max(initial=0))):
        here = sizes > index
        more = (sizes > index + 1)[here]
        out[starts[here] + index] = values[here] >> 7 * index & 127 | np.where(
            more, 128, 0
        )
    return out, sizes


def _differences(lists: Lists) -> Numbers:
    """Each value less the one before it in its list; the first as it is."""
    found = np.diff(lists.values, prepend=0)
    firsts = lists.bounds[:-1][lists.counts > 0]
    found[firsts] = lists.values[firsts]
    return found


def _sums_by(values: Numbers, counts: Numbers) -> Numbers:
    """The sum of each of the rows of so many values."""
    sums = np.concatenate(([0], np.cumsum(values)))
    ends = np.cumsum(counts)
    return np.asarray(sums[ends] - sums[ends - counts], np.int64)


def _maxima(values: Codes, bounds: Numbers) -> Numbers:
    """The greatest of each row; 0 of an empty one."""
    found = np.zeros(len(bounds) - 1, np.int64)
    rows = np.flatnonzero(np.diff(bounds))
    if len(rows):
        found[rows] = np.maximum.reduceat(values, bounds[:-1][rows])
    return found


def _starts(sizes: Numbers) -> Numbers:
    return np.asarray(np.cumsum(sizes) - sizes, np.int64)


def _scatter(out: Bytes, starts: Numbers, data: Bytes, sizes: Numbers) -> None:
    """Copy rows of so many bytes, which follow one another, to where they belong."""
    if len(data):
        out[np.repeat(starts - _starts(sizes), sizes) + np.arange(len(data))] = data


__all__ = ["Lists", "Slab", "SpaceWriter", "encode", "no_lists"]
