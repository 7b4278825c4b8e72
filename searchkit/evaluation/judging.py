"""What has a person judged, and what comes next?

Hits are shown query by query, those without a grade only. Every grade is on disk
before the next hit is shown; taking one back takes it from the disk, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from searchkit.evaluation.trec import Qrels, write_qrels
from searchkit.model import Hit

Search = Callable[[str], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class Question:
    """A hit of a query to be judged: the `number`th of `count` of this query."""

    query_id: str
    query: str
    hit: Hit
    number: int
    count: int


class Judging:
    """One walk through queries and their hits; `search` finds the hits of a query."""

    def __init__(
        self, path: Path, qrels: Qrels, queries: Mapping[str, str], search: Search
    ) -> None:
        self.path = path
        self._qrels = {query_id: dict(grades) for query_id, grades in qrels.items()}
        self._search = search
        self._waiting = list(queries.items())[::-1]
        self._questions: list[Question] = []
        self._at = 0
        self._answered: list[int] = []
        self.graded = 0

    def question(self) -> Question | None:
        """What to judge now; None when all is judged."""
        while self._at == len(self._questions):
            if not self._waiting:
                return None
            self._ask_of(*self._waiting.pop())
        return self._questions[self._at]

    def _ask_of(self, query_id: str, query: str) -> None:
        known = self._qrels.get(query_id, {})
        hits = [hit for hit in self._search(query) if hit.doc_id not in known]
        self._questions += [
            Question(query_id, query, hit, number, len(hits))
            for number, hit in enumerate(hits, 1)
        ]

    def grade(self, grade: int) -> None:
        """Gives the hit in question its grade, on disk."""
        asked = self._questions[self._at]
        self._qrels.setdefault(asked.query_id, {})[asked.hit.doc_id] = grade
        write_qrels(self.path, self._qrels)
        self.graded += 1
        self.skip()

    def skip(self) -> None:
        """Leaves the hit in question without a grade."""
        self._answered.append(self._at)
        self._at += 1

    def next_query(self) -> None:
        """Leaves all further hits of this query without a grade."""
        self._answered.append(self._at)
        query_id = self._questions[self._at].query_id
        while self._at < len(self._questions) and (
            self._questions[self._at].query_id == query_id
        ):
            self._at += 1

    def undo(self) -> bool:
        """Goes back to the last hit judged or left, without its grade; False if none
        was in this walk."""
        if not self._answered:
            return False
        self._at = self._answered.pop()
        asked = self._questions[self._at]
        grades = self._qrels.get(asked.query_id, {})
        if grades.pop(asked.hit.doc_id, None) is not None:
            write_qrels(self.path, self._qrels)
            self.graded -= 1
        return True
