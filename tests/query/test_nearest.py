"""Words that were meant are found by few errors, by sound and by their pinyin."""

from __future__ import annotations

import string
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_index import SmallIndex

from searchkit.engines.columns.terms import Terms
from searchkit.engines.finder import Finder
from searchkit.engines.search import Evaluation
from searchkit.model import Note
from searchkit.query import nearest as module
from searchkit.query.correct import Help, help_for
from searchkit.query.nearest import Nearest, edits

WORDS = {
    "attention": 50,
    "retention": 5,
    "intention": 4,
    "embedding": 20,
    "rope": 9,
    "rotation": 7,
    "kubernetes": 30,
    "cat": 3,
    "旋转": 12,
    "宣传": 2,
    "位置": 9,
    "编码": 9,
    "分布式": 6,
    "注意力": 8,
    "机制": 5,
}
NAMES = [("旋转位置编码", 4)]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SmallIndex:
    return SmallIndex(tmp_path_factory.mktemp("index"), WORDS, names=NAMES)


def nearest(index: SmallIndex) -> Nearest:
    return Nearest(cast(Finder, index))


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("atention", "attention"),
        ("attnetion", "attention"),
        ("sttention", "attention"),
        ("ttention", "attention"),
        ("attentoin", "attention"),
        ("embeding", "embedding"),
        ("embdeing", "embedding"),
        ("kubernets", "kubernetes"),
        ("kubrnetse", "kubernetes"),
        ("rpoe", "rope"),
        ("bat", "cat"),
        ("旋专", "旋转"),
        ("悬转", "旋转"),
        ("编吗", "编码"),
        ("分步式", "分布式"),
        ("分布试", "分布式"),
        ("xuanzhuan", "旋转"),
        ("xuanzhuanweizhibianma", "旋转位置编码"),
        ("xzwzbm", "旋转位置编码"),
        ("fenbushi", "分布式"),
    ],
)
def test_the_likeliest_word(index: SmallIndex, word: str, meant: str) -> None:
    assert nearest(index).words(word)[0] == meant


@pytest.mark.parametrize(
    "word", ["a", "zz", "转", "量子", "quantum", "x" * 1000, "a1b"]
)
def test_nothing_is_like_it(index: SmallIndex, word: str) -> None:
    assert nearest(index).words(word) == ()


def test_of_equal_errors_the_word_of_more_articles(tmp_path: Path) -> None:
    index = SmallIndex(tmp_path, {"cart": 3, "care": 9, "carp": 5, "card": 1})
    assert nearest(index).words("carx") == ("care", "carp", "cart")


def test_another_first_letter_is_less_likely(tmp_path: Path) -> None:
    index = SmallIndex(tmp_path, {"cart": 3, "dark": 9})
    assert nearest(index).words("cark") == ("cart", "dark")


def test_an_error_more_is_made_up_by_many_more_articles(tmp_path: Path) -> None:
    index = SmallIndex(tmp_path, {"attentien": 1, "attention": 1000, "attentiox": 9000})
    assert nearest(index).words("attentiep") == ("attentiox", "attentien", "attention")


@pytest.mark.parametrize(
    ("letters", "text"),
    [
        ("xuanzhuan", "旋转"),
        ("zhuyilijizhi", "注意力机制"),
        ("xuanzhuanbianma", "旋转编码"),
        ("xuanzhuanq", None),
        ("", None),
        ("attention", None),
    ],
)
def test_pinyin_in_as_few_words_as_can_be(
    index: SmallIndex, letters: str, text: str | None
) -> None:
    assert nearest(index).spoken(letters) == text


latin = st.text("abcde", min_size=3, max_size=12)


@settings(max_examples=60, deadline=None)
@given(words=st.sets(latin, min_size=1, max_size=40), data=st.data())
def test_every_word_an_error_away_is_found(
    words: set[str], data: st.DataObject
) -> None:
    word = data.draw(st.sampled_from(sorted(words)))
    wrong = data.draw(st.sampled_from(sorted(edits(word) - words)))
    if len(wrong) < 3:
        return
    with tempfile.TemporaryDirectory() as folder:
        index = SmallIndex(Path(folder), dict.fromkeys(words, 1))
        offered = nearest(index).words(wrong)
    one_error = {other for other in words if wrong in edits(other)}
    if len(one_error) < 3:
        assert {*offered[: len(one_error)]} == one_error
    else:
        assert {*offered} <= one_error
        assert len(offered) == 3


