"""Which quotes, list items and notes does a line of Markdown stand in?

A container is the width of its indent in columns, or `QUOTE`: nothing else of it is
needed to tell whether it goes on in the next line.
https://spec.commonmark.org/0.31.2/#container-blocks
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from searchkit.corpus.indents import indent_of, without_columns

QUOTE = 0

_NOTE_INDENT = 4
MARKS = frozenset(">:[-+*0123456789")
"""With which a line that opens a container begins, behind blanks; most lines do not."""
_QUOTE_PREFIX = re.compile(r" {0,3}> ?")
_LIST_ITEM = re.compile(r" {0,3}([-+*]|[0-9]{1,9}[.)])( +|$)")
_DEFINITION = re.compile(r" {0,3}:( {1,3})(?=\S)")
_FOOTNOTE = re.compile(r" {0,3}\[(\^[^\]\s]+)\]:")
_TASK = re.compile(r"\[[ xX]\] +")
_PREFIX_WITH_TABS = re.compile(r"[ \t>]*(?:(?:[-+*:]|[0-9]{1,9}[.)])[ \t>]+)*")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")


class Opened(NamedTuple):
    """A container that begins in a line, what is left of the line, a note's label."""

    width: int
    rest: str
    label: str = ""


def without_tabs(line: str) -> str:
    """The line with blanks for the tabs among its markers.

    >>> without_tabs("-\\t安装\\tnginx")
    '-   安装\\tnginx'
    """
    end = _PREFIX_WITH_TABS.match(line).end()  # type: ignore[union-attr]  # it always matches
    return line[:end].expandtabs(4) + line[end:]


def continue_containers(containers: Sequence[int], line: str) -> tuple[int, str]:
    """How many of the open containers go on in this line, and what is left of it."""
    is_blank = not line.strip()
    for depth, width in enumerate(containers):
        if width == QUOTE:
            match = _QUOTE_PREFIX.match(line)
            if match is None:
                return depth, line
            line = line[match.end() :]
            is_blank = not line.strip()
        elif is_blank:
            line = ""
        elif not line[:width].strip(" "):
            line = line[width:]
        elif indent_of(line) >= width:
            line = without_columns(line, width)
        else:
            return depth, line
    return len(containers), line


def open_container(line: str, *, may_interrupt: bool) -> Opened | None:
    """The container that begins the line.

    `may_interrupt`: no paragraph goes on here, or what begins may end it.
    """
    first = line.lstrip(" ")[:1]
    if first == ">":
        match = _QUOTE_PREFIX.match(line)
        return Opened(QUOTE, line[match.end() :]) if match else None
    if first == ":":
        match = _DEFINITION.match(line)
        return Opened(match.end(), line[match.end() :]) if match else None
    if first == "[":
        match = _FOOTNOTE.match(line)
        if match is None:
            return None
        return Opened(_NOTE_INDENT, line[match.end() :].lstrip(" "), match.group(1))
    return _open_list_item(line, may_interrupt=may_interrupt)


def _open_list_item(line: str, *, may_interrupt: bool) -> Opened | None:
    match = _LIST_ITEM.match(line)
    if match is None:
        return None
    marker, blanks = match.groups()
    after = line[match.end() :]
    if after.startswith(marker) and is_rule(line):
        return None
    if not may_interrupt and (not after or marker not in ("-", "+", "*", "1.", "1)")):
        return None
    # A marker before indented code or before nothing is one column from its content.
    content = match.end() if after and len(blanks) <= 4 else match.end(1) + 1
    return Opened(content, line[content:])


def without_task(item: str) -> str:
    """The text of a list item without the `[x]` that it may begin with."""
    task = _TASK.match(item)
    return item[task.end() :] if task else item


def is_rule(line: str) -> bool:
    """Whether the line is a thematic break, which looks like list items at first."""
    return _RULE.match(line) is not None
