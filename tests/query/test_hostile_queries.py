"""No query keeps an index busy for long, and what a bound cuts is told.

Seconds and memory are measured by `benchmarks/queries_hostile.py`.
"""

from __future__ import annotations

import sys

import pytest
from conftest import ROOT

import searchkit
from searchkit.query.parser import MOST_PARTS
from searchkit.query.tree import Words

sys.path.insert(0, str(ROOT / "benchmarks"))
try:
    from queries_hostile import hostile
finally:
    sys.path.pop(0)

QUERIES = tuple(hostile())

CUT = {
    "100,000 characters of one word": "cut after 2000 characters",
    "10,000 terms": "only the first 64 parts",
    "10,000 fields": "only the first 64 parts",
    "10,000 restrictions": "only the first 64 parts",
    "1,000 phrases": "only the first 64 parts",
    "1,000 formulas": "only the first 64 parts",
    "every letter anywhere": "patterns are searched",
    "deep": "more than 30 are open",
}


@pytest.mark.parametrize(("name", "query"), QUERIES, ids=[name for name, _ in QUERIES])
def test_any_query_gives_a_page_and_few_notes(
    shipped: searchkit.SearchEngine, name: str, query: str
) -> None:
    result = shipped.search(query, limit=3)
    assert len(result.hits) == min(3, result.total)
    assert len(result.notes) <= 4 * MOST_PARTS
    ignored = [note.message for note in result.notes if note.kind == "ignored"]
    assert any(CUT.get(name, "") in text for text in ignored) or name not in CUT


def parsed(query: str) -> tuple[Words, list[str]]:
    from searchkit.query.parser import parse

    tree, notes = parse(query)
    return tree.root.groups[0], [note.message for note in notes]


def test_as_many_parts_as_may_be_are_cut_nowhere() -> None:
    words, notes = parsed("甲 " * MOST_PARTS)
    assert (len(words.items), notes) == (MOST_PARTS, [])
    words, notes = parsed("(" + "甲 " * MOST_PARTS + ") ")
    assert notes == []
    words, notes = parsed("甲 " * MOST_PARTS + "乙 丙")
    assert (len(words.items), len(notes)) == (MOST_PARTS, 1)
    assert "“乙 丙”" in notes[0]


def test_a_cut_query_is_an_error_if_strict(shipped: searchkit.SearchEngine) -> None:
    with pytest.raises(searchkit.QueryError, match="only the first 64 parts"):
        shipped.search("甲 " * (MOST_PARTS + 1), strict=True)
