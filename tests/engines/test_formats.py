"""An index of this format is opened; of any other it is said what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import DATA

import searchkit
from searchkit.engines import generations

THIS = DATA / f"index-{generations.FORMAT_VERSION}"
EARLIER = sorted(path for path in DATA.glob("index-*") if path != THIS)


@pytest.fixture
def released(tmp_path: Path) -> Path:
    return Path(shutil.copytree(THIS, tmp_path / "index"))


def test_a_released_index_opens_and_answers(released: Path) -> None:
    with searchkit.open(released) as engine:
        assert [hit.doc_id for hit in engine.search("旋转位置").hits] == ["rope.md"]
        assert engine.search('"softmax of"').hits[0].snippets
        assert engine.search("$x_{t-1}$").total == 1
        assert engine.article("softmax.md").topics == ("attention",)
        assert engine.check() == ()


def test_a_released_index_is_brought_up_to_date(released: Path) -> None:
    searchkit.build([searchkit.Article("new.md", "新", "崭新")], released)
    with searchkit.open(released) as engine:
        assert engine.search("崭新").total == 1


@pytest.mark.parametrize("earlier", EARLIER, ids=lambda path: path.name)
def test_an_earlier_format_is_refused_and_replaced(
    earlier: Path, tmp_path: Path
) -> None:
    index = Path(shutil.copytree(earlier, tmp_path / "index"))
    with pytest.raises(searchkit.IndexFormatError) as error:
        searchkit.open(index)
    assert f"index-{error.value.found}" == earlier.name
    assert "searchkit build --full" in error.value.hint
    searchkit.build([searchkit.Article("new.md", "新", "崭新")], index)
    with searchkit.open(index) as engine:
        assert [hit.doc_id for hit in engine.search("崭新").hits] == ["new.md"]


@pytest.mark.parametrize("found", [0, generations.FORMAT_VERSION + 1, "2.0", None])
def test_another_format_says_what_to_do(tmp_path: Path, found: object) -> None:
    articles = [searchkit.Article("a", "一", "甲")]
    report = searchkit.build(articles, tmp_path / "index")
    path = report.index_path / "searchkit.json"
    value = json.loads(path.read_text("utf-8")) | {"format_version": found}
    path.write_text(json.dumps(value), "utf-8")
    with pytest.raises(searchkit.IndexFormatError) as error:
        searchkit.open(tmp_path / "index")
    assert error.value.expected == generations.FORMAT_VERSION
    assert error.value.found == found
    assert "searchkit build --full" in error.value.hint
    assert searchkit.build(articles, tmp_path / "index").added == 1
    with searchkit.open(tmp_path / "index") as engine:
        assert engine.search("甲").total == 1
