"""Which fragment of an article shows best why it was found?

Chosen in the space of positions, from the places where the query stands and the
borders of the text's pieces, so that only the chunks with what is shown are unpacked.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter

from searchkit.analysis.analyzer import atom_places, name_end
from searchkit.engines.chunk import Chunk, atom_end, atom_starts
from searchkit.engines.matching import NAME
from searchkit.engines.page import Page
from searchkit.model import Snippet
from searchkit.query.fragment import Fragment, Span
from searchkit.query.marks import Matches

_BY_ZONE = (1.0, 0.9, 0.7, 0.8)  # prose, heading, code, math
_PLAIN = re.compile("[ -~\u4e00-\u9fff\u3001-\u3002\uff01-\uff0f\uff1a-\uff1f]*")
"""Texts whose atoms are where the rule of stored pages says."""

_Window = tuple[float, int, int, int]
"""A candidate: its worth below 0, the marks it holds (first, end), its piece."""
_WORTH = itemgetter(0)


def title_highlights(title: str, matches: Matches) -> tuple[Span, ...]:
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


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans, rising by their starts, apart: what overlaps or touches is one span."""
    found: list[Span] = []
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
    marked = _Marked(matches)
    shown: list[tuple[int, int, int]] = []
    chosen: list[Snippet] = []
    for _, first, last, piece in _windows(
        page, matches, characters, only_best=count == 1
    ):
        chunk = page.chunk_of(piece)
        index = piece - chunk.first
        spans = marked.spans(chunk, index, first, last)
        start, end, _ = _fitted(spans, characters)
        fragment = Fragment(chunk, index, start, end, characters)
        left, right = fragment.start, fragment.end
        if shown and any(
            chunk.first == other and one < right and left < two
            for other, one, two in shown
        ):
            continue
        shown.append((chunk.first, left, right))
        marks = marked.within(chunk, index, first, spans, left, right)
        chosen.append(fragment.snippet(marks))
        if len(chosen) == count:
            break
    return tuple(chosen)


def every_place(
    page: Page, matches: Matches, *, characters: int
) -> tuple[Snippet, ...]:
    """One snippet for each stretch of text that holds matches, in text order."""
    marked, positions = _Marked(matches), matches.positions
    shown = []
    first = 0
    while first < len(positions):
        piece = bisect_right(page.borders, positions[first]) - 1
        chunk = page.chunk_of(piece)
        index = piece - chunk.first
        last = bisect_left(positions, page.borders[piece + 1], first)
        spans = marked.spans(chunk, index, first, last)
        while spans:
            start, end, count = _fitted(spans, characters)
            fragment = Fragment(chunk, index, start, end, characters)
            left, right = fragment.start, fragment.end
            marks = marked.within(chunk, index, first, spans, left, right)
            shown.append(fragment.snippet(marks))
            first += count
            spans = spans[count:]
    return tuple(shown)


def _fitted(spans: Sequence[Span], characters: int) -> tuple[int, int, int]:
    """The stretch from the first of some spans on that is not too long, and how many of
    them are in it."""
    start, end = spans[0]
    limit = start + characters
    for number, (_, stop) in enumerate(spans):
        if stop > limit and number:
            return start, end, number
        if stop > end:
            end = stop
    return start, end, len(spans)


def _windows(
    page: Page, matches: Matches, characters: int, *, only_best: bool
) -> list[_Window]:
    """For each piece with marks, the stretches that hold them, none twice; best first.

    With `only_best` of those only the best one, and some before it. How many positions
    `characters` are is what they are in the whole page.
    """
    positions, leaves, worths = matches.positions, matches.leaves, matches.worths
    alone = worths.alone
    borders, zones = page.borders, page.zones
    reach = characters * borders[-1] // max(page.characters, 1)
    found = []
    behind = end = border = 0
    least = math.inf
    rows = zip(positions, [*positions[1:], math.inf], leaves, strict=True)
    for first, (position, following, leaf) in enumerate(rows):
        if first < end:
            continue
        stop = position + reach
        worth, end = alone[leaf], first + 1
        # Most marks stand alone, mostly so far that no piece need be looked for.
        if worth >= least and following >= stop:
            continue
        if position >= border:
            behind = bisect_right(borders, position, behind)
            border = borders[behind]
        if following < stop and following < border:
            end = bisect_left(positions, stop if stop < border else border, end)
            here = (*leaves[first:end],)
            worth, beside = worths[here]
        else:
            beside = False
        if zone := zones[behind - 1]:
            worth *= _BY_ZONE[zone]
        if beside:
            worth += worths.as_typed(positions[first:end], here)
        if worth < least:
            found.append((worth, first, end, behind - 1))
            if only_best:
                least = worth
    found.sort(key=_WORTH)  # of equals the first: numbers sort faster than tuples
    return found


