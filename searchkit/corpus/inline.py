"""What does a reader see of the inside of one block of Markdown?

CommonMark's way (https://spec.commonmark.org/0.31.2/#phase-2-inline-structure): the
text is passed once; what Markdown does not look into (code, formulas, tags) is taken
whole, brackets and runs of `*`, `_`, `~` wait on a stack until what they belong to is
known. Nothing is built but the answer to one question for each piece: is it shown?

Two things go beyond CommonMark: formulas are read, and so are template tags.

Linear in the length of the text: what has no end is looked for once.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from functools import cached_property
from html import unescape
from typing import Any, NamedTuple

from searchkit.corpus.blocks import Line
from searchkit.corpus.builder import VisibleTextBuilder
from searchkit.corpus.components import Component, component_at
from searchkit.corpus.emphasis import Run, flanks, pair_runs
from searchkit.corpus.formulas import MATH, delimiters
from searchkit.corpus.shortcodes import SHORTCODE, find_shown
from searchkit.corpus.tags import CLOSE_TAG, open_tag
from searchkit.model import Zone

_MARK = re.compile(r"[\\`*_~\[\]<&${]")
_MARK_OR_BREAK = re.compile(rf"{_MARK.pattern}| {{2,}}\n")  # three times as slow
_TICKS = re.compile("`+")
_PLAIN_CODE = re.compile(r"`([^`\s](?:[^`\n]*[^`\s])?)`(?!`)")
"""Code of one line without blanks at its ends, between single backticks."""
_MATH = re.compile(MATH, re.DOTALL)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_SHORTCODE = re.compile(SHORTCODE, re.DOTALL)
_ADDRESS = re.compile(
    r"<([a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>]*|[^\s<>@`]{1,256}@[^\s<>@]+)>"
)
_TAG = re.compile(rf"{open_tag()}|{CLOSE_TAG}", re.DOTALL)
_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});"
)
_FOOTNOTE = re.compile(r"\[(\^[^\]\s]{1,999})\]")
_LABEL = re.compile(r"\[([^\[\]]{0,999})\]")
# Titles have a longest length, so that a quote without an end costs no more than that.
_LINK_TAIL = re.compile(
    r"\(\s*"
    r"(<[^<>\n]*>"
    r"|(?:[^\s()\\{]|\\.|\{\{[<%][^{}]*\}\}|\{"
    r"|\((?:[^\s()\\]|\\.)*\))*)"
    r"(?:\s+(?:\"(?:[^\"\\]|\\.){0,999}\"|'(?:[^'\\]|\\.){0,999}'"
    r"|\((?:[^()\\]|\\.){0,999}\)))?"
    r"\s*\)",
    re.DOTALL,
)
_PLAIN_TAIL = re.compile(r"\(([^\s()\\{<>]*)\)")
"""An address without a title and without signs that _LINK_TAIL looks into."""
_LONGEST_LABEL = 999  # characters, as CommonMark has it
_LINE_BREAK_TAG = re.compile(r"<br\b", re.IGNORECASE)
_IMAGE_TAG = re.compile(
    r"""<img\b[^>]*?\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE | re.DOTALL
)


class _Bracket(NamedTuple):
    """An open `[` or `![`: where its pieces and runs begin, and its content."""

    piece: int
    run: int
    content: int
    is_image: bool


_Call = tuple[Any, ...]
"""A method of the builder and what to call it with."""
_Piece = str | Run | _Call


def _mark_of(text: str) -> re.Pattern[str]:
    """What begins something in a text; nearly all have no break by blanks."""
    return _MARK_OR_BREAK if "  \n" in text else _MARK


class Inline:
    """Reads the inside of blocks into a builder. `labels` are those of references."""

    def __init__(self, builder: VisibleTextBuilder, labels: frozenset[str]) -> None:
        self._builder = builder
        self._labels = labels

    def read(self, lines: tuple[Line, ...]) -> None:
        """Show the lines in the open block."""
        builder, first = self._builder, lines[0][0]
        builder.line(first)
        if len(lines) == 1:
            text, follow = lines[0][1], True
            mark = _MARK.search(text)
        else:
            text = "\n".join([t for _, t in lines])
            follow = lines[-1][0] - first == len(lines) - 1
            mark = _mark_of(text).search(text)
        if mark is None and follow:
            builder.prose(text)
        else:
            _Reading(text, lines, self._labels).show(builder, mark)


