"""What can a reader be offered who has typed the beginning of something?

A file of completions in the order of their worth, the best first, and of keys, sorted,
under which they are found:

    b…  the folded text            l…  the folded text from a later word on
    p…  its pinyin                 q…  its pinyin from a later Chinese word on
    i…  the first letters of it    r…  a Han word without its first character

Each key has the numbers of its completions, all keys' numbers lie in one row in the
order of the keys, and over the row lie its least numbers by stretches of 64, by
stretches of 64 of those, and so on. So the best of all keys that begin with a prefix,
which are one stretch of the row, are found in a few steps, however many there are.

What is written follows from what is given alone, so it is the same whatever the history
of an index. It is bounded: see MOST_*.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush, nsmallest
from itertools import takewhile
from math import log2
from pathlib import Path

from searchkit.analysis.chinese import JIEBA
from searchkit.analysis.folding import fold
from searchkit.analysis.pinyin import readings
from searchkit.analysis.scripts import HAN, OTHER_LETTER, is_han
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.columns.terms import Terms, TermWriter
from searchkit.engines.reader import Texts
from searchkit.errors import IndexCorruptError

SUGGESTIONS = "suggestions"

BEGINS, LATER, PINYIN, LATER_PINYIN, INITIALS, REST = "blpqir"
"""What a key begins with."""

MOST_TITLES = 200_000
MOST_NAMES = 50_000
MOST_HEADINGS = 100_000
MOST_WORDS = 100_000
MOST_RARE_WORDS = 20_000  # up to which number there are words of a single article

LONGEST_KEY = 32
"""Characters of a key, its mark not counted. Longer texts are found by so many."""

_LONGEST_TEXT = 200  # characters of a completion; a longer title helps nobody
_MOST_STARTS = 12  # later words of a text by which it is found
_LONGEST_INITIALS = 12
_FAN = 64  # numbers of a row that have one least number above them

# How many times more articles a word has to be in, as a power of two, to come before
# a title: a title says what an article is about.
_TITLE, _NAME, _HEADING, _WORD = 6.0, 6.0, 3.0, 0.0

_PIECE = re.compile(rf"[a-z0-9]+|[{HAN}]|(?:{OTHER_LETTER})+|[^\W_]")
_SPOKEN = re.compile(rf"[a-z0-9]+|[{HAN}]+")


@dataclass(frozen=True, slots=True)
class _Completion:
    text: str
    worth: float
    is_word: bool


def write_suggestions(
    path: Path,
    *,
    titles: Iterable[str],
    headings: Iterable[str],
    words: Iterable[tuple[str, int]],
    names: Iterable[tuple[str, int]],
) -> None:
    """Write the file, which must not exist.

    `titles` and `headings` are those of all articles in the articles' order, with
    repeats; `words` are atoms and Han words of the index with the number of articles
    that have them; `names` those of the glossary with the number that attest them.

    Raises: OSError.
    """
    found: dict[str, _Completion] = {}
    for text in _first(titles, MOST_TITLES):
        _add(found, text, _TITLE + 1)
    for text, count in _best(names, MOST_NAMES):
        _add(found, text, _NAME + log2(1 + count))
    for text, count in _best(_counted(headings).items(), MOST_HEADINGS):
        _add(found, text, _HEADING + log2(1 + count))
    for text, count in _common(_best(words, MOST_WORDS)):
        _add(found, text, _WORD + log2(1 + count), is_word=True)
    ranked = sorted(found.items(), key=_rank)
    with ColumnWriter(path, SUGGESTIONS) as writer:
        _write_texts(writer, [made.text for _, made in ranked])
        _write_keys(writer, [(folded, made.is_word) for folded, made in ranked])


def _first(texts: Iterable[str], most: int) -> Iterable[str]:
    """So many different texts."""
    found: dict[str, None] = {}
    for text in texts:
        found.setdefault(text)
        if len(found) == most:
            break
    return found


def _counted(texts: Iterable[str]) -> dict[str, int]:
    """How often each text is there; rare ones are forgotten if there are too many."""
    counts: dict[str, int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
        if len(counts) >= 4 * MOST_HEADINGS:
            counts = dict(_best(counts.items(), MOST_HEADINGS))
    return counts


def _best(counted: Iterable[tuple[str, int]], most: int) -> list[tuple[str, int]]:
    return nsmallest(most, counted, key=lambda item: (-item[1], len(item[0]), item[0]))


def _common(words: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Without words of one article, which are mostly no words, if there are many."""
    common = [*takewhile(lambda word: word[1] > 1, words)]
    return words[: max(len(common), MOST_RARE_WORDS)]


def _add(
    found: dict[str, _Completion], text: str, worth: float, *, is_word: bool = False
) -> None:
    """Add a text; one that is there under its folded form keeps its spelling."""
    text = " ".join(text.split())
    folded = fold(text).text.strip()
    if not folded or len(text) > _LONGEST_TEXT:
        return
    before = found.get(folded)
    if before:
        text, worth = before.text, max(worth, before.worth)
        is_word = is_word or before.is_word
    found[folded] = _Completion(text, worth, is_word)


def _rank(item: tuple[str, _Completion]) -> tuple[float, int, str]:
    folded, made = item
    return -round(made.worth, 3), len(folded), folded


def _write_texts(writer: ColumnWriter, texts: Sequence[str]) -> None:
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    writer.add("texts", b"".join(encoded))
    at = array("I", [0])
    for text in encoded:
        at.append(at[-1] + len(text))
    writer.add("texts_at", at)


