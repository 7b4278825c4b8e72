"""A record is what a frozen dataclass with slots is, as far as anybody can see."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

import pytest

from searchkit.record import (
    FrozenError,
    as_dict,
    default_of,
    record,
    replace,
    told_when_read,
)


@record
class Word:
    text: str
    weight: float = 1.0

    @property
    def length(self) -> int:
        return len(self.text)


@record
class Name(Word):
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reference:
    text: str
    weight: float = 1.0


def test_values_with_equal_fields_are_one() -> None:
    assert Word("a") == Word("a", 1.0) == Word(text="a")
    assert Word("a") != Word("b")
    assert Word("a") != Name("a")
    assert len({Word("a"), Word("a"), Name("a"), Name("a", 1.0, ())}) == 2
    assert hash(Word("a")) == hash(Reference("a"))


@pytest.mark.parametrize("values", [(), ("a", 1.0, "c")])
def test_fields_are_those_that_are_annotated(values: tuple[str, ...]) -> None:
    with pytest.raises(TypeError, match="__init__"):
        Word(*values)
    with pytest.raises(TypeError, match="unknown"):
        replace(Word("a"), unknown=1)


def test_nothing_changes_a_value() -> None:
    word = Word("a")
    with pytest.raises(FrozenError):
        word.text = "b"  # type: ignore[misc]
    with pytest.raises(FrozenError):
        del word.text
    with pytest.raises(AttributeError):
        word.other = "b"  # type: ignore[attr-defined]
    assert replace(word, text="b") == Word("b")
    assert word == Word("a")


def test_a_value_travels_between_processes() -> None:
    for value in (Word("a", 2.0), Name("a", 2.0, ("b",))):
        assert pickle.loads(pickle.dumps(value)) == value


def test_a_value_shows_its_fields() -> None:
    assert repr(Name("甲", parts=("b",))) == "Name(text='甲', weight=1.0, parts=('b',))"
    assert Name("abc").length == 3
    assert as_dict(Word("a")) == {"text": "a", "weight": 1.0}
    assert default_of(Name, "weight") == 1.0
    match Name("a", 2.0):
        case Name(text, weight):
            assert (text, weight) == ("a", 2.0)


def test_the_hundredth_value_is_made_like_the_first() -> None:
    @record
    class Pair:
        left: int
        right: int = 2

    values = [Pair(1), *(Pair(1, right=2) for _ in range(100)), Pair(left=1)]
    assert set(values) == {Pair(1, 2)}
    assert values[0].right == values[-1].right == 2
    for _ in range(100):
        with pytest.raises(TypeError, match="left"):
            Pair(1, left=1)


def test_a_field_that_is_told_when_it_is_read_is_told_once() -> None:
    @record
    class Told:
        text: str
        parts: tuple[str, ...] = ()

    told_when_read(Told, "parts")
    asked = []

    def parts() -> tuple[str, ...]:
        asked.append(1)
        return ("b",)

    value = Told("a", parts)  # type: ignore[arg-type]
    assert not asked
    assert value.parts == value.parts == ("b",)
    assert len(asked) == 1
    assert Told("a", parts) == Told("a", ("b",))  # type: ignore[arg-type]
    with pytest.raises(FrozenError):
        value.parts = ()  # type: ignore[misc]
