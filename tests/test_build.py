"""A corpus becomes an index, again and again, and nothing is lost on the way."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
from conftest import ROOT, ids
from hypothesis import given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article
from searchkit.corpus.reader import ReadArticle, SourceFile, read_article
from searchkit.engines import generations
from searchkit.record import replace

QUERIES = ("旋转 位置", '"位置编码"', "rope", "编码 -rope", "topic:甲", "in:code x")


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def answers(index: Path, queries: Iterable[str] = QUERIES) -> list[object]:
    """All that a reader can see of an index, but for the time taken."""
    with searchkit.open(index) as engine:
        results = [engine.search(query, limit=None) for query in queries]
    return [(r.total, r.complete, r.hits, r.facets, r.notes) for r in results]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    write(folder, "one.md", "---\ntitle: 一\ntopics: [甲]\n---\n旋转位置编码")
    write(folder, "sub/two.md", "# 二\n\nRoPE 与位置编码\n\n```\nx = 1\n```")
    write(folder, "three.txt", "别的编码")
    return folder


def test_counts_of_first_and_later_builds(corpus: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    first = searchkit.build(corpus, index)
    assert (first.added, first.updated, first.unchanged, first.removed) == (3, 0, 0, 0)
    write(corpus, "one.md", "改了")
    write(corpus, "four.md", "新的")
    (corpus / "three.txt").unlink()
    second = searchkit.build(corpus, index)
    assert (second.added, second.updated) == (1, 1)
    assert (second.unchanged, second.removed) == (1, 1)
    assert second.documents == 3


def test_building_with_nothing_changed_writes_nothing(
    corpus: Path, tmp_path: Path
) -> None:
    first = searchkit.build(corpus, tmp_path / "index")
    again = searchkit.build(corpus, tmp_path / "index")
    assert again.unchanged == 3
    assert again.index_path == first.index_path


def test_a_touched_file_is_unchanged(corpus: Path, tmp_path: Path) -> None:
    searchkit.build(corpus, tmp_path / "index")
    os.utime(corpus / "one.md", (0, 0))
    assert searchkit.build(corpus, tmp_path / "index").unchanged == 3


def test_full_analyses_everything_anew(corpus: Path, tmp_path: Path) -> None:
    first = searchkit.build(corpus, tmp_path / "index")
    again = searchkit.build(corpus, tmp_path / "index", full=True)
    assert again.index_path != first.index_path
    assert again.unchanged == 0


BODIES = st.sampled_from(
    [
        "旋转位置编码",
        "RoPE 的位置",
        "编码 rope\n\n```\nx\n```",
        "别的",
        "位置 位置 编码",
    ]
)
NAMES = st.sampled_from(["a", "b", "c", "d", "e"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.dictionaries(NAMES, BODIES), min_size=2, max_size=4))
def test_many_builds_equal_one(
    tmp_path_factory: pytest.TempPathFactory, states: list[dict[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("grown")
    for state in states:
        articles = [
            Article(name, f"题 {name}", body, ("甲",) if "x" in body else ())
            for name, body in state.items()
        ]
        searchkit.build(articles, folder / "grown")
    searchkit.build(articles, folder / "fresh")
    assert answers(folder / "grown") == answers(folder / "fresh")


def test_jobs_change_nothing(tmp_path: Path) -> None:
    corpus = ROOT / "corpus"
    script = """
        import sys
        import searchkit
        if __name__ == "__main__":
            searchkit.build(sys.argv[1], sys.argv[2], jobs=int(sys.argv[3]))
    """
    articles = tmp_path / "corpus"
    for copy in range(2):  # more than the few that are worth no second process
        for path in corpus.rglob("*.md"):
            name = f"{copy}/{path.relative_to(corpus)}"
            write(articles, name, path.read_text("utf-8"))
    program = write(tmp_path, "program.py", textwrap.dedent(script))
    for jobs in ("1", "2"):
        arguments = [str(articles), str(tmp_path / jobs), jobs]
        subprocess.run([sys.executable, program, *arguments], check=True)
    queries = ["注意力 softmax", '"旋转位置编码"', "python -java"]
    assert answers(tmp_path / "1", queries) == answers(tmp_path / "2", queries)


def test_bad_articles_are_reported_and_the_rest_indexed(
    corpus: Path, tmp_path: Path
) -> None:
    (corpus / "binary.md").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01")
    write(corpus, "empty.md", "")
    write(corpus, "broken.md", "---\ntitle: [\n---\n正文还在")
    report = searchkit.build(corpus, tmp_path / "index")
    reasons = dict(report.failures)
    assert set(reasons) == {"binary.md", "broken.md", "empty.md"}
    assert report.skipped == {"binary.md", "empty.md"}
    assert report.added == 4
    with searchkit.open(tmp_path / "index") as engine:
        assert ids(engine.search("正文还在")) == ["broken.md"]
    again = searchkit.build(corpus, tmp_path / "index")
    assert again.failures == report.failures


def test_an_article_that_breaks_leaves_the_index(corpus: Path, tmp_path: Path) -> None:
    searchkit.build(corpus, tmp_path / "index")
    (corpus / "one.md").write_bytes(b"\x00\x01\x02\x03" * 100)
    report = searchkit.build(corpus, tmp_path / "index")
    assert report.removed == 1
    assert [name for name, _ in report.failures] == ["one.md"]


def test_an_article_that_still_cannot_be_read_makes_no_new_index(
    corpus: Path, tmp_path: Path
) -> None:
    write(corpus, "empty.md", "")
    first = searchkit.build(corpus, tmp_path / "index")
    again = searchkit.build(corpus, tmp_path / "index")
    assert again.index_path == first.index_path
    assert again.failures == first.failures
    assert again.unchanged == first.added
    assert [*(tmp_path / "index").glob("generation-*")] == [first.index_path]


def test_an_article_that_no_reader_foresaw_stops_no_build(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: SourceFile, data: bytes) -> ReadArticle:
        return read_article(source, data) if source.doc_id != "one.md" else [][0]

    monkeypatch.setattr("searchkit.indexing.preparing.read_article", fail)
    report = searchkit.build(corpus, tmp_path / "index", jobs=1)
    why = "cannot be read (IndexError: list index out of range); please report"
    assert report.failures == (("one.md", why),)
    assert report.added == 2


def test_strict_leaves_the_index_as_it_was(corpus: Path, tmp_path: Path) -> None:
    searchkit.build(corpus, tmp_path / "index")
    before = answers(tmp_path / "index")
    write(corpus, "new.md", "新的")
    write(corpus, "empty.md", "")
    with pytest.raises(searchkit.CorpusError, match=r"empty\.md"):
        searchkit.build(corpus, tmp_path / "index", strict=True)
    assert answers(tmp_path / "index") == before


def test_the_same_id_twice_is_reported(tmp_path: Path) -> None:
    twice = [Article("a", "一", "甲"), Article("a", "二", "乙")]
    report = searchkit.build(twice, tmp_path / "index")
    assert report.added == 1
    assert [name for name, _ in report.failures] == ["a"]


def test_what_is_no_article_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"searchkit\.Article"):
        searchkit.build(["a.md"], tmp_path / "index")  # type: ignore[list-item]


class Body(str):
    """A text of which one can see whether somebody still holds it."""


def test_articles_handed_in_are_not_all_held_in_memory(tmp_path: Path) -> None:
    alive: weakref.WeakSet[Body] = weakref.WeakSet()

    def articles() -> Iterator[Article]:
        for number in range(50):
            body = Body(f"旋转 {number}")
            alive.add(body)
            yield Article(f"{number:02}", "题", body, ("甲",), date(2024, 1, 31))
            del body
            assert len(alive) <= 2

    index = tmp_path / "index"
    assert searchkit.build(articles(), index).added == 50
    assert searchkit.build(articles(), index).unchanged == 50
    with searchkit.open(index) as engine:
        assert engine.search("旋转").total == 50
        found = engine.article("07")
    assert found == Article("07", "题", "旋转 7", ("甲",), date(2024, 1, 31))
    assert not [*index.glob("articles*")]


def test_an_article_with_a_wrong_type_is_reported(tmp_path: Path) -> None:
    wrong = Article("b", "二", b"\xe4")  # type: ignore[arg-type]
    report = searchkit.build([Article("a", "一", "甲"), wrong], tmp_path / "index")
    assert (report.added, *report.skipped) == (1, "b")


def test_an_error_of_whoever_hands_in_articles_is_theirs(tmp_path: Path) -> None:
    def articles() -> Iterator[Article]:
        yield Article("a", "一", "甲")
        raise PermissionError("mine")

    index = tmp_path / "index"
    searchkit.build([Article("old", "旧", "在")], index)
    with pytest.raises(PermissionError, match="mine"):
        searchkit.build(articles(), index)
    assert answers(index, ["在"])[0][0] == 1  # type: ignore[index]
    assert not [*index.glob("articles*")]


def test_no_corpus_is_an_error_with_a_hint_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(searchkit.CorpusError) as caught:
        searchkit.build(tmp_path / "nowhere", tmp_path / "index")
    assert caught.value.hint
    assert not [*tmp_path.iterdir()]


def test_an_empty_corpus_is_an_empty_index(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    assert searchkit.build(tmp_path / "corpus", tmp_path / "index").documents == 0
    with searchkit.open(tmp_path / "index") as engine:
        assert engine.search("旋转").total == 0
        assert engine.check() == ()


def test_article_comes_back_as_written(corpus: Path, tmp_path: Path) -> None:
    searchkit.build(corpus, tmp_path / "index")
    with searchkit.open(tmp_path / "index") as engine:
        article = engine.article("one.md")
    assert (article.title, article.topics) == ("一", ("甲",))
    assert article.body.strip() == "旋转位置编码"
    assert Path(str(article.path)).samefile(corpus / "one.md")


def test_refresh_sees_the_next_generation(corpus: Path, tmp_path: Path) -> None:
    searchkit.build(corpus, tmp_path / "index")
    with searchkit.open(tmp_path / "index") as old:
        assert old.refresh() is old
        write(corpus, "new.md", "崭新的文章")
        searchkit.build(corpus, tmp_path / "index")
        assert old.search('"崭新"').total == 0
        with old.refresh() as new:
            assert new.search('"崭新"').total == 1


def said_by(engine: searchkit.SearchEngine) -> tuple[object, ...]:
    """What an engine answers to everything that can be asked of it."""
    query = "旋转位置编码"
    plain, collapsed = engine.search(query), engine.search(query, collapse=True)
    return (
        plain.hits,
        dict(plain.facets),
        (collapsed.hits, collapsed.collapsed),
        engine.search("旋轉位置编马").notes,
        engine.article("one.md"),
        engine.matches(query, "one.md"),
        engine.explain(query, "one.md"),
        engine.suggest("旋"),
        engine.glossary(),
        engine.doc_ids(),
        engine.stats(),
    )


def test_an_engine_outlives_many_builds(corpus: Path, tmp_path: Path) -> None:
    searchkit.build(corpus, tmp_path / "index")
    engine = searchkit.open(tmp_path / "index")  # and nothing is asked of it yet
    with searchkit.open(tmp_path / "index") as other:
        expected = said_by(other)
    with engine:
        for number in range(4):
            write(corpus, "one.md", f"第 {number} 版")
            searchkit.build(corpus, tmp_path / "index")
        assert said_by(engine) == expected
        assert engine.search("旋转位置编码").hits[0].doc_id == "one.md"
    generations = [path.name for path in (tmp_path / "index").glob("generation-*")]
    assert len(generations) == 2


HOLD_THE_LOCK = """
import sys, time
from pathlib import Path
from searchkit.engines.publishing import build_lock
with build_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_build_at_a_time_and_no_dead_locks(corpus: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, str(index)], stdout=subprocess.PIPE
    )
    assert holder.stdout
    holder.stdout.readline()
    with pytest.raises(searchkit.IndexLockedError) as caught:
        searchkit.build(corpus, index)
    assert caught.value.hint == "Wait until it has ended."  # nothing answers yet
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert searchkit.build(corpus, index).added == 3


