"""Classes of words that have the same words are one term, and found as before."""

from __future__ import annotations

from pathlib import Path

import pytest

import searchkit
from searchkit import Article
from searchkit.engines.reader import GenerationReader

ARTICLES = (
    Article("a", "一", "matrices of connections"),
    Article("b", "二", "a connection, and normal ones"),
)
LATER = Article("c", "三", "a matrix of what is connected")


def ordinals(index: Path, *terms: str) -> set[int]:
    folder = index / (index / "current").read_text("ascii").strip()
    reader = GenerationReader(folder)
    found = [reader.find("text", term) for term in terms]
    assert None not in found
    reader.close()
    return {term.ordinal for term in found if term}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    searchkit.build(ARTICLES, tmp_path / "index")
    return tmp_path / "index"


def test_a_class_of_the_same_words_is_the_other_class(index: Path) -> None:
    assert len(ordinals(index, "^connection", "~connect")) == 1
    assert len(ordinals(index, "^connection", "connection")) == 2


def test_a_class_of_one_word_is_the_word(index: Path) -> None:
    assert len(ordinals(index, "^matrix", "matrices")) == 1
    with searchkit.open(index) as engine:
        assert [hit.doc_id for hit in engine.search("matrix").hits] == ["a"]
        assert [hit.doc_id for hit in engine.search('"matrices of"').hits] == ["a"]


def test_they_part_when_an_article_parts_them(index: Path) -> None:
    searchkit.build([*ARTICLES, LATER], index)
    assert len(ordinals(index, "^connection", "~connect")) == 2
    assert len(ordinals(index, "^matrix", "matrices")) == 2
    with searchkit.open(index) as engine:
        assert {hit.doc_id for hit in engine.search("matrix").hits} == {"a", "c"}
        assert {hit.doc_id for hit in engine.search("connections").hits} == {*"abc"}
        assert engine.check() == ()
    searchkit.build(ARTICLES, index)
    assert len(ordinals(index, "^connection", "~connect")) == 1
