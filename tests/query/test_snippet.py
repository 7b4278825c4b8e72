"""What is shown of an article: true to the text, cut where it may be cut."""

import random
from pathlib import Path

import pytest
from conftest import Opened
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article, Config, SearchEngine, Snippet
from searchkit.analysis.folding import fold
from searchkit.corpus.visible import visible_text
from searchkit.engines import page_cuts

QUERIES = (
    "注意力 softmax",
    "梯度",
    "RoPE",
    "python 内存",
    '"的"',
    "x_t",
    "in:code def",
)


def check(snippet: Snippet, text: str) -> None:
    """A snippet is a piece of the visible text, its highlights apart and inside."""
    assert snippet.text.strip("…") in text
    at = 0
    for start, end in snippet.highlights:
        assert at <= start < end <= len(snippet.text)
        at = end + 1  # what touches is one highlight


@pytest.mark.parametrize("query", QUERIES)
def test_snippets_are_true_to_the_text(query: str, shipped: SearchEngine) -> None:
    for hit in shipped.search(query, limit=None).hits:
        text = visible_text(shipped.article(hit.doc_id)).text
        for snippet in hit.snippets:
            check(snippet, text)


@pytest.mark.parametrize("query", QUERIES)
def test_lines_are_those_of_the_file(query: str, shipped: SearchEngine) -> None:
    for hit in shipped.search(query, limit=None).hits:
        lines = Path(str(hit.path)).read_text("utf-8").split("\n")
        for snippet in hit.snippets:
            if not snippet.highlights:
                continue
            start, end = snippet.highlights[0]
            marked = fold(snippet.text[start:end]).text.split()[0]
            source = fold(lines[snippet.line - 1]).text
            assert marked[0] in source


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.sampled_from("甲乙丙丁RoPE x_{t-1}。，\n`$é👍🏽\u200d")),
        min_size=1,
        max_size=3,
    ),
    st.text(st.sampled_from("甲乙丙RoPE x_"), min_size=1, max_size=5),
)
def test_any_article_any_query(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[str], query: str
) -> None:
    index = tmp_path_factory.mktemp("any") / "index"
    articles = [Article(str(n), f"题{n}", body) for n, body in enumerate(bodies)]
    searchkit.build(articles, index)
    with searchkit.open(index) as engine:
        for hit in engine.search(query).hits:
            text = visible_text(engine.article(hit.doc_id)).text
            for snippet in hit.snippets:
                check(snippet, text)


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.text(st.sampled_from("甲乙丙丁。 a"), min_size=1, max_size=300),
        min_size=1,
        max_size=9,
    ),
    st.sampled_from((40, 300, 8000)),
)
def test_highlights_are_the_places_of_the_query(
    tmp_path_factory: pytest.TempPathFactory, paragraphs: list[str], size: int
) -> None:
    """In text of one chunk or many, every place shown is marked, and nothing else."""
    index = tmp_path_factory.mktemp("places") / "index"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page_cuts, "CHUNK_BYTES", size)
        searchkit.build([Article("a", "题", "\n\n".join(paragraphs))], index)
    with searchkit.open(index) as engine:
        places = engine.matches("甲", "a")
        found = [s for hit in engine.search("甲").hits for s in hit.snippets]
        for snippet in (*found, *places):
            marked = {at for span in snippet.highlights for at in range(*span)}
            assert marked == {at for at, c in enumerate(snippet.text) if c == "甲"}
        assert sum(s.text.count("甲") for s in places) >= sum(
            paragraph.count("甲") for paragraph in paragraphs
        )
        blocks = visible_text(engine.article("a")).text.split("\n")
        for snippet in places:
            shown = snippet.text.strip("…").split("\n")
            assert all(any(part in block for block in blocks) for part in shown)


def test_formulas_and_code_are_not_cut(opened: Opened) -> None:
    formula = r"$\frac{\partial L}{\partial w} = \sum_i x_i (y_i - \hat y_i)$"
    code = "`torch.nn.functional.scaled_dot_product_attention`"
    body = (
        ("前面的话很长" * 12 + formula + "中间" + code) * 6
        + "目标"
        + ("后面" * 20 + formula + code) * 6
    )
    (hit,) = opened(body).search("目标").hits
    text = hit.snippets[0].text
    assert text.count("$") % 2 == 0
    assert "scaled_dot_product_attention" in text or "torch" not in text


def test_graphemes_are_not_cut(opened: Opened) -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    (hit,) = opened(family * 60 + "目标" + family * 60).search("目标").hits
    text = hit.snippets[0].text.strip("…")
    assert text.replace(family, "") == "目标"


