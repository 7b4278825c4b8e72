"""Which documents answer a plan?

Sets, with the operations of a kernel: those that answer, those of them that lack no
word, those that have each word as typed.
"""

from __future__ import annotations

from collections.abc import Sequence

from searchkit.engines import ranking
from searchkit.engines.plan import AnyOf, Group, Leaf, Node, Twin
from searchkit.record import once, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.finder import Finder
    from searchkit.engines.kernels.base import Documents, Kernel


@record
class Answer:
    """The documents that answer a part of a plan.

    `complete` are those of them that lack no word, `literal` those of them that have
    each word as typed, and not by a twin.
    """

    hits: Documents
    complete: Documents
    literal: Documents


class Answers:
    """The sets of one plan, each made once. For one thread."""

    def __init__(self, finder: Finder, kernel: Kernel, leaves: Sequence[Leaf]) -> None:
        """`leaves` are those of the plan that may match in a hit."""
        self.finder = finder
        self._kernel = kernel
        self._leaves = leaves
        self._answers: dict[int, Answer] = {}

    def weak(self, leaf: Leaf) -> bool:
        """Whether the leaf says too little beside the others to make a hit alone."""
        idf = self.finder.found(leaf).idf
        return leaf.weight < 1 or idf < ranking.WEAK * self._rarest_idf

    @once
    def _rarest_idf(self) -> float:
        """The highest idf of the leaves that are found at all."""
        found = [self.finder.found(leaf) for leaf in self._leaves]
        return max((leaf.idf for leaf in found if leaf.is_anywhere), default=0.0)

    def of(self, node: Node) -> Answer:
        """What answers one node of the plan."""
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
            return self._either([self.of(child) for child in node.alternatives])
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
            if not self.weak_node(child)
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
            hits = kernel.difference(hits, self.of(child).hits)
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
        for whole, twins in names_of(group.twins).items():
            holding = self.finder.documents(whole)
            named = [holding, *(self.finder.documents(twin.leaf) for twin in twins)]
            complete = kernel.intersection([complete, kernel.union(named)])
            literal = kernel.intersection([literal, holding])
        return Answer(hits, complete, literal)

    def _part(self, child: Node, group: Group) -> Answer:
        """What a part of a group finds, by itself and by the twins it belongs to."""
        answer = self.of(child)
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

    def weak_node(self, node: Node) -> bool:
        """Whether a node is a weak leaf."""
        return isinstance(node, Leaf) and self.weak(node)


def names_of(twins: Sequence[Twin]) -> dict[Leaf, list[Twin]]:
    """The twins of names of several words, by the whole name."""
    named: dict[Leaf, list[Twin]] = {}
    for twin in twins:
        if twin.whole is not None:
            named.setdefault(twin.whole, []).append(twin)
    return named
