"""How is the visible text of one article read, without unpacking all of it?

A page is a directory and chunks. The directory lies open: how many positions each
piece of text takes, and where each chunk is. A chunk (see engines/chunk.py) is packed
alone (engines/packing.py).

What damaged bytes raise here is DAMAGE; `damage_told` makes an IndexCorruptError of it.
"""

from __future__ import annotations

import os
import re
from array import array
from bisect import bisect_right
from itertools import accumulate

from searchkit.analysis.analyzer import ZONES
from searchkit.engines.chunk import WIDTHS, WORD, Chunk
from searchkit.engines.columns.files import corrupt
from searchkit.engines.packing import unpacked
from searchkit.errors import ClosedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _typeshed import StrPath

HEAD = ("chunks", "pieces", "math_positions", "math_size")
"""The first integers of a directory; then come the columns of its chunks."""
CHUNK = ("pieces", "characters", "size", "unpacked", "line", "section")
"""Of a chunk, in the directory: the line in force before it, and the number of the
first section that begins in it; sizes in bytes."""

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
        "_memory",
        "_section_starts",
        "_sections",
        "_zones",
        "_zones_at",
        "borders",
        "characters",
        "head",
        "pieces",
        "rows",
        "weighed_bytes",
    )

    weighed_bytes: int

    def __init__(self, data: bytes | memoryview) -> None:
        """Read the directory. Raises: DAMAGE."""
        data = self._data = memoryview(data)
        width, size_width = data[0] & 3, data[0] >> 2
        count = int.from_bytes(data[1:5], "little")
        at = 5 + (count << width)
        if at > len(data):
            raise ValueError("the directory is cut off")
        numbers = data[5:at].cast(WIDTHS[width]).tolist()
        self.head = chunks, pieces, _, math_size = numbers[:4]
        self.rows = [numbers[i : i + len(CHUNK)] for i in range(4, count, len(CHUNK))]
        end = at + (pieces << size_width)
        sizes = data[at:end].cast(WIDTHS[size_width])
        self.borders = [0, *accumulate(sizes)]
        self.characters = sum([row[1] for row in self.rows])
        self._zones_at, end = end, end + (pieces + 3) // 4
        self.pieces = [0, *accumulate([row[0] for row in self.rows])]
        self._at = [
            end,
            *accumulate([row[2] for row in self.rows], initial=end + math_size),
        ]
        self._chunks: dict[int, Chunk] = {}
        self._memory = [_PAGE_BYTES + _PIECE_BYTES * len(self.borders)]
        self._sections: dict[int, tuple[tuple[str, ...], int]] = {}
        self._section_starts: tuple[list[int], list[int]] | None = None
        self._zones: bytes | None = None
        if (
            not len(self.rows) == chunks > 0
            or not len(sizes) == pieces == self.pieces[-1]
            or self._at[-1] != len(data)
        ):
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
            row = self.rows[number]
            first, last = self.pieces[number : number + 2]
            raw = self.raw_chunk(number)
            borders = self.borders[first : last + 1]
            chunk = Chunk(raw, row, first, borders, self._memory)
            self._chunks[number] = chunk
        return chunk

    def raw_chunk(self, number: int) -> bytes:
        """A chunk's bytes, unpacked. Raises: DAMAGE."""
        data = self._data[self._at[number + 1] : self._at[number + 2]]
        return unpacked(data, self.rows[number][3])

    def text(self) -> str:
        """All of the visible text. Raises: DAMAGE."""
        chunks = map(self.chunk, range(len(self.rows)))
        return "".join([chunk.text[: chunk.characters] for chunk in chunks])

    def math(self) -> tuple[array[int], array[int]]:
        """The starts (in the article's text) and lengths of the formulas' atoms.

        Raises: DAMAGE.
        """
        half = 4 * self.head[2]
        if not half:
            return array("I"), array("I")
        data = unpacked(self._data[self._at[0] : self._at[1]], 2 * half)
        deltas, lengths = array("I"), array("I")
        deltas.frombytes(data[:half])
        lengths.frombytes(data[half:])
        return array("I", [n & WORD for n in accumulate(deltas)]), lengths
