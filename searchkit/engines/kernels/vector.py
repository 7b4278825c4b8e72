"""The kernel that works on whole columns at once, in numpy.

What it keeps documents in stands in `vector_sets`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property
from itertools import chain

import numpy as np

from searchkit.analysis.analyzer import BLANK, LOOSE, ZONE_MASK
from searchkit.engines import ranking
from searchkit.engines.bounds import most_of
from searchkit.engines.columns import vector as decode
from searchkit.engines.columns.postings import SKIP
from searchkit.engines.columns.rows import spread
from searchkit.engines.impacts import codes_of
from searchkit.engines.kernels.vector_sets import (
    COLUMN_BYTES,
    NONE,
    SPARSE,
    Array,
    Column,
    Documents,
    MadeColumn,
    TermColumn,
    among,
    bits_of,
    each_once,
    flags_of,
    in_bits,
    in_order,
    is_bits,
    numbers_of,
    rising,
)
from searchkit.engines.plan import ALL_FIELDS
from searchkit.engines.weights import weight_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from searchkit.engines.bounds import Bound, Part
    from searchkit.engines.columns.postings import TermPostings
    from searchkit.engines.reader import GenerationReader

_X_OF_CODE = np.array(ranking.X_OF_CODE)
_FIELD_OF_PART = ("body",) * (ZONE_MASK + 1) + ALL_FIELDS[:-1]
_BOUNDS = np.array((0, 1), np.int32)  # of a row, from its number

_LOOKED_UP = 64  # one document of so many is looked up in bits made for that
_ADDED = 5  # documents' worths are added up while one of a few is looked up
_MERGED = 8  # lists of which one is so many times as long are merged
_DECODED_WHOLE = 1 << 15  # units of lists that are decoded, and kept, for a few rows
_MOST_DECODED = 1 << 19  # the same of lists of which rows were read before
_MOST_READ = 4096  # lists of which it is known that rows were read
_SAMPLED = 16  # one of so many scores tells how high the highest are
_MOST_ARRAYS = 64  # of worths that are kept as arrays


class VectorKernel:
    """numpy's operations on one generation; see `base.Kernel`."""

    name = "vector"
    looks_a_hit = 30  # these cost hardly more than two
    # Of two words OR'ed in 10,000 documents the order takes .7 of the time that it
    # took with as few as without numpy, in 100,000 documents .9.
    few = 1 << 14

    def __init__(self, reader: GenerationReader) -> None:
        self._reader = reader
        self._count = reader.document_count
        self._arrays: dict[int, tuple[Sequence[float], Array]] = {}  # by id
        last = max(reader.text_base[-1], reader.math_base[-1])
        self._place = np.int32 if last < 1 << 31 else np.int64  # of a position
        self._read_in_part: set[tuple[str | int, ...]] = set()
        self._no_positions = np.zeros(0, self._place)
        self._bases = {
            "text": _signed(reader.text_base, self._place),
            "math": _signed(reader.math_base, self._place),
        }

    @cached_property
    def _borders(self) -> list[Array]:
        """Where each of ALL_FIELDS but the last ends in each document's row."""
        reader = self._reader
        ends = (reader.title_end, reader.alias_end, reader.address_end)
        columns = (*ends, reader.body_start)
        return [*map(np.asarray, columns)]

    # Columns

    def load(self, term: TermPostings) -> Column:
        return TermColumn.of(term, self._reader.decoded)

    def size_of(self, column: Column) -> int:
        size = COLUMN_BYTES + column.nbytes
        if column.is_sparse:
            return size
        return size + self._count * 9 // 8  # its row and its bits

    def column(self, codes: Iterable[tuple[int, int]]) -> Column:
        pairs = np.array([*codes], np.int64).reshape(-1, 2)
        return Column(pairs[:, 0].astype(np.int32), pairs[:, 1].copy(), self._count)

    def merged(self, columns: Sequence[Column]) -> Column:
        def codes() -> Array:
            found = np.concatenate([column.documents for column in columns])
            xs = _X_OF_CODE.take(np.concatenate([column.codes for column in columns]))
            if len(found) * SPARSE < self._count:
                places = documents.searchsorted(found)
                sums: Array = np.bincount(places, xs, len(documents))
            else:
                sums = np.bincount(found, xs, self._count)
                sums = sums.take(documents)
            return codes_of(sums)

        documents = rising([column.documents for column in columns], self._count)
        return self._made(documents, codes, columns)

    def first_of(self, columns: Sequence[Column]) -> Column:
        def codes() -> Array:
            found = np.zeros(len(documents), np.uint8)
            for column in reversed(columns):
                found[documents.searchsorted(column.documents)] = column.codes
            return found

        documents = rising([column.documents for column in columns], self._count)
        return self._made(documents, codes, columns)

    def joined(self, columns: Sequence[Column]) -> Column:
        documents = np.concatenate([column.documents for column in columns])
        codes = np.concatenate([column.codes for column in columns])
        order = documents.argsort(kind="stable")
        return Column(documents.take(order), codes.take(order), self._count)

    def _made(
        self, documents: Array, codes: Callable[[], Array], columns: Sequence[Column]
    ) -> Column:
        held = sum([column.nbytes for column in columns])
        return MadeColumn(documents, codes, self._count, held=held)

    # Positions

    def positions(self, space: str, terms: Sequence[TermPostings]) -> Array:
        if len(terms) == 1:
            return self._kept_positions(space, terms)
        if not terms:
            return self._no_positions
        # Not kept: what is found with them is, and they would crowd out other lists.
        return self._decoded(terms)

    def _kept_positions(self, space: str, terms: Sequence[TermPostings]) -> Array:
        """Where any of the terms stands, each place once."""

        def decoded() -> tuple[Array, int]:
            positions = self._decoded(terms)
            if len(terms) > 1:
                positions = each_once(positions)
            return positions, positions.nbytes

        return self._reader.decoded.get(_positions_key(space, terms), decoded)

    def _decoded(self, terms: Sequence[TermPostings]) -> Array:
        """Where any of the terms stands."""
        several = [decode.positions(term).astype(self._place) for term in terms]
        return in_order(several) if len(several) > 1 else several[0]

    def positions_in_all(
        self, space: str, terms: Sequence[TermPostings], numbers: Array
    ) -> Array:
        rows = self._bases[space].take(numbers[:, None] + _BOUNDS)
        if self._is_read_in_part(space, terms, len(numbers)):
            lows, highs = rows.T.tolist()
            found = decode.positions_in_rows(terms, lows, highs)
            found = found.astype(self._place, copy=False)
            return each_once(found) if len(terms) > 1 else found
        positions = self._kept_positions(space, terms)
        firsts, ends = positions.searchsorted(rows.T)
        return positions.take(spread(firsts, ends - firsts))

    def positions_in_rows(
        self,
        space: str,
        terms: Sequence[TermPostings],
        lows: Sequence[int],
        highs: Sequence[int],
    ) -> list[int]:
        """Where any of the terms stands in few rows, each place once.

        Half the work would be to make an array of what is needed as a list.
        """
        if self._is_read_in_part(space, terms, len(lows)):
            rows = decode.positions_in_rows(terms, lows, highs).tolist()
            return [*dict.fromkeys(rows)] if len(terms) > 1 else rows
        found: list[int] = []
        positions = self._kept_positions(space, terms)
        bounds = np.array((lows, highs), self._place)
        firsts, ends = positions.searchsorted(bounds).tolist()
        for first, end in zip(firsts, ends, strict=True):
            if first < end:
                found += positions[first:end].tolist()
        return found

    def _is_read_in_part(
        self, space: str, terms: Sequence[TermPostings], rows: int
    ) -> bool:
        """Whether so few rows are better read alone: of a long list, the first time."""
        units = sum([term.occurrences for term in terms])
        if units <= max(_DECODED_WHOLE, 2 * SKIP * rows):
            return False
        key = _positions_key(space, terms)
        if self._reader.decoded.peek(key) is not None:
            return False
        if units <= _MOST_DECODED and key in self._read_in_part:
            return False
        if len(self._read_in_part) >= _MOST_READ:
            self._read_in_part.clear()
        self._read_in_part.add(key)
        return True

    def shifted(self, positions: Array, distance: int) -> Array:
        return positions - distance if distance else positions

    def followed(self, starts: Array, positions: Array, distance: int) -> Array:
        wanted = starts + distance
        few, many = wanted, positions
        if len(few) > len(many):
            few, many = many, few
        if len(few) * _MERGED > len(many):
            both = in_order((few, many))
            here = both[1:][both[1:] == both[:-1]]
        elif len(few):
            places = many.searchsorted(few)
            places[places == len(many)] = 0
            here = few[many.take(places) == few]
        else:
            here = few
        return here - distance

    def with_blank(self, starts: Array, distance: int, blank: bool) -> Array:
        tags = self._reader.tags.of(starts + distance)
        fits = (tags & BLANK) == (BLANK if blank else 0)
        return starts[fits | ((tags & LOOSE) != 0)]

    def in_fields(
        self, starts: Array, fields: Collection[str], zones: Collection[int] | None
    ) -> Array:
        parts = self._parts(starts, self._rows(starts))
        return starts[_wanted(fields, zones).take(parts)]

    def in_fences(self, starts: Array, borders: Array) -> Array:
        return starts[borders.searchsorted(starts, "right") % 2 == 1]

    def weighed(self, starts: Array, fields: Collection[str] | None = None) -> Column:
        numbers = self._rows(starts)
        if fields is None and len(numbers):
            documents = each_once(numbers).astype(np.int32)

            def codes() -> Array:
                numbers = self._rows(starts)
                return self._codes(numbers, self._parts(starts, numbers))

            return MadeColumn(documents, codes, self._count, held=starts.nbytes)
        parts = self._parts(starts, numbers)
        if fields is not None:
            kept = np.flatnonzero(_wanted(fields, None).take(parts))
            numbers, parts = numbers.take(kept), parts.take(kept)
        if not len(numbers):
            return self.column(())
        documents = each_once(numbers).astype(np.int32)
        return Column(documents, self._codes(numbers, parts), self._count)

    def _codes(self, numbers: Array, parts: Array) -> Array:
        """The code of each document, by the document and the part of occurrences."""
        is_first = np.ones(len(numbers), bool)
        np.not_equal(numbers[1:], numbers[:-1], out=is_first[1:])
        firsts = is_first.nonzero()[0]
        rows = is_first.cumsum() - 1
        weights = self._weights(numbers.take(firsts))[rows, parts]
        return codes_of(np.add.reduceat(weights, firsts))  # exact in any order

    def _weights(self, numbers: Array) -> Array:
        """What an occurrence in each part weighs, a row a document."""
        reader = self._reader
        title: Array = np.asarray(reader.title_words)[numbers]
        body: Array = np.asarray(reader.body_words)[numbers]
        return weight_table(title, body, reader.averages.title, reader.averages.body)

    def documents_of(self, space: str, positions: Array) -> list[int]:
        numbers = self._bases[space].searchsorted(positions, "right") - 1
        found: list[int] = each_once(numbers).tolist()
        return found

    def coverages(
        self, starts: Array, bounds: Array, length: int
    ) -> list[tuple[int, list[float]]]:
        after: Array = bounds.searchsorted(starts, "right")
        shares = length / (bounds.take(after) - bounds.take(after - 1) - 1)
        numbers: Array = self._bases["math"].searchsorted(starts, "right") - 1
        firsts: Array = np.flatnonzero(np.diff(numbers, prepend=-1))
        ends = [*firsts[1:].tolist(), len(starts)]
        rows: list[float] = shares.tolist()
        return [
            (number, rows[first:end])
            for number, first, end in zip(
                numbers.take(firsts).tolist(), firsts.tolist(), ends, strict=True
            )
        ]

    def _rows(self, starts: Array) -> Array:
        """The number of each position's document."""
        return self._bases["text"].searchsorted(starts, "right") - 1

    def _parts(self, starts: Array, numbers: Array) -> Array:
        """In which part each stands: 0 to 3 the body's zones, then title and so on."""
        parts = self._reader.tags.zones(starts) & ZONE_MASK
        inner = starts - self._bases["text"].take(numbers)
        borders = self._borders
        if len(inner) and (inner < borders[-1].take(numbers)).any():
            field = sum(inner >= border.take(numbers) for border in borders)
            parts = np.where(
                field == len(borders), parts, field + len(ranking.WEIGHT_BY_ZONE)
            )
        return parts

    # Sets of documents

    def everything(self) -> Array:
        return bits_of(slice(self._count), self._count)

    def union(self, sets: Sequence[Documents]) -> Documents:
        if len(sets) == 1:
            return sets[0]
        few = not any(map(is_bits, sets)) and sum(map(len, sets)) < (
            self._count / SPARSE
        )
        if few or not sets:
            listed = [*map(numbers_of, sets)]
            return rising(listed, self._count) if listed else NONE
        union = self._bits(sets[0]) | self._bits(sets[1])
        for documents in sets[2:]:
            union |= self._bits(documents)
        return union

    def intersection(self, sets: Sequence[Documents]) -> Documents:
        if len(sets) == 1:
            return sets[0]
        listed = sorted((s for s in sets if not is_bits(s)), key=len)
        if not listed or len(listed[0]) * SPARSE > self._count:
            first, *others = map(self._bits, sets)
            for bits in others:
                first = first & bits
            return first
        numbers = numbers_of(listed[0])
        for documents in (*listed[1:], *filter(is_bits, sets)):
            numbers = numbers[self.holds(documents, numbers)]
        return numbers

    def difference(self, left: Documents, right: Documents) -> Documents:
        if not is_bits(left) and len(left) * SPARSE <= self._count:
            numbers = numbers_of(left)
            return numbers[~self.holds(right, numbers)]
        return self._bits(left) & ~self._bits(right)

    def bytes_of(self, documents: Documents) -> int:
        return COLUMN_BYTES + int(documents.nbytes)

    def count(self, documents: Documents) -> int:
        if is_bits(documents):
            return int(np.bitwise_count(documents.view(np.uint64)).sum())
        return len(documents)

    def numbers(self, documents: Documents) -> Array:
        if not is_bits(documents):
            return numbers_of(documents)
        return flags_of(documents).nonzero()[0].astype(np.int32)

    def chosen(self, numbers: Iterable[int]) -> Array:
        if isinstance(numbers, np.ndarray):
            return np.sort(numbers)
        return np.array(sorted(numbers), np.int32)

    def holds(self, documents: Documents, numbers: Array) -> Array:
        if isinstance(documents, Column):
            return documents.holds(numbers)
        if documents.dtype == np.uint8:
            return in_bits(documents, numbers)
        if len(numbers) * _LOOKED_UP > self._count:
            return in_bits(self._bits(documents), numbers)
        return among(documents, numbers)

    def lacks(self, documents: Documents, numbers: Array) -> Array:
        return ~self.holds(documents, numbers)

    def _bits(self, documents: Documents) -> Array:
        """A set as bits."""
        if isinstance(documents, Column):
            return documents.bits
        if documents.dtype == np.uint8:
            return documents
        return bits_of(documents, self._count)

    # What is kept of each document

    def days(self, numbers: Array) -> Array:
        days = np.asarray(self._reader.date)
        return days.take(numbers).astype(np.float64)

    def families(self, numbers: Array) -> list[int]:
        first_of = np.frombuffer(self._reader.family, np.uint32)
        found: list[int] = first_of[numbers].tolist()
        return found

    def dated(self, first: int, last: int) -> Array:
        days = np.asarray(self._reader.date)
        return bits_of((days >= first) & (days <= last), self._count)

    def with_topic(self, topics: Collection[int]) -> Array:
        numbers = np.frombuffer(self._reader.topic_numbers, np.uint32)
        bounds = np.asarray(self._reader.topics_at)
        at = np.flatnonzero(np.isin(numbers, [*topics]))
        found = each_once(bounds.searchsorted(at, "right") - 1)
        return found.astype(np.int32)

    def topic_counts(self, documents: Documents) -> dict[int, int]:
        topics = np.frombuffer(self._reader.topic_numbers, np.uint32)
        sizes: Array = np.diff(np.asarray(self._reader.topics_at))
        marks = flags_of(self._bits(documents))[: self._count]
        counts = np.bincount(topics[np.repeat(marks, sizes)])
        found = np.flatnonzero(counts)
        return dict(zip(found.tolist(), counts[found].tolist(), strict=True))

    # Scores

    def table(self, worths: Sequence[float], factor: float) -> Array:
        found = self._arrays.get(id(worths))
        if found is None or found[0] is not worths:
            if len(self._arrays) >= _MOST_ARRAYS:
                self._arrays.clear()
            found = self._arrays[id(worths)] = (worths, np.array(worths))
        return found[1] * factor

    def worths(self, column: Column, table: Array, numbers: Array) -> Array:
        return table.take(self.codes(column, numbers))

    def codes(self, column: Column, numbers: Array) -> Array:
        return column.codes if numbers is column.documents else column.at(numbers)

    def without(self, codes: Array) -> Array:
        return codes == 0

    def worths_of(self, table: Array, codes: Array) -> Array:
        return table.take(codes)

    def reaching(
        self,
        needed: Sequence[tuple[Column, Array, float]],
        bounds: Sequence[Bound],
        least: float,
    ) -> Array:
        chosen = []
        for column, table, worth in needed:
            high = (column.codes >= table.searchsorted(worth)).nonzero()[0]
            chosen.append(column.documents.take(high))
        parts = [*chain.from_iterable(chain.from_iterable(bounds))]
        added = sum([len(column) for column, _, _ in parts]) + self._count // _ADDED
        if _ADDED * sum(map(len, chosen)) > added:
            return self._adding_up(parts, least)
        numbers = rising(chosen, self._count) if chosen else NONE
        reached = np.zeros(len(numbers))
        ordered = sorted(bounds, key=most_of, reverse=True)
        rest = sum(map(most_of, ordered))
        for bound in ordered:
            worths, most = np.zeros(len(numbers)), most_of(bound)
            for column, table, _ in chain.from_iterable(bound):
                worths += table.take(column.at(numbers))
            reached += np.minimum(worths, most)
            rest -= most
            kept = (reached >= least - rest).nonzero()[0]
            numbers, reached = numbers.take(kept), reached.take(kept)
        return numbers

    def _adding_up(self, parts: Sequence[Part], least: float) -> Array:
        """The documents that are worth `least` in some columns together.

        What all of eight frequent words, with their other names, give 100,000 documents
        is added up in a third of the time of looking up those that one of them chooses.
        """
        sums = np.zeros(self._count)
        for column, table, _ in parts:
            # What numpy indexes with. No document stands there twice.
            sums[column.documents.astype(np.intp)] += table.take(column.codes)
        return (sums >= least).nonzero()[0].astype(np.int32)

    def top_code(self, column: Column) -> int:
        return int(column.codes.max(initial=0))

    def top(self, column: Column, count: int) -> Array:
        return column.top(count)

    def constant(self, numbers: Array, score: float) -> Array:
        return np.full(len(numbers), score)

    def add(self, scores: Array, more: Array) -> Array:
        scores += more
        return scores

    def most(self, scores: Array) -> float:
        return float(scores.max())

    def lower(self, scores: Array, others: Array) -> Array:
        return np.minimum(scores, others)

    def higher(self, scores: Array, others: Array) -> Array:
        return np.maximum(scores, others)

    def times(self, scores: Array, factor: float) -> Array:
        return scores * factor

    def only(self, scores: Array, keep: Array) -> Array:
        return np.where(keep, scores, 0.0)

    def best(
        self, numbers: Array, scores: Array, count: int
    ) -> list[tuple[int, float]]:
        places = _highest(scores, count)
        numbers, scores = numbers.take(places), scores.take(places)
        return [*zip(numbers.tolist(), scores.tolist(), strict=True)]

    def nth_highest(self, scores: Array, n: int) -> float:
        if n >= len(scores):
            return -math.inf
        return float(_nth_highest(scores, n))

    def between(self, scores: Array, low: float, high: float) -> Array:
        return ((scores >= low) & (scores < high)).nonzero()[0]

    def taken(self, values: Array, places: Array) -> Array:
        return values.take(places)


