"""Which terms has the new generation, and what is each called in the sources?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from searchkit.engines.generation.documents import Array


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All terms of one space in order of their bytes.

    `local[i]` has for each term of source i its number here, rising. A term of the
    source that has gone has the number of the next one; it has no occurrences.
    """

    terms: tuple[bytes, ...]
    local: tuple[Array, ...]

    def local_range(self, source: int, low: int, high: int) -> tuple[int, int]:
        """The terms of a source that are `low` to `high` here."""
        first, end = np.searchsorted(self.local[source], (low, high))
        return int(first), int(end)


def chosen(terms: Sequence[bytes], alive: Array) -> Iterable[bytes]:
    """The terms that are alive."""
    if alive.all():
        return terms
    return (terms[index] for index in np.flatnonzero(alive).tolist())


def numbers(terms: Sequence[bytes]) -> dict[bytes, int]:
    """The number of each of the terms, which are in order."""
    return dict(zip(terms, range(len(terms)), strict=True))


def local_numbers(terms: Sequence[bytes], number_of: dict[bytes, int]) -> Array:
    """The numbers of a source's terms, for `Vocabulary.local`."""
    found = np.fromiter(map(number_of.get, terms, repeat(-1)), np.int32, len(terms))
    gone = found < 0
    if gone.any():
        found[gone] = len(number_of)
        found = np.minimum.accumulate(found[::-1])[::-1]
    return found
