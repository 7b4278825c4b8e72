"""Folding: which texts are the same, and the way back to the original."""

import unicodedata

import pytest
from conftest import ROOT, script
from hypothesis import assume, given
from hypothesis import strategies as st

from searchkit.analysis.folding import composing_mark, fold

COMPOSING = st.text(
    st.sampled_from("かハｶeиㄱㅏㅁ가\u1100\u1161\u11ab\u3099\uff9f\u0301\u0306")
)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("ＰＹＴＨＯＮ", "python"),
        ("反向傳播", "反向传播"),
        ("ﬁne naïve Ångström", "fine naive angstrom"),
        ("e\u0301", "é"),
        ("①Ⅳ", "1iv"),
        ("ﾊ", "ハ"),
        ("STRASSE", "straße"),
        ("“引号”", '"引号"'),
        ("zero\u200bwidth", "zerowidth"),
        ("𝒳", "x"),
        ("ﾌﾟﾛｸﾞﾗﾑ", "プログラム"),
        ("か\u3099", "が"),
        ("\u1112\u1161\u11ab", "한"),
        ("и\u0306", "й"),
        ("o\u0301кна", "oкна"),
        ("Łódź Ærø", "lodz aero"),
    ],
)
def test_same_text(left: str, right: str) -> None:
    assert fold(left).text == fold(right).text


@pytest.mark.parametrize(
    ("left", "right"),
    [("乾坤", "干坤"), ("й", "и"), ("が", "か"), ("C++", "C"), ("ü", "v")],
)
def test_different_text(left: str, right: str) -> None:
    assert fold(left).text != fold(right).text


@given(st.text() | COMPOSING)
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(COMPOSING | st.text(), COMPOSING | st.text())
def test_texts_fold_one_after_the_other(left: str, right: str) -> None:
    assume(not composing_mark().match(right))
    assert fold(left + right).text == fold(left).text + fold(right).text


@given(st.text() | COMPOSING, st.data())
def test_the_way_back(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    left, right = folded.original(start, end)
    assert 0 <= left <= right <= len(text)
    if start == end:
        assert left == right
    else:
        assert folded.text[start:end] in fold(text[left:right]).text


def test_all_composing_marks_are_known() -> None:
    for code in range(0x110000):
        composed = chr(code)
        pair = unicodedata.normalize("NFD", composed)
        two = len(pair) > 1 and unicodedata.normalize("NFC", pair) == composed
        assert not two or composing_mark().match(pair[-1]), f"{code:04x}"


def test_every_code_point_folds() -> None:
    for code in range(0x110000):
        fold(chr(code))


def test_the_table_is_opencc_s() -> None:
    pytest.importorskip("opencc", reason="a development dependency")
    table = (ROOT / "searchkit/analysis/t2s.txt").read_text("utf-8").splitlines()
    assert dict(zip(*table, strict=True)) == script("make_t2s_table").table()
