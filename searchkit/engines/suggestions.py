"""What can a reader be offered who has typed the beginning of something?

A file of completions in the order of their worth, the best first, and of keys, sorted,
under which they are found:

    b…  the folded text            l…  the folded text from a later word on
    p…  its pinyin                 q…  its pinyin from a later Chinese word on
    i…  the first letters of it    r…  a Han word without its first character

Each key has the numbers of its completions, all keys' numbers lie in one row in the
order of the keys, and over the row lie its least numbers by stretches of FAN, by
stretches of FAN of those, and so on. So the best of all keys that begin with a prefix,
which are one stretch of the row, are found in a few steps, however many there are.
All of these numbers take as many bytes as that of all completions needs; where each
key's begin is told like where texts do (see `texts`).
Which completions are words is there for the next build, which takes over their keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from struct import calcsize

from searchkit.engines.columns.files import Columns, corrupt
from searchkit.engines.columns.terms import Terms
from searchkit.engines.columns.varints import WIDTHS, narrowest
from searchkit.engines.texts import RUN, Texts

BEGINS, LATER, PINYIN, LATER_PINYIN, INITIALS, REST = "blpqir"
"""What a key begins with."""

LONGEST_KEY = 32
"""Characters of a key, its mark not counted. Longer texts are found by so many."""

FAN = 64
"""Numbers of a row that have one least number above them."""


class Suggestions:
    """The file of a generation. Safe for many threads."""

    def __init__(self, columns: Columns) -> None:
        """Raises: IndexCorruptError."""
        self._path = columns.path
        self._keys = Terms(columns, "keys")
        self._texts = Texts(columns, "texts")
        self._row = columns.column("least0")
        self._at = columns.column("least0_at").integers("I")
        self._sizes = columns.column("least0_size").numbers(len(self._keys))
        if len(self._at) != -(-len(self._keys) // RUN) + 2:
            raise corrupt(self._path, "its keys are not as many as it says")
        self._code = WIDTHS[narrowest([len(self._texts)])]
        self._number_bytes = calcsize(self._code)  # of a completion
        self._above: list[memoryview] = []
        while (name := f"least{len(self._above) + 1}") in columns:
            self._above.append(columns.column(name).integers(self._code))

    def __len__(self) -> int:
        """The number of completions."""
        return len(self._texts)

    def beginning(self, key: str) -> Iterator[str]:
        """The completions of the keys that begin with a key, each once, best first.

        Raises: IndexCorruptError.
        """
        ordinals = self._keys.prefix(key)
        return self._texts_of(self._best(ordinals.start, ordinals.stop))

    def exactly(self, key: str) -> Iterator[str]:
        """The completions of one key, best first. Raises: IndexCorruptError."""
        ordinal = self._keys.find(key)
        if ordinal < 0:
            return iter(())
        return self._texts_of(self._best(ordinal, ordinal + 1))

    def _texts_of(self, numbers: Iterable[int]) -> Iterator[str]:
        for number in numbers:
            if number >= len(self._texts):
                raise corrupt(self._path, "a key has no completion")
            yield self._texts[number]

    def _best(self, first: int, stop: int) -> Iterator[int]:
        """The numbers of some keys, rising, each once."""
        if first >= stop:
            return
        low, high = self._start(first), self._start(stop)
        waiting = [
            (number, level, at)
            for level, start, end in self._cover(0, low, high)
            for at, number in enumerate(self._numbers(level, start, end), start)
        ]
        heapify(waiting)
        last = -1
        while waiting:
            number, level, at = heappop(waiting)
            if level:
                start = at * FAN
                end = min(start + FAN, self._length(level - 1))
                below = self._numbers(level - 1, start, end)
                for place, lower in enumerate(below, start):
                    heappush(waiting, (lower, level - 1, place))
            elif number > last:
                last = number
                yield number

    def _cover(self, level: int, low: int, high: int) -> Iterator[tuple[int, int, int]]:
        """Stretches of the rows that lie over one of the first row, few in all."""
        if level == len(self._above) or high - low < 2 * FAN:
            yield level, low, high
            return
        above_low, above_high = -(-low // FAN), high // FAN
        yield level, low, above_low * FAN
        yield from self._cover(level + 1, above_low, above_high)
        yield level, above_high * FAN, high

    def _numbers(self, level: int, start: int, end: int) -> memoryview:
        if level:
            return self._above[level - 1][start:end]
        size = self._number_bytes
        return self._row.slice(size * start, size * end).cast(self._code)

    def _length(self, level: int) -> int:
        if level:
            return len(self._above[level - 1])
        return len(self._row) // self._number_bytes

    def _start(self, ordinal: int) -> int:
        run = ordinal // RUN
        found = self._at[run] + sum(self._sizes[run * RUN : ordinal])
        if found > self._length(0):
            raise corrupt(self._path, "a key has no numbers")
        return found
