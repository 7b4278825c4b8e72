"""How does Whoosh walk over a posting list?

The list is read whole, so a step is an index and `skip_to` a bisection; blocks are
there for scorers that can tell that none of a block's postings is good enough.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from whoosh.formats import Format
from whoosh.matching import LeafMatcher, ReadTooFar


class Values(Protocol):
    """The values of the postings of one term, by the number of the posting."""

    def value(self, number: int) -> bytes:
        """The bytes of the field's format."""

    def value_as(self, number: int, name: str) -> Any:
        """What the format decodes by that name."""


class List(Protocol):
    """A posting list as `Matcher` walks over it."""

    count: int
    block: int

    @property
    def weights(self) -> Sequence[float] | None:
        """The weight of each posting; None if all are 1."""

    @property
    def values(self) -> Values:
        """The values of the postings."""

    def bounds(self, number: int) -> tuple[float, int, int]:
        """Of the block of a posting: highest weight, shortest and longest field."""


class Matcher(LeafMatcher):
    """The postings of one term in one segment, or the terms of one vector."""

    def __init__(
        self,
        postings: List,
        ids: Sequence[Any],
        format_: Format,
        *,
        term: tuple[str, bytes] | None = None,
        scorer: Any = None,
    ) -> None:
        """`ids` are the documents of the postings, or the terms of a vector."""
        self.format = format_
        self.scorer = scorer
        self._term = term
        self._postings = postings
        self._ids = ids
        self._count = postings.count
        self._at = 0

    def copy(self) -> Matcher:
        """One that stands where this one does and walks on its own."""
        found = Matcher(
            self._postings,
            self._ids,
            self.format,
            term=self._term,
            scorer=self.scorer,
        )
        found._at = self._at
        return found

    def is_active(self) -> bool:
        return self._at < self._count

    def reset(self) -> None:
        self._at = 0

    def id(self) -> Any:
        return self._ids[self._at]

    def all_ids(self) -> Iterator[Any]:
        return iter(self._ids)

    def next(self) -> bool:
        """Go to the next posting. True if it is the first of a block."""
        if self._at >= self._count:
            raise ReadTooFar
        self._at += 1
        return self._at % self._postings.block == 0 or self._at == self._count

    def skip_to(self, target: Any) -> None:
        if self._at >= self._count:
            raise ReadTooFar
        if self._ids[self._at] < target:
            self._at = bisect_left(self._ids, target, self._at + 1)

    def weight(self) -> float:
        weights = self._postings.weights
        return weights[self._at] if weights else 1.0

    def value(self) -> bytes:
        return self._postings.values.value(self._at)

    def value_as(self, astype: str) -> Any:
        return self._postings.values.value_as(self._at, astype)

    def items_as(self, astype: str) -> Iterator[tuple[Any, Any]]:
        values = self._postings.values
        for number, found in enumerate(self._ids):
            yield found, values.value_as(number, astype)

    def skip_to_quality(self, minquality: float) -> int:
        """Leave blocks out that cannot reach the quality; how many they were."""
        block, skipped = self._postings.block, 0
        while self._at < self._count and self.block_quality() <= minquality:
            self._at = min((self._at // block + 1) * block, self._count)
            skipped += 1
        return skipped

    def block_min_id(self) -> Any:
        return self._ids[self._at - self._at % self._postings.block]

    def block_max_id(self) -> Any:
        block = self._postings.block
        return self._ids[min((self._at // block + 1) * block, self._count) - 1]

    def block_min_length(self) -> int:
        return self._postings.bounds(self._at)[1]

    def block_max_length(self) -> int:
        return self._postings.bounds(self._at)[2]

    def block_max_weight(self) -> float:
        return self._postings.bounds(self._at)[0]
