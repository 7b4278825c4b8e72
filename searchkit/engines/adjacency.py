"""What are words worth that stand side by side, as they were typed?

Two words that follow each other count as a further word. It weighs what it says more
than its words do: where the rarer one stands, does the other stand beside it anyway?
That is looked up in few of its documents, the same ones in each search. Where the words
of a pair stand is looked up in few documents, too: what it can be worth at most follows
from the codes of its words. What was seen of a pair is kept, and not looked at again.

Where signs were typed between two words (`vec![1, 2]`), they are a pair with the signs,
and one without: who types a comma between words does not mean it.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from functools import cache
from itertools import pairwise

from searchkit.engines import matching, ranking
from searchkit.engines.plan import Group, Leaf
from searchkit.engines.plan import Sequence as Slots
from searchkit.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.finder import Finder
    from searchkit.engines.kernels.base import (
        Column,
        Documents,
        Kernel,
        Numbers,
        Positions,
        Scores,
        Table,
    )
    from searchkit.engines.ranking import Scale
    from searchkit.engines.scorer import Scorer


class Seen:
    """What searches have seen of two words side by side. Safe for many threads.

    `looked` are the documents in which they were looked for, and the column of those in
    which they stand so.
    """

    __slots__ = ("key", "looked", "surprise")

    def __init__(self, key: Hashable, kernel: Kernel) -> None:
        """Nothing yet; `key` is where it is kept."""
        self.key = key
        self.surprise: float | None = None
        self.looked: tuple[Documents, Column] = kernel.union([]), kernel.column(())


@record
class Pair:
    """Two words that follow each other in what was typed, and what they weigh.

    `between` are the signs that stand between them.
    """

    left: Leaf
    right: Leaf
    between: Slots
    idf: float
    seen: Seen

    @property
    def row(self) -> Slots:
        """How they stand side by side."""
        return self.left.adjacent + self.between + self.right.adjacent


def pairs_of(finder: Finder, group: Group) -> list[Pair]:
    """The pairs of a group's words that may stand side by side.

    One that was typed several times is one pair that weighs so much more.
    """
    pairs: dict[Hashable, Pair] = {}
    worths: dict[Hashable, float] = {}
    for left, right, between, is_stated in _typed(group):
        if not (left.adjacent and right.adjacent and _common_fields(left, right)):
            continue
        one, other = finder.found(left), finder.found(right)
        key = id(one), id(other), between  # the same for words that were typed again
        if key in pairs:
            idf = worths[key] + pairs[key].idf
            pairs[key] = replace(pairs[key], idf=idf)
        elif one.is_anywhere and other.is_anywhere:
            seen = _seen(finder, left, right, between)
            pair = Pair(left, right, between, 0.0, seen)
            if idf := _idf(finder, pair, is_stated=is_stated):
                worths[key] = idf
                pairs[key] = replace(pair, idf=idf)
    return [*pairs.values()]


def _typed(group: Group) -> Iterator[tuple[Leaf, Leaf, Slots, bool]]:
    """Words side by side, what may stand between them, and whether an answer has them
    so and not the query."""
    for left, right in pairwise((*group.optional, *group.required)):
        if isinstance(left, Leaf) and isinstance(right, Leaf):
            yield left, right, (), False
            if left.behind:
                yield left, right, left.behind, False
    for left, right in group.stated:
        yield left, right, (), True


def _seen(finder: Finder, left: Leaf, right: Leaf, between: Slots) -> Seen:
    """What is kept of two words: other queries have them side by side, too."""
    key = "beside", finder.kernel.name, *_asked(left), between, *_asked(right)
    return finder.reader.found.get(key, lambda: (Seen(key, finder.kernel), _KEPT))


def _asked(leaf: Leaf) -> tuple[Hashable, ...]:
    """What a leaf's documents and its places beside others follow from."""
    where = leaf.fields, leaf.zones, leaf.languages, leaf.blanks
    return leaf.variants, leaf.adjacent, *where


def _idf(finder: Finder, pair: Pair, *, is_stated: bool) -> float:
    """What two words side by side weigh: 0 if it is known that they never are."""
    if not is_stated and (pair.left.weight < 1 or pair.right.weight < 1):
        one, other = finder.found(pair.left), finder.found(pair.right)
        return ranking.LIGHT_ADJACENCY * math.sqrt(one.idf * other.idf)
    if pair.seen.surprise is None:
        pair.seen.surprise = _surprise(finder, pair)
    return ranking.ADJACENCY * pair.seen.surprise


