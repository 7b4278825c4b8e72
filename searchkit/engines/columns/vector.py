"""The lists of terms, decoded by numpy: for heavy queries and for builds.

The same functions with the same results as in `plain`, as numpy arrays; and the lists
of many terms that follow each other at once, for a build that goes on from an index.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from searchkit.engines.columns.files import corrupt
from searchkit.engines.columns.postings import (
    BITMAP,
    DOCUMENTS_SHIFT,
    FEWEST_FOR_HEADS,
    FROM_POSITIONS,
    FULL,
    HEADS,
    KIND_MASK,
    MEMBERS,
    NONE,
    SINGLE,
    SKIP,
    UNITS,
    Postings,
    TermPostings,
)
from searchkit.engines.columns.rows import copy_rows, rows_of, spread, starts_of

Numbers = NDArray[np.int64]
Codes = NDArray[np.uint8]

TYPES: tuple[Any, ...] = (None, *map(np.dtype, ("<u1", "<u2", "<u4", "<u4")))
"""What the units of each kind are in memory."""


def positions(term: TermPostings) -> Numbers:
    """All global positions, rising. Raises: IndexCorruptError."""
    if term.position_kind == SINGLE:
        return np.array([term.single], np.int64)
    start, kind = term.positions_at, term.position_kind
    found = _sums(term.read(start, start + term.position_units * kind), kind)
    if len(found) != term.occurrences or (len(found) and found[-1] >= term.bases[-1]):
        raise term.damaged()
    return found


def positions_in_rows(
    terms: Sequence[TermPostings], lows: Sequence[int], highs: Sequence[int]
) -> Numbers:
    """The positions of some terms in some rows from low to high, high excluded.

    Rows are those of documents, and rise. Only the stretches between two skips that
    hold some are read, and all of them are decoded at once: looking up rows of many
    terms costs hardly more than those of one. What two terms have stands there twice.

    Raises: IndexCorruptError.
    """
    single = [term.single for term in terms if term.position_kind == SINGLE]
    found = [np.array([p for p in single if _is_in_rows(p, lows, highs)], np.int64)]
    for kind in UNITS:
        several = [term for term in terms if term.position_kind == kind]
        if several:
            found.append(_in_rows(several, kind, lows, highs))
    return np.sort(np.concatenate(found), kind="stable")  # what rises is merged


def _is_in_rows(position: int, lows: Sequence[int], highs: Sequence[int]) -> bool:
    row = bisect_right(lows, position) - 1
    return row >= 0 and position < highs[row]


def _in_rows(
    terms: Sequence[TermPostings], kind: int, lows: Sequence[int], highs: Sequence[int]
) -> Numbers:
    """The positions of terms whose units are of one kind in rows."""
    every = terms[0].bases[-1]  # so that all positions rise, a term's behind another's
    data: list[memoryview] = []
    before: list[int] = []
    for number, term in enumerate(terms):
        start = term.positions_at
        skips = term.read(term.skips_at, start).cast("q")
        size, end = SKIP * kind, start + term.position_units * kind
        for stretch in _stretches(skips, lows, highs):
            at = start + stretch * size
            data.append(term.read(at, min(at + size, end)))
            before.append((skips[stretch - 1] if stretch else 0) + number * every)
    units = _in_memory(np.frombuffer(b"".join(data), np.uint8), kind)
    sums = units.cumsum(dtype=np.int64)
    sizes = np.fromiter(map(len, data), np.int64, len(data)) // kind
    starts = np.array(before, np.int64)
    starts[1:] -= sums.take(sizes[:-1].cumsum() - 1)
    sums += starts.repeat(sizes)
    whole = units != FULL[kind]
    if not whole.all():
        sums = sums[whole]
    shifts = np.arange(0, len(terms) * every, every)[:, None]
    firsts = sums.searchsorted((shifts + np.array(lows)).ravel())
    ends = sums.searchsorted((shifts + np.array(highs)).ravel())
    found: Numbers = sums.take(spread(firsts, np.maximum(ends - firsts, 0))) % every
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
    else:
        found = _sums(term.read(start, term.codes_at), kind)
    if len(found) != term.documents or (
        len(found) and found[-1] >= term.document_count
    ):
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


def _sums(data: memoryview, kind: int) -> Numbers:
    if kind == NONE or not data:
        return np.empty(0, np.int64)
    units = _in_memory(np.frombuffer(data, np.uint8), kind)
    sums = np.cumsum(units, dtype=np.int64)
    whole = units != FULL[kind]
    return sums if whole.all() else sums.take(np.flatnonzero(whole))


def _in_memory(data: Codes, kind: int) -> Any:
    """The units in some bytes."""
    if kind != 3:
        return data.view(TYPES[kind])
    wide = np.zeros((len(data) // 3, 4), np.uint8)
    wide[:, :3] = data.reshape(-1, 3)
    return wide.view(TYPES[kind]).ravel()


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
        self._check(kinds <= SINGLE)
        several = (kinds > NONE) & (kinds < SINGLE)
        self._only = self._number(kinds == SINGLE)
        self._check(self._only < max(1, self._postings.bases[-1]))
        counts = self._count(several)
        self._units = counts + self._count(several)
        self.occurrences: Numbers = np.where(kinds == SINGLE, 1, counts)

    def _read_documents(self, kinds: Codes) -> None:
        """Step over what is said of documents; note where the lists lie."""
        self._check(kinds <= FROM_POSITIONS)
        implied = (kinds == FROM_POSITIONS) & (self._kinds == SINGLE)
        documents = self._count((kinds > NONE) & ~implied, 8) + implied
        units = documents + self._count((kinds > NONE) & (kinds < BITMAP))
        units[(kinds == NONE) | (kinds >= BITMAP)] = 0
        self._at += documents > 1
        skips = 8 * (np.maximum(self._units - 1, 0) // SKIP)
        widths = np.array([0, *UNITS, 0, 0])  # by kind
        self._lists = self._at + skips
        rest = self._lists + self._units * widths[self._kinds]
        rest += units * widths[kinds]
        bitmap_bytes = (self._postings.document_count + 7) // 8
        rest += np.where(kinds == BITMAP, bitmap_bytes, 0) + documents
        rest += np.where(documents >= FEWEST_FOR_HEADS, 5 * HEADS, 0)
        self._rest = rest
        self._check(rest <= self._ends)
        self._check((rest < self._ends) == self._has_members)

    def firsts(self) -> Numbers:
        """The first position of each record; -1 if it has none."""
        found = np.where(self._kinds == SINGLE, self._only, -1)
        for kind in UNITS:
            here = np.flatnonzero(self._kinds == kind)
            at = self._lists[here]
            found[here] = 0
            while len(here):  # a unit that is full goes on in the next
                self._check(at + kind <= self._ends[here])
                unit = self._unit(kind, at)
                found[here] += unit
                full = unit == FULL[kind]
                here, at = here[full], at[full] + kind
        return found

    def _unit(self, kind: int, at: Numbers) -> Numbers:
        """The unit at each of some places."""
        found = np.zeros(len(at), np.int64)
        for byte in range(kind):
            found |= self._data[at + byte].astype(np.int64) << 8 * byte
        return found

    def positions(self) -> Numbers:
        """The positions of all records in a row."""
        found = np.empty(int(self.occurrences.sum()), np.int64)
        starts = _bounds(self.occurrences)
        single = self._kinds == SINGLE
        found[starts[:-1][single]] = self._only[single]
        for kind in UNITS:
            chosen = np.flatnonzero(self._kinds == kind)
            if len(chosen):
                values = self._in_units(kind, chosen)
                counts = self.occurrences[chosen]
                copy_rows(found, starts[chosen], values, starts_of(counts), counts)
        return found

    def _in_units(self, kind: int, chosen: Numbers) -> Numbers:
        """The lists of records of one kind in a row."""
        units, counts = self._units[chosen], self.occurrences[chosen]
        data = rows_of(self._data, self._lists[chosen], kind * units)
        encoded = _in_memory(data, kind)
        sums = np.cumsum(encoded, dtype=np.int64)
        whole = encoded != FULL[kind]
        bounds = _bounds(units)
        before = np.concatenate(([0], sums))[bounds[:-1]]
        sums -= np.repeat(before, units)
        kept = np.concatenate(([0], np.cumsum(whole)))[bounds]
        self._check(np.diff(kept) == counts)
        found: Numbers = sums[whole]
        lasts = found[np.cumsum(counts) - 1]
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
