"""In which sections of an article does the query stand best?

Sections are told apart in the space of positions, by the directory of the article's
page: only those that are shown are looked up in the text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from searchkit.engines.page import HEADING
from searchkit.engines.ranking import B_BODY, ZONE_WEIGHTS, length_norm, saturate
from searchkit.model import SectionHit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.page import Page
    from searchkit.query.marks import Matches

MOST = 3

_EVERY_WORD = 0.5
"""What a section gets more, as a share of its words' idf, that has all words which the
article has."""
_MORE_IN_HEADING = ZONE_WEIGHTS["heading"] - 1


def best_sections(page: Page, matches: Matches) -> tuple[SectionHit, ...]:
    """The best sections of those that hold marks, best first, at most MOST.

    A section is scored like an article (BM25), its length against the mean of the
    article's sections; equal ones stay in the text's order.
    """
    if not matches.positions:
        return ()
    best = sorted(_scored(page, matches))[:MOST]
    return tuple([SectionHit(*page.section(piece), -score) for score, piece in best])


def _scored(page: Page, matches: Matches) -> list[tuple[float, int]]:
    """The score below 0 and the first piece of each section with marks."""
    positions, leaves = matches.positions, matches.leaves
    weights = matches.worths.weights
    borders, zones = page.borders, page.zones
    pieces, starts = page.section_starts()
    average = borders[-1] / len(pieces)
    found = {*leaves}
    every_word = _EVERY_WORD * sum([weights[leaf] for leaf in found])
    scored: list[tuple[float, int]] = []
    first, count = 0, len(positions)
    while first < count:
        at = bisect_right(starts, positions[first]) - 1
        piece, start, end = pieces[at], starts[at], starts[at + 1]
        last = bisect_left(positions, end, first)
        # A section without heading begins with words like any other.
        in_heading: Sequence[int] = ()
        if zones[piece] == HEADING:
            heading_end = bisect_left(positions, borders[piece + 1], first, last)
            in_heading = leaves[first:heading_end]
        here = leaves[first:last]
        norm = length_norm(B_BODY, end - start, average)
        score, lacking = 0.0, False
        for leaf in found:
            x: float = here.count(leaf)
            if not x:
                lacking = True
                continue
            if in_heading:
                x += _MORE_IN_HEADING * in_heading.count(leaf)
            score += weights[leaf] * saturate(x / norm)
        if len(found) > 1 and not lacking:
            score += every_word
        scored.append((-score, piece))
        first = last
    return scored
