"""How does text fit a terminal in which a Han character takes two columns?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from searchkit.cli.lines import hanging, shorten_end, shorten_middle, wrap

mixed = st.text(st.sampled_from("旋转位置，。（）ab cd/_-é🎉"), max_size=60)
widths = st.integers(2, 40)


@given(mixed, widths)
def test_no_line_is_wider(text: str, width: int) -> None:
    assert all(cell_len(text[start:end]) <= width for start, end in wrap(text, width))


@given(mixed, st.integers(12, 40), st.integers(0, 10))
def test_no_hanging_line_is_wider(text: str, width: int, indent: int) -> None:
    assert all(cell_len(line) <= width for line in hanging(text, width, indent))


def test_hanging_lines_are_set_in_after_the_first() -> None:
    assert [*hanging("  旋转位置编码", 10, 4)] == ["  旋转位置", "    编码"]


@given(mixed, widths)
def test_nothing_but_blanks_is_lost(text: str, width: int) -> None:
    lines = [text[start:end] for start, end in wrap(text, width)]
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(mixed, widths)
def test_no_line_begins_or_ends_with_a_blank(text: str, width: int) -> None:
    for start, end in wrap(text, width):
        assert text[start:end] == text[start:end].strip() != ""


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        pytest.param("旋转位置编码", 8, ["旋转位置", "编码"], id="between-han"),
        pytest.param("旋转位置，编码", 8, ["旋转位", "置，编码"], id="comma-not-first"),
        pytest.param(
            "旋转位（编码）", 8, ["旋转位", "（编码）"], id="bracket-not-last"
        ),
        pytest.param("用 RoPE 编码", 8, ["用 RoPE", "编码"], id="at-a-blank"),
        pytest.param("用RoPE编码", 6, ["用RoPE", "编码"], id="between-scripts"),
        pytest.param("abcdefgh", 5, ["abcde", "fgh"], id="too-long-a-word"),
    ],
)
def test_where_lines_end(text: str, width: int, lines: list[str]) -> None:
    assert [text[start:end] for start, end in wrap(text, width)] == lines


@given(mixed, widths)
def test_what_is_shortened_fits(text: str, width: int) -> None:
    assert cell_len(shorten_end(text, width)) <= width
    assert cell_len(shorten_middle(text, width)) <= width


def test_a_path_keeps_both_its_ends() -> None:
    assert shorten_middle("corpus/attention/rope.md:12", 16) == "corpu…rope.md:12"


def test_what_fits_is_not_shortened() -> None:
    assert shorten_end("旋转", 4) == shorten_middle("旋转", 4) == "旋转"
