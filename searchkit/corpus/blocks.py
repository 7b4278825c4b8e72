"""Which lines of a Markdown article belong together, and as what?

A line scanner in CommonMark's manner (https://spec.commonmark.org/0.31.2/#blocks),
with GitHub's tables, footnotes, definition lists, Docusaurus' `:::`, Hugo's tags around
code (`highlight`, `tab` with a language, `text` of the Istio site) and MDX. It gives
the leaves in reading order, each with its source lines; the text of a leaf is still
inline Markdown. Lists and quotes leave no trace: nobody reads their markers.

What a line looks like is told by `containers`, `headings`, `raw_blocks` and `tables`;
here is the state between two lines.

Two things are decided here that CommonMark leaves to what comes after it. A comment
ends at its `-->` wherever that is, and display math at its closing delimiter, so that
neither is taken for lists or headings inside. One without an end is plain text.

Linear in the length of the article: a line is looked at once for each container it
is in, of which there are at most `MAX_DEPTH`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

from searchkit.corpus.containers import (
    MARKS,
    QUOTE,
    continue_containers,
    is_rule,
    open_container,
    without_tabs,
    without_task,
)
from searchkit.corpus.headings import cut_anchor, heading_at, underlined_level
from searchkit.corpus.indents import indent_of, without_indent
from searchkit.corpus.raw_blocks import RawBlock, code_tag_at, fence_at, html_at
from searchkit.corpus.tables import begins_table, split_row
from searchkit.record import record

LeafKind = Literal["paragraph", "heading", "code", "math", "html", "row"]
Line = tuple[int, str]

MAX_DEPTH = 100
"""Lists and quotes nested deeper are read as text; nobody means that many."""

_REFERENCE = re.compile(
    r"""\[((?:[^\[\]\\]|\\.)+)\]:[ \t]*(?:<[^<>]*>|[^\s<]\S*)"""
    r"""(?:[ \t]+(?:"[^"]*"|'[^']*'|\([^()]*\)))?[ \t]*$"""
)
_ALERT = re.compile(r"\[![A-Za-z]+\][ \t]*$")
_ADMONITION = re.compile(r" {0,3}:{3,}[ \t]*(?:\{[^{}]*\}|[\w-]+)?(.*)$")
_COMMENT = re.compile("<!--(?:>|->|.*?-->)")
_COMMENT_OR_CODE = re.compile(rf"{_COMMENT.pattern}|(`+)(?!`).*?(?<!`)\1(?!`)")
_LONG_LINE = 5_000  # looking for code spans in it could take the square of its length
_MATH_OPENING = re.compile(r"(?<!\\)(?:\$\$|\\\[)")
_MODULE_LINE = re.compile(r"(?:import|export)\s")
_TEMPLATE_LINE = re.compile(
    r" {0,3}\{(?:[#:/](?:if|else|key|each|await)\b|/\*).*\}[ \t]*$"
)


class Leaf(NamedTuple):
    """Lines that form one block. A table row has its cells as lines, all of one number.

    `lines` are (line of the body, content) without the indent and the markers of the
    containers. Code and HTML are one content with newlines in it, and the line of the
    first. `anchor` is a heading's address in the page.
    """

    kind: LeafKind
    lines: tuple[Line, ...]
    level: int = 0
    language: str = ""
    anchor: str = ""


@record
class Outline:
    """All leaves in reading order, and the labels that `[text][label]` may name."""

    leaves: tuple[Leaf, ...]
    labels: frozenset[str]


def scan_blocks(body: str, *, is_mdx: bool = False) -> Outline:
    """The leaves of the article. `is_mdx`: `import` and `export` lines are no text."""
    scanner = _Scanner(body, is_mdx=is_mdx)
    return scanner.scan()


