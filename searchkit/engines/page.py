"""How is the visible text of one article read, without unpacking all of it?

A page is a directory, the sizes of what was packed, and that: the places of formulas
if there are any, and chunks (see engines/chunk.py), each packed alone. The directory
lies open: how many positions each piece of text takes, and which chunk it is in.

    widths │ chunks │ numbers │ piece sizes │ zones ║ sizes │ formulas │ chunks

`widths` are those of numbers, piece sizes and sizes (WIDTHS), of two bits each; how
many `chunks` there are is a varint. Until a build packs them all, the directory of a
page and the unpacked rest of it are apart (`packed_page`).

What damaged bytes raise here is DAMAGE; `damage_told` makes an IndexCorruptError of it.
"""

from __future__ import annotations

import os
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from searchkit.engines.columns import varints
from searchkit.engines.columns.files import corrupt
from searchkit.engines.columns.varints import WIDTHS, narrowest
from searchkit.engines.packing import Packing
from searchkit.errors import ClosedError
from searchkit.model import ZONES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _typeshed import StrPath

    from searchkit.engines.chunk import Chunk

CHUNK = ("pieces", "characters", "bytes", "line", "section")
"""Of a chunk, in the directory, where the number of positions of formulas stands before
them: the line in force before it, and the number of the first section that begins in
it; its unpacked bytes."""
LaidPage = tuple[bytes, bytes]
"""The directory of a page, and the unpacked rest of it."""

_BYTES = CHUNK.index("bytes")
_MATH_BYTES = 8  # of a position, unpacked
_SIZE_SHIFT, _PACKED_SHIFT = 2, 4  # of the widths
_OPEN = (1 << _PACKED_SHIFT) - 1

WORD = (1 << 32) - 1
"""Differences are stored modulo one more."""

HEADING = ZONES.index("heading")
"""The zone, in a directory, of the pieces with which sections begin, and no others."""
_FOUR_ZONES = [bytes([four >> n & 3 for n in (0, 2, 4, 6)]) for four in range(256)]
_BEGINS_SECTION = re.compile(bytes((HEADING,)))

_PAGE_BYTES = 1000  # of memory: of a page without its pieces
_PIECE_BYTES = 40
_SECTION_BYTES = 200

DAMAGE = (ValueError, LookupError, OverflowError, TypeError, RecursionError)


class damage_told:  # noqa: N801, a context manager to be read as a verb
    """Turns what damaged pages raise into IndexCorruptError."""

    __slots__ = ("path",)

    def __init__(self, path: StrPath) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, DAMAGE) and not isinstance(error, ClosedError):
            raise corrupt(
                os.path.join(self.path, "pages"), f"a stored article ({error})"
            ) from error


