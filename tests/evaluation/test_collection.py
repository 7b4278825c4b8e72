"""What a collection's folder says."""

import json
from pathlib import Path

import pytest
from evaluated import CORPUS, write_collection

from searchkit import CollectionError
from searchkit.evaluation.collection import read_articles, read_collection


def test_kinds_are_letters_of_ids_and_named_lists(tmp_path: Path) -> None:
    folder = write_collection(tmp_path / "mixed")
    (folder / "strict_qids.txt").write_text("He1\nHe2\n", "utf-8")
    collection = read_collection(folder)
    assert collection.name == "mixed"
    assert collection.kinds() == {
        "all": ("Tz1", "Tz2", "He1"),
        "He": ("He1",),
        "Tz": ("Tz1", "Tz2"),
        "strict": ("He1",),
    }


def test_one_kind_is_no_kind(tmp_path: Path) -> None:
    queries = {"1": "容器", "2": "docker"}
    qrels = {"1": {"docker.md": 1}, "2": {"docker.md": 1}}
    folder = write_collection(tmp_path / "c", queries=queries, qrels=qrels)
    assert list(read_collection(folder).kinds()) == ["all"]


def test_a_query_without_a_relevant_article_is_not_judged(tmp_path: Path) -> None:
    folder = write_collection(tmp_path / "c", qrels={"Tz1": {"rope.md": 0}})
    assert read_collection(folder).judged() == ()


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("See [here](https://example.org).", "markdown"),
        ("```python\n1\n```", "markdown"),
        ("# a comment\ndef f(x): return x[0](1)", "text"),
    ],
)
def test_markup_is_that_of_most_articles(
    tmp_path: Path, text: str, markup: str
) -> None:
    corpus = (*CORPUS, {"id": "m", "title": "", "text": text})
    folder = write_collection(tmp_path / "c", corpus=corpus)
    assert {article.markup for article in read_articles(folder / "corpus.jsonl")} == {
        markup
    }


def test_an_article_may_name_its_markup(tmp_path: Path) -> None:
    corpus = ({"id": "h", "title": "题", "text": "<b>x</b>", "markup": "html"},)
    folder = write_collection(tmp_path / "c", corpus=corpus)
    assert [a.markup for a in read_articles(folder / "corpus.jsonl")] == ["html"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "is not JSON"),
        ("[1]", "something else than strings"),
        (json.dumps({"id": 1, "text": "x"}), "something else than strings"),
        (json.dumps({"id": "a"}), 'no "text"'),
        ("[" * 100_000, "is not JSON"),
        (json.dumps({"id": "a\ud800", "text": "x"}), "half a character"),
        (json.dumps({"id": "a", "text": "", "markup": "rtf"}), "markup 'rtf'"),
    ],
)
def test_a_bad_article_is_named_by_its_line(
    tmp_path: Path, line: str, what: str
) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text('{"id": "a", "text": "x"}\n' + line, "utf-8")
    with pytest.raises(CollectionError, match=r"corpus\.jsonl:2: .*" + what):
        list(read_articles(path))


def test_a_byte_order_mark_is_no_part_of_an_article(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"id": "a", "text": "x"}', "utf-8-sig")
    assert [a.doc_id for a in read_articles(tmp_path / "corpus.jsonl")] == ["a"]


def test_a_folder_without_articles_or_queries(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="no folder"):
        read_collection(tmp_path / "none")
    with pytest.raises(CollectionError, match="neither corpus") as caught:
        read_collection(tmp_path)
    assert "--corpus" in caught.value.hint
    with pytest.raises(CollectionError, match=r"no folder .*nowhere"):
        read_collection(tmp_path, corpus=tmp_path / "nowhere")
    with pytest.raises(CollectionError, match="neither queries"):
        read_collection(tmp_path, corpus=tmp_path)
