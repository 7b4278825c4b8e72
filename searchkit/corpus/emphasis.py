"""Which runs of `*`, `_` and `~` are marks of emphasis, and which are text?

CommonMark's rules (https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis),
and one beyond them: `*` between punctuation and a wide character opens and closes
(`**注意：**请看`). The rule there asks for a blank, which Chinese does not write. (This
is the amendment that https://github.com/tats-u/markdown-cjk-friendly proposes.)
"""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import category

from searchkit.corpus.builder import WIDE

_Key = tuple[str, bool, int]


@dataclass(slots=True)
class Run:
    """A run of one delimiter: how many of it are still shown, and what it may do."""

    character: str
    length: int
    shown: int
    opens: bool
    closes: bool


def flanks(character: str, length: int, before: str, after: str) -> tuple[bool, bool]:
    """Whether a run may open, and whether it may close, by what stands beside it.

    >>> flanks("*", 2, "：", "请"), flanks("*", 2, ")", "a")
    ((True, True), (True, False))
    """
    left, right = not after.isspace(), not before.isspace()
    if character == "~":
        return (left, right) if length == 2 else (False, False)
    if not (left and right):
        return left, right
    marked_before, marked_after = _is_mark(before), _is_mark(after)
    opens = not marked_after or marked_before or _is_wide(before)
    closes = not marked_before or marked_after or _is_wide(after)
    if character == "*":
        return opens, closes
    return opens and (not closes or marked_before), closes and (
        not opens or marked_after
    )


def _is_mark(character: str) -> bool:
    """Whether a character is punctuation or a symbol."""
    return category(character)[0] in "PS"


def _is_wide(character: str) -> bool:
    return WIDE.match(character) is not None


def pair_runs(runs: list[Run], bottom: int) -> None:
    """Take from what is shown of the runs what opens and closes emphasis.

    CommonMark's "process emphasis", from the run `bottom` on.
    """
    if len(runs) <= bottom:
        return
    waiting: list[Run] = []
    none_below: dict[_Key, int] = {}
    for run in runs[bottom:]:
        if waiting and run.closes and _is_pair(waiting[-1], run):  # as mostly
            waiting.pop().shown = run.shown = 0
            none_below = _at_most(none_below, len(waiting))
            continue
        key = run.character, run.opens, run.length % 3
        while run.closes and run.shown:
            at = _opener(run, waiting, none_below.get(key, 0))
            if at < 0:
                none_below[key] = len(waiting)
                break
            opener = waiting[at]
            used = 2 if min(run.shown, opener.shown) > 1 else 1
            opener.shown -= used
            run.shown -= used
            del waiting[at + (opener.shown > 0) :]
            none_below = _at_most(none_below, len(waiting))
        if run.opens and run.shown:
            waiting.append(run)


def _at_most(places: dict[_Key, int], most: int) -> dict[_Key, int]:
    """The places, those that are gone moved to the end."""
    return {key: min(at, most) for key, at in places.items()} if places else places


def _is_pair(opener: Run, closer: Run) -> bool:
    """Whether an opener, nothing of which is used, is as long as what closes it."""
    return (
        opener.character == closer.character
        and opener.length == closer.length == opener.shown
    )


def _opener(closer: Run, waiting: list[Run], lowest: int) -> int:
    """The place of the nearest run that the closer may pair with, or -1."""
    for at in range(len(waiting) - 1, lowest - 1, -1):
        opener = waiting[at]
        if opener.character != closer.character:
            continue
        both = closer.opens or opener.closes
        if both and (opener.length + closer.length) % 3 == 0 and closer.length % 3:
            continue
        return at
    return -1