class Page:
    """The directory of one article's text, and what was unpacked of it. Safe for many
    threads.

    `borders[n]` is the first position of piece n, and the last border is the number of
    all positions; `pieces[n]` is the first piece of chunk n. The whole text has so many
    `characters`.
    """

    __slots__ = (
        "_at",
        "_chunks",
        "_data",
        "_math",
        "_memory",
        "_packing",
        "_section_starts",
        "_sections",
        "_zones",
        "_zones_at",
        "borders",
        "characters",
        "pieces",
        "rows",
        "weighed_bytes",
    )

    weighed_bytes: int

    def __init__(self, data: bytes | memoryview, packing: Packing) -> None:
        """Read the directory. Raises: DAMAGE."""
        data = self._data = memoryview(data)
        self._packing = packing
        self._math, self.rows, at = _head(data)
        self.pieces = [0, *accumulate([row[0] for row in self.rows])]
        self.characters = sum([row[1] for row in self.rows])
        pieces = self.pieces[-1]
        size_width = data[0] >> _SIZE_SHIFT & 3
        end = at + (pieces << size_width)
        sizes = data[at:end].cast(WIDTHS[size_width])
        self.borders = [0, *accumulate(sizes)]
        self._zones_at, at = end, end + (pieces + 3) // 4
        width = data[0] >> _PACKED_SHIFT
        end = at + (len(self.rows) + (self._math > 0) << width)
        packed_sizes = data[at:end].cast(WIDTHS[width])
        self._at = [*accumulate(packed_sizes, initial=end)]
        self._chunks: dict[int, Chunk] = {}
        self._memory = [_PAGE_BYTES + _PIECE_BYTES * len(self.borders)]
        self._sections: dict[int, tuple[tuple[str, ...], int]] = {}
        self._section_starts: tuple[list[int], list[int]] | None = None
        self._zones: bytes | None = None
        if not self.rows or len(sizes) != pieces or self._at[-1] != len(data):
            raise ValueError("the directory does not fit the page")

    def memory_bytes(self) -> int:
        """About how much memory the page takes, with what was unpacked of it."""
        return self._memory[0]

    @property
    def zones(self) -> bytes:
        """Where in ZONES the zone is with which each piece begins."""
        found = self._zones
        if found is None:
            at, count = self._zones_at, len(self.borders) - 1
            fours = self._data[at : at + (count + 3) // 4]
            found = b"".join([_FOUR_ZONES[four] for four in fours])[:count]
            self._zones = found
        return found

    def section_starts(self) -> tuple[list[int], list[int]]:
        """The first piece of each section that has any, rising, and the position with
        which each begins, and the end of all. Unpacks nothing."""
        found = self._section_starts
        if found is None:
            pieces = [m.start() for m in _BEGINS_SECTION.finditer(self.zones)]
            if pieces[:1] != [0]:
                pieces.insert(0, 0)
            borders = [self.borders[piece] for piece in pieces]
            found = self._section_starts = pieces, [*borders, self.borders[-1]]
        return found

    def section(self, piece: int) -> tuple[tuple[str, ...], int]:
        """The path of headings and the first line of the section that begins with a
        piece. Raises: DAMAGE."""
        found = self._sections.get(piece)
        if found is None:
            chunk = self.chunk_of(piece)
            at = piece - chunk.first
            found = chunk.heading(at), chunk.line_at(at, chunk.starts[at])
            self._sections[piece] = found
            self._memory[0] += _SECTION_BYTES
        return found

    def chunk_of(self, piece: int) -> Chunk:
        """The chunk that holds a piece. Raises: DAMAGE."""
        return self.chunk(bisect_right(self.pieces, piece) - 1)

    def chunk(self, number: int) -> Chunk:
        """A chunk by its number, unpacked the first time. Raises: DAMAGE."""
        chunk = self._chunks.get(number)
        if chunk is None:
            from searchkit.engines.chunk import Chunk  # builds do without

            row = self.rows[number]
            first, last = self.pieces[number : number + 2]
            raw = self.raw_chunk(number)
            borders = self.borders[first : last + 1]
            chunk = Chunk(raw, row, first, borders, self._memory)
            self._chunks[number] = chunk
        return chunk

    def raw_chunk(self, number: int) -> bytes:
        """A chunk's bytes, unpacked. Raises: DAMAGE."""
        part = number + (self._math > 0)
        data = self._data[self._at[part] : self._at[part + 1]]
        return self._packing.unpacked(data, self.rows[number][_BYTES])

    def text(self) -> str:
        """All of the visible text. Raises: DAMAGE."""
        chunks = map(self.chunk, range(len(self.rows)))
        return "".join([chunk.text[: chunk.characters] for chunk in chunks])

    def lines(self) -> Iterator[tuple[int, int]]:
        """Where in the text the lines of the source begin, as `VisibleText` tells it.

        Raises: DAMAGE.
        """
        base = 0
        for chunk in map(self.chunk, range(len(self.rows))):
            for piece in range(len(chunk.modes)):
                for at, line in chunk.lines(piece):
                    yield base + at & WORD, line
            base += chunk.characters

    def math(self) -> tuple[array[int], array[int]]:
        """The starts (in the article's text) and lengths of the formulas' atoms.

        Raises: DAMAGE.
        """
        data = self._raw_math()
        half = len(data) // 2
        deltas, lengths = array("I"), array("I")
        deltas.frombytes(data[:half])
        lengths.frombytes(data[half:])
        return array("I", [n & WORD for n in accumulate(deltas)]), lengths

    def _raw_math(self) -> bytes:
        if not self._math:
            return b""
        data = self._data[self._at[0] : self._at[1]]
        return self._packing.unpacked(data, _MATH_BYTES * self._math)

    def laid_open(self) -> tuple[bytes, bytes]:
        """What `packed_page` made the page of. Raises: DAMAGE."""
        end = self._zones_at + (len(self.borders) + 2) // 4
        directory = bytes((self._data[0] & _OPEN,)) + self._data[1:end]
        chunks = map(self.raw_chunk, range(len(self.rows)))
        return directory, self._raw_math() + b"".join(chunks)


def packed_page(directory: bytes, rest: bytes, packing: Packing) -> bytes:
    """A page of its directory and the unpacked rest of it. Raises: DAMAGE."""
    math, rows, _ = _head(memoryview(directory))
    sizes = [_MATH_BYTES * math] if math else []
    sizes += [row[_BYTES] for row in rows]
    ends = accumulate(sizes, initial=0)
    parts = [packing.packed(rest[at:end]) for at, end in pairwise(ends)]
    lengths = [*map(len, parts)]
    width = narrowest(lengths)
    return b"".join(
        (
            bytes((directory[0] | width << _PACKED_SHIFT,)),
            directory[1:],
            array(WIDTHS[width], lengths).tobytes(),
            *parts,
        )
    )


def first_chunk(directory: bytes, rest: bytes) -> bytes:
    """The unpacked bytes of the first chunk of a page of these. Raises: DAMAGE."""
    math, rows, _ = _head(memoryview(directory))
    start = _MATH_BYTES * math
    return rest[start : start + rows[0][_BYTES]]


def directory_of(
    math: int, rows: Sequence[int], sizes: Sequence[int], zones: bytes
) -> bytes:
    """The directory of a page.

    It has so many positions of formulas; `rows` are those of its chunks (CHUNK), one
    after the other. `sizes` are the positions of its pieces, `zones` two bits of each.
    """
    numbers = [math, *rows]
    width, size_width = narrowest(numbers), narrowest(sizes)
    return b"".join(
        (
            bytes((width | size_width << _SIZE_SHIFT,)),
            varints.encode(len(rows) // len(CHUNK)),
            array(WIDTHS[width], numbers).tobytes(),
            array(WIDTHS[size_width], sizes).tobytes(),
            zones,
        )
    )


def _head(data: memoryview) -> tuple[int, list[list[int]], int]:
    """Of a directory: positions of formulas, the rows of chunks, what is behind."""
    chunks, at = varints.decode(data, 1)
    width, row = data[0] & 3, len(CHUNK)
    end = at + (1 + row * chunks << width)
    if end > len(data):
        raise ValueError("the directory is cut off")
    math, *numbers = data[at:end].cast(WIDTHS[width]).tolist()
    return math, [numbers[i : i + row] for i in range(0, len(numbers), row)], end
