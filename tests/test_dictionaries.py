"""A user's words: one word in articles and queries, wherever the files are."""

import logging
from pathlib import Path

import jieba
import pytest
from conftest import ids
from hypothesis import given, settings
from hypothesis import strategies as st

import searchkit
from searchkit import Article
from searchkit.analysis.analyzer import words
from searchkit.analysis.dictionary import LONGEST_WORD, UserWord, read_dictionaries
from searchkit.analysis.lexicon import lexicon
from searchkit.config import Config
from searchkit.errors import ConfigError

ARTICLES = (
    Article("a", "甲", "高校的云工开物计划2.0发放算力。"),
    Article("b", "乙", "云上的工作从今天开始，万物皆可计算。"),
    Article("c", "丙", "周末去唱卡拉OK，穿一件T恤。"),
    Article("d", "丁", "The license of the lens was OK."),
    Article("e", "戊", "卡拉是一个名字。"),
)


def dictionary(folder: Path, text: str, name: str = "words.txt") -> Config:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return Config(dictionaries=(str(file),))


def built(folder: Path, config: Config) -> searchkit.SearchEngine:
    searchkit.build(ARTICLES, folder / "index", config=config)
    return searchkit.open(folder / "index", config=config)


def cuts(text: str, *added: str) -> list[str]:
    known = lexicon(tuple(UserWord(word) for word in added))
    return [word.folded for word in words(text, known)]


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("高校云工开物计划", "云工开物", ["高校", "云工开物", "计划"]),
        ("去唱卡拉OK吧", "卡拉ok", ["去唱", "卡拉ok", "吧"]),
        ("卡拉OKR", "卡拉ok", ["卡拉", "okr"]),
        ("一件T恤衫", "t恤", ["一件", "t恤", "衫"]),
        ("一件GT恤衫", "t恤", ["一件", "gt", "恤衫"]),
        ("云工开物2.0版", "云工开物2.0", ["云工开物2.0", "版"]),
        ("云工开物2.0.1", "云工开物2.0", ["云工开物", "2.0.1"]),
        ("鬼滅の刃を読む", "鬼灭の刃", ["鬼灭の刃", "を読む"]),
        ("license lens", "ens", ["license", "lens"]),
    ],
)
def test_a_user_word_is_one_word(text: str, word: str, expected: list[str]) -> None:
    assert cuts(text, word) == expected


def test_a_user_word_ranks_as_one_word(tmp_path: Path) -> None:
    config = dictionary(tmp_path, "# 我们的词\n云工开物\n卡拉OK 10 n\nT恤\nens\n")
    with built(tmp_path, config) as engine:
        result = engine.search("云工开物", limit=None)
        assert ids(result) == ["a"]
        assert [note.part for note in result.notes] == ["云工开物"]
        assert ids(engine.search("卡拉ok", limit=None)) == ["c"]
        (hit,) = engine.search("T恤").hits
        marked = [s.text[a:b] for s in hit.snippets for a, b in s.highlights]
        assert marked == ["T恤"]
        assert ids(engine.search("license")) == ["d"]
        assert not ids(engine.search('"ens"'))


def test_the_parts_of_a_user_word_are_found(tmp_path: Path) -> None:
    config = dictionary(tmp_path, "云工开物\n卡拉OK\n卡拉MV\n")
    with built(tmp_path, config) as engine:
        assert ids(engine.search("工开")) == ["a"]
        assert sorted(ids(engine.search("卡拉", limit=None))) == ["c", "e"]
        assert sorted(ids(engine.search("OK", limit=None))) == ["c", "d"]
        result = engine.search("卡拉MV")
        assert set(ids(result)) == {"c", "e"}
        assert "missing" in {note.kind for note in result.notes}


def test_a_changed_dictionary_is_announced_and_repaired(tmp_path: Path) -> None:
    config = dictionary(tmp_path, "计划2\n")
    index = tmp_path / "index"
    searchkit.build(ARTICLES, index, config=config)
    dictionary(tmp_path, "云工开物\n")
    with searchkit.open(index, config=config) as engine:
        (hint,) = (n for n in engine.search("云工开物").notes if n.kind == "hint")
        assert "dictionaries have changed" in hint.message
    report = searchkit.build(ARTICLES, index, config=config)
    assert report.unchanged == 0
    with searchkit.open(index, config=config) as engine:
        assert [n.kind for n in engine.search("云工开物").notes] == ["searched"]
    assert searchkit.build(ARTICLES, index, config=config).unchanged == len(ARTICLES)
    assert searchkit.build(ARTICLES, index).unchanged == 0


