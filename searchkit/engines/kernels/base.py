"""What must a kernel be able to do?

Document sets, columns and positions are opaque to all but the kernel that made them.
Document numbers and positions rise within each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from searchkit.engines.columns.postings import TermPostings

if TYPE_CHECKING:
    from searchkit.engines.bounds import Bound

Documents = Any
"""A set of documents. A column is one, too: that of its documents."""

Column = Any
"""Documents, each with a code of 1 or more. `len` is their number."""

Positions = Any
"""Rising global positions of one space. `len` is their number."""

Scores = Any
"""A float for each of some numbers, in their order."""

Codes = Any
"""A code for each of some numbers, in their order."""

Numbers = Any
"""Rising document numbers."""

Table = Any
"""What each code is worth; that of 0, which is absence, is 0."""


class Kernel(Protocol):
    """The operations of one kernel on one generation. Safe for many threads."""

    name: str

    looks_a_hit: int
    """For each hit on a page, documents whose positions are looked up at first."""

    few: int
    """Documents that are scored sooner than it is found which of them may be best."""

    def load(self, term: TermPostings) -> Column:
        """The scored documents of a term with their impact codes."""

    def size_of(self, column: Column) -> int:
        """The bytes of memory that a column takes once it was used."""

    def column(self, codes: Iterable[tuple[int, int]]) -> Column:
        """A column of (document, code) in rising order of the documents."""

    def merged(self, columns: Sequence[Column]) -> Column:
        """All documents of the columns; their x are added in the columns' order."""

    def first_of(self, columns: Sequence[Column]) -> Column:
        """All documents of the columns, each with its code in the first that has it."""

    def joined(self, columns: Sequence[Column]) -> Column:
        """The columns as one; no document is in two of them."""

    def positions(self, space: str, terms: Sequence[TermPostings]) -> Positions:
        """Where any of the terms stands."""

    def positions_in_all(
        self, space: str, terms: Sequence[TermPostings], numbers: Numbers
    ) -> Positions:
        """Where any of the terms stands in some documents, each place once."""

    def shifted(self, positions: Positions, distance: int) -> Positions:
        """The positions less a distance."""

    def followed(
        self, starts: Positions, positions: Positions, distance: int
    ) -> Positions:
        """The starts that have one of the positions at the distance behind them."""

    def with_blank(self, starts: Positions, distance: int, blank: bool) -> Positions:
        """The starts with a blank before the atom at the distance, or without."""

    def in_fields(
        self, starts: Positions, fields: Collection[str], zones: Collection[int] | None
    ) -> Positions:
        """The starts in some fields, and if in the body in some zones."""

    def in_fences(self, starts: Positions, borders: Positions) -> Positions:
        """The starts between the borders, of which two in a row are a fence's."""

    def weighed(
        self, starts: Positions, fields: Collection[str] | None = None
    ) -> Column:
        """The documents of occurrences, each with the code of its x.

        Only occurrences in the fields count, if there are any.
        """

    def documents_of(self, space: str, positions: Positions) -> list[int]:
        """The documents of the positions, rising."""

    def coverages(
        self, starts: Positions, bounds: Positions, length: int
    ) -> list[tuple[int, list[float]]]:
        """For each document of the math space, which share of its formula each run is.

        `starts` are those of runs of `length` atoms, `bounds` the formulas' borders.
        """

    def everything(self) -> Documents:
        """All documents."""

    def union(self, sets: Sequence[Documents]) -> Documents:
        """The documents in any of the sets; of no sets none."""

    def intersection(self, sets: Sequence[Documents]) -> Documents:
        """The documents in all of the sets, of which there is at least one."""

    def difference(self, left: Documents, right: Documents) -> Documents:
        """The documents of one set that are not in the other."""

    def bytes_of(self, documents: Documents) -> int:
        """The bytes of memory of a set that is no column."""

    def count(self, documents: Documents) -> int:
        """How many documents a set has."""

    def numbers(self, documents: Documents) -> Numbers:
        """The documents of a set in rising order."""

    def chosen(self, numbers: Iterable[int]) -> Numbers:
        """Rising numbers from a list."""

    def holds(self, documents: Documents, numbers: Numbers) -> Sequence[bool]:
        """Whether each of the numbers is in the set."""

    def lacks(self, documents: Documents, numbers: Numbers) -> Sequence[bool]:
        """Whether each of the numbers is not in the set."""

    def days(self, numbers: Numbers) -> Scores:
        """The ordinal of each document's date, 0 for none."""

    def families(self, numbers: Numbers) -> list[int]:
        """The number of the first document of each document's family."""

    def dated(self, first: int, last: int) -> Documents:
        """The documents with a date whose ordinal is in the bounds, both included."""

    def with_topic(self, topics: Collection[int]) -> Documents:
        """The documents with any of the topics, by their numbers."""

    def topic_counts(self, documents: Documents) -> dict[int, int]:
        """How many of the documents have each topic, by its number."""

    def table(self, worths: Sequence[float], factor: float) -> Table:
        """The worths of the codes times a factor."""

    def worths(self, column: Column, table: Table, numbers: Numbers) -> Scores:
        """What the column is worth in each of the documents; 0 where it has none."""

    def codes(self, column: Column, numbers: Numbers) -> Codes:
        """The code of each of the documents, 0 for those that have none."""

    def without(self, codes: Codes) -> Sequence[bool]:
        """Whether each of the codes is that of a document that has none."""

    def worths_of(self, table: Table, codes: Codes) -> Scores:
        """What codes are worth."""

    def reaching(
        self,
        needed: Sequence[tuple[Column, Table, float]],
        bounds: Sequence[Bound],
        least: float,
    ) -> Numbers:
        """The documents that are worth what is needed in any of some columns.

        Some of those may be left out that are worth less than `least` in all bounds.
        Tables rise.
        """

    def top_code(self, column: Column) -> int:
        """The highest code of a column; 0 of an empty one."""

    def top(self, column: Column, count: int) -> Numbers:
        """Some documents of which `count`, or all there are, have the highest codes."""

    def constant(self, numbers: Numbers, score: float) -> Scores:
        """The same score for each."""

    def add(self, scores: Scores, more: Scores) -> Scores:
        """The sums; `scores` may be changed."""

    def most(self, scores: Scores) -> float:
        """The highest score, of one or more."""

    def lower(self, scores: Scores, others: Scores) -> Scores:
        """The lower of two scores of each."""

    def higher(self, scores: Scores, others: Scores) -> Scores:
        """The higher of two scores of each."""

    def times(self, scores: Scores, factor: float) -> Scores:
        """The scores times a factor."""

    def only(self, scores: Scores, keep: Sequence[bool]) -> Scores:
        """The scores, but 0 where they are not to be kept."""

    def best(
        self, numbers: Numbers, scores: Scores, count: int
    ) -> list[tuple[int, float]]:
        """The highest scores with their documents, best first, ties by number."""

    def nth_highest(self, scores: Scores, n: int) -> float:
        """The score that `n` scores are no lower than; minus infinity if all are."""

    def between(self, scores: Scores, low: float, high: float) -> Sequence[int]:
        """The places of the scores from low to high, high excluded."""

    def taken(self, values: Any, places: Sequence[int]) -> Any:
        """The numbers or scores at some places."""
