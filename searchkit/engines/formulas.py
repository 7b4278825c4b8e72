"""In which articles does a formula stand, and how much of theirs is it?

A run of canonical atoms is looked up in the positions of the math space, the rarest
atom first. What an article is worth is its best formula's coverage: the share of that
formula's atoms that the query has. One whose formula is the query is worth most.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

from searchkit.analysis.terms import BOUNDARY
from searchkit.engines import ranking
from searchkit.engines.matching import Row, occurrences, starts_in
from searchkit.engines.plan import FormulaLeaf
from searchkit.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.kernels.base import Kernel, Positions
    from searchkit.engines.kernels.plain import PlainKernel
    from searchkit.engines.reader import GenerationReader

SPACE = "math"

Place = tuple[int, int]
"""A position in a document's row of formulas, and the number of atoms there."""


@record
class FormulaFound:
    """Each article's x, as ranking's `saturate` takes it: of those that contain the
    formula, and of those that only have a near form of it."""

    contained: Mapping[int, float]
    near: Mapping[int, float]


def find(kernel: Kernel, reader: GenerationReader, leaf: FormulaLeaf) -> FormulaFound:
    """Where the formula or a near form stands; an article is in one of the two."""
    contained: dict[int, float] = {}
    near: dict[int, float] = {}
    if not leaf.in_math:
        return FormulaFound(contained, near)
    for terms in leaf.runs:
        _keep_best(contained, _worth(kernel, reader, terms))
    for terms in leaf.near_runs:
        found = _worth(kernel, reader, terms)
        _keep_best(near, {n: x * ranking.NEAR for n, x in found.items()})
    for term in leaf.near_formulas:
        starts = _starts(kernel, _rows(reader, (term,)))
        numbers = kernel.documents_of(SPACE, starts)
        _keep_best(near, dict.fromkeys(numbers, ranking.ONE_SCRIPT))
    return FormulaFound(
        contained, {n: x for n, x in near.items() if n not in contained}
    )


def work(reader: GenerationReader, leaf: FormulaLeaf) -> int:
    """How many positions are read to find a leaf."""
    runs = (*leaf.runs, *leaf.near_runs, *((term,) for term in leaf.near_formulas))
    found = (_rows(reader, terms) for terms in runs if leaf.in_math)
    return sum(occurrences(terms) for rows in found for _, terms in rows)


def places(
    kernel: PlainKernel, reader: GenerationReader, leaf: FormulaLeaf, number: int
) -> list[Place]:
    """Where one article has the formula; if it has not, where it has a near form."""
    if not leaf.in_math:
        return []
    base = reader.math_base[number]
    found = _runs_in(kernel, reader, leaf.runs, number) or [
        *_runs_in(kernel, reader, leaf.near_runs, number),
        *_whole_in(kernel, reader, leaf.near_formulas, number),
    ]
    return [(start - base, atoms) for start, atoms in found]


def _runs_in(
    kernel: PlainKernel,
    reader: GenerationReader,
    runs: Iterable[Sequence[str]],
    number: int,
) -> list[Place]:
    return [
        (start, len(terms))
        for terms in runs
        for start in starts_in(kernel, SPACE, _rows(reader, terms), number)
    ]


def _whole_in(
    kernel: PlainKernel, reader: GenerationReader, terms: Iterable[str], number: int
) -> Iterator[Place]:
    bounds = starts_in(kernel, SPACE, _rows(reader, (BOUNDARY,)), number)
    for term in terms:
        for start in starts_in(kernel, SPACE, _rows(reader, (term,)), number):
            yield start, bounds[bisect_right(bounds, start)] - start


def _keep_best(best: dict[int, float], found: Mapping[int, float]) -> None:
    for number, x in found.items():
        best[number] = max(x, best.get(number, 0.0))


def _worth(
    kernel: Kernel, reader: GenerationReader, terms: Sequence[str]
) -> dict[int, float]:
    starts = _starts(kernel, _rows(reader, terms))
    if not len(starts):
        return {}
    boundary = reader.find(SPACE, BOUNDARY)
    bounds = kernel.positions(SPACE, (boundary,) if boundary else ())
    coverages = kernel.coverages(starts, bounds, len(terms))
    return {number: ranking.formula_worth(shares) for number, shares in coverages}


def _rows(reader: GenerationReader, terms: Sequence[str]) -> list[Row]:
    """The terms with their places in the run, the rarest first; nothing if one stands
    nowhere."""
    found: list[Row] = []
    for distance, term in enumerate(terms):
        here = reader.find(SPACE, term)
        if here is None:
            return []
        found.append((distance, (here,)))
    return sorted(found, key=lambda row: (occurrences(row[1]), row[0]))


def _starts(kernel: Kernel, rows: Sequence[Row]) -> Positions:
    if not rows:
        return kernel.positions(SPACE, ())
    distance, terms = rows[0]
    here = kernel.shifted(kernel.positions(SPACE, terms), distance)
    for distance, terms in rows[1:]:
        if not len(here):
            break
        here = kernel.followed(here, kernel.positions(SPACE, terms), distance)
    return here