class _Scanner:
    """The state between two lines: open containers and at most one open leaf."""

    def __init__(self, body: str, *, is_mdx: bool) -> None:
        self._lines = body.split("\n")
        self._leaves: list[Leaf] = []
        self._labels: set[str] = set()
        self._containers: list[int] = []
        self._paragraph: list[Line] = []
        self._raw: RawBlock | None = None
        self._raw_lines: list[Line] = []  # side by side, as those of the next
        self._indented: list[Line] = []
        self._in_table = False
        self._in_comment = False
        self._in_module = False
        self._math_ends = ""
        self._no_math_end = {"$$": -1, "\\]": -1}
        # The line, or the first one if there is none, on which nothing goes on.
        self._last_comment_end = 1 + body.count("\n", 0, max(0, body.rfind("-->")))
        self._last_tag_ends: dict[re.Pattern[str], int] = {}
        self._is_mdx = is_mdx
        self._starters = _MDX_STARTERS if is_mdx else _STARTERS

    def scan(self) -> Outline:
        lines = enumerate(self._lines, start=1)
        for number, line in lines:
            if not self._in_comment:
                self._feed(number, line)
                if self._raw is not None:
                    self._feed_inside(lines, self._raw)
            elif self._raw is not None or "-->" in line:
                self._feed_comment(number, line)
        self._close_leaf()
        return Outline(tuple(self._leaves), frozenset(self._labels))

    def _feed_inside(self, lines: Iterator[Line], raw: RawBlock) -> None:
        """The lines of code that is open, up to the one that ends it.

        Where nothing else can end it: a call less for a third of all lines.
        """
        if self._containers or self._in_comment:
            return
        taken, indent = self._raw_lines, raw.indent
        if raw.kind != "html" and raw.ends is not None:
            ends = raw.ends.match
            for number, line in lines:
                if ends(line):
                    self._close_leaf()
                    return
                taken.append((number, without_indent(line, indent) if indent else line))
        elif raw.ends is None:
            for number, line in lines:
                if "<!--" in line or not line or line.isspace():
                    self._feed(number, line)
                    return
                taken.append((number, line))

    def _feed(self, number: int, line: str) -> None:
        if self._raw is None and "\t" in line:
            line = without_tabs(line)
        depth, rest = 0, line
        if self._containers:
            depth, rest = continue_containers(self._containers, line)
        if self._raw is not None:
            is_inside = depth == len(self._containers)
            if is_inside and self._feed_raw(number, rest, self._raw):
                return
            self._close_leaf()
        if not rest or rest.isspace():
            self._feed_blank(number, depth)
        elif self._math_ends:
            self._feed_math(number, rest)
        else:
            is_new = False
            if rest.lstrip(" ")[:1] in MARKS:
                rest, depth, is_new = self._open_containers(rest, depth)
            if not is_new or rest.strip():  # the rest of `>     ` is no code
                self._feed_content(number, rest, depth, is_new)

    # Containers

    def _open_containers(self, rest: str, depth: int) -> tuple[str, int, bool]:
        """Open the quotes and list items that begin here; what is left, and whether."""
        is_new = False
        while depth < MAX_DEPTH and rest.lstrip(" ")[:1] in MARKS:
            may_interrupt = is_new or self._is_free(depth)
            opened = open_container(rest, may_interrupt=may_interrupt)
            if opened is None:
                break
            rest = opened.rest
            if opened.label:
                self._labels.add(opened.label.lower())
            self._settle(depth)
            self._containers.append(opened.width)
            depth += 1
            is_new = True
        return without_task(rest) if is_new else rest, depth, is_new

    def _is_free(self, depth: int) -> bool:
        """Whether no paragraph goes on here that a container would interrupt."""
        return not (self._paragraph and depth == len(self._containers))

    # Leaves that take lines as they are

    def _open_raw(self, raw: RawBlock, depth: int) -> None:
        self._settle(depth)
        self._raw, self._raw_lines = raw, []

    def _feed_raw(self, number: int, rest: str, raw: RawBlock) -> bool:
        """Whether the open raw block took the line."""
        if raw.ends is None and not rest.strip():
            return False
        ends = raw.ends is not None and raw.ends.search(rest) is not None
        if raw.kind == "html":
            rest = self._without_comments(number, rest)
        if not ends or raw.keeps_end:
            if raw.indent:
                rest = without_indent(rest, raw.indent)
            self._raw_lines.append((number, rest))
        if ends:
            self._close_leaf()
        return True

    def _feed_comment(self, number: int, line: str) -> None:
        """A line of a comment that began on another one."""
        _, end, after = line.partition("-->")
        if not end:
            after = ""
        self._in_comment = not end
        if self._raw is not None:
            self._raw_lines.append((number, after))
        elif after.strip():
            after = self._without_comments(number, after).strip()
            if after:
                self._paragraph.append((number, after))

    def _feed_math(self, number: int, rest: str) -> None:
        """A line of display math that began on another one."""
        self._paragraph.append((number, rest))
        if self._math_ends in rest:
            self._math_ends = ""

    def _feed_blank(self, number: int, depth: int) -> None:
        self._math_ends = ""
        self._in_module = False
        if self._indented and depth == len(self._containers):
            self._indented.append((number, ""))
            return
        self._close_leaf()
        if depth < len(self._containers) and QUOTE in self._containers[depth:]:
            del self._containers[self._containers.index(QUOTE, depth) :]

    # Leaves that begin

    def _feed_content(self, number: int, rest: str, depth: int, is_new: bool) -> None:
        may_be_code = self._indented or rest.startswith("    ")
        if may_be_code and self._feed_indented(number, rest, depth, is_new):
            return
        is_lazy = not is_new and depth < len(self._containers)
        stripped = rest.lstrip()
        if "<!--" in stripped:
            if stripped.startswith("<!--"):
                self._settle(depth)
            stripped = self._without_comments(number, stripped).lstrip()
            rest = " " * indent_of(rest) + stripped
            if not stripped:
                return
        starter = self._starters.get(stripped[:1])
        if starter is not None and starter(self, number, rest, depth, is_lazy):
            return
        if self._in_module:
            return
        if self._in_table and not is_lazy and not is_new:
            self._add_row(number, rest)
        else:
            self._add_text(number, stripped, depth, is_lazy)

    def _feed_indented(self, number: int, rest: str, depth: int, is_new: bool) -> bool:
        """Whether the line is indented code."""
        goes_on = self._indented and depth == len(self._containers)
        if not rest.startswith("    ") or (self._paragraph and not is_new):
            if self._indented:
                self._close_leaf()
            return False
        if not goes_on:
            self._settle(depth)
        self._indented.append((number, rest[4:]))
        return True

    def _add_text(self, number: int, text: str, depth: int, is_lazy: bool) -> None:
        if not self._paragraph:
            self._settle(depth)
        elif not is_lazy:
            del self._containers[depth:]
        self._paragraph.append((number, text))
        if "$$" in text or "\\[" in text:
            self._math_ends = self._find_open_math(number, text)

    def _find_open_math(self, number: int, text: str) -> str:
        """What ends the display math that the line leaves open, or nothing."""
        for opening, closing in (("$$", "$$"), ("\\[", "\\]")):
            last = text.rfind(opening)
            is_open = (
                text.count("$$") % 2 == 1
                if opening == "$$"
                else closing not in text[last:]
            )
            if last >= 0 and is_open and _MATH_OPENING.match(text, last):
                return closing if self._math_is_closed(number, closing) else ""
        return ""

    def _math_is_closed(self, number: int, closing: str) -> bool:
        """Whether `closing` comes before a blank line; every line is asked once."""
        if number < self._no_math_end[closing]:
            return False
        for index in range(number, len(self._lines)):
            if closing in self._lines[index]:
                return True
            if not self._lines[index].strip(" \t>"):
                self._no_math_end[closing] = index
                return False
        self._no_math_end[closing] = len(self._lines) + 1
        return False

    def _without_comments(self, number: int, text: str) -> str:
        """The line without its comments; one that goes on is noted."""
        if "<!--" not in text:
            return text
        text, start = _cut_comments(text)
        if start >= 0 and self._last_comment_end > number:
            self._in_comment = True
            text = text[:start]
        return text

    def _start_heading(self, number: int, rest: str, depth: int, is_lazy: bool) -> bool:
        found = heading_at(rest)
        if found is None:
            return False
        self._settle(depth)
        level, text = found
        self._emit_heading([(number, text)], level)
        return True

    def _start_fence(self, number: int, rest: str, depth: int, is_lazy: bool) -> bool:
        fence = fence_at(rest)
        if fence is None:
            return False
        self._open_raw(fence, depth)
        return True

    def _start_code_tag(
        self, number: int, rest: str, depth: int, is_lazy: bool
    ) -> bool:
        """A fence of Hugo's: what the tag encloses is not read as Markdown."""
        tag = code_tag_at(rest)
        if tag is None or not self._is_closed(tag, number):
            return False
        self._open_raw(tag, depth)
        return True

    def _is_closed(self, tag: RawBlock, number: int) -> bool:
        """Whether the tag ends on a later line; the lines are looked at once."""
        if tag.ends is None:
            return False
        if tag.ends not in self._last_tag_ends:
            closing = [
                n for n, line in enumerate(self._lines, 1) if tag.ends.match(line)
            ]
            self._last_tag_ends[tag.ends] = max(closing, default=0)
        return number < self._last_tag_ends[tag.ends]

    def _start_html(self, number: int, rest: str, depth: int, is_lazy: bool) -> bool:
        block = html_at(rest, may_be_any_tag=not self._paragraph)
        if block is None:
            return False
        self._open_raw(block, depth)
        return self._feed_raw(number, rest, block)

    def _start_underline(
        self, number: int, rest: str, depth: int, is_lazy: bool
    ) -> bool:
        level = underlined_level(rest)
        if not level or not self._goes_on(depth):
            return self._start_rule(number, rest, depth, is_lazy) or self._start_table(
                number, rest, depth, is_lazy
            )
        lines, self._paragraph = self._paragraph, []
        self._emit_heading(lines, level)
        return True

    def _start_rule(self, number: int, rest: str, depth: int, is_lazy: bool) -> bool:
        if not is_rule(rest):
            return False
        self._settle(depth)
        return True

    def _start_table(self, number: int, rest: str, depth: int, is_lazy: bool) -> bool:
        """A table begins with its second line; the first was taken for a paragraph."""
        if not self._goes_on(depth):
            return False
        header_number, header = self._paragraph[-1]
        if not begins_table(header, rest):
            return False
        self._paragraph.pop()
        self._close_leaf()
        self._add_row(header_number, header)
        self._in_table = True
        return True

    def _start_colon(self, number: int, rest: str, depth: int, is_lazy: bool) -> bool:
        match = _ADMONITION.match(rest)
        if match is None:
            return self._start_table(number, rest, depth, is_lazy)
        self._settle(depth)
        title = match.group(1).strip().rstrip(":").rstrip()
        title = title[1:-1] if title[:1] == "[" and title[-1:] == "]" else title
        self._emit("paragraph", [(number, title)])
        return True

    def _start_module(self, number: int, rest: str, depth: int, is_lazy: bool) -> bool:
        if self._paragraph or self._containers or not _MODULE_LINE.match(rest):
            return False
        self._settle(depth)
        self._in_module = True
        return True

    def _start_template(
        self, number: int, rest: str, depth: int, is_lazy: bool
    ) -> bool:
        if _TEMPLATE_LINE.match(rest) is None:
            return False
        self._settle(depth)
        return True

    # Leaves that end

    def _goes_on(self, depth: int) -> bool:
        """Whether an open paragraph goes on in this line, and not lazily."""
        return bool(self._paragraph) and depth == len(self._containers)

    def _settle(self, depth: int) -> None:
        """A new block begins inside the first `depth` containers."""
        self._close_leaf()
        self._in_module = False
        del self._containers[depth:]

    def _close_leaf(self) -> None:
        self._in_table = False
        if self._raw is not None:
            raw, self._raw = self._raw, None
            self._emit_whole(raw.kind, self._raw_lines, language=raw.language)
        if self._indented:
            lines, self._indented = self._indented, []
            while not lines[-1][1]:
                lines.pop()
            self._emit_whole("code", lines)
        if self._paragraph:
            lines, self._paragraph = self._paragraph, []
            if lines[0][1].startswith("["):
                lines = self._without_definitions(lines)
            self._emit("paragraph", lines)

    def _without_definitions(self, lines: list[Line]) -> list[Line]:
        """The paragraph less the `[label]: address` and `[!NOTE]` it begins with."""
        for index, (_, text) in enumerate(lines):
            if not text.startswith("["):
                return lines[index:]
            match = _REFERENCE.match(text)
            if match is not None:
                self._labels.add(" ".join(match.group(1).lower().split()))
            elif not (index == 0 and QUOTE in self._containers and _ALERT.match(text)):
                return lines[index:]
        return []

    def _add_row(self, number: int, row: str) -> None:
        self._emit("row", [(number, cell) for cell in split_row(row)])

    def _emit_heading(self, lines: list[Line], level: int) -> None:
        """A heading and the anchor that may stand at its end."""
        number, last = lines[-1]
        text, anchor = cut_anchor(last, is_mdx=self._is_mdx)
        self._emit("heading", [*lines[:-1], (number, text)], level=level, anchor=anchor)

    def _emit_whole(
        self, kind: LeafKind, lines: list[Line], *, language: str = ""
    ) -> None:
        """A leaf of lines that are not read one by one."""
        if lines:
            text = "\n".join([text for _, text in lines])
            self._emit(kind, [(lines[0][0], text)], language=language)

    def _emit(
        self,
        kind: LeafKind,
        lines: list[Line],
        *,
        level: int = 0,
        language: str = "",
        anchor: str = "",
    ) -> None:
        if lines:
            self._leaves.append(Leaf(kind, tuple(lines), level, language, anchor))


