"""The dictionary: terms are found, numbered in order, and read back."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spaces import Entry, Space, ordered, read, write

from searchkit.engines.columns.terms import Terms

# Long common beginnings, so that the first eight bytes do not decide.
alike = st.builds(
    str.__add__,
    st.sampled_from(["", "a" * 7, "a" * 9, "旋转位置", "x" * 200]),
    st.text("ab转\udcff\U0001f600", max_size=5),
)


def written(path: Path, names: Collection[str]) -> Terms:
    write(path, Space([0, 1], {name: Entry() for name in ordered({*names})}))
    return read(path, [0, 1]).terms


@settings(max_examples=100, deadline=None)
@given(st.sets(alike | st.text(), max_size=200), st.lists(alike | st.text()))
def test_a_term_is_found_by_its_text_and_by_its_number(
    tmp_path_factory: pytest.TempPathFactory, names: set[str], others: list[str]
) -> None:
    terms = written(tmp_path_factory.mktemp("columns") / "file", names)
    in_order = ordered(names)
    assert len(terms) == len(names)
    assert list(terms) == in_order
    for number, name in enumerate(in_order):
        assert terms.find(name) == number
        assert terms.term(number) == name
    for other in {*others} - names:
        assert terms.find(other) == -1


@settings(max_examples=100, deadline=None)
@given(st.sets(alike, max_size=200), alike)
def test_a_prefix_names_the_terms_that_begin_with_it(
    tmp_path_factory: pytest.TempPathFactory, names: set[str], prefix: str
) -> None:
    terms = written(tmp_path_factory.mktemp("columns") / "file", names)
    found = terms.prefix(prefix)
    wanted = [name for name in ordered(names) if name.startswith(prefix)]
    assert list(terms.between(found.start, found.stop)) == wanted


def test_thousands_of_terms_may_begin_with_the_same_bytes(tmp_path: Path) -> None:
    names = [f"{letter}same-begin-{n:05}" for letter in "abc" for n in range(6000)]
    terms = written(tmp_path / "file", names)
    assert [terms.find(name) for name in names] == list(range(len(names)))
    assert terms.prefix("bsame") == range(6000, 12000)
    assert terms.find("bsame-begin-") == terms.find("bsame-begin-06000") == -1


def test_part_of_the_terms_is_read(tmp_path: Path) -> None:
    names = [f"{number:03}" for number in range(100)]
    terms = written(tmp_path / "file", names)
    for first, last in ((0, 100), (3, 4), (15, 17), (16, 32), (50, 50), (99, 100)):
        assert list(terms.between(first, last)) == names[first:last]
    with pytest.raises(IndexError):
        terms.term(100)


@pytest.mark.parametrize("names", [("b", "a"), ("a", "a"), ("", "")])
def test_terms_out_of_order_are_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    class Pairs(dict[str, Entry]):
        def items(self) -> list[tuple[str, Entry]]:  # type: ignore[override]
            return [(name, Entry()) for name in names]

    for slab_terms in (1, 2):
        with pytest.raises(ValueError, match="do not rise"):
            write(
                tmp_path / f"{slab_terms}", Space([0], Pairs()), slab_terms=slab_terms
            )
