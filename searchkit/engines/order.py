"""In what order do the documents come that answer a plan?

First those that have each word as typed, then those that lack no word, then the others;
only documents that may be on the page get scores: the last of these sets fills it
before the one before is looked at. Those under a title or heading that was typed in the
other language stand among the first. In a question, which nobody expects to find word
by word, there is but one set. Ties are broken by the documents' numbers, which are in
order of `doc_id`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce

from searchkit.engines import adjacency, bounds, ranking
from searchkit.engines.columns import plain as decode
from searchkit.engines.columns.postings import TermPostings
from searchkit.engines.plan import NO_FILTERS, AnyOf, Group, Leaf, Node, Plan, Twin
from searchkit.engines.together import Together
from searchkit.record import once, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.adjacency import Pair
    from searchkit.engines.answers import Answer, Answers
    from searchkit.engines.kernels.base import Documents, Kernel, Numbers, Scores
    from searchkit.engines.scorer import Scorer

_SLACK = 1 + 1e-9  # of a bound, for what rounding adds to a score
_SEEDS = 64  # best documents of each word: with all that are kept enough is much more


class Order:
    """The scores and the order of one plan's documents. For one thread."""

    def __init__(
        self, plan: Plan, answers: Answers, kernel: Kernel, scorer: Scorer
    ) -> None:
        self.plan = plan
        self.finder = answers.finder
        self.scorer = scorer
        self._answers = answers
        self._kernel = kernel
        self._group_pairs: dict[int, list[Pair]] = {}

    def heads(self, count: int) -> list[tuple[int, float]]:
        """The best documents of a single leaf, if the index keeps enough of them."""
        root, is_all = self._literal_root, self.plan.filters == NO_FILTERS
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

    def by_relevance(self, answer: Answer, count: int) -> list[tuple[int, float]]:
        """The best of the documents that answer, with their scores."""
        kernel = self._kernel
        if self.plan.is_question:
            return self._best(answer.hits, count)
        best, first = self._as_typed(answer, count)
        tiers = (answer.complete, first), (answer.hits, answer.complete)
        for all_of_them, before in tiers:
            if len(best) < count and all_of_them is not before:
                rest = kernel.difference(all_of_them, before)
                best += self._best(rest, count - len(best))
        return best

    def by_date(self, hits: Documents, count: int) -> list[tuple[int, float]]:
        """The newest of some documents; those of one day by their scores."""
        kernel = self._kernel
        numbers = kernel.numbers(hits)
        days = kernel.days(numbers)
        newest = kernel.best(numbers, days, count)
        if not newest:
            return []
        last = newest[-1][1]
        later = {number: day for number, day in sorted(newest) if day > last}
        best: list[tuple[int, float]] = []
        if later:
            rows = zip(later.items(), self.totals(kernel.chosen(later)), strict=True)
            ordered = sorted((-day, -float(s), number) for (number, day), s in rows)
            best = [(number, -score) for _, score, number in ordered]
        numbers = kernel.taken(numbers, kernel.between(days, last, last + 1))
        scores = self.scores(self.plan.root, numbers)
        return best + self._highest(numbers, scores, count - len(best))

    # Scores

    def totals(self, numbers: Numbers) -> Scores:
        """The scores of documents that answer the plan."""
        scores = self.scores(self.plan.root, numbers)
        if not self.plan.is_question:
            return scores
        shares = self.together.shares([*map(int, numbers)])
        rows = zip(scores, shares, strict=True)
        return [float(score) * share for score, share in rows]

    @once
    def together(self) -> Together:
        """What a question's documents lose whose words stand apart."""
        return Together(self.plan, self._answers)

    def scores(self, node: Node, numbers: Numbers) -> Scores:
        """What a node adds to documents' scores; 0 to those that do not answer it."""
        words = self._word_scores(node, numbers)
        scores = self._with_pairs(self._pairs(node), words, numbers)
        if not isinstance(node, Group) or node is self.plan.root:
            return scores
        holds = self._kernel.holds(self._answers.of(node).hits, numbers)
        return self._kernel.only(scores, holds)

    def _word_scores(self, node: Node, numbers: Numbers) -> Scores:
        """A node's scores without the reward for words of its own side by side."""
        if isinstance(node, Leaf):
            return self.scorer.scores(node, numbers)
        if isinstance(node, AnyOf):
            parts = [self.scores(child, numbers) for child in node.alternatives]
        else:
            children = (*node.required, *node.optional)
            parts = [self.scores(child, numbers) for child in children]
            parts += self._twin_scores(node.twins, numbers)
        kernel = self._kernel
        return reduce(kernel.add, parts) if parts else kernel.constant(numbers, 0.0)

    def _twin_scores(self, twins: Sequence[Twin], numbers: Numbers) -> list[Scores]:
        """What the twins of a group add: of those of one word the best does."""
        scores = [self.likely_scores(t, numbers) for t in twins if t.likely]
        words = self.by_word(twins, numbers).values()
        return scores + [reduce(self._kernel.higher, names.values()) for names in words]

    def likely_scores(self, twin: Twin, numbers: Numbers) -> Scores:
        """What a name that is only likely is worth to documents that lack the words."""
        kernel = self._kernel
        scores = self.scorer.scores(twin.leaf, numbers)
        if len(twin.of) == 1:
            lacking = self.scorer.lacks(twin.of[0], numbers)
        else:
            holding = [self.finder.documents(leaf) for leaf in twin.of]
            lacking = kernel.lacks(kernel.intersection(holding), numbers)
        share = self.scorer.share_of_twin(twin)
        scores = kernel.only(kernel.times(scores, share), lacking)
        return kernel.only(scores, kernel.holds(self.finder.likely(twin), numbers))

    def by_word(
        self, twins: Sequence[Twin], numbers: Numbers
    ) -> dict[int, dict[int, Scores]]:
        """What the names that are sure are worth to documents that lack a word.

        By the word and by the name, both as `finder.same` tells them: what was typed
        again is named again.
        """
        kernel = self._kernel
        found: dict[int, dict[int, Scores]] = {}
        for twin in twins:
            if twin.likely:
                continue
            name = self.finder.same(twin.leaf)
            scores = self.scorer.scores(twin.leaf, numbers)
            shares = self.scorer.shares_of_twin(twin)
            for leaf, share in zip(twin.of, shares, strict=True):
                lacking = self.scorer.lacks(leaf, numbers)
                worth = kernel.only(kernel.times(scores, share), lacking)
                names = found.setdefault(self.finder.same(leaf), {})
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

    def _as_typed(
        self, answer: Answer, count: int
    ) -> tuple[list[tuple[int, float]], Documents]:
        """The best documents with each word as typed, and all of them.

        With those under the title or heading that was typed, in the other language.
        """
        kernel, literal = self._kernel, answer.literal
        best = self._best(literal, count, self._literal_root)
        titles = [twin.leaf for twin in self.plan.twins() if twin.is_title]
        if not titles:
            return best, literal
        titled = kernel.union([*map(self.finder.documents, titles)])
        titled = kernel.intersection([answer.complete, titled])
        others = self._best(kernel.difference(titled, literal), count)
        best = _merged(best, others, ranking.OTHER_TITLE)[:count]
        return best, kernel.union([literal, titled])

    @once
    def _literal_root(self) -> Node:
        """The root for documents with each word as typed: its twins add nothing there.

        A twin of a weak word may, since such a document may lack that.
        """
        root = self.plan.root
        if not isinstance(root, Group) or not root.twins:
            return root
        weak = self._answers.weak_node
        had = [*root.required, *(node for node in root.optional if not weak(node))]
        twins = [twin for twin in root.twins if any(one not in had for one in twin.of)]
        only = replace(root, twins=tuple(twins))
        is_leaf = len(had) == 1 and isinstance(had[0], Leaf)
        return had[0] if is_leaf and only == Group(optional=(had[0],)) else only

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
            return self._highest(numbers, words, count)
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
            best = _merged(best, self._highest(looked, scores, count, enough))[:count]
            above, looks = below, 4 * looks
            if len(best) == count:
                enough = best[-1][1]
        return best

    def _highest(
        self, numbers: Numbers, scores: Scores, count: int, enough: float = -math.inf
    ) -> list[tuple[int, float]]:
        """The best of some documents by their scores.

        In a question only those get as much whose words stand together: that is looked
        up for the highest, and less than `enough` need not be told.
        """
        kernel = self._kernel
        if not self.plan.is_question:
            return kernel.best(numbers, scores, count)
        best: list[tuple[int, float]] = []
        done, looks = 0, 2 * count
        while True:
            highest = kernel.best(numbers, scores, looks)
            best = _merged(best, self._as_together(highest[done:]))[:count]
            if len(best) == count:
                enough = max(enough, best[-1][1])
            if len(highest) < looks or highest[-1][1] < enough:
                return best
            done, looks = looks, 2 * looks

    def _as_together(self, rows: list[tuple[int, float]]) -> list[tuple[int, float]]:
        """Documents with what is left of their scores, best first."""
        rising = sorted(rows)
        shares = self.together.shares([number for number, _ in rising])
        left = zip(rising, shares, strict=True)
        ordered = [(-score * share, number) for (number, score), share in left]
        return [(number, -score) for score, number in sorted(ordered)]

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
        counts = [self.finder.found(leaf).document_count for leaf in self.plan.leaves()]
        if 2 * size < max(counts, default=0):
            return documents
        limits = [*bounds.bounds_of(self.scorer, root, self._pairs)]
        columns = [part[0] for ways in limits for parts in ways for part in parts]
        if len(columns) < 2:
            return documents
        most = max(count, _SEEDS)
        seeds = kernel.union([kernel.top(column, most) for column in columns])
        seeds = kernel.numbers(kernel.intersection([seeds, documents]))
        best = kernel.best(seeds, self._word_scores(root, seeds), count)
        if len(best) < count:
            return documents
        if self.plan.is_question:
            best = self._as_together(best)
        least = best[-1][1] / _SLACK
        chosen = kernel.reaching([*bounds.needed(limits, least)], limits, least)
        return kernel.intersection([chosen, documents])


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
