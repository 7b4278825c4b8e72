"""Which blocks of Markdown take lines as they are, and what ends them?

Fences, Hugo's tags around code, and HTML.
https://spec.commonmark.org/0.31.2/#leaf-blocks
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from searchkit.corpus.tags import BLOCK_TAGS, CLOSE_TAG, open_tag

_BACKTICK_FENCE = re.compile(r" {0,3}(`{3,})([^`]*)$")
_TILDE_FENCE = re.compile(r" {0,3}(~{3,})(.*)$")
_LANGUAGE = re.compile(r"[{\s.]*([^\s{},:=.][^\s{},:=]*)(?!\S*=)")
_CODE_TAG = re.compile(
    r" {0,3}(\{\{<)\s*(highlight|text|tab(?=[^<>]*\bcodelang=))\b([^<>]*)>\}\}[ \t]*$"
)
_CODE_TAG_ENDS = {
    name: re.compile(rf"\A[ \t>]*\{{\{{<\s*/\s*{name}\s*>\}}\}}[ \t]*\Z")
    for name in ("highlight", "text", "tab")
}
_SYNTAX = re.compile(r".*\bcodelang=|\bsyntax=|[\"'`]")
_HTML_NAME = re.compile(r" {0,3}</?([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>]|$)")
_HTML_TAG_ALONE = re.compile(rf" {{0,3}}(?:{open_tag()}|{CLOSE_TAG})[ \t]*$")
_HTML_ENDS = {
    name: re.compile(rf"</{name}>", re.IGNORECASE)
    for name in ("script", "pre", "style", "textarea")
}
_DECLARATION_ENDS = {
    "<?": re.compile(r"\?>"),
    "<![CDATA[": re.compile(r"\]\]>"),
    "<!": re.compile(">"),
}


class RawBlock(NamedTuple):
    """A block that takes all lines until one has `ends` in it.

    `ends` is None where a blank line is the end (HTML of the sixth and seventh kind).
    `indent` is what its lines lose, in columns.
    """

    kind: Literal["code", "math", "html"]
    ends: re.Pattern[str] | None
    indent: int = 0
    language: str = ""

    @property
    def keeps_end(self) -> bool:
        """Whether the line that ends the block is a part of it."""
        return self.kind == "html"


def fence_at(line: str) -> RawBlock | None:
    """The fence of backticks or tildes that the line opens."""
    match = _BACKTICK_FENCE.match(line) or _TILDE_FENCE.match(line)
    if match is None:
        return None
    marks, info = match.groups()
    language = language_of(info)
    return RawBlock(
        "math" if language == "math" else "code",
        re.compile(rf"\A {{0,3}}{marks[0]}{{{len(marks)},}}[ \t]*\Z"),
        indent=match.start(1),
        language=language,
    )


def code_tag_at(line: str) -> RawBlock | None:
    """The tag of Hugo's that the line opens: it encloses code, not Markdown."""
    match = _CODE_TAG.match(line)
    if match is None:
        return None
    return RawBlock(
        "code",
        _CODE_TAG_ENDS[match.group(2)],
        indent=match.start(1),
        language=language_of(_SYNTAX.sub("", match.group(3))),
    )


def html_at(line: str, *, may_be_any_tag: bool) -> RawBlock | None:
    """The HTML that the line opens.

    `may_be_any_tag`: no paragraph goes on here, which a tag of any name would be in.
    """
    stripped = line.lstrip()
    for opening, ends in _DECLARATION_ENDS.items():
        if stripped.startswith(opening):
            return RawBlock("html", ends)
    match = _HTML_NAME.match(line)
    name = match.group(1).lower() if match else ""
    if name in _HTML_ENDS and not stripped.startswith("</"):
        return RawBlock("html", _HTML_ENDS[name])
    if name in BLOCK_TAGS or (may_be_any_tag and _HTML_TAG_ALONE.match(line)):
        return RawBlock("html", None)
    return None


def language_of(info: str) -> str:
    """The language that the info string of a fence names, in lower case.

    >>> [language_of(info) for info in ("{.python .input}", "rust,ignore", "title=x")]
    ['python', 'rust', '']
    """
    match = _LANGUAGE.match(info.strip())
    return match.group(1).lower().rstrip("}") if match else ""
