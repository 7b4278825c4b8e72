"""What is done for a query that finds nothing, or not all of its words?

Pinyin (`xuanzhuan`, `xuan zhuan`) is read as Chinese if there are no hits. Words like
the ones that stand nowhere are offered (“did you mean”), and searched only if that was
asked for. So are, beside hits, far commoner words than one that hardly stands anywhere.
What is tried is tried as a query of its own and must have hits (or more of them).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from searchkit.analysis.folding import fold
from searchkit.analysis.pinyin import ends, typed
from searchkit.analysis.scripts import is_han, is_han_run
from searchkit.engines.search import Evaluation
from searchkit.model import Note
from searchkit.query.nearest import Nearest
from searchkit.query.notes import articles_of
from searchkit.record import record

Evaluate = Callable[[str], tuple[Evaluation, tuple[Note, ...]]]
"""Plans a query as the one was that is being helped."""

_LONGEST = 200  # characters of a query that is helped; a pasted text is no typo
_LONG_RUN = 3  # Han characters; of fewer, much is read alike
_MOST_IN_ROW = 6  # words that are read as one pinyin
_NONE: Mapping[str, int] = {}
_ROW = re.compile(r"[A-Za-zü]+(?:[ '’][A-Za-zü]+)+")


@record
class Help:
    """What is to be said, and the query to be answered instead, if there is one."""

    notes: tuple[Note, ...]
    evaluation: Evaluation | None = None


@record
class _Change:
    typed: str
    meant: str
    by_pinyin: bool

    def note(self) -> Note:
        if self.by_pinyin:
            text = f"“{self.typed}” was read as pinyin: {self.meant}"
            return Note("expanded", self.typed, text)
        text = f"“{self.typed}” was corrected to “{self.meant}”"
        return Note("corrected", self.typed, text)

    def apply(self, query: str) -> str:
        pattern = re.escape(self.typed)
        if not is_han_run(self.typed):
            pattern = rf"(?<![A-Za-z]){pattern}(?![A-Za-z])"
        return re.sub(pattern, lambda _: self.meant, query)


def answering(
    query: str,
    evaluation: Evaluation,
    notes: tuple[Note, ...],
    evaluate: Evaluate,
    *,
    total: int,
    correct: bool,
) -> tuple[Evaluation, tuple[Note, ...]]:
    """What answers a query that may be mistyped: its evaluation or another's; notes."""
    found = help_for(
        query,
        evaluation,
        notes,
        evaluate,
        total=total,
        correct=correct,
        rare=evaluation.rare,
    )
    if found and found.evaluation:
        return found.evaluation, found.notes
    said = found.notes if found else ()
    if total or said:
        return evaluation, (*notes, *said)
    from searchkit.query.smaller import smaller_query, unquoted

    smaller = smaller_query(evaluation) or unquoted(query, evaluate)
    return evaluation, (*notes, smaller) if smaller else notes


def help_for(
    query: str,
    evaluation: Evaluation,
    notes: Sequence[Note],
    evaluate: Evaluate,
    *,
    total: int,
    correct: bool = False,
    rare: Mapping[str, int] = _NONE,
) -> Help | None:
    """What can be done for a query with `total` hits and these notes; None if nothing.

    `correct` asks for words to be corrected, also if there are hits. `rare` has the
    words that hardly any article has, with how many have them.
    """
    missing = [note.part for note in notes if note.kind == "missing"]
    if not (missing or rare) or len(query) > _LONGEST:
        return None
    nearest = Nearest(evaluation.finder)
    doubts = _doubts(query, rare, nearest, evaluate)
    if total and not correct:
        return _offered([*doubts], query, evaluation, evaluate)
    changes = [*dict.fromkeys((*_changes(query, missing, nearest), *doubts))]
    # Pinyin alone may be enough; what is not asked for is not done to the other words.
    spoken = [change for change in changes if change.by_pinyin]
    for wanted in (changes, spoken):
        if wanted and (correct or wanted == spoken):
            other, said = evaluate(_applied(wanted, query))
            if other.total:
                made = tuple(change.note() for change in wanted)
                return Help((*made, *said), other)
    if not changes or correct:
        return None
    other, _ = evaluate(text := _applied(changes, query))
    return Help((_hint(text, other.total),)) if other.total else None


def _offered(
    changes: Sequence[_Change], query: str, evaluation: Evaluation, evaluate: Evaluate
) -> Help | None:
    """The changes as a hint, if more articles have every word then."""
    if not changes:
        return None
    other, _ = evaluate(text := _applied(changes, query))
    if other.complete <= evaluation.complete:
        return None
    return Help((_hint(text, other.complete),))


def _applied(changes: Sequence[_Change], query: str) -> str:
    for change in changes:
        query = change.apply(query)
    return query


def _hint(query: str, count: int) -> Note:
    return Note("hint", query, f"did you mean: {query} ({articles_of(count)})")


def _changes(query: str, missing: Sequence[str], nearest: Nearest) -> Iterator[_Change]:
    left = dict.fromkeys(missing)
    for row, text in _rows(query, left, nearest):
        for word in re.split("[ '’]", row):
            left.pop(word, None)
        yield _Change(row, text, by_pinyin=True)
    for run in _han_runs(query):
        inside = [part for part in left if part in run]
        meant = inside and nearest.same_sound(fold(run).text)
        if meant:
            for part in inside:
                left.pop(part)
            yield _Change(run, meant, by_pinyin=False)
    for part in left:
        folded = fold(part).text
        for meant in nearest.words(folded)[:1]:
            by_pinyin = is_han_run(meant) and not is_han_run(folded)
            yield _Change(part, meant, by_pinyin=by_pinyin)
            break
        else:
            spoken = nearest.spoken(typed(part))
            if spoken:
                yield _Change(part, spoken, by_pinyin=True)


def _doubts(
    query: str, rare: Mapping[str, int], nearest: Nearest, evaluate: Evaluate
) -> Iterator[_Change]:
    """What is far commoner than rare words: they may be typing errors.

    A Han run that stands nowhere may be a name or title that is read alike.
    """
    for run in _han_runs(query):
        if len(run) >= _LONG_RUN and any(word in run for word in rare):
            meant = nearest.same_sound(fold(run).text)
            if meant and not evaluate(f'"{run}"')[0].total:
                yield _Change(run, meant, by_pinyin=False)
    for word, count in rare.items():
        if meant := nearest.commoner(fold(word).text, count):
            yield _Change(word, meant, by_pinyin=False)


def _han_runs(query: str) -> list[str]:
    """The runs of two Han characters or more."""
    runs = ("".join(run) for han, run in groupby(query, is_han) if han)
    return [run for run in runs if len(run) > 1]


def _rows(
    query: str, missing: dict[str, None], nearest: Nearest
) -> Iterator[tuple[str, str]]:
    """Words side by side that are one Chinese text in pinyin, and that text."""
    for row in _ROW.finditer(query):
        words = [*re.finditer("[A-Za-zü]+", row.group())]
        at = 0
        while at < len(words):
            for end in range(min(len(words), at + _MOST_IN_ROW), at + 1, -1):
                inside = [word.group() for word in words[at:end]]
                if missing.keys().isdisjoint(inside) or not all(map(_is_read, inside)):
                    continue
                typed_row = row.group()[words[at].start() : words[end - 1].end()]
                if text := nearest.spoken(typed(typed_row)):
                    yield typed_row, text
                    at = end - 1
                    break
            at += 1


def _is_read(word: str) -> bool:
    letters = typed(word)
    return bool(letters) and len(letters) in ends(letters)
