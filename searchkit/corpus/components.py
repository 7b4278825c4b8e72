"""What does a reader see of the properties of a component of JSX?

`<Question choices={[{text: "…", explain: "…"}]} />` shows the strings under `text` and
`explain`, `<TabItem value="a" label="…">` its label. Which names are shown cannot be
known from the text; those here are what such components are written with.

The reader goes once from left to right over braces and strings, whatever is in them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SHOWN = frozenset(
    {"alt", "caption", "description", "explain", "label", "summary", "text", "title"}
)
_BEGINS = re.compile(r"<[A-Z][\w.]*(?=\s)")
_TOKEN = re.compile(r"[{}<>]|[\"'`]|[A-Za-z_]\w*\s*[:=]\s*")
# Outside braces: names, and values without quotes.
_BETWEEN = re.compile(r"[\s\w/.:@-]*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class Value(NamedTuple):
    """A string that is shown: its text, and where its content begins."""

    text: str
    start: int


class Component(NamedTuple):
    """The strings that an opening tag shows, and where the tag ends.

    `end` is -1 where nothing ends the tag before `read_to`.
    """

    values: tuple[Value, ...]
    end: int
    read_to: int


def component_at(text: str, start: int) -> Component | None:
    """The component whose tag begins at an offset; nothing if none begins there.

    >>> component_at("<Tip title='a' kind='b'>", 0)
    Component(values=(Value(text='a', start=12),), end=24, read_to=24)
    """
    begins = _BEGINS.match(text, start)
    if begins is None:
        return None
    values: list[Value] = []
    at, depth, name = begins.end(), 0, ""
    while token := _TOKEN.search(text, at):
        found, before, at = token[0], at, token.end()
        if not depth and not _BETWEEN.fullmatch(text, before, token.start()):
            return Component((), -1, at)
        if found in "\"'`":
            if not depth and not name:
                return Component((), -1, at)
            end = _string_end(text, token.start())
            if end < 0:
                return Component((), -1, len(text))
            if name in _SHOWN and end - at > 1:
                values.append(Value(_ESCAPE.sub(r"\1", text[at : end - 1]), at))
            at, name = end, ""
        elif found == "{":
            depth += 1
        elif found == "}":
            depth, name = depth - 1, ""
            if depth < 0:
                return Component((), -1, at)
        elif depth:
            name = "" if found in "<>" else found.rstrip(" \t\n:=")
        elif found == ">":
            return Component(tuple(values), at, at)
        elif found == "<":
            return Component((), -1, at)
        else:
            name = found.rstrip(" \t\n:=")
    return Component((), -1, len(text))


def _string_end(text: str, start: int) -> int:
    """Behind the quote that closes the one at an offset, or -1."""
    quote, at = text[start], start + 1
    while (at := text.find(quote, at)) >= 0:
        back = at
        while text[back - 1] == "\\":
            back -= 1
        if (at - back) % 2 == 0:
            return at + 1
        at += 1
    return -1
