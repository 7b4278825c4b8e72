"""Which fragment of an article shows best why it was found?

Chosen in the space of positions, from the places where the query stands and the
borders of the text's pieces, so that only the chunks with what is shown are inflated.
A fragment stays inside one section, begins and ends at a sentence's border where one
is near, and never inside a formula, a code span or a grapheme.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from operator import itemgetter

from searchkit.analysis.analyzer import atom_places, name_end
from searchkit.engines.chunk import CONTINUED, Chunk, atom_end, atom_starts
from searchkit.engines.matching import NAME
from searchkit.engines.page import Page
from searchkit.model import Snippet
from searchkit.query.marks import Matches

ELLIPSIS = "…"
# Begun with one set of characters, for which `re` looks without trying each place.
_SENTENCE_END = re.compile(r"[。！？；!?;\n.:](?:(?<![.:])|(?=\s|$))")
_SHORT = 48  # a shorter piece is shown with what follows or precedes it
_BY_ZONE = (1.0, 0.9, 0.7, 0.8)  # prose, heading, code, math
_RUNNING = ("prose", "heading")  # zones that may be cut anywhere
_OFTEN, _MANY = 0.05, 6  # what a mark more is worth, and how many at most
_NEAR = 24  # how far back a word may begin that is not cut
_ASCII_WORD = re.compile("[0-9A-Za-z_-]")
_ASCII_WORD_END = re.compile(r"[0-9A-Za-z_-]*\Z")
_PLAIN = re.compile("[ -~\u4e00-\u9fff\u3001-\u3002\uff01-\uff0f\uff1a-\uff1f]*")
"""Texts whose atoms are where the rule of stored pages says."""

_Span = tuple[int, int]
_Window = tuple[float, int, int, int]
"""A candidate: its worth below 0, the marks it holds (first, end), its piece."""
_WORTH = itemgetter(0)


def title_highlights(title: str, matches: Matches) -> tuple[_Span, ...]:
    """The spans of a title at which the marks stand; positions count from its first."""
    if not matches.positions:
        return ()
    if _PLAIN.fullmatch(title):
        starts = atom_starts(title, ((0, len(title)),))

        def end_of(atom: int) -> int:
            return atom_end(title, starts[atom], len(title))

    else:
        places, lengths = atom_places(title)
        starts = list(places)

        def end_of(atom: int) -> int:
            return places[atom] + lengths[atom]

    spans = []
    for position, atoms in zip(matches.positions, matches.atoms, strict=True):
        start = starts[position]
        is_name = atoms == -NAME
        end = name_end(title, start) if is_name else end_of(position - atoms - 1)
        spans.append((start, end))
    return _merged(spans)


def _merged(spans: Iterable[_Span]) -> tuple[_Span, ...]:
    """Spans, rising by their starts, apart: what overlaps or touches is one span."""
    found: list[_Span] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            if end > found[-1][1]:
                found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found)


def snippets(
    page: Page, matches: Matches, *, count: int, characters: int
) -> tuple[Snippet, ...]:
    """The best `count` fragments of about `characters` code points, best first.

    Without any mark, the beginning of the article's prose.
    """
    if not matches.positions:
        return _beginning(page, characters)
    marked = _Marked(matches, characters)
    shown: list[tuple[int, int, int]] = []
    chosen: list[Snippet] = []
    for _, first, last, piece in _windows(page, matches, characters):
        chunk = page.chunk_of(piece)
        index = piece - chunk.first
        start, end, _ = marked.fitted(chunk, index, first, last)
        fragment = _Fragment(chunk, index, start, end, characters)
        left, right = fragment.start, fragment.end
        if shown and any(
            chunk.first == other and one < right and left < two
            for other, one, two in shown
        ):
            continue
        shown.append((chunk.first, left, right))
        marks = marked.within(chunk, index, first, left, right)
        chosen.append(fragment.snippet(marks))
        if len(chosen) == count:
            break
    return tuple(chosen)


def every_place(
    page: Page, matches: Matches, *, characters: int
) -> tuple[Snippet, ...]:
    """One snippet for each stretch of text that holds matches, in text order."""
    marked, positions = _Marked(matches, characters), matches.positions
    shown = []
    first = 0
    while first < len(positions):
        piece = bisect_right(page.borders, positions[first]) - 1
        chunk = page.chunk_of(piece)
        index = piece - chunk.first
        last = bisect_left(positions, page.borders[piece + 1], first)
        start, end, behind = marked.fitted(chunk, index, first, last)
        fragment = _Fragment(chunk, index, start, end, characters)
        marks = marked.within(chunk, index, first, fragment.start, fragment.end)
        shown.append(fragment.snippet(marks))
        first = behind
    return tuple(shown)


def _windows(page: Page, matches: Matches, characters: int) -> list[_Window]:
    """For each piece with marks, the stretches that hold them, none twice; best first.

    How many positions `characters` are is what they are in the whole page.
    """
    leaves, weights = matches.leaves, matches.weights
    alone = [-(weight + _OFTEN * weight) for weight in weights]
    borders, zones = page.borders, page.zones
    reach = characters * borders[-1] // max(page.characters, 1)
    found = []
    positions = [*matches.positions, borders[-1]]
    first, count = 0, len(leaves)
    piece, border, by_zone = 0, 0, 1.0
    while first < count:
        start = positions[first]
        if start >= border:  # of the piece before
            piece = bisect_right(borders, start, piece) - 1
            border, by_zone = borders[piece + 1], _BY_ZONE[zones[piece]]
        end, stop = first + 1, start + reach
        if stop > border:
            stop = border
        if positions[end] >= stop:  # most marks stand alone
            found.append((alone[leaves[first]] * by_zone, first, end, piece))
            first = end
            continue
        while positions[end] < stop:
            end += 1
        # Different words count most, then how often; prose before headings and code.
        worth = most = weights[leaves[first]]
        if len(weights) > 1 and len(here := {*leaves[first:end]}) > 1:
            several = [weights[leaf] for leaf in here]
            worth, most = sum(several), max(several)
        size = end - first
        worth += _OFTEN * (size if size < _MANY else _MANY) * most
        found.append((-worth * by_zone, first, end, piece))
        first = end
    found.sort(key=_WORTH)  # of equals the first: numbers sort faster than tuples
    return found


class _Marked:
    """The marks of a page as spans of its chunks' texts."""

    __slots__ = ("_atoms", "_formulas", "_positions", "_spans", "characters")

    def __init__(self, matches: Matches, characters: int) -> None:
        self._positions, self._atoms = matches.positions, matches.atoms
        self._formulas = matches.formulas
        self._spans: dict[int, _Span] = {}
        self.characters = characters

    def fitted(
        self, chunk: Chunk, piece: int, first: int, last: int
    ) -> tuple[int, int, int]:
        """The stretch from the first mark on that is not too long, and the number of
        the first mark that is not in it."""
        start, end = self._span(chunk, piece, first)
        limit = start + self.characters
        for number in range(first + 1, last):
            _, stop = self._span(chunk, piece, number)
            if stop > limit:
                return start, end, number
            end = max(end, stop)
        return start, end, last

    def within(
        self, chunk: Chunk, piece: int, first: int, start: int, end: int
    ) -> tuple[_Span, ...]:
        """The marks between two offsets of a chunk, apart: those around the mark
        `first`, which is in the piece."""
        spans = []
        positions, borders = self._positions, chunk.borders
        at, number, low = piece, first - 1, borders[0]
        while number >= 0 and positions[number] >= low:
            while positions[number] < borders[at]:
                at -= 1
            # Marks rise, and so do their spans. Where a piece begins and ends is known;
            # its atoms have to be looked for.
            if chunk.ends[at] < start or self._start(chunk, at, number) < start:
                break
            if (span := self._span(chunk, at, number))[1] <= end:
                spans.append(span)
            number -= 1
        at, number, count, high = piece, first, len(positions), borders[-1]
        while number < count and positions[number] < high:
            while positions[number] >= borders[at + 1]:
                at += 1
            if chunk.starts[at] >= end or self._start(chunk, at, number) >= end:
                break
            span = self._span(chunk, at, number)
            if start <= span[0] and span[1] <= end:
                spans.append(span)
            number += 1
        spans.sort()
        return _merged(spans)

    def _start(self, chunk: Chunk, piece: int, number: int) -> int:
        """Where a mark begins; where it ends takes longer to find."""
        span = self._spans.get(number)
        if span is not None:
            return span[0]
        atoms = self._atoms[number]
        if atoms > 0:
            return self._formulas[atoms - 1][0]
        at = self._positions[number] - chunk.borders[piece]
        return chunk.atoms(piece, at + 1)[at]

    def _span(self, chunk: Chunk, piece: int, number: int) -> _Span:
        span = self._spans.get(number)
        if span is None:
            position, atoms = self._positions[number], self._atoms[number]
            if atoms > 0:
                span = self._formulas[atoms - 1]
            else:
                at, behind = position - chunk.borders[piece], chunk.borders[piece + 1]
                if atoms == -NAME:
                    start = chunk.atoms(piece, at + 1)[at]
                    low = max(0, start - 1)
                    part = chunk.text[low : chunk.ends[piece]]
                    span = start, low + name_end(part, start - low)
                else:
                    last = min(position - atoms, behind) - chunk.borders[piece] - 1
                    span = chunk.atom_span(piece, at, last)
            self._spans[number] = span
        return span


