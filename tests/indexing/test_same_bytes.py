"""Neither the builds before nor the number of processes can be seen in an index."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article
from searchkit.engines.columns import layered, layers, lists
from searchkit.engines.columns.files import Columns
from searchkit.engines.generation import (
    classes,
    copies,
    documents,
    page_merge,
    slab_merge,
    slabs,
    vocabulary,
)

VARYING = {"built_at", "seal"}

BODIES = st.sampled_from(
    [
        "旋转位置编码（RoPE）与 $x_{t-1}^2$",
        "networks network\n\n```python\ngetUserName(x)\n```",
        "normalization of the normal user\n\n# Headings",
        "matrices, matrix networking",
        "userName 用户 RoPE rope $\\alpha + b$",
        "",
        "位置 位置 编码，，，，，，，，，，，，",
        "ᾳ İ \ud800 kana かな",
    ]
)
ARTICLES = st.builds(
    dict,
    title=st.sampled_from(["题", "GetUser 题", ""]),
    body=BODIES,
    topics=st.sampled_from([(), ("甲",), ("乙", "甲")]),
    aliases=st.sampled_from([(), ("RoPE", "旋转")]),
)
STATES = st.lists(
    st.dictionaries(st.sampled_from("abcdefg"), ARTICLES), min_size=2, max_size=4
)


def files(index: Path) -> dict[str, object]:
    """The answering generation's files, without what tells when it was built."""
    folder = index / (index / "current").read_text("ascii").strip()
    found: dict[str, object] = {
        path.name: path.read_bytes() for path in folder.iterdir()
    }
    manifest = json.loads((folder / "searchkit.json").read_text("ascii"))
    found["searchkit.json"] = {k: v for k, v in manifest.items() if k not in VARYING}
    return found


@settings(max_examples=60, deadline=None)
@given(STATES)
def test_many_builds_write_what_one_writes(
    tmp_path_factory: pytest.TempPathFactory, states: list[dict[str, dict[str, object]]]
) -> None:
    folder = tmp_path_factory.mktemp("grown")
    for state in states:
        articles = [Article(name, **fields) for name, fields in state.items()]  # type: ignore[arg-type]
        searchkit.build(articles, folder / "grown")
    searchkit.build(articles, folder / "fresh")
    grown, fresh = files(folder / "grown"), files(folder / "fresh")
    assert grown.keys() == fresh.keys()
    assert [name for name in grown if grown[name] != fresh[name]] == []


def test_lists_longer_than_memory_should_hold_are_written_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = "networks network\n\n旋转位置编码（RoPE）与 $x_{t-1}^2$ userName\n"
    articles = [Article(f"{n:02}", f"题 {n}", body * (1 + n % 3)) for n in range(20)]
    searchkit.build(articles, tmp_path / "at once")
    monkeypatch.setattr(slabs, "_SLAB", 1)  # each term by itself
    monkeypatch.setattr(slab_merge, "_AT_ONCE", 4)
    for module in (layered, lists):
        monkeypatch.setattr(module, "VALUES_AT_ONCE", 8)
    monkeypatch.setattr(layers, "_AT_ONCE", 8)
    for module in (classes, copies, page_merge, vocabulary):
        monkeypatch.setattr(module, "_AT_ONCE", 1)
    monkeypatch.setattr(documents, "_ROWS_AT_ONCE", 3)
    monkeypatch.setattr(vocabulary, "_NUMBERS_AT_ONCE", 5)
    searchkit.build(articles, tmp_path / "in pieces")
    searchkit.build(articles[::2], tmp_path / "grown")
    searchkit.build(articles, tmp_path / "grown")
    at_once = files(tmp_path / "at once")
    assert files(tmp_path / "in pieces") == at_once
    assert files(tmp_path / "grown") == at_once


def test_pages_are_copied_or_packed_anew_as_their_sample_wants_it(
    tmp_path: Path,
) -> None:
    words = [f"第 {n} 段说明 attention {n * n} 与旋转位置编码。" for n in range(3000)]
    articles = [
        Article(f"{n:02}", f"题 {n}", "\n\n".join(words[n * 60 : n * 60 + 60]))
        for n in range(40)
    ]
    articles.append(Article("long", "长文", "\n\n".join(words)))
    grown, samples = tmp_path / "grown", []
    for count in (24, 28, 32, 36, 40, 41):
        searchkit.build(articles[:count], grown)
        searchkit.build(articles[:count], tmp_path / f"fresh-{count}")
        found = files(grown)
        assert found == files(tmp_path / f"fresh-{count}")
        folder = grown / (grown / "current").read_text("ascii").strip()
        columns = Columns(folder / "pages", "pages")
        samples.append(columns.column("sample").whole().tobytes())
        columns.close()
    again = [one == other for one, other in pairwise(samples)]
    assert True in again, "no pages were copied"
    assert False in again, "no pages were packed anew"


BUILD = """
import sys
import searchkit
from searchkit.indexing import build

if __name__ == "__main__":
    # In no more than these articles, too.
    build._FEW_BYTES = build._MANY_BYTES = 0
    searchkit.build(sys.argv[1], sys.argv[2], jobs=int(sys.argv[3]))
"""


def test_jobs_write_the_same_bytes(tmp_path: Path) -> None:
    shipped = ROOT / "corpus"
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for copy in range(4):  # more than the little that is worth no second process
        for number, path in enumerate(sorted(shipped.rglob("*.md"))):
            (corpus / f"{number:03}-{copy}.md").write_bytes(path.read_bytes())
    program = tmp_path / "program.py"
    program.write_text(BUILD, "utf-8")
    for jobs in ("1", "2", "3"):
        arguments = [str(corpus), str(tmp_path / jobs), jobs]
        subprocess.run([sys.executable, program, *arguments], check=True)
    one = files(tmp_path / "1")
    assert files(tmp_path / "2") == one
    assert files(tmp_path / "3") == one
