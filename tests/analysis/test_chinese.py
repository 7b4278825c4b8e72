"""The dictionary in its file, and its words everywhere."""

from collections.abc import Iterator

import numpy as np
import pytest
from conftest import script
from hypothesis import given
from hypothesis import strategies as st

from searchkit.analysis.chinese import JIEBA, Segmenter
from searchkit.analysis.dictionary import UserWord
from searchkit.analysis.everywhere import Words
from searchkit.analysis.trie import FILE, Trie, jieba_trie

HAN = st.text(
    st.sampled_from("云工开物计划的算力平台上学习神经网络机器〇𠮷の"), max_size=30
)
ADDED = st.lists(HAN.filter(bool), max_size=4)


def test_the_dictionary_is_jieba_s() -> None:
    words, total = script("make_dictionary").frequencies()
    trie = jieba_trie()
    assert trie.total == total
    assert all(trie.beginnings(word, 0)[-1] == words[word] for word in words)
    counts = np.asarray(trie.counts)[np.asarray(trie.labels) != 0]
    assert np.count_nonzero(counts) == len(words)


def test_another_file_is_no_dictionary(tmp_path) -> None:
    file = tmp_path / "other.dict"
    file.write_bytes(b"\0" * 64)
    with pytest.raises(ValueError, match="is no dictionary"):
        Trie(str(file))
    assert Trie(FILE).total == jieba_trie().total


def everywhere(text: str, added: list[str]) -> Iterator[tuple[int, str]]:
    """The words found in a text, by place."""
    points = np.array([ord(c) for c in text], np.uint32)
    for starts, _, length in Words(jieba_trie(), tuple(added)).find(points):
        for start in starts.tolist():
            yield start, text[start : start + length]


@given(HAN, ADDED)
def test_every_word_stands_wherever_its_characters_stand(
    text: str, added: list[str]
) -> None:
    known = Segmenter(tuple(UserWord(word) for word in added)).knows
    spans = [(i, text[i:j]) for i in range(len(text)) for j in range(i, len(text) + 1)]
    expected = sorted(span for span in spans if known(span[1]))
    assert sorted(everywhere(text, list(dict.fromkeys(added)))) == expected


@given(HAN)
def test_what_is_cut_out_is_known(text: str) -> None:
    words = {word for word in JIEBA.dictionary_words(text) if len(word) > 1}
    assert all(map(JIEBA.knows, words))
