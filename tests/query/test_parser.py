"""Any text gives a tree; what the grammar knows gives the tree it should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.query.parser import LONGEST_QUERY, parse
from searchkit.query.tree import (
    Either,
    Fielded,
    Formula,
    Fuzzy,
    Item,
    Node,
    Phrase,
    Restriction,
    Text,
    Wildcard,
    Words,
)


def one(text: str) -> Node:
    """The only node of a query of one part."""
    parsed, _ = parse(text)
    ((item,),) = (group.items for group in parsed.root.groups)
    return item.node


def occurs(text: str) -> list[tuple[str, str]]:
    parsed, _ = parse(text)
    return [
        (item.occur, getattr(item.node, "text", "()"))
        for group in parsed.root.groups
        for item in group.items
    ]


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("C++", Text("C++")),
        ("--help", Text("--help")),
        ("-10", Text("-10")),
        ("foo:bar", Text("foo:bar")),
        ("AND", Text("AND")),
        ("NOT", Text("NOT")),
        ("[a", Text("[a")),
        ("x^2", Formula("x^2")),
        ("O(n)", Formula("O(n)")),
        ("O(nlogn)", Formula("O(nlogn)")),
        ("f(x)", Formula("f(x)")),
        ("main(argc)", Text("main(argc)")),
        ("$x$", Formula("x")),
        (r"\( x \)", Formula(" x ")),
        (r"x_{t - 1}", Formula("x_{t - 1}")),
        (
            r"(\mathbf{A}^\top)^\top = \mathbf{A}",
            Formula(r"(\mathbf{A}^\top)^\top = \mathbf{A}"),
        ),
        ("P(A | B)", Formula("P(A | B)")),
        ("i = 1", Formula("i = 1")),
        ("user_id", Text("user_id")),
        ("2.1.0", Text("2.1.0")),
        ("title:x^2", Fielded("title", Formula("x^2"))),
        ("*", Text("*")),
        ("旋转", Text("旋转")),
        ('"a b"', Phrase("a b")),
        ("“甲 乙”", Phrase("甲 乙")),
        ("「甲乙」", Phrase("甲乙")),
        ("“甲乙“", Phrase("甲乙")),
        ("rope*", Wildcard("rope", anywhere=False)),
        ("*rope*", Wildcard("rope", anywhere=True)),
        ("atention~", Fuzzy("atention", 0)),
        ("atention~2", Fuzzy("atention", 2)),
        ("title:注意力", Fielded("title", Text("注意力"))),
        ("title：注意力", Fielded("title", Text("注意力"))),
        ('topic:"a b"', Fielded("topic", Phrase("a b"))),
        ("std::vector", Text("std::vector")),
        ("https://a.b/c?d=e", Text("https://a.b/c?d=e")),
    ],
)
def test_single_parts(text: str, node: Node) -> None:
    assert one(text) == node


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b", [("optional", "a"), ("optional", "b")]),
        ("+a -b", [("required", "a"), ("excluded", "b")]),
        ("C++ -foo", [("optional", "C++"), ("excluded", "foo")]),
        ("a NOT b", [("optional", "a"), ("excluded", "b")]),
        ("a AND b c", [("required", "a"), ("required", "b"), ("optional", "c")]),
        ("甲“乙丙”", [("optional", "甲"), ("required", "乙丙")]),
        ("a -(b c)", [("optional", "a"), ("excluded", "()")]),
        ("a OR", [("optional", "a"), ("optional", "OR")]),
        ("OR a", [("optional", "OR"), ("optional", "a")]),
        ("AND a", [("optional", "AND"), ("optional", "a")]),
        ("a) b", [("optional", "a)"), ("optional", "b")]),
        ("a (b c) d", [("optional", letter) for letter in "abcd"]),
        ("甲 （乙 （丙））", [("optional", letter) for letter in "甲乙丙"]),
        ("a (+b -c)", [("optional", "a"), ("required", "b"), ("excluded", "c")]),
        ("a +(b c)", [("optional", "a"), ("required", "()")]),
        ("a (b | c)", [("optional", "a"), ("required", "()")]),
        ("a AND (b c)", [("required", "a"), ("required", "()")]),
        ("(a b) AND c", [("required", "()"), ("required", "c")]),
    ],
)
def test_occurrence(text: str, expected: list[tuple[str, str]]) -> None:
    assert occurs(text) == expected


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("softmax = x_i / sum", ["softmax", "=", "x_i", "/", "sum"]),
        ("损失 = x^2 / 2", ["损失", "=", "x^2 / 2"]),
        ("= x_i", ["= x_i"]),
    ],
)
def test_signs_between_words_and_a_formula_are_no_part_of_it(
    text: str, parts: list[str]
) -> None:
    (words,) = parse(text)[0].root.groups
    found = [item.node.text for item in words.items]  # type: ignore[union-attr]
    assert found == parts


def test_or_makes_groups() -> None:
    parsed, notes = parse("a b OR c")
    assert parsed.root == Either(
        (
            Words((Item("optional", Text("a")), Item("optional", Text("b")))),
            Words((Item("optional", Text("c")),)),
        )
    )
    assert notes == ()


def test_restrictions_hold_for_the_whole_query() -> None:
    parsed, _ = parse("a -path:blog since:2024 (b until:2025)")
    assert parsed.restrictions == (
        Restriction("path", "blog", excluded=True),
        Restriction("since", "2024"),
        Restriction("until", "2025"),
    )


@pytest.mark.parametrize(
    "text",
    ['"open', "“open", "「open", "(open", "((((", "(" * 5000],
    ids=lambda t: t[:9],
)
def test_what_is_ignored_is_noted(text: str) -> None:
    _, notes = parse(text)
    assert {note.kind for note in notes} == {"ignored"}


def test_a_query_without_end_is_cut_with_a_note() -> None:
    _, notes = parse("甲" * (LONGEST_QUERY + 1))
    assert [note.kind for note in notes] == ["ignored"]


PARTS = (
    '( ) （ ） " “ ” 「 」 + - NOT OR AND | * ~ title: ： in:code since: topic: 甲 rope'
)
OPERATORS = st.sampled_from([" ", *PARTS.split()])


@given(st.lists(OPERATORS).map("".join) | st.text())
def test_any_text_gives_a_tree(text: str) -> None:
    parsed, _ = parse(text)
    assert parsed.root.groups


@pytest.mark.parametrize("text", ["USE OF AND AND NOT IN A SMALL CPU", "A OR B C D E"])
def test_a_sentence_in_capitals_has_no_operators(text: str) -> None:
    tree, _ = parse(text)
    assert [item.occur for item in tree.root.groups[0].items] == ["optional"] * len(
        text.split()
    )


def test_names_in_capitals_have_operators() -> None:
    assert len(parse("GPU OR TPU")[0].root.groups) == 2
