"""Which record belongs to a key? A sorted dictionary of byte strings in columns.

Keys stand in blocks of 16: each without what it has in common with the one before it,
and with the length of its record. A column tells where blocks begin, so that a key is
found by bisection over first keys, with no more in memory than one block.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

from searchkit.engines.columns import varints
from searchkit.engines.columns.files import Columns, ColumnWriter

_BLOCK = 16  # keys
_CACHED_KEYS = 8192
_CACHED_BLOCKS = 256

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class DictionaryWriter:
    """Takes keys in rising order, each with its record, and writes both."""

    def __init__(self, writer: ColumnWriter) -> None:
        self._writer = writer
        self._records = writer.stream("records")
        self._keys = bytearray()
        self._blocks = array("Q")  # where keys and where records of a block begin
        self._size = self._count = 0
        self._before = b""

    def add(self, key: bytes, record: bytes) -> None:
        """Add a key and its record.

        Raises: ValueError if the key is not greater than the one before.
        """
        if self._count % _BLOCK == 0:
            self._blocks.extend((len(self._keys), self._size))
            shared = 0
        else:
            shared = _shared(self._before, key)
        rest = key[shared:]
        if key <= self._before and self._count:
            raise ValueError(f"{key!r} does not come after {self._before!r}")
        self._keys += varints.encode(shared) + varints.encode(len(rest)) + rest
        self._keys += varints.encode(len(record))
        self._records.write(record)
        self._size += len(record)
        self._count += 1
        self._before = key

    def finish(self) -> None:
        """Write the keys beside the records."""
        self._records.close()
        self._writer.add("keys", self._keys)
        self._writer.add("blocks", self._blocks.tobytes())
        self._writer.add("count", array("Q", (self._count,)).tobytes())


@dataclass(frozen=True, slots=True)
class _Block:
    keys: tuple[bytes, ...]
    bounds: tuple[int, ...]  # of the records, one more than keys


class Dictionary:
    """The dictionary of one file. For many threads."""

    def __init__(self, columns: Columns) -> None:
        self._records = columns.column("records")
        self._keys = columns.column("keys")
        self._blocks = columns.column("blocks").integers("Q")
        self.count = columns.column("count").integers("Q")[0]
        self._read: dict[int, _Block] = {}
        self._heads: dict[int, bytes] = {}
        self._found: dict[bytes, int] = {}

    def close(self) -> None:
        """Let the columns go; the file is closed by whoever opened it."""
        self._blocks.release()

    def ordinal(self, key: bytes) -> int:
        """The number of the first key that is not less; `count` if there is none."""
        low, high = 0, len(self._blocks) // 2
        while low < high:
            middle = (low + high) // 2
            if self._first_key(middle) <= key:
                low = middle + 1
            else:
                high = middle
        if low == 0:
            return 0
        keys = self._block(low - 1).keys
        within = next((i for i, k in enumerate(keys) if k >= key), len(keys))
        return (low - 1) * _BLOCK + within

    def find(self, key: bytes) -> int:
        """The number of the key; -1 if it is not there."""
        found = self._found.get(key)
        if found is None:
            ordinal = self.ordinal(key)
            is_there = ordinal < self.count and self.key(ordinal) == key
            found = ordinal if is_there else -1
            _remember(self._found, key, found, _CACHED_KEYS)
        return found

    def key(self, ordinal: int) -> bytes:
        """The key of that number."""
        return self._block(ordinal // _BLOCK).keys[ordinal % _BLOCK]

    def record(self, ordinal: int) -> memoryview:
        """The record of the key of that number."""
        bounds = self._block(ordinal // _BLOCK).bounds
        within = ordinal % _BLOCK
        return self._records.slice(bounds[within], bounds[within + 1])

    def keys_from(self, ordinal: int) -> Iterator[tuple[int, bytes]]:
        """All keys from that number on, each with its number."""
        skipped = ordinal % _BLOCK
        for block in range(ordinal // _BLOCK, len(self._blocks) // 2):
            keys = self._block(block).keys
            yield from enumerate(keys[skipped:], block * _BLOCK + skipped)
            skipped = 0

    def _first_key(self, number: int) -> bytes:
        found = self._heads.get(number)
        if found is None:
            found = self._read_first_key(number)
            _remember(self._heads, number, found, _CACHED_KEYS)
        return found

    def _read_first_key(self, number: int) -> bytes:
        at = self._blocks[2 * number]
        head = self._keys.slice(at, min(at + 11, len(self._keys)))
        length, start = varints.decode(head, 1)
        return bytes(self._keys.slice(at + start, at + start + length))

    def _block(self, number: int) -> _Block:
        found = self._read.get(number)
        if found is None:
            found = self._read_block(number)
            _remember(self._read, number, found, _CACHED_BLOCKS)
        return found

    def _read_block(self, number: int) -> _Block:
        last = 2 * number + 2 == len(self._blocks)
        end = len(self._keys) if last else self._blocks[2 * number + 2]
        data = self._keys.slice(self._blocks[2 * number], end)
        keys: list[bytes] = []
        sizes: list[int] = []
        before, at = b"", 0
        while at < len(data):
            shared, at = varints.decode(data, at)
            length, at = varints.decode(data, at)
            before = before[:shared] + bytes(data[at : at + length])
            size, at = varints.decode(data, at + length)
            keys.append(before)
            sizes.append(size)
        start = self._blocks[2 * number + 1]
        return _Block(tuple(keys), tuple(accumulate(sizes, initial=start)))


def _remember(cache: dict[_Key, _Value], key: _Key, value: _Value, most: int) -> None:
    """Keep what was read. Full caches begin anew: that costs no bookkeeping."""
    if len(cache) >= most:
        cache.clear()
    cache[key] = value


def _shared(left: bytes, right: bytes) -> int:
    """How many bytes two keys have in common at the beginning."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(left), len(right)))
