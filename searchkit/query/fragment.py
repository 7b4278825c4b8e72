"""Where does a fragment of an article begin and end, and what is said of it?

It stays inside one section, begins and ends at a sentence's border where one is near,
and never inside a formula, a code span or a grapheme.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from searchkit.engines.chunk import Chunk
from searchkit.model import Snippet

ELLIPSIS = "…"
# Begun with one set of characters, for which `re` looks without trying each place.
_SENTENCE_END = re.compile(r"[。！？；!?;\n.:](?:(?<![.:])|(?=\s|$))")
_SHORT = 48  # a shorter piece is shown with what follows or precedes it
_RUNNING = ("prose", "heading")  # zones that may be cut anywhere
_NEAR = 24  # how far back a word may begin that is not cut
_ASCII_WORD = re.compile("[0-9A-Za-z_-]")
_ASCII_WORD_END = re.compile(r"[0-9A-Za-z_-]*\Z")

Span = tuple[int, int]


class Fragment:
    """The text around a stretch of a piece, up to about `characters`."""

    __slots__ = ("_at", "_chunk", "_piece", "_running", "end", "start")

    def __init__(
        self, chunk: Chunk, piece: int, first: int, last: int, characters: int
    ) -> None:
        self._chunk, self._piece, self._at = chunk, piece, first
        self._running: list[Span] | None = None  # the spans that may be cut
        low, high = chunk.starts[piece], chunk.ends[piece]
        if high - low < _SHORT:
            low, high = _room(chunk, piece, characters)
        self.start, self.end = low, high
        if high - low <= characters:
            return
        spare = max(0, characters - (last - first))
        start = max(low, first - spare // 3)
        end = min(high, start + max(characters, last - first))
        start = max(low, min(start, end - characters))
        self.start = self._start_border(start, first) if start > low else low
        self.end = self._end_border(last, end) if end < high else high

    def snippet(self, marks: Iterable[Span]) -> Snippet:
        """The fragment with marks in its own offsets."""
        chunk, piece, text = self._chunk, self._piece, self._chunk.text
        start, end = self.start, self.end
        shown, shift = text[start:end], -start
        is_cut = start > chunk.starts[piece] or chunk.is_continued(piece)
        if is_cut and not _at_border(text, start):
            shown = ELLIPSIS + shown
            shift += len(ELLIPSIS)
        is_cut = end < chunk.ends[piece] or chunk.is_continued(piece + 1)
        if is_cut and not _at_border(text, end):
            shown += ELLIPSIS
        return Snippet(
            shown,
            tuple([(s + shift, e + shift) for s, e in marks]),
            chunk.heading(piece),
            chunk.line_at(piece, self._at),
            chunk.zone_at(piece, self._at),
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
    """The bounds of a short piece with its neighbours in the section."""
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
