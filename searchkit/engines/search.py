"""Which documents answer a plan, and in what order?

Everything is exact: totals and facets count all matches, and the first k are the first
k of all. Ties are broken by the documents' numbers, which are in order of `doc_id`.

First come sets of documents: those that answer, those of them that lack no word, those
that have each word as typed. Only documents that may be on the page get scores: the
last of these sets fills it before the one before is looked at. Those under a title or
heading that was typed in the other language stand among the last. In a question, which
nobody expects to find word by word, there is but the first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, reduce
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from searchkit.engines import adjacency, bounds, matching, ranking
from searchkit.engines.columns import plain as decode
from searchkit.engines.columns.postings import TermPostings
from searchkit.engines.finder import Finder, size_of
from searchkit.engines.plan import (
    AnyOf,
    Filters,
    Group,
    Leaf,
    Node,
    Plan,
    Twin,
    leaves_of,
)
from searchkit.engines.scorer import Scorer
from searchkit.record import record, replace

if TYPE_CHECKING:
    from searchkit.engines.adjacency import Pair
    from searchkit.engines.kernels.base import (
        Documents,
        Numbers,
        Scores,
    )
    from searchkit.engines.reader import Summary

Sort = Literal["relevance", "date"]

_NO_FILTERS = Filters()
_NOTHING = Plan(Group())  # neither words nor filters
_SLACK = 1 + 1e-9  # of a bound, for what rounding adds to a score
_SEEDS = 64  # best documents of each word: with all that are kept enough is much more
_RARE = 1000  # documents for each one that holds a rare word


@record
class Answer:
    """The documents that answer a part of a plan.

    `complete` are those of them that lack no word, `literal` those of them that have
    each word as typed, and not by a twin.
    """

    hits: Documents
    complete: Documents
    literal: Documents


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
        if isinstance(plan.root, Leaf) and plan.filters == _NO_FILTERS:
            self._only_leaf = plan.root
        self._answers: dict[int, Answer] = {}
        self._group_pairs: dict[int, list[Pair]] = {}
        if finder.is_choosing:
            finder.spend(sum(self._work(leaf) for leaf in self._all_leaves(plan.root)))
        self._kernel = finder.settle()
        self.scorer = Scorer(finder, plan)

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

    @cached_property
    def unfiltered(self) -> Answer:
        """All documents that answer the plan but for its filters."""
        if self.plan == _NOTHING:
            nothing = self._kernel.union([])
            return Answer(nothing, nothing, nothing)
        return self._answer(self.plan.root)

    @cached_property
    def answer(self) -> Answer:
        """All documents that answer the plan, filters applied."""
        answer = self.unfiltered
        if self.plan.filters == _NO_FILTERS:
            return answer
        kernel = self._kernel
        keep = self.finder.passing(self.plan.filters)
        return Answer(
            kernel.intersection([answer.hits, keep]),
            kernel.intersection([answer.complete, keep]),
            kernel.intersection([answer.literal, keep]),
        )

    @cached_property
    def total(self) -> int:
        """How many documents answer the plan."""
        if (leaf := self._only_leaf) is not None:
            found = self.finder.found(leaf)
            return found.document_count + found.near_count
        return self._kernel.count(self.answer.hits)

    @cached_property
    def unfiltered_total(self) -> int:
        """How many would without the filters."""
        return self._kernel.count(self.unfiltered.hits)

    @cached_property
    def complete(self) -> int:
        """How many of them lack no word."""
        if (leaf := self._only_leaf) is not None:
            return self.finder.found(leaf).document_count
        if self.answer.complete is self.answer.hits:
            return self.total
        return self._kernel.count(self.answer.complete)

    @cached_property
    def rare(self) -> dict[str, int]:
        """Words as typed that hardly any document holds, and how many hold them."""
        most = max(1, self.reader.document_count // _RARE)
        counts = {
            leaf.label: self.finder.found(leaf).document_count
            for leaf in self.leaves
            if not matching.is_restricted(leaf)
        }
        return {label: count for label, count in counts.items() if 0 < count <= most}

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
        return self._by_date(count) if sort == "date" else self._by_relevance(count)

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
        return float(self._scores(self.plan.root, numbers)[0])

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
            if all(self._kernel.holds(self._answer(root).complete, chosen)):
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
                if lacked and self._same(leaf) not in otherwise.get(number, ()):
                    lacking[number][leaf.label] = None
        for whole, twins in _by_name(self.plan.twins()).items():
            lacks = self._kernel.lacks(self.finder.documents(whole), chosen)
            of = twins[0].of
            for number, lacked in zip(rising, lacks, strict=True):
                answered = otherwise.get(number, set())
                if lacked and not (
                    any(leaf.label in lacking[number] for leaf in of)
                    or answered.issuperset(map(self._same, of))
                ):
                    lacking[number][whole.label] = None
        return {number: tuple(labels) for number, labels in lacking.items()}

    def _same(self, leaf: Leaf) -> int:
        """What is the same for a word that was typed again: a leaf's hash is slow."""
        return id(self.finder.found(leaf))

    def _answered_otherwise(self, numbers: Numbers) -> dict[int, set[int]]:
        """What is `_same` for the leaves that each document answers by a twin or by
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
                    leaves.update(map(self._same, twin.of))
        for either in eithers:
            complete = self._answer(either).complete
            holds = self._kernel.holds(complete, numbers)
            for leaves, held in zip(found.values(), holds, strict=True):
                if held:
                    leaves.update(map(self._same, leaves_of(either)))
        return found

    def twin_scores(self, number: int) -> list[tuple[Twin, float]]:
        """The twins that add to a document's score, each with what it adds."""
        numbers = self._kernel.chosen([number])
        added = []
        for twins in self.plan.twins_by_group():
            words = self._by_word(twins, numbers)
            best = {
                (word, max(names, key=lambda name: names[name][0])): names
                for word, names in words.items()
            }
            for twin in twins:
                score = 0.0
                if twin.likely:
                    score = float(self._likely_scores(twin, numbers)[0])
                name = self._same(twin.leaf)
                for word in map(self._same, twin.of):
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

    def weak(self, leaf: Leaf) -> bool:
        """Whether the leaf says too little beside the others to make a hit alone."""
        idf = self.finder.found(leaf).idf
        return leaf.weight < 1 or idf < ranking.WEAK * self._rarest_idf

    @cached_property
    def _rarest_idf(self) -> float:
        """The highest idf of the leaves that are found at all."""
        found = [self.finder.found(leaf) for leaf in self.leaves]
        return max((leaf.idf for leaf in found if leaf.is_anywhere), default=0.0)

    # Sets of documents

    def _answer(self, node: Node) -> Answer:
        answer = self._answers.get(id(node))
        if answer is None:
            answer = self._answered(node)
            self._answers[id(node)] = answer
        return answer

    def _answered(self, node: Node) -> Answer:
        if isinstance(node, Leaf):
            whole = self.finder.holding(node)
            near = self.finder.found(node).near
            return Answer(self.finder.documents(node) if near else whole, whole, whole)
        if isinstance(node, AnyOf):
            return self._either([self._answer(child) for child in node.alternatives])
        return self._group(node)

    def _either(self, answers: Sequence[Answer]) -> Answer:
        """What any of some answers has; sets that are the same are made once."""
        hits = self._kernel.union([answer.hits for answer in answers])
        complete = literal = hits
        if any(answer.complete is not answer.hits for answer in answers):
            complete = self._kernel.union([answer.complete for answer in answers])
        if any(answer.literal is not answer.hits for answer in answers):
            literal = self._kernel.union([answer.literal for answer in answers])
        return Answer(hits, complete, literal)

    def _group(self, group: Group) -> Answer:
        kernel = self._kernel
        optional = [self._part(child, group) for child in group.optional]
        required = [self._part(child, group) for child in group.required]
        strong = [
            answer
            for child, answer in zip(group.optional, optional, strict=True)
            if not self._weak_node(child)
        ]
        if required:
            hits = kernel.intersection([answer.hits for answer in required])
        elif optional:
            hits = kernel.union([answer.hits for answer in strong])
            if not kernel.count(hits):
                hits = kernel.union([answer.hits for answer in optional])
        else:
            hits = kernel.everything()
        for child in group.excluded:
            hits = kernel.difference(hits, self._answer(child).hits)
        # What is required is in all hits: it need not be asked for again.
        complete = kernel.intersection(
            [
                hits,
                *(part.complete for part in required if part.complete is not part.hits),
                *(part.complete for part in strong),
            ]
        )
        needed = (*required, *strong)
        literal = complete
        if literals := [p.literal for p in needed if p.literal is not p.complete]:
            literal = kernel.intersection([complete, *literals])
        for whole, twins in _by_name(group.twins).items():
            holding = self.finder.documents(whole)
            named = [holding, *(self.finder.documents(twin.leaf) for twin in twins)]
            complete = kernel.intersection([complete, kernel.union(named)])
            literal = kernel.intersection([literal, holding])
        return Answer(hits, complete, literal)

    def _part(self, child: Node, group: Group) -> Answer:
        """What a part of a group finds, by itself and by the twins it belongs to."""
        answer = self._answer(child)
        twins = [twin for twin in group.twins if child in twin.of]
        if not twins:
            return answer
        documents, union = self.finder.documents, self._kernel.union
        same = [documents(twin.leaf) for twin in twins if not twin.likely]
        alike = [self.finder.likely(twin) for twin in twins if twin.likely]
        complete = union([answer.complete, *same]) if same else answer.complete
        if alike or answer.hits is not answer.complete:
            return Answer(union([answer.hits, *same, *alike]), complete, answer.literal)
        return Answer(complete, complete, answer.literal)

    def _weak_node(self, node: Node) -> bool:
        return isinstance(node, Leaf) and self.weak(node)

    # Scores

    def _scores(self, node: Node, numbers: Numbers) -> Scores:
        """What a node adds to documents' scores; 0 to those that do not answer it."""
        words = self._word_scores(node, numbers)
        scores = self._with_pairs(self._pairs(node), words, numbers)
        if not isinstance(node, Group) or node is self.plan.root:
            return scores
        holds = self._kernel.holds(self._answer(node).hits, numbers)
        return self._kernel.only(scores, holds)

    def _word_scores(self, node: Node, numbers: Numbers) -> Scores:
        """A node's scores without the reward for words of its own side by side."""
        if isinstance(node, Leaf):
            return self.scorer.scores(node, numbers)
        if isinstance(node, AnyOf):
            parts = [self._scores(child, numbers) for child in node.alternatives]
        else:
            children = (*node.required, *node.optional)
            parts = [self._scores(child, numbers) for child in children]
            parts += self._twin_scores(node.twins, numbers)
        kernel = self._kernel
        return reduce(kernel.add, parts) if parts else kernel.constant(numbers, 0.0)

    def _twin_scores(self, twins: Sequence[Twin], numbers: Numbers) -> list[Scores]:
        """What the twins of a group add: of those of one word the best does."""
        scores = [self._likely_scores(t, numbers) for t in twins if t.likely]
        words = self._by_word(twins, numbers).values()
        return scores + [reduce(self._kernel.higher, names.values()) for names in words]

    def _likely_scores(self, twin: Twin, numbers: Numbers) -> Scores:
        kernel = self._kernel
        scores = self.scorer.scores(twin.leaf, numbers)
        holding = [self.finder.documents(leaf) for leaf in twin.of]
        lacking = kernel.lacks(kernel.intersection(holding), numbers)
        scores = kernel.only(kernel.times(scores, ranking.TRANSLATION), lacking)
        return kernel.only(scores, kernel.holds(self.finder.likely(twin), numbers))

    def _by_word(
        self, twins: Sequence[Twin], numbers: Numbers
    ) -> dict[int, dict[int, Scores]]:
        """What the names that are sure are worth to documents that lack a word.

        By the word and by the name, both by what is `_same`: what was typed again is
        named again.
        """
        kernel = self._kernel
        found: dict[int, dict[int, Scores]] = {}
        for twin in twins:
            if twin.likely:
                continue
            name = self._same(twin.leaf)
            scores = self.scorer.scores(twin.leaf, numbers)
            shares = self.scorer.shares_of_twin(twin)
            for leaf, share in zip(twin.of, shares, strict=True):
                lacking = kernel.lacks(self.finder.documents(leaf), numbers)
                worth = kernel.only(kernel.times(scores, share), lacking)
                names = found.setdefault(self._same(leaf), {})
                names[name] = kernel.add(worth, names[name]) if name in names else worth
        return found

    def _with_pairs(
        self, pairs: Sequence[Pair], scores: Scores, numbers: Numbers
    ) -> Scores:
        """The scores with the reward for words side by side."""
        for pair in pairs:
            beside = adjacency.scores(self.scorer, pair, numbers)
            scores = self._kernel.add(scores, beside)
        return scores

    def _pairs(self, node: Node) -> list[Pair]:
        """The words of a node that may stand side by side."""
        if not isinstance(node, Group):
            return []
        pairs = self._group_pairs.get(id(node))
        if pairs is None:
            pairs = adjacency.pairs_of(self.finder, node)
            self._group_pairs[id(node)] = pairs
        return pairs

    # Order

    def _by_relevance(self, count: int) -> list[tuple[int, float]]:
        if not count:
            return []
        if heads := self._heads(count):
            return heads
        answer, kernel = self.answer, self._kernel
        if self.plan.is_question:
            return self._best(answer.hits, count)
        best, first = self._as_typed(count)
        tiers = (answer.complete, first), (answer.hits, answer.complete)
        for all_of_them, before in tiers:
            if len(best) < count and all_of_them is not before:
                rest = kernel.difference(all_of_them, before)
                best += self._best(rest, count - len(best))
        return best

    def _as_typed(self, count: int) -> tuple[list[tuple[int, float]], Documents]:
        """The best documents with each word as typed, and all of them.

        With those under the title or heading that was typed, in the other language.
        """
        kernel, literal = self._kernel, self.answer.literal
        best = self._best(literal, count, self._literal_root)
        titles = [twin.leaf for twin in self.plan.twins() if twin.is_title]
        if not titles:
            return best, literal
        titled = kernel.union([*map(self.finder.documents, titles)])
        titled = kernel.intersection([self.answer.complete, titled])
        others = self._best(kernel.difference(titled, literal), count)
        best = _merged(best, others, ranking.OTHER_TITLE)[:count]
        return best, kernel.union([literal, titled])

    @cached_property
    def _literal_root(self) -> Node:
        """The root for documents with each word as typed: its twins add nothing there.

        A twin of a weak word may, since such a document may lack that.
        """
        root = self.plan.root
        if not isinstance(root, Group) or not root.twins:
            return root
        had = [*root.required, *(n for n in root.optional if not self._weak_node(n))]
        twins = [twin for twin in root.twins if any(one not in had for one in twin.of)]
        only = replace(root, twins=tuple(twins))
        is_leaf = len(had) == 1 and isinstance(had[0], Leaf)
        return had[0] if is_leaf and only == Group(optional=(had[0],)) else only

    def _heads(self, count: int) -> list[tuple[int, float]]:
        """The best documents of a single leaf, if the index keeps enough of them."""
        root, is_all = self._literal_root, self.plan.filters == _NO_FILTERS
        leaf = root if isinstance(root, Leaf) and is_all else None
        found = self.finder.found(leaf) if leaf else None
        if leaf is None or found is None or found.near or not found.layers:
            return []
        source, worths = found.layers[0].source, self.scorer.worths(found.layers[0])
        if not isinstance(source, TermPostings):
            return []
        heads, codes = decode.heads(source)
        if not 0 < count <= len(heads):
            return []
        if len(found.layers) == 1:
            pairs = zip(heads[:count], codes, strict=False)
            return [(number, worths[code] * found.idf) for number, code in pairs]
        numbers = self._kernel.chosen(heads)
        scores = self.scorer.scores(leaf, numbers)
        best = self._kernel.best(numbers, scores, count)
        others = self.scorer.highest(leaf)[codes[-1]] * found.idf * _SLACK
        return best if best[-1][1] > others else []

    def _best(
        self, documents: Documents, count: int, root: Node | None = None
    ) -> list[tuple[int, float]]:
        """The best of some documents, all of which answer the plan.

        `root` is what scores them, if it is less than the plan's.
        Words side by side are only looked for in the documents that may get on the page
        by it: those of the highest bounds first.
        """
        kernel, root = self._kernel, root or self.plan.root
        numbers = kernel.numbers(self._promising(documents, count, root))
        words = limits = self._word_scores(root, numbers)
        pairs = []
        for pair in self._pairs(root) if len(numbers) else ():
            beside = adjacency.bound(self.scorer, pair, numbers)
            if kernel.most(beside) > 0:
                pairs.append(pair)
                limits = kernel.add(beside, limits)
        if not pairs:
            return kernel.best(numbers, words, count)
        best: list[tuple[int, float]] = []
        limits = kernel.times(limits, _SLACK)
        looks, above = kernel.looks_a_hit * count, math.inf
        enough = -math.inf  # what a document must be worth to be among the best
        while above > enough:
            # The highest limits of those not looked at, if they can still be enough.
            below = enough
            places = kernel.between(limits, below, above)
            if len(places) > looks:
                below = kernel.nth_highest(kernel.taken(limits, places), looks)
                places = kernel.between(limits, below, above)
            looked, scores = kernel.taken(numbers, places), kernel.taken(words, places)
            scores = self._with_pairs(pairs, scores, looked)
            best = _merged(best, kernel.best(looked, scores, count))[:count]
            above, looks = below, 4 * looks
            if len(best) == count:
                enough = best[-1][1]
        return best

    def _promising(self, documents: Documents, count: int, root: Node) -> Documents:
        """Those of some documents that may be among the best; all if they are few.

        Only those are looked at whose words can be worth enough together (MaxScore,
        Turtle and Flood 1995, https://doi.org/10.1016/0306-4573(95)00020-H): the best
        documents of each word tell how much is enough.
        """
        kernel = self._kernel
        size = kernel.count(documents)
        if size <= max(count, kernel.few) or isinstance(root, Leaf):
            return documents
        counts = [self.finder.found(leaf).document_count for leaf in self.leaves]
        if 2 * size < max(counts, default=0):
            return documents
        parts = [*bounds.parts_of(self.scorer, root, self._pairs)]
        if len(parts) < 2:
            return documents
        most = max(count, _SEEDS)
        seeds = kernel.union([kernel.top(column, most) for column, _, _ in parts])
        seeds = kernel.numbers(kernel.intersection([seeds, documents]))
        best = kernel.best(seeds, self._word_scores(root, seeds), count)
        if len(best) < count:
            return documents
        chosen = kernel.reaching(parts, best[-1][1] / _SLACK)
        return kernel.intersection([chosen, documents])

    def _by_date(self, count: int) -> list[tuple[int, float]]:
        kernel = self._kernel
        numbers = kernel.numbers(self.answer.hits)
        days = kernel.days(numbers)
        newest = kernel.best(numbers, days, count)
        if not newest:
            return []
        places = kernel.at_least(days, newest[-1][1])
        numbers, days = kernel.taken(numbers, places), kernel.taken(days, places)
        scores = self._scores(self.plan.root, numbers)
        rows = zip(numbers, days, scores, strict=True)
        ordered = sorted((-float(day), -float(s), int(n)) for n, day, s in rows)
        return [(number, -score) for _, score, number in ordered[:count]]


def _by_name(twins: Sequence[Twin]) -> dict[Leaf, list[Twin]]:
    """The twins of names of several words, by the whole name."""
    named: dict[Leaf, list[Twin]] = {}
    for twin in twins:
        if twin.whole is not None:
            named.setdefault(twin.whole, []).append(twin)
    return named


def _merged(
    best: list[tuple[int, float]],
    others: list[tuple[int, float]],
    share: float = 1.0,
) -> list[tuple[int, float]]:
    """Documents with their scores, best first, ties by number.

    Each of them best first; the others by a share of their scores.
    """
    if not best:
        return others
    ordered = [(-score, number, score) for number, score in best]
    ordered += [(-score * share, number, score) for number, score in others]
    return [(number, score) for _, number, score in sorted(ordered)]
