"""How are mixed texts cut for systems that know no Chinese? With jieba."""

from __future__ import annotations

import logging
import re
import warnings
from functools import cache
from typing import Any

_WORD = re.compile(r"[^\W_]+")


@cache
def _jieba() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its source is older than its Python
        import jieba
    jieba.setLogLevel(logging.WARNING)
    return jieba


def words(text: str) -> list[str]:
    """jieba's words in small letters, without signs.

    >>> words("C++ 与全文搜索")
    ['c', '与', '全文', '搜索']
    """
    return _WORD.findall(" ".join(_jieba().cut(text)).lower())


def spaced(text: str) -> str:
    """The words as one text, for tokenizers that know blanks only."""
    return " ".join(words(text))


def fragment(text: str, wanted: list[str], *, characters: int) -> str:
    """A part of the text around the first of the wanted words, marked with brackets.

    For systems without snippets of their own: what one writes in ten lines.
    """
    pattern = re.compile("|".join(map(re.escape, wanted)), re.IGNORECASE)
    first = pattern.search(text)
    start = max(0, first.start() - characters // 4) if first else 0
    part = text[start : start + characters]
    return pattern.sub(lambda match: f"[{match[0]}]", part)
