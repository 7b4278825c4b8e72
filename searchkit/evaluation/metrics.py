"""How good is a ranking, against judgements?

Each metric takes the doc_ids found, best first, and the grades of the judged ones, and
is between 0 and 1. What is not judged counts as not relevant. All agree with trec_eval
(https://github.com/usnistgov/trec_eval) as ir_measures calls it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

Grades = Mapping[str, int]
Metric = Callable[[Sequence[str], Grades], float]


def ndcg(found: Sequence[str], grades: Grades, *, at: int) -> float:
    """Normalised discounted cumulative gain; the gain is the grade itself.

    Järvelin and Kekäläinen 2002, https://doi.org/10.1145/582415.582418:
    DCG = sum over ranks r of grade / log2(r + 1), divided by that of the best ranking.

    >>> round(ndcg(["b", "a"], {"a": 2, "b": 1}, at=10), 4)
    0.8597
    """
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
    best = _gain(ideal[:at])
    if not best:
        return 0.0
    return _gain([max(grades.get(doc_id, 0), 0) for doc_id in found[:at]]) / best


def _gain(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def reciprocal_rank(found: Sequence[str], grades: Grades, *, at: int) -> float:
    """1 / the rank of the first relevant article among the first `at`, else 0.

    >>> reciprocal_rank(["x", "a"], {"a": 1}, at=10)
    0.5
    """
    for rank, doc_id in enumerate(found[:at], 1):
        if grades.get(doc_id, 0) > 0:
            return 1 / rank
    return 0.0


def average_precision(found: Sequence[str], grades: Grades) -> float:
    """The mean, over all relevant articles, of the precision at the rank of each.

    >>> round(average_precision(["a", "x", "b"], {"a": 1, "b": 1}), 4)
    0.8333
    """
    relevant = _relevant(grades)
    hits, total = 0, 0.0
    for rank, doc_id in enumerate(found, 1):
        if doc_id in relevant:
            hits += 1
            total += hits / rank
    return total / len(relevant) if relevant else 0.0


def recall(found: Sequence[str], grades: Grades, *, at: int) -> float:
    """The share of the relevant articles that is among the first `at`.

    >>> recall(["a", "x"], {"a": 1, "b": 2}, at=100)
    0.5
    """
    relevant = _relevant(grades)
    return len(relevant.intersection(found[:at])) / len(relevant) if relevant else 0.0


def success(found: Sequence[str], grades: Grades, *, at: int) -> float:
    """1 if a relevant article is among the first `at`, else 0.

    >>> success(["x", "a"], {"a": 1}, at=1), success(["x", "a"], {"a": 1}, at=5)
    (0.0, 1.0)
    """
    return float(any(grades.get(doc_id, 0) > 0 for doc_id in found[:at]))


def _relevant(grades: Grades) -> frozenset[str]:
    return frozenset(doc_id for doc_id, grade in grades.items() if grade > 0)


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        "nDCG@10": partial(ndcg, at=10),
        "MRR@10": partial(reciprocal_rank, at=10),
        "MAP": average_precision,
        "recall@100": partial(recall, at=100),
        "success@1": partial(success, at=1),
        "success@5": partial(success, at=5),
        "success@10": partial(success, at=10),
    }
)
"""What is reported, by the name it has in reports; the first decides comparisons."""

MAIN = "nDCG@10"
