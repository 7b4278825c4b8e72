"""Where does a query stand in the articles that are shown?

A mark is a place of one of the query's leaves. The marks of all articles of a page are
looked up together: the lists of a term are read once for all of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from math import sqrt

from searchkit.analysis.folding import fold
from searchkit.engines.matching import places, width
from searchkit.engines.plan import FormulaLeaf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.chunk import Chunk
    from searchkit.engines.finder import Finder
    from searchkit.engines.formulas import Place
    from searchkit.engines.page import Page
    from searchkit.engines.plan import Leaf
    from searchkit.engines.search import Evaluation

_OFTEN, _MANY = 0.05, 6  # what a mark more is worth, and how many at most

Mark = tuple[int, int, int]
"""A match: its position, its atoms (or NAME) below 0, and the number of its leaf.

So they sort as they stand, the longest first. Above 0 instead of atoms is the number,
from 1, of a match in a formula: see `Formulas`.
"""

Columns = tuple[list[int], list[int], list[int]]
"""The same of many marks: their positions, their atoms and their leaves."""

Formulas = list[tuple[int, int]]
"""The (start, end) in its chunk of each match in a formula."""


class Worths(dict[tuple[int, ...], tuple[float, bool]]):
    """What several marks are worth together, below 0, by their leaves, in one query.

    Different words count most, then how often. Whether some of them were typed side by
    side stands beside it: `as_typed` tells what it is worth that they stand so.
    `alone` has what one is worth. The same words stand together again, also in other
    articles.
    """

    def __init__(self, weights: Sequence[float], leaves: Sequence[Leaf]) -> None:
        self.weights = weights
        self._steps = _steps(leaves)
        self.alone = [self[leaf,][0] for leaf in range(len(weights))]

    def __missing__(self, leaves: tuple[int, ...]) -> tuple[float, bool]:
        several = {*leaves}
        different = [self.weights[leaf] for leaf in several]
        often = _OFTEN * min(len(leaves), _MANY)
        made = -(sum(different) + often * max(different))
        beside = any(leaf + 1 in several for leaf in several if leaf in self._steps)
        self[leaves] = made, beside
        return made, beside

    def as_typed(self, positions: Iterable[int], leaves: Iterable[int]) -> float:
        """What marks are worth more for words side by side, as typed, below 0.

        Two of them are worth as much again as the root of what both are, once.
        """
        marks, steps = {*zip(leaves, positions, strict=True)}, self._steps
        found = [
            leaf
            for leaf, position in marks
            if leaf in steps and (leaf + 1, position + steps[leaf]) in marks
        ]
        if not found:
            return 0.0
        return -sum([sqrt(self.weights[n] * self.weights[n + 1]) for n in {*found}])


def _steps(leaves: Sequence[Leaf]) -> dict[int, int]:
    """How far behind a leaf the next one begins where both stand as typed, with the
    signs between them; of leaves of which that can be said."""
    return {
        number: width(leaf.adjacent) + width(leaf.behind)
        for number, (leaf, following) in enumerate(pairwise(leaves))
        if leaf.adjacent and following.adjacent
    }


class Matches:
    """Where a query stands in the title or in the text of one article.

    `positions`, which rise, `atoms` and `leaves` are those of its marks.
    """

    __slots__ = ("atoms", "formulas", "leaves", "positions", "worths")

    def __init__(
        self,
        worths: Worths,
        positions: list[int],
        atoms: list[int],
        leaves: list[int],
        formulas: Formulas | None = None,
    ) -> None:
        self.worths = worths
        self.positions = positions
        self.atoms = atoms
        self.leaves = leaves
        self.formulas: Formulas = formulas or []

    def marks(self) -> Iterator[Mark]:
        """The marks one by one."""
        return zip(self.positions, self.atoms, self.leaves, strict=True)


class Marks:
    """The marks of a query in some articles that are worth showing."""

    def __init__(
        self,
        evaluation: Evaluation,
        numbers: Iterable[int],
        *,
        titles: Iterable[str] | None = None,
    ) -> None:
        """Of the documents with these numbers; with their titles in these alone."""
        plan, finder = evaluation.plan, evaluation.finder
        self._finder: Finder = finder
        self._leaves = evaluation.leaves
        twins, rising = plan.twins(), sorted(numbers)
        all_leaves = (*self._leaves, *[twin.leaf for twin in twins])
        where = [rising] * len(self._leaves)
        where += [evaluation.where_counts(twin, rising) for twin in twins]
        weights = [finder.found(leaf).idf for leaf in all_leaves]
        self._worths = Worths(weights, self._leaves)
        self._weak = {n for n, leaf in enumerate(self._leaves) if evaluation.weak(leaf)}
        self._formulas = [
            (n, leaf)
            for n, leaf in enumerate(self._leaves)
            if isinstance(leaf, FormulaLeaf)
        ]
        self._none = Matches(self._worths, [], [], [])
        self._titles: dict[int, Matches] = {}  # of those that have any
        self._bodies: dict[int, Matches] = {}
        found = self._found(all_leaves, where, titles)
        self._tell_apart(rising, found, with_bodies=titles is None)

    def _found(
        self,
        leaves: Sequence[Leaf],
        where: Sequence[list[int]],
        titles: Iterable[str] | None,
    ) -> Columns:
        """The marks worth showing in all of the articles, by global positions.

        `where` has for each leaf the articles in which it counts.
        """
        reader, text = self._finder.reader, None
        if titles is not None:
            text = "\n".join(["".join(fold(title).text.split()) for title in titles])
        known: dict[tuple[int, int], tuple[Sequence[int], list[int]]] = {}
        several: list[Columns] = []
        for number, (leaf, here) in enumerate(zip(leaves, where, strict=True)):
            if not here:
                continue
            # The same for a word typed again.
            key = self._finder.same(leaf), id(here)
            found = known.get(key)
            if found is None:
                found = places(self._finder.plain, reader, leaf, here, text)
                known[key] = found
            starts, atoms = found
            if starts:
                several.append(([*starts], atoms, [number] * len(starts)))
        if len(several) == 1 and several[0][2][0] not in self._weak:
            return several[0]
        marks = chain.from_iterable([zip(*c, strict=True) for c in several])
        return _columns(_telling(marks, self._weak, len(self._leaves)))

    def _tell_apart(
        self, numbers: Iterable[int], found: Columns, *, with_bodies: bool
    ) -> None:
        """Sort the marks of some articles, which rise, by article, title and body."""
        positions = found[0]
        reader = self._finder.reader
        bases, title_end = reader.text_base, reader.title_end
        body_start = reader.body_start
        last = 0
        for number in numbers:
            base, first = bases[number], last
            last = bisect_left(positions, bases[number + 1], first)
            if first == last:
                continue
            end, start = base + title_end[number], base + body_start[number]
            if positions[first] < end:
                end = bisect_left(positions, end, first, last)
                self._titles[number] = self._matches(found, first, end, base)
                first = end
            if not with_bodies:
                continue
            if first < last and positions[first] < start:  # in an alias or a topic
                first = bisect_left(positions, start, first, last)
            if first < last:
                self._bodies[number] = self._matches(found, first, last, start)

    def _matches(self, found: Columns, first: int, last: int, base: int) -> Matches:
        """Some of the marks, with positions from `base` on."""
        positions, atoms, leaves = found
        return Matches(
            self._worths,
            [position - base for position in positions[first:last]],
            atoms[first:last],
            leaves[first:last],
        )

    def in_title(self, number: int) -> Matches:
        """The marks of an article's title that are worth showing."""
        return self._titles.get(number, self._none)

    def in_body(self, number: int, page: Page) -> Matches:
        """Those of an article's text, in its formulas, too."""
        matches = self._bodies.get(number, self._none)
        if self._formulas and not matches.formulas:
            marks, formulas = self._in_formulas(number, page)
            if marks:
                columns = _columns(sorted([*matches.marks(), *marks]))
                matches = Matches(self._worths, *columns, formulas)
                self._bodies[number] = matches
        return matches

    def _in_formulas(self, number: int, page: Page) -> tuple[list[Mark], Formulas]:
        from searchkit.engines import formulas

        finder = self._finder
        places = [
            (place, leaf_number)
            for leaf_number, leaf in self._formulas
            for place in formulas.places(finder.plain, finder.reader, leaf, number)
        ]
        return _formula_marks(page, places) if places else ([], [])


