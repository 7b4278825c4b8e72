"""Which terms are there, in order, and which number has each?

Terms are sorted by their UTF-8 bytes and numbered from 0. Sixteen at a time share a
block of the column `NAME.terms`: each is written as how many bytes it has in common
with the one before it, how many follow, and those. `NAME.blocks` has two numbers a
block: the first eight bytes of its first term, by which a term is found without reading
any other, and where the block begins. A last pair tells the end.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from searchkit.engines.columns import varints
from searchkit.engines.columns.files import PAGE, Columns, corrupt
from searchkit.errors import IndexCorruptError

BLOCK = 16
"""Terms that share a block."""
HEAD = 8
"""Bytes of a block's first term that are compared as one number."""

_PAIR = 16  # bytes: a head and where the block begins
_PAIRS = PAGE // _PAIR


def encode_term(term: str) -> bytes:
    """The bytes by which terms are sorted; any `str` has some."""
    return term.encode("utf-8", "surrogatepass")


class Terms:
    """The dictionary called `name` of a file. Safe for many threads."""

    def __init__(self, columns: Columns, name: str) -> None:
        """Raises: IndexCorruptError."""
        self._path = columns.path
        self._blob = columns.column(f"{name}.terms")
        self._pairs = columns.column(f"{name}.blocks")
        self._count = int.from_bytes(columns.column(f"{name}.count").whole(), "little")
        self._blocks = -(-self._count // BLOCK)
        if len(self._pairs) != _PAIR * (self._blocks + 1):
            raise self._damaged("its terms are not as many as it says")

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return (
            self._text(term) for b in range(self._blocks) for term in self._block(b)
        )

    def find(self, term: str) -> int:
        """The number of a term, or -1."""
        wanted = encode_term(term)
        block = self._block_of(wanted)
        if block < 0:
            return -1
        try:
            return block * BLOCK + self._block(block).index(wanted)
        except ValueError:
            return -1

    def term(self, ordinal: int) -> str:
        """The term of a number. Raises: IndexError if there is none."""
        if not 0 <= ordinal < self._count:
            raise IndexError(ordinal)
        return self._text(self._block(ordinal // BLOCK)[ordinal % BLOCK])

    def between(self, first: int, last: int) -> Iterator[str]:
        """The terms numbered from first to last, the last excluded."""
        return map(self._text, self.bytes_between(first, last))

    def bytes_between(self, first: int, last: int) -> list[bytes]:
        """The bytes of the terms numbered from first to last, the last excluded."""
        found: list[bytes] = []
        for block in range(first // BLOCK, -(-min(last, self._count) // BLOCK)):
            found += self._block(block)
        skipped = first % BLOCK
        return found[skipped : skipped + max(0, last - first)]

    def prefix(self, text: str) -> range:
        """The numbers of the terms that begin with a text."""
        wanted = encode_term(text)
        # No UTF-8 has 0xff in it, so this is above all that begin with the text.
        return range(self._rank(wanted), self._rank(wanted + b"\xff"))

    def _rank(self, wanted: bytes) -> int:
        """How many terms are below."""
        block = self._block_of(wanted)
        if block < 0:
            return 0
        return block * BLOCK + bisect_left(self._block(block), wanted)

    def _block_of(self, wanted: bytes) -> int:
        """The last block whose first term is not above, or -1."""
        head = int.from_bytes(wanted[:HEAD].ljust(HEAD, b"\0"), "big")
        first, heads = self._page_of(head)
        last = first + bisect_right(heads, head)  # all before it are not above
        low = first + bisect_left(heads, head)
        while low and low == first and self._head_at(first - 1) == head:
            first -= min(first, _PAIRS)
            low = first + bisect_left(self._heads(first), head)
        while low < last:  # the same eight bytes: their whole terms decide
            middle = (low + last) // 2
            if self._first(middle) <= wanted:
                low = middle + 1
            else:
                last = middle
        return last - 1

    def _page_of(self, head: int) -> tuple[int, memoryview]:
        """The last page of heads that begins with one not above: its first block."""
        low, high = 0, (self._blocks - 1) // _PAIRS
        while low < high:
            middle = (low + high + 1) // 2
            if self._head_at(middle * _PAIRS) <= head:
                low = middle
            else:
                high = middle - 1
        return low * _PAIRS, self._heads(low * _PAIRS)

    def _heads(self, block: int) -> memoryview:
        """The heads of blocks, of as many as fit into a page."""
        last = min(block + _PAIRS, self._blocks)
        return self._pairs.slice(_PAIR * block, _PAIR * last).cast("Q")[::2]

    def _head_at(self, block: int) -> int:
        at = _PAIR * block
        return int.from_bytes(self._pairs.slice(at, at + HEAD), "little")

    def _first(self, block: int) -> bytes:
        """The first term of a block."""
        return self._decoded(self._encoded(block), 1)[0][0]

    def _block(self, block: int) -> list[bytes]:
        """The terms of a block."""
        data = self._encoded(block)
        terms, end = self._decoded(data, min(BLOCK, self._count - block * BLOCK))
        if end != len(data):
            raise self._damaged("a term cannot be read")
        return terms

    def _encoded(self, block: int) -> bytes:
        at = _PAIR * block
        _, start, _, end = self._pairs.slice(at, at + 2 * _PAIR).cast("Q")
        return self._blob.slice(start, end).tobytes()

    def _decoded(self, data: bytes, count: int) -> tuple[list[bytes], int]:
        """The first terms of a block, and the index behind them."""
        found: list[bytes] = []
        at, last = 0, b""
        try:
            for _ in range(count):
                shared, length = data[at], data[at + 1]
                if shared | length > 127:  # hardly ever
                    shared, at = varints.decode(data, at)
                    length, at = varints.decode(data, at)
                else:
                    at += 2
                end = at + length
                last = last[:shared] + data[at:end]
                at = end
                found.append(last)
        except (IndexError, ValueError):
            raise self._damaged("a term cannot be read") from None
        return found, at

    def _text(self, term: bytes) -> str:
        try:
            return term.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise self._damaged("a term is no text") from None

    def _damaged(self, why: str) -> IndexCorruptError:
        return corrupt(self._path, why)
