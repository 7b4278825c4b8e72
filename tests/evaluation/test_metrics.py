"""Metrics agree with trec_eval, as ir_measures calls it."""

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import AP, RR, R, Success, nDCG

from searchkit.evaluation.metrics import METRICS

THEIRS = {
    "nDCG@10": nDCG @ 10,
    "MRR@10": RR @ 10,
    "MAP": AP,
    "recall@100": R @ 100,
    "success@1": Success @ 1,
    "success@5": Success @ 5,
    "success@10": Success @ 10,
}
IDS = [f"d{number:03}" for number in range(150)]
GRADES = st.dictionaries(st.sampled_from(IDS), st.integers(-1, 4), max_size=40)
FOUND = st.lists(st.sampled_from(IDS), unique=True, max_size=len(IDS))


def theirs(name: str, found: list[str], grades: dict[str, int]) -> float:
    scores = {doc_id: float(-rank) for rank, doc_id in enumerate(found)}
    # Theirs knows only queries with a hit and a judgement: neither may be empty.
    run = {"q": scores | {"none": -1e9}}
    measure = THEIRS[name]
    value: float = ir_measures.calc_aggregate(
        [measure], {"q": {"nobody's": 0} | grades}, run
    )[measure]
    return value


@pytest.mark.parametrize("name", METRICS)
@settings(deadline=None, max_examples=60)
@given(found=FOUND, grades=GRADES)
def test_as_trec_eval(name: str, found: list[str], grades: dict[str, int]) -> None:
    assert METRICS[name](found, grades) == pytest.approx(
        theirs(name, found, grades), abs=1e-9
    )


def test_every_metric_has_its_oracle() -> None:
    assert METRICS.keys() == THEIRS.keys()


@pytest.mark.parametrize("name", METRICS)
def test_nothing_judged_or_found_is_nothing_won(name: str) -> None:
    assert METRICS[name](["a"], {}) == 0
    assert METRICS[name]([], {"a": 1}) == 0
