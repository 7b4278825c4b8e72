"""Which words of Han characters does jieba's dictionary have, and how frequent?

A double-array trie (Aoe 1989, https://doi.org/10.1109/32.31365) in a file that is
mapped, not read: the first look-up costs what it touches. Slot s is a word's beginning;
its child by a character with code c is slot `bases[s] + c`, if that slot's label is c.
No two beginnings have one base. Made by `scripts/make_dictionary.py`.
"""

from __future__ import annotations

import sys
from array import array
from functools import cache
from mmap import ACCESS_READ, mmap
from struct import Struct

from searchkit.analysis.tables import table_path

MAGIC = b"skhan\x00\x00\x01"
HEADER = Struct("<8sQIIII")
"""Magic, the frequencies' sum, root, slots, different frequencies, beginnings."""

FILE = table_path("jieba.dict")
_CODES = 0x10000  # characters that may have a code


class Trie:
    """The mapped columns; all are sequences of int.

    `codes` by code point (0: in no word), `bases` (0: no children), `labels` and
    `counts` by slot, `frequencies` by count (0: a beginning, no word).
    """

    def __init__(self, file: str) -> None:
        with open(file, "rb") as opened:  # noqa: PTH123, as in tables
            data = memoryview(mmap(opened.fileno(), 0, access=ACCESS_READ))
        magic, self.total, self.root, slots, table, _ = HEADER.unpack_from(data)
        if magic != MAGIC:
            raise ValueError(f"{file} is no dictionary")
        self._at = HEADER.size
        self.bases = self._column(data, "I", slots)
        self.frequencies = self._column(data, "I", table)
        self.codes = self._column(data, "H", _CODES)
        self.labels = self._column(data, "H", slots)
        self.counts = self._column(data, "H", slots)

    def _column(
        self, data: memoryview, kind: str, count: int
    ) -> memoryview | array[int]:
        start = self._at
        self._at += count * (4 if kind == "I" else 2)
        part = data[start : self._at]
        if sys.byteorder == "little":
            return part.cast(kind)  # type: ignore[call-overload, no-any-return]  # a literal kind is wanted
        swapped = array(kind, bytes(part))
        swapped.byteswap()
        return swapped

    def beginnings(self, run: str, start: int) -> list[int]:
        """The frequency of each beginning at `start` of the run, by length from 1 on.

        It is 0 for what is the beginning of a word but none itself.
        """
        codes, bases, labels = self.codes, self.bases, self.labels
        found = []
        slot = self.root
        for at in range(start, len(run)):
            base, point = bases[slot], ord(run[at])
            code = codes[point] if point < _CODES else 0
            slot = base + code
            if not (base and code) or labels[slot] != code:
                break
            found.append(self.frequencies[self.counts[slot]])
        return found


@cache
def jieba_trie() -> Trie:
    """jieba's dictionary; opened once."""
    return Trie(FILE)
