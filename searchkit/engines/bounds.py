"""What can a document be worth at most, by the codes of the plan's words?

Each part is a column, its table and the most that it is worth anywhere. What the parts
give a document adds up to no less than its score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from searchkit.engines import adjacency
from searchkit.engines.columns.postings import TermPostings
from searchkit.engines.plan import AnyOf, Group, Leaf, Node

if TYPE_CHECKING:
    from searchkit.engines.adjacency import Pair
    from searchkit.engines.finder import Finder
    from searchkit.engines.kernels.base import Column, Table

Part: TypeAlias = "tuple[Column, Table, float]"


def parts_of(
    finder: Finder, node: Node, pairs_of: Callable[[Group], Sequence[Pair]]
) -> Iterator[Part]:
    """The parts of a node; `pairs_of` tells a group's words that may stand side by
    side."""
    if isinstance(node, Leaf):
        yield from _leaf_parts(finder, node)
    elif isinstance(node, AnyOf):
        for child in node.alternatives:
            yield from parts_of(finder, child, pairs_of)
    else:
        for child in (*node.required, *node.optional):
            if isinstance(child, Leaf):
                yield from _leaf_parts(finder, child, pairs_of(node))
            else:
                yield from parts_of(finder, child, pairs_of)
        for twin in node.twins:
            share = finder.share_of_twin(twin)
            yield from _leaf_parts(finder, twin.leaf, factor=share)


def _leaf_parts(
    finder: Finder, leaf: Leaf, pairs: Sequence[Pair] = (), factor: float = 1.0
) -> Iterator[Part]:
    """A part for the documents that hold a leaf, one for those with near forms."""
    found, kernel = finder.found(leaf), finder.kernel
    layers = [(layer.source, finder.highest(leaf)) for layer in found.layers[:1]]
    if found.near:
        layers.append((found.near.source, found.near.worths))
    for source, worths in layers:
        table = kernel.table(worths, found.idf * factor)
        table = adjacency.with_shares(finder, leaf, table, pairs)
        column = finder.column(source)
        is_term = isinstance(source, TermPostings)
        top = source.top if is_term else kernel.top_code(column)
        yield column, table, float(table[top])
