"""However long a query, it looks up so much and no more, and says what it left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pytest
from toy import ToyDocument, ToyReader

from searchkit.analysis.lexicon import PLAIN
from searchkit.engines.finder import Finder
from searchkit.engines.search import Evaluation
from searchkit.model import Note
from searchkit.query.budget import (
    MOST_PATTERNS,
    MOST_UNKNOWN,
    MOST_UNKNOWN_PARTS,
    MOST_WORDS,
)
from searchkit.query.parser import LONGEST_QUERY, parse
from searchkit.query.patterns import MOST_TERMS
from searchkit.query.planner import plan_query

LETTERS = "abcdefghijklmnopqrstuvwxyz"
NAMES = tuple(f"k{a}{b}" for a in LETTERS for b in LETTERS)


class NoSuggestions:
    """Nothing is like anything by its sound."""

    def exactly(self, _: str) -> Iterator[str]:
        return iter(())


class QueryReader(ToyReader):
    """A toy that can be asked by text, too."""

    lexicon = PLAIN
    twins: Mapping[str, object] = MappingProxyType({})
    translations = counterparts = None
    first_of_names: frozenset[str] = frozenset()
    suggestions = NoSuggestions()


@pytest.fixture(scope="module")
def reader() -> QueryReader:
    return QueryReader(
        [
            ToyDocument(body=(("prose", (*NAMES, "甲", "乙", "丙", str(n))),))
            for n in (1, 2)
        ]
    )


def asked(reader: QueryReader, query: str) -> tuple[int, int, tuple[Note, ...]]:
    """How many leaves the plan has, how many documents answer, and the notes."""
    parsed, first = parse(query)
    finder = Finder(reader)
    plan, notes = plan_query(parsed, finder)
    total = Evaluation(finder, plan).page(limit=10, offset=0, sort="relevance").total
    return len(plan.leaves()), total, (*first, *notes)


def reasons(notes: tuple[Note, ...]) -> list[str]:
    return [
        n.message.partition(" was ignored: ")[2] for n in notes if n.kind == "ignored"
    ]


@pytest.mark.parametrize(
    "query",
    [
        " ".join(f"w{n}" for n in range(1000)),
        " ".join(f"+{name}" for name in NAMES),
        " ".join(f"title:{name}" for name in NAMES),
        " OR ".join(f"({name} {name}x)" for name in NAMES),
        '"甲乙" ' * 1000,
        "_".join(NAMES) + " " + " ".join(NAMES),
        " ".join(f"-{name}" for name in NAMES),
    ],
    ids=["words", "needed", "in a field", "groups", "phrases", "a name", "excluded"],
)
def test_words_are_bounded_with_one_note(reader: QueryReader, query: str) -> None:
    leaves, _, notes = asked(reader, query)
    assert leaves <= MOST_WORDS + MOST_UNKNOWN_PARTS
    assert 1 <= len(reasons(notes)) <= 3  # on its length, its words, and their parts


@pytest.mark.parametrize("pattern", ["k{}*", "*k{}*", "kk{}~"])
def test_patterns_are_bounded_with_one_note(reader: QueryReader, pattern: str) -> None:
    leaves, _, notes = asked(reader, " ".join(map(pattern.format, LETTERS)))
    assert leaves == MOST_PATTERNS
    assert reasons(notes) == [f"only the first {MOST_PATTERNS} patterns are searched"]


def test_a_pattern_stands_for_so_many_terms(reader: QueryReader) -> None:
    _, total, notes = asked(reader, "k*")
    assert total == 2
    start = f"“k*” was expanded to {MOST_TERMS} terms (of {len(NAMES)}, the rest is"
    assert notes[0].message.startswith(start)


def test_of_unknown_text_the_first_parts_are_searched(reader: QueryReader) -> None:
    leaves, total, notes = asked(reader, "懗傈峂" * MOST_UNKNOWN)
    assert (leaves, total) == (1, 0)
    assert f"the first {MOST_UNKNOWN} characters" in "".join(reasons(notes))


@pytest.mark.parametrize(
    ("query", "total"),
    [("*", 0), ("(" * 1000 + "kaa" + ")" * 1000, 2), ("->+/" * 4000, 0)],
    ids=["a star", "deep", "signs"],
)
def test_odd_queries_are_answered(reader: QueryReader, query: str, total: int) -> None:
    assert asked(reader, query)[1] == total


def test_what_is_too_long_is_cut(reader: QueryReader) -> None:
    _, total, notes = asked(reader, "甲" * 5 * LONGEST_QUERY)
    assert total == 0
    assert notes[0].message == f"the query was cut after {LONGEST_QUERY} characters"
