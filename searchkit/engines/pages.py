"""How is an article laid down in the index, and read back whole?

Its visible text as a page (see engines/page.py), and what the author wrote, packed
with the visible text as its dictionary. Both depend on the one article only. Nothing
that is read back can run code.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise

from searchkit.engines.chunk import (
    ATOM,
    BY_SPANS,
    BY_TEXT,
    CONTINUED,
    STORED,
    WIDTHS,
    WORD,
    Chunk,
    atom_end,
    atom_starts,
    stretches,
)
from searchkit.engines.packing import packed, unpacked
from searchkit.engines.page import Page
from searchkit.model import Article, Block, Blocks, Section, Span, VisibleText
from searchkit.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from numpy.typing import NDArray

    from searchkit.engines.page_columns import PageColumns
    from searchkit.engines.page_cuts import Cut

    Integers: TypeAlias = array[int] | NDArray[Any]

_BODY_PART = 1 << 17  # bytes of a body that share a dictionary
_NEAR = 2 * _BODY_PART  # bytes of it
_PROBE = 24  # bytes of a body that are looked for in the visible text

_SAME, _OTHER = b"\0", b"\1"  # the body is the visible text; or it is not


@record
class UnpackedPage:
    """All of a page: the visible text, and where each position's atom stands in it."""

    visible: VisibleText
    starts: array[int]
    lengths: array[int]
    math_starts: array[int]
    math_lengths: array[int]


@record
class _Piece:
    """A block or a part of one, with its positions `first` to `last`."""

    start: int
    end: int
    section: int
    spans: tuple[Span, ...]
    language: str
    first: int
    last: int
    continued: bool = False


@record
class Laid:
    """What a page is made of: the text, and the places of its atoms by position.

    Starts rise, each block's gap stands at its end. Blocks and the numbers of their
    sections rise. Addresses of headings and links are not kept: no page shows them.
    """

    visible: VisibleText
    starts: Integers
    lengths: Integers
    math_starts: Integers
    math_lengths: Integers


def pack_pages(articles: Sequence[Laid]) -> Iterator[bytes]:
    """The pages of some articles as bytes; many are packed sooner than one by one."""
    import numpy as np  # not needed to read what was packed

    from searchkit.engines.page_columns import PageColumns
    from searchkit.engines.page_cuts import cut

    cuts = [
        cut(
            laid.visible,
            np.asarray(laid.starts, np.int64),
            np.asarray(laid.lengths, np.int64),
        )
        for laid in articles
    ]
    columns = PageColumns(cuts)
    for number, laid in enumerate(articles):
        steps = np.diff(np.asarray(laid.math_starts, np.int64), prepend=0)
        math = np.append(steps, laid.math_lengths).astype("<u4").tobytes()
        yield _PagePacker(cuts[number], columns, number).packed(math)


