"""Queries, judgements and runs as files."""

from collections.abc import Callable
from pathlib import Path

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import CollectionError
from searchkit.evaluation import trec

TOPICS = """
<top>
<num> Number: 301
<title> International Organized Crime
<desc> Description: Identify organizations ...
</top>
<top>
<num>302</num>
<title>小儿麻痹症 与
  polio</title>
</top>
"""


def test_topics(tmp_path: Path) -> None:
    (tmp_path / "topics.txt").write_text(TOPICS, "utf-8")
    assert trec.read_queries(tmp_path / "topics.txt") == {
        "301": "International Organized Crime",
        "302": "小儿麻痹症 与 polio",
    }


def test_queries_keep_their_order_and_blanks_inside(tmp_path: Path) -> None:
    (tmp_path / "q").write_text("b\tgo  on\r\n\na\t容器\tDocker\n", "utf-8")
    queries = trec.read_queries(tmp_path / "q")
    assert list(queries.items()) == [("b", "go  on"), ("a", "容器\tDocker")]


def test_judgements_of_both_forms(tmp_path: Path) -> None:
    (tmp_path / "tabs").write_text("q1\tmy notes.md\t2\nq1\tb\t0\n", "utf-8")
    (tmp_path / "trec").write_text("q1 0 a 2\nq1 0  b 0\n", "utf-8")
    assert trec.read_qrels(tmp_path / "tabs") == {"q1": {"my notes.md": 2, "b": 0}}
    assert trec.read_qrels(tmp_path / "trec") == {"q1": {"a": 2, "b": 0}}


@pytest.mark.parametrize(
    ("read", "text", "where"),
    [
        (trec.read_queries, "q1\tx\nq2 y\n", ":2: the line has no tab"),
        (trec.read_queries, "q1\tx\nq1\ty\n", ":2: the line stands twice"),
        (trec.read_queries, "<top><num>1</top>", "has no num or title"),
        (trec.read_qrels, "q1\ta\tvery\n", ":1: the line is no judgement"),
        (trec.read_run, "q1 Q0 a 1 nan x\n", ":1: the line is no line of a run"),
        (trec.read_run, "q1 Q0 a 1\n", ":1: the line is no line of a run"),
        (
            trec.read_run,
            "q Q0 a 1 2 x\nq Q0 a 2 1 x\n",
            ":2: the line names a a second",
        ),
        (trec.read_qrels, "q1\ta\t1\nq1\ta\t0\n", ":2: the line has another grade"),
        (trec.read_qrels, f"q1\ta\t{'9' * 5000}\n", ":1: the line is no judgement"),
        (
            trec.read_queries,
            "<top><num> 1 <title> a </top><top><num> 1 <title> b </top>",
            "topic 1 stands twice",
        ),
    ],
)
def test_a_bad_line_is_named(
    tmp_path: Path, read: Callable[[Path], object], text: str, where: str
) -> None:
    (tmp_path / "file").write_text(text, "utf-8")
    with pytest.raises(CollectionError) as caught:
        read(tmp_path / "file")
    assert where in str(caught.value)
    assert caught.value.path == str(tmp_path / "file")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="No such file"):
        trec.read_run(tmp_path / "none")


IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
RUNS = st.dictionaries(
    st.sampled_from(["q1", "q2", "问"]),
    st.lists(
        IDS.filter(lambda doc_id: trec.unquoted(doc_id) == doc_id),
        unique=True,
        min_size=1,
        max_size=5,
    ),
)


@given(run=RUNS)
def test_a_run_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, run: dict[str, list[str]]
) -> None:
    path = tmp_path_factory.mktemp("run") / "run"
    trec.write_run(path, run)
    assert trec.read_run(path) == {q: tuple(ids) for q, ids in run.items()}


def test_others_see_the_same_order(tmp_path: Path) -> None:
    trec.write_run(tmp_path / "run", {"q": ["c", "a", "b"]})
    theirs = list(ir_measures.read_trec_run(str(tmp_path / "run")))
    ordered = sorted(theirs, key=lambda scored: -scored.score)
    assert [scored.doc_id for scored in ordered] == ["c", "a", "b"]


def test_equal_scores_are_ordered_as_trec_eval_does(tmp_path: Path) -> None:
    lines = "q Q0 a 1 2 x\nq Q0 c 2 2 x\nq Q0 b 3 5 x\n"
    (tmp_path / "run").write_text(lines, "utf-8")
    assert trec.read_run(tmp_path / "run") == {"q": ("b", "c", "a")}


def test_judgements_are_read_as_they_were_written(tmp_path: Path) -> None:
    qrels = {"q1": {"my notes.md": 2, "注意力.md": 0}, "q2": {"c": -1, "a\tb\nc\r": 1}}
    trec.write_qrels(tmp_path / "qrels.tsv", qrels)
    assert trec.read_qrels(tmp_path / "qrels.tsv") == qrels
    assert [file.name for file in tmp_path.iterdir()] == ["qrels.tsv"]