def _surprise(finder: Finder, pair: Pair) -> float:
    """How much rarer two words side by side are than the rarer of them, as an idf."""
    kernel = finder.kernel
    rarer = max(pair.left, pair.right, key=lambda leaf: finder.found(leaf).idf)
    numbers = kernel.numbers(finder.documents(rarer))
    count, most = len(numbers), ranking.LOOKED_AT
    if count > most:
        places = [place * count // most for place in range(most)]
        numbers = kernel.taken(numbers, places)
    starts = _starts(finder, pair, numbers)
    found = len(kernel.documents_of("text", starts)) if len(starts) else 0
    if not found and count <= most:
        return 0.0
    return max(0.0, math.log((len(numbers) + 1) / (found + 0.5)))


def scores(scorer: Scorer, pair: Pair, numbers: Numbers) -> Scores:
    """The reward of documents in which the words of a pair stand as they were typed."""
    table = scorer.kernel.table(scorer.scale.worths, pair.idf)
    return scorer.kernel.worths(_looked(scorer.finder, pair, numbers), table, numbers)


def _looked(finder: Finder, pair: Pair, numbers: Numbers) -> Column:
    """The column of a pair after a look at those of the documents not looked at yet."""
    kernel = finder.kernel
    looked, column = pair.seen.looked
    new = kernel.difference(numbers, looked)
    if not kernel.count(new):
        return column
    holding = finder.documents(pair.left), finder.documents(pair.right)
    both = kernel.numbers(kernel.intersection([new, *holding]))
    starts = _starts(finder, pair, both) if len(both) else ()
    if len(starts):
        fields = _common_fields(pair.left, pair.right)
        beside = kernel.weighed(starts, fields)
        column = kernel.joined([column, beside]) if len(column) else beside
    looked = kernel.union([looked, new])
    pair.seen.looked = looked, column
    size = _KEPT + kernel.bytes_of(looked) + kernel.size_of(column)
    finder.reader.found.weigh(pair.seen.key, size)
    return column


def _starts(finder: Finder, pair: Pair, numbers: Numbers) -> Positions:
    """Where in the documents two words stand side by side."""
    rows = matching.rows(finder.reader, pair.row)
    return matching.starts_within(finder.kernel, rows, numbers)


def bound(scorer: Scorer, pair: Pair, numbers: Numbers) -> Scores:
    """No less than the reward of each document.

    Where both words stand side by side, each stands. They weigh what the left one
    does, and the right one weighs little less.
    """
    return scorer.kernel.lower(
        _one_bound(scorer, pair.left, _ABOVE, pair.idf, numbers),
        _one_bound(scorer, pair.right, _FAR_ABOVE, pair.idf, numbers),
    )


def _one_bound(
    scorer: Scorer, leaf: Leaf, above: int, idf: float, numbers: Numbers
) -> Scores:
    found, kernel = scorer.finder.found(leaf), scorer.kernel
    if found.near or not found.layers:
        return kernel.constant(numbers, idf * scorer.scale.worths[-1])
    table = kernel.table(_worths(scorer.scale, leaf, above), idf)
    return scorer.looked_up(found.layers[0].source, table, numbers)


def with_shares(
    scorer: Scorer, leaf: Leaf, table: Table, pairs: Sequence[Pair]
) -> Table:
    """A leaf's table of worths with half of what each of its pairs can be worth.

    Where two words stand side by side the reward is no more than either half twice.
    """
    kernel, scale = scorer.kernel, scorer.scale
    for above, halves in (
        (_ABOVE, [pair.idf / 2 for pair in pairs if pair.left is leaf]),
        (_FAR_ABOVE, [pair.idf / 2 for pair in pairs if pair.right is leaf]),
    ):
        if halves:
            beside = _worths(scale, leaf, above)
            if len(beside) != len(table):  # a formula's worths are no codes'
                beside = (0.0, *[scale.worths[-1]] * (len(table) - 1))
            table = kernel.add(table, kernel.table(beside, sum(halves)))
    return table


_ABOVE = 2
"""Steps by which rounding may have made a code too low."""

_FAR_ABOVE = 3 + math.ceil(
    ranking.CODES_PER_DOUBLING
    * math.log2(max(ranking.WEIGHT_BY_ZONE) / min(ranking.WEIGHT_BY_ZONE))
)
"""The same for the second of two words, which may stand in a zone of less weight."""

_ANYTHING = 255

_KEPT = 1_000
"""Bytes that are said to be kept of a pair without the documents looked at."""


def _worths(scale: Scale, leaf: Leaf, above: int) -> Sequence[float]:
    """What a pair can be worth at most, by the code of one of its words.

    That of a code so many steps `above` if the code tells of all places of the word.
    """
    if len(leaf.variants) > 1 or matching.is_restricted(leaf):
        return _raised(scale, _ANYTHING)
    return _raised(scale, above)


@cache
def _raised(scale: Scale, steps: int) -> tuple[float, ...]:
    """What codes are worth that are so many steps higher."""
    worths = scale.worths
    return (0.0, *[worths[min(code + steps, 255)] for code in range(1, 256)])


def _common_fields(left: Leaf, right: Leaf) -> set[str]:
    return {*left.fields} & {*right.fields} & {"title", "address", "body"}
