"""The lists of terms, decoded by numpy: for heavy queries and for builds.

The same functions with the same results as in `plain`, as numpy arrays; and the lists
of many terms that follow each other at once, for a build that goes on from an index.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import numpy as np

from searchkit.engines.columns import plain
from searchkit.engines.columns.arrays import Bools, Codes, Numbers
from searchkit.engines.columns.files import corrupt
from searchkit.engines.columns.layers import (
    Layers,
    firsts_of_lists,
    list_sizes,
    unpack_lists,
)
from searchkit.engines.columns.packed import array_sizes, type_of, unpack, unpack_at
from searchkit.engines.columns.postings import (
    BITMAP,
    DOCUMENTS_SHIFT,
    FEWEST_FOR_HEADS,
    FROM_POSITIONS,
    HEADS,
    KIND_MASK,
    MEMBERS,
    MORE,
    MOST_BITS,
    MOST_LAYERS,
    NONE,
    PACKED,
    SINGLE,
    SKIP,
    STEP_BITS,
    STEPS,
    STEPS_OF_CODES,
    Postings,
    Shape,
    TermPostings,
    array_bytes,
    step_bytes,
    stretch,
)
from searchkit.engines.columns.rows import rows_of, spread
from searchkit.errors import IndexCorruptError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NO_STEP = 255  # a step of no code
_STEPS_OF_BYTE = unpack(  # of the codes that share a byte, together
    np.arange(256, dtype=np.uint8), 4 * 256, STEP_BITS
)
_STEPS_OF_BYTE = np.array((*STEPS, _NO_STEP), np.uint8)[_STEPS_OF_BYTE].view("<u4")
_FEW = 64  # of a list, which are decoded sooner without numpy


def positions(term: TermPostings) -> Numbers:
    """All global positions, rising. Raises: IndexCorruptError."""
    if term.position_kind == SINGLE:
        return np.array([term.single], np.int64)
    if term.position_kind == NONE:
        return np.empty(0, np.int64)
    data = term.read(term.positions_at, term.documents_at)
    found = _sums(term, data, term.position_shape)
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
    starts = SKIP * np.array(stretches)
    sizes = np.minimum(SKIP, term.occurrences - starts)
    found = _steps_near(term, stretches, sizes)
    found.cumsum(out=found)
    before = np.array([sums[n - 1] if n else 0 for n in stretches], np.int64)
    before[1:] -= found.take(sizes[:-1].cumsum() - 1)
    found += before.repeat(sizes)
    return found


def _steps_near(
    term: TermPostings, stretches: Sequence[int], sizes: Numbers
) -> Numbers:
    """The differences in some stretches between skips, which have so many."""
    (count, bits), below = term.position_shape[0], term.position_shape[1:]
    rows = [(SKIP * n, min(SKIP * (n + 1), count)) for n in stretches]

    def array(at: int, bits: int) -> Any:
        places = [stretch(at, count, bits, start, end) for start, end in rows]
        by_parts = [row for rows in zip(*places, strict=True) for row in rows]
        data = b"".join([term.read(start, end) for start, end in by_parts])
        return unpack(np.frombuffer(data, np.uint8), int(sizes.sum()), bits)

    at = term.positions_at
    found: Numbers = array(at, bits).astype(np.int64)
    if below:
        at += array_bytes(count, bits)
        flags = array(at, 1)
        starts = [plain.layer_starts(term, n) for n in stretches]
        more = _below(term, at + array_bytes(count, 1), below, starts, flags, sizes)
        _put_more(term, found, bits, flags, more)
    return found


def _below(
    term: TermPostings,
    at: int,
    shape: Shape,
    starts: Sequence[Sequence[int]],
    flags: Any,
    sizes: Numbers,
) -> Numbers:
    """What the layers below one add to the numbers of some stretches of it.

    Of each stretch: where it starts in each of the layers below, and its size.
    """
    (count, bits), below = shape[0], shape[1:]
    before = _bounds(flags)
    sizes = np.diff(before[sizes.cumsum()], prepend=0)
    places = spread(np.array([row[0] for row in starts], np.int64), sizes)
    if places.max(initial=0) >= count:
        raise term.damaged()
    data = np.frombuffer(term.read(at, term.documents_at), np.uint8)
    found = unpack_at(data, 0, count, bits, places)
    if below and len(places):
        end = array_bytes(count, bits)
        flags = unpack_at(data, end, count, 1, places).astype(np.uint8)
        at += end + array_bytes(count, 1)
        starts = [row[1:] for row in starts]
        more = _below(term, at, below, starts, flags, sizes)
        _put_more(term, found, bits, flags, more)
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
        bases = np.asarray(term.bases)
        places = positions(term).astype(bases.dtype)  # not the other way: these are few
        rows = bases.searchsorted(places, "right") - 1
        found: Numbers = rows[np.diff(rows, prepend=-1) > 0]
    elif kind == BITMAP:
        found = _marks(term).nonzero()[0]
    elif kind == NONE:
        return np.empty(0, np.int64)
    else:
        data = term.read(start, term.codes_at)
        found = _sums(term, data, term.document_shape)
    if len(found) != term.documents or found[-1] >= term.document_count:
        raise term.damaged()
    return found


def codes(term: TermPostings, numbers: Numbers | None = None) -> Codes:
    """The impact codes of the documents, in their order.

    `numbers` are the documents, where they were decoded already.

    Raises: IndexCorruptError.
    """
    data = np.frombuffer(term.read(term.codes_at, term.heads_at), np.uint8)
    if term.apart < 0:
        return data
    end = step_bytes(term.documents)
    steps = _STEPS_OF_BYTE.take(data[:end]).view(np.uint8)[: term.documents]
    units = np.frombuffer(term.units, np.uint8)
    if term.document_kind == BITMAP:
        found = units[_marks(term)]
    else:
        found = units.take(documents(term) if numbers is None else numbers)
    if len(found) != term.documents:
        raise term.damaged()
    found += steps
    places = (steps == _NO_STEP).nonzero()[0]
    if len(places) != term.apart:
        raise term.damaged()
    found[places] = data[end:]
    return found


def _marks(term: TermPostings) -> Bools:
    """Whether each document is in a list that is a bitmap."""
    raw = np.frombuffer(term.read(term.documents_at, term.codes_at), np.uint8)
    bits = np.unpackbits(raw, count=term.document_count, bitorder="little")
    return bits.view(np.bool_)


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


def _sums(term: TermPostings, data: memoryview, shape: Shape) -> Numbers:
    """A list from its layers."""
    if shape[0][0] < _FEW:
        return np.frombuffer(plain.sums(term, data, shape), np.int64)
    numbers = _numbers(term, np.frombuffer(data, np.uint8), shape)
    return numbers.cumsum(dtype=np.int64)  # type: ignore[no-any-return]  # of any type


def _numbers(term: TermPostings, raw: Codes, shape: Shape) -> Any:
    """The numbers of a layer with what those below it add."""
    (count, bits), below = shape[0], shape[1:]
    end = array_bytes(count, bits)
    numbers = unpack(raw[:end], count, bits)
    if not below:
        return numbers
    start, end = end, end + array_bytes(count, 1)
    found = numbers.astype(type_of(sum([bits for _, bits in shape])))
    flags = unpack(raw[start:end], count, 1)
    _put_more(term, found, bits, flags, _numbers(term, raw[end:], below))
    return found


def _put_more(term: TermPostings, found: Any, bits: int, flags: Any, more: Any) -> None:
    """Put the higher bits of numbers where these belong among all of them."""
    places = flags.view(np.bool_).nonzero()[0]
    if len(places) != len(more):
        raise term.damaged()
    found[places] |= np.left_shift(more, bits, dtype=found.dtype)


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
        kinds = flags >> DOCUMENTS_SHIFT & KIND_MASK
        self._read_documents(kinds, flags & STEPS_OF_CODES > 0)

    def _check(self, valid: Bools) -> None:
        if not valid.all():
            raise self._damaged()

    def _damaged(self) -> IndexCorruptError:
        return corrupt(self._postings.data.path, "some postings are damaged")

    def _number(self, chosen: Bools) -> Numbers:
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

    def _count(self, chosen: Bools, most: int = 1) -> Numbers:
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
        self._layers = self._shapes(kinds == PACKED, counts)
        self.occurrences: Numbers = np.where(kinds == SINGLE, 1, counts)

    def _shapes(self, chosen: Bools, counts: Numbers) -> Layers:
        """The layers of each list, whose numbers are so many."""
        layers = []
        for _ in range(MOST_LAYERS):
            bits = self._byte(chosen)
            more = bits >= MORE
            bits -= np.where(more, MORE, 0)
            self._check((bits > 0) == chosen)
            layers.append((np.where(chosen, counts, 0), bits))
            chosen, counts = more, self._count(more, 8)
        self._check(~chosen)
        found = np.array(layers)
        self._check(found[:, 1].sum(axis=0) <= MOST_BITS)
        return found

    def _byte(self, chosen: Bools) -> Numbers:
        """The next byte of each chosen record; 0 of the others."""
        found = np.zeros(len(self._at), np.int64)
        self._check(self._at[chosen] < self._ends[chosen])
        found[chosen] = self._data[self._at[chosen]]
        self._at[chosen] += 1
        return found

    def _read_documents(self, kinds: Codes, in_steps: Bools) -> None:
        """Step over what is said of documents; note where the lists lie."""
        self._check((kinds <= PACKED) | (kinds == BITMAP) | (kinds == FROM_POSITIONS))
        implied = (kinds == FROM_POSITIONS) & (self._kinds == SINGLE)
        documents = self._count((kinds > NONE) & ~implied, 8) + implied
        layers = self._shapes(kinds == PACKED, documents)
        self._at += documents > 1
        code_bytes = np.where(in_steps, array_sizes(documents, STEP_BITS), documents)
        code_bytes += self._count(in_steps)
        skips = np.maximum(self._layers[0, 0] - 1, 0) // SKIP
        skip_bytes = 4 + 4 * (self._layers[:, 1] > 0).sum(axis=0)
        self._lists = self._at + skip_bytes * skips
        rest = self._lists + list_sizes(self._layers) + list_sizes(layers)
        bitmap_bytes = (self._postings.document_count + 7) // 8
        rest += np.where(kinds == BITMAP, bitmap_bytes, 0) + code_bytes
        rest += np.where(documents >= FEWEST_FOR_HEADS, 5 * HEADS, 0)
        self._rest = rest
        self._check(rest <= self._ends)
        self._check((rest < self._ends) == self._has_members)

    def firsts(self) -> Numbers:
        """The first position of each record; -1 if it has none."""
        found = np.where(self._kinds == SINGLE, self._only, -1)
        here = np.flatnonzero((self._kinds == PACKED) & (self.occurrences > 0))
        layers = self._layers[:, :, here]
        found[here] = firsts_of_lists(self._data, self._lists[here], layers)
        return found

    def positions(self) -> Numbers:
        """The positions of all records in a row."""
        packed, counts = self._kinds == PACKED, self._layers[0, 0]
        bounds = _bounds(counts)
        try:
            steps = unpack_lists(self._data, self._lists, self._layers)
        except ValueError:
            raise self._damaged() from None
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
    return np.array(postings.record_starts(first, last), np.int64)


def _bounds(counts: Numbers) -> Numbers:
    """Where rows of so many values begin and end."""
    found = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=found[1:])
    return found