def _beginning(page: Page, characters: int) -> tuple[Snippet, ...]:
    for piece in range(len(page.borders) - 1):
        if page.zones[piece] == 0:
            chunk = page.chunk_of(piece)
            index = piece - chunk.first
            start = chunk.starts[index]
            if chunk.spans(index) and chunk.ends[index] > start:
                fragment = _Fragment(chunk, index, start, start, characters)
                return (fragment.snippet(()),)
    return ()


class _Fragment:
    """The text around a stretch of a piece, up to about `characters`."""

    __slots__ = ("_at", "_chunk", "_piece", "_running", "end", "start")

    def __init__(
        self, chunk: Chunk, piece: int, first: int, last: int, characters: int
    ) -> None:
        self._chunk, self._piece, self._at = chunk, piece, first
        self._running: list[_Span] | None = None  # the spans that may be cut
        low, high = _room(chunk, piece, characters)
        spare = max(0, characters - (last - first))
        start = max(low, first - spare // 3)
        end = min(high, start + max(characters, last - first))
        start = max(low, min(start, end - characters))
        self.start = self._start_border(start, first) if start > low else low
        self.end = self._end_border(last, end) if end < high else high

    def snippet(self, marks: Iterable[_Span]) -> Snippet:
        """The fragment with marks in its own offsets."""
        chunk, piece, text = self._chunk, self._piece, self._chunk.text
        start, end = self.start, self.end
        low, high = chunk.starts[piece], chunk.ends[piece]
        goes_on = piece + 1 < len(chunk.modes) and chunk.modes[piece + 1] & CONTINUED
        begun = chunk.modes[piece] & CONTINUED
        before = (start > low or begun) and not _at_border(text, start)
        after = (end < high or goes_on) and not _at_border(text, end)
        head, tail = ELLIPSIS * bool(before), ELLIPSIS * bool(after)
        shift = len(head) - start
        return Snippet(
            text=head + text[start:end] + tail,
            highlights=tuple([(s + shift, e + shift) for s, e in marks]),
            heading=chunk.heading(piece),
            line=chunk.line_at(piece, self._at),
            zone=chunk.zone_at(piece, self._at),
        )

    def _start_border(self, start: int, limit: int) -> int:
        """The first good place to begin between start and the first mark."""
        text = self._chunk.text
        border = _SENTENCE_END.search(text, start, limit)
        if border:
            start = border.end()
            while start < limit and text[start].isspace():
                start += 1
            return start
        return min(limit, self._outside(_word_start(text, start), forward=True))

    def _end_border(self, limit: int, end: int) -> int:
        """The last good place to end between the last mark and end."""
        text = self._chunk.text
        half = limit + (end - limit) // 2  # a border before it would show too little
        borders = [m.end() for m in _SENTENCE_END.finditer(text, half, end)]
        if borders:
            return borders[-1]
        return max(limit, self._outside(_word_start(text, end), forward=False))

    def _outside(self, offset: int, *, forward: bool) -> int:
        """Out of the formula or code span that the offset is in, and its delimiters."""
        chunk, piece = self._chunk, self._piece
        if chunk.span_count(piece) == 1:
            return offset
        if self._running is None:
            spans = chunk.spans(piece)
            self._running = [(s, e) for s, e, zone in spans if zone in _RUNNING]
        running = self._running
        if any(start <= offset <= end for start, end in running):
            return offset
        if forward:
            return min(
                (s for s, _ in running if s >= offset), default=chunk.ends[piece]
            )
        return max((e for _, e in running if e <= offset), default=chunk.starts[piece])


def _at_border(text: str, offset: int) -> bool:
    """Whether a sentence or a block ends before the offset."""
    while offset > 0 and text[offset - 1] == " ":
        offset -= 1
    return offset == 0 or bool(_SENTENCE_END.match(text, offset - 1))


def _room(chunk: Chunk, piece: int, characters: int) -> tuple[int, int]:
    """The piece's own bounds, or with its neighbours' in the section if it is short."""
    starts, ends, sections = chunk.starts, chunk.ends, chunk.sections
    low, high = starts[piece], ends[piece]
    section = sections[piece]
    after = piece + 1
    while high - low < _SHORT and after < len(starts):
        if sections[after] != section or ends[after] - low > characters:
            break
        high, after = ends[after], after + 1
    before = piece - 1
    while high - low < _SHORT and before >= 0:
        if sections[before] != section or high - starts[before] > characters:
            break
        low, before = starts[before], before - 1
    return low, high


def _word_start(text: str, offset: int) -> int:
    """Back to where no Latin word and no grapheme is cut, if that is near."""
    at, low = offset, max(0, offset - _NEAR)
    if _ASCII_WORD.match(text, offset) and (
        before := _ASCII_WORD_END.search(text, low, offset)
    ):
        at = before.start()
    while at > low and at < len(text) and _joined(text, at):
        at -= 1
    return at


def _joined(text: str, at: int) -> bool:
    """Whether the characters before and at `at` belong together."""
    left, right = text[at - 1], text[at]
    if left.isascii() and right.isascii():
        return (left.isalnum() or left in "_-") and (right.isalnum() or right in "_-")
    return (
        right == "\u200d"
        or left == "\u200d"
        or unicodedata.category(right) in ("Mn", "Me", "Mc", "Sk")
        or "\ufe00" <= right <= "\ufe0f"
    )
