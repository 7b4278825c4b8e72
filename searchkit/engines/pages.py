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
from itertools import compress, pairwise

from searchkit.engines.chunk import (
    ATOM,
    BY_SPANS,
    BY_TEXT,
    CONTINUED,
    STORED,
    Chunk,
    atom_end,
    atom_starts,
    stretches,
)
from searchkit.engines.columns import varints
from searchkit.engines.packing import packed, unpacked
from searchkit.engines.page import WORD, LaidPage, Page, directory_of
from searchkit.model import MARKUPS, Article, Block, Blocks, Section, Span, VisibleText
from searchkit.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from numpy.typing import NDArray

    from searchkit.engines.page_columns import PageColumns, Told
    from searchkit.engines.page_cuts import Cut

    Integers: TypeAlias = array[int] | NDArray[Any]

_BODY_PART = 1 << 17  # bytes of a body that share a dictionary
_NEAR = 2 * _BODY_PART  # bytes of it
_PROBE = 24  # bytes of a body that are looked for in the visible text

# The first byte of an article: its body is what was expected; there is more of it;
_SAME, _EXTRA = 1, 2
_MARKUP_SHIFT = 2  # and where in MARKUPS its markup is.


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


def lay_pages(articles: Sequence[Laid]) -> Iterator[LaidPage]:
    """The pages of some articles; many are laid down sooner than one by one."""
    import numpy as np  # not needed to read what was packed

    from searchkit.engines.page_columns import PageColumns, Told, raw_chunks
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
    told = Told(columns)
    layers = [_PageLayer(cut, columns, told, number) for number, cut in enumerate(cuts)]
    chunks = [*raw_chunks(columns, told)]
    for layer, laid in zip(layers, articles, strict=True):
        math = b""
        if len(laid.math_starts):  # seldom
            steps = np.diff(np.asarray(laid.math_starts, np.int64), prepend=0)
            math = np.append(steps, laid.math_lengths).astype("<u4").tobytes()
        yield layer.laid(math, chunks)


