"""What the kernels find of columns and scores, beside what it is by definition."""

import math
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import Rows, ToyDocument, ToyReader

from searchkit.analysis.terms import any_hump
from searchkit.engines.bounds import Part, needed
from searchkit.engines.kernels.base import Kernel

READER = ToyReader([ToyDocument()] * 40)
KERNELS = (READER.plain, READER.vector)
SLACK = 1 + 1e-9  # callers allow for the rounding of sums
TABLE = (0.0, 0.1, 0.5, 0.75, 2.0, 3.5)

columns = st.dictionaries(
    st.integers(0, READER.document_count - 1),
    st.integers(1, len(TABLE) - 1),
    min_size=1,
).map(lambda codes: sorted(codes.items()))
factors = st.sampled_from((0.3, 1.0, 1.7))
scores = st.lists(st.floats(0, 9), max_size=30)


ways = st.lists(
    st.lists(st.tuples(columns, factors), max_size=2), min_size=1, max_size=3
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ways, min_size=1, max_size=4), st.integers(1, 12))
def test_no_document_that_reaches_enough_is_left_out(
    drawn: list[list[list[tuple[list[tuple[int, int]], float]]]], place: int
) -> None:
    numbers = range(READER.document_count)
    sums = dict.fromkeys(numbers, 0.0)
    for ways in drawn:
        for number in numbers:
            sums[number] += max(
                sum(TABLE[dict(codes).get(number, 0)] * factor for codes, factor in way)
                for way in ways
            )
    least = sorted(sums.values(), reverse=True)[place - 1]
    enough = {number for number, total in sums.items() if total >= least > 0}
    for kernel in KERNELS:

        def part(codes: list[tuple[int, int]], factor: float, kernel: Kernel) -> Part:
            column, table = kernel.column(codes), kernel.table(TABLE, factor)
            top = kernel.top_code(column)
            assert top == max(code for _, code in codes)
            return column, table, float(table[top])

        bounds = [
            [[part(*one, kernel) for one in way] for way in ways] for ways in drawn
        ]
        told = least / SLACK
        chosen = kernel.reaching([*needed(bounds, told)], bounds, told)
        found = [int(number) for number in chosen]
        assert found == sorted({*found})
        assert enough <= {*found}


@settings(max_examples=200, deadline=None)
@given(columns, st.integers(1, 50))
def test_the_top_of_a_column_has_its_highest_codes(
    codes: list[tuple[int, int]], count: int
) -> None:
    highest = sorted((code for _, code in codes), reverse=True)[:count]
    for kernel in KERNELS:
        top = {int(number) for number in kernel.top(kernel.column(codes), count)}
        found = sorted((code for n, code in codes if n in top), reverse=True)
        assert found[:count] == highest


@given(scores, st.integers(1, 40), st.floats(0, 9), st.floats(0, 9))
def test_scores_are_told_apart_by_bounds(
    values: list[float], n: int, low: float, high: float
) -> None:
    rest = sorted(values, reverse=True)[n:]
    nth = sorted(values, reverse=True)[n - 1] if rest else -math.inf
    inside = [at for at, score in enumerate(values) if low <= score < high]
    for kernel in KERNELS:
        made = values if kernel is READER.plain else np.array(values)
        assert kernel.nth_highest(made, n) == nth
        assert [int(at) for at in kernel.between(made, low, high)] == inside


@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, 99),
    st.integers(1, 1200),
    st.integers(1, 3000),
    st.sampled_from((1, 7, 16)),
)
def test_the_highest_of_many_scores(
    seed: int, n: int, different: int, high: int
) -> None:
    chance = Random(seed)
    values = [float(chance.randrange(different)) for _ in range(4000)]
    for at in range(0, len(values), high):
        values[at] += 5000
    ordered = sorted(values, reverse=True)
    order = sorted(range(len(values)), key=lambda at: (-values[at], at))
    for kernel in KERNELS:
        made = values if kernel is READER.plain else np.array(values)
        numbers = kernel.chosen(range(len(values)))
        assert kernel.nth_highest(made, n) == ordered[n - 1]
        best = kernel.best(numbers, made, min(n, 70))
        assert best == [(at, values[at]) for at in order[: min(n, 70)]]


@settings(max_examples=200, deadline=None)
@given(st.lists(columns, min_size=2, max_size=4))
def test_columns_are_put_together(lists: list[list[tuple[int, int]]]) -> None:
    every = [*range(READER.document_count)]
    first = {n: code for codes in reversed(lists) for n, code in codes}
    merged = []
    for kernel in KERNELS:
        several = [kernel.column(codes) for codes in lists]
        found = kernel.first_of(several), kernel.merged(several)
        for column in found:
            assert [*kernel.holds(column, kernel.chosen(every))] == [
                n in first for n in every
            ]
            assert [*map(int, kernel.numbers(column))] == sorted(first)
            assert len(column) == len(first)
            assert kernel.size_of(column) > 0
        chosen = kernel.chosen(every)
        codes = [int(code) for code in kernel.codes(found[0], chosen)]
        assert codes == [first.get(n, 0) for n in every]
        merged.append([int(code) for code in kernel.codes(found[1], chosen)])
    assert merged[0] == merged[1]
    assert [code > 0 for code in merged[0]] == [n in first for n in every]


@settings(max_examples=200, deadline=None)
@given(columns, columns)
def test_the_difference_of_sets(
    left: list[tuple[int, int]], right: list[tuple[int, int]]
) -> None:
    rest = sorted({n for n, _ in left} - {n for n, _ in right})
    for kernel in KERNELS:
        found = kernel.difference(kernel.column(left), kernel.column(right))
        assert [*map(int, kernel.numbers(found))] == rest
        assert kernel.count(found) == len(rest)
        assert kernel.bytes_of(found) > 0


def test_where_two_terms_stand_is_one_place() -> None:
    both = ToyDocument(body=(("prose", ("user", ">user", " b", " user")),))
    reader = ToyReader([ToyDocument(), both, both])
    names = ("user", *any_hump("user"))
    terms = [term for name in names if (term := reader.find("text", name))]
    assert len(terms) > 1
    bodies = [base + Rows(both).body_start for base in reader.text_base]
    for numbers in ([1], [1, 2]):
        wanted = [bodies[n] + at for n in numbers for at in (0, 2)]
        for kernel in (reader.plain, reader.vector):
            for reader.has_numpy in (False, True):  # by which plain may read them
                found = kernel.positions_in_all("text", terms, kernel.chosen(numbers))
                assert [*map(int, found)] == wanted
