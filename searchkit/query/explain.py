"""Why does an article stand where it stands?

The score as a sum that can be checked by hand, or the first reason why the article is
no hit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from searchkit.analysis.folding import fold
from searchkit.engines import formulas, matching, ranking
from searchkit.engines.plan import (
    ALL_FIELDS,
    AnyOf,
    FormulaLeaf,
    Group,
    Leaf,
    Node,
    Twin,
)
from searchkit.engines.ranking import FIELD_WEIGHTS, ZONE_WEIGHTS
from searchkit.engines.reader import Summary
from searchkit.engines.search import Evaluation
from searchkit.model import ZONES, Explanation
from searchkit.query.nearest import Nearest

_DEGREES = ("its stem", "its inflections", "as typed")


def explanation(evaluation: Evaluation, query: str, row: Summary) -> Explanation:
    """The parts of one article's score for an evaluated query."""
    score = evaluation.score(row.number)
    matched = score is not None
    nearest = Nearest(evaluation.finder)
    lines = [f"{row.doc_id} for {query!r}"]
    for leaf in evaluation.leaves:
        lines += _leaf_lines(evaluation, leaf, row, nearest)
    lines += _apart_lines(evaluation, row)
    twins = evaluation.twin_scores(row.number)
    lines += _twin_lines(twins)
    if matched:
        total = score or 0.0
        words = sum(
            evaluation.scorer.score(leaf, row.number) for leaf in evaluation.leaves
        )
        words += sum(added for _, added in twins)
        share = evaluation.share(row.number)
        lines.append(f"  {total / share - words:8.3f}  words side by side")
        if share < 1:
            apart = f"its words are not all in one place: × {share:.3f}"
            lines.append(f"  {total - total / share:8.3f}  {apart}")
        lines.append(f"= {total:8.3f}  score")
    else:
        lines.append(_why_not(evaluation, row))
    return Explanation(query, row.doc_id, matched, score or 0.0, tuple(lines))


def _leaf_lines(
    evaluation: Evaluation, leaf: Leaf, row: Summary, nearest: Nearest
) -> Iterator[str]:
    finder = evaluation.finder
    found = finder.found(leaf)
    count = found.document_count or found.near_count
    articles = f"in {count} of {evaluation.reader.document_count}"
    score = evaluation.scorer.score(leaf, row.number)
    if not score:
        near = nearest.words(fold(leaf.label).text, number=row.number)
        instead = f"; it has {', '.join(near)}" if near else ""
        yield f"  {0:8.3f}  “{leaf.label}” is not in it ({articles}){instead}"
        return
    k1 = evaluation.scorer.scale.k1
    x = ranking.unsaturated(score / found.idf, k1)
    what = "" if finder.has(leaf, row.number) else "a near form of "
    yield (
        f"  {score:8.3f}  {what}“{leaf.label}”: idf {found.idf:.3f} "
        f"({articles}) × {x:.3f} × (K1 + 1) / (K1 + {x:.3f}), K1 {k1}"
    )
    for line in _frequency_lines(evaluation, leaf, row):
        yield f"            {line}"


def _frequency_lines(evaluation: Evaluation, leaf: Leaf, row: Summary) -> Iterator[str]:
    """What a leaf's x is made of: how often it stands where, what that weighs.

    The index keeps x in steps of 2.9 %.
    """
    reader, finder = evaluation.reader, evaluation.finder
    if isinstance(leaf, FormulaLeaf) and (
        runs := formulas.places(finder.plain, reader, leaf, row.number)
    ):
        yield f"{len(runs)} × in formulas, however written"
    starts, _ = matching.places(finder.plain, reader, leaf, [row.number])
    counts = Counter(finder.plain.part(start, row.number) for start in starts)
    averages = reader.averages
    title = ranking.length_norm(ranking.B_TITLE, row.title_words, averages.title)
    body = ranking.length_norm(ranking.B_BODY, row.body_words, averages.body)
    for part, count in sorted(counts.items(), key=lambda item: (item[0] < 4, item)):
        if part < len(ZONES):
            zone = ZONES[part]
            place, weight, norm = f"the {zone}", ZONE_WEIGHTS[zone], body
        else:
            place = ALL_FIELDS[part - len(ZONES)]
            weight, norm = FIELD_WEIGHTS[place], title if place == "title" else 1.0
        yield f"{count} × in {place}, × {weight} / {norm:.3f} for its length"
    if leaf.closer:
        xs = finder.degrees(leaf, row.number)
        shares = evaluation.scorer.scale.shares
        parts = zip(shares, xs, _DEGREES, strict=True)
        yield "shared: " + ", ".join(f"{s} for {x:.3f} {what}" for s, x, what in parts)


def _apart_lines(evaluation: Evaluation, row: Summary) -> list[str]:
    """The names of which the article has all words, but nowhere together."""
    names = {twin.whole.label for twin in evaluation.plan.twins() if twin.whole}
    lacked = [name for name in evaluation.missing(row.number) if name in names]
    return [
        f"  {0:8.3f}  “{name}” is not in it: its words are apart" for name in lacked
    ]


def _twin_lines(twins: Sequence[tuple[Twin, float]]) -> list[str]:
    return [
        f"  {added:8.3f}  “{twin.leaf.label}”, {_name_of(twin)}"
        for twin, added in twins
    ]


def _name_of(twin: Twin) -> str:
    if twin.likely:
        score = f"{ranking.TRANSLATION} × what it would score"
        is_formula = isinstance(twin.of[0], FormulaLeaf)
        what = "written alike" if is_formula else "a translation"
        return f"{what}: {score}, as rare as the typed word at most"
    names = " ".join(leaf.label for leaf in twin.of)
    return f"another name of {names}: worth what it lacks of them"


def _why_not(evaluation: Evaluation, row: Summary) -> str:
    if evaluation.is_answered_unfiltered(row.number):
        return "  It is no hit: a filter (topic, path or date) leaves it out."
    missing = evaluation.missing(row.number)
    if missing:
        return f"  It is no hit: it lacks {', '.join(missing)}."
    if excluding := list(_excluding(evaluation, evaluation.plan.root, row.number)):
        return f"  It is no hit: it has {', '.join(excluding)}, which is excluded."
    return "  It is no hit: the query asks for nothing that it has."


def _excluding(evaluation: Evaluation, node: Node, number: int) -> Iterator[str]:
    """The labels of what the query excludes and the document has."""
    if isinstance(node, AnyOf):
        for child in node.alternatives:
            yield from _excluding(evaluation, child, number)
    if isinstance(node, Group):
        for child in node.excluded:
            if isinstance(child, Leaf):
                has = evaluation.scorer.score(child, number) > 0
                yield from [child.label] if has else []
