"""Where does each dictionary word stand in a long row of characters?

Every occurrence of every word of two characters or more, overlapping or not: all
positions take a step down the trie together, and those that have no child drop out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from searchkit.analysis.trie import Trie

Found = tuple[NDArray[np.int64], NDArray[np.int64], int]
"""Words that were found: where each begins, its number, and the length of them all."""


class Words:
    """The words of a mapped trie, and further ones over them.

    A word's number is its slot; those of further words follow after the slots.
    """

    def __init__(self, trie: Trie, further: Sequence[str] = ()) -> None:
        self._root = trie.bases[trie.root]
        self._codes = np.asarray(trie.codes)
        self._bases = np.asarray(trie.bases)
        self._labels = np.asarray(trie.labels)
        self._counts = np.asarray(trie.counts)
        known = trie.beginnings
        new = [w for w in further if len(w) > 1 and not _is_word(known(w, 0), w)]
        self._further = _Steps(new, len(self._labels)) if new else None
        self.count = len(self._labels) + len(new)

    def find(self, points: NDArray[np.uint32]) -> Iterator[Found]:
        """The words in a row of code points; 0 stands for what is in no word."""
        small = np.where(points < len(self._codes), points, 0)
        codes = np.append(self._codes.take(small), np.uint16(0))
        at = np.flatnonzero((codes[:-1] != 0) & (codes[1:] != 0))
        slots = self._root + codes.take(at).astype(np.int64)
        for length in range(2, len(points) + 1):
            bases = self._bases.take(slots).astype(np.int64)
            code = codes.take(at + (length - 1), mode="clip")
            slots = bases + code
            alive = (bases != 0) & (code != 0) & (self._labels.take(slots) == code)
            chosen = np.flatnonzero(alive)
            at, slots = at.take(chosen), slots.take(chosen)
            if not len(at):
                break
            words = np.flatnonzero(self._counts.take(slots))
            yield at.take(words), slots.take(words), length
        if self._further:
            yield from self._further.find(points)


def _is_word(beginnings: list[int], word: str) -> bool:
    return len(beginnings) == len(word) and beginnings[-1] > 0


class _Steps:
    """A trie of few words: its steps are keys in order, node << 32 | code point."""

    def __init__(self, words: Sequence[str], first: int) -> None:
        nodes: dict[str, int] = defaultdict(lambda: len(nodes))
        steps = {}
        nodes[""]
        for word in words:
            for end in range(1, len(word) + 1):
                key = nodes[word[: end - 1]] << 32 | ord(word[end - 1])
                steps[key] = nodes[word[:end]]
        self._keys = np.array(sorted(steps), np.uint64)
        self._next = np.array([steps[key] for key in sorted(steps)], np.uint64)
        self._numbers = np.full(len(nodes), -1, np.int64)
        for number, word in enumerate(words, first):
            self._numbers[nodes[word]] = number

    def find(self, points: NDArray[np.uint32]) -> Iterator[Found]:
        """As `Words.find`."""
        row = np.append(points, np.uint32(0)).astype(np.uint64)
        at = np.arange(len(points))
        nodes = np.zeros(len(points), np.uint64)
        for length in range(1, len(points) + 1):
            keys = nodes << np.uint64(32) | row.take(at + (length - 1), mode="clip")
            places = np.searchsorted(self._keys, keys)
            places[places == len(self._keys)] = 0
            alive = self._keys[places] == keys
            at, nodes = at[alive], self._next[places[alive]]
            if not len(at):
                break
            numbers = self._numbers[nodes.astype(np.int64)]
            words = numbers >= 0
            if words.any():
                yield at[words], numbers[words], length
