"""The kernel without numpy, for what is small: dictionaries, sets and bisection.

A set of documents is a column or a Python set, numbers and scores are lists.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from searchkit.analysis.analyzer import BLANK, LOOSE, ZONE_MASK
from searchkit.engines import ranking
from searchkit.engines.columns import plain as decode
from searchkit.engines.plan import ALL_FIELDS
from searchkit.engines.weights import weights

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from searchkit.engines.bounds import Bound
    from searchkit.engines.columns.postings import TermPostings
    from searchkit.engines.reader import GenerationReader

Documents: TypeAlias = "Column | set[int] | list[int]"
Numbers: TypeAlias = list[int]
Positions: TypeAlias = Sequence[int]
Scores: TypeAlias = list[float]


class Column:
    """Documents and their codes; both rise together with the documents' numbers."""

    __slots__ = ("_by_number", "codes", "documents")

    def __init__(self, documents: Sequence[int], codes: Sequence[int]) -> None:
        self.documents = documents
        self.codes = codes
        self._by_number: dict[int, int] | None = None

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def by_number(self) -> dict[int, int]:
        """The code of each document."""
        if self._by_number is None:
            self._by_number = dict(zip(self.documents, self.codes, strict=True))
        return self._by_number


class PlainKernel:
    """Plain Python's operations on one generation; see `base.Kernel`."""

    name = "plain"
    looks_a_hit = 2
    few = 1 << 10

    def __init__(self, reader: GenerationReader) -> None:
        self._reader = reader
        self._bases = {"text": reader.text_base, "math": reader.math_base}

    # Columns

    def load(self, term: TermPostings) -> Column:
        def decoded() -> tuple[Column, int]:
            numbers = decode.documents(term)
            column = Column(numbers, decode.codes(term, numbers))
            return column, self.size_of(column)

        return self._reader.decoded.get(("plain scored", term.ordinal), decoded)

    def size_of(self, column: Column) -> int:
        return 100 + 100 * len(column)

    def column(self, codes: Iterable[tuple[int, int]]) -> Column:
        pairs = [*codes]
        return Column([n for n, _ in pairs], [code for _, code in pairs])

    def merged(self, columns: Sequence[Column]) -> Column:
        sums: dict[int, float] = {}
        for column in columns:
            for number, code in zip(column.documents, column.codes, strict=True):
                sums[number] = sums.get(number, 0.0) + ranking.X_OF_CODE[code]
        return _coded(sums)

    def first_of(self, columns: Sequence[Column]) -> Column:
        codes: dict[int, int] = {}
        for column in reversed(columns):
            codes |= column.by_number
        return self.column(sorted(codes.items()))

    def joined(self, columns: Sequence[Column]) -> Column:
        return self.first_of(columns)

    # Positions

    def positions(self, space: str, terms: Sequence[TermPostings]) -> Positions:
        def decoded() -> tuple[Positions, int]:
            if len(terms) == 1:
                positions: Positions = decode.positions(terms[0])
            else:
                several = [decode.positions(term) for term in terms]
                positions = sorted(position for row in several for position in row)
            return positions, 40 * len(positions)

        if not terms:
            return ()
        key = ("plain " + space, *[term.ordinal for term in terms])
        return self._reader.decoded.get(key, decoded)

    def positions_in_all(
        self, space: str, terms: Sequence[TermPostings], numbers: Numbers
    ) -> list[int]:
        base = self._bases[space]
        lows, highs = [base[n] for n in numbers], [base[n + 1] for n in numbers]
        if self._reader.has_numpy:
            return self._reader.vector.positions_in_rows(space, terms, lows, highs)
        several = [decode.positions_in_rows(term, lows, highs) for term in terms]
        if len(several) == 1:
            return several[0]
        return sorted({position for row in several for position in row})

    def shifted(self, positions: Positions, distance: int) -> Positions:
        return [p - distance for p in positions] if distance else positions

    def followed(
        self, starts: Positions, positions: Positions, distance: int
    ) -> Positions:
        if len(starts) * 16 < len(positions):
            return [start for start in starts if _stands(positions, start + distance)]
        here = set(positions)
        return [start for start in starts if start + distance in here]

    def with_blank(self, starts: Positions, distance: int, blank: bool) -> Positions:
        wanted, tags = BLANK if blank else 0, self._reader.tags
        return [
            start
            for start in starts
            if (found := tags[start + distance]) & BLANK == wanted or found & LOOSE
        ]

    def in_fields(
        self, starts: Positions, fields: Collection[str], zones: Collection[int] | None
    ) -> Positions:
        kept: list[int] = []
        for number, rows in self._rows(starts):
            body = bisect_left(rows, self._body(number))
            for start in rows[:body]:
                field = ALL_FIELDS[self.part(start, number) - ZONE_MASK - 1]
                if field in fields:
                    kept.append(start)
            if "body" in fields:
                tags = self._reader.tags
                kept += (
                    rows[body:]
                    if zones is None
                    else [p for p in rows[body:] if tags.zone(p) & ZONE_MASK in zones]
                )
        return kept

    def in_fences(self, starts: Positions, borders: Positions) -> Positions:
        return [start for start in starts if bisect_right(borders, start) % 2]

    def weighed(
        self, starts: Positions, fields: Collection[str] | None = None
    ) -> Column:
        if fields is not None:
            starts = self.in_fields(starts, fields, None)
        sums = {}
        for number, rows in self._rows(starts):
            by_part = weights(
                self._reader.title_words[number],
                self._reader.body_words[number],
                self._reader.averages.title,
                self._reader.averages.body,
            )
            x = 0.0
            for start in rows:
                x += by_part[self.part(start, number)]
            sums[number] = x
        return _coded(sums)

    def documents_of(self, space: str, positions: Positions) -> list[int]:
        return [number for number, _ in _by_row(positions, self._bases[space])]

    def coverages(
        self, starts: Positions, bounds: Positions, length: int
    ) -> list[tuple[int, list[float]]]:
        found = []
        for number, rows in _by_row(starts, self._bases["math"]):
            shares = []
            for start in rows:
                after = bisect_right(bounds, start)
                shares.append(length / (bounds[after] - bounds[after - 1] - 1))
            found.append((number, shares))
        return found

    def _rows(self, starts: Positions) -> Iterable[tuple[int, list[int]]]:
        return _by_row(starts, self._bases["text"])

    def part(self, start: int, number: int) -> int:
        """In which part a position is: 0 to 3 the body's zones, then title etc."""
        reader = self._reader
        if start >= self._body(number):
            return reader.tags.zone(start) & ZONE_MASK
        inner = start - reader.text_base[number]
        ends = (reader.title_end, reader.alias_end, reader.address_end)
        field = sum(inner >= end[number] for end in ends)
        return ZONE_MASK + 1 + field

    def _body(self, number: int) -> int:
        """The position with which the body of a document begins."""
        return self._reader.text_base[number] + self._reader.body_start[number]

    # Sets of documents

    def everything(self) -> Documents:
        return {*range(self._reader.document_count)}

    def union(self, sets: Sequence[Documents]) -> Documents:
        return sets[0] if len(sets) == 1 else set().union(*map(_numbers, sets))

    def intersection(self, sets: Sequence[Documents]) -> Documents:
        if len(sets) == 1:
            return sets[0]
        first, *others = sorted(sets, key=len)
        numbers = set(_numbers(first))
        for documents in others:
            holder = _holder(documents)
            numbers = {number for number in numbers if number in holder}
        return numbers

    def difference(self, left: Documents, right: Documents) -> Documents:
        holder = _holder(right)
        return {number for number in _numbers(left) if number not in holder}

    def bytes_of(self, documents: Documents) -> int:
        return 300 + 80 * len(documents)

    def count(self, documents: Documents) -> int:
        return len(documents)

    def numbers(self, documents: Documents) -> Numbers:
        return sorted(_numbers(documents))

    def chosen(self, numbers: Iterable[int]) -> Numbers:
        return sorted(numbers)

    def holds(self, documents: Documents, numbers: Numbers) -> list[bool]:
        holder = _holder(documents)
        return [number in holder for number in numbers]

    def lacks(self, documents: Documents, numbers: Numbers) -> list[bool]:
        holder = _holder(documents)
        return [number not in holder for number in numbers]

    # What is kept of each document

    def days(self, numbers: Numbers) -> Scores:
        day_of = self._reader.date
        return [float(day_of[number]) for number in numbers]

    def families(self, numbers: Numbers) -> list[int]:
        first_of = self._reader.family
        return [first_of[number] for number in numbers]

    def dated(self, first: int, last: int) -> Documents:
        days = enumerate(self._reader.date)
        return {number for number, day in days if first <= day <= last}

    def with_topic(self, topics: Collection[int]) -> Documents:
        bounds = self._reader.topics_at
        return {
            bisect_right(bounds, at) - 1
            for at, topic in enumerate(self._reader.topic_numbers)
            if topic in topics
        }

    def topic_counts(self, documents: Documents) -> dict[int, int]:
        bounds, topics = self._reader.topics_at, self._reader.topic_numbers
        counted: Counter[int] = Counter()
        for number in _numbers(documents):
            counted.update(topics[bounds[number] : bounds[number + 1]])
        return dict(counted)

    # Scores

    def table(self, worths: Sequence[float], factor: float) -> list[float]:
        return [worth * factor for worth in worths]

    def worths(
        self, column: Column, table: Sequence[float], numbers: Numbers
    ) -> Scores:
        return self.worths_of(table, self.codes(column, numbers))

    def codes(self, column: Column, numbers: Numbers) -> list[int]:
        code_of = column.by_number.get
        return [code_of(number, 0) for number in numbers]

    def without(self, codes: Sequence[int]) -> list[bool]:
        return [not code for code in codes]

    def worths_of(self, table: Sequence[float], codes: Sequence[int]) -> Scores:
        return [table[code] for code in codes]

    def reaching(
        self,
        needed: Sequence[tuple[Column, Sequence[float], float]],
        bounds: Sequence[Bound],
        least: float,
    ) -> Numbers:
        chosen: set[int] = set()
        for column, table, worth in needed:
            code = bisect_left(table, worth)
            pairs = zip(column.documents, column.codes, strict=True)
            chosen.update([number for number, here in pairs if here >= code])
        return sorted(chosen)

    def top_code(self, column: Column) -> int:
        return max(column.codes, default=0)

    def top(self, column: Column, count: int) -> Numbers:
        pairs = zip(column.codes, column.documents, strict=True)
        return sorted(number for _, number in heapq.nlargest(count, pairs))

    def constant(self, numbers: Numbers, score: float) -> Scores:
        return [score] * len(numbers)

    def add(self, scores: Scores, more: Scores) -> Scores:
        return [left + right for left, right in zip(scores, more, strict=True)]

    def most(self, scores: Scores) -> float:
        return max(scores)

    def lower(self, scores: Scores, others: Scores) -> Scores:
        return [min(pair) for pair in zip(scores, others, strict=True)]

    def higher(self, scores: Scores, others: Scores) -> Scores:
        return [max(pair) for pair in zip(scores, others, strict=True)]

    def times(self, scores: Scores, factor: float) -> Scores:
        return [score * factor for score in scores]

    def only(self, scores: Scores, keep: Sequence[bool]) -> Scores:
        return [
            score if kept else 0.0 for score, kept in zip(scores, keep, strict=True)
        ]

    def best(
        self, numbers: Numbers, scores: Scores, count: int
    ) -> list[tuple[int, float]]:
        return [(numbers[at], scores[at]) for at in _highest(scores, count)]

    def nth_highest(self, scores: Scores, n: int) -> float:
        return -math.inf if n >= len(scores) else heapq.nlargest(n, scores)[-1]

    def between(self, scores: Scores, low: float, high: float) -> list[int]:
        return [at for at, score in enumerate(scores) if low <= score < high]

    def taken(self, values: Sequence[Any], places: Sequence[int]) -> list[Any]:
        return [values[at] for at in places]


def _highest(scores: Scores, count: int) -> list[int]:
    """The places of the highest scores, the highest first, equal ones in order."""
    pairs = zip([-score for score in scores], range(len(scores)), strict=True)
    first = heapq.nsmallest(count, pairs) if count < len(scores) else sorted(pairs)
    return [at for _, at in first]


def _coded(sums: dict[int, float]) -> Column:
    rising = sorted(sums)
    return Column(rising, bytes(ranking.impact_code(sums[number]) for number in rising))


def _numbers(documents: Documents) -> Collection[int]:
    return documents.documents if isinstance(documents, Column) else documents


def _holder(documents: Documents) -> Collection[int]:
    if isinstance(documents, Column):
        return documents.by_number
    return documents if isinstance(documents, set) else set(documents)


def _stands(positions: Positions, position: int) -> bool:
    at = bisect_left(positions, position)
    return at < len(positions) and positions[at] == position


def _by_row(starts: Positions, base: Sequence[int]) -> Iterable[tuple[int, list[int]]]:
    """Each document that has some of the starts, with them."""
    first = 0
    while first < len(starts):
        number = bisect_right(base, starts[first]) - 1
        end = bisect_left(starts, base[number + 1], first)
        yield number, [*starts[first:end]]
        first = end
