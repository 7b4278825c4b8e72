"""Near copies, and one text in two languages, are folded into one hit on request."""

import json
import random
from itertools import count
from pathlib import Path

import pytest
from conftest import Opened, ids
from hypothesis import given
from hypothesis import strategies as st

import searchkit
from searchkit import Article
from searchkit.cli.as_json import result_json
from searchkit.engines.generation.families import path_key

WORDS = [f"word{letter}{other}" for letter in "abcdefghij" for other in "abcdefghij"]
DRAWN = random.Random(8)
TEXT = " ".join(DRAWN.choices(WORDS, k=900)) + " quantum"
OTHER = " ".join(DRAWN.choices(WORDS, k=900)) + " quantum"


def article(doc_id: str, body: str = TEXT, title: str = "Install") -> Article:
    return Article(doc_id, title, body)


def edited(text: str, words: int) -> str:
    """The text with some words in a row replaced."""
    parts = text.split()
    parts[200 : 200 + words] = ["edited"] * words
    return " ".join(parts)


def groups(engine: searchkit.SearchEngine, query: str = "quantum") -> set[frozenset]:
    hits = engine.search(query, collapse=True, limit=None).hits
    return {frozenset((hit.doc_id, *hit.folded)) for hit in hits}


def test_a_near_copy_is_folded(opened: Opened) -> None:
    engine = opened(article("v1/install.md"), article("v2/install.md", edited(TEXT, 9)))
    result = engine.search("quantum", collapse=True)
    assert [(hit.doc_id, hit.folded) for hit in result.hits] == [
        ("v1/install.md", ("v2/install.md",))
    ]
    assert (result.total, result.collapsed) == (2, 1)


def test_only_on_request(opened: Opened) -> None:
    engine = opened(article("v1/install.md"), article("v2/install.md"))
    result = engine.search("quantum")
    assert ids(result) == ["v1/install.md", "v2/install.md"]
    assert (result.collapsed, {hit.folded for hit in result.hits}) == (0, {()})


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param(
            article("a/x.md"), article("b/x.md", edited(TEXT, 400)), id="rewritten"
        ),
        pytest.param(article("a/x.md"), article("b/x.md", OTHER), id="other-text"),
        pytest.param(
            article("create_job.md", title="create job"),
            article("create_role.md", edited(TEXT, 9), title="create role"),
            id="same-template",
        ),
        pytest.param(
            article("a/x.md", "quantum"), article("b/x.md", "quantum text"), id="short"
        ),
        pytest.param(
            article("a/index.md", "quantum", title="index"),
            article("b/index.md", "quantum", title="index"),
            id="named-index",
        ),
        pytest.param(
            article("en/x.md"), article("zh/y.md", "quantum 量子"), id="other-page"
        ),
        pytest.param(
            article("zh-cn/x.md"), article("cn/x.md", "quantum"), id="one-language"
        ),
    ],
)
def test_what_is_no_copy(opened: Opened, one: Article, two: Article) -> None:
    assert len(groups(opened(one, two))) == 2


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param("content/zh-cn/docs/a.md", "content/en/docs/a.md", id="folders"),
        pytest.param("docs/zh_CN/a.md", "docs/en-US/a.md", id="regions"),
        pytest.param("a.zh.md", "a.en.md", id="names"),
        pytest.param("README.md", "README.zh-CN.md", id="one-unnamed"),
        pytest.param("rope/index.md", "rope/index_origin.md", id="original"),
    ],
)
def test_twins_in_two_languages(opened: Opened, one: str, two: str) -> None:
    engine = opened(
        article(one, "量子与 quantum", title="安装"),
        article(two, TEXT, title="Install"),
    )
    assert groups(engine) == {frozenset((one, two))}


def test_short_bodies_are_copies_only_if_equal(opened: Opened) -> None:
    engine = opened(
        article("a/x.md", "a quantum"),
        article("b/y.md", "a quantum"),
        article("c/z.md", "a quantum", title="Remove"),
    )
    assert groups(engine) == {frozenset(("a/x.md", "b/y.md")), frozenset(("c/z.md",))}


