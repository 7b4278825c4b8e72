"""How do the lists of many terms become records at once?

A `Slab` holds the lists of terms that follow one another in the dictionary. All its
records are laid out and filled by numpy, a field of all terms at a time; no step is
taken per posting in Python. What is written depends on the lists alone and not on
where one slab ends and the next begins.
"""

from __future__ import annotations

import numpy as np

from searchkit.engines.columns.arrays import Bools, Bytes, Codes, Numbers
from searchkit.engines.columns.layered import LayeredLists
from searchkit.engines.columns.lists import Lists, check_rising, differences
from searchkit.engines.columns.packed import array_sizes, pack
from searchkit.engines.columns.postings import (
    BITMAP,
    DOCUMENTS_SHIFT,
    FEWEST_FOR_HEADS,
    FEWEST_FOR_STEPS,
    FROM_POSITIONS,
    HEADS,
    MEMBERS,
    MOST_FROM_POSITIONS,
    NO_STEP,
    PACKED,
    SINGLE,
    STEP_BITS,
    STEPS,
    STEPS_OF_CODES,
)
from searchkit.engines.columns.records import RecordRows, Records, pack_varints
from searchkit.engines.columns.rows import RowFinder
from searchkit.record import record

_NO_LIMIT = 1 << 62
_STEP_OF = np.full(256, NO_STEP, np.uint8)  # by how much a code is above the unit
_STEP_OF[[*STEPS]] = range(NO_STEP)


@record
class Slab:
    """The lists of n terms in the order of their bytes.

    `codes` belong to the values of `documents`, one each. A term without scored
    documents has none; a class has `members` (numbers of terms) and no positions.
    """

    positions: Lists
    documents: Lists
    codes: Codes
    members: Lists


class Encoder:
    """Makes the records of one space.

    `bases` are the first positions of the documents and the end of the last, as
    readers will be given them, and so are `units` (see `postings.STEPS`); without
    these, codes are no steps.
    """

    def __init__(self, bases: Numbers, units: Codes | None = None) -> None:
        self._units = units
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
        flags = positions.kinds | documents.kinds << DOCUMENTS_SHIFT
        codes = _Codes(slab, self._units)
        flags |= np.where(slab.members.counts > 0, MEMBERS, 0)
        flags |= np.where(codes.in_steps, STEPS_OF_CODES, 0)
        record = RecordRows(count)
        record.put(flags.astype(np.uint8), np.ones(count, np.int64))
        positions.put_numbers(record)
        documents.put_numbers(record)
        codes.put_numbers(record)
        positions.put_lists(record)
        documents.put_lists(record)
        codes.put_lists(record)
        _put_members(record, slab.members)
        return record.joined()


def _put_members(record: RecordRows, members: Lists) -> None:
    """The members of all terms, of which most have none."""
    check_rising(members, _NO_LIMIT)
    steps = np.concatenate([values for _, values in differences(members)])
    packed, sizes = pack_varints(steps)
    record.put(packed, _sums_by(sizes, members.counts))


class _Positions:
    """The positions of all terms of a slab."""

    def __init__(self, slab: Slab, end: int) -> None:
        self._lists = slab.positions
        self._packed = LayeredLists(slab.positions, end)
        self._single = slab.positions.counts == 1
        self._several: Bools = slab.positions.counts > 1
        self.kinds: Numbers = np.where(self._single, SINGLE, PACKED * self._several)

    def put_numbers(self, record: RecordRows) -> None:
        """What the head of a record says of them."""
        counts = self._lists.counts
        only = np.zeros(len(counts), np.int64)
        only[self._single] = self._lists.values[self._lists.bounds[:-1][self._single]]
        record.put_number(np.where(self._single, only, counts), counts > 0)
        self._packed.put_shape(record, self._several)

    def put_lists(self, record: RecordRows) -> None:
        """Skips and arrays."""
        record.put(*self._packed.skips(self._several))
        self._packed.put_lists(record, self._several)


