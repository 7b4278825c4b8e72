"""What may be printed, whoever wrote it?

Text from articles, file names and queries must not drive the terminal: no escape
sequence, no line break inside a line, nothing that hides or reorders what is read.
Every printer passes such text through here, and nothing else decides what is unsafe.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

Highlights = tuple[tuple[int, int], ...]

_SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
_UNSAFE = (
    "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_REPLACEMENT = "\ufffd"


@cache
def _unsafe() -> re.Pattern[str]:
    """Compiled for texts that are not `str.isprintable`: the others have none of it."""
    return re.compile(f"[{_UNSAFE}]")


@cache
def _blanks() -> re.Pattern[str]:
    return re.compile(r"\s{2,}")


def printable(text: str) -> str:
    r"""`text` on one line: breaks and tabs are blanks, what is invisible is left out,
    any other control character is U+FFFD.

    >>> printable("旋转\u200b位置\n编码\x1b[31m")
    '旋转位置 编码\ufffd[31m'
    """
    return text if text.isprintable() else _unsafe().sub(_safe, text)


def _safe(match: re.Match[str]) -> str:
    character = match[0]
    if character in _SPACES:
        return " "
    is_control = unicodedata.category(character) in ("Cc", "Cs")
    return _REPLACEMENT if is_control else ""


def printable_lines(text: str) -> str:
    """`text` with its line breaks (as `\\n`) and tabs, otherwise as `printable`."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in lines)


def printable_marked(
    text: str, highlights: Iterable[tuple[int, int]]
) -> tuple[str, Highlights]:
    """`printable(text)` with runs of blanks as one, and where its highlights are now.

    `highlights` are sorted and apart; one of which nothing is left is left out.
    """
    pieces: list[str] = []
    marked: list[tuple[int, int]] = []
    length = end_before = 0
    for start, end in highlights:
        before, inside = _tidy(text[end_before:start]), _tidy(text[start:end])
        pieces += (before, inside)
        length += len(before)
        if inside:
            marked.append((length, length + len(inside)))
        length += len(inside)
        end_before = end
    pieces.append(_tidy(text[end_before:]))
    return "".join(pieces), tuple(marked)


def _tidy(text: str) -> str:
    if text.isprintable() and "  " not in text:
        return text
    return _blanks().sub(" ", printable(text))


def escaped_json(document: str) -> str:
    r"""JSON text with everything `printable` would change in it as `\uXXXX`.

    JSON has none of these characters outside its strings but blanks and breaks.
    """
    lines = document.split("\n")
    return "\n".join(
        line if line.isprintable() else _unsafe().sub(_escape, line) for line in lines
    )


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