def _write_keys(writer: ColumnWriter, completions: Sequence[tuple[str, bool]]) -> None:
    rows = [
        key.encode("utf-8", "surrogatepass") + b"\0" + number.to_bytes(4, "big")
        for number, (folded, is_word) in enumerate(completions)
        for key in keys(folded, is_word=is_word)
    ]
    rows.sort()
    found: list[bytes] = []
    starts, numbers = array("I"), array("I")
    last = b""
    for row in rows:
        if row == last:  # a text that goes on in the same way twice
            continue
        if row[:-4] != last[:-4]:
            found.append(row[:-5])
            starts.append(len(numbers))
        numbers.append(int.from_bytes(row[-4:], "big"))
        last = row
    starts.append(len(numbers))
    terms = TermWriter()
    terms.add(found)
    terms.finish(writer, "keys")
    writer.add("starts", starts)
    for level, values in enumerate(_levels(numbers)):
        writer.add(f"least{level}", values)


def _levels(numbers: array[int]) -> Iterator[array[int]]:
    """The row itself, then the least of every _FAN of the row before."""
    yield numbers
    while len(numbers) > _FAN:
        stretches = range(0, len(numbers), _FAN)
        numbers = array("I", [min(numbers[at : at + _FAN]) for at in stretches])
        yield numbers


def keys(folded: str, *, is_word: bool) -> Iterator[str]:
    """All keys of a completion; a word of the index has no later words."""
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
    at = {start: index for index, (start, _) in enumerate(spoken)}
    first = spoken[0][0]
    for start in starts:
        if start in at and (start == first or is_han(folded[start])):
            rest = "".join([piece for _, piece in spoken[at[start] :][:LONGEST_KEY]])
            mark = PINYIN if start == first else LATER_PINYIN
            yield mark + rest[:LONGEST_KEY]
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
        for word in JIEBA.dictionary_words(text) if len(text) > 2 else [text]:
            found += enumerate(readings(word), at)
            at += len(word)
    return found


class Suggestions:
    """The file of a generation. Safe for many threads."""

    def __init__(self, columns: Columns) -> None:
        """Raises: IndexCorruptError."""
        self._path = columns.path
        self._keys = Terms(columns, "keys")
        self._texts = Texts(columns, "texts")
        self._starts = columns.column("starts")
        self._row = columns.column("least0")
        self._above: list[memoryview] = []
        while (name := f"least{len(self._above) + 1}") in columns:
            self._above.append(columns.column(name).integers("I"))
        if len(self._starts) != 4 * (len(self._keys) + 1):
            raise self._damaged("its keys are not as many as it says")

    def __len__(self) -> int:
        """The number of completions."""
        return len(self._texts)

    def beginning(self, key: str) -> Iterator[str]:
        """The completions of the keys that begin with a key, each once, best first.

        Raises: IndexCorruptError.
        """
        ordinals = self._keys.prefix(key)
        return self._texts_of(self._best(ordinals.start, ordinals.stop))

    def exactly(self, key: str) -> Iterator[str]:
        """The completions of one key, best first. Raises: IndexCorruptError."""
        ordinal = self._keys.find(key)
        if ordinal < 0:
            return iter(())
        return self._texts_of(self._best(ordinal, ordinal + 1))

    def _texts_of(self, numbers: Iterable[int]) -> Iterator[str]:
        for number in numbers:
            if number >= len(self._texts):
                raise self._damaged("a key has no completion")
            yield self._texts[number]

    def _best(self, first: int, stop: int) -> Iterator[int]:
        """The numbers of some keys, rising, each once."""
        if first >= stop:
            return
        low, high = self._start(first), self._start(stop)
        waiting = [
            (number, level, at)
            for level, start, end in self._cover(0, low, high)
            for at, number in enumerate(self._numbers(level, start, end), start)
        ]
        heapify(waiting)
        last = -1
        while waiting:
            number, level, at = heappop(waiting)
            if level:
                start = at * _FAN
                end = min(start + _FAN, self._length(level - 1))
                below = self._numbers(level - 1, start, end)
                for place, lower in enumerate(below, start):
                    heappush(waiting, (lower, level - 1, place))
            elif number > last:
                last = number
                yield number

    def _cover(self, level: int, low: int, high: int) -> Iterator[tuple[int, int, int]]:
        """Stretches of the rows that lie over one of the first row, few in all."""
        if level == len(self._above) or high - low < 2 * _FAN:
            yield level, low, high
            return
        above_low, above_high = -(-low // _FAN), high // _FAN
        yield level, low, above_low * _FAN
        yield from self._cover(level + 1, above_low, above_high)
        yield level, above_high * _FAN, high

    def _numbers(self, level: int, start: int, end: int) -> memoryview:
        if level:
            return self._above[level - 1][start:end]
        return self._row.slice(4 * start, 4 * end).cast("I")

    def _length(self, level: int) -> int:
        return len(self._above[level - 1]) if level else len(self._row) // 4

    def _start(self, ordinal: int) -> int:
        found = int.from_bytes(
            self._starts.slice(4 * ordinal, 4 * ordinal + 4), "little"
        )
        if found > len(self._row) // 4:
            raise self._damaged("a key has no numbers")
        return found

    def _damaged(self, why: str) -> IndexCorruptError:
        return IndexCorruptError(
            f"{self._path} is damaged: {why}.",
            path=self._path,
            hint="Run `searchkit build --full` to write it anew.",
        )


__all__ = [
    "BEGINS",
    "INITIALS",
    "LATER",
    "LATER_PINYIN",
    "LONGEST_KEY",
    "PINYIN",
    "REST",
    "SUGGESTIONS",
    "Suggestions",
    "write_suggestions",
]
