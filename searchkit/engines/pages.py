"""How is an article laid down in the index, and read back whole?

Its visible text as a page (see engines/page.py), and what the author wrote, deflated
with the visible text as its dictionary. Both depend on the one article only. Nothing
that is read back can run code.
"""

from __future__ import annotations

import json
import re
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice, pairwise
from typing import Any

from searchkit.analysis.analyzer import ZONES
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
    next_line,
    stretches,
)
from searchkit.engines.page import HEADING, Page, inflate, preset
from searchkit.model import Article, Block, Section, Span, VisibleText
from searchkit.record import record, replace

CHUNK_BYTES = 3000
"""Of the UTF-8 of a chunk's text, about. Larger ones take little less, and a chunk is
inflated for a snippet."""
_LEVEL = 6  # zlib's; 9 saves one in a thousand
_LONGEST = 2  # chunks that a block may fill without being cut into pieces
_NEAR = 256  # atoms among which a good place for such a cut is looked for
_LOOKAHEAD = 262  # bytes of a window that cannot be looked back to (zlib, deflate.h)
_WINDOW = 1 << 15  # bytes that a deflated byte may look back
_BODY_PART = 1 << 14  # bytes of a body that share a dictionary
_PROBE = 24  # bytes of a body that are looked for in the visible text
_GOOD_CUT = re.compile(r"[。！？；!?;\n]")

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
    starts: array[int]
    lengths: array[int]
    math_starts: array[int]
    math_lengths: array[int]


def pack_pages(articles: Sequence[Laid]) -> Iterator[bytes]:
    """The pages of some articles as bytes; many are packed sooner than one by one."""
    targets = [_target(laid.visible.text) for laid in articles]
    pieces = [
        list(_pieces(laid.visible, laid.starts, target))
        for laid, target in zip(articles, targets, strict=True)
    ]
    by_rule = iter(_by_rule(articles, pieces))
    for laid, target, of_one in zip(articles, targets, pieces, strict=True):
        yield _packed(laid, of_one, list(islice(by_rule, len(of_one))), target)


