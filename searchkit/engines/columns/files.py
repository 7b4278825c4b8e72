"""How do named columns lie in one file, and how is damage found?

    magic, version │ column │ column │ … │ checksums │ directory │ footer

Columns are bytes, each aligned to 8, mapped into memory and read where they are. Every
PAGE bytes of a column have a CRC-32, which is compared when a page is first touched:
what is never read costs nothing, and what is read is what was written. The directory
has a checksum of its own, and the footer says how long the file must be, so a file that
was cut, swapped or emptied is refused when it is opened.

The directory holds a checksum of each column's checksums. So its own, the *seal*,
stands for every byte of every column: who knows the seal is given no other file.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from zlib import crc32

from searchkit.errors import (
    REBUILD,
    ClosedError,
    IndexCorruptError,
    IndexFormatError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from _typeshed import StrPath
    from numpy.typing import NDArray

COLUMNS_VERSION = 1
"""Raised when files written before can no longer be read."""

PAGE = 4096
"""Bytes that share a checksum."""

_MAGIC = b"skcolumn"
_HEAD = struct.Struct("<8sII")  # magic, version, 0
_FOOT = struct.Struct("<QQI16sQ8s")  # directory at, length, its CRC, kind, size, magic
_ENTRY = struct.Struct("<BQQQI")
"""Length of the name, column at, length, checksums at, CRC of the checksums."""
_ALIGNED = 8
_KIND_BYTES = 16
_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}  # of numbers of so many bytes
_PAGES_AT_ONCE = 256  # compared between two calls of whoever wants to know how far


class ColumnWriter:
    """Writes one file of columns, one column after the other."""

    def __init__(self, path: StrPath, kind: str, *, durable: bool = False) -> None:
        """Begin the file, which must not exist. `kind` has at most 16 ASCII letters.

        `durable`: whether `finish` waits until the file has reached the disk, as those
        of a generation have when it is published.
        """
        self.path = path
        self._durable = durable
        self._kind = kind.encode("ascii")
        if len(self._kind) > _KIND_BYTES:
            raise ValueError(f"the kind {kind!r} is too long")
        self._file = open(path, "xb")  # noqa: SIM115, closed by finish
        self._file.write(_HEAD.pack(_MAGIC, COLUMNS_VERSION, 0))
        self._entries: list[tuple[str, int, int, bytes]] = []
        self._open: ColumnStream | None = None

    def __enter__(self) -> ColumnWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.finish()
        else:
            self._file.close()

    def add(self, name: str, data: Any) -> None:
        """Write a whole column from anything bytes-like."""
        with self.stream(name) as stream:
            stream.write(data)

    def stream(self, name: str) -> ColumnStream:
        """A column to be written in pieces; close it before the next one begins."""
        if self._open is not None:
            raise ValueError("another column is open")
        self._file.write(bytes(-self._file.tell() % _ALIGNED))
        self._open = ColumnStream(self, name, self._file.tell())
        return self._open

    def _write(self, data: memoryview) -> None:
        self._file.write(data)

    def _end_column(self, name: str, start: int, length: int, sums: bytes) -> None:
        self._entries.append((name, start, length, sums))
        self._open = None

    def finish(self) -> None:
        """Write checksums and directory, and close the file.

        Raises: ValueError if a column is still open.
        """
        if self._file.closed:
            return
        if self._open is not None:
            raise ValueError("a column is still open")
        self._file.write(bytes(-self._file.tell() % _ALIGNED))
        directory = []
        for name, start, length, sums in self._entries:
            encoded = name.encode("ascii")
            at = self._file.tell()
            entry = _ENTRY.pack(len(encoded), start, length, at, crc32(sums))
            directory.append(entry + encoded)
            self._file.write(sums)
        packed, at = b"".join(directory), self._file.tell()
        self._file.write(packed)
        size = at + len(packed) + _FOOT.size
        foot = (at, len(packed), crc32(packed), self._kind, size, _MAGIC)
        self._file.write(_FOOT.pack(*foot))
        self._file.flush()
        if self._durable:
            os.fsync(self._file.fileno())
        self._file.close()


class ColumnStream:
    """One column on its way into the file."""

    def __init__(self, writer: ColumnWriter, name: str, start: int) -> None:
        self._writer = writer
        self._name = name
        self._start = start
        self._sums = bytearray()
        self._sum = 0
        self.length = 0

    def __enter__(self) -> ColumnStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, data: Any) -> None:
        """Add bytes to the column."""
        view = memoryview(data)
        view = view.cast("B") if view.nbytes else memoryview(b"")
        self._writer._write(view)
        at = 0
        while at < len(view):
            room = PAGE - self.length % PAGE
            piece = view[at : at + room]
            self._sum = crc32(piece, self._sum)
            self.length += len(piece)
            at += len(piece)
            if self.length % PAGE == 0:
                self._end_page()

    def _end_page(self) -> None:
        self._sums += self._sum.to_bytes(4, "little")
        self._sum = 0

    def close(self) -> None:
        """End the column."""
        if self.length % PAGE:
            self._end_page()
        self._writer._end_column(
            self._name, self._start, self.length, bytes(self._sums)
        )


class Column:
    """One column of a mapped file. What it gives is compared with its checksums."""

    __slots__ = ("_checked", "_data", "_seal", "_sums", "_whole", "name", "path")

    def __init__(
        self, name: str, data: memoryview, sums: memoryview, seal: int, path: StrPath
    ) -> None:
        self.name = name
        self.path = path
        self._data = data
        self._sums = sums.cast("I")
        self._seal = seal
        self._checked = bytearray(len(self._sums))  # of each page: was it compared?
        self._whole = not data

    def __len__(self) -> int:
        return len(self._data)

    def slice(self, start: int, stop: int) -> memoryview:
        """The bytes from start to stop, which must be inside the column.

        Raises: IndexCorruptError, also for a stretch that is not inside.
        """
        if not 0 <= start <= stop <= len(self._data):
            raise corrupt(self.path, f"{self.name} has no bytes {start} to {stop}")
        if not self._whole and start < stop:
            end = (stop - 1) // PAGE + 1
            page = self._checked.find(0, start // PAGE, end)
            while page >= 0:
                self._compare(page)
                page = self._checked.find(0, page + 1, end)
        return self._data[start:stop]

    def gather(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The bytes at scattered places; of these only are the pages compared.

        Raises: IndexCorruptError, also for a place that is not inside.
        """
        import numpy as np

        if not len(places):
            return np.empty(0, np.uint8)
        low, high = int(places.min()), int(places.max())
        if low < 0 or high >= len(self._data):
            raise corrupt(self.path, f"{self.name} has no bytes {low} to {high}")
        if not self._whole:
            checked = np.frombuffer(self._checked, np.uint8)
            pages = places // PAGE
            # Not np.unique, which imports numpy.ma: 1 MB and 10 ms for nothing.
            for page in {*pages[checked.take(pages) == 0].tolist()}:
                self._compare(page)
        found: NDArray[np.uint8] = np.frombuffer(self._data, np.uint8).take(places)
        return found

    def whole(self) -> memoryview:
        """All bytes. Raises: IndexCorruptError."""
        found = self.slice(0, len(self._data))
        self._whole = True
        return found

    def integers(self, code: str) -> memoryview:
        """The column as numbers of a `struct` code, such as "I" or "Q".

        Raises: IndexCorruptError.
        """
        data = self.whole()
        if len(data) % struct.calcsize(code):
            raise corrupt(self.path, f"{self.name} is not made of whole numbers")
        return data.cast(code)  # type: ignore[call-overload, no-any-return]  # a literal code is wanted

    def numbers(self, count: int) -> memoryview:
        """The column as so many numbers, which are as wide as its length tells.

        Raises: IndexCorruptError.
        """
        code = _CODES.get(len(self) // max(1, count), "B")
        found = self.integers(code)
        if len(found) != count:
            raise corrupt(self.path, f"{self.name} is too short or too long")
        return found

    def verify(self, progress: Callable[[int], None] | None = None) -> None:
        """Compare every page again; `progress` hears how many bytes were read.

        Raises: IndexCorruptError.
        """
        if crc32(self._sums) != self._seal:
            raise corrupt(self.path, f"the checksums of {self.name} have changed")
        for first in range(0, len(self._checked), _PAGES_AT_ONCE):
            last = min(first + _PAGES_AT_ONCE, len(self._checked))
            for page in range(first, last):
                self._compare(page)
            if progress:
                progress(min(PAGE * last, len(self._data)) - PAGE * first)

    def _compare(self, page: int) -> None:
        start = page * PAGE
        if crc32(self._data[start : start + PAGE]) != self._sums[page]:
            raise corrupt(self.path, f"page {page} of {self.name} has changed")
        self._checked[page] = 1


class Columns(Mapping[str, Column]):
    """The columns of one file, mapped. Safe for many threads."""

    def __init__(self, path: StrPath, kind: str, *, seal: int | None = None) -> None:
        """Map the file; its contents are compared with their checksums when read.

        Raises: IndexFormatError for another version, IndexCorruptError, also where
            the file is sound but has another seal.
        """
        self.path = path
        self._map = _mapped(path)
        self._closed = False
        data = memoryview(self._map)
        try:
            self._columns = dict(_directory(path, data, kind, seal))
        except (struct.error, UnicodeDecodeError) as error:
            raise corrupt(path, "its directory cannot be read") from error
        except BaseException:
            self.close()
            raise

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def column(self, name: str) -> Column:
        """A column by its name. Raises: IndexCorruptError if there is none."""
        try:
            return self._columns[name]
        except KeyError:
            if self._closed:
                raise ClosedError from None
            raise corrupt(self.path, f"there is no column {name}") from None

    def verify(self, progress: Callable[[int], None] | None = None) -> None:
        """Compare the whole file with its checksums. Raises: IndexCorruptError."""
        for column in self._columns.values():
            column.verify(progress)

    def release(self) -> None:
        """Give back the memory of what was read; it is mapped again when it is read.

        At any time, also while others read. Without effect where the system has no
        such call.
        """
        release(self._map)

    def close(self) -> None:
        """Let the file go as soon as nothing that was read from it is in use."""
        self._closed = True
        self._columns = {}
        try:
            self._map.close()
        except BufferError:  # a view is in use: the map goes with it
            return


def release(mapped: mmap.mmap) -> None:
    """Have a file that is only read take no memory of this process until it is read."""
    if hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def _mapped(path: StrPath) -> mmap.mmap:
    if sys.byteorder != "little":
        raise IndexFormatError(path=path, expected=COLUMNS_VERSION, found="big-endian")
    try:
        with open(path, "rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # not there, empty
        raise corrupt(path, str(error)) from error


def _directory(
    path: StrPath, data: memoryview, kind: str, seal: int | None
) -> Iterator[tuple[str, Column]]:
    if len(data) < _HEAD.size + _FOOT.size:
        raise corrupt(path, "it is too short")
    magic, version, _ = _HEAD.unpack_from(data)
    at, length, told, kind_there, size, end = _FOOT.unpack_from(
        data, len(data) - _FOOT.size
    )
    if magic != _MAGIC:
        raise corrupt(path, "it is no file of columns")
    if version != COLUMNS_VERSION:
        raise IndexFormatError(path=path, expected=COLUMNS_VERSION, found=version)
    if end != _MAGIC or size != len(data):
        raise corrupt(path, f"it has {len(data)} bytes, which is not its length")
    if kind_there.rstrip(b"\0") != kind.encode("ascii"):
        raise corrupt(path, f"it does not hold {kind}")
    stop = len(data) - _FOOT.size
    if at + length != stop or crc32(data[at:stop]) != told:
        raise corrupt(path, "its directory has changed")
    if seal is not None and told != seal:
        raise corrupt(path, "it belongs to another generation")
    free = _HEAD.size
    while at < stop:
        name_length, start, column_length, sums_at, crc = _ENTRY.unpack_from(data, at)
        at += _ENTRY.size
        name = str(data[at : at + name_length], "ascii")
        at += name_length
        sums_stop = sums_at + 4 * -(-column_length // PAGE)
        # One after the other, so that all of them together are no larger than the file.
        if start < free or max(start + column_length, sums_stop, at) > stop:
            raise corrupt(path, f"{name} lies where it cannot")
        free = start + column_length
        sums = data[sums_at:sums_stop]
        yield name, Column(name, data[start : start + column_length], sums, crc, path)


def seal_of(path: StrPath) -> int:
    """The seal of a file of columns; of any other file the CRC of its bytes.

    Raises: OSError.
    """
    with open(path, "rb") as file:
        if file.read(len(_MAGIC)) == _MAGIC:
            size = os.fstat(file.fileno()).st_size
            file.seek(-min(_FOOT.size, size), os.SEEK_END)
            foot = file.read().ljust(_FOOT.size, b"\0")
            return int(_FOOT.unpack(foot)[2])
        file.seek(0)
        found = 0
        while piece := file.read(1 << 20):
            found = crc32(piece, found)
        return found


def corrupt(path: StrPath, why: str) -> IndexCorruptError:
    """The error that says that a file is damaged and what to do."""
    return IndexCorruptError(f"{path} is damaged: {why}.", path=path, hint=REBUILD)