class _Marked:
    """The marks of a page as spans of its chunks' texts."""

    __slots__ = ("_atoms", "_formulas", "_positions")

    def __init__(self, matches: Matches) -> None:
        self._positions, self._atoms = matches.positions, matches.atoms
        self._formulas = matches.formulas

    def spans(self, chunk: Chunk, piece: int, first: int, last: int) -> list[Span]:
        """Where the marks from `first` to `last` of a piece stand."""
        positions, atoms = self._positions, self._atoms
        base, behind = chunk.borders[piece], chunk.borders[piece + 1]
        span = chunk.atom_span
        found = []
        for number in range(first, last):
            at, count = positions[number], -atoms[number]
            if 0 < count < NAME:
                end = at + count
                if end > behind:
                    end = behind
                found.append(span(piece, at - base, end - base - 1))
            elif count == NAME:
                start = chunk.atoms(piece, at - base + 1)[at - base]
                low = max(0, start - 1)
                part = chunk.text[low : chunk.ends[piece]]
                found.append((start, low + name_end(part, start - low)))
            else:
                found.append(self._formulas[-count - 1])
        return found

    def within(
        self,
        chunk: Chunk,
        piece: int,
        first: int,
        spans: Sequence[Span],
        start: int,
        end: int,
    ) -> tuple[Span, ...]:
        """The marks between two offsets of a chunk, apart: `spans` of the piece, which
        are those of the marks from `first` on, and what is beside them."""
        found = [span for span in spans if start <= span[0] and span[1] <= end]
        positions, borders = self._positions, chunk.borders
        at, number, low = piece, first - 1, borders[0]
        while number >= 0 and positions[number] >= low:
            while positions[number] < borders[at]:
                at -= 1
            # Marks rise, and so do their spans. Where a piece begins and ends is known;
            # its atoms have to be looked for.
            if chunk.ends[at] < start or self._start(chunk, at, number) < start:
                break
            found += self.spans(chunk, at, number, number + 1)
            number -= 1
        at, number, count, high = piece, first + len(spans), len(positions), borders[-1]
        while number < count and positions[number] < high:
            while positions[number] >= borders[at + 1]:
                at += 1
            if chunk.starts[at] >= end or self._start(chunk, at, number) >= end:
                break
            found += self.spans(chunk, at, number, number + 1)
            number += 1
        if len(found) == 1 and found[0] is spans[0]:
            return (found[0],)
        found.sort()
        return _merged([span for span in found if start <= span[0] and span[1] <= end])

    def _start(self, chunk: Chunk, piece: int, number: int) -> int:
        """Where a mark begins; where it ends takes longer to find."""
        atoms = self._atoms[number]
        if atoms > 0:
            return self._formulas[atoms - 1][0]
        at = self._positions[number] - chunk.borders[piece]
        return chunk.atoms(piece, at + 1)[at]


def _beginning(page: Page, characters: int) -> tuple[Snippet, ...]:
    for piece in range(len(page.borders) - 1):
        if page.zones[piece] == 0:
            chunk = page.chunk_of(piece)
            index = piece - chunk.first
            start = chunk.starts[index]
            if chunk.spans(index) and chunk.ends[index] > start:
                fragment = Fragment(chunk, index, start, start, characters)
                return (fragment.snippet(()),)
    return ()
