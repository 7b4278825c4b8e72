"""An evaluation as lines for a person, and as JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from searchkit.cli.printable import escaped_json, printable
from searchkit.evaluation.collection import Collection
from searchkit.evaluation.metrics import MAIN
from searchkit.evaluation.report import (
    Changes,
    Comparison,
    KindScores,
    QueryChange,
    Score,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_COLUMN = 10  # of 80: a kind, its number of queries, and seven metrics in 9 each


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What became of one collection."""

    collection: Collection
    kinds: tuple[KindScores, ...]
    changes: Changes | None


def evaluation_lines(evaluated: Evaluated) -> Iterator[str]:
    """A table of means over their intervals, a row a kind; then what changed."""
    collection, kinds = evaluated.collection, evaluated.kinds
    asked = f"{kinds[0].queries} of {len(collection.queries)} queries are judged"
    yield f"{printable(collection.name)}: {asked}"
    heads = "".join(f"{_short(name):>9}" for name in kinds[0].scores)
    yield f"{'':<{_COLUMN}}{'':>6}{heads}"
    for kind in kinds:
        yield from _kind_lines(kind)
    yield ""
    if evaluated.changes is not None:
        yield from _change_lines(evaluated.changes)


def _short(metric: str) -> str:
    return metric.replace("success@", "succ@").replace("recall@", "rec@")


def _kind_lines(kind: KindScores) -> Iterator[str]:
    scores = kind.scores.values()
    means = "".join(f"{_decimal(score.mean):>9}" for score in scores)
    yield f"{printable(kind.kind):<{_COLUMN}}{kind.queries:>6}{means}"
    yield f"{'':<{_COLUMN + 6}}" + "".join(f"{_interval(s):>9}" for s in scores)


def _interval(score: Score) -> str:
    return f"{_decimal(score.low, 2)}–{_decimal(score.high, 2)}"


def _decimal(value: float, digits: int = 3) -> str:
    """`.567`, and `1.00` for a whole one.

    >>> _decimal(0.5666), _decimal(1.0), _decimal(-0.25, 2)
    ('.567', '1.00', '-.25')
    """
    written = f"{value:.{digits}f}"
    if written.startswith(("0.", "-0.")):
        return written.replace("0.", ".", 1)
    return written[: digits + 1]


def _change_lines(changes: Changes) -> Iterator[str]:
    for comparison in changes.by_kind:
        yield _comparison_line(comparison)
    for head, several in (
        ("won most", changes.won_most),
        ("lost most", changes.lost_most),
    ):
        if several:
            yield f"\n{head}"
        for change in several:
            yield from _query_lines(change)
    yield ""


def _comparison_line(comparison: Comparison) -> str:
    difference = comparison.now - comparison.before
    return (
        f"{printable(comparison.kind):<{_COLUMN}}{MAIN} {_decimal(comparison.before)} "
        f"to {_decimal(comparison.now)} ({_signed(difference)}), "
        f"p = {comparison.p:.4f}: "
        f"{comparison.won} won, {comparison.lost} lost, {comparison.even} even"
    )


def _signed(difference: float) -> str:
    return f"{'+' if difference >= 0 else '-'}{_decimal(abs(difference))}"


def _query_lines(change: QueryChange) -> Iterator[str]:
    asked = printable(f"{change.query_id}  {change.query}")
    yield f"{_signed(change.now - change.before)}  {asked}"
    first = printable(change.first) if change.first else "nothing"
    before, now = _at(change.rank_before), _at(change.rank_now)
    yield f"       judged: {printable(change.judged)}, {before} before, {now} now"
    if change.rank_now != 1:
        yield f"       first now: {first}"


def _at(rank: int | None) -> str:
    return f"at {rank}" if rank else "not found"


def evaluation_json(several: Iterable[Evaluated]) -> str:
    """One array with an object a collection; metrics and fields by their names."""
    document = [_json(evaluated) for evaluated in several]
    return escaped_json(json.dumps(document, ensure_ascii=False, indent=2))


def _json(evaluated: Evaluated) -> dict[str, Any]:
    changes = evaluated.changes
    return {
        "collection": evaluated.collection.name,
        "kinds": [
            {
                "kind": kind.kind,
                "queries": kind.queries,
                "scores": {name: asdict(s) for name, s in kind.scores.items()},
            }
            for kind in evaluated.kinds
        ],
        "against": asdict(changes) if changes is not None else None,
    }
