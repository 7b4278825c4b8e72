"""What became of each part of a query, in words.

One sentence a part, gathered while the query is planned, in the order of the query.
"""

from __future__ import annotations

from collections.abc import Sequence

from searchkit.model import Note, NoteKind

_SHOWN = 5  # terms of an expansion that are spelled out
_TRANSLATIONS = 3  # of a word that are: so that most notes fit into a line


class Notes:
    """Gathers the notes of one query; none is said twice."""

    def __init__(self) -> None:
        self._notes: dict[Note, None] = {}
        self._twins: set[tuple[str, str]] = set()
        self._has_option = False

    def all(self) -> tuple[Note, ...]:
        """The notes so far, in their order."""
        return tuple(self._notes)

    def found(self, label: str, count: int, *, how: str = "", place: str = "") -> None:
        """A part was searched and stands in `count` articles, or in a place of them."""
        articles = articles_of(count)
        where = f"the {place} of {articles}" if place else articles
        self._add("searched", label, f"{_quoted(label)}{how} is in {where}")

    def missing(
        self,
        label: str,
        *,
        instead: Sequence[str] = (),
        near: Sequence[str] = (),
        place: str = "",
    ) -> None:
        """A part stands nowhere; `instead` was searched, `near` are words like it."""
        text = f"{_quoted(label)} was not found" + (f" in any {place}" if place else "")
        if near:
            text += f" (like it: {', '.join(near)})"
        if instead:
            text += f"; searched instead: {', '.join(instead)}"
        self._add("missing", label, text)

    def formula(self, label: str, count: int, *, near: int) -> None:
        """A formula stands in `count` articles, only a near form of it in `near`."""
        if not count and not near:
            self.missing(label)
            return
        others = articles_of(near)
        if not count:
            text = f"{_quoted(label)} was not found, a near form of it in {others}"
            self._add("missing", label, text)
            return
        self.found(label, count, how=" as a formula")
        if near:
            text = f"near forms of {_quoted(label)} are in {others} more"
            self._add("expanded", label, text)

    def left_out(self, label: str, count: int) -> None:
        """Articles with a part are no hits."""
        articles = "1 article has" if count == 1 else f"{count} articles have"
        text = f"without {_quoted(label)}: {articles} it"
        if len(label) == 1 and label.isascii():  # more likely an option of a command
            text += f'; in quotes, "-{label}" is searched'
        self._add("filtered", f"-{label}", text)

    def option(self, label: str) -> None:
        """A word with a dash was searched with it; said of the first one alone."""
        if not self._has_option:
            text = f"{_quoted(label)} was searched; NOT {label[1:]} leaves it out"
            self._add("hint", label, text)
        self._has_option = True

    def expanded(self, label: str, terms: Sequence[str], total: int) -> None:
        """A part stands for these terms, out of `total` that it could stand for."""
        shown = ", ".join(terms[:_SHOWN]) + (" …" if len(terms) > _SHOWN else "")
        count = f"{len(terms)} terms" if len(terms) > 1 else "1 term"
        cut = f" (of {total}, the rest is ignored)" if total > len(terms) else ""
        text = f"{_quoted(label)} was expanded to {count}{cut}: {shown}"
        self._add("expanded", label, text)

    def twins(self, label: str, names: Sequence[str], count: int) -> None:
        """A part was searched by its other names, too, which `count` articles hold.

        Names that the glossary and the titles spell alike are said once.
        """
        spelled = {(label, name.casefold()) for name in names}
        if spelled <= self._twins:
            return
        self._twins |= spelled
        articles = articles_of(count)
        text = f"{_quoted(label)}: also searched: {', '.join(names)} (in {articles})"
        self._add("expanded", label, text)

    def translated(self, label: str, names: Sequence[str], count: int) -> None:
        """A part was searched by what it is called elsewhere, too."""
        articles = articles_of(count)
        more = " …" if len(names) > _TRANSLATIONS else ""
        shown = ", ".join(names[:_TRANSLATIONS]) + more
        text = f"{_quoted(label)} in translation: {shown} (in {articles})"
        self._add("expanded", label, text)

    def ignored(self, part: str, why: str) -> None:
        """A part was not searched."""
        self._add("ignored", part, f"{_quoted(part)} was ignored: {why}")

    def asks_only(self, label: str) -> None:
        """A part that stands nowhere is a word of the question: nobody looks for it."""
        missing = [note for note in self._notes if note.kind == "missing"]
        for note in missing:
            if note.part == label:
                del self._notes[note]
                self.ignored(label, "it is a word of the question, and in no article")

    def path(self, name: str, count: int) -> None:
        """What stands nowhere is in the paths of `count` articles."""
        if count:
            articles = articles_of(count)
            hint = f"path:{name}"
            self._add("hint", hint, f"did you mean: {hint} ({articles})")

    def closed_up(self, characters: Sequence[str]) -> None:
        """Characters with blanks between them were searched as words."""
        typed = " ".join(characters)
        self._add("expanded", typed, f"“{typed}” was read as “{''.join(characters)}”")

    def only(self, restriction: str) -> None:
        """A restriction holds for all hits."""
        self._add("filtered", restriction, f"only {restriction}")

    def _add(self, kind: NoteKind, part: str, message: str) -> None:
        self._notes[Note(kind, part, message)] = None


def articles_of(count: int) -> str:
    """So many articles, in words.

    >>> articles_of(1), articles_of(2)
    ('1 article', '2 articles')
    """
    return "1 article" if count == 1 else f"{count} articles"


def _quoted(label: str) -> str:
    return f"“{label}”"
