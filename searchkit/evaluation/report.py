"""How good is a run, and what became better or worse than in another?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from searchkit.evaluation.collection import Collection
from searchkit.evaluation.metrics import MAIN, METRICS
from searchkit.evaluation.significance import confidence_interval, randomisation_p
from searchkit.evaluation.trec import Run

MOST = 10  # queries listed as those that won, and as those that lost most


@dataclass(frozen=True, slots=True)
class Score:
    """The mean of a metric over queries, and the ends of its confidence interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class KindScores:
    """The scores of all queries of one kind, by name of the metric."""

    kind: str
    queries: int
    scores: Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class QueryChange:
    """One query in two runs. Ranks are those of the best judged article, from 1;
    None where it was not found. `first` is what comes first now."""

    query_id: str
    query: str
    before: float
    now: float
    first: str | None
    judged: str
    rank_before: int | None
    rank_now: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run against another, by nDCG@10: `p` as in `randomisation_p`."""

    kind: str
    before: float
    now: float
    p: float
    won: int
    lost: int
    even: int


@dataclass(frozen=True, slots=True)
class Changes:
    """All comparisons by kind, and the queries that won and lost most."""

    by_kind: tuple[Comparison, ...]
    won_most: tuple[QueryChange, ...]
    lost_most: tuple[QueryChange, ...]


def scores_by_kind(collection: Collection, run: Run) -> tuple[KindScores, ...]:
    """What a run is worth, first for all judged queries; one not in it counts 0."""
    values = {
        name: {q: metric(run.get(q, ()), collection.qrels[q]) for q in judged}
        for judged in (collection.judged(),)
        for name, metric in METRICS.items()
    }
    return tuple(
        KindScores(
            kind=kind,
            queries=len(query_ids),
            scores={
                name: _score([of[q] for q in query_ids]) for name, of in values.items()
            },
        )
        for kind, query_ids in collection.kinds().items()
    )


def _score(values: Sequence[float]) -> Score:
    low, high = confidence_interval(values)
    return Score(fmean(values) if values else 0.0, low, high)


def changes(collection: Collection, run: Run, other: Run) -> Changes:
    """What is different between a run and the `other`, which came before."""
    each = {q: _change(collection, run, other, q) for q in collection.judged()}
    gain = {q: change.now - change.before for q, change in each.items()}
    ordered = sorted(each, key=lambda query_id: (-gain[query_id], query_id))
    return Changes(
        by_kind=tuple(
            _comparison(kind, [each[q] for q in query_ids])
            for kind, query_ids in collection.kinds().items()
        ),
        won_most=tuple(each[q] for q in ordered[:MOST] if gain[q] > 0),
        lost_most=tuple(each[q] for q in reversed(ordered[-MOST:]) if gain[q] < 0),
    )


def _comparison(kind: str, several: Iterable[QueryChange]) -> Comparison:
    all_changes = tuple(several)
    differences = [change.now - change.before for change in all_changes]
    won = sum(difference > 0 for difference in differences)
    lost = sum(difference < 0 for difference in differences)
    return Comparison(
        kind=kind,
        before=fmean(c.before for c in all_changes) if all_changes else 0.0,
        now=fmean(c.now for c in all_changes) if all_changes else 0.0,
        p=randomisation_p(differences),
        won=won,
        lost=lost,
        even=len(differences) - won - lost,
    )


def _change(collection: Collection, run: Run, other: Run, query_id: str) -> QueryChange:
    grades = collection.qrels[query_id]
    now, before = run.get(query_id, ()), other.get(query_id, ())
    highest = max(grades.values())
    best = [doc_id for doc_id, grade in grades.items() if grade == highest]
    judged = min(best, key=lambda doc_id: (_rank(now, doc_id) or len(now) + 1, doc_id))
    return QueryChange(
        query_id=query_id,
        query=collection.queries[query_id],
        before=METRICS[MAIN](before, grades),
        now=METRICS[MAIN](now, grades),
        first=now[0] if now else None,
        judged=judged,
        rank_before=_rank(before, judged),
        rank_now=_rank(now, judged),
    )


def _rank(found: Sequence[str], doc_id: str) -> int | None:
    return found.index(doc_id) + 1 if doc_id in found else None