def _telling(found: Iterable[Mark], weak: Collection[int], count: int) -> list[Mark]:
    """The marks worth showing, rising: all but those of weak leaves that stand alone.

    A weak leaf's mark stays where it goes on with the leaf before it in the query, or
    leads to the one after it: 绪 of 执行绪. With weak leaves alone, all marks stay.
    """
    rising = sorted(found)
    if len(weak) in (0, count):
        return rising
    kept = [mark for mark in rising if mark[2] not in weak]
    starts = {(leaf, position) for position, _, leaf in kept}
    ends = {(leaf, position - atoms) for position, atoms, leaf in kept}
    for mark in rising:
        position, atoms, leaf = mark
        if leaf in weak and (
            (leaf - 1, position) in ends or (leaf + 1, position - atoms) in starts
        ):
            kept.append(mark)
            ends.add((leaf, position - atoms))
    return sorted(kept)


def _columns(marks: Sequence[Mark]) -> Columns:
    if not marks:
        return [], [], []
    positions, atoms, leaves = map(list, zip(*marks, strict=True))
    return positions, atoms, leaves


def _formula_marks(
    page: Page, places: Iterable[tuple[Place, int]]
) -> tuple[list[Mark], Formulas]:
    """The marks for runs in formulas, from (place, leaf), and their spans.

    The canonical atoms of a formula may stand in another order in the text (`x^2_i`).
    """
    found = []
    starts, lengths = page.math()
    for (position, atoms), leaf in places:
        run = range(position, position + atoms)
        start = min(starts[at] for at in run)
        end = max(starts[at] + lengths[at] for at in run)
        chunk, base = _chunk_at(page, start)
        index = max(0, bisect_right(chunk.starts, start - base) - 1)
        atom = max(0, bisect_right(chunk.atoms(index), start - base) - 1)
        end = _closed(chunk.text, start - base, end - base)
        found.append((chunk.borders[index] + atom, start - base, end, leaf))
    found.sort()
    formulas = [(start, end) for _, start, end, _ in found]
    numbered = enumerate(found, 1)
    return [(position, n, leaf) for n, (position, _, _, leaf) in numbered], formulas


def _chunk_at(page: Page, offset: int) -> tuple[Chunk, int]:
    """The chunk that holds an offset of the article's text, and where it begins."""
    base = 0
    for number, row in enumerate(page.rows):
        if offset < base + row[1]:
            return page.chunk(number), base
        base += row[1]
    raise ValueError("a formula stands behind the text")


def _closed(text: str, start: int, end: int) -> int:
    """The end with the braces right behind it that close what is open."""
    open_braces = text.count("{", start, end) - text.count("}", start, end)
    while open_braces > 0 and text.startswith("}", end):
        open_braces, end = open_braces - 1, end + 1
    return end
