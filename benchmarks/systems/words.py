"""How are mixed texts cut for systems that know no Chinese? With jieba.

A text is handed to them with `BREAK`, a control character that they take for a blank,
between jieba's words, so that their own tokenizer cuts it there and its snippets show
the text as it was once `BREAK` is taken out again.
"""

from __future__ import annotations

import logging
import re
import warnings
from functools import cache
from typing import Any

BREAK = "\x1f"
_NEEDLESS = re.compile(rf"{BREAK}(?=\W)|(?<=\W){BREAK}|(?<=[\n]){BREAK}")
_WORD = re.compile(r"[^\W_]+")


@cache
def _jieba() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its source is older than its Python
        import jieba
    jieba.setLogLevel(logging.WARNING)
    return jieba


def broken(text: str) -> str:
    """The text with `BREAK` between its words.

    >>> broken("全文搜索 with Whoosh").split(BREAK)
    ['全文', '搜索 with Whoosh']
    """
    return _NEEDLESS.sub("", BREAK.join(_jieba().cut(text)))


def words(text: str) -> list[str]:
    """jieba's words in small letters, without signs.

    >>> words("C++ 与全文搜索")
    ['c', '与', '全文', '搜索']
    """
    return _WORD.findall(broken(text).lower())


def shown(text: str) -> str:
    """The text for a reader: without `BREAK`."""
    return text.replace(BREAK, "")


def fragment(text: str, wanted: list[str], *, characters: int) -> str:
    """A part of the text around the first of the wanted words, marked with brackets.

    For systems without snippets of their own: what one writes in ten lines.
    """
    pattern = re.compile("|".join(map(re.escape, wanted)), re.IGNORECASE)
    first = pattern.search(text)
    start = max(0, first.start() - characters // 4) if first else 0
    part = text[start : start + characters]
    return pattern.sub(lambda match: f"[{match[0]}]", part)
