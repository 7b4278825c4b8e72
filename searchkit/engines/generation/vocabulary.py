"""Which terms has the new generation, and what is each called in the sources?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, repeat
from pathlib import Path

import numpy as np

from searchkit.engines.columns.arrays import Array
from searchkit.engines.generation.scratch import Scratch


class Vocabulary:
    """All terms of one space in order of their bytes.

    `local[i]` has for each term of source i its number here, rising. A term of the
    source that has gone has the number of the next one; it has no occurrences. They lie
    in a nameless file: a million articles come in 500 runs of 47,000 terms each.
    """

    def __init__(
        self, terms: tuple[bytes, ...], local: Iterable[Array], folder: Path
    ) -> None:
        """`local` may be made one by one. Raises: OSError."""
        self.terms = terms
        ends = [0]

        def parts() -> Iterator[Array]:
            for each in local:
                ends.append(ends[-1] + len(each))
                yield each

        self._numbers = Scratch(folder, np.int32, parts())
        whole = self._numbers.numbers
        self.local = [whole[first:end] for first, end in pairwise(ends)]

    def release(self) -> None:
        """Give back the memory of what was read of the numbers."""
        self._numbers.release()

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
