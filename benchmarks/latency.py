"""How long do searches take, and how do systems compare on the same queries?"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from running import System
from systems import Query
from workload import FIRST_KINDS, PAGE_KINDS

SLOW_MS = 100.0
"""A system whose mean is above it in the first round answers no second round."""

UNSUPPORTED = {
    "bm25s": frozenset({"and", "phrase", "prefix", "and2", "phrase2", "prefix2"}),
}
"""Kinds of queries that a system has no way to answer."""


@dataclass(slots=True)
class Times:
    """Milliseconds by system and query number, one for each round.

    `first` has those of the round before, in which nothing of a query was in memory.
    """

    queries: Sequence[Query]
    of: dict[str, dict[int, list[float]]] = field(default_factory=dict)
    first: dict[str, dict[int, list[float]]] = field(default_factory=dict)

    def kind(self, system: str, kind: str) -> list[float]:
        """All times of a system for a kind of query."""
        return [
            ms
            for number, values in self.of[system].items()
            if self.queries[number].kind == kind
            for ms in values
        ]

    def mixed(self, system: str, kinds: Iterable[str]) -> list[float]:
        """All times of a system for several kinds, as one load."""
        return [ms for kind in kinds for ms in self.kind(system, kind)]

    def ratios(
        self, system: str, other: str, kind: str, *, first: bool = False
    ) -> list[float]:
        """How many times as long as `other`, for each query in each round of both.

        With `first` in the round before these.
        """
        of = self.first if first else self.of
        return [
            mine / theirs
            for number, values in of[system].items()
            if self.queries[number].kind == kind
            for mine, theirs in zip(values, of[other].get(number, []), strict=False)
        ]


def measure(
    systems: Mapping[str, System],
    queries: Sequence[Query],
    *,
    rounds: int,
    seed: int,
    clock: str,
) -> Times:
    """Every query through every system, `rounds` times after one to warm up.

    The systems take turns query by query, in an order that changes, so that whatever
    else the machine does hits all alike.
    """
    times = Times(queries, {n: {} for n in systems}, {n: {} for n in systems})
    chance = random.Random(seed)
    slow: set[str] = set()
    for turn in range(rounds + 1):
        order = list(enumerate(queries))
        chance.shuffle(order)
        for number, query in order:
            names = [n for n in systems if n not in slow and answers(n, query)]
            chance.shuffle(names)
            for name in names:
                what = "first" if query.kind in FIRST_KINDS else "page"
                ms = systems[name].ask(what, query)[clock]
                of = times.of if turn else times.first
                of[name].setdefault(number, []).append(ms)
        for name in {*systems} - slow:
            found = times.of[name] if turn else times.first[name]
            if _mean(found.values()) > SLOW_MS:
                slow.add(name)
                times.of[name] = times.of[name] or times.first[name]
    return times


def answers(system: str, query: Query) -> bool:
    """Whether the system has a way to answer the query."""
    return query.kind not in UNSUPPORTED.get(system, frozenset())


def _mean(values: Iterable[list[float]]) -> float:
    return statistics.fmean(ms for one in values for ms in one)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def spread(values: Sequence[float]) -> str:
    """The median and, in brackets, the quarter and three quarter marks."""
    low, high = percentile(values, 0.25), percentile(values, 0.75)
    return f"{statistics.median(values):.2f} ({low:.2f}–{high:.2f})"


def geometric_mean(values: Iterable[float]) -> float:
    """exp of the mean logarithm."""
    return math.exp(statistics.fmean(map(math.log, values)))


def median_row(times: Times, system: str, kinds: Iterable[str]) -> list[str]:
    """The median of each kind, a dash where the system has no answer."""
    found = [times.kind(system, kind) for kind in kinds]
    return [f"{statistics.median(one):.2f}" if one else "–" for one in found]


def mixed_row(times: Times, system: str) -> list[str]:
    """p50, p99 and their ratio over the kinds with snippets as one load."""
    load = times.mixed(system, PAGE_KINDS)
    middle, late = statistics.median(load), percentile(load, 0.99)
    return [f"{middle:.2f}", f"{late:.2f}", f"{late / middle:.1f}"]
