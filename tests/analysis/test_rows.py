"""A batch of articles in columns is what each article is by itself."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchkit.analysis.analyzer import BLANK, LOOSE, atoms, words
from searchkit.analysis.dictionary import UserWord
from searchkit.analysis.formulas import LONGEST_FORMULA
from searchkit.analysis.latin import joined
from searchkit.analysis.lexicon import lexicon
from searchkit.analysis.rows import AnalyzedBatch, RowAnalyzer
from searchkit.analysis.terms import WHOLE
from searchkit.corpus.visible import visible_text
from searchkit.model import Article

TEXTS = st.text(
    st.sampled_from(
        "旋转位置编码RoPEgetUserName3.1+-_#$(){}^ \n，。…𠮷が한é①½ﬁ\u200b`*\0"
    ),
    max_size=40,
)
SIGNS = st.sampled_from("aB1旋が éя+-_#$@.:/\\'~&,;(=<)!?*]`，。\0")
ARTICLES = st.builds(
    Article,
    st.just("a"),
    TEXTS,
    TEXTS,
    topics=st.lists(TEXTS, max_size=2).map(tuple),
    aliases=st.lists(TEXTS, max_size=2).map(tuple),
)
FENCE = "```py\ngetUser.getUser\n```"
FENCES = Article("f", "旋转位置编码", f"{FENCE}\n$x_i + x_i$ 与 $x$\n\n{FENCE}")
KEPT = RowAnalyzer()


def batch(*articles: Article, analyzer: RowAnalyzer | None = None) -> AnalyzedBatch:
    made = [(article, visible_text(article)) for article in articles]
    return (analyzer or RowAnalyzer()).batch(made)


def tokens(found: AnalyzedBatch, number: int = 0) -> list[tuple[str, int]]:
    """The terms of an article with their places in its own row, in order."""
    rows = found.text
    low, high = rows.bases[number], rows.bases[number + 1]
    return sorted(
        (rows.terms[i], p - low)
        for i, p in zip(rows.ids.tolist(), rows.positions.tolist(), strict=True)
        if low <= p < high
    )


@given(st.lists(ARTICLES, max_size=4))
def test_a_batch_is_its_articles(articles: list[Article]) -> None:
    found = batch(*articles, analyzer=KEPT)
    for number, article in enumerate(articles):
        alone = batch(article)
        low, high = found.text.bases[number], found.text.bases[number + 1]
        assert tokens(found, number) == tokens(alone)
        assert (found.tags[low:high] == alone.tags).all()
        assert (found.text.starts[low:high] == alone.text.starts).all()
        assert (found.text.lengths[low:high] == alone.text.lengths).all()
        for name in ("title_end", "alias_end", "address_end", "body_start"):
            assert getattr(found, name)[number] == getattr(alone, name)[0]
        assert found.title_words[number] == alone.title_words[0]


def test_many_different_words_are_told_apart() -> None:
    words = [f"w{number:x}" for number in range(1 << 14)]
    texts = [" ".join(words[at : at + 1024]) for at in range(0, len(words), 1024)]
    analyzer = RowAnalyzer()
    for _ in range(2):
        found = batch(*(Article("a", text, "") for text in texts), analyzer=analyzer)
        rows = found.text
        terms = [rows.terms[number] for number in rows.ids[: rows.atoms].tolist()]
        assert terms == [atom.term for text in texts for atom in atoms(text)]


@given(st.text(SIGNS, max_size=12))
@example("(--help)--help '-x' ).net, c++ c#.")
@example("甲" * 70 + "が" + "甲" * 140 + "b" * 70)
def test_a_text_is_cut_as_in_a_query(text: str) -> None:
    found = batch(Article("a", text, ""), analyzer=KEPT)
    rows = found.text
    own = rows.positions[: rows.atoms] < found.title_end[0]
    terms = [rows.terms[number] for number in rows.ids[: rows.atoms][own].tolist()]
    assert terms == [atom.term for atom in atoms(text)]
    names = {WHOLE + joined(w.folded) for w in words(text) if w.kind == "name"}
    assert {term for term, _ in tokens(found) if term[0] == WHOLE != term} == names


@given(st.lists(ARTICLES, max_size=4))
def test_the_positions_of_each_term_rise(articles: list[Article]) -> None:
    words = lexicon((UserWord("位置编码"), UserWord("转位")))
    found = batch(FENCES, *articles, FENCES, analyzer=RowAnalyzer(words))
    for rows in (found.text, found.math):
        order = np.argsort(rows.ids, kind="stable")
        steps = np.diff(rows.positions[order])
        assert (steps[np.diff(rows.ids[order]) == 0] > 0).all()


@given(ARTICLES)
def test_atoms_come_first_and_rise(article: Article) -> None:
    rows = batch(article).text
    assert (np.diff(rows.positions[: rows.atoms]) > 0).all()
    assert rows.atoms == len(rows.lengths) - np.count_nonzero(rows.lengths == 0)


def test_the_parts_of_a_row() -> None:
    body = "# 甲 b {#p-q}\n\nc"
    article = Article("a", "旋转", body, topics=("T",), aliases=("x y", "z"))
    found = batch(article)
    ends = (found.title_end[0], found.alias_end[0])
    assert ends == (3, 8)
    assert (found.address_end[0], found.body_start[0]) == (11, 13)
    atoms = [pair for pair in tokens(found) if pair[0] != "旋转"]
    expected = {
        "旋": 0,
        "转": 1,
        "x": 3,
        "y": 4,
        "z": 6,
        "p": 8,
        "=pq": 8,
        "q": 9,
        "t": 11,
        "甲": 13,
        "b": 14,
        "c": 16,
    }
    assert dict(atoms) == expected
    assert found.text.bases.tolist() == [0, 18]
    assert (found.title_words[0], found.body_words[0]) == (1, 3)


def test_a_word_stands_at_positions_in_a_row() -> None:
    assert ("旋转", 2) in tokens(batch(Article("a", "", "甲旋 **转**")))
    assert ("旋转", 2) not in tokens(batch(Article("a", "", "甲旋\n\n转")))


def test_a_users_words_stand_everywhere() -> None:
    analyzer = RowAnalyzer(lexicon((UserWord("甲旋转"), UserWord("旋转"))))
    found = tokens(batch(Article("a", "甲旋转", ""), analyzer=analyzer))
    assert {("甲旋转", 0), ("旋转", 1)} <= set(found)


@pytest.mark.parametrize(
    ("body", "term", "tag"),
    [
        ("a b", "b", BLANK),
        ("self-attention", "attention", BLANK),
        ("旋 b", "b", 0),
        ("$x + y$", "+", LOOSE | 3),
        ("a $x$", "x", BLANK | 3),
        ("# b", "b", 1),
        ("```\nb\n```", "b", 2),
    ],
)
def test_tags(body: str, term: str, tag: int) -> None:
    found = batch(Article("a", "", body))
    ((position,),) = [[p for t, p in tokens(found) if t == term]]
    assert found.tags[position] == tag


def test_formulas_have_rows_of_their_own() -> None:
    found = batch(Article("a", "", "甲"), Article("b", "", "$x+1$ 与 $x+1$"))
    rows = found.math
    assert rows.bases.tolist() == [0, 0, 9]
    pairs = zip(rows.ids.tolist(), rows.positions.tolist(), strict=True)
    places: dict[str, list[int]] = {}
    for number, position in pairs:
        places.setdefault(rows.terms[number], []).append(position)
    assert places["~|"] == [0, 4, 8]
    assert places["+"] == [2, 6]
    assert rows.lengths.tolist() == [0, 1, 1, 1, 0, 1, 1, 1, 0]


def test_the_end_of_an_endless_formula_is_no_formula() -> None:
    found = batch(Article("a", "", f"${'a+' * LONGEST_FORMULA}b$"))
    assert found.math.bases.tolist() == [0, LONGEST_FORMULA + 2]
    assert "b" not in found.math.terms


def test_a_long_article_is_one_row() -> None:
    blocks = 9000
    found = batch(Article("a", "t", "\n\n".join(["甲旋转 word `code`"] * blocks)))
    rows = found.text
    number = rows.terms.index("word")
    places = rows.positions[rows.ids == number]
    assert places.tolist() == [2 + 3 + 6 * block for block in range(blocks)]
    assert found.body_words[0] == (5 * 3 * blocks + 4) // 8 + 2 * blocks
