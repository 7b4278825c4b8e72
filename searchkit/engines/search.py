"""What does a plan find: how many documents, which on this page, what do they lack?

Everything is exact: totals and facets count all matches, and the first k are the first
k of all. `answers` says which documents there are, `order` in what order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from searchkit.engines import matching
from searchkit.engines.answers import Answer, Answers, names_of
from searchkit.engines.finder import Finder, size_of
from searchkit.engines.order import Order
from searchkit.engines.plan import (
    NO_FILTERS,
    AnyOf,
    Group,
    Leaf,
    Node,
    Plan,
    Twin,
    leaves_of,
)
from searchkit.engines.scorer import Scorer
from searchkit.record import once, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.kernels.base import Numbers
    from searchkit.engines.reader import Summary
    from searchkit.model import Sort

_NOTHING = Plan(Group())  # neither words nor filters
_RARE = 1000  # documents for each one that holds a rare word


@record
class Ranked:
    """One page of documents, with counts over all matches.

    `collapsed` counts the matches that are folded into better ones; `folded` has those
    of each document on the page.
    """

    rows: tuple[tuple[Summary, float], ...]
    total: int
    complete: int
    collapsed: int = 0
    folded: Mapping[int, tuple[int, ...]] = MappingProxyType({})


class Evaluation:
    """The evaluation of one plan. For one thread."""

    def __init__(self, finder: Finder, plan: Plan) -> None:
        self.finder = finder
        self.reader = finder.reader
        self.plan = plan
        self.leaves = plan.leaves()
        # The leaf of a plan that is nothing else.
        self._only_leaf: Leaf | None = None
        if isinstance(plan.root, Leaf) and plan.filters == NO_FILTERS:
            self._only_leaf = plan.root
        if finder.is_choosing:
            finder.spend(sum(self._work(leaf) for leaf in self._all_leaves(plan.root)))
        self._kernel = finder.settle()
        self.scorer = Scorer(finder, plan)
        self._answers = Answers(finder, self._kernel, self.leaves)
        self._order = Order(plan, self._answers, self._kernel, self.scorer)

    def _work(self, leaf: Leaf) -> int:
        found = self.finder.found(leaf)
        beside = matching.work(self.reader, leaf.adjacent) if leaf.adjacent else 0
        return sum(size_of(layer.source) for layer in found.all_layers) + beside // 4

    def _all_leaves(self, node: Node) -> Iterator[Leaf]:
        if isinstance(node, Leaf):
            yield node
        elif isinstance(node, AnyOf):
            for child in node.alternatives:
                yield from self._all_leaves(child)
        else:
            yield from (twin.leaf for twin in node.twins)
            for child in (*node.required, *node.optional, *node.excluded):
                yield from self._all_leaves(child)

    @once
    def unfiltered(self) -> Answer:
        """All documents that answer the plan but for its filters."""
        if self.plan == _NOTHING:
            nothing = self._kernel.union([])
            return Answer(nothing, nothing, nothing)
        return self._answers.of(self.plan.root)

    @once
    def answer(self) -> Answer:
        """All documents that answer the plan, filters applied."""
        answer = self.unfiltered
        if self.plan.filters == NO_FILTERS:
            return answer
        kernel = self._kernel
        keep = self.finder.passing(self.plan.filters)
        return Answer(
            kernel.intersection([answer.hits, keep]),
            kernel.intersection([answer.complete, keep]),
            kernel.intersection([answer.literal, keep]),
        )

    @once
    def total(self) -> int:
        """How many documents answer the plan."""
        if (leaf := self._only_leaf) is not None:
            found = self.finder.found(leaf)
            return found.document_count + found.near_count
        return self._kernel.count(self.answer.hits)

    @once
    def unfiltered_total(self) -> int:
        """How many would without the filters."""
        return self._kernel.count(self.unfiltered.hits)

    @once
    def complete(self) -> int:
        """How many of them lack no word."""
        if (leaf := self._only_leaf) is not None:
            return self.finder.found(leaf).document_count
        if self.answer.complete is self.answer.hits:
            return self.total
        return self._kernel.count(self.answer.complete)

    @once
    def rare(self) -> dict[str, int]:
        """Words as typed that hardly any document holds, and how many hold them."""
        most = max(1, self.reader.document_count // _RARE)
        counts = {
            leaf.label: self.finder.found(leaf).document_count
            for leaf in self.leaves
            if not matching.is_restricted(leaf)
        }
        return {label: count for label, count in counts.items() if 0 < count <= most}

    def weak(self, leaf: Leaf) -> bool:
        """Whether the leaf says too little beside the others to make a hit alone."""
        return self._answers.weak(leaf)

    def topic_counts(self) -> dict[str, int]:
        """How many of the documents have each topic, the most frequent first."""
        names = self.reader.topic_names
        counted = self._kernel.topic_counts(self.answer.hits)
        named = ((names[topic], count) for topic, count in counted.items())
        return dict(sorted(named, key=lambda item: (-item[1], item[0])))

    def page(self, *, limit: int | None, offset: int, sort: Sort) -> Ranked:
        """The documents from `offset` on, at most `limit`, best or newest first."""
        count = self.total if limit is None else min(self.total, offset + limit)
        best = self._ranked(count, sort)
        return Ranked(self._summaries(best[offset:]), self.total, self.complete)

    def collapsed_page(self, *, limit: int | None, offset: int, sort: Sort) -> Ranked:
        """The same with one document of each family, the first one in the order."""
        numbers = self._kernel.numbers(self.answer.hits)
        families = self._kernel.families(numbers)
        shown = len(set(families))
        count = shown if limit is None else min(shown, offset + limit)
        leaders = self._leaders(count, sort)[offset:count]
        members: dict[int, list[int]] = {}
        wanted = {family: number for family, number, _ in leaders}
        for number, family in zip(numbers, families, strict=True):
            if family in wanted and wanted[family] != number:
                members.setdefault(wanted[family], []).append(int(number))
        return Ranked(
            self._summaries([(number, score) for _, number, score in leaders]),
            self.total,
            self.complete,
            self.total - shown,
            {number: tuple(folded) for number, folded in members.items()},
        )

    def _leaders(self, count: int, sort: Sort) -> list[tuple[int, int, float]]:
        """At least `count` (family, number, score), each the first of its family."""
        looked = count
        while True:
            best = self._ranked(looked, sort)
            numbers = self._kernel.chosen(sorted(number for number, _ in best))
            family_of = dict(
                zip(map(int, numbers), self._kernel.families(numbers), strict=True)
            )
            first: dict[int, tuple[int, float]] = {}
            for number, score in best:
                first.setdefault(family_of[number], (number, score))
            if len(first) >= count or looked >= self.total:
                return [(family, *one) for family, one in first.items()]
            looked = min(self.total, 2 * looked)

    def _ranked(self, count: int, sort: Sort) -> list[tuple[int, float]]:
        if not count:
            return []
        order = self._order
        if sort == "date":
            return order.by_date(self.answer.hits, count)
        return order.heads(count) or order.by_relevance(self.answer, count)

    def _summaries(
        self, best: Sequence[tuple[int, float]]
    ) -> tuple[tuple[Summary, float], ...]:
        summary = self.reader.summary
        return tuple([(summary(number), score) for number, score in best])

    def score(self, number: int) -> float | None:
        """The score of one document; nothing if it does not answer the plan."""
        numbers = self._kernel.chosen([number])
        if not self._kernel.holds(self.answer.hits, numbers)[0]:
            return None
        return float(self._order.totals(numbers)[0])

    def share(self, number: int) -> float:
        """Of its words' scores, what a document has: less if they stand apart."""
        if not self.plan.is_question:
            return 1.0
        return self._order.together.shares([number])[0]

    def is_answered_unfiltered(self, number: int) -> bool:
        """Whether a document answers the plan but for its filters."""
        numbers = self._kernel.chosen([number])
        return bool(self._kernel.holds(self.unfiltered.hits, numbers)[0])

    def missing(self, number: int) -> tuple[str, ...]:
        """The labels of the plan's words that a document lacks."""
        return self.all_missing([number])[number]

    def missing_of_hits(self, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """The same for documents that answer the plan: most of them lack nothing."""
        if (leaf := self._only_leaf) is not None and not self.finder.found(leaf).near:
            return dict.fromkeys(numbers, ())
        root = self.plan.root
        if isinstance(root, AnyOf) or (
            isinstance(root, Group)
            and all(isinstance(node, Leaf) for node in (*root.required, *root.optional))
        ):
            chosen = self._kernel.chosen(numbers)
            if all(self._kernel.holds(self._answers.of(root).complete, chosen)):
                return dict.fromkeys(numbers, ())
        return self.all_missing(numbers)

    def all_missing(self, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """For each of some documents the labels of the plan's words that it lacks."""
        chosen = self._kernel.chosen(numbers)
        rising = sorted(numbers)
        lacking: dict[int, dict[str, None]] = {number: {} for number in numbers}
        otherwise = self._answered_otherwise(chosen)
        for leaf in self.leaves:
            if self.weak(leaf):
                continue
            lacks = self._kernel.lacks(self.finder.holding(leaf), chosen)
            for number, lacked in zip(rising, lacks, strict=True):
                if lacked and self.finder.same(leaf) not in otherwise.get(number, ()):
                    lacking[number][leaf.label] = None
        for whole, twins in names_of(self.plan.twins()).items():
            lacks = self._kernel.lacks(self.finder.documents(whole), chosen)
            of = twins[0].of
            for number, lacked in zip(rising, lacks, strict=True):
                answered = otherwise.get(number, set())
                if lacked and not (
                    any(leaf.label in lacking[number] for leaf in of)
                    or answered.issuperset(map(self.finder.same, of))
                ):
                    lacking[number][whole.label] = None
        return {number: tuple(labels) for number, labels in lacking.items()}

    def _answered_otherwise(self, numbers: Numbers) -> dict[int, set[int]]:
        """`finder.same` of the leaves that each document answers by a twin or by
        another alternative, and so does not lack."""
        twins = [twin for twin in self.plan.twins() if not twin.likely]
        eithers = self.plan.eithers()
        if not twins and not eithers:
            return {}
        found: dict[int, set[int]] = {int(number): set() for number in numbers}
        for twin in twins:
            holds = self._kernel.holds(self.finder.documents(twin.leaf), numbers)
            for leaves, held in zip(found.values(), holds, strict=True):
                if held:
                    leaves.update(map(self.finder.same, twin.of))
        for either in eithers:
            complete = self._answers.of(either).complete
            holds = self._kernel.holds(complete, numbers)
            for leaves, held in zip(found.values(), holds, strict=True):
                if held:
                    leaves.update(map(self.finder.same, leaves_of(either)))
        return found

    def twin_scores(self, number: int) -> list[tuple[Twin, float]]:
        """The twins that add to a document's score, each with what it adds."""
        numbers = self._kernel.chosen([number])
        added = []
        for twins in self.plan.twins_by_group():
            words = self._order.by_word(twins, numbers)
            best = {
                (word, max(names, key=lambda name: names[name][0])): names
                for word, names in words.items()
            }
            for twin in twins:
                score = 0.0
                if twin.likely:
                    score = float(self._order.likely_scores(twin, numbers)[0])
                name = self.finder.same(twin.leaf)
                for word in map(self.finder.same, twin.of):
                    if names := best.pop((word, name), None):
                        score += float(names[name][0])
                if score:
                    added.append((twin, score))
        return added

    def where_counts(self, twin: Twin, numbers: list[int]) -> list[int]:
        """Those of some documents, which rise, in which a twin is looked for."""
        if not twin.unless:
            return numbers
        counting = self.finder.likely(twin)
        held = self._kernel.holds(counting, self._kernel.chosen(numbers))
        return [number for number, holds in zip(numbers, held, strict=True) if holds]
