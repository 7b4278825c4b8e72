"""Rows of terms are united as if all were sorted, but are never read all at once."""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.engines.generation import vocabulary
from searchkit.engines.generation.vocabulary import Rising, united

ROWS = st.lists(
    st.lists(st.tuples(st.binary(max_size=2), st.booleans()), unique_by=lambda t: t[0]),
    max_size=4,
)


@given(ROWS, st.integers(1, 9))
def test_a_union_has_what_counts_in_any_row(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[tuple[bytes, bool]]],
    at_once: int,
) -> None:
    folder = tmp_path_factory.mktemp("union")
    rows = [sorted(row) for row in rows]
    names = [[term for term, _ in row] for row in rows]
    given_rows = [
        Rising(
            len(row),
            lambda low, high, terms=terms: terms[low:high],  # type: ignore[misc]
            np.array([counts for _, counts in row], np.bool_),
        )
        for row, terms in zip(rows, names, strict=True)
    ]
    expected = sorted({term for row in rows for term, counts in row if counts})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocabulary, "_AT_ONCE", at_once)
        found = united(given_rows, folder)
    assert [*found.terms] == found.terms[:] == expected
    for terms, local in zip(names, found.local, strict=True):
        numbers = local.tolist()
        assert numbers == sorted(numbers)
        for term, number in zip(terms, numbers, strict=True):
            # What is not there has the number of a later one.
            at = bisect_left(expected, term)
            assert number == at if term in expected else at <= number <= len(expected)


def test_many_terms_are_read_and_kept_a_few_at_a_time(tmp_path: Path) -> None:
    count, most = 100_000, 0

    def between(low: int, high: int) -> list[bytes]:
        nonlocal most
        most = max(most, high - low)
        return [b"%08d" % number for number in range(low, high)]

    rows = [Rising(count, between) for _ in range(8)]
    found = united(rows, tmp_path)
    assert len(found.terms) == count
    assert most <= count // 8
    assert [*found.terms.between(77_777, 77_779)] == [b"00077777", b"00077778"]
