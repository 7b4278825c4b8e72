"""By which keys is a completion found?

By its text and what begins inside it, by its pinyin and by the first letters of that.
What the marks mean that keys begin with is told in `engines.suggestions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from searchkit.analysis.chinese import JIEBA
from searchkit.analysis.pinyin import readings, sure_readings
from searchkit.analysis.scripts import HAN, OTHER_LETTER, is_han
from searchkit.engines.suggestions import (
    BEGINS,
    INITIALS,
    LATER,
    LATER_PINYIN,
    LONGEST_KEY,
    PINYIN,
    REST,
)

_MOST_STARTS = 12  # later words of a text by which it is found
_LONGEST_INITIALS = 12

_PIECE = re.compile(rf"[a-z0-9]+|[{HAN}]|(?:{OTHER_LETTER})+|[^\W_]")
_SPOKEN = re.compile(rf"[a-z0-9]+|[{HAN}]+")


def keys(folded: str, *, is_word: bool) -> Iterator[str]:
    """All keys of a completion; a word of the index has no later words.

    >>> [*keys("旋转 rope", is_word=False)]
    ['b旋转 rope', 'l转 rope', 'lrope', 'pxuanzhuanrope', 'qzhuanrope', 'ixzr']
    >>> [*keys("旋转", is_word=True)]
    ['b旋转', 'r转', 'pxuanzhuan', 'ixz']

    Builds take over what it made in builds before: with other keys, FORMAT_VERSION
    has to be raised.
    """
    yield BEGINS + folded[:LONGEST_KEY].replace("\0", " ")
    starts = [0] if is_word else _starts(folded)
    for start in starts:
        if start:
            yield LATER + folded[start : start + LONGEST_KEY].replace("\0", " ")
    if is_word and len(folded) > 1 and is_han(folded[0]):
        yield REST + folded[1 : 1 + LONGEST_KEY]
    yield from _pinyin_keys(folded, starts)


def _starts(folded: str) -> list[int]:
    """Where pieces begin that something can be found by: Latin words, Han characters.

    >>> _starts("旋转 rope")
    [0, 1, 3]
    """
    found = [piece.start() for piece in _PIECE.finditer(folded)]
    return found[: 1 + _MOST_STARTS]


def _pinyin_keys(folded: str, starts: Sequence[int]) -> Iterator[str]:
    spoken = [] if folded.isascii() else spoken_pieces(folded)
    if not any(is_han(folded[start]) for start, _ in spoken):
        return
    whole = "".join([piece for _, piece in spoken])
    lengths = accumulate((len(piece) for _, piece in spoken), initial=0)
    at = dict(zip((start for start, _ in spoken), lengths, strict=False))
    first = spoken[0][0]
    for start in starts:
        if start in at and (start == first or is_han(folded[start])):
            mark = PINYIN if start == first else LATER_PINYIN
            yield mark + whole[at[start] : at[start] + LONGEST_KEY]
    letters = "".join([piece[0] for _, piece in spoken])
    if len(letters) > 1:
        yield INITIALS + letters[:_LONGEST_INITIALS]


def spoken_pieces(folded: str) -> list[tuple[int, str]]:
    """Where each Han character or Latin word begins, and how it is typed.

    >>> spoken_pieces("旋转 rope")
    [(0, 'xuan'), (1, 'zhuan'), (3, 'rope')]
    """
    found: list[tuple[int, str]] = []
    for piece in _SPOKEN.finditer(folded):
        text, at = piece.group(), piece.start()
        if not is_han(text[0]):
            found.append((at, text))
            continue
        if spoken := sure_readings(text):  # a tenth of the time of cutting
            found += enumerate(spoken, at)
            continue
        for word in JIEBA.dictionary_words(text) if len(text) > 2 else [text]:
            found += enumerate(readings(word), at)
            at += len(word)
    return found
