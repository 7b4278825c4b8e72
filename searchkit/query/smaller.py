"""Which smaller query has hits, where this one has none?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from searchkit.engines.plan import ALL_FIELDS, Filters, Group, Leaf, Plan
from searchkit.engines.search import Evaluation
from searchkit.model import Note
from searchkit.query.notes import articles_of
from searchkit.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.query.correct import Evaluate

_QUOTES = re.compile('["“”＂„「」『』]')


def smaller_query(evaluation: Evaluation) -> Note | None:
    """A note with the best smaller query, typed out; None if there is none.

    The words that are found together, as many as possible; or the same query without
    its filters.
    """
    plan = evaluation.plan
    anywhere = [*map(_anywhere, plan.leaves())]
    if anywhere != [*plan.leaves()]:  # where a word must stand is not told by its text
        count = _count(evaluation, Plan(Group(optional=tuple(anywhere))))
        return _note("without the filters", count) if count else None
    found = [leaf for leaf in plan.leaves() if _stands(evaluation, leaf)]
    found = [leaf for leaf in found if leaf.weight == 1] or found
    for leaves in _fewer(found):
        smaller = replace(plan, root=Group(required=tuple(leaves)))
        count = _count(evaluation, smaller)
        if count:
            return _note(" ".join(map(_typed, leaves)), count)
    count = evaluation.unfiltered_total
    if count and plan.filters != Filters():
        return _note("without the filters", count)
    return None


def unquoted(query: str, evaluate: Evaluate) -> Note | None:
    """The query without its quotes, if that has hits."""
    words = _QUOTES.sub(" ", query).strip()
    if len(words.split()) < 2 or words == query:
        return None
    other, _ = evaluate(words)
    return _note(words, other.total) if other.total else None


def _anywhere(leaf: Leaf) -> Leaf:
    """A leaf of one zone or language as it is found anywhere."""
    if leaf.zones is None and leaf.languages is None:
        return leaf
    return replace(leaf, fields=ALL_FIELDS, zones=None, languages=None)


def _fewer(leaves: list[Leaf]) -> Iterator[list[Leaf]]:
    """All of them, then all but one, then each alone."""
    if leaves:
        yield leaves
    if len(leaves) > 2:
        yield from (leaves[:at] + leaves[at + 1 :] for at in range(len(leaves)))
    if len(leaves) > 1:
        yield from ([leaf] for leaf in leaves)


def _stands(evaluation: Evaluation, leaf: Leaf) -> bool:
    return evaluation.finder.found(leaf).is_anywhere


def _count(evaluation: Evaluation, plan: Plan) -> int:
    return Evaluation(evaluation.finder, plan).total


def _typed(leaf: Leaf) -> str:
    """The leaf as it may be typed: a phrase in quotes, a field in front."""
    text = f'"{leaf.label}"' if leaf.blanks else leaf.label
    return f"{leaf.fields[0]}:{text}" if len(leaf.fields) == 1 else text


def _note(query: str, count: int) -> Note:
    return Note("hint", query, f"try: {query} ({articles_of(count)})")
