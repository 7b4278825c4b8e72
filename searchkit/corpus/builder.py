"""How do pieces of an article become one text with blocks, sections and lines?

A builder of `VisibleText` that all markups share. A reader of a markup says where a
block begins, on which line it is, and what stands in it; white space, separators,
spans and offsets are decided here, once.
"""

from __future__ import annotations

import re

from searchkit.model import Blocks, Link, Section, VisibleText, Zone

CELL_SEPARATOR = " | "

_SPACES = re.compile(r"[ \t\r\f\v]{2,}|[\t\r\f\v]")
_BLANKS = " \t\r\f\v"
BLANKS = _BLANKS + "\n"
"""A text of these shows nothing."""
_LATIN = re.compile("[A-Za-z]")
# White space is never written between two of these where a line was wrapped: Han,
# Kana, Bopomofo, CJK punctuation and full-width forms. “”‘’…— serve both scripts.
WIDE = re.compile(
    "[\u2e80-\u303f\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)


class VisibleTextBuilder:
    """Collects blocks in reading order; `build` ends it.

    Lines are given in terms of the body; `line_offset` makes them lines of the file.
    """

    def __init__(self, *, line_offset: int = 0) -> None:
        self._line_offset = line_offset
        self._parts: list[str] = []
        self._length = 0
        self._blocks = Blocks.empty()
        self._sections = [Section(heading=(), line=1 + line_offset, start=0)]
        self._levels: list[tuple[int, str]] = []
        self._lines: list[tuple[int, int]] = []
        self._links: list[Link] = []
        self._line = 1
        self._noted = 0  # the last line in `_lines`
        self._zone: Zone | None = None  # of the open span, if any
        self._span_start = self._span_end = 0
        self._start: int | None = None
        self._separator = "\n"
        self._level = 0
        self._language = self._anchor = ""
        self._gap = ""

    @property
    def has_text(self) -> bool:
        """Whether the open block shows anything yet."""
        return self._start is not None

    def line(self, number: int) -> None:
        """What comes next stands in this line of the body."""
        self._line = number

    def begin(
        self,
        *,
        separator: str = "\n",
        level: int = 0,
        language: str = "",
        anchor: str = "",
    ) -> None:
        """Open a block, a heading if it has a level; nothing shown, no block.

        `anchor` is the address of a heading.
        """
        if self._start is not None:
            self.end()
        self._separator, self._level = separator, level
        self._language, self._anchor = language, anchor
        self._gap = ""

    def end(self) -> None:
        """Close the open block, if any."""
        if self._start is not None:
            if self._level:
                self._open_section(self._start)
            if self._zone is not None:
                self._blocks.add_span(self._span_start, self._span_end, self._zone)
                self._zone = None
            section = len(self._sections) - 1
            self._blocks.add(self._start, self._length, section, self._language)
            self._start = None
        self._separator, self._level = "\n", 0
        self._language = self._anchor = self._gap = ""

    def prose(self, text: str) -> None:
        """Words of the open block; white space collapses, a newline is a soft break."""
        if "\n" not in text:
            self._words(text)
            return
        head, *others = text.split("\n")
        self._words(head)
        for words in others:
            self._gap = self._gap or "\n"
            self._line += 1
            self._words(words)

    def name(self, text: str) -> None:
        """A word of the open block that heads what follows; it opens no section."""
        self._words(text, "heading")

    def space(self) -> None:
        """One blank between what came and what comes: a hard break, a tag."""
        self._gap = " "

    def soft_break(self) -> None:
        """A line was wrapped here: a blank, but none between two wide characters."""
        self._gap = self._gap or "\n"

    def verbatim(self, text: str, zone: Zone) -> None:
        """Code or a formula, exactly as it is; every newline in it is a source line."""
        if text and "\n" not in text:
            self._show(text, zone)
            return
        head, newline, others = text.partition("\n")
        if head:
            self._show(head, zone)
        if newline:
            self._show(newline, zone, counts=False)
            self._line += 1
            if others:
                self._show_lines(others)

    def delimiter(self, text: str) -> None:
        """Characters that are shown and not searched, such as `$` around a formula."""
        self._show(text, None)

    def link(self, text: str, address: str) -> None:
        """The words shown last are a link; it is kept if its text is Chinese."""
        if WIDE.search(text) and _LATIN.search(address):
            line = self._line + self._line_offset
            self._links.append(Link(" ".join(text.split()), address, line))

    def build(self) -> VisibleText:
        """Everything so far; the builder is used up."""
        self.end()
        text = "".join(self._parts)
        return VisibleText(
            text,
            self._blocks,
            tuple(self._sections),
            tuple(self._lines),
            tuple(self._links),
        )

    def _words(self, text: str, zone: Zone = "prose") -> None:
        core = text.strip(_BLANKS)
        if not core:
            if text:
                self._gap = self._gap or " "
            return
        if (
            "  " in core or "\t" in core or "\r" in core or "\f" in core or "\v" in core
        ):  # mostly none, and so found out in half the time of `isprintable`
            shown = _SPACES.sub(" ", core)
        else:
            shown = core
        if self._level:
            zone = "heading"
        if len(core) == len(text):  # as mostly
            self._show(shown, zone)
            return
        if text[0] in _BLANKS and not self._gap:
            self._gap = " "
        self._show(shown, zone)
        if text[-1] in _BLANKS:
            self._gap = " "

    def _show(self, text: str, zone: Zone | None, *, counts: bool = True) -> None:
        before = self._length
        if self._start is None:
            if before:
                self._append(self._separator)
            before = self._start = self._length
        elif self._gap:
            self._close_gap(text[0])
        self._gap = ""
        start = self._length
        if counts and self._line != self._noted:
            self._note_line(start)
        self._parts.append(text)
        self._length = end = start + len(text)
        if zone is None:
            return
        # The open span grows if nothing but a blank of prose lies between.
        if self._zone == zone and (
            self._span_end == start
            or (self._span_end == before and zone in ("prose", "heading"))
        ):
            self._span_end = end
            return
        if self._zone is not None:
            self._blocks.add_span(self._span_start, self._span_end, self._zone)
        self._zone = zone
        self._span_start, self._span_end = start, end

    def _show_lines(self, text: str) -> None:
        """Show more of what was shown last, each line of it where it stands."""
        start = self._length
        for line in text.split("\n"):
            if line and self._line != self._noted:
                self._note_line(start)
            start += len(line) + 1
            self._line += 1
        self._line -= 1
        self._append(text)
        self._span_end = self._length

    def _close_gap(self, following: str) -> None:
        wrapped = self._gap == "\n"
        last = self._parts[-1][-1]
        if not (wrapped and WIDE.match(last) and WIDE.match(following)):
            self._append(" ")

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _note_line(self, offset: int) -> None:
        self._noted = self._line
        self._lines.append((offset, self._line + self._line_offset))

    def _open_section(self, start: int) -> None:
        heading = self._text_from(start).strip()  # of &nbsp;, too
        while self._levels and self._levels[-1][0] >= self._level:
            self._levels.pop()
        self._levels.append((self._level, heading))
        path = tuple(text for _, text in self._levels)
        line = self._line_of(start)
        anchor = self._anchor
        if anchor and _letters(anchor) == _letters(heading):
            anchor = ""
        self._sections.append(Section(path, line, start, anchor))

    def _text_from(self, start: int) -> str:
        taken: list[str] = []
        length = self._length
        for part in reversed(self._parts):
            if length <= start:
                break
            taken.append(part)
            length -= len(part)
        return "".join(reversed(taken))

    def _line_of(self, start: int) -> int:
        """The line of the character at `start`, which is among the newest."""
        return next(line for offset, line in reversed(self._lines) if offset <= start)


def _letters(text: str) -> str:
    """Letters and digits alone: an anchor made of its heading says the same in them.

    >>> _letters("What's next?") == _letters("whats-next")
    True
    """
    return "".join(filter(str.isalnum, text.casefold()))
