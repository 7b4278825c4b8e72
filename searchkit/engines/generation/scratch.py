"""Where are numbers that a build needs but that should take no memory?"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np

from searchkit.engines.columns.arrays import Array
from searchkit.engines.columns.files import release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO


class Mapped:
    """The numbers of a file, of a numpy type; the file need not stay open."""

    def __init__(self, file: BinaryIO, kind: Any, *, writable: bool = False) -> None:
        """All that was written is to be in the file. Raises: OSError."""
        access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
        self._map: mmap.mmap | None = None
        if os.fstat(file.fileno()).st_size:
            self._map = mmap.mmap(file.fileno(), 0, access=access)
        self.numbers: Array = np.frombuffer(self._map or bytearray(), kind)

    def release(self) -> None:
        """Give back the memory of what was read of them, or written."""
        if self._map:
            release(self._map)


class Scratch(Mapped):
    """Numbers that are written once, then mapped from a nameless file."""

    def __init__(
        self, folder: Path, kind: Any, parts: Iterable[Array], *, writable: bool = False
    ) -> None:
        """The parts, one behind the other, as a row of a numpy type.

        They may be made one by one. Raises: OSError.
        """
        with TemporaryFile(dir=folder) as file:
            for part in parts:
                file.write(part.astype(kind, copy=False).tobytes())
            file.flush()
            super().__init__(file, kind, writable=writable)
