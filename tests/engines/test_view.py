"""Whoosh reads a generation as if it were an index of its own."""

import pickle
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from whoosh.filedb.filestore import ReadOnlyError
from whoosh.index import FileIndex, open_dir
from whoosh.qparser import QueryParser
from whoosh.query import Every, Prefix, Term

import searchkit
from searchkit import Article

ARTICLES = (
    Article(
        "rope.md",
        "旋转位置编码",
        "旋转位置编码的推导\n\nRoPE softmax 的远程衰减\n\n## 公式 {#formula}",
        topics=("attention", "位置"),
        date=date(2024, 5, 17),
        path="a/rope.md",
        aliases=("RoPE",),
    ),
    Article("flash.md", "FlashAttention", "online softmax\n\n分块计算注意力"),
    Article("empty.md", "", ""),
    Article("bm25.md", "BM25 与 softmax", "注意力 不在这里, 位置也不在"),
)


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return searchkit.build(ARTICLES, tmp_path_factory.mktemp("view")).index_path


@pytest.fixture
def index(generation: Path) -> Iterator[FileIndex]:
    found = open_dir(str(generation))
    yield found
    found.close()


def found(index: FileIndex, field: str, query: str) -> set[str]:
    with index.searcher() as searcher:
        parsed = QueryParser(field, index.schema).parse(query)
        return {hit["doc_id"] for hit in searcher.search(parsed, limit=None)}


@pytest.mark.parametrize(
    ("field", "query", "expected"),
    [
        ("title", "softmax", {"bm25.md"}),
        ("body", "softmax", {"rope.md", "flash.md"}),
        ("alias", "rope", {"rope.md"}),
        ("address", "formula", {"rope.md"}),
        ("topic", "attention", {"rope.md"}),
        ("topic", "位置", {"rope.md"}),
        ("body", "位置", {"rope.md", "bm25.md"}),
        ("body", '"转位置编"', {"rope.md"}),
        ("body", '"softmax 的远"', {"rope.md"}),
        ("body", '"softmax 分块"', set()),  # no phrase crosses a block
        ("title", '"编码 旋转"', set()),
        ("body", "soft*", {"rope.md", "flash.md"}),
        ("body", "softmax NOT 推导", {"flash.md"}),
        ("body", "title:bm25 OR online", {"bm25.md", "flash.md"}),
        ("doc_id", "rope.md", {"rope.md"}),
    ],
)
def test_fields_are_stretches_of_the_row(
    field: str, query: str, expected: set[str], index: FileIndex
) -> None:
    assert found(index, field, query) == expected


def test_stored_fields(index: FileIndex) -> None:
    with index.searcher() as searcher:
        assert searcher.document(doc_id="rope.md") == {
            "doc_id": "rope.md",
            "title": "旋转位置编码",
            "topic": ["attention", "位置"],
            "path": "a/rope.md",
            "date": date(2024, 5, 17),
        }


def test_statistics_are_those_of_the_field(index: FileIndex) -> None:
    with index.reader() as reader:
        assert reader.doc_count() == reader.doc_count_all() == len(ARTICLES)
        assert reader.doc_frequency("body", "softmax") == 2
        assert reader.doc_frequency("title", "softmax") == 1
        assert reader.doc_frequency("title", "推导") == 0
        assert ("title", "推导") not in reader
        assert ("body", "推导") in reader
        assert reader.frequency("body", "位") == 2


def test_terms_come_in_order_of_field_and_bytes(index: FileIndex) -> None:
    with index.reader() as reader:
        terms = list(reader.all_terms())
        assert terms == sorted(set(terms))
        aliases = [text for field, text in terms if field == "alias"]
        assert b"rope" in aliases
        assert aliases == list(reader.lexicon("alias"))
        assert list(reader.expand_prefix("title", "soft")) == [b"softmax"]
        assert list(reader.field_terms("doc_id")) == sorted(a.doc_id for a in ARTICLES)


def test_words_like_one_are_those_of_the_field(index: FileIndex) -> None:
    with index.reader() as reader:
        assert list(reader.terms_within("body", "softmux", 1)) == ["softmax"]
        assert list(reader.terms_within("title", "onlime", 1)) == []
        cursor = reader.cursor("alias")
        texts = []
        while cursor.is_valid():
            assert cursor.term_info().doc_frequency() == 1
            texts.append(cursor.text())
            cursor.next()
        assert texts == list(reader.field_terms("alias"))


def test_scores_prefer_the_shorter_of_equal_articles(index: FileIndex) -> None:
    with index.searcher() as searcher:
        hits = searcher.search(Term("body", "softmax"))
        assert [hit["doc_id"] for hit in hits] == ["flash.md", "rope.md"]


def test_every_article_is_found_by_every(index: FileIndex) -> None:
    with index.searcher() as searcher:
        assert len(searcher.search(Every(), limit=None)) == len(ARTICLES)
        assert len(searcher.search(Prefix("doc_id", ""), limit=None)) == len(ARTICLES)


def test_writing_is_refused_in_one_sentence(generation: Path) -> None:
    before = sorted(path.name for path in generation.iterdir())
    with pytest.raises(ReadOnlyError, match="cannot be changed through Whoosh"):
        open_dir(str(generation)).writer()
    with pytest.raises(ReadOnlyError, match="searchkit build"):
        open_dir(str(generation)).delete_by_term("doc_id", "rope.md")
    after = {path.name for path in generation.iterdir()}
    assert after - set(before) <= {"MAIN_WRITELOCK"}


def test_the_toc_is_the_same_each_time(generation: Path, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from searchkit.engines.whoosh.view import write_toc;"
        f"write_toc(Path({str(tmp_path)!r}), {len(ARTICLES)})"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    (mine,) = generation.glob("*.toc")
    assert (tmp_path / mine.name).read_bytes() == mine.read_bytes()


def test_a_new_process_opens_it_without_importing_more(generation: Path) -> None:
    code = (
        "from whoosh.index import open_dir;"
        f"print(open_dir({str(generation)!r}).doc_count())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert run.stdout.strip() == str(len(ARTICLES))


def test_searching_unpickles_nothing_but_the_toc(
    index: FileIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    with index.searcher() as searcher:
        parsed = QueryParser("body", index.schema).parse('"softmax 的" OR 注意力')

        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("a pickle is loaded")

        for module in ("whoosh.formats", "whoosh.columns"):
            monkeypatch.setattr(f"{module}.loads", refuse)
        monkeypatch.setattr(pickle, "loads", refuse)
        monkeypatch.setattr(pickle, "load", refuse)
        hits = searcher.search(parsed, limit=None)
        assert {hit["doc_id"] for hit in hits} == {"rope.md", "flash.md", "bm25.md"}
