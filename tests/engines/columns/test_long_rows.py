"""Are places found in the rows that hold them?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.engines.columns.rows import RowFinder


@given(st.lists(st.integers(0, 3000), max_size=60), st.lists(st.integers(0, 99_999)))
def test_each_place_is_in_the_last_row_that_begins_before_it(
    lengths: list[int], places: list[int]
) -> None:
    bases = np.cumsum([0, *lengths])
    found = RowFinder(bases).rows(np.array(places, np.int64))
    assert found.tolist() == (bases.searchsorted(places, "right") - 1).tolist()


@pytest.mark.parametrize("length", [1, 300, 5000])
def test_many_rows_are_told_apart(length: int) -> None:
    bases = np.arange(0, 3000 * length, length)
    places = np.concatenate([bases, bases + length - 1])
    assert (RowFinder(bases).rows(places) == places // length).all()
