"""What is offered goes on from what was typed, in letters or in sound."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_index import completions

from searchkit.analysis.folding import fold
from searchkit.analysis.pinyin import readings, typed
from searchkit.analysis.scripts import is_han
from searchkit.engines.columns.files import Columns
from searchkit.engines.generation import (
    key_columns,
    keys_before,
    sorted_lines,
    word_file,
)
from searchkit.engines.generation import suggestions as stored
from searchkit.engines.generation.suggestion_keys import spoken_pieces
from searchkit.engines.generation.suggestions import Completions
from searchkit.engines.generation.word_file import WordFile, read_words
from searchkit.engines.generations import SUGGESTIONS
from searchkit.engines.suggestions import Suggestions
from searchkit.errors import IndexCorruptError
from searchkit.query.suggest import suggestions

WORDS = {"旋转": 40, "银行": 9, "行走": 8, "rope": 70, "rotation": 3, "女性": 2}
TITLES = ["旋转位置编码 RoPE", "RoPE: Rotary Position Embedding", "Node.js 入门"]
HEADINGS = ["位置", "Position bias", "位置", "Rotation matrices"]
NAMES = [("旋转位置编码", 5), ("RoPE", 5)]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Suggestions:
    folder = tmp_path_factory.mktemp("index")
    return completions(
        folder, words=WORDS, titles=TITLES, headings=HEADINGS, names=NAMES
    )


@pytest.mark.parametrize(
    ("prefix", "first"),
    [
        ("旋", "旋转位置编码"),
        ("编码", "旋转位置编码"),
        ("rop", "RoPE"),
        ("ROP", "RoPE"),
        ("rotary p", "RoPE: Rotary Position Embedding"),
        ("xuanzhuanw", "旋转位置编码"),
        ("xuan zhuan w", "旋转位置编码"),
        ("weizhib", "旋转位置编码"),
        ("xzwzbm", "旋转位置编码"),
        ("yinhang", "银行"),
        ("xingz", "行走"),
        ("nvx", "女性"),
        ("nüx", "女性"),
        ("node.j", "Node.js 入门"),
        ("rumen", "Node.js 入门"),
    ],
)
def test_the_first_completion(found: Suggestions, prefix: str, first: str) -> None:
    assert suggestions(found, prefix, limit=3)[0] == first


@pytest.mark.parametrize("prefix", ["", " ", "\n", "量子", "qqqq", "旋转q"])
def test_nothing_goes_on_so(found: Suggestions, prefix: str) -> None:
    assert suggestions(found, prefix, limit=3) == ()


def test_what_begins_so_comes_before_what_holds_it(found: Suggestions) -> None:
    offered = suggestions(found, "position", limit=9)
    assert offered == ("Position bias", "RoPE: Rotary Position Embedding")


def test_one_spelling_of_what_is_there_more_than_once(found: Suggestions) -> None:
    assert suggestions(found, "rope", limit=2)[0] == "RoPE"
    assert "rope" not in suggestions(found, "rope", limit=9)


def test_more_used_words_come_first(tmp_path: Path) -> None:
    found = completions(tmp_path, words={"aa": 1, "ab": 3, "ac": 2})
    assert suggestions(found, "a", limit=9) == ("ab", "ac", "aa")


def test_three_that_are_read_so_come_before_what_holds_it(tmp_path: Path) -> None:
    words = {"公式": 5, "攻势": 4, "共识": 3, "公事": 2, "工事": 1}
    found = completions(tmp_path, words=words, titles=["the gongshi"])
    offered = suggestions(found, "gongshi", limit=9)
    assert offered == ("公式", "攻势", "共识", "the gongshi", "公事", "工事")


def test_a_prefix_longer_than_a_key(tmp_path: Path) -> None:
    same = "the same beginning of two long titles: "
    found = completions(tmp_path, titles=[same + "one", same + "two"])
    assert suggestions(found, same + "t", limit=9) == (same + "two",)


texts = st.lists(st.text("旋转银行乐重女rope Ro1-\0é著", max_size=12), max_size=60)
prefixes = st.text("旋转银行xuanzhiwgobelq 女é", min_size=1, max_size=5)


@settings(max_examples=80, deadline=None)
@given(titles=texts, headings=texts, prefix=prefixes, limit=st.integers(0, 8))
def test_each_goes_on_from_what_was_typed(
    titles: list[str], headings: list[str], prefix: str, limit: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = completions(Path(folder), titles=titles, headings=headings)
        offered = suggestions(found, prefix, limit=limit)
        everything = suggestions(found, prefix, limit=1000)
    assert offered == everything[:limit]
    wanted = " ".join(fold(prefix).text.split())
    for text in offered:
        assert wanted in fold(text).text.replace("\0", " ") or sounds(text, prefix)
    if not wanted:
        return
    folded = {searched(text) for text in (*titles, *headings)}
    begin_so = {text for text in folded if text.startswith(wanted)}
    assert begin_so <= {searched(text) for text in everything}


def searched(text: str) -> str:
    """A text as it is searched; what folds to a blank at its ends is not."""
    return fold(" ".join(text.split())).text.strip()


def sounds(text: str, prefix: str) -> bool:
    """Whether letters are the pinyin of a part of the text, or its first letters."""
    letters = typed(prefix)
    spoken = [piece for _, piece in spoken_pieces(fold(text).text)]
    later = ("".join(spoken[at:]) for at in range(len(spoken)))
    first = "".join(piece[0] for piece in spoken)
    has_han = any(map(is_han, text))
    return has_han and (
        any(rest.startswith(letters) for rest in later) or first.startswith(letters)
    )


@settings(max_examples=40, deadline=None)
@given(
    worths=st.lists(st.integers(1, 9), min_size=1, max_size=3000),
    prefix=st.text("01", max_size=4),
)
def test_the_best_of_many_are_the_best_of_all(worths: list[int], prefix: str) -> None:
    words = {f"{number:012b}": worth for number, worth in enumerate(worths)}
    with tempfile.TemporaryDirectory() as folder:
        found = completions(Path(folder), words=words)
        offered = tuple(found.beginning("b" + prefix))
    begin_so = [word for word in words if word.startswith(prefix)]
    assert offered == tuple(sorted(begin_so, key=lambda word: (-words[word], word)))


def test_the_file_follows_from_what_is_given_alone(tmp_path: Path) -> None:
    made = []
    for name, words in (("a", WORDS), ("b", dict(reversed(WORDS.items())))):
        found = Completions(
            tmp_path,
            titles=iter(TITLES),
            headings=iter(HEADINGS),
            names=reversed(NAMES),
        )
        found.add_words(words.items())
        found.write(tmp_path / name)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]


def test_rows_that_wait_in_files_make_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for at_once in (1 << 20, 5, 1):
        monkeypatch.setattr(sorted_lines, "LINES_AT_ONCE", at_once)
        folder = tmp_path / str(at_once)
        folder.mkdir()
        completions(
            folder,
            words=WORDS,
            titles=[*TITLES, "编码 编码 编码", "\x00位\x85置\n"],
            headings=HEADINGS,
            names=NAMES,
        )
        made.append((folder / SUGGESTIONS).read_bytes())
        assert [path.name for path in folder.iterdir()] == [SUGGESTIONS]
    assert made[0] == made[1] == made[2]


def test_words_of_one_article_are_left_out_of_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "MOST_RARE_WORDS", 2)
    found = completions(tmp_path, words={"aa": 1, "ab": 2, "ac": 1, "ad": 2, "ae": 2})
    assert suggestions(found, "a", limit=9) == ("ab", "ad", "ae")


def test_words_that_come_too_late_are_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_file, "MOST_RARE_WORDS", 1)
    told: list[tuple[str, int]] = []
    with WordFile(
        tmp_path / "words", lambda *stretch: told.extend(read_words(*stretch))
    ) as words:
        words.add([b"aa", b"ab", b"b"], [1, 2, 3])
        words.add([b"ac", b"ad"], [1, 2])
    assert told == [("aa", 1), ("ab", 2), ("ad", 2)]


def test_the_best_are_kept_of_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MOST_HEADINGS", "MOST_WORDS"):
        monkeypatch.setattr(stored, name, 2)
    headings = ["aa", *(f"x{number}" for number in range(50)), "aa", "aa"]
    found = completions(tmp_path, words={"ba": 2, "bb": 9, "bc": 5}, headings=headings)
    assert suggestions(found, "b", limit=9) == ("bb", "bc")
    assert (
        len(suggestions(found, "x", limit=9)) + len(suggestions(found, "a", limit=9))
        == 2
    )


def test_damage_is_told(tmp_path: Path) -> None:
    completions(tmp_path, titles=TITLES)
    path = tmp_path / SUGGESTIONS
    data = bytearray(path.read_bytes())
    data[data.index("旋转".encode())] ^= 1
    path.write_bytes(data)
    with pytest.raises(IndexCorruptError):
        suggestions(Suggestions(Columns(path, SUGGESTIONS)), "旋转", limit=9)


def test_a_phrase_has_its_own_reading() -> None:
    assert readings("银行行走") == ("yin", "hang", "xing", "zou")


@pytest.mark.parametrize("at_once", [1, 7, 1 << 14])
def test_keys_taken_over_make_the_same_file(
    at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_before, "_KEYS_AT_ONCE", at_once)
    monkeypatch.setattr(key_columns, "_ROWS_AT_ONCE", at_once)
    stay = {f"{word} {number}": 3 for word in TITLES for number in range(20)}
    before, after = {**stay, "gone": 2, "旋转": 9}, {**stay, "new": 5, "旋律": 1}
    made = []
    for name, titles, taken in (
        ("before", [*before, "旋"], None),
        ("grown", [*after, "zz"], "before"),
        ("fresh", [*after, "zz"], None),
    ):
        old = Columns(tmp_path / taken, SUGGESTIONS) if taken else None
        words = {"旋": 1, "律": 4}.items() if taken or name == "fresh" else []
        found = Completions(tmp_path, titles=titles, headings=[], names=[], before=old)
        found.add_words(words)
        found.write(tmp_path / name)
        made.append((tmp_path / name).read_bytes())
    assert made[0] != made[1] == made[2]


def test_only_keys_of_new_completions_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = [f"title {number}" for number in range(20)]
    completions(tmp_path, titles=titles)
    asked = []

    def keys(folded: str, *, is_word: bool) -> Iterator[str]:
        asked.append(folded)
        return made(folded, is_word=is_word)

    made = stored.keys
    monkeypatch.setattr(stored, "keys", keys)
    old = Columns(tmp_path / SUGGESTIONS, SUGGESTIONS)
    grown = Completions(
        tmp_path, titles=[*titles[1:], "another"], headings=[], names=[], before=old
    )
    grown.write(tmp_path / "grown")
    assert asked == ["another"]
