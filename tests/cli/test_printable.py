"""What may be printed, whoever wrote it?"""

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.cli.printable import (
    escaped_json,
    printable,
    printable_lines,
    printable_marked,
)

HOSTILE = [
    *map(chr, [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F)]),
    *map(chr, [*range(0x2066, 0x206A), *range(0x200B, 0x2010), 0x2028, 0x2029]),
    *"\u00ad\u061c\u180e\u2060\ufeff\ufff9\U000e0041\ud800",
]
any_text = st.text(st.one_of(st.characters(), st.sampled_from(HOSTILE)))


def drives_terminal(character: str) -> bool:
    return character in HOSTILE or unicodedata.category(character) in (
        "Cc",
        "Cs",
        "Zl",
        "Zp",
    )


@given(any_text)
def test_nothing_printed_drives_the_terminal(text: str) -> None:
    assert not any(map(drives_terminal, printable(text)))


def test_each_character_that_drives_the_terminal_is_changed() -> None:
    every = map(chr, range(sys.maxunicode + 1))
    kept = [c for c in every if drives_terminal(c) and printable(c) == c]
    assert not kept


@given(any_text)
def test_printing_twice_changes_nothing_more(text: str) -> None:
    assert printable(printable(text)) == printable(text)


@given(any_text)
def test_lines_keep_only_breaks_and_tabs(text: str) -> None:
    assert {c for c in printable_lines(text) if drives_terminal(c)} <= {"\n", "\t"}


@pytest.mark.parametrize(
    "text", ["旋转位置编码 RoPE", "x_{t-1} ≈ θ²", "é 한국어 🎉", ""]
)
def test_ordinary_text_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("\x1b[31m红", "\ufffd[31m红", id="colour"),
        pytest.param("\x9b2J", "\ufffd2J", id="one-byte-escape"),
        pytest.param("a\rb", "a b", id="return"),
        pytest.param("a\u2028b", "a b", id="line-separator"),
        pytest.param("a\u202eb", "ab", id="right-to-left"),
        pytest.param("旋\u200b转", "旋转", id="zero-width"),
        pytest.param("\udcff", "\ufffd", id="not-utf8"),
    ],
)
def test_what_becomes_of(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_lines_end_the_same_on_every_system() -> None:
    assert printable_lines("a\r\n\tb\rc") == "a\n\tb c"


@given(any_text, st.lists(st.integers(0, 30), max_size=6))
def test_highlights_hold_what_they_held(text: str, cuts: list[int]) -> None:
    points = sorted({min(cut, len(text)) for cut in cuts})
    spans = list(zip(points[::2], points[1::2], strict=False))
    shown, marked = printable_marked(text, spans)
    held = [" ".join(printable(text[a:b]).split()) for a, b in spans]
    now = [" ".join(shown[a:b].split()) for a, b in marked if shown[a:b].strip()]
    assert now == [one for one in held if one]
    assert not any(map(drives_terminal, shown))


def test_highlights_move_with_what_is_left_out() -> None:
    assert printable_marked("\u200b旋\u200b转  位置", [(1, 4)]) == (
        "旋转 位置",
        ((0, 2),),
    )


@given(any_text)
def test_json_reads_back_the_same(text: str) -> None:
    document = json.dumps([text], ensure_ascii=False, indent=2)
    safe = escaped_json(document)
    assert json.loads(safe) == json.loads(document)
    assert {c for c in safe if drives_terminal(c)} <= {"\n"}
