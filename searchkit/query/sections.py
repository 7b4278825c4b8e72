"""In which sections of an article does the query stand best?

Sections are told apart in the space of positions, by the directory of the article's
page: only those that are shown are looked up in the text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from searchkit.engines.ranking import B_BODY, ZONE_WEIGHTS, length_norm, saturate
from searchkit.model import SectionHit

if TYPE_CHECKING:
    from searchkit.engines.page import Page
    from searchkit.query.snippet import Mark

MOST = 3

_EVERY_WORD = 0.5
"""What a section gets more, as a share of its words' idf, that has all words which the
article has: as much as words side by side get (`ranking.ADJACENCY`)."""
_IN_HEADING = ZONE_WEIGHTS["heading"]


def best_sections(
    page: Page, found: Sequence[Mark], *, count: int = MOST
) -> tuple[SectionHit, ...]:
    """The best sections of those that hold marks, best first, at most `count`.

    `found` rises by position. A section is scored like an article (BM25), its length
    against the mean of the article's sections; equal ones stay in the text's order.
    """
    if not found:
        return ()
    best = sorted(_scored(page, found))[:count]
    return tuple([_section(page, piece, -score) for score, piece in best])


def _scored(page: Page, found: Sequence[Mark]) -> Iterator[tuple[float, int]]:
    """The score below 0 and the first piece of each section with marks."""
    pieces, borders = page.section_starts(), page.borders
    starts = [borders[piece] for piece in pieces]
    ends = [*starts[1:], borders[-1]]
    average = borders[-1] / len(pieces)
    idf = {leaf: weight for _, _, leaf, weight in found}
    at, end, heading_end = -1, -1, -1
    often: dict[int, float] = {}
    for position, _, leaf, _ in found:
        if position >= end:
            if often:
                norm = length_norm(B_BODY, end - starts[at], average)
                yield -_score(often, idf, norm), pieces[at]
            at = bisect_right(starts, position) - 1
            # A section without heading begins with words like any other.
            begins = page.zone(pieces[at]) == 1
            end = ends[at]
            heading_end = borders[pieces[at] + 1] if begins else -1
            often = {}
        weight = _IN_HEADING if position < heading_end else 1.0
        often[leaf] = often.get(leaf, 0.0) + weight
    norm = length_norm(B_BODY, end - starts[at], average)
    yield -_score(often, idf, norm), pieces[at]


def _score(often: dict[int, float], idf: dict[int, float], norm: float) -> float:
    score = sum([idf[leaf] * saturate(x / norm) for leaf, x in often.items()])
    if len(often) == len(idf) > 1:
        score += _EVERY_WORD * sum(idf.values())
    return score


def _section(page: Page, piece: int, score: float) -> SectionHit:
    chunk = page.chunk_of(piece)
    at = piece - chunk.first
    line = chunk.line_at(at, chunk.starts[at])
    return SectionHit(chunk.heading(at), line, score)