def test_the_index_keeps_its_words(tmp_path: Path) -> None:
    config = dictionary(tmp_path, "云工开物\n卡拉OK\n")
    built(tmp_path, config).close()
    Path(config.dictionaries[0]).unlink()
    for there in (Config(), config):
        with searchkit.open(tmp_path / "index", config=there) as engine:
            result = engine.search("云工开物 卡拉OK", limit=None)
            assert sorted(ids(result)) == ["a", "c"]
            searched = [n.part for n in result.notes if n.kind == "searched"]
            assert searched == ["云工开物", "卡拉OK"]
            hints = [n.message for n in result.notes if n.kind == "hint"]
            assert bool(hints) == bool(there.dictionaries)


def test_the_words_go_over_into_the_next_generation(tmp_path: Path) -> None:
    config = dictionary(tmp_path, "云工开物\n")
    built(tmp_path, config).close()
    more = (*ARTICLES, Article("f", "己", "又见云工开物。"))
    index = tmp_path / "index"
    assert searchkit.build(more, index, config=config).added == 1
    with searchkit.open(index) as engine:
        result = engine.search("云工开物", limit=None)
        assert sorted(ids(result)) == ["a", "f"]
        assert [note.part for note in result.notes] == ["云工开物"]


def test_worker_processes_know_the_words(tmp_path: Path) -> None:
    config = dictionary(tmp_path, "云工开物\n")
    articles = [Article(f"{n:03}", "题", "云工开物") for n in range(70)]
    searchkit.build(articles, tmp_path / "index", config=config, jobs=2)
    with searchkit.open(tmp_path / "index") as engine:
        assert engine.search("云工开物").total == 70
        assert len(engine.search("云工开物").notes) == 1


@pytest.mark.parametrize(
    ("line", "words_said"),
    [
        ("词 -3", "is no word"),
        ("词 1.5", "is no word"),
        ("词 3 n 4", "is no word"),
        ("，。 3", "no letter"),
        ("长" * 65, "64 characters"),
        ("词 99999999999999999999", "too large"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, words_said: str) -> None:
    config = dictionary(tmp_path, f"云工开物 3 n\n{line}\n")
    with pytest.raises(ConfigError, match=words_said) as caught:
        built(tmp_path, config)
    assert str(caught.value).startswith(f"{config.dictionaries[0]}, line 2: ")
    assert caught.value.hint


def test_a_word_may_be_as_long_as_is_said(tmp_path: Path) -> None:
    config = dictionary(tmp_path, "长" * LONGEST_WORD)
    (word,) = read_dictionaries(config.dictionaries).words
    assert word.text == "长" * LONGEST_WORD


def test_other_bytes_than_utf8_are_named(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_bytes("词\n".encode() + "词".encode("gbk"))
    with pytest.raises(ConfigError, match=r"line 2: not UTF-8"):
        read_dictionaries([file])


def test_a_missing_dictionary_is_an_error_of_the_build(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        built(tmp_path, Config(dictionaries=(str(tmp_path / "none.txt"),)))


def test_comments_marks_and_line_ends_are_tolerated(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_bytes("\ufeff# 词\r\n\r\n臺灣 5 # 地名\r\nC# 3\r\n".encode())
    found = read_dictionaries([file]).words
    assert found == (UserWord("台湾", 5), UserWord("c#", 3))


@pytest.fixture(scope="module")
def plain_jieba() -> None:
    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()


HAN = st.sampled_from("云工开物计划的算力平台上学习树剖网络是不在北京大生")
WORDS = st.lists(
    st.tuples(st.text(HAN, min_size=1, max_size=6), st.none() | st.integers(0, 9999)),
    max_size=6,
    unique_by=lambda row: row[0],
)


@settings(max_examples=25, deadline=None)  # each loads a dictionary
@given(WORDS, st.text(HAN, max_size=30))
def test_cuts_are_jieba_s_with_the_same_dictionary(
    plain_jieba: None, tmp_path_factory: pytest.TempPathFactory, added: list, text: str
) -> None:
    lines = [f"{w} {f} n" if f is not None else w for w, f in added]
    file = tmp_path_factory.getbasetemp() / "same.txt"
    file.write_text("\n".join(lines), encoding="utf-8")
    reference = jieba.Tokenizer()
    reference.FREQ, reference.total = dict(jieba.dt.FREQ), jieba.dt.total
    reference.initialized = True
    with file.open(encoding="utf-8") as opened:
        reference.load_userdict(opened)
    ours = lexicon(read_dictionaries([file]).words).segmenter
    expected = list(reference.cut(text, HMM=False))
    assert ours.dictionary_words(text) == expected
