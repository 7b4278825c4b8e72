"""Cases in `data/`: articles, a query, and what the answer must be."""

import json
from typing import Any

from conftest import DATA, Opened, ids

from searchkit import Article, SearchResult

Case = dict[str, Any]


def read_cases(name: str) -> list[Case]:
    """The cases of a file, one a line."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def marked(result: SearchResult, doc_id: str) -> set[str]:
    """The highlighted strings of one hit."""
    (hit,) = (hit for hit in result.hits if hit.doc_id == doc_id)
    in_title = {hit.title[start:end] for start, end in hit.title_highlights}
    return in_title.union(
        snippet.text[start:end]
        for snippet in hit.snippets
        for start, end in snippet.highlights
    )


def not_found(result: SearchResult) -> set[str]:
    return {note.part for note in result.notes if note.kind == "missing"}


def check(case: Case, opened: Opened) -> None:
    """Build a case's articles, search its query, look at what it must give."""
    articles = [
        Article(doc["doc_id"], doc["title"], doc["body"], tuple(doc["topics"]))
        for doc in case["docs"]
    ]
    result = opened(*articles).search(case["query"], limit=None)
    found = ids(result)
    assert set(case.get("find", ())) <= set(found)
    assert "only" not in case or set(found) == set(case["only"])
    assert not set(found) & set(case.get("exclude", ()))
    assert "first" not in case or found[0] == case["first"]
    for better, worse in case.get("before", ()):
        assert better in found
        assert worse not in found or found.index(better) < found.index(worse)
    for doc_id, strings in case.get("highlight", {}).items():
        assert set(strings) <= marked(result, doc_id)
    assert set(case.get("noted", ())) <= not_found(result)
