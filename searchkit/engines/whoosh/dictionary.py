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
from os.path import commonprefix

from searchkit.engines.columns import varints
from searchkit.engines.columns.files import Columns, ColumnWriter

_BLOCK = 16  # keys


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
        """Add a key, greater than the one before, and its record."""
        if self._count % _BLOCK == 0:
            self._blocks.extend((len(self._keys), self._size))
            shared = 0
        else:
            shared = len(commonprefix((self._before, key)))
        rest = key[shared:]
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
        self._read: tuple[int, _Block] | None = None

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
        ordinal = self.ordinal(key)
        found = ordinal < self.count and self.key(ordinal) == key
        return ordinal if found else -1

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
        for number in range(ordinal, self.count):
            yield number, self.key(number)

    def _first_key(self, number: int) -> bytes:
        at = self._blocks[2 * number]
        head = self._keys.slice(at, min(at + 11, len(self._keys)))
        length, start = varints.decode(head, 1)
        return bytes(self._keys.slice(at + start, at + start + length))

    def _block(self, number: int) -> _Block:
        read = self._read
        if read is None or read[0] != number:
            read = self._read = (number, self._read_block(number))
        return read[1]

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
