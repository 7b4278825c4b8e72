"""What stands in the row of an article, and in which order?

Its title, each alias, each address, each topic and each block of its text: stretches of
text in blocks, with the zone of each span.
"""

from __future__ import annotations

from itertools import islice

from searchkit.analysis.addresses import addresses
from searchkit.model import ZONES, Article, VisibleText

FIELDS = 5
TITLE, ALIAS, ADDRESS, TOPIC, BODY = range(FIELDS)
MATH = ZONES.index("math")

_PROSE = ZONES.index("prose")
_PART_CHARACTERS = 1 << 16  # about that many are worked on at a time


class Part:
    """The stretches, blocks and spans of some text, on their way into columns.

    A stretch is text without anything between its characters; a word may begin in one
    of its spans and end in the next, as in `Pod`s. A formula is one by itself.
    """

    def __init__(self) -> None:
        self.size = 0  # in characters
        self.texts: list[str] = []  # by stretch
        self.offsets: list[int] = []  # where it begins in its own text
        self.blocks: list[int] = []
        self.blanks: list[bool] = []  # whether one stands between it and the one before
        self.span_stretches: list[int] = []  # by span
        self.span_starts: list[int] = []
        self.zones: list[int] = []
        self.ends: list[int] = []  # by block: where it ends in its own text
        self.languages: list[tuple[int, str]] = []  # block and language

    def span(self, start: int, zone: int) -> None:
        """Add a span of the next stretch."""
        self.span_stretches.append(len(self.texts))
        self.span_starts.append(start)
        self.zones.append(zone)

    def stretch(self, text: str, offset: int, blank: bool) -> None:
        """Add a stretch, whose spans are there."""
        self.size += len(text)
        self.texts.append(text)
        self.offsets.append(offset)
        self.blocks.append(len(self.ends))
        self.blanks.append(blank)


class RowLayout:
    """The blocks of a batch, in parts that are worked on one after the other."""

    def __init__(self) -> None:
        self.parts = [Part()]
        self.fields: list[int] = []  # by block
        self.firsts: list[int] = []  # by article: its first block
        self.formulas: list[list[tuple[int, int]]] = []  # by article: their places

    def article(self, article: Article, visible: VisibleText) -> None:
        """Lay out an article."""
        self.firsts.append(len(self.fields))
        self.plain(article.title, TITLE)
        for alias in article.aliases:
            self.plain(alias, ALIAS)
        for address in addresses(article, visible):
            self.plain(address, ADDRESS)
        for topic in article.topics:
            self.plain(topic, TOPIC)
        self.visible(visible)

    def plain(self, text: str, field: int) -> None:
        """Lay out a plain text, which is a block."""
        self.parts[-1].span(0, _PROSE)
        self.parts[-1].stretch(text, 0, False)
        self._block(len(text), field)

    def visible(self, visible: VisibleText) -> None:
        """Lay out an article's visible text."""
        text = visible.text
        formulas: list[tuple[int, int]] = []
        self.formulas.append(formulas)
        blocks = visible.blocks
        spans = zip(blocks.span_starts, blocks.span_ends, blocks.zones, strict=True)
        for number, block_end in enumerate(blocks.ends):
            part = self.parts[-1]
            first = end = 0
            blank, last = False, MATH
            begun = False
            count = blocks.firsts[number + 1] - blocks.firsts[number]
            for start, span_end, zone in islice(spans, count):
                if last == MATH or zone == MATH or start > end:
                    if begun:
                        part.stretch(text[first:end], first, blank)
                    blank = begun and _has_blank(text[end:start])
                    first, begun = start, True
                part.span(start, zone)
                end, last = span_end, zone
                if zone == MATH:
                    formulas.append((start, end))
            if begun:
                part.stretch(text[first:end], first, blank)
            if number in blocks.languages:
                part.languages.append((len(part.ends), blocks.languages[number]))
            self._block(block_end, BODY)

    def _block(self, end: int, field: int) -> None:
        self.parts[-1].ends.append(end)
        self.fields.append(field)
        if self.parts[-1].size >= _PART_CHARACTERS:
            self.parts.append(Part())


def _has_blank(text: str) -> bool:
    return any(map(str.isspace, text))
