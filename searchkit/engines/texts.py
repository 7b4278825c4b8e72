"""How do many short texts lie in a file of columns?

End to end in the column `NAME`, with the offset of each and their end in `NAME_at`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, islice, pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.columns.files import Columns, ColumnWriter

_ENCODING = "utf-8", "surrogatepass"
_AT_ONCE = 4096  # texts
_MOST_READ = 2048  # texts that are kept once they were read: those of hits


class Texts:
    """A column of texts by number. Safe for many threads."""

    __slots__ = ("_at", "_blob", "_read")

    def __init__(self, columns: Columns, name: str) -> None:
        """Raises: IndexCorruptError."""
        self._blob = columns.column(name)
        code = "Q" if len(self._blob) >= 1 << 32 else "I"
        self._at = columns.column(name + "_at").integers(code)
        self._read: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._at) - 1

    def __getitem__(self, number: int) -> str:
        text = self._blob.slice(self._at[number], self._at[number + 1])
        return str(text, *_ENCODING)

    def all(self, read: Callable[[], None] | None = None) -> Iterator[str]:
        """All texts in their order, as `all_raw`."""
        return (str(raw, *_ENCODING) for raw in self.all_raw(read))

    def all_raw(self, read: Callable[[], None] | None = None) -> Iterator[bytes]:
        """The bytes of all texts; only a few of them are in memory at a time.

        `read` is called when some were read.
        """
        for first in range(0, len(self), _AT_ONCE):
            ends = self._at[first : first + _AT_ONCE + 1].tolist()
            low = ends[0]
            some = bytes(self._blob.slice(low, ends[-1]))
            yield from (some[at - low : end - low] for at, end in pairwise(ends))
            if read:
                read()

    def several(self, numbers: Sequence[int]) -> list[str]:
        """The texts of some numbers, in their order, which may be asked for again."""
        if not self._blob:  # as of paths where none was handed in
            return [""] * len(numbers)
        read = self._read.get
        return [read(number) or self._kept(number) for number in numbers]

    def _kept(self, number: int) -> str:
        if len(self._read) >= _MOST_READ:
            self._read.clear()
        text = self._read[number] = self[number]
        return text

    def raw(self, number: int) -> bytes:
        """The bytes of a text."""
        return bytes(self.view(number))

    def view(self, number: int) -> memoryview:
        """The bytes of a text where they lie."""
        return self._blob.slice(self._at[number], self._at[number + 1])


def encoded(text: str) -> bytes:
    """A text as it lies in a column; any `str` has some bytes."""
    return text.encode("utf-8", "surrogatepass")


def add_texts(writer: ColumnWriter, name: str, texts: Iterable[bytes]) -> None:
    """Write a column of texts; only a few of them are in memory at a time."""
    waiting, ends = iter(texts), array("Q", [0])
    with writer.stream(name) as stream:
        while some := [*islice(waiting, _AT_ONCE)]:
            stream.write(b"".join(some))
            ends.extend(accumulate(map(len, some[1:]), initial=ends[-1] + len(some[0])))
    writer.add(name + "_at", ends if ends[-1] >= 1 << 32 else array("I", ends))
