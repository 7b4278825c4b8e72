"""A search for one name finds the articles that have another."""

from pathlib import Path

import pytest
from conftest import Opened, ids, summed
from hypothesis import given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article, Config, SearchEngine

DEFINED = "旋转位置编码（Rotary Position Embedding, RoPE）把位置写进旋转矩阵。"
BODIES = (
    DEFINED,
    "把旋转位置编码的底数调大可以外推。",
    "Changing the RoPE base extends the context.",
    "A rope is tied here.",
    "Rotary position embeddings are relative.",
    "旋转，位置，编码，都在别处。",
)


@pytest.fixture
def engine(opened: Opened) -> SearchEngine:
    return opened(*BODIES, bilingual="none")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("旋转位置编码", {"a", "b", "c", "e", "f"}),
        ("RoPE", {"a", "b", "c", "d", "e"}),
        ("rotary position embedding", {"a", "b", "c", "e"}),
        ("rotary - position embedding", {"a", "b", "c", "e"}),
        ("Rotary RoPE", {"a", "b", "c", "d", "e"}),
        ('"RoPE"', {"a", "c", "d"}),
        ('"旋转位置编码"', {"a", "b"}),
        ("+旋转位置编码 base", {"a", "b", "c", "e", "f"}),
        ("title:RoPE", set()),
        ("base -旋转位置编码", set()),
        ("-RoPE", {"f"}),
        ('base -"旋转位置编码"', {"c"}),
    ],
)
def test_what_is_found(query: str, expected: set[str], engine: SearchEngine) -> None:
    assert set(ids(engine.search(query, limit=None))) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [("RC", "abcde"), ("RCs", "ab"), ("Rc", "acde"), ("rc", "acde")],
)
def test_another_word_than_the_abbreviation_is_not_it(
    query: str, expected: str, opened: Opened
) -> None:
    """Where most articles write Rc, who types Rc means no RC."""
    engine = opened(
        "副本控制器（Replication Controller, RC）管副本。",
        "副本控制器管着它们。",
        "`Rc<T>` counts.",
        "`Rc<T>` is shared.",
        "`Rc::clone` is cheap.",
        bilingual="none",
    )
    assert "".join(sorted(ids(engine.search(query, limit=None)))) == expected


def test_exact_leaves_other_names_out(engine: SearchEngine) -> None:
    result = engine.search("RoPE", exact=True)
    assert set(ids(result)) == {"a", "c", "d"}
    assert not [note for note in result.notes if note.kind == "expanded"]


def test_literal_hits_come_first_then_twins_then_parts(engine: SearchEngine) -> None:
    found = ids(engine.search("旋转位置编码 底数", limit=None))
    assert found[0] == "b"
    result = engine.search("旋转位置编码", limit=None)
    found = ids(result)
    assert (set(found[:2]), set(found[2:4]), found[4:]) == ({*"ab"}, {*"ce"}, ["f"])
    assert result.complete == 4
    assert [hit.missing for hit in result.hits] == [(), (), (), (), ("旋转位置编码",)]


def test_a_name_whose_words_are_apart_is_lacked_as_one(engine: SearchEngine) -> None:
    result = engine.search("旋转位置编码 别处", limit=None)
    (apart,) = (hit for hit in result.hits if hit.doc_id == "f")
    assert apart.missing == ("旋转位置编码",)
    assert any(
        "are apart" in line for line in engine.explain("旋转位置编码", "f").lines
    )


def test_who_lacks_a_word_of_a_name_is_said_to_lack_that(opened: Opened) -> None:
    engine = opened(*BODIES, "旋转和位置。", bilingual="none")
    hits = engine.search("旋转位置编码", limit=None).hits
    assert {hit.doc_id: hit.missing for hit in hits}["g"] == ("编码",)


def test_a_twin_hit_lacks_nothing_and_is_marked(engine: SearchEngine) -> None:
    result = engine.search("旋转位置编码")
    (hit,) = (hit for hit in result.hits if hit.doc_id == "c")
    assert hit.missing == ()
    (snippet,) = hit.snippets
    assert [snippet.text[a:b] for a, b in snippet.highlights] == ["RoPE"]
    (note,) = (note for note in result.notes if note.kind == "expanded")
    assert "also searched: RoPE" in str(note)


