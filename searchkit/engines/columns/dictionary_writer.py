"""How are sorted terms written? How they lie is told in `terms`."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from operator import lt

import numpy as np

from searchkit.engines.columns.arrays import Bools, Bytes, Numbers
from searchkit.engines.columns.files import ColumnWriter
from searchkit.engines.columns.records import RecordRows, Records
from searchkit.engines.columns.rows import starts_of
from searchkit.engines.columns.terms import BLOCK, HEAD

_LONG_PREFIX = 64  # bytes up to which common prefixes are found for all terms at once


class DictionaryWriter:
    """Sorted terms on their way into blocks of BLOCK.

    What `add` gives is the column `terms`, which the caller writes.
    """

    def __init__(self) -> None:
        self._length = 0
        self._blocks = array("Q")  # head, where it begins; head, ...
        self._last = b""
        self._count = 0

    def add(self, terms: Sequence[bytes]) -> Bytes:
        """How further terms lie. Raises: ValueError if they do not rise."""
        if not terms:
            return np.zeros(0, np.uint8)
        before = [self._last, *terms[:-1]]
        known = 0 if self._count else 1  # nothing stands before the very first
        if not all(map(lt, before[known:], terms[known:])):
            raise ValueError("the terms do not rise")
        opens = np.arange(self._count, self._count + len(terms)) % BLOCK == 0
        made = _packed(before, terms, opens)
        starts = starts_of(made.sizes)[opens] + self._length
        heads = (terms[i][:HEAD] for i in np.flatnonzero(opens).tolist())
        for head, start in zip(heads, starts.tolist(), strict=True):
            number = int.from_bytes(head.ljust(HEAD, b"\0"), "big")
            self._blocks.extend((number, start))
        self._length += len(made.data)
        self._last = terms[-1]
        self._count += len(terms)
        return made.data

    def finish(self, writer: ColumnWriter, name: str) -> None:
        """Write the other columns of the dictionary."""
        self._blocks.extend((0, self._length))
        writer.add(f"{name}.blocks", self._blocks)
        writer.add(f"{name}.count", self._count.to_bytes(8, "little"))


def _packed(before: Sequence[bytes], terms: Sequence[bytes], opens: Bools) -> Records:
    """The terms as they lie in blocks, of which some open one."""
    lengths = _lengths(terms)
    shared = np.where(opens, 0, _shared(before, terms))
    letters = np.frombuffer(b"".join(terms), np.uint8)
    places = np.arange(len(letters)) - np.repeat(starts_of(lengths), lengths)
    every = np.ones(len(terms), np.bool_)
    rows = RecordRows(len(terms))
    rows.put_number(shared, every)
    rows.put_number(lengths - shared, every)
    rows.put(letters[places >= np.repeat(shared, lengths)], lengths - shared)
    return rows.joined()


def _shared(before: Sequence[bytes], terms: Sequence[bytes]) -> Numbers:
    """How many bytes each term has in common with the one before it."""
    lengths = _lengths(before)
    most = np.minimum(lengths, _lengths(terms))
    letters = np.frombuffer(b"".join([*before, terms[-1]]), np.uint8)
    left = starts_of(lengths)
    right = left + lengths
    shared = np.zeros(len(terms), np.int64)
    alive = np.flatnonzero(most)
    for place in range(_LONG_PREFIX):
        same = letters[left[alive] + place] == letters[right[alive] + place]
        shared[alive[same]] = place + 1
        alive = alive[same & (most[alive] > place + 1)]
    for i in alive.tolist():
        pairs = enumerate(zip(before[i], terms[i], strict=False))
        shared[i] = next((at for at, (a, b) in pairs if a != b), most[i])
    return shared


def _lengths(terms: Sequence[bytes]) -> Numbers:
    return np.fromiter(map(len, terms), np.int64, len(terms))
