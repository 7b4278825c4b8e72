"""How far is a line of Markdown indented, where a tab ends at each fourth column?"""

from __future__ import annotations

_TAB = 4


def indent_of(text: str) -> int:
    """The columns of white space before the text."""
    blanks = text[: len(text) - len(text.lstrip(" \t"))]
    return len(blanks.expandtabs(_TAB)) if "\t" in blanks else len(blanks)


def without_columns(text: str, columns: int) -> str:
    """The text without so many columns of white space; half a tab becomes blanks.

    >>> without_columns("\\t中文", 2)
    '  中文'
    """
    if "\t" not in text[:columns]:
        return text[columns:]
    end = width = 0
    while width < columns:
        width += _TAB - width % _TAB if text[end] == "\t" else 1
        end += 1
    return " " * (width - columns) + text[end:]


def without_indent(text: str, columns: int) -> str:
    """The text without so many columns of its indent, or without all it has of them."""
    return without_columns(text, min(columns, indent_of(text))) if columns else text
