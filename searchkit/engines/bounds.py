"""What can a document be worth at most, by the codes of the plan's words?

What the bounds give a document adds up to no less than its score. A word and its other
names share a bound: in a document that has the word its names count nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter

from searchkit.engines import adjacency
from searchkit.engines.columns.postings import TermPostings
from searchkit.engines.plan import AnyOf, Group, Leaf, Node, Twin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from searchkit.engines.adjacency import Pair
    from searchkit.engines.kernels.base import Column, Table
    from searchkit.engines.scorer import Scorer

_MOST = itemgetter(0)

Part: TypeAlias = "tuple[Column, Table, float]"
"""A column, its table, and the most that it is worth anywhere."""

Bound: TypeAlias = "Sequence[Sequence[Part]]"
"""The parts of a document add up to one of some sums at most."""


def most_of(bound: Bound) -> float:
    """The most that a bound gives any document."""
    return max([sum([most for _, _, most in parts]) for parts in bound])


def needed(
    bounds: Sequence[Bound], least: float
) -> Iterator[tuple[Column, Table, float]]:
    """Columns, in one of which a document that is worth `least` in all has so much.

    The longest lists mostly have the lowest worths. They come last, so much of them or
    all is left out (MaxScore).
    """
    left = [[sum([most for _, _, most in parts]) for parts in ways] for ways in bounds]
    columns = [
        (most, column, table, sums, way)
        for ways, sums in zip(bounds, left, strict=True)
        for way, parts in enumerate(ways)
        for column, table, most in parts
    ]
    for most, column, table, sums, way in sorted(columns, key=_MOST, reverse=True):
        others = sum(map(max, left)) - max(sums)
        if others + max(sums) < least:
            return
        sums[way] -= most
        yield column, table, least - others - sums[way]


def bounds_of(
    scorer: Scorer, node: Node, pairs_of: Callable[[Group], Sequence[Pair]]
) -> Iterator[Bound]:
    """The bounds of a node; `pairs_of` tells a group's words that may stand side by
    side."""
    if isinstance(node, Leaf):
        yield _bound(scorer, node)
    elif isinstance(node, AnyOf):
        for child in node.alternatives:
            yield from bounds_of(scorer, child, pairs_of)
    else:
        children = (*node.required, *node.optional)
        names: dict[int, list[Twin]] = {}  # of each child; of several words by -1
        for twin in node.twins:
            is_of_one = len(twin.of) == 1 and twin.of[0] in children
            at = children.index(twin.of[0]) if is_of_one else -1
            names.setdefault(at, []).append(twin)
        for at, child in enumerate(children):
            if isinstance(child, Leaf):
                yield _bound(scorer, child, pairs_of(node), names.get(at, ()))
            else:
                yield from bounds_of(scorer, child, pairs_of)
        for twin in names.get(-1, ()):
            yield _bound(scorer, None, twins=[twin])


def _bound(
    scorer: Scorer,
    leaf: Leaf | None,
    pairs: Sequence[Pair] = (),
    twins: Sequence[Twin] = (),
) -> Bound:
    """The bound of a leaf, if there is one, and of twins that stand for it alone.

    A document holds the leaf, or a near form of it, or some of the twins.
    """
    ways = [[part] for part in _leaf_parts(scorer, leaf, pairs)] if leaf else []
    names = [
        part
        for twin in twins
        for part in _leaf_parts(scorer, twin.leaf, factor=scorer.share_of_twin(twin))
    ]
    return [*ways, names]


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
