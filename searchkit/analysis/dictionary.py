"""Which words does a user add to jieba's dictionary?

A dictionary is a file in jieba's format: a word a line, then its frequency and its part
of speech, both optional; `#` begins a comment. A word without a frequency gets one that
makes it win over its parts, as in jieba. Words are folded like all text.

Words that are all Han go to the segmenter. Mixed ones (卡拉OK, T恤) need no cut: their
atoms stand side by side in the index as it is, so a query has only to know that they
are one (`MixedWords`). What Latin letters make alone is one word already.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from searchkit.analysis.folding import fold
from searchkit.analysis.scripts import is_han_run, run_pattern
from searchkit.config import read_named
from searchkit.errors import ConfigError
from searchkit.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _typeshed import StrPath

LONGEST_WORD = 64
"""Characters of a user's word."""

_MOST_FREQUENT = 1 << 53  # beyond it a float is no exact count
_LINE = r"(?P<word>\S+(?:\s+[^\s\d#+-]\S*)*?)(?:\s+(?P<frequency>\d+))?(?:\s+[a-z]+)?"
_COMMENT = r"(?:^|\s)#.*"
_FORMAT = "A line is a word, its frequency and its part of speech: `云工开物 100 n`."


@record
class UserWord:
    """A folded word; without a frequency it gets what makes it win over its parts."""

    text: str
    frequency: int | None = None


@record
class Dictionary:
    """A user's words in the order of their files, and the digest of those files."""

    words: tuple[UserWord, ...] = ()
    digest: str = ""

    def han(self) -> tuple[UserWord, ...]:
        """The words that are one run of Han characters."""
        return tuple(word for word in self.words if is_han_run(word.text))

    def mixed(self) -> tuple[str, ...]:
        """The words that are several runs."""
        others = (word.text for word in self.words if not is_han_run(word.text))
        return tuple(text for text in others if len(_kinds(text)) > 1)


def _kinds(text: str) -> list[str | None]:
    return [match.lastgroup for match in run_pattern(text).finditer(text)]


def read_dictionaries(paths: Iterable[StrPath]) -> Dictionary:
    """The words of some files, in their order.

    Raises: ConfigError, naming the file and the line, for one that cannot be used.
    """
    contents = [(path, _read(path)) for path in paths]
    words = tuple(w for path, data in contents for w in _words(path, data))
    return Dictionary(words, _digest(data for _, data in contents))


def dictionaries_digest(paths: Iterable[StrPath]) -> str:
    """The digest that `read_dictionaries` would give, without a look at the words.

    Raises: ConfigError for a file that cannot be read.
    """
    return _digest(map(_read, paths))


def _digest(contents: Iterable[bytes]) -> str:
    from hashlib import blake2b

    each = b"".join(blake2b(data, digest_size=16).digest() for data in contents)
    return blake2b(each, digest_size=8).hexdigest() if each else ""


def _read(path: StrPath) -> bytes:
    try:
        return read_named(path)
    except OSError as error:
        raise ConfigError(
            f"The dictionary {path} cannot be read ({error.strerror or error}).",
            path=os.fspath(path),
            key="dictionaries",
            hint="Mend the list `dictionaries` in searchkit.toml.",
        ) from error


def _words(path: StrPath, data: bytes) -> Iterator[UserWord]:
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        word = _line(f"{path}, line {number}", path, line)
        if word:
            yield word


def _line(place: str, path: StrPath, line: bytes) -> UserWord | None:
    """The word of one line; none in a comment. Raises: ConfigError."""
    try:
        text = re.sub(_COMMENT, "", line.decode("utf-8")).strip()
        return _word(text) if text else None
    except ValueError as error:
        what = "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise ConfigError(
            f"{place}: {what}.", path=os.fspath(path), key="dictionaries", hint=_FORMAT
        ) from error


def _word(line: str) -> UserWord:
    """The word of one line. Raises: ValueError, saying what is wrong with it."""
    match = re.fullmatch(_LINE, line)
    if not match:
        raise ValueError(f"{line[:40]!r} is no word with its frequency")
    text = fold(match["word"]).text.strip()
    if not any(kind != "sign" for kind in _kinds(text)):
        raise ValueError(f"{match['word'][:40]!r} has no letter, digit or character")
    if len(text) > LONGEST_WORD:
        raise ValueError(f"a word has {LONGEST_WORD} characters at most")
    frequency = int(match["frequency"]) if match["frequency"] else None
    if frequency is not None and frequency > _MOST_FREQUENT:
        raise ValueError(f"the frequency {frequency} is too large")
    return UserWord(text, frequency)


class MixedWords:
    """Finds a user's mixed words in folded text, the longest at each place."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._lengths: dict[str, list[int]] = {}  # by first character, longest first
        for word in sorted(self._words, key=len, reverse=True):
            lengths = self._lengths.setdefault(word[0], [])
            if len(word) not in lengths:
                lengths.append(len(word))

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """The words' spans, rising and apart. None cuts a name or a Latin word."""
        inner = _insides(text) if self._words else frozenset()
        at = 0
        while self._words and at < len(text):
            length = 0 if at in inner else self._longest(text, at, inner)
            if length:
                yield at, at + length
            at += length or 1

    def _longest(self, text: str, at: int, inner: frozenset[int]) -> int:
        """The length of the longest word that begins at an offset; 0 if none does."""
        for length in self._lengths.get(text[at], ()):
            end = at + length
            if end not in inner and text[at:end] in self._words:
                return length
        return 0


def _insides(text: str) -> frozenset[int]:
    """The offsets at which a word may neither begin nor end."""
    return frozenset(
        offset
        for match in run_pattern(text).finditer(text)
        if match.lastgroup in ("name", "letters")
        for offset in range(match.start() + 1, match.end())
    )
