"""Tokens, their positions and their places in the original text."""

from __future__ import annotations

from array import array
from collections import defaultdict
from typing import NamedTuple

import jieba
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from searchkit.analysis.analyzer import (
    BLANK,
    atom_places,
    name_end,
    words,
)
from searchkit.analysis.analyzer import atoms as query_atoms
from searchkit.analysis.chinese import JIEBA
from searchkit.analysis.folding import fold
from searchkit.analysis.rows import RowAnalyzer
from searchkit.analysis.scripts import MOST_HUMPS, is_han, run_of_any, run_pattern
from searchkit.analysis.terms import is_atom
from searchkit.corpus.visible import visible_text
from searchkit.model import Article, Block, Blocks, Span, VisibleText

MIXED = st.text(
    st.sampled_from("旋转位置编码RoPEgetUserName3.11+-_#$(){}^ \n，。🚀𠮷が한é①ﬁ\u200b")
)


class AnalyzedText(NamedTuple):
    """The tokens of one text: (position, tag) by term, and each position's atom."""

    postings: dict[str, list[tuple[int, int]]]
    starts: array[int]
    lengths: array[int]


def analyze(visible: VisibleText) -> AnalyzedText:
    """The tokens of an article's body, as if nothing stood before."""
    batch = RowAnalyzer().batch([(Article("", "", ""), visible)])
    rows, first = batch.text, int(batch.body_start[0])
    postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
    pairs = zip(rows.positions.tolist(), rows.ids.tolist(), strict=True)
    for position, number in sorted(pairs):
        if position >= first:
            occurrence = position - first, int(batch.tags[position])
            postings[rows.terms[number]].append(occurrence)
    places = (array("I", row[first:].tolist()) for row in (rows.starts, rows.lengths))
    return AnalyzedText(postings, *places)


def analyze_text(text: str) -> AnalyzedText:
    """The tokens of a text that is one paragraph."""
    block = Block(0, len(text), 0, (Span(0, len(text), "prose"),))
    return analyze(VisibleText(text, Blocks.of((block,)), (), ()))


def atoms(text: str) -> list[str]:
    """The atoms of a text in order."""
    analyzed = analyze_text(text)
    placed = [
        (position, term)
        for term, occurrences in analyzed.postings.items()
        for position, _ in occurrences
        if is_atom(term) and (len(term) == 1 or not is_han(term[0]))
    ]
    return [term for _, term in sorted(placed)]


def positions(analyzed: AnalyzedText, term: str) -> list[int]:
    return [position for position, _ in analyzed.postings.get(term, ())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("旋转 RoPE", ["旋", "转", "rope"]),
        ("C++11", ["c", "+", "+", "11"]),
        ("self-attention", ["self", "attention"]),
        ("GPT-4o", ["gpt", "-", "4", "o"]),
        ("x_{t-1}", ["x", "_", "{", "t", "-", "1", "}"]),
        ("lower_bound", ["lower", "_", "bound"]),
        ("2.1.0", ["2", ".", "1", ".", "0"]),
        ("发布🚀", ["发", "布", "🚀"]),
        ("がハ", ["が", "ハ"]),
        ("ёлка", ["ёлка"]),
        ("", []),
    ],
)
def test_atoms(text: str, expected: list[str]) -> None:
    assert atoms(text) == expected


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("待处理", "处理"),
        ("GPT-4o", "=gpt4o"),
        ("C++", "=c++"),
        ("用 --help 看", "=--help"),
        ("std::vector", "=std::vector"),
        ("getUserName", "|user"),
        ("Node.js。", "=node.js"),
        (".NET 的", "=.net"),
        ("self-attention", "=selfattention"),
    ],
)
def test_terms_beside_the_atoms(text: str, term: str) -> None:
    assert term in analyze_text(text).postings


def test_data_has_no_parts() -> None:
    terms = analyze_text("eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9 v1GetUserName").postings
    assert {"|user", "exaioijkv"} <= terms.keys()
    assert "|oi" not in terms


@pytest.mark.parametrize(
    ("parts", "known"), [(MOST_HUMPS, True), (MOST_HUMPS + 1, False)]
)
def test_a_name_has_so_many_parts(parts: int, known: bool) -> None:
    assert (">ab" in analyze_text("Ab" * parts).postings) is known


def test_blocks_are_a_position_apart() -> None:
    analyzed = analyze(visible_text(Article("a", "t", "甲乙\n\n丙")))
    assert [positions(analyzed, atom) for atom in "甲乙丙"] == [[0], [1], [3]]


@given(MIXED | st.text())
def test_every_visible_character_is_in_an_atom(text: str) -> None:
    starts, lengths = atom_places(text)
    covered = {
        offset
        for start, length in zip(starts, lengths, strict=True)
        for offset in range(start, start + length)
    }
    hyphens = {i for i, character in enumerate(text) if fold(character).text == "-"}
    left = {i for i in range(len(text)) if fold(text[i]).text.strip()} - covered
    assert left <= hyphens
    assert list(starts) == sorted(starts)


@given(MIXED)
def test_a_query_has_the_atoms_of_the_text(text: str) -> None:
    assert [atom for word in words(text) for atom in word.atoms] == atoms(text)


@given(MIXED | st.text())
def test_a_text_reads_alike_in_a_query_and_in_an_article(text: str) -> None:
    analyzed = analyze_text(text)
    starts, lengths = atom_places(text)
    assert (starts, lengths) == (analyzed.starts, analyzed.lengths)
    for position, atom in enumerate(query_atoms(text)):
        blank = bool(atom.blank_before)
        found = analyzed.postings[atom.term]
        tags = {tag & BLANK for at, tag in found if at == position}
        assert tags == {BLANK if blank else 0}


@given(MIXED)
def test_words_are_spans_of_the_query(text: str) -> None:
    at = 0
    for word in words(text):
        assert at <= word.start < word.end <= len(text)
        assert fold(text[word.start : word.end]).text.strip() != ""
        at = word.end if word.kind != "sign" else word.start


@pytest.mark.parametrize(
    ("text", "name"),
    [("GPT-4o 标注", "GPT-4o"), ("C++的模板", "C++"), ("a.b(c)", "a.b")],
)
def test_name_end(text: str, name: str) -> None:
    assert text[: name_end(text, 0)] == name
    assert name_end("用" + text, 1) == len(name) + 1


def test_cuts_are_jieba_s() -> None:
    """Our cuts against jieba's, on every Han run of the shipped articles."""
    jieba.setLogLevel(60)
    runs = {
        match["han"]
        for path in (ROOT / "corpus").rglob("*.md")
        for match in run_of_any().finditer(fold(path.read_text("utf-8")).text)
        if match["han"]
    }
    assert len(runs) > 5000
    for run in runs:
        expected = jieba.cut(run, HMM=False)
        assert JIEBA.dictionary_words(run) == list(expected)


@given(st.text(alphabet="ab1 \t编码。，“-_+#.@$:/~'\n") | st.text())
def test_usual_texts_are_cut_as_any_text_is(text: str) -> None:
    folded = fold(text).text
    runs = [
        [(m.lastgroup, m.span()) for m in pattern.finditer(folded)]
        for pattern in (run_pattern(folded), run_of_any())
    ]
    assert runs[0] == runs[1]