class _PageLayer:
    """Lays down the article of a number: what columns say of it, and what is rare."""

    def __init__(self, cut: Cut, columns: PageColumns, told: Told, number: int) -> None:
        """`told` hears of each chunk what the columns do not say."""
        self._cut, self._columns, self._told = cut, columns, told
        self._text, self._sections = cut.visible.text, cut.visible.sections
        self._base = columns.bases[number]
        self._chunks = range(*columns.chunk_at[number : number + 2])
        self._first = columns.piece_at[self._chunks.start]
        self._at = columns.position_at[self._first]
        self._places: list[tuple[int, int]] = []  # by chunk: line and section before it
        line, section = 1, 0
        for chunk in self._chunks:
            first, last = columns.piece_at[chunk : chunk + 2]
            is_last = chunk + 1 == self._chunks.stop
            after = self._section_after(last, is_last=is_last)
            self._tell(chunk, section, after, line)
            self._places.append((line, section))
            section = after
            if columns.line_at[last] > columns.line_at[first]:
                line = columns.line_numbers[columns.line_at[last] - 1]

    def laid(self, math: bytes, chunks: Sequence[bytes]) -> LaidPage:
        """The page; `math` has two words for each position of a formula."""
        columns = self._columns
        own = chunks[self._chunks.start : self._chunks.stop]
        rows: list[int] = []
        for number, raw, (line, section) in zip(
            self._chunks, own, self._places, strict=True
        ):
            first, last = columns.piece_at[number : number + 2]
            start, end = columns.chunk_starts[number : number + 2]
            rows += [last - first, end - start, len(raw), line, section]
        of_pieces = slice(self._first, self._first + len(self._cut.pieces))
        positions = columns.position_at[of_pieces.start : of_pieces.stop + 1]
        sizes = [end - first for first, end in pairwise(positions)]
        zones = _two_bits(columns.zones[of_pieces])
        directory = directory_of(len(math) // 8, rows, sizes, zones)
        return directory, b"".join((math, *own))

    def _section_after(self, piece: int, *, is_last: bool) -> int:
        """The first section that begins behind the pieces before one."""
        if is_last:
            return len(self._sections)
        return self._cut.pieces.sections[piece - self._first - 1] + 1

    def _tell(self, chunk: int, section: int, after: int, line: int) -> None:
        """Of a chunk with the sections from `section` on; `line` is in force before."""
        columns = self._columns
        first, last = columns.piece_at[chunk : chunk + 2]
        start, end = (n - self._base for n in columns.chunk_starts[chunk : chunk + 2])
        pieces = range(first - self._first, last - self._first)
        strings = [*self._sections[section - 1].heading] if section else []
        carried = len(strings)
        self._new_sections(pieces, start, section, after, line, strings)
        self._languages(pieces, strings)
        stored = self._atoms(first, last)
        whole = (self._text[start:end] + "".join(strings)).encode(
            "utf-8", "surrogatepass"
        )
        self._told.chunk(after - section, carried, strings, stored, whole)

    def _new_sections(
        self,
        pieces: range,
        start: int,
        first: int,
        end: int,
        line: int,
        strings: list[str],
    ) -> None:
        """Tell of the sections from first to end; what they say is added."""
        lines, starts, kept, own = self._told.sections
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

    def _languages(self, pieces: range, strings: list[str]) -> None:
        """Tell the number of each language among the strings, to which it is added."""
        languages = self._cut.pieces.languages
        for piece in pieces if languages else ():
            if language := languages.get(piece):
                if language not in strings:
                    strings.append(language)
                number = strings.index(language) + 1
                self._told.languages[self._first + piece] = number

    def _atoms(self, first: int, last: int) -> int:
        """Tell how the atoms of pieces are found again; how many are kept."""
        at, kept = self._columns.position_at, 0
        steps, lengths = self._told.atoms
        unsure = self._columns.unsure[first:last]
        for number in compress(range(first, last), unsure):
            piece = self._cut.pieces[number - self._first]
            positions = slice(at[number] - self._at, at[number + 1] - self._at)
            starts = self._cut.starts[positions].tolist()
            sizes = self._cut.lengths[positions].tolist()
            mode = self._mode(piece, starts, sizes)
            self._told.modes[number] |= mode
            if mode == STORED:
                places = pairwise([piece.start, *starts])
                steps.extend(right - left for left, right in places)
                lengths.extend(sizes)
                kept += len(sizes)
        return kept

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
    """All that was packed; the inverse of `lay_pages`. Raises: page.DAMAGE."""
    whole = _Whole()
    for number in range(len(page.rows)):
        whole.add(page.chunk(number))
    visible = VisibleText(
        "".join(whole.parts),
        Blocks.of(whole.blocks),
        tuple(whole.sections),
        tuple(page.lines()),
    )
    return UnpackedPage(visible, whole.starts, whole.lengths, *page.math())


class _Whole:
    """Gathers what the chunks of a page hold."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.blocks: list[Block] = []
        self.sections: list[Section] = []
        self.starts, self.lengths = array("I"), array("I")
        self._offset = 0

    def add(self, chunk: Chunk) -> None:
        base = self._offset
        for index, mode in enumerate(chunk.modes):
            self._add_piece(chunk, index, continued=bool(mode & CONTINUED))
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


def as_written(text: str, lines: Iterable[tuple[int, int]]) -> str:
    """A visible text with the line ends of its source, as far as `lines` tells them.

    Of a text without markup this mostly is what the author wrote.

    >>> as_written("用 C++ 写。 再读", [(0, 1), (9, 2)])
    '用 C++ 写。\\n再读'
    """
    parts, at, line = [], 0, 0
    for offset, number in lines:
        if number > line and offset > at:
            end = offset - 1 if text[offset - 1] in " \n" else offset
            parts.append(text[at:end])
            parts.append("\n" if number == line + 1 else "\n\n")
            at = offset
        line = number
    parts.append(text[at:])
    return "".join(parts)


def pack_article(article: Article, near: str) -> bytes:
    """What the author wrote, as far as `near` (see `as_written`) and `documents` do not
    tell.

    The body goes in parts, each with the stretch of that text about it as the
    dictionary; only where it differs from that does it take bytes.
    """
    extra = [article.aliases, article.line_offset]
    has_extra = extra != [(), 0]
    same = article.body == near
    markup = MARKUPS.index(article.markup) << _MARKUP_SHIFT
    parts = [bytes((_SAME * same | _EXTRA * has_extra | markup,))]
    if has_extra:
        head = json.dumps(extra).encode("ascii")
        parts += (varints.encode(len(head)), head)
    if not same:
        body = article.body.encode("utf-8", "surrogatepass")
        known = near.encode("utf-8", "surrogatepass")
        at = 0
        for first in range(0, len(body), _BODY_PART):
            part = body[first : first + _BODY_PART]
            at = _dictionary_start(part, known, at)
            data = packed(part, known[at : at + _NEAR])
            parts += map(varints.encode, (at, len(part), len(data)))
            parts.append(data)
    return b"".join(parts)


def unpack_article(data: bytes | memoryview, known: Article, near: str) -> Article:
    """The inverse of `pack_article`; `known` has all that `documents` tells.

    Raises: page.DAMAGE.
    """
    data = bytes(data)
    known = replace(known, markup=MARKUPS[data[0] >> _MARKUP_SHIFT])
    at = 1
    if data[0] & _EXTRA:
        size, at = varints.decode(data, at)
        aliases, line_offset = json.loads(data[at : at + size])
        at += size
        known = replace(known, aliases=tuple(aliases), line_offset=line_offset)
    if data[0] & _SAME:
        return replace(known, body=near)
    text = near.encode("utf-8", "surrogatepass")
    parts = []
    while at < len(data):
        start, at = varints.decode(data, at)
        size, at = varints.decode(data, at)
        length, at = varints.decode(data, at)
        part = data[at : at + length]
        at += length
        parts.append(unpacked(part, size, text[start : start + _NEAR]))
    return replace(known, body=b"".join(parts).decode("utf-8", "surrogatepass"))


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
