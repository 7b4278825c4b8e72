"""Readings are those of pypinyin, and what is typed comes to the same spelling."""

from __future__ import annotations

import warnings

import pytest
from conftest import ROOT, script
from hypothesis import given
from hypothesis import strategies as st

from searchkit.analysis.pinyin import ends, is_pinyin, readings, sure_readings, typed


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("旋转", "xuan zhuan"),
        ("银行", "yin hang"),
        ("行走", "xing zou"),
        ("长度", "chang du"),
        ("重复", "chong fu"),
        ("女性", "nv xing"),
        ("策略", "ce lue"),
        ("rope", ""),
        ("旋r", ""),
        ("", ""),
    ],
)
def test_a_word_is_read(word: str, syllables: str) -> None:
    assert " ".join(readings(word)) == syllables


@given(st.text("银行走长度重复女略我们的"))
def test_every_character_has_a_syllable_that_can_be_typed(word: str) -> None:
    syllables = readings(word)
    assert len(syllables) == len(word)
    assert typed(" ".join(syllables)) == "".join(syllables)
    assert len(word) < 2 or is_pinyin("".join(syllables))


@given(st.text("银行走长度旋转r", min_size=1), st.integers(min_value=1))
def test_sure_readings_are_those_of_any_words(run: str, at: int) -> None:
    if sure := sure_readings(run):
        assert sure == readings(run) == readings(run[:at]) + readings(run[at:])
    else:
        assert "r" in run or "行" in run or "长" in run


@given(st.text("xuanzhgqi", max_size=15))
def test_ends_are_where_pinyin_can_be_cut(letters: str) -> None:
    found = list(ends(letters))
    assert found == sorted({*found})
    assert all(len(end_of) in ends(end_of) for end_of in (letters[:e] for e in found))


@given(st.text())
def test_what_is_typed_twice_is_the_same(text: str) -> None:
    assert typed(typed(text)) == typed(text)


def test_the_table_is_pypinyin_s() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for jieba, whose source is old
        pytest.importorskip("pypinyin", reason="a development dependency")
    shipped = ROOT / "searchkit/analysis/pinyin.txt"
    assert shipped.read_text("utf-8") == script("make_pinyin_table").table()
