"""What does a reader see of HTML?

The standard library's parser drives a `VisibleTextBuilder`: whole files, and the HTML
blocks inside Markdown. Comments, scripts, styles and templates are not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from html.parser import HTMLParser
from operator import methodcaller

from searchkit.corpus.builder import BLANKS, CELL_SEPARATOR, VisibleTextBuilder
from searchkit.corpus.components import component_at
from searchkit.corpus.formulas import delimiters, split_formulas
from searchkit.corpus.plain import read_plain
from searchkit.corpus.shortcodes import show_shortcodes
from searchkit.corpus.tags import BLOCK_TAGS, HIDDEN_TAGS
from searchkit.model import VisibleText, Zone

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CELLS = frozenset({"td", "th"})
_BLOCKS = BLOCK_TAGS | _HEADINGS.keys() | {"pre"}
_CODE = frozenset({"code", "kbd", "samp", "tt"})
# The parser looks for the end of every unfinished tag again and again; text with more
# `<` than this that never close would take it minutes.
_MAX_UNCLOSED = 2000
# Tables and tabs of generated pages repeat: of 21,374 pieces of HTML in 6,803 articles
# three quarters had come within the last 4 MB.
_KNOWN = 2048
_LONGEST_KNOWN = 2000  # characters

_Step = int | Callable[[VisibleTextBuilder], None]
"""What to do with a builder, or the line in which what comes next stands, from 0."""


def read_html(body: str, *, line_offset: int = 0) -> tuple[VisibleText, str]:
    """What a browser would show, and the `<title>` (empty if there is none)."""
    parser = _Parser()
    if _is_trap(body) or not parser.read(body):
        return read_plain(body, line_offset=line_offset), ""
    builder = VisibleTextBuilder(line_offset=line_offset)
    _take(builder, parser.steps.all, first_line=1)
    return builder.build(), parser.title


def read_html_block(builder: VisibleTextBuilder, text: str, first_line: int) -> None:
    """Add a piece of HTML that stands inside another markup, as blocks of its own."""
    steps = _known_steps(text) if len(text) <= _LONGEST_KNOWN else _steps(text)
    builder.end()
    _take(builder, steps, first_line)
    builder.end()


def _take(builder: VisibleTextBuilder, steps: Iterable[_Step], first_line: int) -> None:
    for step in steps:
        if isinstance(step, int):
            builder.line(first_line + step)
        else:
            step(builder)


def _steps(text: str) -> tuple[_Step, ...]:
    """How to show a piece of HTML; as plain text if it is none."""
    parser = _Parser()
    steps = parser.steps
    if _is_trap(text) or not parser.read(text):
        steps.begin()
        steps.line(1)
        steps.prose(text)
    return tuple(steps.all)


_known_steps = lru_cache(maxsize=_KNOWN)(_steps)


def _is_trap(text: str) -> bool:
    return text.count("<") - text.count(">") > _MAX_UNCLOSED


class _Steps:
    """What is asked of a builder, kept to be done later, and more than once.

    The methods are those of VisibleTextBuilder; lines are those of the piece, from 1.
    """

    def __init__(self) -> None:
        self.all: list[_Step] = []
        self.has_text = False

    def line(self, number: int) -> None:
        self.all.append(number - 1)

    def begin(self, **kind: str | int) -> None:
        """What is empty or 0 is left to the builder: mostly all of it."""
        self.has_text = False
        self._add("begin", **{name: told for name, told in kind.items() if told})

    def end(self) -> None:
        self.has_text = False
        self._add("end")

    def space(self) -> None:
        self._add("space")

    def prose(self, text: str) -> None:
        self.has_text = self.has_text or bool(text.strip(BLANKS))
        self._add("prose", text)

    def verbatim(self, text: str, zone: Zone) -> None:
        self.has_text = True
        self._add("verbatim", text, zone)

    def link(self, text: str, address: str) -> None:
        self._add("link", text, address)

    def delimiter(self, text: str) -> None:
        self.has_text = True
        self._add("delimiter", text)

    def _add(self, name: str, *values: object, **named: object) -> None:
        self.all.append(methodcaller(name, *values, **named))


class _Parser(HTMLParser):
    """Feeds `steps`; `title` is what `<title>` held."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.steps = _Steps()
        self._hidden = ""
        self._preformatted = 0
        self._code = 0
        self._cells_in_row = 0
        self._after = ""
        self._address = self._linked = ""  # of the open link, and its text

    def read(self, text: str) -> bool:
        """Whether the parser got to the end; it asserts on some broken declarations."""
        try:
            self.feed(text)
            self.close()
        except (AssertionError, RecursionError, ValueError):
            return False
        self.steps.end()
        return True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_beside, self._after = self._after == tag == "span", ""
        if self._hidden:
            return
        if is_beside and not self._preformatted:
            self.steps.space()  # labels in a row, which a style sheet keeps apart
        if tag in HIDDEN_TAGS or tag == "title":
            self._hidden = tag
        elif tag in _BLOCKS:
            self._begin_block(tag, dict(attrs))
        elif tag in _CODE:
            self._code += 1
            self._name_language(dict(attrs))
        elif tag == "br":
            self.steps.space()
        elif tag == "a":
            self._address, self._linked = dict(attrs).get("href") or "", ""
        elif tag == "img":
            self._show_image(dict(attrs).get("alt") or "")
        else:
            self._show_component(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._after = tag
        if self._hidden:
            self._hidden = "" if tag == self._hidden else self._hidden
        elif tag in _BLOCKS:
            self.steps.end()
            self._preformatted -= tag == "pre" and self._preformatted > 0
        elif tag in _CODE and self._code:
            self._code -= 1
        elif tag == "a":
            self.steps.link(self._linked, self._address)
            self._address = ""

    def handle_data(self, data: str) -> None:
        self._after = ""
        if self._hidden == "title":
            self.title = " ".join((self.title + data).split())
        elif not self._hidden:
            self._linked += data if self._address else ""
            self._text(data)

    def unknown_decl(self, data: str) -> None:
        """A CDATA section: its text is shown by some renderers, so it is kept."""
        if data.startswith("CDATA["):
            self._text(data[len("CDATA[") :])

    def _begin_block(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "tr":
            self._cells_in_row = 0
        self._cells_in_row += tag in _CELLS
        follows = tag in _CELLS and self._cells_in_row > 1
        self.steps.begin(
            separator=CELL_SEPARATOR if follows else "",
            level=_HEADINGS.get(tag, 0),
            language=_language(attributes),
            anchor=attributes.get("id") or "",
        )
        self._preformatted += tag == "pre"
        self._code = 0  # a `<code>` without an end is over by now

    def _name_language(self, attributes: dict[str, str | None]) -> None:
        language = _language(attributes)
        if language and self._preformatted and not self.steps.has_text:
            self.steps.begin(language=language)

    def _show_image(self, text: str) -> None:
        tag = self.get_starttag_text() or ""
        above = tag[: max(tag.lower().find("alt"), 0)].count("\n")
        self.steps.line(self.getpos()[0] + above)
        self.steps.space()
        self.steps.prose(text)
        self.steps.space()

    def _show_component(self, tag: str) -> None:
        component = component_at(tag, 0)
        for value in component.values if component else ():
            above = tag.count("\n", 0, value.start)
            self.steps.begin()
            self.steps.line(self.getpos()[0] + above)
            self.steps.prose(" ".join(value.text.split()))
            self.steps.end()

    def _text(self, text: str) -> None:
        self.steps.line(self.getpos()[0])
        if self._preformatted:
            self._show_code(text)
        elif self._code:
            self._show_inline_code(text)
        else:
            self._show_prose(show_shortcodes(text))

    def _show_code(self, text: str) -> None:
        if not self.steps.has_text:
            shown = text.lstrip("\n")
            line = self.getpos()[0] + len(text) - len(shown)
            self.steps.line(line)
            text = shown
        if text:
            self.steps.verbatim(text, "code")

    def _show_inline_code(self, text: str) -> None:
        """Code in a paragraph, where a browser folds white space as in prose."""
        first = self.getpos()[0]
        for number, line in enumerate(text.split("\n"), start=first):
            if number > first or line[:1].isspace():
                self.steps.space()
            if words := " ".join(line.split()):
                self.steps.line(number)
                self.steps.verbatim(words, "code")
            if words and line[-1].isspace():
                self.steps.space()

    def _show_prose(self, text: str) -> None:
        for is_formula, piece in split_formulas(text):
            if is_formula:
                opening, content, closing = delimiters(piece)
                self.steps.delimiter(opening)
                self.steps.verbatim(content, "math")
                self.steps.delimiter(closing)
            else:
                self.steps.prose(piece)


def _language(attributes: dict[str, str | None]) -> str:
    for name in (attributes.get("class") or "").split():
        prefix, _, language = name.partition("-")
        if prefix in ("language", "lang"):
            return language.lower()
    return ""