class _PagePacker:
    """Lays down the article of a number: what columns say of it, and what is rare."""

    def __init__(self, cut: Cut, columns: PageColumns, number: int) -> None:
        self._cut, self._columns = cut, columns
        self._text, self._sections = cut.visible.text, cut.visible.sections
        self._base = columns.bases[number]
        self._chunks = range(*columns.chunk_at[number : number + 2])
        self._first = columns.piece_at[self._chunks.start]
        self._at = columns.position_at[self._first]

    def packed(self, math: bytes) -> bytes:
        """The page; `math` has two words for each position of a formula."""
        columns, pieces = self._columns, self._cut.pieces
        rows, chunks = [], []
        line, section = 1, 0
        for chunk in self._chunks:
            first, last = columns.piece_at[chunk : chunk + 2]
            is_last = chunk + 1 == self._chunks.stop
            after = self._section_after(last, is_last=is_last)
            raw = self._raw(chunk, section, after, line)
            chunks.append(packed(raw))
            characters = columns.chunk_starts[chunk + 1] - columns.chunk_starts[chunk]
            rows += [last - first, characters, len(chunks[-1]), len(raw), line, section]
            section = after
            if columns.line_at[last] > columns.line_at[first]:
                line = columns.line_numbers[columns.line_at[last] - 1]
        math_bytes = packed(math) if math else b""
        head = [len(chunks), len(pieces), len(math) // 8, len(math_bytes), *rows]
        of_pieces = slice(self._first, self._first + len(pieces))
        positions = columns.position_at[of_pieces.start : of_pieces.stop + 1]
        sizes = [end - first for first, end in pairwise(positions)]
        width, size_width = _width(head), _width(sizes)
        return b"".join(
            (
                bytes((width | size_width << 2,)),
                len(head).to_bytes(4, "little"),
                array(WIDTHS[width], head).tobytes(),
                array(WIDTHS[size_width], sizes).tobytes(),
                _two_bits(columns.zones[of_pieces]),
                math_bytes,
                *chunks,
            )
        )

    def _section_after(self, piece: int, *, is_last: bool) -> int:
        """The first section that begins behind the pieces before one."""
        if is_last:
            return len(self._sections)
        return self._cut.pieces.sections[piece - self._first - 1] + 1

    def _raw(self, chunk: int, section: int, after: int, line: int) -> bytes:
        """A chunk, with the sections from `section` on; `line` is in force before."""
        columns = self._columns
        first, last = columns.piece_at[chunk : chunk + 2]
        start, end = (n - self._base for n in columns.chunk_starts[chunk : chunk + 2])
        pieces = range(first - self._first, last - self._first)
        of_pieces = slice(first, last)
        of_spans = slice(columns.span_at[first], columns.span_at[last])
        of_lines = slice(columns.line_at[first], columns.line_at[last])
        strings = [*self._sections[section - 1].heading] if section else []
        carried = len(strings)
        sections = self._new_sections(pieces, start, section, after, line, strings)
        modes, *atoms = self._atoms(pieces)
        body = [
            *columns.gaps[of_pieces],
            *columns.sizes[of_pieces],
            *columns.section_steps[of_pieces],
            *columns.span_counts[of_pieces],
            *self._languages(pieces, strings),
            *columns.line_counts[of_pieces],
            *modes,
            *chain.from_iterable(column[of_spans] for column in columns.spans),
            *chain.from_iterable(column[of_lines] for column in columns.lines),
            *chain.from_iterable(sections),
            *map(len, strings),
            *chain.from_iterable(atoms),
        ]
        counts = [
            of_spans.stop - of_spans.start,
            of_lines.stop - of_lines.start,
            after - section,
            carried,
            len(strings),
            len(atoms[0]),
        ]
        layout = counts + body
        width = _width(layout)
        whole = (self._text[start:end] + "".join(strings)).encode(
            "utf-8", "surrogatepass"
        )
        return bytes((width,)) + array(WIDTHS[width], layout).tobytes() + whole

    def _new_sections(
        self,
        pieces: range,
        start: int,
        first: int,
        end: int,
        line: int,
        strings: list[str],
    ) -> tuple[list[int], ...]:
        """The columns of the sections from first to end; what they say is added."""
        columns: tuple[list[int], ...] = ([], [], [], [])
        lines, starts, kept, own = columns
        path = tuple(strings)
        blocks = self._cut.pieces
        for number in range(first, end):
            section = self._sections[number]
            at = bisect_left(blocks.sections, number, pieces.start, pieces.stop)
            is_here = at < pieces.stop
            base = blocks.starts[at] if is_here else start
            lines.append((section.line - line) & WORD)
            starts.append((section.start - base) & WORD)
            line = section.line
            keep = _common(path, section.heading)
            path = section.heading
            kept.append(keep)
            if is_here and path[keep:] == (self._text[base : blocks.ends[at]],):
                own.append(0)
            else:
                own.append(len(path) - keep + 1)
                strings += path[keep:]
        return columns

    def _languages(self, pieces: range, strings: list[str]) -> list[int]:
        """The number of each language among the strings, to which it is added."""
        languages = self._cut.pieces.languages
        found = [0] * len(pieces)  # none, as mostly
        for place, piece in enumerate(pieces if languages else ()):
            if language := languages.get(piece):
                if language not in strings:
                    strings.append(language)
                found[place] = strings.index(language) + 1
        return found

    def _atoms(self, pieces: range) -> tuple[list[int], ...]:
        """How the atoms of pieces are found again; steps and lengths of those kept."""
        columns: tuple[list[int], ...] = ([], [], [])
        modes, steps, lengths = columns
        at, follow = self._columns.position_at, self._columns.follow
        goes_on = self._columns.continued
        for number in range(self._first + pieces.start, self._first + pieces.stop):
            mode = BY_TEXT
            if not follow[number]:
                piece = self._cut.pieces[number - self._first]
                positions = slice(at[number] - self._at, at[number + 1] - self._at)
                starts = self._cut.starts[positions].tolist()
                sizes = self._cut.lengths[positions].tolist()
                mode = self._mode(piece, starts, sizes)
                if mode == STORED:
                    places = pairwise([piece.start, *starts])
                    steps.extend(right - left for left, right in places)
                    lengths.extend(sizes)
            modes.append(mode | CONTINUED * goes_on[number])
        return columns

    def _mode(self, piece: Block, starts: list[int], sizes: list[int]) -> int:
        """How the places of a piece's atoms are found again."""
        text, whole = self._text, [(piece.start, piece.end)]
        if sizes and not sizes[-1] and starts[-1] == piece.end:
            starts, sizes = starts[:-1], sizes[:-1]
        if starts == atom_starts(text, whole):
            atoms = ATOM.findall(text[piece.start : piece.end])
            return BY_TEXT if sizes == [*map(len, atoms)] else STORED
        spans = ((span.start, span.end, span.zone) for span in piece.spans)
        if starts == atom_starts(text, stretches(spans)):
            ends = [atom_end(text, start, piece.end) for start in starts]
            found = [end - start for start, end in zip(starts, ends, strict=True)]
            return BY_SPANS if sizes == found else STORED
        return STORED


def unpack_page(page: Page) -> UnpackedPage:
    """All that was packed; the inverse of `pack_page`. Raises: page.DAMAGE."""
    whole = _Whole()
    for number in range(len(page.rows)):
        whole.add(page.chunk(number))
    visible = VisibleText(
        "".join(whole.parts),
        Blocks.of(whole.blocks),
        tuple(whole.sections),
        tuple(whole.lines),
    )
    return UnpackedPage(visible, whole.starts, whole.lengths, *page.math())


class _Whole:
    """Gathers what the chunks of a page hold."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.blocks: list[Block] = []
        self.sections: list[Section] = []
        self.lines: list[tuple[int, int]] = []
        self.starts, self.lengths = array("I"), array("I")
        self._offset = 0

    def add(self, chunk: Chunk) -> None:
        base = self._offset
        for index, mode in enumerate(chunk.modes):
            self._add_piece(chunk, index, continued=bool(mode & CONTINUED))
            self.lines += [(at + base & WORD, n) for at, n in chunk.lines(index)]
            count = len(chunk.atoms(index))
            atoms = [chunk.atom_span(index, at, at) for at in range(count)]
            self.starts.extend(base + start for start, _ in atoms)
            self.lengths.extend(end - start for start, end in atoms)
        _, *headings = chunk.headings()
        for heading, (line, start) in zip(
            headings, chunk.section_places(), strict=True
        ):
            self.sections.append(Section(heading, line, base + start & WORD))
        self.parts.append(chunk.text[: chunk.characters])
        self._offset += chunk.characters

    def _add_piece(self, chunk: Chunk, index: int, *, continued: bool) -> None:
        base = self._offset
        spans = [Span(a + base, b + base, zone) for a, b, zone in chunk.spans(index)]
        start, end = chunk.starts[index] + base, chunk.ends[index] + base
        if continued:
            block = self.blocks.pop()
            before, at, start = list(block.spans), start, block.start
            # Spans that touch are of different zones, but where one was cut.
            if before and spans and before[-1].end == at == spans[0].start:
                last = before[-1]
                if last.zone == spans[0].zone:
                    before.pop()
                    spans[0] = replace(spans[0], start=last.start)
            spans = before + spans
        section, language = chunk.sections[index], chunk.language(index)
        self.blocks.append(Block(start, end, section, tuple(spans), language))


def pack_article(article: Article, visible_text: str) -> bytes:
    """What the author wrote, as far as the visible text and `documents` do not tell.

    The body goes in parts, each with the stretch of the visible text about it as the
    dictionary; only where it differs from that does it take bytes.
    """
    extra = [article.aliases, article.markup, article.line_offset]
    has_extra = extra != [(), "markdown", 0]
    head = json.dumps(extra).encode("ascii") if has_extra else b""
    same = article.body == visible_text
    parts = [_SAME if same else _OTHER, len(head).to_bytes(4, "little"), head]
    if not same:
        body = article.body.encode("utf-8", "surrogatepass")
        visible = visible_text.encode("utf-8", "surrogatepass")
        at = 0
        for first in range(0, len(body), _BODY_PART):
            part = body[first : first + _BODY_PART]
            at = _dictionary_start(part, visible, at)
            data = packed(part, visible[at : at + _NEAR])
            row = (at, len(part), len(data))
            parts += [number.to_bytes(4, "little") for number in row]
            parts.append(data)
    return b"".join(parts)


def unpack_article(
    data: bytes | memoryview, known: Article, visible_text: str
) -> Article:
    """The inverse of `pack_article`; `known` has all that `documents` tells.

    Raises: page.DAMAGE.
    """
    view = memoryview(data)
    at = 5 + _number(view, 1)
    if at > 5:
        aliases, markup, line_offset = json.loads(bytes(view[5:at]))
        known = replace(
            known, aliases=tuple(aliases), markup=markup, line_offset=line_offset
        )
    if view[:1] == _SAME:
        return replace(known, body=visible_text)
    visible = visible_text.encode("utf-8", "surrogatepass")
    parts = []
    while at < len(view):
        start, size, length = (_number(view, at + field) for field in (0, 4, 8))
        at += 12 + length
        near = visible[start : start + _NEAR]
        parts.append(unpacked(view[at - length : at], size, near))
    return replace(known, body=b"".join(parts).decode("utf-8", "surrogatepass"))


def _number(view: memoryview, at: int) -> int:
    return int.from_bytes(view[at : at + 4], "little")


def _dictionary_start(part: bytes, visible: bytes, before: int) -> int:
    """Where the stretch of visible text begins that is most like a part of a body.

    Some bytes of the part's middle are looked for behind where its predecessor was.
    """
    middle = len(part) // 2
    for at in range(middle, min(middle + 64 * _PROBE, len(part)), _PROBE):
        found = visible.find(part[at : at + _PROBE], before)
        if found >= 0:
            return max(before, found - _NEAR // 2)
    return min(before, max(0, len(visible) - _NEAR))


def _width(numbers: Iterable[int]) -> int:
    """The place in WIDTHS of the narrowest integers that hold the numbers."""
    most = max(numbers, default=0)
    return 0 if most < 1 << 8 else 1 if most < 1 << 16 else 2


def _two_bits(numbers: Sequence[int]) -> bytes:
    padded = [*numbers, 0, 0, 0]
    return bytes(
        padded[i] | padded[i + 1] << 2 | padded[i + 2] << 4 | padded[i + 3] << 6
        for i in range(0, len(numbers), 4)
    )


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """How many strings two paths have in common at their beginning."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
