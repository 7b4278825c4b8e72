"""Which files of a folder become articles, and what they say of themselves."""

from __future__ import annotations

import io
import os
import time
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from searchkit.corpus.reader import (
    ReadArticle,
    SourceFile,
    read_article,
    read_bytes,
    walk,
)
from searchkit.errors import CorpusError


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("text", encoding="utf-8")


def found(root: Path) -> list[str]:
    return [source.doc_id for source in walk(root)[0]]


def read(data: bytes | str, name: str = "a.md") -> ReadArticle:
    data = data.encode() if isinstance(data, str) else data
    return read_article(SourceFile(name, Path("/corpus") / name), data)


def test_walk_takes_articles_in_order_and_nothing_else(tmp_path: Path) -> None:
    write(
        tmp_path, "b.md", "a/x.MDX", "a/y.html", "z.txt", "c.py", ".git/d.md", ".e.md"
    )
    assert found(tmp_path) == ["a/x.MDX", "a/y.html", "b.md", "z.txt"]


def test_walk_of_no_folder_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read") as caught:
        walk(tmp_path / "none")
    assert "searchkit build" in caught.value.hint


def test_links_inside_the_folder_are_followed_and_loops_end(tmp_path: Path) -> None:
    write(tmp_path, "a/x.md")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "b.md").symlink_to(tmp_path / "a" / "x.md")
    assert found(tmp_path) == ["a/x.md", "b.md"]


def test_a_folder_is_named_as_it_is_and_not_as_a_link_to_it(tmp_path: Path) -> None:
    write(tmp_path, "b/x.md")
    (tmp_path / "a").symlink_to(tmp_path / "b")
    assert found(tmp_path) == ["b/x.md"]


def test_links_out_of_the_folder_are_failures(tmp_path: Path) -> None:
    write(tmp_path, "out/secret.md", "in/a.md")
    (tmp_path / "in" / "b.md").symlink_to(tmp_path / "out" / "secret.md")
    (tmp_path / "in" / "c").symlink_to(tmp_path / "out")
    files, failures = walk(tmp_path / "in")
    assert [source.doc_id for source in files] == ["a.md"]
    assert failures == (
        ("b.md", "link leads out of the corpus"),
        ("c", "link leads out of the corpus"),
    )


def test_a_link_to_nothing_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to(tmp_path / "none.md")
    assert walk(tmp_path)[1] == (("a.md", "link leads nowhere"),)


def test_a_name_that_is_not_utf8_is_a_failure(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"\xff.md")).touch()
    except OSError:
        pytest.skip("the file system takes only Unicode names")
    assert walk(tmp_path) == ((), (("?.md", "file name is not valid UTF-8"),))


def test_a_pipe_is_a_failure(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    assert walk(tmp_path)[1] == (("a.md", "not a regular file"),)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_listed_is_a_failure(tmp_path: Path) -> None:
    write(tmp_path, "a/x.md", "b.md")
    (tmp_path / "a").chmod(0)
    files, failures = walk(tmp_path)
    (tmp_path / "a").chmod(0o700)
    assert [source.doc_id for source in files] == ["b.md"]
    assert failures == (("a", "folder cannot be read: permission denied"),)


def test_a_large_file_is_refused_with_its_size_and_the_setting(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"x" * 2000)
    with pytest.raises(CorpusError, match=r"2,000 bytes.*1,000.*max_article_bytes"):
        read_bytes(SourceFile("a.md", tmp_path / "a.md"), max_bytes=1000)


def test_a_file_of_the_allowed_size_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"x" * 10)
    source = SourceFile("a.md", tmp_path / "a.md")
    assert read_bytes(source, max_bytes=10) == b"x" * 10


def test_a_file_may_vanish(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="vanished while being read"):
        read_bytes(SourceFile("a.md", tmp_path / "a.md"), max_bytes=10)


