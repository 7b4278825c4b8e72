"""What does a reader see of HTML?

The standard library's parser drives a `VisibleTextBuilder`: whole files, and the HTML
blocks inside Markdown. Comments, scripts, styles and templates are not seen.
"""

from __future__ import annotations

from html.parser import HTMLParser

from searchkit.corpus.builder import CELL_SEPARATOR, VisibleTextBuilder
from searchkit.corpus.components import component_at
from searchkit.corpus.formulas import delimiters, split_formulas
from searchkit.corpus.plain import read_plain
from searchkit.corpus.shortcodes import show_shortcodes
from searchkit.corpus.tags import BLOCK_TAGS, HIDDEN_TAGS
from searchkit.model import VisibleText

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CELLS = frozenset({"td", "th"})
_BLOCKS = BLOCK_TAGS | _HEADINGS.keys() | {"pre"}
_CODE = frozenset({"code", "kbd", "samp", "tt"})
# The parser looks for the end of every unfinished tag again and again; text with more
# `<` than this that never close would take it minutes.
_MAX_UNCLOSED = 2000


def read_html(body: str, *, line_offset: int = 0) -> tuple[VisibleText, str]:
    """What a browser would show, and the `<title>` (empty if there is none)."""
    builder = VisibleTextBuilder(line_offset=line_offset)
    parser = _Parser(builder, first_line=1)
    if _is_trap(body) or not parser.read(body):
        return read_plain(body, line_offset=line_offset), ""
    return builder.build(), parser.title


def read_html_block(builder: VisibleTextBuilder, text: str, first_line: int) -> None:
    """Add a piece of HTML that stands inside another markup, as blocks of its own."""
    if _is_trap(text) or not _Parser(builder, first_line=first_line).read(text):
        builder.begin()
        builder.line(first_line)
        builder.prose(text)
    builder.end()


def _is_trap(text: str) -> bool:
    return text.count("<") - text.count(">") > _MAX_UNCLOSED


class _Parser(HTMLParser):
    """Feeds the builder; `title` is what `<title>` held."""

    def __init__(self, builder: VisibleTextBuilder, *, first_line: int) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self._builder = builder
        self._lines_before = first_line - 1
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
        self._builder.end()
        return True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_beside, self._after = self._after == tag == "span", ""
        if self._hidden:
            return
        if is_beside and not self._preformatted:
            self._builder.space()  # labels in a row, which a style sheet keeps apart
        if tag in HIDDEN_TAGS or tag == "title":
            self._hidden = tag
        elif tag in _BLOCKS:
            self._begin_block(tag, dict(attrs))
        elif tag in _CODE:
            self._code += 1
            self._name_language(dict(attrs))
        elif tag == "br":
            self._builder.space()
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
            self._builder.end()
            self._preformatted -= tag == "pre" and self._preformatted > 0
        elif tag in _CODE and self._code:
            self._code -= 1
        elif tag == "a":
            self._builder.link(self._linked, self._address)
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
        self._builder.begin(
            separator=CELL_SEPARATOR if follows else "\n",
            level=_HEADINGS.get(tag, 0),
            language=_language(attributes),
            anchor=attributes.get("id") or "",
        )
        self._preformatted += tag == "pre"
        self._code = 0  # a `<code>` without an end is over by now

    def _name_language(self, attributes: dict[str, str | None]) -> None:
        language = _language(attributes)
        if language and self._preformatted and not self._builder.has_text:
            self._builder.begin(language=language)

    def _show_image(self, text: str) -> None:
        tag = self.get_starttag_text() or ""
        above = tag[: max(tag.lower().find("alt"), 0)].count("\n")
        self._builder.line(self.getpos()[0] + self._lines_before + above)
        self._builder.space()
        self._builder.prose(text)
        self._builder.space()

    def _show_component(self, tag: str) -> None:
        component = component_at(tag, 0)
        for value in component.values if component else ():
            above = tag.count("\n", 0, value.start)
            self._builder.begin()
            self._builder.line(self.getpos()[0] + self._lines_before + above)
            self._builder.prose(" ".join(value.text.split()))
            self._builder.end()

    def _text(self, text: str) -> None:
        self._builder.line(self.getpos()[0] + self._lines_before)
        if self._preformatted:
            self._show_code(text)
        elif self._code:
            self._show_inline_code(text)
        else:
            self._show_prose(show_shortcodes(text))

    def _show_code(self, text: str) -> None:
        if not self._builder.has_text:
            shown = text.lstrip("\n")
            line = self.getpos()[0] + self._lines_before + len(text) - len(shown)
            self._builder.line(line)
            text = shown
        if text:
            self._builder.verbatim(text, "code")

    def _show_inline_code(self, text: str) -> None:
        """Code in a paragraph, where a browser folds white space as in prose."""
        first = self.getpos()[0] + self._lines_before
        for number, line in enumerate(text.split("\n"), start=first):
            if number > first or line[:1].isspace():
                self._builder.space()
            if words := " ".join(line.split()):
                self._builder.line(number)
                self._builder.verbatim(words, "code")
            if words and line[-1].isspace():
                self._builder.space()

    def _show_prose(self, text: str) -> None:
        for is_formula, piece in split_formulas(text):
            if is_formula:
                opening, content, closing = delimiters(piece)
                self._builder.delimiter(opening)
                self._builder.verbatim(content, "math")
                self._builder.delimiter(closing)
            else:
                self._builder.prose(piece)


def _language(attributes: dict[str, str | None]) -> str:
    for name in (attributes.get("class") or "").split():
        prefix, _, language = name.partition("-")
        if prefix in ("language", "lang"):
            return language.lower()
    return ""