@pytest.mark.parametrize("before", ["", "x"])
def test_a_letter_keeps_its_marks(before: str, opened: Opened) -> None:
    accented = "o\u0302\u0323"
    body = f"{before}{accented * 200}目标{accented * 200}"
    (hit,) = opened(body).search("目标").hits
    text = hit.snippets[0].text.strip("…")
    assert text.replace(accented, "") == "目标"


@pytest.mark.parametrize(("query", "others"), [("目标", "短句"), ("短句", "目标")])
def test_a_short_block_stays_in_its_section(
    query: str, others: str, opened: Opened
) -> None:
    (hit,) = opened("# 一\n\n短句。\n\n# 二\n\n目标在此。").search(query).hits
    assert query in hit.snippets[0].text
    assert others not in hit.snippets[0].text


def test_a_short_block_is_shown_with_its_neighbours(opened: Opened) -> None:
    (hit,) = opened("## 目标\n\n这一节讲怎么做。").search("目标").hits
    assert "这一节讲怎么做" in hit.snippets[0].text


@pytest.mark.parametrize("query", QUERIES)
def test_the_only_snippet_is_the_first_of_several(
    query: str, shipped_index: Path
) -> None:
    firsts = []
    for count in (1, 4):
        config = Config(snippets_per_hit=count)
        with searchkit.open(shipped_index, config=config) as engine:
            hits = engine.search(query, limit=None).hits
            firsts.append([hit.snippets[:1] for hit in hits])
    assert firsts[0] == firsts[1]


def test_a_place_with_the_word_more_often_is_shown_first(opened: Opened) -> None:
    paragraphs = ("这里讲到了目标。", "说的是目标，还是目标。", "最后说到目标。")
    body = "\n\n".join(text + "别的话题说得很长很长。" * 9 for text in paragraphs)
    (hit,) = opened(body).search("目标").hits
    assert "还是目标" in hit.snippets[0].text


def test_a_light_word_is_marked_where_it_leads_to_the_next(opened: Opened) -> None:
    (hit,) = opened("别的话。的目标。别的", "别人").search("的目标").hits
    (snippet,) = hit.snippets
    assert [snippet.text[s:e] for s, e in snippet.highlights] == ["的目标"]


def test_an_alias_is_not_marked_in_the_text(opened: Opened) -> None:
    (hit,) = (
        opened(Article("a", "题", "目的。目标。", aliases=("目标",)))
        .search("目标")
        .hits
    )
    (snippet,) = hit.snippets
    assert [snippet.text[s:e] for s, e in snippet.highlights] == ["目标"]


@pytest.mark.parametrize(
    ("typed", "words", "place"),
    [
        pytest.param("kind: Task", "Task kind", "```\n{}\n```", id="sign-between"),
        pytest.param("let v = vec![1];", "1 vec v = let", "```\n{}\n```", id="code"),
        pytest.param("缓存一致性协议", "协议的缓存有一致性", "{}", id="chinese"),
    ],
)
def test_what_stands_as_typed_is_shown_first(
    opened: Opened, typed: str, words: str, place: str
) -> None:
    apart = f"{words}，{'又说别的' * 40}\n\n" * 9
    (hit,) = opened(apart + place.format(typed) + "\n\n" + apart).search(typed).hits
    assert typed in hit.snippets[0].text


def test_two_snippets_do_not_show_the_same_text(shipped: SearchEngine) -> None:
    for hit in shipped.search("KV cache 缓存", limit=None).hits:
        shown = [snippet.text.strip("…") for snippet in hit.snippets]
        assert not any(
            one in other for one in shown for other in shown if one is not other
        )


def test_quoted_runs_of_atoms_find_their_article(shipped: SearchEngine) -> None:
    """300 pieces of 2 to 8 Han characters, cut anywhere, seeded."""
    chance = random.Random(20240601)
    ids = shipped.doc_ids()
    missed = []
    for _ in range(300):
        doc_id = chance.choice(ids)
        visible = visible_text(shipped.article(doc_id))
        spans = [s for b in visible.blocks for s in b.spans if s.end - s.start > 9]
        span = chance.choice(spans)
        start = chance.randrange(span.start, span.end - 8)
        piece = visible.text[start : start + chance.randint(2, 8)]
        if not all("一" <= character <= "鿿" for character in piece):
            continue
        hits = shipped.search(f'"{piece}"', limit=None).hits
        if doc_id not in {hit.doc_id for hit in hits}:
            missed.append((doc_id, piece))
    assert missed == []
