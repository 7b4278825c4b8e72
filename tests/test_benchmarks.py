"""Do the comparisons with other systems still run, and do their counts agree?"""

import doctest
import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from searchkit.evaluation.collection import read_articles, read_collection

BENCHMARKS = ROOT / "benchmarks"
SIZE = ("tiny", 60, 2000)  # as in benchmarks/corpora.py: name, articles, mean bytes


def run(script: str, *options: str | Path) -> str:
    command = [sys.executable, str(BENCHMARKS / script), *map(str, options)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora")
    return Path(
        run("corpora.py", ROOT / "corpus", "--size", SIZE[0], "--out", folder)[:-1]
    )


def test_the_peers_get_words_of_jieba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from systems import words

    tried = doctest.testmod(words)
    assert tried.attempted > tried.failed == 0


def test_a_made_corpus_has_the_size_that_was_asked_for(corpus: Path) -> None:
    rows = [json.loads(line) for line in corpus.read_text("utf-8").splitlines()]
    _, articles, mean_bytes = SIZE
    assert len({row["id"] for row in rows}) == articles
    mean = sum(len(row["text"].encode()) for row in rows) / articles
    assert mean_bytes / 2 < mean < mean_bytes * 2


def test_systems_are_compared_on_the_same_queries(corpus: Path, tmp_path: Path) -> None:
    """With SQLite alone, the one peer that needs no environment of its own."""
    systems = ("--systems", "searchkit", "sqlite", "--python", sys.executable)
    once = ("--rounds", "1", "--fresh-rounds", "0", "--queries", "1", "--jobs", "1")
    report = run("peers.py", corpus, *systems, *once, "--results", tmp_path)
    assert (tmp_path / "peers-tiny.txt").read_text("utf-8") == report[:-1]
    measured = json.loads((tmp_path / "peers-tiny.json").read_text("utf-8"))
    numbers = {str(number) for number in range(len(measured["queries"]))}
    for system in ("searchkit", "sqlite"):
        assert measured["ms"][system].keys() == numbers
        assert measured["builds"][system]["size_mib"] > 0
    agreed = next(line for line in measured["agreement"] if "a scan" in line)
    same, of = agreed.split(": ")[1].split(" of ")
    assert int(same) == int(of.split()[0]) > 0


def test_headings_that_are_questions_become_a_collection(tmp_path: Path) -> None:
    folder, out = tmp_path / "articles", tmp_path / "collection"
    folder.mkdir()
    article = "# 镜像\n\n## 什么是层？\n\n层是文件。\n\n## 命令\n\n# no heading\n"
    (folder / "a.md").write_text(f"{article}\n怎么做？\n---\n这么做。\n", "utf-8")
    (folder / "b.md").write_text("# What is b?\n\nIt is b.\n", "utf-8")
    run("question_headings.py", folder, out)
    collection = read_collection(out)
    assert {*collection.queries.values()} == {"什么是层？", "怎么做？"}
    articles = {a.doc_id: a for a in read_articles(collection.corpus)}
    answers = {
        text: articles[doc_id]
        for query_id, text in collection.queries.items()
        for doc_id in collection.qrels[query_id]
    }
    assert answers["什么是层？"].body == "层是文件。"
    assert answers["怎么做？"].body == "这么做。"
    assert {a.title for a in answers.values()} == {"镜像"}