class _Documents:
    """The scored documents of all terms of a slab."""

    def __init__(self, slab: Slab, count: int, finder: RowFinder) -> None:
        self._lists, self._codes = slab.documents, slab.codes
        self._packed = LayeredLists(slab.documents, count)
        self._bitmap_bytes = (count + 7) // 8
        implied = _told_by_positions(slab, finder)
        kinds = PACKED * (slab.documents.counts > 0)
        kinds = np.where(self._packed.sizes > self._bitmap_bytes, BITMAP, kinds)
        self.kinds: Numbers = np.where(implied, FROM_POSITIONS, kinds)
        single = (slab.positions.counts == 1) & implied
        self._counted: Bools = (self._lists.counts > 0) & ~single

    def put_numbers(self, record: RecordRows) -> None:
        """What the head of a record says of them."""
        counts = self._lists.counts
        record.put_number(counts, self._counted)
        self._packed.put_shape(record, self.kinds == PACKED)
        tops = _maxima(self._codes, self._lists.bounds)
        several = counts > 1
        record.put(tops[several], several.astype(np.int64))

    def put_lists(self, record: RecordRows) -> None:
        """Arrays or bits."""
        self._packed.put_lists(record, self.kinds == PACKED)
        bitmap = self.kinds == BITMAP
        if bitmap.any():
            sizes = np.where(bitmap, self._bitmap_bytes, 0)
            record.put(self._bitmaps(bitmap), sizes)

    def _bitmaps(self, chosen: Bools) -> Bytes:
        counts = self._lists.counts
        values = self._lists.values[np.repeat(chosen, counts)]
        rows = np.repeat(np.arange(chosen.sum()), counts[chosen])
        bits = np.zeros(8 * self._bitmap_bytes * int(chosen.sum()), np.bool_)
        bits[rows * (8 * self._bitmap_bytes) + values] = True
        return np.packbits(bits, bitorder="little")


class _Codes:
    """The codes of the scored documents of all terms of a slab."""

    def __init__(self, slab: Slab, units: Codes | None) -> None:
        self._lists, self._codes = slab.documents, slab.codes
        counts = self._lists.counts
        self.in_steps: Bools = np.zeros(len(counts), np.bool_)
        if units is None:
            return
        steps = _STEP_OF.take(slab.codes - units.take(slab.documents.values))
        apart = steps == NO_STEP
        self._steps, self._apart = steps, apart
        self._apart_counts = _sums_by(apart, counts)
        sizes = array_sizes(counts, np.int64(STEP_BITS)) + self._apart_counts
        self.in_steps = (counts >= FEWEST_FOR_STEPS) & (sizes <= counts * 7 // 8)

    def put_numbers(self, record: RecordRows) -> None:
        """What the head of a record says of them."""
        if self.in_steps.any():
            record.put_number(self._apart_counts, self.in_steps)

    def put_lists(self, record: RecordRows) -> None:
        """Bytes or steps, best documents."""
        counts, in_steps = self._lists.counts, self.in_steps
        if in_steps.any():
            chosen = in_steps.repeat(counts)
            two = np.full(int(in_steps.sum()), STEP_BITS)
            packed, sizes = pack(self._steps[chosen], counts[in_steps], two)
            record.put(packed, sizes, in_steps)
            apart = self._codes[chosen & self._apart]
            record.put(apart, np.where(in_steps, self._apart_counts, 0))
            record.put(self._codes[~chosen], np.where(in_steps, 0, counts))
        else:
            record.put(self._codes, counts)
        long = counts >= FEWEST_FOR_HEADS
        if long.any():
            record.put(self._heads(long), np.where(long, 5 * HEADS, 0))

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
    values = slab.positions.values.take(np.repeat(short, count).nonzero()[0])
    terms = np.repeat(np.flatnonzero(short), count[short])
    found = finder.rows(values)
    new = np.ones(len(values), np.bool_)
    new[1:] = (found[1:] != found[:-1]) | (terms[1:] != terms[:-1])
    (places,) = new.nonzero()
    found, terms = found.take(places), terms.take(places)
    told = np.bincount(terms, minlength=len(count))
    same: Bools = short & (told == slab.documents.counts)
    # Of those that are as many, see whether they are the same ones.
    (places,) = same.take(terms).nonzero()
    others = np.repeat(same, slab.documents.counts).nonzero()[0]
    wrong = found.take(places) != slab.documents.values.take(others)
    same[terms.take(places)[wrong]] = False
    return same


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
