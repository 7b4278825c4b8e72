"""Which keys of completions need not be made again, as the generation before has them?

All of a completion that it has, if most are such; else none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat

import numpy as np

from searchkit.engines.columns.files import Columns
from searchkit.engines.columns.terms import Terms
from searchkit.engines.generation.documents import each
from searchkit.engines.generation.documents import texts as texts_of
from searchkit.engines.generation.key_columns import KeyBlock, key_blocks

_KEYS_AT_ONCE = 1 << 14  # encoded in some hundred bytes each
_MOST_NEW = 8  # one completion in so many, or no keys are taken over


class KeysBefore:
    """The keys in the file of completions of the generation before."""

    def __init__(self, columns: Columns, now: Mapping[tuple[bytes, int], int]) -> None:
        """`now` are the completions of now: texts, whether words, and their numbers."""
        self._keys = Terms(columns, "keys")
        sizes = columns.column("least0_size").numbers(len(self._keys))
        self._starts = np.cumsum([0, *sizes])
        row = columns.column("least0").numbers(int(self._starts[-1]))
        self._numbers = np.asarray(row)
        texts = texts_of(columns, "texts")
        bits = np.frombuffer(columns.column("are_words").whole(), np.uint8)
        are_words = np.unpackbits(bits, count=len(texts)).tolist()
        before = zip(each(texts), are_words, strict=True)
        self._new_numbers = np.fromiter(map(now.get, before, repeat(-1)), np.int64)
        known = np.zeros(len(now), bool)
        known[self._new_numbers[self._new_numbers >= 0]] = True
        unknown = np.flatnonzero(~known)
        self._are_taken = len(unknown) * _MOST_NEW <= len(now)
        self.unknown = frozenset(
            unknown.tolist() if self._are_taken else range(len(now))
        )
        """The numbers of completions whose keys have to be made."""

    def blocks(self, made: Iterable[bytes]) -> Iterator[KeyBlock]:
        """All keys of now; `made` are the rows of those that were unknown, in order."""
        if not self._are_taken:
            yield from key_blocks(made)
            return
        rows, first = [*made], 0
        for low in range(0, len(self._keys), _KEYS_AT_ONCE):
            high = min(low + _KEYS_AT_ONCE, len(self._keys))
            last = len(rows)
            if high < len(self._keys):
                (following,) = self._keys.bytes_between(high, high + 1)
                last = bisect_left(rows, following)
            yield self._with(low, high, rows[first:last])
            first = last

    def _with(self, low: int, high: int, rows: Sequence[bytes]) -> KeyBlock:
        """Some keys and further rows."""
        keys = self._keys.bytes_between(low, high)
        starts = self._starts[low : high + 1]
        places = np.repeat(np.arange(high - low), np.diff(starts))
        numbers = self._numbers[starts[0] : starts[-1]]
        united = KeyBlock(keys, places, numbers).moved(self._new_numbers)
        for block in key_blocks(rows):
            united = _united(united, block)
        return united


def _united(one: KeyBlock, other: KeyBlock) -> KeyBlock:
    """The keys of both, and what they find."""
    keys = sorted({*one.keys, *other.keys})
    place_of = {key: place for place, key in enumerate(keys)}
    places = [
        np.array([place_of[key] for key in block.keys], np.int64)[block.places]
        for block in (one, other)
    ]
    numbers = np.concatenate([one.numbers, other.numbers])
    return KeyBlock(keys, np.concatenate(places), numbers)