# Functions and not bound methods: a scanner that holds its own methods is a ring, and
# stays with all of its article until Python looks for garbage.
_Starter = Callable[[_Scanner, int, str, int, bool], bool]  # number, rest, depth, lazy
_STARTERS: Mapping[str, _Starter] = {
    "#": _Scanner._start_heading,
    "`": _Scanner._start_fence,
    "~": _Scanner._start_fence,
    "<": _Scanner._start_html,
    "=": _Scanner._start_underline,
    "-": _Scanner._start_underline,
    "*": _Scanner._start_rule,
    "_": _Scanner._start_rule,
    "|": _Scanner._start_table,
    ":": _Scanner._start_colon,
    "{": _Scanner._start_code_tag,
}
"""What may begin with a character; each says whether it took the line."""

_MDX_STARTERS: Mapping[str, _Starter] = {
    **_STARTERS,
    "i": _Scanner._start_module,
    "e": _Scanner._start_module,
    "{": _Scanner._start_template,
}


def _cut_comments(text: str) -> tuple[str, int]:
    """The line without whole comments, and where an open one begins, or -1."""
    if "-->" not in text and "`" not in text:  # as mostly
        return text, text.find("<!--")
    if len(text) > _LONG_LINE:
        end = text.rfind("-->") + 3
        text = _COMMENT.sub("", text[:end]) + text[end:]
        return text, text.find("<!--")
    text = _COMMENT_OR_CODE.sub(lambda m: m.group() if m.group(1) else "", text)
    code_ends = max((m.end() for m in _COMMENT_OR_CODE.finditer(text)), default=0)
    return text, text.find("<!--", code_ends)
