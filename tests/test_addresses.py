"""What Chinese headings, files and links are called in Latin letters is searched."""

from pathlib import Path

import pytest
from conftest import ids

import searchkit
from searchkit import SearchEngine
from searchkit.analysis.addresses import address_name

FILES = {
    "docs/ch03-encrypt-data.md": "# 静态加密\n\n集群里的数据。\n",
    "docs/rotate.md": "# 轮换\n\n## 轮换密钥 {#rotating-keys}\n\n正文。\n",
    "docs/twice.md": "# 两次\n\n## Two locks {#two-locks}\n\n正文。\n",
    "docs/page.html": "<h1>安全</h1><h2 id='threat-model'>威胁</h2><p>正文。</p>",
    "docs/plain.md": "# Keys and data\n\nRotating keys in encrypted data.\n",
    "docs/notes.mdx": "# 笔记\n\n## 部署 [[#blue-green]]\n\n正文。\n",
}
LINKED = {
    "a.md": "# 一\n\n看[网络策略](/docs/reference/network-policy/)一节。\n",
    "b.md": "# 二\n\n网络策略由插件完成。\n",
    "c.html": "<p>见 <a href='https://a.example/wiki/Event_log'>事件日志</a>。</p>",
    "d.md": "# 四\n\n事件日志给人看。\n",
    "e.md": "# 五\n\n[点这里](/docs/install/)，[完整的说明书](/x/a1b2/)。\n",
}


def built(tmp_path: Path, files: dict[str, str]) -> SearchEngine:
    for name, text in files.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    searchkit.build(tmp_path / "corpus", tmp_path / "index")
    return searchkit.open(tmp_path / "index")


@pytest.mark.parametrize(
    ("address", "name"),
    [("docs/ch03-04-keys.md", "keys"), ("docs/ch03.md", "ch03"), ("2024.html", "2024")],
)
def test_a_number_alone_is_a_name(address: str, name: str) -> None:
    assert address_name(address) == name


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("rotating keys", "docs/rotate.md"),
        ("rotated key", "docs/rotate.md"),
        ("encrypt", "docs/ch03-encrypt-data.md"),
        ("threat model", "docs/page.html"),
        ("blue-green", "docs/notes.mdx"),
    ],
)
def test_an_address_finds_its_article(query: str, first: str, tmp_path: Path) -> None:
    with built(tmp_path, FILES) as engine:
        assert first in ids(engine.search(query))


def test_what_is_written_comes_before_an_address(tmp_path: Path) -> None:
    with built(tmp_path, FILES) as engine:
        assert ids(engine.search("rotating keys"))[0] == "docs/plain.md"


def test_a_quoted_text_is_what_readers_see(tmp_path: Path) -> None:
    with built(tmp_path, FILES) as engine:
        assert ids(engine.search('"rotating keys"')) == ["docs/plain.md"]
        assert ids(engine.search('"threat"')) == []
        # `exact`, since the heading 轮换 is found by what translates it.
        assert engine.search("in:heading rotating", exact=True).total == 0


def test_an_anchor_made_of_its_heading_says_nothing_more(tmp_path: Path) -> None:
    with built(tmp_path, FILES) as engine:
        assert "address" not in str(engine.explain("locks", "docs/twice.md"))
        assert "address" in str(engine.explain("keys", "docs/rotate.md"))


def test_numbers_of_chapters_are_no_names(tmp_path: Path) -> None:
    with built(tmp_path, FILES) as engine:
        assert engine.search("ch03").total == 0


@pytest.mark.parametrize(
    ("query", "names", "found"),
    [
        ("network policy", {"网络策略", "network policy"}, {"a.md", "b.md"}),
        ("event log", {"事件日志", "Event log"}, {"c.html", "d.md"}),
    ],
)
def test_a_link_teaches_the_glossary(
    query: str, names: set[str], found: set[str], tmp_path: Path
) -> None:
    with built(tmp_path, LINKED) as engine:
        pairs = [{*pair.names} for pair in engine.glossary()]
        assert pairs.count(names) == 1
        assert set(ids(engine.search(query))) == found


def test_a_link_that_names_nothing_teaches_nothing(tmp_path: Path) -> None:
    with built(tmp_path, LINKED) as engine:
        names = {name for pair in engine.glossary() for name in pair.names}
    assert names.isdisjoint({"点这里", "install", "完整的说明书"})