BUILD = """
import sys, searchkit
print("ready", flush=True)
searchkit.build(sys.argv[1], sys.argv[2], full=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0])
def test_a_killed_build_changes_nothing(share: float, tmp_path: Path) -> None:
    """Killed at different moments, spread over the time a whole build takes."""
    corpus = ROOT / "corpus"
    index = tmp_path / "index"
    articles = tmp_path / "articles"
    for path in corpus.rglob("*.md"):
        write(articles, path.name, path.read_text("utf-8"))
    started = time.monotonic()
    searchkit.build(articles, index, full=True)
    whole = time.monotonic() - started
    queries = ["注意力 softmax", '"旋转位置编码"']
    before = answers(index, queries)
    program = [sys.executable, "-c", BUILD, str(articles), str(index)]
    process = subprocess.Popen(program, stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    time.sleep(share * whole)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert answers(index, queries) == before
    write(articles, "new.md", "崭新的文章")
    report = searchkit.build(articles, index)
    assert (report.added, report.removed) == (1, 0)
    assert len(list(index.glob("generation-*"))) == 2
    with searchkit.open(index) as engine:
        assert engine.check() == ()


def test_many_threads_read_the_same(shipped_index: Path) -> None:
    queries = ("注意力 softmax", '"旋转位置编码"', "python -java", "gener*")
    expected = answers(shipped_index, queries)
    seen: list[object] = []
    with searchkit.open(shipped_index) as engine:

        def read() -> None:
            results = [engine.search(query, limit=None) for query in queries]
            seen.append(
                [(r.total, r.complete, r.hits, r.facets, r.notes) for r in results]
            )

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == [expected] * 8


# Indexes that cannot be used


def test_no_index_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(searchkit.IndexNotFoundError) as caught:
        searchkit.open(tmp_path / "nowhere")
    assert "searchkit build" in caught.value.hint


def test_another_format_is_refused_and_rebuilt(corpus: Path, tmp_path: Path) -> None:
    report = searchkit.build(corpus, tmp_path / "index")
    manifest = report.index_path / "searchkit.json"
    value = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps(value | {"format_version": 999}), "utf-8")
    with pytest.raises(searchkit.IndexFormatError) as caught:
        searchkit.open(tmp_path / "index")
    assert caught.value.found == 999
    assert searchkit.build(corpus, tmp_path / "index").added == 3


def test_another_analysis_is_told_and_rebuilt(corpus: Path, tmp_path: Path) -> None:
    report = searchkit.build(corpus, tmp_path / "index")
    manifest = generations.read_manifest(report.index_path)
    older = replace(manifest, fingerprint="older")
    generations.write_manifest(report.index_path, older)
    with searchkit.open(tmp_path / "index") as engine:
        notes = engine.search("旋转").notes
    assert any(note.kind == "hint" for note in notes)
    assert searchkit.build(corpus, tmp_path / "index").unchanged == 0


def damage_pointer(index: Path, generation: Path) -> None:
    (index / "current").write_text("generation-999999", "ascii")


def empty_pointer(index: Path, generation: Path) -> None:
    (index / "current").write_bytes(b"")


def cut_postings(index: Path, generation: Path) -> None:
    postings = generation / "postings"
    os.truncate(postings, postings.stat().st_size // 2)


def lose_manifest(index: Path, generation: Path) -> None:
    (generation / "searchkit.json").unlink()


def spoil_documents(index: Path, generation: Path) -> None:
    (generation / "documents").write_bytes(b"\xff" * 64)


@pytest.mark.parametrize(
    "damage",
    [damage_pointer, empty_pointer, cut_postings, lose_manifest, spoil_documents],
)
def test_damage_is_told_and_mended_by_a_build(
    damage: object, corpus: Path, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    report = searchkit.build(corpus, index)
    assert callable(damage)
    damage(index, report.index_path)
    with (
        pytest.raises(searchkit.IndexCorruptError) as caught,
        searchkit.open(index) as engine,
    ):
        engine.search("旋转")
    assert "searchkit build" in caught.value.hint
    assert searchkit.build(corpus, index).added == 3
    assert searchkit.open(index).check() == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": "2024-01-01"},
        {"body": None},
        {"title": 3},
        {"topics": "abc"},
        {"aliases": (1,)},
        {"markup": "rst"},
        {"line_offset": "1"},
    ],
)
def test_an_article_with_a_field_of_another_type_is_a_failure(
    wrong: dict[str, object], tmp_path: Path
) -> None:
    fields = {"doc_id": "a", "title": "A", "body": "甲"} | wrong
    report = searchkit.build([Article(**fields), Article("b", "B", "乙")], tmp_path)
    ((name, why),) = report.failures
    assert (name, report.added) == ("a", 1)
    assert next(iter(wrong)) in why


def test_what_cannot_be_built_is_said(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="doc_id"):
        searchkit.build([Article(1, "A", "甲")], tmp_path)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="jobs"):
        searchkit.build([], tmp_path, jobs=-1)
