"""Write jieba's dictionary as the file that searchkit maps into memory.

    python scripts/make_dictionary.py searchkit/analysis/jieba.dict

What `searchkit.analysis.trie` reads: the words of jieba 0.42.1 (MIT) that are Han
characters alone, and their frequencies. A test compares it with the jieba that is
installed.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path

import jieba
import numpy as np

from searchkit.analysis.scripts import is_han_run
from searchkit.analysis.trie import HEADER, MAGIC

_WINDOW = 1 << 12  # slots that are looked through at a time


def frequencies() -> tuple[dict[str, int], int]:
    """jieba's Han words with their frequencies, and the sum of all words'."""
    lines = Path(jieba.__file__).with_name("dict.txt").read_text("utf-8").splitlines()
    rows = [line.split(" ")[:2] for line in lines]
    total = sum(int(frequency) for _, frequency in rows)
    return {word: int(f) for word, f in sorted(rows) if is_han_run(word)}, total


class Slots:
    """Gives each family of children its slots; the large families come first."""

    def __init__(self, size: int, codes: int) -> None:
        self._lowest = codes + 1  # no base is negative; the slot before is the root's
        self._free = np.ones(size, bool)
        self._free[: self._lowest] = False
        self._unused = np.ones(size, bool)  # as a base: labels tell whose child it is
        self._unused[0] = False  # means that there are no children
        self._family, self._at = 0, self._lowest

    def place(self, labels: list[int]) -> int:
        """The base of a node whose children have these labels."""
        if len(labels) != self._family:  # smaller: the gaps may do for it
            self._family, self._at = len(labels), self._lowest
        while True:
            window = self._free[self._at : self._at + _WINDOW]
            bases = np.flatnonzero(window) + (self._at - labels[0])
            bases = bases[self._unused[bases]]
            for label in labels[1:]:
                bases = bases[self._free[bases + label]]
            if len(bases):
                break
            self._at += _WINDOW
        base = int(bases[0])
        self._free[base + np.array(labels)] = False
        self._unused[base] = False
        return base


def trie(words: dict[str, int], total: int) -> bytes:
    """The whole file."""
    prefixes = {word[:end] for word in words for end in range(1, len(word) + 1)}
    children: dict[str, list[str]] = defaultdict(list)
    for prefix in sorted(prefixes):
        children[prefix[:-1]].append(prefix[-1])
    uses = Counter(c for family in children.values() for c in family)
    commonest = sorted(uses, key=lambda c: (-uses[c], c))
    codes = {character: n for n, character in enumerate(commonest, 1)}
    slots = Slots(2 * len(prefixes) + 4 * len(codes) + _WINDOW, len(codes))
    base_of, slot_of = {}, {"": len(codes)}
    for node in sorted(children, key=lambda node: (-len(children[node]), node)):
        base_of[node] = slots.place([codes[c] for c in children[node]])
        slot_of.update({node + c: base_of[node] + codes[c] for c in children[node]})
    size = max(slot_of.values()) + len(codes) + 1  # a step never leaves the columns
    table = sorted(set(words.values()) | {0})
    number = {frequency: n for n, frequency in enumerate(table)}
    bases, labels, counts = (np.zeros(size, kind) for kind in ("<u4", "<u2", "<u2"))
    for node, slot in slot_of.items():
        bases[slot] = base_of.get(node, 0)
        labels[slot] = codes[node[-1]] if node else 0
        counts[slot] = number[words.get(node, 0)]
    coded = np.zeros(0x10000, "<u2")
    coded[[ord(c) for c in codes]] = list(codes.values())
    header = HEADER.pack(MAGIC, total, slot_of[""], size, len(table), len(prefixes))
    columns = (bases, np.array(table, "<u4"), coded, labels, counts)
    return header + b"".join(column.tobytes() for column in columns)


if __name__ == "__main__":
    data = trie(*frequencies())
    Path(sys.argv[1]).write_bytes(data)
    print(f"{len(data)} bytes")
