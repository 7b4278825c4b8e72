"""Where does one kind of text end and the next begin?

A folded text is cut into runs without gaps but white space. What Chinese, Japanese
and Korean write without blanks is one kind; Latin words, numbers and the names that
engineers make of both (`c++`, `node.js`, `gpt-4o`, `std::vector`, `--help`) another;
every other visible character is a sign. Nothing is dropped.
"""

from __future__ import annotations

import re

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
_OPENING = rf"(?:(?<=[\s(\[{{\"'`=,;|<>{UNSPACED}])|^)"
_SIGN_BEFORE = rf"(?:{_OPENING}(?:--?|\.|@|#|\$|__?))?"

RUN = re.compile(
    rf"(?P<han>[{HAN}]+)"
    rf"|(?P<name>{_SIGN_BEFORE}[a-z0-9]+(?:[-_.:/\\+#@'~&]{{1,3}}[a-z0-9]+)*"
    r"(?:\+\+|[+#](?![a-z0-9])|__(?![a-z0-9]))?)"
    rf"|(?P<unspaced>[{UNSPACED}]+)"
    rf"|(?P<letters>{_OTHER_LETTERS})"
    r"|(?P<sign>\S)"
)

# The atoms of a name. A hyphen between two letters joins them as a blank would:
# self-attention is self attention; in t-1 it is a minus.
NAME_ATOM = re.compile(rf"{_LETTERS}|{_DIGITS}|(?<=[a-z])-(?=[a-z])|(?P<sign>\S)")

HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
"""The parts of a camel-case word, to be matched on the original text."""

MOST_HUMPS = 16
"""Parts of a camel-case word. What has more is data, and has none."""


def is_han(character: str) -> bool:
    """Whether a character is one that jieba cuts into words.

    >>> is_han("编"), is_han("〇"), is_han("か"), is_han("C")
    (True, True, False, False)
    """
    match = RUN.match(character)
    return match is not None and match.lastgroup == "han"


def is_han_run(text: str) -> bool:
    """Whether a text is Han characters and nothing else."""
    match = RUN.match(text)
    return match is not None and match["han"] == text
