"""Means by kind, and what changed between two runs."""

from pathlib import Path

import pytest
from evaluated import write_collection

from searchkit.evaluation.collection import Collection, read_collection
from searchkit.evaluation.report import changes, scores_by_kind


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return read_collection(write_collection(tmp_path / "c"))


RUN = {"Tz1": ("rope.md",), "Tz2": ("docker.md", "podman.md")}


def test_a_query_without_hits_counts_nothing(collection: Collection) -> None:
    all_queries, heads, titles = scores_by_kind(collection, RUN)
    assert [all_queries.kind, heads.kind, titles.kind] == ["all", "He", "Tz"]
    assert [all_queries.queries, heads.queries, titles.queries] == [3, 1, 2]
    assert all_queries.scores["MRR@10"].mean == pytest.approx((1 + 0.5 + 0) / 3)
    assert heads.scores["MRR@10"].mean == 0
    assert titles.scores["success@1"].mean == 0.5


def test_what_won_and_lost(collection: Collection) -> None:
    now = {"Tz1": (), "Tz2": ("podman.md",), "He1": ("docker.md",)}
    found = changes(collection, now, RUN)
    assert [(c.kind, c.won, c.lost, c.even) for c in found.by_kind] == [
        ("all", 1, 1, 1),
        ("He", 0, 0, 1),
        ("Tz", 1, 1, 0),
    ]
    (won,), (lost,) = found.won_most, found.lost_most
    assert (won.query, won.rank_before, won.rank_now) == ("守护进程", 2, 1)
    assert (lost.query, lost.judged, lost.rank_before, lost.rank_now) == (
        "旋转位置编码",
        "rope.md",
        1,
        None,
    )
    assert (won.first, lost.first) == ("podman.md", None)


def test_a_run_against_itself(collection: Collection) -> None:
    found = changes(collection, RUN, RUN)
    assert {c.p for c in found.by_kind} == {1.0}
    assert found.won_most == found.lost_most == ()
