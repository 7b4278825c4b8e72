"""The lists of terms, decoded by numpy: for heavy queries and for builds.

The same functions with the same results as in `plain`, as numpy arrays; and the lists
of many terms that follow each other at once, for a build that goes on from an index.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from searchkit.engines.columns import plain
from searchkit.engines.columns.files import corrupt
from searchkit.engines.columns.packed import (
    array_sizes,
    firsts_of,
    unpack,
    unpack_all,
)
from searchkit.engines.columns.postings import (
    BITMAP,
    DOCUMENTS_SHIFT,
    FEWEST_FOR_HEADS,
    FROM_POSITIONS,
    HEADS,
    KIND_MASK,
    LONG,
    MEMBERS,
    MOST_BITS,
    NONE,
    PACKED,
    SINGLE,
    SKIP,
    Postings,
    Shape,
    TermPostings,
    array_bytes,
    stretch,
)
from searchkit.engines.columns.rows import rows_of, spread

Numbers = NDArray[np.int64]
Codes = NDArray[np.uint8]

_FEW = 128  # of a list, which are decoded sooner without numpy


def positions(term: TermPostings) -> Numbers:
    """All global positions, rising. Raises: IndexCorruptError."""
    if term.position_kind == SINGLE:
        return np.array([term.single], np.int64)
    if term.position_kind == NONE:
        return np.empty(0, np.int64)
    data = term.read(term.positions_at, term.documents_at)
    found = _sums(term, data, term.occurrences, term.position_shape)
    if found[-1] >= term.bases[-1]:
        raise term.damaged()
    return found


def positions_in_rows(
    terms: Sequence[TermPostings], lows: Sequence[int], highs: Sequence[int]
) -> Numbers:
    """The positions of some terms in some rows from low to high, high excluded.

    Rows are those of documents, and rise. Only the stretches between two skips that
    hold some are read, those of a term at once. What two terms have stands there twice.

    Raises: IndexCorruptError.
    """
    every = terms[0].bases[-1]  # so that all positions rise, a term's behind another's
    several = [
        positions(term)
        if term.occurrences <= SKIP
        else _positions_near(term, lows, highs)
        for term in terms
    ]
    sizes = [len(near) for near in several]
    near = np.concatenate(several)
    shifts = np.arange(0, len(terms) * every, every)
    near += shifts.repeat(sizes)
    firsts = near.searchsorted((shifts[:, None] + np.array(lows)).ravel())
    ends = near.searchsorted((shifts[:, None] + np.array(highs)).ravel())
    found: Numbers = near.take(spread(firsts, np.maximum(ends - firsts, 0))) % every
    return np.sort(found, kind="stable")  # what rises is merged


def _positions_near(
    term: TermPostings, lows: Sequence[int], highs: Sequence[int]
) -> Numbers:
    """The positions in the stretches between skips that may hold some of the rows."""
    skips = (term.occurrences - 1) // SKIP
    sums = term.read(term.skips_at, term.skips_at + 8 * skips).cast("q")
    stretches = [*_stretches(sums, lows, highs)]
    if not stretches:
        return np.empty(0, np.int64)
    count, (bits, has_longs, _) = term.occurrences, term.position_shape
    ends = [min(SKIP * (n + 1), count) for n in stretches]
    places = [
        stretch(term.positions_at, count, bits, SKIP * n, end)
        for n, end in zip(stretches, ends, strict=True)
    ]
    by_parts = [row for rows in zip(*places, strict=True) for row in rows]
    data = b"".join([term.read(start, end) for start, end in by_parts])
    sizes = np.array(ends) - SKIP * np.array(stretches)
    units = unpack(np.frombuffer(data, np.uint8), int(sizes.sum()), bits)
    found: Numbers = units.astype(np.int64)
    if has_longs:
        rows = plain.skipped_longs(term, stretches)
        longs = [n for row in rows for n in plain.longs_between(term, *row)]
        _put_longs(term, bits, units, found, longs)
    found.cumsum(out=found)
    starts = np.array([sums[n - 1] if n else 0 for n in stretches], np.int64)
    starts[1:] -= found.take(sizes[:-1].cumsum() - 1)
    found += starts.repeat(sizes)
    return found


def _stretches(
    skips: memoryview, lows: Sequence[int], highs: Sequence[int]
) -> Iterator[int]:
    """The stretches between skips that may hold values of the rows, each once."""
    last = -1
    for low, high in zip(lows, highs, strict=True):
        if last == len(skips):
            return
        first = bisect_left(skips, low, max(last, 0))
        end = bisect_left(skips, high, first)
        yield from range(max(first, last + 1), end + 1)
        last = end


def documents(term: TermPostings) -> Numbers:
    """The numbers of the scored documents, rising. Raises: IndexCorruptError."""
    kind, start = term.document_kind, term.documents_at
    if kind == FROM_POSITIONS:
        bases = np.frombuffer(term.bases, "<i8")
        rows = bases.searchsorted(positions(term), "right") - 1
        found: Numbers = rows[np.diff(rows, prepend=-1) > 0]
    elif kind == BITMAP:
        raw = np.frombuffer(term.read(start, term.codes_at), np.uint8)
        found = np.unpackbits(raw, bitorder="little").view(np.bool_).nonzero()[0]
    elif kind == NONE:
        return np.empty(0, np.int64)
    else:
        data = term.read(start, term.codes_at)
        found = _sums(term, data, term.documents, term.document_shape)
    if len(found) != term.documents or found[-1] >= term.document_count:
        raise term.damaged()
    return found


def codes(term: TermPostings) -> Codes:
    """The impact codes of the documents, in their order. Raises: IndexCorruptError."""
    return np.frombuffer(
        term.read(term.codes_at, term.codes_at + term.documents), np.uint8
    )


def heads(term: TermPostings) -> tuple[Numbers, Codes]:
    """The best documents (by code, then by number) and their codes.

    Nothing if there are fewer than FEWEST_FOR_HEADS. Raises: IndexCorruptError.
    """
    if term.documents < FEWEST_FOR_HEADS:
        return np.empty(0, np.int64), np.empty(0, np.uint8)
    start = term.heads_at
    found = np.frombuffer(term.read(start, start + 4 * HEADS), "<u4").astype(np.int64)
    if found.max() >= term.document_count:
        raise term.damaged()
    worth = term.read(start + 4 * HEADS, start + 5 * HEADS)
    return found, np.frombuffer(worth, np.uint8)


def _sums(term: TermPostings, data: memoryview, count: int, shape: Shape) -> Numbers:
    """A list from its array and that of its long differences."""
    if count < _FEW:
        return np.frombuffer(plain.sums(term, data, count, shape), np.int64)
    bits, longs, long_bits = shape
    raw = np.frombuffer(data, np.uint8)
    if not longs:
        return unpack(raw, count, bits).cumsum(dtype=np.int64)  # type: ignore[no-any-return]  # of any type
    middle = array_bytes(count, bits)
    units = unpack(raw[:middle], count, bits)
    found: Numbers = units.astype(np.int64)
    _put_longs(term, bits, units, found, unpack(raw[middle:], longs, long_bits))
    return found.cumsum(out=found)


def _put_longs(
    term: TermPostings, bits: int, units: Any, found: Numbers, longs: Any
) -> None:
    """Put the long differences where these belong among those of the units."""
    places = (units == (1 << bits) - 1).nonzero()[0]
    if len(places) != len(longs):
        raise term.damaged()
    found[places] = longs


def all_positions(
    postings: Postings, first: int, last: int, chosen: Numbers | None = None
) -> tuple[Numbers, Numbers]:
    """The positions of the terms numbered from first to last, the last excluded.

    The positions of term `first + i` are `positions[bounds[i] : bounds[i + 1]]`; with
    `chosen`, numbers that count from `first`, those of `first + chosen[i]`. Takes
    some 60 bytes of memory a position while it works: read a large index in slabs.

    Raises: IndexCorruptError.
    """
    records = _Records(postings, first, last, chosen)
    return records.positions(), _bounds(records.occurrences)


def all_firsts(postings: Postings, first: int, last: int) -> Numbers:
    """The first position of each of the terms from first to last; -1 if it has none.

    Raises: IndexCorruptError.
    """
    return _Records(postings, first, last).firsts()


def all_occurrences(postings: Postings, first: int, last: int) -> Numbers:
    """How many positions each of the terms from first to last has.

    Raises: IndexCorruptError.
    """
    return _Records(postings, first, last).occurrences


def all_members(postings: Postings, first: int, last: int) -> tuple[Numbers, Numbers]:
    """The members of the terms from first to last, and their bounds by term.

    Raises: IndexCorruptError.
    """
    records = _Records(postings, first, last)
    members, counts = records.members()
    return members, _bounds(counts)


class _Records:
    """The records of terms that follow each other, their heads read field by field.

    With `chosen`, numbers that count from `first`, only those.
    """

    def __init__(
        self, postings: Postings, first: int, last: int, chosen: Numbers | None = None
    ) -> None:
        if not 0 <= first <= last <= len(postings.terms):
            raise IndexError(first, last)
        self._postings = postings
        starts = _records_at(postings, first, last)
        self._data = np.frombuffer(
            postings.data.slice(int(starts[0]), int(starts[-1])), np.uint8
        )
        self._at = starts[:-1] - starts[0]
        self._ends = starts[1:] - starts[0]
        if chosen is not None:
            self._at, self._ends = self._at[chosen], self._ends[chosen]
        self._check(self._at < self._ends)
        flags = self._data[self._at]
        self._at = self._at + 1
        self._has_members = (flags & MEMBERS) > 0
        self._read_positions(flags & KIND_MASK)
        self._read_documents(flags >> DOCUMENTS_SHIFT & KIND_MASK)

    def _check(self, valid: NDArray[np.bool_]) -> None:
        if not valid.all():
            raise corrupt(self._postings.data.path, "some postings are damaged")

    def _number(self, chosen: NDArray[np.bool_]) -> Numbers:
        """The next number of each chosen record; 0 of the others."""
        found = np.zeros(len(self._at), np.int64)
        here = np.flatnonzero(chosen)
        for shift in range(0, 63, 7):
            if not len(here):
                return found
            self._check(self._at[here] < self._ends[here])
            byte = self._data[self._at[here]].astype(np.int64)
            found[here] |= (byte & 127) << shift
            self._at[here] += 1
            here = here[byte > 127]
        self._check(~np.ones(len(here), np.bool_))
        return found

    def _count(self, chosen: NDArray[np.bool_], most: int = 1) -> Numbers:
        """A number of things of which a byte of the record holds at most so many."""
        found = self._number(chosen)
        self._check(found <= most * len(self._data))
        return found

    def _read_positions(self, kinds: Codes) -> None:
        self._kinds = kinds
        self._check((kinds <= PACKED) | (kinds == SINGLE))
        self._only = self._number(kinds == SINGLE)
        self._check(self._only < max(1, self._postings.bases[-1]))
        counts = self._count(kinds == PACKED, 8)
        self._shape = self._shapes(kinds == PACKED)
        self.occurrences: Numbers = np.where(kinds == SINGLE, 1, counts)

    def _shapes(self, chosen: NDArray[np.bool_]) -> tuple[Numbers, Numbers, Numbers]:
        """The bits of each list, how many long differences it has, and their bits."""
        bits = self._byte(chosen)
        has_longs = bits >= LONG
        bits -= np.where(has_longs, LONG, 0)
        longs = self._count(has_longs, 8)
        long_bits = self._byte(has_longs)
        self._check((bits <= MOST_BITS) & (long_bits <= MOST_BITS))
        self._check((bits > 0) == chosen)
        self._check((long_bits > 0) == has_longs)
        return bits, longs, long_bits

    def _byte(self, chosen: NDArray[np.bool_]) -> Numbers:
        """The next byte of each chosen record; 0 of the others."""
        found = np.zeros(len(self._at), np.int64)
        self._check(self._at[chosen] < self._ends[chosen])
        found[chosen] = self._data[self._at[chosen]]
        self._at[chosen] += 1
        return found

    def _read_documents(self, kinds: Codes) -> None:
        """Step over what is said of documents; note where the lists lie."""
        self._check((kinds <= PACKED) | (kinds == BITMAP) | (kinds == FROM_POSITIONS))
        implied = (kinds == FROM_POSITIONS) & (self._kinds == SINGLE)
        documents = self._count((kinds > NONE) & ~implied, 8) + implied
        packed = kinds == PACKED
        bits, longs, long_bits = self._shapes(packed)
        self._at += documents > 1
        counts = np.where(self._kinds == PACKED, self.occurrences, 0)
        skips = np.maximum(counts - 1, 0) // SKIP
        self._lists = self._at + np.where(self._shape[1], 12, 8) * skips
        rest = self._lists + array_sizes(counts, self._shape[0])
        self._longs = rest.copy()
        rest += array_sizes(self._shape[1], self._shape[2])
        rest += array_sizes(np.where(packed, documents, 0), bits)
        rest += array_sizes(longs, long_bits)
        bitmap_bytes = (self._postings.document_count + 7) // 8
        rest += np.where(kinds == BITMAP, bitmap_bytes, 0) + documents
        rest += np.where(documents >= FEWEST_FOR_HEADS, 5 * HEADS, 0)
        self._rest = rest
        self._check(rest <= self._ends)
        self._check((rest < self._ends) == self._has_members)

    def firsts(self) -> Numbers:
        """The first position of each record; -1 if it has none."""
        found = np.where(self._kinds == SINGLE, self._only, -1)
        here = np.flatnonzero((self._kinds == PACKED) & (self.occurrences > 0))
        bits, longs, long_bits = (column[here] for column in self._shape)
        firsts = firsts_of(self._data, self._lists[here], self.occurrences[here], bits)
        long = (firsts == (1 << bits) - 1) & (longs > 0)
        firsts[long] = firsts_of(
            self._data, self._longs[here[long]], longs[long], long_bits[long]
        )
        found[here] = firsts
        return found

    def positions(self) -> Numbers:
        """The positions of all records in a row."""
        bits, longs, long_bits = self._shape
        packed = self._kinds == PACKED
        counts = np.where(packed, self.occurrences, 0)
        steps = unpack_all(self._data, self._lists, counts, bits)
        long = unpack_all(self._data, self._longs, longs, long_bits)
        full = np.flatnonzero(steps == ((1 << bits) - 1).repeat(counts))
        bounds = _bounds(counts)
        has_longs = longs > 0
        if not has_longs.all():
            full = full[has_longs.repeat(np.diff(full.searchsorted(bounds)))]
        self._check(np.diff(full.searchsorted(bounds)) == longs)
        steps[full] = long
        sums = steps.cumsum()
        before = np.concatenate(([0], sums))[bounds[:-1]]
        sums -= before.repeat(counts)
        found = np.empty(int(self.occurrences.sum()), np.int64)
        single = self._kinds == SINGLE
        starts = _bounds(self.occurrences)
        found[starts[:-1][single]] = self._only[single]
        found[packed.repeat(self.occurrences)] = sums
        lasts = found[starts[1:][packed & (counts > 0)] - 1]
        self._check((lasts >= 0) & (lasts < self._postings.bases[-1]))
        return found

    def members(self) -> tuple[Numbers, Numbers]:
        """The members of all records in a row, and how many each has."""
        sizes = self._ends - self._rest
        raw = rows_of(self._data, self._rest, sizes)
        ends = np.flatnonzero(raw < 128)
        bounds = _bounds(sizes)
        self._check(raw[bounds[1:][sizes > 0] - 1] < 128)
        counts = np.diff(ends.searchsorted(bounds))
        starts = np.concatenate(([0], ends + 1))[: len(ends)]
        self._check(ends - starts < _LONGEST)
        places = np.arange(len(raw)) - np.repeat(starts, ends + 1 - starts)
        parts = (raw & 127).astype(np.int64) << 7 * places
        steps = _segment_sums(parts, starts)
        sums = np.cumsum(steps)
        firsts = np.concatenate(([0], sums))[_bounds(counts)[:-1]]
        found = sums - np.repeat(firsts, counts)
        self._check((steps >= 0) & (found >= 0) & (found < len(self._postings.terms)))
        return found, counts


_LONGEST = 9  # bytes of a varint


def _segment_sums(values: Numbers, starts: Numbers) -> Numbers:
    if not len(values):
        return values
    return np.asarray(np.add.reduceat(values, starts), np.int64)


def _records_at(postings: Postings, first: int, last: int) -> Numbers:
    """Where the records begin, and where the last one ends."""
    size = postings.start_bytes
    raw = postings.starts.slice(size * first, size * (last + 1))
    found = np.frombuffer(raw, f"<u{size}").astype(np.int64)
    if (np.diff(found) < 0).any() or found[0] < 0:
        raise corrupt(postings.starts.path, "its records do not follow each other")
    return found


def _bounds(counts: Numbers) -> Numbers:
    """Where rows of so many values begin and end."""
    found = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=found[1:])
    return found
