"""What is said about a result is the same for every printer."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from searchkit import Hit, SearchEngine, SearchResult
from searchkit.cli.facts import TOP_TOPICS, count_line, folded_paths, topics_line
from searchkit.cli.places import Places


def hit(doc_id: str, *folded: str) -> Hit:
    return Hit(doc_id, "题", (), None, None, 1.0, (), folded=folded)


def result(
    shown: int, total: int, *, complete: int, collapsed: int = 0
) -> SearchResult:
    hits = tuple(hit(str(number)) for number in range(shown))
    return SearchResult("q", total, complete, hits, {}, (), 1.0, collapsed)


@pytest.mark.parametrize(
    ("found", "offset", "line"),
    [
        (result(0, 0, complete=0), 0, "No article matches."),
        (result(1, 1, complete=1), 0, "1 article matches"),
        (result(2, 3, complete=3), 0, "3 articles match; --offset 2 for more"),
        (result(1, 3, complete=2), 2, "3 articles match, 2 with every word"),
        (result(2, 5, complete=5, collapsed=3), 0, "5 articles match, 3 folded"),
        (result(0, 3, complete=3), 9, "3 articles match; none from 10 on"),
    ],
)
def test_the_line_of_counts(found: SearchResult, offset: int, line: str) -> None:
    assert count_line(found, offset) == line


@pytest.mark.parametrize(
    ("more", "end"), [(0, f"t{TOP_TOPICS - 1} 1"), (1, "and 1 more")]
)
def test_the_line_of_topics(more: int, end: str) -> None:
    counts = {f"t{number}": 1 for number in range(TOP_TOPICS + more)}
    line = topics_line({"topic": counts})
    assert line.startswith("topics: t0 1, t1 1")
    assert line.endswith(f", {end}")
    assert topics_line({"topic": {}}) == ""


@pytest.mark.parametrize(
    ("folded", "shown"),
    [
        ("a/b/y.md", "…/y.md"),
        ("a/c/x.md", "…/c/x.md"),
        ("c/x.md", "c/x.md"),
        ("a/b", "…/b"),
    ],
)
def test_a_folded_path_leaves_out_what_is_the_same(folded: str, shown: str) -> None:
    assert folded_paths(hit("a/b/x.md", folded)) == [shown]


def test_a_link_leads_to_files_of_the_corpus_alone(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for file in (corpus / "a.md", tmp_path / "secret"):
        file.touch()
    (corpus / "link.md").symlink_to(tmp_path / "secret")
    engine = cast(SearchEngine, SimpleNamespace(corpus_path=corpus))
    places = Places(os.fspath(tmp_path), engine)
    assert places.uri("a.md") == (corpus / "a.md").as_uri()
    for path in ("../secret", "link.md", "none.md", "", "a\0b", str(tmp_path)):
        assert places.uri(path) is None
