"""Which terms are there, in order, and which number has each?

Terms are sorted by their UTF-8 bytes and numbered from 0. Sixteen at a time share a
block: the first is written whole, each other as how many bytes it shares with the one
before it and what follows. A look-up halves the blocks by their first terms, then
reads one block.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from searchkit.engines.columns import varints
from searchkit.engines.columns.files import Column, Columns, ColumnWriter
from searchkit.errors import IndexCorruptError

BLOCK = 16
"""Terms that share a block."""


def encode_term(term: str) -> bytes:
    """The bytes by which terms are sorted; any `str` has some."""
    return term.encode("utf-8", "surrogatepass")


class TermWriter:
    """Gathers sorted terms into blocks."""

    def __init__(self) -> None:
        self._blob = bytearray()
        self._blocks: list[int] = []
        self._last = b""
        self.count = 0

    def add(self, terms: Iterable[bytes]) -> None:
        """Add terms, each greater than the one before.

        Raises: ValueError if one is not.
        """
        blob, last = self._blob, self._last
        for term in terms:
            if term <= last and self.count:
                raise ValueError(f"{term!r} does not come after {last!r}")
            if self.count % BLOCK:
                shared = _shared(last, term)
                blob += varints.encode(shared)
                blob += varints.encode(len(term) - shared)
                blob += term[shared:]
            else:
                self._blocks.append(len(blob))
                blob += varints.encode(len(term))
                blob += term
            last = term
            self.count += 1
        self._last = last

    def finish(self, writer: ColumnWriter, name: str) -> None:
        """Write the columns of a dictionary called `name`."""
        writer.add(f"{name}.terms", self._blob)
        ends = [*self._blocks, len(self._blob)]
        writer.add(f"{name}.blocks", b"".join(at.to_bytes(4, "little") for at in ends))
        writer.add(f"{name}.count", self.count.to_bytes(8, "little"))


def _shared(left: bytes, right: bytes) -> int:
    """How many bytes two terms have in common at the beginning."""
    most = min(len(left), len(right))
    if left[:most] == right[:most]:
        return most
    return next(i for i in range(most) if left[i] != right[i])


class Terms:
    """The dictionary called `name` of a file. Safe for many threads."""

    def __init__(self, columns: Columns, name: str) -> None:
        """Raises: IndexCorruptError."""
        self._path = columns.path
        self._blob = columns.column(f"{name}.terms")
        self._blocks = columns.column(f"{name}.blocks").integers("I")
        self._count = int.from_bytes(columns.column(f"{name}.count").whole(), "little")
        if len(self._blocks) != -(-self._count // BLOCK) + 1:
            raise self._damaged("its terms are not as many as it says")

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return self.between(0, self._count)

    def find(self, term: str) -> int:
        """The number of a term, or -1."""
        wanted = encode_term(term)
        ordinal = self._first_not_below(wanted)
        if ordinal < self._count and self._bytes_of(ordinal) == wanted:
            return ordinal
        return -1

    def term(self, ordinal: int) -> str:
        """The term of a number. Raises: IndexError if there is none."""
        if not 0 <= ordinal < self._count:
            raise IndexError(ordinal)
        return self._text(self._bytes_of(ordinal))

    def between(self, first: int, last: int) -> Iterator[str]:
        """The terms numbered from first to last, the last excluded."""
        for block in range(first // BLOCK, -(-last // BLOCK)):
            for ordinal, term in enumerate(self._block(block), block * BLOCK):
                if first <= ordinal < last:
                    yield self._text(term)

    def prefix(self, text: str) -> range:
        """The numbers of the terms that begin with a text."""
        wanted = encode_term(text)
        first = self._first_not_below(wanted)
        # No UTF-8 begins with 0xff, so this is above all that begin with the text.
        return range(first, self._first_not_below(wanted + b"\xff"))

    def _first_not_below(self, wanted: bytes) -> int:
        """The number of the first term that is not below; the count if all are."""
        low, high = 0, len(self._blocks) - 1
        while low < high:  # the first block whose first term is above
            middle = (low + high) // 2
            if self._head(middle) <= wanted:
                low = middle + 1
            else:
                high = middle
        if not low:
            return 0
        return min(
            (low - 1) * BLOCK + bisect_left(self._block(low - 1), wanted), self._count
        )

    def _bytes_of(self, ordinal: int) -> bytes:
        return self._block(ordinal // BLOCK)[ordinal % BLOCK]

    def _head(self, block: int) -> bytes:
        """The first term of a block."""
        start, end = self._blocks[block], self._blocks[block + 1]
        data = self._blob.slice(start, min(end, start + 80))
        try:
            length, at = varints.decode(data, 0)
        except (IndexError, ValueError):
            raise self._damaged("a term cannot be read") from None
        if at + length <= len(data):
            return bytes(data[at : at + length])
        return bytes(self._blob.slice(start + at, start + at + length))

    def _block(self, block: int) -> list[bytes]:
        """The terms of a block."""
        start, end = self._blocks[block], self._blocks[block + 1]
        data = bytes(self._blob.slice(start, end))
        count = min(BLOCK, self._count - block * BLOCK)
        found: list[bytes] = []
        at, last = 0, b""
        try:
            for _ in range(count):
                shared = 0
                if found:
                    shared, at = varints.decode(data, at)
                length, at = varints.decode(data, at)
                last = last[:shared] + data[at : at + length]
                at += length
                found.append(last)
        except (IndexError, ValueError):
            raise self._damaged("a term cannot be read") from None
        return found

    def _text(self, term: bytes) -> str:
        try:
            return term.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise self._damaged("a term is no text") from None

    def _damaged(self, why: str) -> IndexCorruptError:
        return IndexCorruptError(
            f"{self._path} is damaged: {why}.",
            path=self._path,
            hint="Run `searchkit build --full` to write it anew.",
        )


__all__ = ["BLOCK", "Column", "TermWriter", "Terms", "encode_term"]
