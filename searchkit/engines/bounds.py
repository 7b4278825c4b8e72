"""What can a document be worth at most, by the codes of the plan's words?

Each part is a column, its table and the most that it is worth anywhere. What the parts
give a document adds up to no less than its score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from searchkit.engines import adjacency
from searchkit.engines.columns.postings import TermPostings
from searchkit.engines.plan import AnyOf, Group, Leaf, Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from searchkit.engines.adjacency import Pair
    from searchkit.engines.kernels.base import Column, Table
    from searchkit.engines.scorer import Scorer

Part: TypeAlias = "tuple[Column, Table, float]"


def parts_of(
    scorer: Scorer, node: Node, pairs_of: Callable[[Group], Sequence[Pair]]
) -> Iterator[Part]:
    """The parts of a node; `pairs_of` tells a group's words that may stand side by
    side."""
    if isinstance(node, Leaf):
        yield from _leaf_parts(scorer, node)
    elif isinstance(node, AnyOf):
        for child in node.alternatives:
            yield from parts_of(scorer, child, pairs_of)
    else:
        for child in (*node.required, *node.optional):
            if isinstance(child, Leaf):
                yield from _leaf_parts(scorer, child, pairs_of(node))
            else:
                yield from parts_of(scorer, child, pairs_of)
        for twin in node.twins:
            share = scorer.share_of_twin(twin)
            yield from _leaf_parts(scorer, twin.leaf, factor=share)


def _leaf_parts(
    scorer: Scorer, leaf: Leaf, pairs: Sequence[Pair] = (), factor: float = 1.0
) -> Iterator[Part]:
    """A part for the documents that hold a leaf, one for those with near forms."""
    finder, kernel = scorer.finder, scorer.kernel
    found = finder.found(leaf)
    layers = [(layer.source, scorer.highest(leaf)) for layer in found.layers[:1]]
    if found.near:
        layers.append((found.near.source, scorer.worths(found.near)))
    for source, worths in layers:
        table = kernel.table(worths, found.idf * factor)
        table = adjacency.with_shares(scorer, leaf, table, pairs)
        column = finder.column(source)
        is_term = isinstance(source, TermPostings)
        top = source.top if is_term else kernel.top_code(column)
        yield column, table, float(table[top])