def _target(text: str) -> int:
    """How many characters a chunk is to have."""
    size = len(text.encode("utf-8", "surrogatepass"))
    return max(1, len(text) * CHUNK_BYTES // max(size, 1))


def _packed(
    laid: Laid, pieces: Sequence[_Piece], by_rule: Sequence[bool], target: int
) -> bytes:
    """One page; `by_rule` tells of which pieces the atoms follow from the text."""
    rows, chunks = _packed_chunks(
        laid.visible, pieces, by_rule, laid.starts, laid.lengths, target
    )
    math = _deltas(laid.math_starts) + laid.math_lengths
    math_bytes = _deflated(math.tobytes()) if math else b""
    head = [len(rows), len(pieces), len(laid.math_starts), len(math_bytes)]
    head += [number for row in rows for number in row]
    sizes = [piece.last - piece.first for piece in pieces]
    width, size_width = _width(head), _width(sizes)
    zones = list(_zones(pieces))
    return b"".join(
        (
            bytes((width | size_width << 2,)),
            len(head).to_bytes(4, "little"),
            array(WIDTHS[width], head).tobytes(),
            array(WIDTHS[size_width], sizes).tobytes(),
            _two_bits(zones),
            math_bytes,
            *chunks,
        )
    )


def _by_rule(
    articles: Sequence[Laid], pieces: Sequence[Sequence[_Piece]]
) -> list[bool]:
    """Of which pieces of all articles it is sure that their atoms follow from the text.

    The texts are looked at as one, since numpy is slow on short ones.
    """
    import numpy as np  # not needed to read what was packed

    from searchkit.engines.atom_rule import follows

    texts = [laid.visible.text for laid in articles]
    rows: list[tuple[int, int, int, int]] = []
    starts, lengths = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    at = first = 0
    for text, laid, of_one in zip(texts, articles, pieces, strict=True):
        rows += [
            (piece.start + at, piece.end + at, piece.first + first, piece.last + first)
            for piece in of_one
        ]
        starts.append(np.asarray(laid.starts, np.int64) + at)
        lengths.append(np.asarray(laid.lengths, np.int64))
        at, first = at + len(text), first + len(laid.starts)
    return follows(
        "".join(texts),
        np.array(rows, np.int64).reshape(-1, 4),
        np.concatenate(starts),
        np.concatenate(lengths),
    )


def _pieces(visible: VisibleText, starts: array[int], target: int) -> Iterator[_Piece]:
    first = 0
    for block in visible.blocks:
        last = bisect_left(starts, block.end, first) + 1
        if block.end - block.start > _LONGEST * target:
            yield from _cut(visible.text, block, starts, first, last, target)
        else:
            yield _Piece(
                block.start,
                block.end,
                block.section,
                block.spans,
                block.language,
                first,
                last,
            )
        first = last


def _zones(pieces: Iterable[_Piece]) -> Iterator[int]:
    """The zone in which each piece begins: a heading where a section begins."""
    section = 0
    for piece in pieces:
        if piece.section != section:
            yield HEADING
        else:
            zone = piece.spans[0].zone if piece.spans else "prose"
            yield 0 if zone == "heading" else ZONES.index(zone)
        section = piece.section


def _cut(
    text: str,
    block: Block,
    starts: array[int],
    first: int,
    last: int,
    target: int,
) -> Iterator[_Piece]:
    """A long block in pieces that begin with atoms, behind sentences if possible."""
    cuts = [(block.start, first)]
    while block.end - cuts[-1][0] > _LONGEST * target:
        after = cuts[-1][1] + 1
        at = bisect_left(starts, cuts[-1][0] + target, after, last - 1)
        choice = range(at, max(after, at - _NEAR), -1)
        at = next((i for i in choice if _is_good_cut(text, starts, i)), at)
        while at < last and starts[at - 1] == starts[at]:
            at += 1
        if at >= last - 1:
            break
        cuts.append((starts[at], at))
    cuts.append((block.end, last))
    for (start, begin), (end, stop) in pairwise(cuts):
        spans = tuple(
            Span(max(span.start, start), min(span.end, end), span.zone)
            for span in block.spans
            if span.start < end and span.end > start
        )
        yield _Piece(
            start,
            end,
            block.section,
            spans,
            block.language,
            begin,
            stop,
            start > block.start,
        )


def _is_good_cut(text: str, starts: array[int], at: int) -> bool:
    before = text[max(0, starts[at] - 2) : starts[at]].rstrip()
    return not before or bool(_GOOD_CUT.match(before[-1]))


def _packed_chunks(
    visible: VisibleText,
    pieces: Sequence[_Piece],
    by_rule: Sequence[bool],
    starts: array[int],
    lengths: array[int],
    target: int,
) -> tuple[list[list[int]], list[bytes]]:
    """The rows of the directory (page.CHUNK) and the chunks."""
    rows, chunks = [], []
    line, section, start = 1, 0, 0
    line_at = first = 0
    groups = _grouped(pieces, len(visible.text), target)
    for number, group in enumerate(groups):
        is_last = number + 1 == len(groups)
        end = len(visible.text) if is_last else groups[number + 1][0].start
        line_end = len(visible.lines) if is_last else bisect_left(visible.lines, (end,))
        last_section = len(visible.sections) if is_last else group[-1].section + 1
        known = by_rule[first : first + len(group)]
        first += len(group)
        packer = _ChunkPacker(visible.text, start, group, known, starts, lengths)
        packer.add_lines(visible.lines[line_at:line_end], line)
        packer.add_sections(visible.sections, section, last_section, line)
        raw = packer.packed(visible.text[start:end], section)
        chunks.append(_deflated_chunk(raw))
        row = [len(group), end - start, len(chunks[-1]), len(raw), line, section]
        rows.append(row)
        if line_end > line_at:
            line = visible.lines[line_end - 1][1]
        start, line_at, section = end, line_end, last_section
    return rows, chunks


def _grouped(pieces: Sequence[_Piece], length: int, target: int) -> list[list[_Piece]]:
    """The pieces by chunks of about one size, cut before headings if possible."""
    size = length / max(1, round(length / target))
    groups: list[list[_Piece]] = [[]]
    start = 0
    for before, piece in zip((None, *pieces), pieces, strict=False):
        new_section = before is not None and before.section != piece.section
        enough = 0.8 * size if new_section else size
        room = length - piece.start > size / 2
        if groups[-1] and piece.start - start >= enough and room:
            groups.append([])
            start = piece.start
        groups[-1].append(piece)
    return groups


class _ChunkPacker:
    """Gathers the columns of one chunk's layout."""

    def __init__(
        self,
        text: str,
        start: int,
        pieces: Sequence[_Piece],
        by_rule: Sequence[bool],
        starts: array[int],
        lengths: array[int],
    ) -> None:
        self.text, self.start, self.pieces = text, start, pieces
        self.strings: list[str] = []
        self.carried = 0
        self.span_columns: tuple[list[int], ...] = ([], [], [])
        self.line_counts = [0] * len(pieces)
        self.line_columns: tuple[list[int], list[int]] = ([], [])
        self.section_columns: tuple[list[int], ...] = ([], [], [], [])
        self.atom_columns: tuple[list[int], list[int]] = ([], [])
        self.modes = [
            (BY_TEXT if known else self._add_atoms(piece, starts, lengths))
            | CONTINUED * piece.continued
            for piece, known in zip(pieces, by_rule, strict=True)
        ]
        for piece in pieces:
            self._add_spans(piece)

    def _add_atoms(self, piece: _Piece, starts: array[int], lengths: array[int]) -> int:
        """How the places of the piece's atoms are found again."""
        here = starts[piece.first : piece.last]
        sizes = lengths[piece.first : piece.last]
        is_last = bool(sizes) and not sizes[-1] and here[-1] == piece.end
        if is_last:
            here, sizes = here[:-1], sizes[:-1]
        text, whole = self.text, [(piece.start, piece.end)]
        mode = STORED
        if here.tolist() == atom_starts(text, whole):
            atoms = ATOM.findall(text[piece.start : piece.end])
            mode = BY_TEXT if sizes.tolist() == list(map(len, atoms)) else STORED
        else:
            spans = ((span.start, span.end, span.zone) for span in piece.spans)
            if here.tolist() == atom_starts(text, stretches(spans)):
                ends = [atom_end(text, start, piece.end) for start in here]
                found = [end - start for start, end in zip(here, ends, strict=True)]
                mode = BY_SPANS if sizes.tolist() == found else STORED
        if mode == STORED:
            at = [piece.start, *starts[piece.first : piece.last]]
            self.atom_columns[0].extend(right - left for left, right in pairwise(at))
            self.atom_columns[1].extend(lengths[piece.first : piece.last])
        return mode

    def _add_spans(self, piece: _Piece) -> None:
        gaps, sizes, zones = self.span_columns
        at = piece.start
        for span in piece.spans:
            gaps.append(span.start - at)
            at = span.end
            to_end = self._is_line_end(at, span.start, piece.end)
            sizes.append(0 if to_end else at - span.start + 1)
            zones.append(ZONES.index(span.zone))

    def add_lines(self, lines: Sequence[tuple[int, int]], before: int) -> None:
        """Each line stands in the last piece that begins before it, or the first."""
        offsets, steps = self.line_columns
        borders = [piece.start for piece in self.pieces[1:]]
        last = -1
        for offset, line in lines:
            piece = bisect_left(borders, offset + 1)
            if piece != last:
                last = piece
                at = expected = self.pieces[piece].start
            code = 0 if offset == expected else ((offset - at) & WORD) + 1
            self.line_counts[piece] += 1
            offsets.append(code)
            steps.append((line - before) & WORD)
            at, before = offset, line
            expected = next_line(self.text, offset, self.pieces[piece].end)

    def add_sections(
        self, sections: Sequence[Section], first: int, end: int, line: int
    ) -> None:
        """The sections from first to end, and the path of the one before them."""
        lines, starts, kept, own = self.section_columns
        path = sections[first - 1].heading if first else ()
        self.carried = len(path)
        self.strings += path
        numbers = [piece.section for piece in self.pieces]
        for number in range(first, end):
            section = sections[number]
            at = bisect_left(numbers, number)
            here = self.pieces[at] if at < len(self.pieces) else None
            base = here.start if here else self.start
            lines.append((section.line - line) & WORD)
            starts.append((section.start - base) & WORD)
            line = section.line
            keep = _common(path, section.heading)
            path = section.heading
            kept.append(keep)
            if here and path[keep:] == (self.text[here.start : here.end],):
                own.append(0)
            else:
                own.append(len(path) - keep + 1)
                self.strings += path[keep:]

    def packed(self, text: str, section: int) -> bytes:
        """The chunk's bytes; `section` is the first one that begins in it."""
        pieces = self.pieces
        ends = [self.start, *(piece.end for piece in pieces)]
        numbers = [section - 1, *(piece.section for piece in pieces)]
        languages = [self._language(piece.language) for piece in pieces]
        columns: list[Sequence[int]] = [
            [piece.start - end for piece, end in zip(pieces, ends, strict=False)],
            [self._size(piece, self.start + len(text)) for piece in pieces],
            [right - left for left, right in pairwise(numbers)],
            [len(piece.spans) for piece in pieces],
            languages,
            self.line_counts,
            self.modes,
            *self.span_columns,
            *self.line_columns,
            *self.section_columns,
            list(map(len, self.strings)),
            *self.atom_columns,
        ]
        counts = [len(columns[at]) for at in (7, 10, 12, 16, 17)]
        layout = [*counts[:3], self.carried, *counts[3:]]
        for column in columns:
            layout += column
        width = _width(layout)
        whole = (text + "".join(self.strings)).encode("utf-8", "surrogatepass")
        return bytes((width,)) + array(WIDTHS[width], layout).tobytes() + whole

    def _is_line_end(self, at: int, start: int, end: int) -> bool:
        """Whether `at` is the line_end of what begins at `start`."""
        text = self.text
        return (at == end or text[at : at + 1] == "\n") and (
            text.find("\n", start, at) < 0
        )

    def _size(self, piece: _Piece, end: int) -> int:
        to_end = self._is_line_end(piece.end, piece.start, end)
        return 0 if to_end else piece.end - piece.start + 1

    def _language(self, language: str) -> int:
        if not language:
            return 0
        if language not in self.strings:
            self.strings.append(language)
        return self.strings.index(language) + 1


def unpack_page(page: Page) -> UnpackedPage:
    """All that was packed; the inverse of `pack_page`. Raises: page.DAMAGE."""
    whole = _Whole()
    for number in range(len(page.rows)):
        whole.add(page.chunk(number))
    visible = VisibleText(
        "".join(whole.parts),
        tuple(whole.blocks),
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
            data = _deflated(part, visible[at : at + _WINDOW])
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
        dictionary = visible[start : start + _WINDOW]
        parts.append(inflate(view[at - length : at], size, dictionary))
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
            return max(before, found - _WINDOW // 2)
    return min(before, max(0, len(visible) - _WINDOW))


def _deflated_chunk(data: bytes) -> bytes:
    """The data deflated with the dictionary of all chunks.

    Copying what knows the dictionary takes an eighth of the time of telling it anew.
    """
    deflater = _with_preset().copy()
    packed: bytes = deflater.compress(data) + deflater.flush()
    return packed


@cache
def _with_preset() -> Any:  # typeshed has no name for it
    strategy = zlib.Z_DEFAULT_STRATEGY
    return zlib.compressobj(
        _LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, 9, strategy, preset()
    )


def _deflated(data: bytes, dictionary: bytes = b"") -> bytes:
    """The data deflated; a window that holds all of it gives the same as a larger one.

    Clearing zlib's largest window takes a third of the time of deflating a chunk.
    """
    held = len(dictionary) + len(data) + _LOOKAHEAD
    bits = max(9, min(held.bit_length(), zlib.MAX_WBITS))
    deflater = zlib.compressobj(
        _LEVEL, zlib.DEFLATED, -bits, 9, zlib.Z_DEFAULT_STRATEGY, dictionary
    )
    return deflater.compress(data) + deflater.flush()


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


def _deltas(values: Sequence[int]) -> array[int]:
    steps = zip((0, *values), values, strict=False)
    return array("I", [(right - left) & WORD for left, right in steps])


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """How many strings two paths have in common at their beginning."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
