"""What stands in the row of an article, and in which order?

Its title, each alias, each address, each topic and each block of its text: stretches of
text in blocks, with the zone of each span.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from searchkit.analysis.addresses import addresses
from searchkit.model import ZONES, Article, VisibleText
from searchkit.record import record

Column = NDArray[np.int64]

FIELDS = 5
TITLE, ALIAS, ADDRESS, TOPIC, BODY = range(FIELDS)
MATH = ZONES.index("math")

_PROSE = ZONES.index("prose")
_PART_CHARACTERS = 1 << 16  # about that many are worked on at a time


@record
class Part:
    """The stretches, blocks and spans of some text, in columns.

    A stretch is text without anything between its characters; a word may begin in one
    of its spans and end in the next, as in `Pod`s. A formula is one by itself.

    Of a stretch: its text, its offset in its own text, its block, and whether a blank
    stands between it and the one before. Of a span: its stretch, its start, its zone.
    Of a block: where it ends in its own text; of some its language.
    """

    texts: Sequence[str]
    offsets: Column
    blocks: Column
    blanks: NDArray[np.bool_]
    span_stretches: Column
    span_starts: Column
    zones: NDArray[np.uint8]
    ends: Column
    languages: Sequence[tuple[int, str]]


class RowLayout:
    """The blocks of a batch, in parts that are worked on one after the other."""

    def __init__(self) -> None:
        self.fields: list[int] = []  # by block
        self.firsts: list[int] = []  # by article: its first block
        self.formulas: list[list[tuple[int, int]]] = []  # by article: their places
        self._texts: list[str] = []
        self._block_counts, self._span_counts = array("q"), array("q")  # by text
        self._first_spans, self._ends = array("q"), array("q")  # by block, in its text
        self._span_starts, self._span_ends = array("q"), array("q")
        self._zones = array("B")
        self._languages: list[tuple[int, str]] = []

    def article(self, article: Article, visible: VisibleText) -> None:
        """Lay out an article."""
        self.firsts.append(len(self.fields))
        self._plain(article.title, TITLE)
        for alias in article.aliases:
            self._plain(alias, ALIAS)
        for address in addresses(article, visible):
            self._plain(address, ADDRESS)
        for topic in article.topics:
            self._plain(topic, TOPIC)
        self._visible(visible)

    def _plain(self, text: str, field: int) -> None:
        """A plain text is a block."""
        self.fields.append(field)
        self._texts.append(text)
        self._block_counts.append(1)
        self._span_counts.append(1)
        self._first_spans.append(0)
        self._ends.append(len(text))
        self._span_starts.append(0)
        self._span_ends.append(len(text))
        self._zones.append(_PROSE)

    def _visible(self, visible: VisibleText) -> None:
        blocks = visible.blocks
        self._languages += (
            (len(self.fields) + number, language)
            for number, language in blocks.languages.items()
        )
        self.fields += [BODY] * len(blocks)
        self._texts.append(visible.text)
        self._block_counts.append(len(blocks))
        self._span_counts.append(len(blocks.zones))
        self._first_spans += blocks.firsts[:-1]
        self._ends += blocks.ends
        self._span_starts += blocks.span_starts
        self._span_ends += blocks.span_ends
        self._zones += blocks.zones
        formulas: list[tuple[int, int]] = []
        if MATH in blocks.zones:
            spans = zip(blocks.span_starts, blocks.span_ends, blocks.zones, strict=True)
            formulas += ((start, end) for start, end, zone in spans if zone == MATH)
        self.formulas.append(formulas)

    def parts(self) -> Iterator[Part]:
        """All that was laid out."""
        starts = np.array(self._span_starts)
        ends = np.array(self._span_ends)
        zones = np.array(self._zones)
        first_spans = _sums(self._span_counts)  # by text
        firsts = np.array(self._first_spans)
        firsts += np.repeat(first_spans[:-1], self._block_counts)
        firsts = np.append(firsts, len(starts))  # by block
        blocks = np.repeat(np.arange(len(firsts) - 1), np.diff(firsts))  # by span
        begins_block = np.diff(blocks, prepend=-1) != 0
        math = zones == MATH
        new = begins_block | math
        new[1:] |= math[:-1] | (starts[1:] > ends[:-1])
        begins = np.flatnonzero(new)
        offsets, blocks = starts[begins], blocks[begins]  # by stretch
        stops = ends[np.append(begins, len(starts))[1:] - 1]
        inside = np.flatnonzero(~begins_block[begins])
        before = stops[inside - 1]
        texts = self._cut(np.searchsorted(begins, first_spans), offsets, stops)
        gaps = self._cut(
            np.searchsorted(begins[inside], first_spans), before, offsets[inside]
        )
        blanks = np.zeros(len(texts), np.bool_)
        blanks[inside] = [*map(_has_blank, gaps)]
        stretches = np.cumsum(new) - 1  # by span
        sizes = np.bincount(blocks, stops - offsets, len(firsts) - 1)  # by block
        for first, end in _pieces(np.cumsum(sizes).astype(np.int64)):
            low, high = np.searchsorted(blocks, (first, end))
            spans = slice(firsts[first], firsts[end])
            yield Part(
                texts=texts[low:high],
                offsets=offsets[low:high],
                blocks=blocks[low:high] - first,
                blanks=blanks[low:high],
                span_stretches=stretches[spans] - low,
                span_starts=starts[spans],
                zones=zones[spans],
                ends=np.array(self._ends[first:end]),
                languages=[
                    (block - first, language)
                    for block, language in self._languages
                    if first <= block < end
                ],
            )

    def _cut(self, at: Column, starts: Column, ends: Column) -> list[str]:
        """Some of each text, those from `at[i]` to `at[i + 1]` of text i."""
        found: list[str] = []
        left = zip(starts.tolist(), ends.tolist(), strict=True)
        for text, count in zip(self._texts, np.diff(at).tolist(), strict=True):
            found += [text[start:end] for start, end in islice(left, count)]
        return found


def _pieces(sizes: Column) -> Iterator[tuple[int, int]]:
    """Blocks together that have enough characters, given those up to each; or none."""
    end = 0
    while True:
        first, before = end, sizes[end - 1] if end else 0
        end = int(np.searchsorted(sizes, before + _PART_CHARACTERS)) + 1
        end = min(end, len(sizes))
        yield first, end
        if end == len(sizes):
            return


def _sums(sizes: Sequence[int]) -> Column:
    """Where each of things in a row begins, and the end of all."""
    return np.append(0, np.cumsum(sizes, dtype=np.int64))


def _has_blank(text: str) -> bool:
    return text.isspace() or any(map(str.isspace, text))