@pytest.mark.parametrize(
    ("tick_s", "age_s"), [(1, 100), (0, 0)], ids=["by its time", "by its bytes"]
)
@pytest.mark.parametrize("changes", range(1, 8))
def test_a_file_that_changes_while_it_is_read_is_one_version_or_refused(
    changes: int,
    tick_s: int,
    age_s: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is written over each time that half of it has been read."""
    path, now = tmp_path / "a.md", time.time()
    versions = iter([bytes([65 + number]) * 1000 for number in range(changes + 1)])

    def write_next() -> None:
        for version in islice(versions, 1):
            with open(path, "wb") as file:  # noqa: PTH123, Path.open is another here
                file.write(version)
            written = now - age_s - tick_s * version[0]
            os.utime(path, (written, written))

    class HalfRead(io.FileIO):
        def read(self, _: int | None = -1) -> bytes:
            begun = super().read(500) or b""
            write_next()
            return begun + (super().read() or b"")

    write_next()
    monkeypatch.setattr(Path, "open", lambda path, _: HalfRead(path))
    refusal = ""
    try:
        data = read_bytes(SourceFile("a.md", path), max_bytes=1000)
    except CorpusError as error:
        refusal = str(error)
    if refusal:
        assert refusal == "changed each time that it was read"
        assert changes >= 4
    else:
        assert data == bytes([65 + changes]) * 1000


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\xef\xbb\xbf"], ids=repr)
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(CorpusError, match="empty file"):
        read(data)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: 前\n---\n# 后", "前"),
        ("---\ntitle: 2024\n---\n", "2024"),
        ("x\n\n## 第 `一` 章 {#c}\n# 二", "第 一 章"),
        ("no heading", "a"),
    ],
    ids=["front matter", "number", "first heading", "file name"],
)
def test_title(text: str, title: str) -> None:
    assert read(text).article.title == title


@pytest.mark.parametrize(
    ("text", "title"),
    [("<title>甲 &amp; 乙</title><h1>丙</h1>", "甲 & 乙"), ("<h1>丙</h1>", "丙")],
    ids=["title", "heading"],
)
def test_title_of_html(text: str, title: str) -> None:
    assert read(text, "a.html").article.title == title


@pytest.mark.parametrize(
    ("name", "markup"),
    [("a.md", "markdown"), ("a.MDX", "markdown"), ("a.txt", "text"), ("a.HTM", "html")],
)
def test_markup_is_by_extension(name: str, markup: str) -> None:
    assert read("x", name).article.markup == markup


TOPICS = {
    "topics": ("topics: [b, a, b]", ("b", "a")),
    "tags": ("tags: 甲, 乙，丙", ("甲", "乙", "丙")),
    "categories": ("categories:\n- ' x '\n- 3\n- [nested]", ("x", "3")),
    "topics first": ("tags: a\ntopics: b", ("b",)),
    "folder": ("title: x", ("folder",)),
}


@pytest.mark.parametrize(("matter", "topics"), TOPICS.values(), ids=TOPICS.keys())
def test_topics(matter: str, topics: tuple[str, ...]) -> None:
    article = read(f"---\n{matter}\n---\nx", "folder/sub/a.md").article
    assert article.topics == topics


def test_a_file_in_the_root_has_no_topic_of_its_own() -> None:
    assert read("x").article.topics == ()


@pytest.mark.parametrize(
    "written",
    [
        "2024-03-01",
        "2024-3-1",
        "2024/03/01",
        "2024-03-01T10:00:00+08:00",
        "'2024-03-01'",
    ],
)
def test_date(written: str) -> None:
    assert read(f"---\ndate: {written}\n---\nx").article.date == date(2024, 3, 1)


def test_a_date_may_be_left_open_or_called_otherwise() -> None:
    assert read("---\ndate: ''\n---\nx").warning is None
    told = read("---\ndatetime: 2024-03-01 10:00\n---\nx")
    assert told.article.date == date(2024, 3, 1)


@pytest.mark.parametrize("written", ["0000-13-45", "yesterday", "[1]"])
def test_a_date_that_is_none_is_a_warning(written: str) -> None:
    result = read(f"---\ndate: {written}\n---\nx")
    assert result.article.date is None
    assert "is no date" in (result.warning or "")


def test_aliases() -> None:
    assert read("---\naliases: [RoPE, 旋转]\n---\nx").article.aliases == (
        "RoPE",
        "旋转",
    )


TOML = (
    '+++\ntitle = "T"\ndate = 2024-03-01T10:00:00Z\n[taxonomies]\ntags = ["a"]\n+++\nx'
)


def test_toml_front_matter() -> None:
    article = read(TOML).article
    assert (article.title, article.topics, article.date) == (
        "T",
        ("a",),
        date(2024, 3, 1),
    )


def test_the_body_begins_after_the_front_matter_and_lines_are_the_files() -> None:
    result = read("---\r\ntitle: t\r\n---\r\n\r\nword")
    assert (result.article.body, result.article.line_offset) == ("\nword", 3)
    assert result.visible.line_at(0) == 5


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nx: y",
        "---\njust text\n---\nx",
        "---\n- a\n---\nx",
        "----\na: b\n---\nx",
        "---\n[open\n---\nx",
        "---\n# heading\n---\nx",
    ],
    ids=["not closed", "a sentence", "a list", "a longer rule", "broken", "a heading"],
)
def test_what_begins_with_a_rule_is_not_front_matter(text: str) -> None:
    result = read(text)
    assert (result.article.body, result.warning) == (text, None)


def test_front_matter_may_be_empty() -> None:
    result = read("---\n\n---\nx")
    assert (result.article.body, result.warning) == ("x", None)


@pytest.mark.parametrize("fence", ["---", "+++"])
def test_front_matter_is_not_read_however_deep(fence: str) -> None:
    sign = ": " if fence == "---" else " = "
    for levels, is_read in ((90, True), (5000, False)):
        text = f"a{sign}{'[' * levels}{']' * levels}\nb{sign}1"
        result = read(f"{fence}\n{text}\n{fence}\nx")
        assert (result.article.body, result.warning is None) == ("x", is_read)


def test_yaml_has_a_hundred_levels() -> None:
    result = read(f"---\na: {'[' * 150}{']' * 150}\n---\nx")
    assert "more than 100 levels" in (result.warning or "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ntitle: a\nb: [c\n---\nbody", 4),
        ("+++\na = 1\nb = \n+++\nbody", 3),
        ("---\na: &x [1]\nb: *x\n---\nbody", 3),
        ("---\na: !!python/name:os.system\n---\nbody", 2),
    ],
    ids=["yaml", "toml", "alias", "tag"],
)
def test_broken_front_matter_is_cut_off_with_a_warning(text: str, line: int) -> None:
    result = read(text)
    assert result.article.body == "body"
    assert f"line {line}; indexed without it" in (result.warning or "")


def test_aliases_in_yaml_do_not_blow_up() -> None:
    rows = [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, 20)]
    text = "---\nx0: &x0 [lol]\n" + "\n".join(rows) + "\n---\nbody"
    assert read(text).article.body == "body"