@given(word=st.text(string.ascii_lowercase, max_size=9))
def test_an_error_can_be_undone_by_another(word: str) -> None:
    assert all(word in edits(wrong) for wrong in edits(word))


def test_the_work_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_TERMS", 50)
    words = {f"attent{a}{b}": 1 for a in "abcdefghij" for b in "abcdefghij"}
    index = SmallIndex(tmp_path, words)
    looked_at: list[int] = []
    between = Terms.between

    def counted(terms: Terms, first: int, last: int) -> Iterator[str]:
        looked_at.append(last - first)
        return between(terms, first, last)

    monkeypatch.setattr(Terms, "between", counted)
    like = nearest(index)
    found = [like.words("attentaz") for _ in range(20)]
    assert all(found[:4])
    assert not any(found[4:])
    assert sum(looked_at) == 4 * 50
    assert index.looked_up < 4 * 2 * len(words)


class Answer:
    """An evaluation of a query that needs all its words."""

    def __init__(self, index: SmallIndex, query: str) -> None:
        self.finder = index
        found = [index.find("text", word) for word in query.split()]
        self.notes = tuple(
            Note("missing", word, "")
            for word, posting in zip(query.split(), found, strict=True)
            if posting is None
        )
        self.total = min(posting.documents if posting else 0 for posting in found)


def help_with(
    index: SmallIndex, query: str, *, total: int = 0, correct: bool = False
) -> Help | None:
    def evaluate(text: str) -> tuple[Evaluation, tuple[Note, ...]]:
        answer = Answer(index, text)
        return cast(Evaluation, answer), answer.notes

    evaluation, notes = evaluate(query)
    return help_for(query, evaluation, notes, evaluate, total=total, correct=correct)


def test_pinyin_is_searched_if_there_are_no_hits(index: SmallIndex) -> None:
    for query in ("xuanzhuan", "xuan zhuan", "Xuan Zhuan", "attention xuanzhuan"):
        found = help_with(index, query)
        assert found
        assert found.evaluation
        assert found.evaluation.total == 12
        assert [note.kind for note in found.notes] == ["expanded"]
        assert "旋转" in str(found.notes[0])


def test_a_word_is_offered_and_not_searched(index: SmallIndex) -> None:
    found = help_with(index, "atention 旋转")
    assert found == Help(
        (Note("hint", "attention 旋转", "did you mean: attention 旋转 (12 articles)"),)
    )


def test_a_word_is_corrected_if_asked(index: SmallIndex) -> None:
    found = help_with(index, "atention", total=0, correct=True)
    assert found
    assert found.evaluation
    assert found.evaluation.total == 50
    assert found.notes[0] == Note(
        "corrected", "atention", "“atention” was corrected to “attention”"
    )


def test_hits_are_left_alone_unless_asked(index: SmallIndex) -> None:
    assert help_with(index, "atention", total=3) is None
    assert help_with(index, "xuanzhuan", total=3) is None
    assert help_with(index, "atention", total=3, correct=True)


def test_nothing_is_done_for_a_query_whose_words_are_there(index: SmallIndex) -> None:
    assert help_with(index, "attention", total=0, correct=True) is None


def test_what_has_no_hits_is_not_offered(index: SmallIndex) -> None:
    assert help_with(index, "atention qqqq") is None


def test_a_pasted_text_is_no_typing_error(index: SmallIndex) -> None:
    assert help_with(index, "atention " + "旋转 " * 60)
    assert help_with(index, "atention " + "旋转 " * 70) is None


def test_only_whole_words_are_changed(index: SmallIndex) -> None:
    found = help_with(index, "rpoe rope")
    assert found
    assert found.notes[0].part == "rope rope"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ({"kubenetes": 1, "kubernetes": 50}, "kubernetes"),
        ({"kubenetes": 1, "kubernetes": 49}, None),
        ({"pyhton": 1, "python": 50}, "python"),
        ({"pytohn": 1, "python": 50}, "python"),
        ({"ypthon": 1, "python": 50}, None),
        ({"kubenetes": 1, "kubenets": 60}, None),
        ({"kubenetes": 1, "bubenetes": 99}, None),
        ({"contain": 1, "contains": 99}, None),
        ({"conta": 1, "contain": 99}, None),
        ({"kubenetes": 1, "kubenetes2": 99}, None),
    ],
)
def test_a_far_commoner_word(
    tmp_path: Path, words: dict[str, int], meant: str | None
) -> None:
    word, count = next(iter(words.items()))
    assert nearest(SmallIndex(tmp_path, words)).commoner(word, count) == meant
