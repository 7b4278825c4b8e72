"""How are more lines sorted than fit into memory?

A line is bytes that end with a line end and have no other. Some of them are sorted at a
time and wait in nameless files, which are merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from weakref import finalize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

LINES_AT_ONCE = 1 << 17
"""In memory, some 90 bytes each."""


class SortedLines:
    """Lines in the order of their bytes; may be read several times, one at a time."""

    def __init__(self, folder: Path, lines: Iterable[bytes] = ()) -> None:
        """`folder` is where nameless files may be made. Raises: OSError."""
        self._folder = folder
        self._lines: list[bytes] = []
        self._files: list[BinaryIO] = []
        finalize(self, _close, self._files)
        self.add(lines)

    def add(self, lines: Iterable[bytes]) -> None:
        """Further lines, in any order. Raises: OSError."""
        waiting = iter(lines)
        while some := [*islice(waiting, LINES_AT_ONCE - len(self._lines))]:
            self.add_few(some)

    def add_few(self, lines: Sequence[bytes]) -> None:
        """Further lines that are in memory, in any order. Raises: OSError."""
        self._lines += lines
        if len(self._lines) >= LINES_AT_ONCE:
            self._leave_memory()

    def _leave_memory(self) -> None:
        self._lines.sort()
        file = TemporaryFile(dir=self._folder)  # noqa: SIM115, see _close
        self._files.append(file)
        file.writelines(self._lines)
        self._lines = []

    def __iter__(self) -> Iterator[bytes]:
        if not self._files:
            self._lines.sort()
            yield from self._lines
            return
        if self._lines:  # which need not wait in memory for what is read beside them
            self._leave_memory()
        for file in self._files:
            file.seek(0)
        yield from merge(*self._files)


def _close(files: Iterable[BinaryIO]) -> None:
    for file in files:
        file.close()
