"""Which documents answer a plan, and in what order?

Everything is exact: totals and facets count all matches, and the first k are the first
k of all. Ties are broken by the documents' numbers, which are in order of `doc_id`.

First come sets of documents: those that answer, those of them that lack no word, those
that have each word as typed. Only documents that may be on the page get scores: the
first of these sets fills it before the next is looked at.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from searchkit.engines import filters, formulas, matching, ranking
from searchkit.engines.columns import plain as decode
from searchkit.engines.columns.postings import TermPostings
from searchkit.engines.plan import (
    AnyOf,
    Filters,
    FormulaLeaf,
    Group,
    Leaf,
    Node,
    Plan,
    Slot,
    Twin,
)
from searchkit.engines.plan import Sequence as Slots
from searchkit.record import record, replace

if TYPE_CHECKING:
    from searchkit.engines.kernels.base import (
        Column,
        Documents,
        Kernel,
        Numbers,
        Positions,
        Scores,
        Table,
    )
    from searchkit.engines.kernels.plain import PlainKernel
    from searchkit.engines.reader import GenerationReader, Summary

Sort = Literal["relevance", "date"]

_SLACK = 1 + 1e-9  # of a bound, for what rounding adds to a score
_FEW = 48  # documents in which words are looked for side by side one by one


@record
class Layer:
    """Documents and what their codes are worth, before idf.

    `source` is a term of the index, to be read when it is needed, or a column.
    """

    source: TermPostings | Column
    worths: Sequence[float]


@record
class LeafFound:
    """What one leaf found: its idf, times its weight, and where it stands.

    The first layer has all documents that hold the leaf; each gets the sum of what the
    layers give it. The documents that only have a near form of it are in `near`.
    """

    idf: float
    document_count: int
    layers: tuple[Layer, ...] = ()
    near: Layer | None = None
    near_count: int = 0

    @property
    def is_anywhere(self) -> bool:
        """Whether any document holds the leaf or a near form."""
        return self.document_count + self.near_count > 0

    @property
    def all_layers(self) -> tuple[Layer, ...]:
        """The layers with the near forms."""
        return (*self.layers, self.near) if self.near else self.layers


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


class Finder:
    """Finds leaves on one reader; each is found once. For one thread."""

    def __init__(self, reader: GenerationReader, *, kernel: Kernel | None = None):
        """With the kernel that fits the work, or with the one given."""
        self.reader = reader
        self.kernel = kernel or reader.kernel(0)
        self._chooses = kernel is None
        self._work = 0
        self._found: dict[Leaf, LeafFound] = {}
        self._by_id: dict[int, tuple[Leaf, LeafFound]] = {}  # a leaf's hash is slow
        self._columns: dict[int, tuple[Any, Column]] = {}  # loaded, by id of the source
        self._numbers: Numbers = None
        self._codes: dict[int, tuple[Any, Any]] = {}  # of these, by id of the source

    @property
    def plain(self) -> PlainKernel:
        """The kernel for one document at a time."""
        return self.reader.plain

    def spend(self, work: int) -> None:
        """Say that so many postings will be read: many are worth another kernel."""
        if not self._chooses:
            return
        self._work += work
        kernel = self.reader.kernel(self._work)
        if kernel is not self.kernel:  # what was found is small, and found again
            self.kernel = kernel
            self._found.clear()
            self._by_id.clear()
            self._columns.clear()
            self._numbers = None

    def found(self, leaf: Leaf) -> LeafFound:
        """What one leaf finds in all documents."""
        same = self._by_id.get(id(leaf))
        if same is not None:
            return same[1]
        found = self._found.get(leaf)
        if found is None:
            kernel = self.kernel
            found = self._search(leaf)
            if self.kernel is not kernel:  # in between: each has columns of its own
                found = self._search(leaf)
            self._found[leaf] = found
        self._by_id[id(leaf)] = leaf, found
        return found

    def column(self, source: TermPostings | Column) -> Column:
        """A layer's documents with their codes."""
        if not isinstance(source, TermPostings):
            return source
        loaded = self._columns.get(id(source))
        if loaded is None:
            loaded = self._columns[id(source)] = source, self.kernel.load(source)
        return loaded[1]

    def documents(self, leaf: Leaf) -> Documents:
        """The documents that hold the leaf or a near form of it."""
        found = self.found(leaf)
        layers = (*found.layers[:1], *([found.near] if found.near else []))
        return self.kernel.union([self.column(layer.source) for layer in layers])

    def holding(self, leaf: Leaf) -> Documents:
        """The documents that hold the leaf itself."""
        layers = self.found(leaf).layers[:1]
        return self.kernel.union([self.column(layer.source) for layer in layers])

    def count_any(self, leaves: Sequence[Leaf]) -> int:
        """In how many documents any of the leaves stands."""
        if len(leaves) == 1:
            found = self.found(leaves[0])
            return found.document_count + found.near_count
        self.spend(sum(self.found(leaf).document_count for leaf in leaves))
        return self.kernel.count(self.kernel.union([*map(self.documents, leaves)]))

    def scores(self, leaf: Leaf, numbers: Numbers) -> Scores:
        """The leaf's part of the documents' scores."""
        found, kernel = self.found(leaf), self.kernel
        total = None
        for layer in found.all_layers:
            table = kernel.table(layer.worths, found.idf)
            part = self.worths(layer.source, table, numbers)
            total = part if total is None else kernel.add(total, part)
        return kernel.constant(numbers, 0.0) if total is None else total

    def worths(
        self, source: TermPostings | Column, table: Table, numbers: Numbers
    ) -> Scores:
        """What a layer is worth in each of the documents, by a table of its codes."""
        if numbers is not self._numbers:
            self._numbers, self._codes = numbers, {}
        found = self._codes.get(id(source))
        if found is None:
            codes = self.kernel.codes(self.column(source), numbers)
            found = self._codes[id(source)] = (source, codes)
        return self.kernel.worths_of(table, found[1])

    def score(self, leaf: Leaf, number: int) -> float:
        """The leaf's part of one document's score."""
        return float(self.scores(leaf, self.kernel.chosen([number]))[0])

    def degrees(self, leaf: Leaf, number: int) -> list[float]:
        """A document's x for the leaf, then for what is closer to what was typed."""
        only = (replace(leaf, variants=((slot,),), closer=()) for slot in leaf.closer)
        chosen = self.kernel.chosen([number])
        table = self.kernel.table((0.0, *ranking.X_OF_CODE[1:]), 1.0)
        found = [self._variants(one) for one in (leaf, *only)]
        return [
            float(self.kernel.worths(self.column(source), table, chosen)[0])
            if source is not None
            else 0.0
            for source in found
        ]

    def has(self, leaf: Leaf, number: int) -> bool:
        """Whether the leaf itself stands in a document."""
        return bool(
            self.kernel.holds(self.holding(leaf), self.kernel.chosen([number]))[0]
        )

    def _search(self, leaf: Leaf) -> LeafFound:
        if isinstance(leaf, FormulaLeaf):
            return self._formula(leaf)
        slots = leaf.closer
        sources = [self._variants(leaf)]
        if sources[0] is None:
            return LeafFound(self._idf(leaf, 0), 0)
        for slot in slots:
            only = replace(leaf, variants=((slot,),), closer=())
            sources.append(self._variants(only))
        return LeafFound(
            self._idf(leaf, _size(sources[0])), _size(sources[0]), _layers(sources)
        )

    def _idf(self, leaf: Leaf, found: int) -> float:
        documents = self.reader.document_count
        return leaf.weight * ranking.inverse_document_frequency(documents, found)

    def _variants(self, leaf: Leaf) -> TermPostings | Column | None:
        """All documents of a leaf by its variants; nothing if it stands nowhere."""
        kernel = self.kernel
        several = [
            source
            for variant in leaf.variants
            if variant and (source := self._variant(leaf, variant))
        ]
        if len(several) <= 1:
            return several[0] if several else None
        self.spend(sum(map(_size, several)))
        if self.kernel is not kernel:  # which cannot read what the other one found
            return self._variants(leaf)
        return self.kernel.first_of([self.column(source) for source in several])

    def _variant(self, leaf: Leaf, variant: Slots) -> TermPostings | Column | None:
        slot = variant[0]
        scored = len(variant) == 1 and not matching.is_restricted(leaf)
        if scored and matching.is_scored(slot):
            return self._scored(slot)
        self.spend(matching.work(self.reader, variant))
        found = matching.leaf_starts(self.kernel, self.reader, leaf, variant)
        return self.kernel.weighed(found) if len(found) else None

    def _scored(self, slot: Slot) -> TermPostings | Column | None:
        terms = matching.scored_terms(self.reader, slot)
        if len(terms) <= 1:
            return terms[0] if terms else None
        self.spend(sum(map(_size, terms)))
        return self.kernel.merged([self.kernel.load(term) for term in terms])

    def _formula(self, leaf: FormulaLeaf) -> LeafFound:
        self.spend(formulas.work(self.reader, leaf))
        found = formulas.find(self.kernel, self.reader, leaf)
        contained = dict(found.contained)
        written = self._variants(leaf)
        if written is not None:
            column = self.column(written)
            xs = zip(column.documents, column.codes, strict=True)
            for number, code in xs:
                x = min(ranking.X_OF_CODE[code], ranking.WHOLE)
                contained[int(number)] = max(x, contained.get(int(number), 0.0))
        near = {n: x for n, x in found.near.items() if n not in contained}
        df = len(contained) or len(near)
        return LeafFound(
            self._idf(leaf, df),
            len(contained),
            (self._layer(contained),) if contained else (),
            self._layer(near) if near else None,
            len(near),
        )

    def _layer(self, xs: Mapping[int, float]) -> Layer:
        """A layer of documents whose x are no codes: each has a code of its own."""
        worths = sorted({ranking.saturate(x) for x in xs.values()})
        code_of = {worth: code for code, worth in enumerate(worths, 1)}
        rising = sorted(xs.items())
        codes = ((number, code_of[ranking.saturate(x)]) for number, x in rising)
        return Layer(self.kernel.column(codes), (0.0, *worths))


