"""A walk through hits: grades are on disk at once and can be taken back."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from searchkit.evaluation.judging import Judging
from searchkit.evaluation.trec import read_qrels
from searchkit.model import Hit

HITS: Mapping[str, str] = {"容器": "ab", "编码": "c", "没有": "", "旋转": "ad"}
QUERIES = {f"q{number}": query for number, query in enumerate(HITS, 1)}


def search(query: str) -> list[Hit]:
    return [Hit(doc_id, doc_id, (), None, None, 1.0, ()) for doc_id in HITS[query]]


def walked(path: Path) -> Judging:
    known = read_qrels(path) if path.exists() else {}
    return Judging(path, known, QUERIES, search)


def asked(judging: Judging) -> tuple[str, str] | None:
    question = judging.question()
    return (question.query_id, question.hit.doc_id) if question else None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "qrels.tsv"


def test_each_grade_is_on_disk_before_the_next_question(path: Path) -> None:
    judging = walked(path)
    seen = []
    while (now := asked(judging)) is not None:
        seen.append(now)
        judging.grade(len(seen) % 3)
        assert sum(map(len, read_qrels(path).values())) == len(seen)
    assert seen == [("q1", "a"), ("q1", "b"), ("q2", "c"), ("q4", "a"), ("q4", "d")]


def test_what_has_a_grade_is_not_asked_again(path: Path) -> None:
    first = walked(path)
    first.question()
    first.skip()
    first.question()
    first.grade(2)
    again = walked(path)
    assert asked(again) == ("q1", "a")
    again.grade(1)
    assert asked(again) == ("q2", "c")
    assert read_qrels(path) == {"q1": {"b": 2, "a": 1}}


def test_undo_goes_back_over_grades_skips_and_queries(path: Path) -> None:
    judging = walked(path)
    judging.question()
    judging.grade(3)
    judging.question()
    judging.skip()
    judging.question()
    judging.grade(1)
    assert asked(judging) == ("q4", "a")
    assert judging.undo()
    assert asked(judging) == ("q2", "c")
    assert judging.undo()
    assert asked(judging) == ("q1", "b")
    assert read_qrels(path) == {"q1": {"a": 3}}
    assert judging.undo()
    assert read_qrels(path) == {}
    assert not judging.undo()


def test_the_rest_of_a_query_can_be_left(path: Path) -> None:
    judging = walked(path)
    judging.question()
    judging.next_query()
    assert asked(judging) == ("q2", "c")
    assert judging.undo()
    assert asked(judging) == ("q1", "a")


def test_what_others_judged_stays(path: Path) -> None:
    path.write_text("q9\tz\t1\nq1\ta\t0\n", "utf-8")
    judging = walked(path)
    assert asked(judging) == ("q1", "b")
    judging.grade(2)
    assert read_qrels(path) == {"q9": {"z": 1}, "q1": {"a": 0, "b": 2}}
