"""A quoted text finds exactly the articles that a plain scan finds it in."""

from pathlib import Path

import pytest
from conftest import Opened, ids
from hypothesis import given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article
from searchkit.analysis.scan import scannable, scannable_blocks
from searchkit.corpus.visible import visible_text
from searchkit.evaluation.completeness import compare_with_text


def test_strings_of_the_shipped_articles(shipped_index: Path) -> None:
    result = compare_with_text(shipped_index, 400, seed=20261)
    assert result.disagreements == ()
    assert 0 < result.absent < 200
    assert result.found > 400


WORDS = """
旋转 位置 编 getUserName User get RoPE rope GPT-4o 4 self-attention ， + = ** | a-b ３ Ⅳ
`x_1` `f(x)` `Pod`s $x_{t-1}$ C++ naïve 1.0 Järvelin
eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9
"""
PIECES = st.sampled_from([*WORDS.split(), " ", ". ", "$a b$", "\n", "\n\n"])
TEXTS = st.lists(PIECES, min_size=1, max_size=12).map("".join)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS, min_size=2, max_size=4))
def test_any_articles(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    index = tmp_path_factory.mktemp("any") / "index"
    articles = [Article(str(n), "题", text) for n, text in enumerate(texts)]
    searchkit.build(articles, index)
    assert compare_with_text(index, 15).disagreements == ()


@pytest.mark.parametrize(
    ("wanted", "text", "stands"),
    [
        ("位置编", "旋转位置编码", True),
        ("get user", "getUserName()", False),
        ("getUser", "getUserName()", True),
        ("userName", "getUserName()", True),
        ("serName", "getUserName()", False),
        ("a+b", "a + b", False),
        ("a + b", "a + b", True),
        ("python 3.1", "python 3.11", False),
        ("self attention", "self-attention", True),
        ("x_{t - 1}", "$x_{t-1}$", True),
        ("中文 english", "中文English", True),
        ("旋转 x_1", "$4旋转$x_1", True),
        ("4 旋转", "x_4$旋转$", True),
        ("甲乙", "甲\n乙", True),
        ("甲乙", "甲\n\n乙", False),
        ("work", "network", False),
    ],
)
def test_search_and_scan_mean_the_same(
    wanted: str, text: str, stands: bool, opened: Opened
) -> None:
    needle = scannable(wanted).text
    blocks = scannable_blocks(visible_text(Article("a", "t", text)))
    assert any(block.holds(needle) for block in blocks) is stands
    assert bool(ids(opened(text).search(f'"{wanted}"'))) is stands


@pytest.mark.parametrize("articles", [[], [Article("a", '"', '""')]])
def test_what_has_no_strings_is_not_said_to_be_searched(
    articles: list[Article], tmp_path: Path
) -> None:
    searchkit.build(articles, tmp_path / "index")
    assert compare_with_text(tmp_path / "index", 5).strings == 0


def test_the_command_tells_its_counts(shipped_index: Path) -> None:
    from click.testing import CliRunner

    from searchkit.cli.program import program

    arguments = ["check", "--index", str(shipped_index), "--against-text", "20"]
    result = CliRunner().invoke(program, arguments)
    assert result.exit_code == 0
    assert "0 differ from a scan" in result.output