def test_the_score_of_a_twin_hit_adds_up(engine: SearchEngine) -> None:
    told = engine.explain("旋转位置编码", "c")
    assert told.matched
    assert summed(told) == pytest.approx(told.score, abs=0.01)
    assert "another name" in str(told)


def test_literal_scores_do_not_change(engine: SearchEngine) -> None:
    exact = {h.doc_id: h.score for h in engine.search("RoPE base", exact=True).hits}
    wide = {h.doc_id: h.score for h in engine.search("RoPE base").hits}
    assert {"a", "c"} <= exact.keys()
    assert wide["c"] == exact["c"]


def test_every_pair_has_its_places(engine: SearchEngine) -> None:
    pairs = engine.glossary("rope")
    assert {frozenset(pair.names) for pair in pairs} == {
        frozenset(("旋转位置编码", "RoPE")),
        frozenset(("Rotary Position Embedding", "RoPE")),
    }
    for pair in pairs:
        assert [(place.doc_id, place.line) for place in pair.places] == [("a", 1)]
    assert set(pairs) < set(engine.glossary())


def test_a_user_file_adds_and_bans(tmp_path: Path) -> None:
    file = tmp_path / "names.tsv"
    articles = [Article("a", "甲", DEFINED), Article("b", "乙", "Skyatlas")]
    index = tmp_path / "index"
    searchkit.build(articles, index)
    file.write_text("# mine\n云图谱\tSkyatlas\n-旋转位置编码\tRoPE\n", "utf-8")
    config = Config(glossary=str(file))
    searchkit.build(articles, index, config=config)
    with searchkit.open(index) as engine:
        assert ids(engine.search("云图谱")) == ["b"]
        names = {pair.names for pair in engine.glossary()}
    assert ("云图谱", "Skyatlas") in names
    assert ("旋转位置编码", "RoPE") not in names
    file.write_text("", "utf-8")
    searchkit.build(articles, index, config=config)
    with searchkit.open(index) as engine:
        assert ("旋转位置编码", "RoPE") in {p.names for p in engine.glossary()}


@pytest.mark.parametrize("text", ["RoPE\n", None], ids=["one-name", "no-file"])
def test_a_bad_user_file_is_told(text: str | None, tmp_path: Path) -> None:
    file = tmp_path / "names.tsv"
    if text is not None:
        file.write_text(text, "utf-8")
    with pytest.raises(searchkit.ConfigError, match=r"names\.tsv") as caught:
        searchkit.build([], tmp_path / "index", config=Config(glossary=str(file)))
    assert caught.value.key == "glossary"


SENTENCES = (
    DEFINED,
    "生成对抗网络（GAN）",
    "这叫做云图谱（Skyatlas）",
    "我们用云图谱（Skyatlas）",
    "云图谱（Skyatlas）",
    "插件（Alpha）",
)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.lists(st.sampled_from(SENTENCES), max_size=5), max_size=4))
def test_builds_one_by_one_mine_what_one_build_does(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("steps")
    mined = []
    for step in steps:
        articles = [Article(f"a{n}", f"第{n}篇", text) for n, text in enumerate(step)]
        searchkit.build(articles, folder / "grown")
        searchkit.build(articles, folder / "whole", full=True)
        for name in ("grown", "whole"):
            with searchkit.open(folder / name) as engine:
                mined.append(engine.glossary())
    assert mined[::2] == mined[1::2]


def test_a_damaged_glossary_is_told(tmp_path: Path) -> None:
    report = searchkit.build([Article("a", "甲", DEFINED)], tmp_path / "index")
    with searchkit.open(tmp_path / "index") as engine:
        assert engine.glossary()
        assert engine.check() == ()
    file = report.index_path / "glossary"
    data = bytearray(file.read_bytes())
    data[16] ^= 1
    file.write_bytes(data)
    with searchkit.open(tmp_path / "index") as engine:
        assert "glossary" in engine.check()[0]
