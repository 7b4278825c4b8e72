"""What is each search system asked, and what must it answer?

One module for each system: `build(corpus, index, *, jobs)` makes an index from lines of
JSON (id, title, text), and `Engine(index)` opens it. A module imports nothing but the
standard library, its system and what is beside it, since it runs in the environment
that has the system. `serve.py` puts it behind a pipe.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

LIMIT = 10
SNIPPET_CHARACTERS = 160

CLOCKS = ("wall", "cpu")
"""What a search is timed by: cpu, of all threads, where others use the machine, too."""

Operator = Literal["or", "and", "phrase", "prefix", "words"]


@dataclass(frozen=True, slots=True)
class Query:
    """One query in no system's syntax.

    `parts` are words as a person would type them; a phrase is one part, a prefix is
    one part without its star. `words` are parts in no order and without operators.
    `band` tells how many documents hold them: common, middle, rare.
    """

    kind: str
    operator: Operator
    parts: tuple[str, ...]
    band: str = ""

    def text(self) -> str:
        """The query as searchkit's users type it."""
        if self.operator == "phrase":
            return f'"{self.parts[0]}"'
        if self.operator == "prefix":
            return f"{self.parts[0]}*"
        joint = {"or": " OR ", "and": " AND ", "words": " "}[self.operator]
        return joint.join(self.parts)


@dataclass(frozen=True, slots=True)
class Found:
    """The first ten documents by number; `total` is None if it was not asked for."""

    total: int | None
    documents: tuple[int, ...]
    snippets: tuple[str, ...] = ()


class Engine(Protocol):
    """An index that is open."""

    def page(self, query: Query) -> Found:
        """Ten hits with their snippets, and the total if the system counts."""

    def first(self, query: Query) -> Found:
        """The numbers of the best ten documents and nothing else."""

    def count(self, query: Query) -> int:
        """How many documents match."""


@dataclass(frozen=True, slots=True)
class Document:
    """One line of a corpus; `number` counts from 0."""

    number: int
    doc_id: str
    title: str
    text: str

    @property
    def whole(self) -> str:
        """Title and text as one, for systems that are given one field."""
        return f"{self.title}\n\n{self.text}"


def read_corpus(corpus: Path) -> Iterator[Document]:
    """The documents of a file of JSON lines, in their order."""
    with corpus.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            yield Document(number, row["id"], row["title"], row["text"])


def query_of(row: dict[str, object]) -> Query:
    """The query that `dataclasses.asdict` and JSON made a row of."""
    parts = row["parts"]
    assert isinstance(parts, Iterable)
    return Query(**{**row, "parts": tuple(parts)})  # type: ignore[arg-type]
