"""How might what is being typed go on?

What begins so comes first, what is read just so, if it is pinyin, then what holds it
from a later word on. What begins in pinyin comes after that, and what has it as first
letters last (xzwzbm for 旋转位置编码). Within each, titles, names, headings and words
come by their worth, which the build has weighed.
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
_MOST_READ_SO = 3  # completions whose whole pinyin was typed, before others


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
    letters = _letters(prefix)
    yield from islice(_holding(found, BEGINS, wanted), limit)
    if letters:
        yield from islice(found.exactly(PINYIN + letters), _MOST_READ_SO)
    yield from islice(_holding(found, LATER, wanted), limit)
    if letters:
        for mark in (PINYIN, LATER_PINYIN):
            yield from islice(found.beginning(mark + letters), limit)
        if len(letters) >= _FEWEST_INITIALS:
            yield from islice(found.beginning(INITIALS + letters), limit)


def _letters(prefix: str) -> str:
    """What may be pinyin, as keys have it; empty if it is none, or too long for one."""
    letters = typed(prefix)
    is_latin = prefix.lower().replace("ü", "u").isascii()
    return letters if is_latin and len(letters) <= LONGEST_KEY else ""


def _holding(found: Suggestions, mark: str, wanted: str) -> Iterator[str]:
    texts = found.beginning(mark + wanted[:LONGEST_KEY])
    if len(wanted) <= LONGEST_KEY:
        return texts
    compared = islice(texts, _MOST_COMPARED)
    return (text for text in compared if wanted in fold(text).text)