class _Reading:
    """One pass over the text of one block."""

    def __init__(
        self, text: str, lines: tuple[Line, ...], labels: frozenset[str]
    ) -> None:
        self.text = text
        self._lines = lines
        # Whether no source line is left out between the first and the last.
        self._lines_follow = lines[-1][0] - lines[0][0] == len(lines) - 1
        self._labels = labels
        self._pieces: list[_Piece] = []
        self._runs: list[Run] = []
        self._brackets: list[_Bracket] = []
        self._links_from = 0  # what holds a link is no link: these brackets below
        self._components_from = 0  # no component begins before
        self._without_end: set[str] = set()

    def show(self, builder: VisibleTextBuilder, mark: re.Match[str] | None) -> None:
        """Read the text, whose first mark is given, and show it."""
        text, at = self.text, 0
        search = mark.re.search if mark else _MARK.search
        while mark:
            start = mark.start()
            character = text[start]
            if character == "[" and start > at and text[start - 1] == "!":
                start -= 1
            if start > at:
                self._show(at, start)
            at = _READERS[character](self, start)
            mark = search(text, at)
        self._show(at, len(text))
        if self._runs:
            pair_runs(self._runs, 0)
        words: list[str] = []
        for piece in self._pieces:
            if isinstance(piece, str):
                words.append(piece)
            elif isinstance(piece, Run):
                words.append(piece.character * piece.shown)
            else:
                if words:
                    builder.prose("".join(words))
                    words.clear()
                piece[0](builder, *piece[1:])
        builder.prose("".join(words))

    def read_no_components(self) -> None:
        """Take none of what follows for a component: it is a component's own text."""
        self._components_from = len(self.text)

    # Pieces

    def _show(self, start: int, end: int) -> int:
        """Show a stretch as it is; its end."""
        text = self.text[start:end]
        if self._lines_follow or "\n" not in text:
            self._pieces.append(text)
            return end
        at = start
        for shown in text.split("\n"):
            if at > start:
                self._pieces.append((VisibleTextBuilder.soft_break,))
                self._pieces.append((VisibleTextBuilder.line, self._line(at)))
            self._pieces.append(shown)
            at += len(shown) + 1
        return end

    def _hide(self, start: int, end: int) -> int:
        """Show nothing of a stretch; its end."""
        if self.text.find("\n", start, end) >= 0:
            self._pieces.append((VisibleTextBuilder.line, self._line(end)))
        return end

    def _show_verbatim(self, start: int, end: int, zone: Zone, between: str) -> None:
        """Show a stretch in a zone, with `between` for its line breaks."""
        at = start
        for line in self.text[start:end].split("\n"):
            if at > start:
                self._pieces.append((VisibleTextBuilder.verbatim, between, zone))
                self._pieces.append((VisibleTextBuilder.line, self._line(at)))
            if line:
                self._pieces.append((VisibleTextBuilder.verbatim, line, zone))
            at += len(line) + 1

    @cached_property
    def _breaks(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self.text)]

    def _line(self, offset: int) -> int:
        """The source line of an offset."""
        return self._lines[bisect_left(self._breaks, offset)][0]

    # What Markdown does not look into

    def read_escape(self, start: int) -> int:
        text = self.text
        if text.startswith("\n", start + 1):
            return self._break(start, start + 2)
        if text[start + 1 : start + 2] in ("(", "["):
            return self.read_math(start)
        if escaped := _ESCAPED.match(text, start):
            self._pieces.append(escaped.group(1))
            return start + 2
        return self._show(start, start + 1)

    def read_blanks(self, start: int) -> int:
        return self._break(start, self.text.index("\n", start) + 1)

    def _break(self, start: int, end: int) -> int:
        self._pieces.append((VisibleTextBuilder.space,))
        return self._hide(start, end)

    def read_code(self, start: int) -> int:
        if plain := _PLAIN_CODE.match(self.text, start):  # as mostly
            code = plain.group(1)
            self._pieces.append((VisibleTextBuilder.verbatim, code, "code"))
            return plain.end()
        ticks = _TICKS.match(self.text, start)
        content = ticks.end() if ticks else start + 1
        closing = self._closing_ticks(content - start, content)
        if closing < 0:
            return self._show(start, content)
        left, right = content, closing
        code = self.text[left:right]
        if code[0] in " \n" and code[-1] in " \n" and code.strip(" \n"):
            left, right = left + 1, right - 1
        if left > content and code[0] == "\n":
            self._hide(content, left)
        self._show_verbatim(left, right, "code", " ")
        return self._hide(right, closing + content - start)

    def _closing_ticks(self, length: int, after: int) -> int:
        """Where a run of exactly so many backticks begins, or -1."""
        marks = "`" * length
        at = self.text.find(marks, after)
        if at < 0 or not self.text.startswith("`", at + length):
            return at  # as mostly: no longer run comes before
        starts = self._ticks.get(length, ())
        index = bisect_left(starts, after)
        return starts[index] if index < len(starts) else -1

    @cached_property
    def _ticks(self) -> dict[int, list[int]]:
        """The starts of all runs of backticks, by their length."""
        runs: dict[int, list[int]] = {}
        for match in _TICKS.finditer(self.text):
            runs.setdefault(len(match.group()), []).append(match.start())
        return runs

    def read_math(self, start: int) -> int:
        opening = self.text[start : start + 2]
        if opening in self._without_end:
            return self._show(start, start + 2)
        found = _MATH.match(self.text, start)
        if found is None:
            if opening == "$$":
                self._without_end.add(opening)
            elif opening[0] == "\\":  # an escaped bracket
                return self._show(start + 1, start + 2)
            return self._show(start, start + (2 if opening == "$$" else 1))
        left, content, right = delimiters(found.group())
        self._pieces.append((VisibleTextBuilder.delimiter, left))
        inside = start + len(left)
        self._show_verbatim(inside, inside + len(content), "math", "\n")
        self._pieces.append((VisibleTextBuilder.delimiter, right))
        return found.end()

    def read_angle(self, start: int) -> int:
        text = self.text
        for opening, closing in (("<!--", "-->"), ("<?", "?>")):
            if text.startswith(opening, start):
                end = self._end_of(closing, start)
                return (
                    self._show(start, start + 1) if end < 0 else self._hide(start, end)
                )
        if address := _ADDRESS.match(text, start):
            self._pieces.append(address.group(1))
            return address.end()
        if text[start + 1 : start + 2].isupper() and start >= self._components_from:
            component = component_at(text, start)
            if component and component.end >= 0:
                return self._show_component(start, component)
            self._components_from = component.read_to if component else 0
        tag = _TAG.match(text, start)
        if tag is None:
            return self._show(start, start + 1)
        if _LINE_BREAK_TAG.match(text, start):
            self._pieces.append((VisibleTextBuilder.space,))
        elif image := _IMAGE_TAG.match(text, start, tag.end()):
            self._pieces.append((VisibleTextBuilder.space,))
            self._show_part(start, image)
            self._pieces.append((VisibleTextBuilder.space,))
        return self._hide(start, tag.end())

    def _show_component(self, start: int, component: Component) -> int:
        for value in component.values:
            line = self._line(value.start)
            rows = enumerate(value.text.split("\n"), line)
            self._pieces.append((_show_value, tuple(rows), self._labels))
        if component.values:
            self._pieces.append((VisibleTextBuilder.begin,))
            self._pieces.append((VisibleTextBuilder.line, self._line(component.end)))
        return self._hide(start, component.end)

    def read_shortcode(self, start: int) -> int:
        found = None
        if self._end_of("}", start) >= 0:
            found = _SHORTCODE.match(self.text, start)
        if found is None:
            return self._show(start, start + 1)
        if shown := find_shown(found.group()):
            self._show_part(start, shown)
        return self._hide(start, found.end())

    def _show_part(self, start: int, shown: re.Match[str]) -> None:
        """The last group of a match, on the line where it stands."""
        offset = shown.start(shown.lastindex or 0)
        if shown.string is not self.text:
            offset += start
        self._hide(start, offset)
        self._pieces.append(unescape(shown.group(shown.lastindex or 0)))

    def read_entity(self, start: int) -> int:
        entity = _ENTITY.match(self.text, start)
        if entity is None:
            return self._show(start, start + 1)
        self._pieces.append(unescape(entity.group()))
        return entity.end()

    def _end_of(self, closing: str, start: int) -> int:
        """Behind the next `closing`, or -1; that there is none is found out once."""
        if closing in self._without_end:
            return -1
        at = self.text.find(closing, start)
        if at < 0:
            self._without_end.add(closing)
            return -1
        return at + len(closing)

    # Links and images

    def read_bracket(self, start: int) -> int:
        is_image = self.text[start] == "!"
        note = _FOOTNOTE.match(self.text, start)
        if note and note.group(1).lower() in self._labels:
            return note.end()
        content = start + 1 + is_image
        bracket = _Bracket(len(self._pieces), len(self._runs), content, is_image)
        self._brackets.append(bracket)
        return self._show(start, content)

    def close_bracket(self, start: int) -> int:
        """Make a link of the text since the last bracket, if something is behind it."""
        if not self._brackets:
            return self._show(start, start + 1)
        bracket = self._brackets.pop()
        is_link = bracket.is_image or len(self._brackets) >= self._links_from
        self._links_from = min(self._links_from, len(self._brackets))
        end, address = self._link_end(bracket, start) if is_link else (-1, "")
        if end < 0:
            return self._show(start, start + 1)
        pair_runs(self._runs, bracket.run)
        del self._runs[bracket.run :]
        if bracket.is_image:
            self._pieces[bracket.piece] = (VisibleTextBuilder.space,)
            self._pieces.append((VisibleTextBuilder.space,))
        else:
            self._pieces[bracket.piece] = ""
            self._links_from = len(self._brackets)
            self._keep_link(self.text[bracket.content : start], address)
        return self._hide(start, end)

    def _keep_link(self, text: str, address: str) -> None:
        """Tell the builder of a link with a plain text and an address beside it."""
        if address and not text.isascii() and not _MARK.search(text):
            self._pieces.append((VisibleTextBuilder.link, text, address))

    def _link_end(self, bracket: _Bracket, closing: int) -> tuple[int, str]:
        """Where the link ends whose text ends at `closing`, and its address if that
        stands there; -1 if it is none."""
        if plain := _PLAIN_TAIL.match(self.text, closing + 1):  # as mostly
            return plain.end(), plain.group(1)
        if tail := _LINK_TAIL.match(self.text, closing + 1):
            return tail.end(), tail.group(1).strip("<>")
        named = _LABEL.match(self.text, closing + 1)
        label = named.group(1).strip() if named else ""
        if not label and closing - bracket.content <= _LONGEST_LABEL:
            label = self.text[bracket.content : closing]
        if " ".join(label.lower().split()) not in self._labels:
            return -1, ""
        return (named.end() if named else closing + 1), ""

    # Emphasis

    def read_run(self, start: int) -> int:
        text, character = self.text, self.text[start]
        end = start + 1
        while text.startswith(character, end):
            end += 1
        before = text[start - 1] if start else " "
        after = text[end] if end < len(text) else " "
        opens, closes = flanks(character, end - start, before, after)
        if not (opens or closes):
            return self._show(start, end)
        run = Run(character, end - start, end - start, opens, closes)
        self._runs.append(run)
        self._pieces.append(run)
        return end


def _show_value(
    builder: VisibleTextBuilder, lines: tuple[Line, ...], labels: frozenset[str]
) -> None:
    """Show a string of a component as a block of its own."""
    builder.begin()
    builder.line(lines[0][0])
    text = "\n".join(text for _, text in lines)
    reading = _Reading(text, lines, labels)
    reading.read_no_components()
    reading.show(builder, _mark_of(text).search(text))


_READERS: dict[str, Callable[[_Reading, int], int]] = {
    "\\": _Reading.read_escape,
    " ": _Reading.read_blanks,
    "`": _Reading.read_code,
    "$": _Reading.read_math,
    "<": _Reading.read_angle,
    "{": _Reading.read_shortcode,
    "&": _Reading.read_entity,
    "[": _Reading.read_bracket,
    "]": _Reading.close_bracket,
    "*": _Reading.read_run,
    "_": _Reading.read_run,
    "~": _Reading.read_run,
}
