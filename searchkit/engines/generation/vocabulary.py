"""Which terms are in any of several rows of terms, and what number has each there?

Rows rise, and all together may be more than fit into memory: they are united as sorted
files are merged, some terms of each row at a time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise, repeat
from pathlib import Path
from tempfile import TemporaryFile
from typing import overload

import numpy as np

from searchkit.engines.columns.arrays import Array
from searchkit.engines.generation.documents import TextArrays, each
from searchkit.engines.generation.scratch import Mapped, Scratch
from searchkit.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

_AT_ONCE = 1 << 16  # terms of all rows together, some 90 bytes each
_NUMBERS_AT_ONCE = 1 << 20


@record
class Rising:
    """So many terms that rise, read `between` two numbers, and which of them count.

    None for all. What does not count is in the union if it counts in another row.
    """

    count: int
    between: Callable[[int, int], Sequence[bytes]]
    counting: Array | None = None


class TermFile(Sequence[bytes]):
    """Terms that are written once, then read from a nameless file."""

    def __init__(self, folder: Path, parts: Iterable[Sequence[bytes]]) -> None:
        """The parts, one behind the other; they may be made one by one.

        Raises: OSError.
        """
        with TemporaryFile(dir=folder) as file:

            def ends() -> Iterator[Array]:
                end = 0
                yield np.zeros(1, np.int64)
                for part in parts:
                    file.write(b"".join(part))
                    yield end + np.fromiter(accumulate(map(len, part)), np.int64)
                    end = file.tell()

            self._at = Scratch(folder, np.int64, ends())
            file.flush()
            self._letters = Mapped(file, np.uint8)

    def __len__(self) -> int:
        return len(self._at.numbers) - 1

    @overload
    def __getitem__(self, number: int) -> bytes: ...

    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...

    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            low, high, _ = number.indices(len(self))
            return self.between(low, high)
        at = range(len(self))[number]
        first, end = self._at.numbers[at : at + 2]
        return bytes(self._letters.numbers[first:end])

    def between(self, low: int, high: int) -> list[bytes]:
        """The terms from `low` to `high`."""
        texts = TextArrays(self._letters.numbers, self._at.numbers)
        found = [*each(texts.between(low, high))]
        self.release()
        return found

    def release(self) -> None:
        """Give back the memory of what was read."""
        self._letters.release()
        self._at.release()


class Vocabulary:
    """All terms of some rows in order of their bytes, in a file.

    `local[i]` has for each term of row i its number here, rising. One that is not here
    has the number of a later one. They lie in a nameless file: a million articles come
    in 500 runs of 47,000 terms each.
    """

    def __init__(self, terms: TermFile, numbers: Mapped, ends: Sequence[int]) -> None:
        """`numbers` are those of all rows, of which each has one of the `ends`."""
        self.terms = terms
        self._numbers, self._ends = numbers, ends
        self.local = [numbers.numbers[low:high] for low, high in pairwise(ends)]

    def release(self) -> None:
        """Give back the memory of what was read of it."""
        self.terms.release()
        self._numbers.release()

    def local_range(self, row: int, low: int, high: int) -> tuple[int, int]:
        """The terms of a row that are `low` to `high` here."""
        first, end = np.searchsorted(self.local[row], (low, high))
        return int(first), int(end)

    def among(self, terms: TermFile, numbers: Array, folder: Path) -> Vocabulary:
        """The same rows among more terms, where those of here have such `numbers`.

        Raises: OSError.
        """
        new_numbers = np.append(numbers, len(terms))
        whole = self._numbers.numbers

        def parts() -> Iterator[Array]:
            for at in range(0, len(whole), _NUMBERS_AT_ONCE):
                yield new_numbers[whole[at : at + _NUMBERS_AT_ONCE]]
                self._numbers.release()

        return Vocabulary(terms, Scratch(folder, np.int32, parts()), self._ends)


def united(rows: Sequence[Rising], folder: Path) -> Vocabulary:
    """All terms of rows; nameless files may be made in `folder`. Raises: OSError."""
    ends = [*accumulate((row.count for row in rows), initial=0)]
    with TemporaryFile(dir=folder) as file:
        terms = TermFile(folder, _stretches(rows, ends, file))
        file.flush()
        return Vocabulary(terms, Mapped(file, np.int32), ends)


class _Waiting:
    """A row of which some terms wait for their turn."""

    def __init__(self, row: Rising) -> None:
        self._row = row
        self._read = 0
        self.terms: Sequence[bytes] = ()

    def fill(self, count: int) -> None:
        """Have so many terms wait, if there are as many."""
        high = min(self._read + count - len(self.terms), self._row.count)
        if self._read < high:
            self.terms = [*self.terms, *self._row.between(self._read, high)]
            self._read = high

    @property
    def is_whole(self) -> bool:
        """Whether there are no more terms than those that wait."""
        return self._read == self._row.count

    def taken(self, last: bytes | None) -> tuple[int, Sequence[bytes], Array | None]:
        """The terms up to `last`: the number of the first, they, and which count."""
        first = self._read - len(self.terms)
        end = len(self.terms) if last is None else bisect_right(self.terms, last)
        taken, self.terms = self.terms[:end], self.terms[end:]
        counting = self._row.counting
        return first, taken, None if counting is None else counting[first:][:end]


def _stretches(
    rows: Sequence[Rising], starts: Sequence[int], file: BinaryIO
) -> Iterator[list[bytes]]:
    """The terms of all rows in stretches; their numbers are written to the file."""
    each_at_once = _AT_ONCE // max(1, len(rows)) + 1
    waiting = [_Waiting(row) for row in rows]
    count = 0
    while True:
        for one in waiting:
            one.fill(each_at_once)
        if not any(one.terms for one in waiting):
            return
        last = min((one.terms[-1] for one in waiting if not one.is_whole), default=None)
        taken = [one.taken(last) for one in waiting]
        found: dict[bytes, None] = {}  # in stretches that rise: soon sorted
        for _, terms, counting in taken:
            found |= dict.fromkeys(_chosen(terms, counting))
        stretch = sorted(found)
        number_of = dict(zip(stretch, range(count, count + len(stretch)), strict=True))
        count += len(stretch)
        for start, (first, terms, _) in zip(starts, taken, strict=False):
            file.seek((start + first) * np.dtype(np.int32).itemsize)
            file.write(_numbers(terms, number_of, count).tobytes())
        yield stretch


def _chosen(terms: Sequence[bytes], counting: Array | None) -> Iterable[bytes]:
    if counting is None or counting.all():
        return terms
    return (terms[index] for index in np.flatnonzero(counting).tolist())


def _numbers(terms: Sequence[bytes], number_of: dict[bytes, int], end: int) -> Array:
    """The number of each of the terms, or of a later one, or the `end`."""
    found = np.fromiter(map(number_of.get, terms, repeat(-1)), np.int32, len(terms))
    gone = found < 0
    if gone.any():
        found[gone] = end
        found = np.minimum.accumulate(found[::-1])[::-1]
    return found
