"""How much of what a document has of a question stands together?

An article is as good as its best section: one that has the words of a question here and
there, on as many subjects, answers it less than one that has them in one place. What is
one place is told by positions alone, so sections need not be looked up, and a long one
is no better than a short one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from searchkit.engines import matching, ranking
from searchkit.engines.plan import FormulaLeaf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.answers import Answers
    from searchkit.engines.plan import Leaf, Plan, Twin


class Together:
    """The words of one question, by all of their names. For one thread."""

    def __init__(self, plan: Plan, answers: Answers) -> None:
        self._finder = finder = answers.finder
        names: dict[int, list[tuple[Leaf, Twin | None]]] = {}
        worths: dict[int, float] = {}
        for leaf in plan.leaves():
            found, word = finder.found(leaf), finder.same(leaf)
            is_word = not isinstance(leaf, FormulaLeaf) and not answers.weak(leaf)
            if is_word and found.is_anywhere and word not in names:
                worths[word], names[word] = found.idf, [(leaf, None)]
        for twin in plan.twins():
            for word in map(finder.same, twin.of):
                if word in names:
                    names[word].append((twin.leaf, twin))
        self._words = [(worths[word], names[word]) for word in names]

    def shares(self, numbers: Sequence[int]) -> list[float]:
        """What is left of the score of each of some documents, which rise."""
        if len(self._words) < 2:
            return [1.0] * len(numbers)
        known: dict[int, list[tuple[int, ...]]] = {}
        here: list[dict[int, float]] = [{} for _ in numbers]
        total = [0.0] * len(numbers)
        for worth, names in self._words:
            several = []
            for leaf, twin in names:
                stretches = known.get(id(leaf))
                if stretches is None:
                    stretches = [*self._stretches(leaf, twin, numbers)]
                    known[id(leaf)] = stretches
                several.append(stretches)
            for at, stretches_of in enumerate(zip(*several, strict=True)):
                found = {stretch for some in stretches_of for stretch in some}
                if found:
                    total[at] += worth
                    worths = here[at]
                    for stretch in found:
                        worths[stretch] = worths.get(stretch, 0.0) + worth
        return [
            1 - ranking.APART * (1 - max(worths.values()) / every) if every else 1.0
            for worths, every in zip(here, total, strict=True)
        ]

    def _stretches(
        self, leaf: Leaf, twin: Twin | None, numbers: Sequence[int]
    ) -> Iterator[tuple[int, ...]]:
        """In which stretches of each of the documents a leaf stands.

        Each reaches over half of the one before, so what stands near is in one.
        """
        finder, half = self._finder, ranking.REACH
        base = finder.reader.text_base
        counting = numbers
        if twin is not None and twin.unless:
            kernel = finder.kernel
            held = kernel.holds(finder.likely(twin), kernel.chosen(numbers))
            rows = zip(numbers, held, strict=True)
            counting = [number for number, holds in rows if holds]
        starts, _ = matching.places(finder.plain, finder.reader, leaf, counting)
        last = 0
        for number in numbers:
            start = base[number]
            first = bisect_left(starts, start, last)
            last = bisect_left(starts, base[number + 1], first)
            halves = {(place - start) // half for place in starts[first:last]}
            yield (*halves, *[one - 1 for one in halves])
