"""Which spellings count as the same text, and where does each stand in the original?

Folding makes full width half width, upper case lower case, ligatures letters, Latin
accents bare and traditional characters simplified (NFKC, Unicode 15, UAX #15; OpenCC's
t2s table). Invisible characters vanish. Each character folds on its own, but for a
letter and the marks after it that Unicode composes with it (か and ゛, ㄱ and ㅏ), so
that the way back is a table and not a guess. The original text is never changed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from zlib import crc32

from searchkit.analysis.tables import read_table
from searchkit.record import record

_T2S = "t2s.txt"

# Marks over Latin, Greek and Cyrillic letters, variation selectors, emoji skin tones'
# joiners, soft hyphens, byte order marks, bidirectional controls: all without width.
_INVISIBLE = (
    "[\u00ad\u0300-\u036f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
# Every code point that is the second of a canonical composition (Unicode 15.1,
# UnicodeData.txt; a test compares), and those that NFKC makes one: half-width voiced
# marks, half-width and compatibility Hangul vowels.
_COMPOSING = (
    "\u0300-\u0345\u0653-\u0655\u093c\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0c56"
    "\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dca\u0dcf\u0ddf\u102e\u1161-\u1175\u11a8-\u11c2"
    "\u1b35\u3099\u309a\u314f-\u3163\uff9e\uff9f\uffc2-\uffdc\U000110ba\U00011127"
    "\U0001133e\U00011357\U000114b0\U000114ba\U000114bd\U000115af\U00011930"
)
ALIKE = dict(zip("著瞭乾藉覆彷", "着了干借复仿", strict=True))
"""Characters that stay as they are since they are two words: 乾坤 and 著名 are written
so in both scripts, 乾淨 and 看著 are 干净 and 看着. A word is searched in both
spellings. Found by folding the traditional forms of jieba's words: of the characters
that OpenCC's table leaves, these make the most of them unlike the simplified."""

_BARE_SCRIPTS = ("LATIN", "GREEK")  # й is a letter of its own, é is an accented e
# Letters with a stroke or joined into one, which Unicode does not decompose, read as by
# Lucene's ASCIIFoldingFilter.
_UNDECOMPOSED = {
    **dict(zip("łøđħŧıƶ", "lodhtiz", strict=True)),
    "æ": "ae",
    "œ": "oe",
}
_TYPOGRAPHIC = {
    **dict.fromkeys("“”„‟", '"'),
    **dict.fromkeys("‘’‚‛", "'"),
    **dict.fromkeys("‐‑", "-"),
}


@cache
def _invisible() -> re.Pattern[str]:
    return re.compile(_INVISIBLE)


@cache
def composing_mark() -> re.Pattern[str]:
    """The pattern of a mark that is composed with the character before it."""
    return re.compile(f"[{_COMPOSING}]")


@cache
def _unit() -> re.Pattern[str]:
    return re.compile(f"(?s).(?:[{_COMPOSING}]|{_INVISIBLE})*")


@record
class Folded:
    """A folded text; `starts[i]` is where folded character i began in the original.

    `starts` has one entry more than `text` (the original's length); it is None where
    every character folded to exactly one, which is the common case.
    """

    text: str
    starts: Sequence[int] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text that folded to `text[start:end]`."""
        if self.starts is None:
            return start, end
        if start == end:
            return self.starts[start], self.starts[start]
        last = self.starts[end - 1]
        while self.starts[end] == last:  # the rest of what one character became
            end += 1
        return self.starts[start], self.starts[end]


@cache
def _t2s_rows() -> tuple[str, str]:
    traditional, simplified = read_table(_T2S).decode("utf-8").splitlines()
    return traditional, simplified


def _simplified(character: str) -> str:
    """The simplified character of a traditional one, itself for any other."""
    traditional, simplified = _t2s_rows()
    at = traditional.find(character)
    return character if at < 0 else simplified[at]


def folding_version() -> str:
    """The digest of the table of traditional characters."""
    return f"{crc32(read_table(_T2S)):08x}"


def _fold_character(character: str) -> str:
    if _invisible().match(character):
        return ""
    if unicodedata.category(character) in ("Cc", "Zl", "Zp"):
        return " "
    return _fold_letters(character)


@lru_cache(maxsize=1 << 12)
def _fold_unit(unit: str) -> str:
    """A character with the marks after it, composed where Unicode has one for them."""
    if len(unit) == 1:
        return _table[ord(unit)]
    if not _table[ord(unit[0])].strip():
        return _table[ord(unit[0])] + "".join(_table[ord(mark)] for mark in unit[1:])
    return _fold_letters(unit)


def _fold_letters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = "".join(map(_bare, unicodedata.normalize("NFKC", folded)))
    # Marks may have stood between what can be composed now.
    folded = unicodedata.normalize("NFC", folded)
    return "".join(_TYPOGRAPHIC.get(c) or _simplified(c) for c in folded)


def _bare(character: str) -> str:
    """The letter without its accents, if it is of a script that is read so."""
    if character.isascii():
        return character
    if character in _UNDECOMPOSED:
        return _UNDECOMPOSED[character]
    decomposed = unicodedata.normalize("NFD", character)
    if len(decomposed) == 1:
        return "" if _invisible().match(character) else character
    name = unicodedata.name(decomposed[0], "")
    return decomposed[0] if name.startswith(_BARE_SCRIPTS) else character


class _Table(dict[int, str]):
    """`str.translate`'s table, filled as characters are met."""

    def __init__(self) -> None:
        self.uneven: set[str] = set()

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if code < 0x80:  # what most queries are made of needs no pattern
            folded = self[code] = character.lower() if character.isprintable() else " "
            return folded
        if 0x4E00 <= code <= 0x9FFF:
            folded = self[code] = _simplified(character)
            return folded
        folded = character if 0xD800 <= code < 0xE000 else _fold_character(character)
        if len(folded) != 1 or composing_mark().match(character):
            self.uneven.add(character)
        self[code] = folded
        return folded


_table = _Table()


def fold(text: str) -> Folded:
    """The folded text with its way back. Idempotent; linear in the length.

    >>> fold("ＰＹＴＨＯＮ 與 C++").text
    'python 与 c++'
    >>> fold("ﬁne").original(0, 2)
    (0, 1)
    """
    folded = text.translate(_table)
    if _table.uneven.isdisjoint(text):
        return Folded(folded, None)
    units = _unit().findall(text) if composing_mark().search(text) else text
    pieces = [_fold_unit(unit) for unit in units]
    starts: list[int] = []
    at = 0
    for unit, piece in zip(units, pieces, strict=True):
        starts.extend([at] * len(piece))
        at += len(unit)
    starts.append(at)
    return Folded("".join(pieces), starts)
