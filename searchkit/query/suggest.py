"""How might what is being typed go on?

What begins so comes first, then what holds it from a later word on. Latin letters are
read as pinyin after that, and last as first letters (xzwzbm for 旋转位置编码). Within
each, titles, names, headings and words by their worth, which the build has weighed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from searchkit.analysis.folding import fold
from searchkit.analysis.pinyin import typed
from searchkit.engines.suggestions import (
    BEGINS,
    INITIALS,
    LATER,
    LATER_PINYIN,
    LONGEST_KEY,
    PINYIN,
    Suggestions,
)

_MOST_COMPARED = 1_000  # completions, with a prefix that is longer than a key
_FEWEST_INITIALS = 2


def suggestions(found: Suggestions, prefix: str, *, limit: int) -> tuple[str, ...]:
    """Up to `limit` completions, best first; none for an empty prefix.

    Raises: IndexCorruptError.
    """
    wanted = " ".join(fold(prefix).text.split())
    if not wanted:
        return ()
    return tuple(islice(dict.fromkeys(_all(found, wanted, prefix, limit)), limit))


def _all(found: Suggestions, wanted: str, prefix: str, limit: int) -> Iterator[str]:
    # Of each kind as many as there may be in all: two kinds may have the same.
    for mark in (BEGINS, LATER):
        yield from islice(_holding(found, mark, wanted), limit)
    letters = typed(prefix)
    if not prefix.isascii() and "ü" not in prefix.lower():
        return
    if not letters or len(letters) > LONGEST_KEY:
        return
    for mark in (PINYIN, LATER_PINYIN):
        yield from islice(found.beginning(mark + letters), limit)
    if len(letters) >= _FEWEST_INITIALS:
        yield from islice(found.beginning(INITIALS + letters), limit)


def _holding(found: Suggestions, mark: str, wanted: str) -> Iterator[str]:
    texts = found.beginning(mark + wanted[:LONGEST_KEY])
    if len(wanted) <= LONGEST_KEY:
        return texts
    compared = islice(texts, _MOST_COMPARED)
    return (text for text in compared if wanted in fold(text).text)


__all__ = ["suggestions"]
