"""Which lines of Markdown are rows of a table, and what are their cells?

GitHub's tables: https://github.github.com/gfm/#tables-extension-
"""

from __future__ import annotations

import re

_TABLE_RULE = re.compile(
    r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$"
)
_CELL_BORDER = re.compile(r"(?<!\\)\|")


def split_row(row: str) -> list[str]:
    r"""The cells of one table row.

    >>> split_row(r"| 名称 | `a\|b` |")
    ['名称', '`a|b`']
    """
    row = row.strip().removeprefix("|")
    if row.endswith("|") and not row.endswith("\\|"):
        row = row[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _CELL_BORDER.split(row)]


def begins_table(header: str, line: str) -> bool:
    """Whether the line is the rule of dashes below the header of a table."""
    return (
        "|" in line
        and _TABLE_RULE.match(line) is not None
        and len(split_row(header)) == len(split_row(line))
    )
