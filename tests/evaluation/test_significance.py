"""Intervals and tests: what they say of values whose answer is known."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.evaluation.significance import confidence_interval, randomisation_p

VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


@settings(deadline=None, max_examples=40)
@given(VALUES)
def test_an_interval_holds_the_mean_and_stays_inside(values: list[float]) -> None:
    low, high = confidence_interval(values)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9
    assert low - 1e-9 <= sum(values) / len(values) <= high + 1e-9 or low == high


def test_an_interval_is_about_two_standard_errors_each_way() -> None:
    low, high = confidence_interval([0.0, 1.0] * 200)
    assert (low, high) == pytest.approx((0.451, 0.549), abs=0.004)


def test_many_values_are_drawn_in_portions() -> None:
    low, high = confidence_interval([0.0, 1.0] * 20_000)
    assert (low, high) == pytest.approx((0.4951, 0.5049), abs=0.0005)


@pytest.mark.parametrize(
    "differences",
    [[0.5] * 4, [0.1, 0.2, -0.3, 0.4, 0.5], [1.0, -1.0], [0.2, 0.0, 0.1, -0.05]],
    ids=str,
)
def test_p_is_that_of_all_signs(differences: list[float]) -> None:
    observed = abs(sum(differences)) - 1e-12
    signs = list(product((-1, 1), repeat=len(differences)))
    sums = [
        abs(sum(s * d for s, d in zip(each, differences, strict=True)))
        for each in signs
    ]
    exact = sum(total >= observed for total in sums) / len(signs)
    assert randomisation_p(differences) == pytest.approx(exact, abs=0.02)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.floats(-1, 1), max_size=30))
def test_the_direction_does_not_matter(differences: list[float]) -> None:
    other = [-difference for difference in differences]
    assert randomisation_p(differences) == randomisation_p(other)


def test_a_clear_win_is_no_chance() -> None:
    assert randomisation_p([0.3] * 40) == 1 / 10_001


def test_the_same_values_give_the_same_answer() -> None:
    values = [0.1, 0.7, 0.3, 0.0, -0.2]
    assert confidence_interval(values) == confidence_interval(values)
    assert randomisation_p(values) == randomisation_p(values)
