"""Where does one kind of text end and the next begin?

A folded text is cut into runs without gaps but white space. What Chinese, Japanese
and Korean write without blanks is one kind; Latin words, numbers and the names that
engineers make of both (`c++`, `node.js`, `gpt-4o`, `std::vector`, `--help`) another;
every other visible character is a sign. Nothing is dropped.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache

HAN = (
    "\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003347f"  # to the end of extension J
)
# Kana, Bopomofo, Hangul, Thai, Lao, Tibetan, Burmese, Khmer: also written without
# blanks between words, or with endings at them.
UNSPACED = HAN + (
    "\u3041-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\uac00-\ud7a3"
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0f40-\u0fbc\u1000-\u103f\u1050-\u108f"
    "\u1780-\u17d3"
)

# A longer run of letters or digits is no word but data; it is cut so that no term
# grows without bound.
LONGEST = 64

_FIRST_HAN, _LAST_HAN = "\u4e00", "\u9fff"
_USUAL_HAN = f"{_FIRST_HAN}-{_LAST_HAN}"
_USUAL = rf"[\x00-\x7f\u3001-\u3003\u3008-\u3011{_USUAL_HAN}\u2014\u2018-\u201d]*"
_PLAIN = re.compile(r"[a-z0-9\s]+")

_LETTERS = f"[a-z]{{1,{LONGEST}}}"
_DIGITS = f"[0-9]{{1,{LONGEST}}}"
# Vowel signs and points, which Python's \w leaves out: a word of Hindi, Tamil, Hebrew
# or Arabic is one run with them.
_SIGNS = (
    "\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f"
    "\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u0900-\u0963\u0971-\u09e3"
    "\u0a00-\u0a65\u0a70-\u0ae5\u0af9-\u0b65\u0b82-\u0be5\u0c00-\u0c65\u0c80-\u0ce5\u0d00-\u0d65"
    "\u0d7a-\u0de5\u0df2\u0df3"
)
OTHER_LETTER = rf"(?![a-z{UNSPACED}])(?:[^\W\d_]|[{_SIGNS}])"
"""The pattern of a letter that is neither a to z nor of UNSPACED."""
_OTHER_LETTERS = rf"(?:{OTHER_LETTER}){{1,{LONGEST}}}"


def _run_pattern(han: str, unspaced: str, others: str) -> re.Pattern[str]:
    opening = rf"(?:(?<=[\s(\[{{\"'`=,;|<>{unspaced}])|^)"
    sign_before = rf"(?:{opening}(?:--?|\.|@|#|\$|__?))?"
    return re.compile(
        rf"(?P<han>[{han}]+)"
        rf"|(?P<name>{sign_before}[a-z0-9]+(?:[-_.:/\\+#@'~&]{{1,3}}[a-z0-9]+)*"
        r"(?:\+\+|[+#](?![a-z0-9])|__(?![a-z0-9]))?)"
        rf"{others}"
        r"|(?P<sign>\S)"
    )


@cache
def run_of_any() -> re.Pattern[str]:
    """The pattern of a run in any folded text; its group says of which kind it is."""
    others = rf"|(?P<unspaced>[{UNSPACED}]+)|(?P<letters>{_OTHER_LETTERS})"
    return _run_pattern(HAN, UNSPACED, others)


@cache
def _run_of_plain() -> re.Pattern[str]:
    return re.compile(r"(?P<name>[a-z0-9]+)|(?P<han>[^a-z0-9\s]+)")


@cache
def _usual() -> re.Pattern[str]:
    return re.compile(_USUAL)


@cache
def _run_of_usual() -> re.Pattern[str]:
    return _run_pattern(_USUAL_HAN, _USUAL_HAN, "")


def run_pattern(text: str) -> re.Pattern[str]:
    """A pattern that finds in a folded text what `run_of_any` does.

    Most queries are words without signs, or ASCII and usual Chinese; their patterns
    are compiled in a fiftieth and in a fifth of the time, which a query in a new
    process would mostly spend on that. (A range of Han characters alone takes half a
    millisecond, which is why that of words has none.)
    """
    rest = _PLAIN.sub("", text)
    if not rest or (min(rest) >= _FIRST_HAN and max(rest) <= _LAST_HAN):
        return _run_of_plain()
    return _run_of_usual() if _usual().fullmatch(text) else run_of_any()


# The atoms of a name. A hyphen between two letters joins them as a blank would:
# self-attention is self attention; in t-1 it is a minus.
NAME_ATOM = re.compile(rf"{_LETTERS}|{_DIGITS}|(?<=[a-z])-(?=[a-z])|(?P<sign>\S)")

HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
"""The parts of a camel-case word, to be matched on the original text."""

MOST_HUMPS = 16
"""Parts of a name of camel-case words. What has more is data, and has none."""


@cache
def _han_borders() -> list[str]:
    """Where runs of Han code points begin and, by turns, have ended."""
    return [
        border
        for part in re.findall(".-.|.", HAN)
        for border in (part[0], chr(ord(part[-1]) + 1))
    ]


def is_han(character: str) -> bool:
    """Whether a character is one that jieba cuts into words.

    >>> is_han("编"), is_han("〇"), is_han("か"), is_han("C")
    (True, True, False, False)
    """
    if "\u4e00" <= character <= "\u9fff":
        return True
    return bisect_right(_han_borders(), character) % 2 == 1


def is_han_run(text: str) -> bool:
    """Whether a text is Han characters and nothing else."""
    return bool(text) and all(map(is_han, text))
