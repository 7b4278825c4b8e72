"""What is what was found worth, in one kind of query?

`finder` tells where a leaf stands and in how many documents, `ranking` how much that
is; both together are a document's part of the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from searchkit.engines import ranking
from searchkit.engines.columns.postings import TermPostings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from searchkit.engines.finder import Finder, Layer
    from searchkit.engines.kernels.base import Column, Numbers, Scores, Table
    from searchkit.engines.plan import Leaf, Plan, Twin


class Scorer:
    """Scores the leaves of one plan. The finder has settled. For one thread."""

    def __init__(self, finder: Finder, plan: Plan) -> None:
        self.finder = finder
        self.kernel = finder.kernel
        self.scale = ranking.QUESTION if plan.is_question else ranking.WORDS
        self._of_formulas: dict[int, tuple[Layer, Sequence[float]]] = {}  # by id
        self._numbers: Numbers = None
        self._codes: dict[int, tuple[Any, Any]] = {}  # of these, by id of the source

    def worths(self, layer: Layer) -> Sequence[float]:
        """What each code of a layer is worth, before idf; the same list each time."""
        if layer.degrees:
            return _shared(self.scale, *layer.degrees)
        if not layer.xs:
            return self.scale.worths
        found = self._of_formulas.get(id(layer))
        if found is None:
            made = [ranking.saturate(x, self.scale.k1) for x in layer.xs]
            found = self._of_formulas[id(layer)] = layer, made
        return found[1]

    def scores(self, leaf: Leaf, numbers: Numbers) -> Scores:
        """The leaf's part of the documents' scores."""
        found, kernel = self.finder.found(leaf), self.kernel
        total = None
        for layer in found.all_layers:
            table = kernel.table(self.worths(layer), found.idf)
            part = self.looked_up(layer.source, table, numbers)
            total = part if total is None else kernel.add(total, part)
        return kernel.constant(numbers, 0.0) if total is None else total

    def looked_up(
        self, source: TermPostings | Column, table: Table, numbers: Numbers
    ) -> Scores:
        """What a layer is worth in each of the documents, by a table of its codes."""
        return self.kernel.worths_of(table, self._codes_of(source, numbers))

    def _codes_of(self, source: TermPostings | Column, numbers: Numbers) -> Any:
        """A layer's codes in the documents; of the same documents looked up once."""
        if numbers is not self._numbers:
            self._numbers, self._codes = numbers, {}
        found = self._codes.get(id(source))
        if found is None:
            codes = self.kernel.codes(self.finder.column(source), numbers)
            found = self._codes[id(source)] = (source, codes)
        return found[1]

    def lacks(self, leaf: Leaf, numbers: Numbers) -> Sequence[bool]:
        """Whether each of the documents lacks a leaf, as its codes there tell."""
        found = self.finder.found(leaf)
        source = found.layers[0].source if found.layers and not found.near else None
        if isinstance(source, TermPostings):
            return self.kernel.without(self._codes_of(source, numbers))
        return self.kernel.lacks(self.finder.documents(leaf), numbers)

    def highest(self, leaf: Leaf) -> Sequence[float]:
        """What a leaf is worth at most, by the code in its first layer, before idf."""
        layers = self.finder.found(leaf).layers
        if len(layers) == 1:
            return self.worths(layers[0])
        return _highest(tuple([tuple(self.worths(layer)) for layer in layers]))

    def score(self, leaf: Leaf, number: int) -> float:
        """The leaf's part of one document's score."""
        return float(self.scores(leaf, self.kernel.chosen([number]))[0])

    def shares_of_twin(self, twin: Twin) -> list[float]:
        """Of what a twin's leaf scores, what a document gets for each word that it
        lacks: as if the name were as rare as the word."""
        own = self.finder.found(twin.leaf).idf
        return [self.finder.found(leaf).idf / own if own else 0.0 for leaf in twin.of]

    def share_of_twin(self, twin: Twin) -> float:
        """Of what its leaf scores a document, the most that a twin adds.

        A translation counts as rare as the words at most.
        """
        share = sum(self.shares_of_twin(twin))
        return ranking.TRANSLATION * min(share, 1.0) if twin.likely else share


@cache
def _shared(scale: ranking.Scale, first: int, last: int) -> tuple[float, ...]:
    """What codes are worth that count for some degrees in a row, both included.

    A document gets the sum of what its degrees give it.
    """
    total = tuple([scale.shares[first] * worth for worth in scale.worths])
    for share in scale.shares[first + 1 : last + 1]:
        pairs = zip(total, scale.worths, strict=True)
        total = tuple([one + share * worth for one, worth in pairs])
    return total


@cache
def _highest(layers: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    """The most that a code in the first of some layers can be worth in all of them.

    What stands in a further layer stands in the first, so its code there is no higher,
    but for the rounding of sums.
    """
    first, *others = layers
    worths = [
        worth + sum(other[min(code + 2, 255)] for other in others)
        for code, worth in enumerate(first)
    ]
    return (0.0, *worths[1:])