def _size(source: Any) -> int:
    return source.documents if isinstance(source, TermPostings) else len(source)


def _layers(sources: Sequence[Any]) -> tuple[Layer, ...]:
    """The layers of a leaf's degrees; those that are the same list are one."""
    if len(sources) == 1:
        return (Layer(sources[0], ranking.WORTHS),)
    layers: list[Layer] = []
    for source, worths in zip(sources, ranking.SHARED_WORTHS, strict=True):
        if source is None:
            break  # and nothing closer stands anywhere
        if layers and _is_same(layers[-1].source, source):
            both = zip(layers[-1].worths, worths, strict=True)
            layers[-1] = Layer(source, tuple(left + right for left, right in both))
        else:
            layers.append(Layer(source, worths))
    return tuple(layers)


def _is_same(left: Any, right: Any) -> bool:
    if isinstance(left, TermPostings) and isinstance(right, TermPostings):
        return left.ordinal == right.ordinal
    return left is right


class Evaluation:
    """The evaluation of one plan. For one thread."""

    def __init__(self, finder: Finder, plan: Plan) -> None:
        self.finder = finder
        self.reader = finder.reader
        self.plan = plan
        self._answers: dict[int, Answer] = {}
        self._pair_rows: dict[tuple[Slots, Slots], list[matching.Row]] = {}
        self._group_pairs: dict[int, list[tuple[Leaf, Leaf]]] = {}
        self._places: dict[tuple[int, ...], set[int]] = {}
        self._looked_at: Numbers = None
        finder.spend(sum(self._work(leaf) for leaf in self._all_leaves(plan.root)))
        self._kernel = finder.kernel

    def _work(self, leaf: Leaf) -> int:
        found = self.finder.found(leaf)
        beside = matching.work(self.reader, leaf.adjacent) if leaf.adjacent else 0
        return sum(_size(layer.source) for layer in found.all_layers) + beside // 4

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
        if self.plan == Plan(Group()):  # neither words nor filters: nothing is asked
            nothing = self._kernel.union([])
            return Answer(nothing, nothing, nothing)
        return self._answer(self.plan.root)

    @cached_property
    def answer(self) -> Answer:
        """All documents that answer the plan, filters applied."""
        answer = self.unfiltered
        if self.plan.filters == Filters():
            return answer
        kernel = self._kernel
        keep = filters.passing(kernel, self.reader, self.plan.filters)
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
        return self._kernel.count(self.answer.complete)

    @cached_property
    def _only_leaf(self) -> Leaf | None:
        """The leaf of a plan that is nothing else."""
        node = self.plan.root
        if isinstance(node, Group) and not node.twins and not node.excluded:
            children = (*node.required, *node.optional)
            node = children[0] if len(children) == 1 else node
        return (
            node if isinstance(node, Leaf) and self.plan.filters == Filters() else None
        )

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
        return tuple((summary(number), score) for number, score in best)

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

    def all_missing(self, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """For each of some documents the labels of the plan's words that it lacks."""
        chosen = self._kernel.chosen(numbers)
        rising = sorted(numbers)
        lacking: dict[int, list[str]] = {number: [] for number in numbers}
        by_twin = self._by_twin(chosen)
        for leaf in self.plan.leaves():
            if self.weak(leaf):
                continue
            lacks = self._kernel.lacks(self.finder.holding(leaf), chosen)
            for number, lacked in zip(rising, lacks, strict=True):
                if lacked and leaf not in by_twin.get(number, ()):
                    lacking[number].append(leaf.label)
        return {number: tuple(labels) for number, labels in lacking.items()}

    def _by_twin(self, numbers: Numbers) -> dict[int, set[Leaf]]:
        """The leaves that each document answers by a twin, and so does not lack."""
        twins = [twin for twin in self.plan.twins() if not twin.likely]
        if not twins:
            return {}
        return {
            int(number): {
                leaf
                for twin in twins
                if self.twin_score(twin, int(number))
                for leaf in twin.of
            }
            for number in numbers
        }

    def twins(self, number: int) -> list[Twin]:
        """The twins by which a document answers: it lacks what was typed."""
        return [twin for twin in self.plan.twins() if self.twin_score(twin, number)]

    def twin_score(self, twin: Twin, number: int) -> float:
        """What a twin adds to a document's score: nothing to one that is literal."""
        return float(self._twin_scores(twin, self._kernel.chosen([number]))[0])

    def weak(self, leaf: Leaf) -> bool:
        """Whether the leaf says too little beside the others to make a hit alone."""
        idf = self.finder.found(leaf).idf
        return leaf.weight < 1 or idf < ranking.WEAK * self._rarest_idf

    @cached_property
    def _rarest_idf(self) -> float:
        """The highest idf of the leaves that are found at all."""
        found = [self.finder.found(leaf) for leaf in self.plan.leaves()]
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
        union = self._kernel.union
        return Answer(
            union([answer.hits for answer in answers]),
            union([answer.complete for answer in answers]),
            union([answer.literal for answer in answers]),
        )

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
        needed = (*required, *strong)
        complete = kernel.intersection([hits, *(answer.complete for answer in needed)])
        if all(answer.complete is answer.literal for answer in needed):
            return Answer(hits, complete, complete)
        literal = kernel.intersection(
            [complete, *(answer.literal for answer in needed)]
        )
        return Answer(hits, complete, literal)

    def _part(self, child: Node, group: Group) -> Answer:
        """What a part of a group finds, by itself and by the twins it belongs to."""
        answer = self._answer(child)
        twins = [twin for twin in group.twins if child in twin.of]
        if not twins:
            return answer
        documents, union = self.finder.documents, self._kernel.union
        same = [documents(twin.leaf) for twin in twins if not twin.likely]
        alike = [documents(twin.leaf) for twin in twins if twin.likely]
        return Answer(
            union([answer.hits, *same, *alike]),
            union([answer.complete, *same]) if same else answer.complete,
            answer.literal,
        )

    def _weak_node(self, node: Node) -> bool:
        return isinstance(node, Leaf) and self.weak(node)

    # Scores

    def _scores(self, node: Node, numbers: Numbers) -> Scores:
        """What a node adds to documents' scores; 0 to those that do not answer it."""
        kernel = self._kernel
        if isinstance(node, Leaf):
            return self.finder.scores(node, numbers)
        if isinstance(node, AnyOf):
            total = kernel.constant(numbers, 0.0)
            for child in node.alternatives:
                total = kernel.add(total, self._scores(child, numbers))
            return total
        total = self._word_scores(node, numbers)
        for left, right in self._pairs(node):
            total = kernel.add(total, self._beside(left, right, numbers))
        if node is self.plan.root:
            return total
        return kernel.only(total, kernel.holds(self._answer(node).hits, numbers))

    def _word_scores(self, group: Group, numbers: Numbers) -> Scores:
        """A group's scores without the reward for words side by side."""
        kernel = self._kernel
        total = kernel.constant(numbers, 0.0)
        for child in (*group.required, *group.optional):
            total = kernel.add(total, self._scores(child, numbers))
        for twin in group.twins:
            total = kernel.add(total, self._twin_scores(twin, numbers))
        return total

    def _twin_scores(self, twin: Twin, numbers: Numbers) -> Scores:
        kernel = self._kernel
        share = ranking.TRANSLATION if twin.likely else ranking.TWIN
        scores = kernel.times(self.finder.scores(twin.leaf, numbers), share)
        if not twin.of:
            return scores
        named = [self.finder.documents(leaf) for leaf in twin.of]
        return kernel.only(scores, kernel.lacks(kernel.intersection(named), numbers))

    def _pairs(self, group: Group) -> list[tuple[Leaf, Leaf]]:
        """The words that follow each other in what was typed."""
        pairs = self._group_pairs.get(id(group))
        if pairs is None:
            pairs = self._group_pairs[id(group)] = self._found_pairs(group)
        return pairs

    def _found_pairs(self, group: Group) -> list[tuple[Leaf, Leaf]]:
        return [
            (left, right)
            for left, right in pairwise((*group.optional, *group.required))
            if isinstance(left, Leaf)
            and isinstance(right, Leaf)
            and left.adjacent
            and right.adjacent
            and _common_fields(left, right)
            and self.finder.found(left).is_anywhere
            and self.finder.found(right).is_anywhere
        ]

    def _pair_idf(self, left: Leaf, right: Leaf) -> float:
        found = self.finder.found
        return ranking.ADJACENCY * min(found(left).idf, found(right).idf)

    def _beside(self, left: Leaf, right: Leaf, numbers: Numbers) -> Scores:
        """The reward of documents in which two words stand as they were typed."""
        kernel, finder = self._kernel, self.finder
        rows = self._rows(left, right)
        fields = _common_fields(left, right)
        if len(numbers) <= _FEW:
            starts = self._beside_in(rows, numbers)
            column = kernel.column(self._weighed(starts, fields)) if starts else None
        else:
            both = [numbers, finder.documents(left), finder.documents(right)]
            within = kernel.numbers(kernel.intersection(both))
            found: Positions = matching.starts(kernel, rows, within=within)
            column = kernel.weighed(kernel.in_fields(found, fields, None))
        if column is None or not len(column):
            return kernel.constant(numbers, 0.0)
        table = kernel.table(ranking.WORTHS, self._pair_idf(left, right))
        scores = kernel.worths(column, table, numbers)
        for leaf in (left, right):
            scores = kernel.only(scores, kernel.holds(finder.documents(leaf), numbers))
        return scores

    def _rows(self, left: Leaf, right: Leaf) -> list[matching.Row]:
        key = left.adjacent, right.adjacent
        rows = self._pair_rows.get(key)
        if rows is None:
            rows = matching.rows(self.reader, left.adjacent + right.adjacent)
            self._pair_rows[key] = rows
        return rows

    def _beside_in(self, rows: Sequence[matching.Row], numbers: Numbers) -> list[int]:
        """Where the rows' terms stand side by side in a few documents.

        The words of a query are in two pairs each, so their positions are kept.
        """
        if self._looked_at is not numbers:
            self._looked_at, self._places = numbers, {}
        here: set[int] | None = None
        for distance, terms in rows:
            key = tuple([term.ordinal for term in terms])
            places = self._places.get(key)
            if places is None:
                places = {*self._kernel.positions_in_all("text", terms, numbers)}
                self._places[key] = places
            if here is None:
                here = {place - distance for place in places}
            else:
                here = {start for start in here if start + distance in places}
            if not here:
                return []
        return sorted(here or ())

    def _weighed(
        self, starts: Sequence[int], fields: Collection[str]
    ) -> Iterator[tuple[int, int]]:
        """The documents of a few occurrences with their codes."""
        plain = self.finder.plain
        column = plain.weighed(plain.in_fields(starts, fields, None))
        return zip(column.documents, column.codes, strict=True)

    def _beside_bound(self, left: Leaf, right: Leaf, numbers: Numbers) -> Scores:
        """No less than the reward of each document.

        Where both words stand side by side, each stands. They weigh what the left one
        does, and the right one weighs little less.
        """
        idf = self._pair_idf(left, right)
        return self._kernel.lower(
            self._one_beside(left, _ABOVE, idf, numbers),
            self._one_beside(right, _FAR_ABOVE, idf, numbers),
        )

    def _one_beside(
        self, leaf: Leaf, worths: Sequence[float], idf: float, numbers: Numbers
    ) -> Scores:
        found = self.finder.found(leaf)
        if found.near or not found.layers:
            return self._kernel.constant(numbers, idf * ranking.WORTHS[-1])
        table = self._kernel.table(_beside_worths(leaf, worths), idf)
        return self.finder.worths(found.layers[0].source, table, numbers)

    # Order

    def _by_relevance(self, count: int) -> list[tuple[int, float]]:
        if heads := self._heads(count):
            return heads
        answer, kernel = self.answer, self._kernel
        best = self._best(answer.literal, count)
        tiers = (answer.complete, answer.literal), (answer.hits, answer.complete)
        for all_of_them, before in tiers:
            if len(best) < count and all_of_them is not before:
                rest = kernel.difference(all_of_them, before)
                best += self._best_of_rest(rest, count - len(best))
        return best

    def _heads(self, count: int) -> list[tuple[int, float]]:
        """The best documents of a single list, if the index keeps enough of them."""
        leaf = self._only_leaf
        found = self.finder.found(leaf) if leaf else None
        if found is None or len(found.all_layers) != 1:
            return []
        layer = found.all_layers[0]
        source, worths = layer.source, layer.worths
        if not isinstance(source, TermPostings):
            return []
        heads, codes = decode.heads(source)
        if not 0 < count <= len(heads):
            return []
        pairs = zip(heads[:count], codes, strict=False)
        return [(number, worths[code] * found.idf) for number, code in pairs]

    def _best(self, documents: Documents, count: int) -> list[tuple[int, float]]:
        """The best of some documents, all of which answer the plan."""
        kernel, root = self._kernel, self.plan.root
        numbers = kernel.numbers(documents)
        pairs = self._pairs(root) if isinstance(root, Group) else []
        if not isinstance(root, Group) or not pairs or not 0 < count < len(numbers):
            return kernel.best(numbers, self._scores(root, numbers), count)
        bounds = self._word_scores(root, numbers)
        least = kernel.best(numbers, bounds, count)[-1][1]
        for left, right in pairs:
            bounds = kernel.add(bounds, self._beside_bound(left, right, numbers))
        bounds = kernel.times(bounds, _SLACK)
        for looks in (2 * count + 4, 16 * count):
            numbers, bounds = kernel.at_least(numbers, bounds, least)
            if looks >= len(numbers):
                break
            first = kernel.best(numbers, bounds, looks + 1)
            looked = kernel.chosen(number for number, _ in first[:-1])
            best = kernel.best(looked, self._scores(root, looked), count)
            if best[-1][1] > first[-1][1]:
                return best
            least = max(least, best[-1][1])
        numbers, _ = kernel.at_least(numbers, bounds, least)
        return kernel.best(numbers, self._scores(root, numbers), count)

    def _best_of_rest(
        self, documents: Documents, count: int
    ) -> list[tuple[int, float]]:
        """The best of documents each of which lacks a word.

        Only those are looked at whose words can be worth enough together (MaxScore,
        Turtle and Flood 1995, https://doi.org/10.1016/0306-4573(95)00020-H): the best
        documents of each word tell how much is enough. Half of the reward for a pair
        goes to either word: there it is worth no more than each of them.
        """
        kernel, root = self._kernel, self.plan.root
        leaves = self._flat_leaves()
        if not isinstance(root, Group) or len(leaves) < 2:
            return self._best(documents, count)
        sources = [self.finder.found(leaf).layers[0].source for leaf in leaves]
        columns = [*map(self.finder.column, sources)]
        seeds = kernel.union([kernel.top(column, count) for column in columns])
        seeds = kernel.numbers(kernel.intersection([seeds, documents]))
        best = kernel.best(seeds, self._word_scores(root, seeds), count)
        if len(best) < count:
            return self._best(documents, count)
        first, second = dict.fromkeys(leaves, 0.0), dict.fromkeys(leaves, 0.0)
        for left, right in self._pairs(root):
            first[left] += self._pair_idf(left, right) / 2
            second[right] += self._pair_idf(left, right) / 2
        parts = []
        for leaf, source, column in zip(leaves, sources, columns, strict=True):
            table = kernel.table(self._highest(leaf), self.finder.found(leaf).idf)
            for worths, idf in ((_ABOVE, first[leaf]), (_FAR_ABOVE, second[leaf])):
                beside = _beside_worths(leaf, worths)
                if len(beside) != len(table):  # a formula's worths are no codes'
                    beside = (0.0, *[max(beside)] * (len(table) - 1))
                table = kernel.add(table, kernel.table(beside, idf))
            is_term = isinstance(source, TermPostings)
            parts.append(
                (column, table, float(table[source.top] if is_term else max(table)))
            )
        chosen = kernel.reaching(parts, best[-1][1] / _SLACK)
        return self._best(kernel.intersection([chosen, documents]), count)

    def _flat_leaves(self) -> list[Leaf]:
        """The leaves that are found, of a plan that is nothing but optional leaves."""
        root = self.plan.root
        if not isinstance(root, Group) or root.required or root.twins:
            return []
        leaves = [child for child in root.optional if isinstance(child, Leaf)]
        found = [self.finder.found(leaf) for leaf in leaves]
        if len(leaves) < len(root.optional) or any(leaf.near for leaf in found):
            return []
        pairs = zip(leaves, found, strict=True)
        return [leaf for leaf, here in pairs if here.is_anywhere]

    def _highest(self, leaf: Leaf) -> tuple[float, ...]:
        """What a leaf is worth at most, by the code in its first layer."""
        layers = self.finder.found(leaf).layers
        if len(layers) == 1:
            return tuple(layers[0].worths)
        return _highest(tuple(tuple(layer.worths) for layer in layers))

    def _by_date(self, count: int) -> list[tuple[int, float]]:
        kernel = self._kernel
        numbers = kernel.numbers(self.answer.hits)
        days = kernel.days(numbers)
        newest = kernel.best(numbers, days, count)
        if not newest:
            return []
        numbers, days = kernel.at_least(numbers, days, newest[-1][1])
        scores = self._scores(self.plan.root, numbers)
        rows = zip(numbers, days, scores, strict=True)
        ordered = sorted((-float(day), -float(s), int(n)) for n, day, s in rows)
        return [(number, -score) for _, score, number in ordered[:count]]


_ABOVE = (0.0, *(ranking.WORTHS[min(code + 2, 255)] for code in range(1, 256)))
"""What a code is worth that rounding may have made too low."""


@cache
def _highest(layers: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    """The most that a code in the first of some layers can be worth in all of them.

    What stands in a further layer stands in the first, so its code there is no higher,
    but for the rounding of sums.
    """
    first, *others = layers
    return tuple(
        worth + sum(other[min(code + 2, 255)] for other in others)
        for code, worth in enumerate(first)
    )


_FAR = 3 + math.ceil(
    ranking.CODES_PER_DOUBLING
    * math.log2(max(ranking.WEIGHT_BY_ZONE) / min(ranking.WEIGHT_BY_ZONE))
)
_FAR_ABOVE = (0.0, *(ranking.WORTHS[min(code + _FAR, 255)] for code in range(1, 256)))
"""The same for the second of two words, which may stand in a zone of less weight."""

_ANYTHING = (0.0, *[ranking.WORTHS[-1]] * 255)


def _beside_worths(leaf: Leaf, worths: Sequence[float]) -> Sequence[float]:
    """What a pair can be worth at most, by the code of one of its words.

    `worths` if the code tells of all places of the word.
    """
    if len(leaf.variants) > 1 or matching.is_restricted(leaf):
        return _ANYTHING
    return worths


def _common_fields(left: Leaf, right: Leaf) -> set[str]:
    return {*left.fields} & {*right.fields} & {"title", "body"}
