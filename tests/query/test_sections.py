"""The sections that a hit names are those in which the query stands best."""

import json
import pickle
from pathlib import Path

from conftest import Opened
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article, SearchEngine, build
from searchkit.cli.as_json import result_json
from searchkit.corpus.visible import visible_text

FILLER = "别的话题，说得很长。" * 8
GUIDE = f"""\
量子在开头。{FILLER}

# 安装

{FILLER}量子。

## `qubit` 与纠缠

量子与纠缠，量子与纠缠。

## 历史

{FILLER}纠缠。

# 没有

{FILLER}
"""


def headings(engine: SearchEngine, query: str) -> list[tuple[str, ...]]:
    return [section.heading for section in engine.search(query).hits[0].sections]


def test_every_word_in_one_section_is_best(opened: Opened) -> None:
    best, *others = headings(opened(GUIDE), "量子 纠缠")
    assert best == ("安装", "qubit 与纠缠")
    assert ("没有",) not in others


def test_at_most_three_and_only_with_matches(opened: Opened) -> None:
    parts = [f"# 节{number}\n\n{'量子' * (number % 5)}话" for number in range(12)]
    found = headings(opened("\n\n".join(parts)), "量子")
    assert found == [("节4",), ("节9",), ("节3",)]


def test_lines_are_those_of_the_headings(opened: Opened) -> None:
    lines = GUIDE.split("\n")
    hit = opened(GUIDE).search("量子 纠缠").hits[0]
    for section in hit.sections:
        last = section.heading[-1].split(" ")[0] if section.heading else "量子在开头"
        assert last in lines[section.line - 1]


def test_a_word_in_the_heading_counts_more(opened: Opened) -> None:
    engine = opened("# 经典\n\n量子就是这样。\n\n# 量子\n\n就是这样子。")
    assert headings(engine, "量子")[0] == ("量子",)


def test_a_short_section_outranks_a_long_one(opened: Opened) -> None:
    engine = opened(f"# 长\n\n{FILLER}量子\n\n# 短\n\n讲量子。")
    assert headings(engine, "量子") == [("短",), ("长",)]


def test_they_are_told_after_the_engine_was_closed(tmp_path: Path) -> None:
    build([Article("a", "A", GUIDE)], tmp_path)
    with searchkit.open(tmp_path) as engine:
        told = engine.search("量子 纠缠").hits
        expected = engine.search("量子 纠缠").hits[0].sections
        pickled = pickle.dumps(engine.search("量子 纠缠").hits)
    assert len(expected) == 3
    assert told[0].sections == pickle.loads(pickled)[0].sections == expected


def test_a_match_in_the_title_alone_names_no_section(opened: Opened) -> None:
    engine = opened(Article("a", "量子", "# 一\n\n别的。"))
    assert headings(engine, "量子") == []


def test_a_formula_has_its_section(opened: Opened) -> None:
    engine = opened("# 一\n\n别的。\n\n# 二\n\n$x_{t-1}^2$ 在这里。")
    assert headings(engine, "$x^2_{t-1}$") == [("二",)]


def test_sections_of_long_articles(opened: Opened) -> None:
    """Longer than a chunk of the stored text, so several are looked up."""
    parts = [f"# 节{number}\n\n{FILLER * 40}" for number in range(9)]
    parts[5] += "量子"
    parts[8] += "量子量子"
    assert headings(opened("\n\n".join(parts)), "量子") == [("节8",), ("节5",)]


def test_json_has_heading_and_line(opened: Opened) -> None:
    document = json.loads(result_json(opened("# 一\n\n量子。").search("量子")))
    assert document["hits"][0]["sections"] == [{"heading": ["一"], "line": 1}]


BLOCKS = st.sampled_from(
    ["量子。", "纠缠与量子。", "# 量子", "## `code` 标题", "# $x$", "- 别的", "别的话"]
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(blocks=st.lists(BLOCKS, min_size=1, max_size=12))
def test_sections_are_those_of_the_text(opened: Opened, blocks: list[str]) -> None:
    """Each section named is one of the article's that holds a word of the query."""
    article = Article("a", "题", "\n\n".join(blocks))
    visible = visible_text(article)
    holding = {
        visible.sections[block.section].heading
        for block in visible.blocks
        if {"量子", "纠缠"}
        & {
            visible.text[block.start : block.end][n : n + 2]
            for n in range(block.end - block.start)
        }
    }
    numbers = [
        block.section
        for block in visible.blocks
        if any(w in visible.text[block.start : block.end] for w in ("量子", "纠缠"))
    ]
    hits = opened(article).search("量子 纠缠").hits
    sections = hits[0].sections if hits else ()
    assert {section.heading for section in sections} <= holding
    assert len(sections) == min(3, len(set(numbers)))
    assert list(sections) == sorted(sections, key=lambda s: -s.score)