def test_empty_bodies_are_no_copies(opened: Opened) -> None:
    engine = opened(*(article(f"{name}.md", "", title="quantum") for name in "ab"))
    assert len(groups(engine)) == 2


def test_names_of_any_length_are_compared(opened: Opened) -> None:
    """What takes time with the square of a name's length takes minutes here."""
    title, path = "x" * 100_000, "aa-" * 40_000
    engine = opened(
        article("v1/install.md", title=f"{title} 1"),
        article("v2/install.md", title=f"{title} 2"),
        article(f"{path}!.zh.md", OTHER),
        article(f"{path}!.en.md", OTHER + " other"),
    )
    assert frozenset(("v1/install.md", "v2/install.md")) in groups(engine)


def test_the_better_one_is_shown(opened: Opened) -> None:
    english = article("en/a.md", TEXT)
    chinese = article("zh/a.md", "量子。quantum quantum", title="量子 quantum")
    hit = opened(english, chinese).search("quantum", collapse=True).hits[0]
    assert (hit.doc_id, hit.folded) == ("zh/a.md", ("en/a.md",))


def test_what_does_not_match_is_not_folded(opened: Opened) -> None:
    english, chinese = article("en/a.md", "quantum"), article("zh/a.md", "别的")
    result = opened(english, chinese).search("quantum", collapse=True)
    assert (result.total, result.collapsed, result.hits[0].folded) == (1, 0, ())


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("sort", ["relevance", "date"])
def test_pages_join_to_the_whole(opened: Opened, size: int, sort: str) -> None:
    languages = ("en", "zh", "ja")
    engine = opened(
        *(
            article(f"{language}/{page}.md", "quantum " * (page + 1), title=f"t{page}")
            for page in range(7)
            for language in languages[: page % 3 + 1]
        )
    )
    whole = engine.search("quantum", collapse=True, limit=None, sort=sort)
    hits = []
    for offset in count(0, size):
        page = engine.search(
            "quantum", collapse=True, limit=size, offset=offset, sort=sort
        )
        assert (page.total, page.collapsed) == (whole.total, whole.collapsed)
        if not page.hits:
            break
        hits += [(hit.doc_id, hit.score, hit.folded) for hit in page.hits]
    assert hits == [(hit.doc_id, hit.score, hit.folded) for hit in whole.hits]
    assert len(hits) == whole.total - whole.collapsed == 7
    order = ids(engine.search("quantum", limit=None, sort=sort))
    assert [doc_id for doc_id, _, _ in hits] == [
        doc_id for doc_id in order if doc_id in {one for one, _, _ in hits}
    ]
    assert sorted(order) == sorted(i for one, _, folded in hits for i in (one, *folded))


def test_the_history_of_an_index_is_not_seen(tmp_path: Path) -> None:
    first, second = article("v1/a.md"), article("v2/a.md", edited(TEXT, 9))
    third = article("zh/v2/a.md", "量子 quantum")
    twin = article("en/v2/a.md", OTHER)
    for state in ([second, twin], [first, second, twin], [first, second, third, twin]):
        searchkit.build(state, tmp_path / "grown")
    with searchkit.open(tmp_path / "grown") as engine:
        assert groups(engine) == {
            frozenset(("v1/a.md", "v2/a.md")),
            frozenset(("zh/v2/a.md", "en/v2/a.md")),
        }


def test_json(opened: Opened) -> None:
    engine = opened(article("en/a.md"), article("zh/a.md"))
    document = json.loads(result_json(engine.search("quantum", collapse=True)))
    assert (document["total"], document["collapsed"]) == (2, 1)
    assert document["hits"][0]["folded"] == ["zh/a.md"]


@given(st.text())
def test_any_path_has_a_key(doc_id: str) -> None:
    key, language = path_key(doc_id)
    assert key == doc_id or language