def _nth_highest(scores: Array, n: int) -> Any:
    """The n-th highest of at least so many scores.

    Of many, those are looked at that a sample says are high: of 10,000 that takes a
    quarter of the time, of 30,000 a sixth.
    """
    sample = scores[::_SAMPLED]
    rank = n * 5 // (4 * _SAMPLED) + 12
    if 2 * rank < len(sample):
        least = np.partition(sample, len(sample) - rank)[-rank]
        high = scores[scores >= least]
        if len(high) >= n:
            scores = high
    return np.partition(scores, len(scores) - n)[-n]


def _highest(scores: Array, count: int) -> Array:
    """The places of the highest scores, the highest first, equal ones in order."""
    if count <= 0:
        return NONE
    if count >= len(scores):
        return (-scores).argsort(kind="stable")
    least = _nth_highest(scores, count)
    kept = (scores >= least).nonzero()[0]
    return kept.take((-scores.take(kept)).argsort(kind="stable")[:count])


def _wanted(fields: Collection[str], zones: Collection[int] | None) -> Array:
    """Whether each part of a document is in the fields, and if of the body in zones."""
    return np.array(
        [
            field in fields and (zones is None or part > ZONE_MASK or part in zones)
            for part, field in enumerate(_FIELD_OF_PART)
        ]
    )


def _positions_key(space: str, terms: Sequence[TermPostings]) -> tuple[str | int, ...]:
    """By what the positions of terms are kept."""
    return space, *[term.ordinal for term in terms]


def _signed(numbers: memoryview, kind: type[np.signedinteger[Any]]) -> Array:
    """Mapped numbers of 0 or more as others of a kind; where it can be, as mapped."""
    found = np.asarray(numbers)
    if found.itemsize == np.dtype(kind).itemsize:
        return found.view(kind)
    return found.astype(kind)
