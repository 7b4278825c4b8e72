"""How do stored texts take fewer bytes, and how are they made again?

One way for all of them: Zstandard, each by itself, with a dictionary that comes with
the package (`scripts/make_page_dictionary.py`), since most are too short to repeat much
of themselves; with a sample of texts like them behind it, where there is one; or with
what the reader has before, of which a text is a variant.

A frame's header is not stored: it would say what is always the same, and how much the
frame makes, which whoever unpacks has to know anyway. So it is that promise that the
decoder is bound to, and it needs no memory for a window that damaged bytes ask for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cached_property

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from searchkit.engines.columns.files import Columns

LEVEL = 7
"""Zstandard's. Chunks of 6,800 real articles take a fifth more time at 8, a half at 9,
for two and three in a thousand less."""

SAMPLE = "sample"
"""The column, beside the pages, of what they are packed with."""

DICTIONARY = os.path.join(os.path.dirname(__file__), "page.dict")

# Magic number; a descriptor: four bytes of size, no checksum, no number of a
# dictionary; a window of 2**21 bytes, the largest of this level (RFC 8878, 3.1.1).
_HEADER = b"\x28\xb5\x2f\xfd\x80\x58"
_OPTIONS: Mapping[int, int] = {
    zstd.CompressionParameter.compression_level: LEVEL,
    zstd.CompressionParameter.dict_id_flag: 0,
}
_SIZE = 4  # bytes of a size
_SHORTEST = 8  # bytes of a dictionary (ZstdDict)


class Packing:
    """Packs texts with the dictionary of all and a sample of theirs behind it.

    What was packed with another sample cannot be read. Safe for many threads.
    """

    def __init__(self, sample: bytes | memoryview = b"") -> None:
        self.sample = sample

    @classmethod
    def of(cls, pages: Columns) -> Packing:
        """How the pages of a generation are packed. Raises: IndexCorruptError."""
        return cls(pages.column(SAMPLE).whole())

    def packed(self, data: bytes) -> bytes:
        """The data in fewer bytes, for a reader who has its size."""
        return _frame(self._compressor, data)

    def unpacked(self, data: bytes | memoryview, size: int) -> bytes:
        """The `size` bytes that were packed to `data`.

        Raises: ValueError if it is not so; nothing larger is ever made.
        """
        return _made(data, size, self._dictionary)

    @cached_property
    def _compressor(self) -> zstd.ZstdCompressor:
        """A compressor packs one text after the other."""
        digested = self._dictionary.as_digested_dict
        return zstd.ZstdCompressor(options=_OPTIONS, zstd_dict=digested)

    @cached_property
    def _dictionary(self) -> zstd.ZstdDict:
        """What is nearest, at its end, takes the fewest bits."""
        with open(DICTIONARY, "rb") as file:
            return zstd.ZstdDict(file.read() + self.sample)


_ALONE = Packing()


def packed(data: bytes, known: bytes = b"") -> bytes:
    """The data in fewer bytes, for a reader who has its size and `known`."""
    if len(known) < _SHORTEST:
        return _ALONE.packed(data)
    near = zstd.ZstdDict(known, is_raw=True).as_prefix
    return _frame(zstd.ZstdCompressor(options=_OPTIONS, zstd_dict=near), data)


def _frame(compressor: zstd.ZstdCompressor, data: bytes) -> bytes:
    frame = compressor.compress(data, zstd.ZstdCompressor.FLUSH_FRAME)
    return frame[_header_size(frame[4]) :]


def unpacked(data: bytes | memoryview, size: int, known: bytes = b"") -> bytes:
    """The `size` bytes that were packed to `data`.

    Raises: ValueError if it is not so; nothing larger is ever made.
    """
    if len(known) < _SHORTEST:
        return _ALONE.unpacked(data, size)
    return _made(data, size, zstd.ZstdDict(known, is_raw=True).as_prefix)


def _made(data: bytes | memoryview, size: int, near: Any) -> bytes:
    decompressor = zstd.ZstdDecompressor(near)  # each is for one frame only
    frame = b"".join((_HEADER, size.to_bytes(_SIZE, "little"), data))
    try:
        found = decompressor.decompress(frame, size + 1)
    except zstd.ZstdError as error:
        raise ValueError(f"other bytes than promised: {error}") from error
    if len(found) != size or not decompressor.eof:
        raise ValueError("fewer or more bytes than promised")
    return found


def packed_with_size(data: bytes) -> bytes:
    """The same for a reader who does not know the size."""
    return len(data).to_bytes(_SIZE, "little") + packed(data)


def unpacked_with_size(data: bytes | memoryview) -> bytes:
    """The inverse of `packed_with_size`. Raises: ValueError."""
    return unpacked(data[_SIZE:], int.from_bytes(data[:_SIZE], "little"))


def _header_size(descriptor: int) -> int:
    """The bytes of a frame before its first block (RFC 8878, 3.1.1.1)."""
    is_single = descriptor >> 5 & 1
    return 6 - is_single + (is_single, 2, 4, 8)[descriptor >> 6]
