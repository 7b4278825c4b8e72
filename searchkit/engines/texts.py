"""How do many short texts lie in a file of columns?

End to end in the column `NAME`. `NAME_size` has the bytes of each, in as many bytes as
the greatest needs, and `NAME_at` where every RUN-th one begins, the end of all, and how
many there are: that takes a third of what an offset for each takes.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, islice, pairwise

from searchkit.engines.columns.files import corrupt
from searchkit.engines.columns.varints import WIDTHS, narrowest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.columns.files import Columns, ColumnWriter

RUN = 32
"""Texts of which it is told where the first one begins."""

_ENCODING = "utf-8", "surrogatepass"
_AT_ONCE = 4096  # texts; a multiple of RUN
_MOST_READ = 2048  # texts that are kept once they were read: those of hits


class Texts:
    """A column of texts by number. Safe for many threads."""

    __slots__ = ("_at", "_blob", "_read", "_sizes")

    def __init__(self, columns: Columns, name: str) -> None:
        """Raises: IndexCorruptError."""
        self._blob = columns.column(name)
        code = "Q" if len(self._blob) >= 1 << 32 else "I"
        self._at = columns.column(name + "_at").integers(code)
        if len(self._at) < 2:
            raise corrupt(columns.path, f"{name} does not tell how many it has")
        self._sizes = columns.column(name + "_size").numbers(self._at[-1])
        self._read: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._sizes)

    def __getitem__(self, number: int) -> str:
        return str(self.view(number), *_ENCODING)

    def all(self, read: Callable[[], None] | None = None) -> Iterator[str]:
        """All texts in their order, as `all_raw`."""
        return (str(raw, *_ENCODING) for raw in self.all_raw(read))

    def all_raw(self, read: Callable[[], None] | None = None) -> Iterator[bytes]:
        """The bytes of all texts; only a few of them are in memory at a time.

        `read` is called when some were read.
        """
        for first in range(0, len(self), _AT_ONCE):
            ends = [*accumulate(self._sizes[first : first + _AT_ONCE], initial=0)]
            low = self._at[first // RUN]
            some = bytes(self._blob.slice(low, low + ends[-1]))
            yield from (some[at:end] for at, end in pairwise(ends))
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
        run = number // RUN
        at = self._at[run] + sum(self._sizes[run * RUN : number])
        return self._blob.slice(at, at + self._sizes[number])


def encoded(text: str) -> bytes:
    """A text as it lies in a column; any `str` has some bytes."""
    return text.encode("utf-8", "surrogatepass")


def add_texts(writer: ColumnWriter, name: str, texts: Iterable[bytes]) -> None:
    """Write a column of texts; only a few of them are in memory at a time."""
    waiting, sizes = iter(texts), array("I")
    with writer.stream(name) as stream:
        while some := [*islice(waiting, _AT_ONCE)]:
            stream.write(b"".join(some))
            sizes.extend(map(len, some))
    add_sizes(writer, name, sizes)


def add_sizes(writer: ColumnWriter, name: str, sizes: array[int]) -> None:
    """Write where the texts of a column lie, which have so many bytes each ("I")."""
    starts, end = array("Q"), 0
    for first in range(0, len(sizes), RUN):
        starts.append(end)
        end += sum(sizes[first : first + RUN])
    starts.extend((end, len(sizes)))
    writer.add(name + "_at", starts if end >= 1 << 32 else array("I", starts))
    width = narrowest(sizes)
    writer.add(name + "_size", sizes if width == 2 else array(WIDTHS[width], sizes))
