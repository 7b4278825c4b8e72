"""What is offered to somebody who types, how much is each worth, and how is it found?

Titles, names of the glossary, headings and words, each once by its folded text. What is
written follows from what is given alone, so it is the same whatever the history of an
index. It is bounded: see MOST_*. How the file lies is told in `engines.suggestions`.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from heapq import merge
from itertools import accumulate, islice, repeat, takewhile
from math import log2
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple

import numpy as np

from searchkit.analysis.chinese import JIEBA
from searchkit.analysis.folding import fold
from searchkit.analysis.pinyin import readings
from searchkit.analysis.scripts import HAN, OTHER_LETTER, is_han
from searchkit.engines.columns.encode import DictionaryWriter
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.columns.terms import Terms
from searchkit.engines.generation.documents import Array, each
from searchkit.engines.generation.documents import texts as texts_of
from searchkit.engines.generations import SUGGESTIONS
from searchkit.engines.suggestions import (
    BEGINS,
    FAN,
    INITIALS,
    LATER,
    LATER_PINYIN,
    LONGEST_KEY,
    PINYIN,
    REST,
)
from searchkit.engines.texts import add_texts, encoded

MOST_TITLES = 200_000
MOST_NAMES = 50_000
MOST_HEADINGS = 100_000
MOST_WORDS = 100_000
MOST_RARE_WORDS = 20_000  # up to which number there are words of a single article

_LONGEST_TEXT = 200  # characters of a completion; a longer title helps nobody
_MOST_STARTS = 12  # later words of a text by which it is found
_LONGEST_INITIALS = 12
_KEYS_AT_ONCE = 1 << 14  # encoded in some hundred bytes each
_ROWS_AT_ONCE = 1 << 20  # keys with a number in memory, some 90 bytes each
_MOST_KNOWN = 8  # new completions are at most one in so many, or all keys are made
_NUMBER_BYTES = 10  # of a row: NUL, eight digits, a line end

# How many times more articles a word has to be in, as a power of two, to come before
# a title: a title says what an article is about.
_TITLE, _NAME, _HEADING, _WORD = 6.0, 6.0, 3.0, 0.0

_PIECE = re.compile(rf"[a-z0-9]+|[{HAN}]|(?:{OTHER_LETTER})+|[^\W_]")
_SPOKEN = re.compile(rf"[a-z0-9]+|[{HAN}]+")


class Words:
    """Gathers the words of an index with the number of articles that have them."""

    def __init__(self) -> None:
        self._found: list[tuple[str, int]] = []

    def add(self, terms: Iterable[bytes], counts: Iterable[int]) -> None:
        """Add terms as they are written, of which only some are words."""
        for raw, count in zip(terms, counts, strict=True):
            term = raw.decode("utf-8", "surrogatepass")
            if len(term) > 1 and term.isalpha():
                self._found.append((term, count))
        if len(self._found) > 4 * MOST_WORDS:
            self._found = _best(self._found, MOST_WORDS)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self._found)


class _Completion(NamedTuple):
    """A text with what it is found by. They sort by what they are worth."""

    rank: float  # the worth, below 0
    length: int  # of the folded text, of which there is one each
    folded: str
    text: str
    is_word: bool


class Completions:
    """What can be offered: texts of the articles, and in the end the words."""

    def __init__(
        self,
        *,
        titles: Iterable[str],
        headings: Iterable[str],
        names: Iterable[tuple[str, int]],
    ) -> None:
        """`titles` and `headings` are those of all articles in their order.

        They may repeat. `names` are those of the glossary with the number of articles
        that attest them.
        """
        self._found: dict[str, _Completion] = {}
        for text in _first(titles, MOST_TITLES):
            _add(self._found, text, _folded(text), _TITLE + 1)
        for text, count in _best(names, MOST_NAMES):
            _add(self._found, text, _folded(text), _NAME + log2(1 + count))
        for text, count in _best(_counted(headings).items(), MOST_HEADINGS):
            _add(self._found, text, _folded(text), _HEADING + log2(1 + count))

    def write(
        self,
        path: Path,
        *,
        words: Iterable[tuple[str, int]],
        before: Columns | None = None,
    ) -> None:
        """Write the file, which must not exist.

        `words` are atoms and Han words of the index with the number of articles that
        have them. `before` is such a file, made by the same code: keys that it has need
        not be made again.

        Raises: OSError.
        """
        for text, count in _common(_best(words, MOST_WORDS)):
            worth = _WORD + log2(1 + count)
            _add(self._found, text, text, worth, is_word=True)
        ranked = sorted(self._found.values())
        texts = [encoded(made.text) for made in ranked]
        are_words = bytes([made.is_word for made in ranked])
        known = _Before(before, texts, are_words) if before else None
        with ColumnWriter(path, SUGGESTIONS) as writer:
            add_texts(writer, "texts", texts)
            writer.add("are_words", are_words)
            _write_keys(writer, _all_blocks(ranked, path.parent, known))


def _all_blocks(
    ranked: Sequence[_Completion], folder: Path, known: _Before | None
) -> Iterator[_Block]:
    """All keys of the completions; those that are known taken over if most are."""
    if known and len(known.unknown) * _MOST_KNOWN <= len(ranked):
        rows = _rows((number, ranked[number]) for number in known.unknown)
        return known.blocks(sorted(rows))
    return _blocks(_in_order(_rows(enumerate(ranked)), folder))


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
    ranked = sorted(counted, key=lambda item: (-item[1], len(item[0]), item[0]))
    return ranked[:most]


def _common(words: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Without words of one article, which are mostly no words, if there are many."""
    common = [*takewhile(lambda word: word[1] > 1, words)]
    return words[: max(len(common), MOST_RARE_WORDS)]


def _folded(text: str) -> str:
    """A text as it is searched; a word of the index is that already."""
    return fold(" ".join(text.split())).text.strip()


def _add(
    found: dict[str, _Completion],
    text: str,
    folded: str,
    worth: float,
    *,
    is_word: bool = False,
) -> None:
    """Add a text; one that is there under its folded form keeps its spelling."""
    text = " ".join(text.split())
    if not folded or len(text) > _LONGEST_TEXT:
        return
    rank, before = -round(worth, 3), found.get(folded)
    if before:
        text, rank = before.text, min(rank, before.rank)
        is_word = is_word or before.is_word
    found[folded] = _Completion(rank, len(folded), folded, text, is_word)


class _Block(NamedTuple):
    """Some keys, rising, and rows of (the key's place among them, a completion)."""

    keys: list[bytes]
    places: Array
    numbers: Array


def _write_keys(writer: ColumnWriter, blocks: Iterable[_Block]) -> None:
    """The keys of blocks that follow each other; those without a row are left out."""
    dictionary, starts, numbers = DictionaryWriter(), array("I", [0]), array("I")
    for block in blocks:
        rows = np.unique(block.places << 32 | block.numbers)
        counts = np.bincount(rows >> 32, minlength=len(block.keys))
        used = np.flatnonzero(counts)
        dictionary.add([block.keys[place] for place in used.tolist()])
        starts.extend((starts[-1] + np.cumsum(counts[used])).tolist())
        numbers.frombytes(rows.astype("<u4").tobytes())
    dictionary.finish(writer, "keys")
    writer.add("starts", starts)
    for level, values in enumerate(_levels(numbers)):
        writer.add(f"least{level}", values)


def _blocks(rows: Iterable[bytes]) -> Iterator[_Block]:
    """Rows in their order as blocks of whole keys."""
    keys: list[bytes] = []
    places, numbers = array("q"), array("q")
    last = b""
    for row in rows:
        key = row[:-_NUMBER_BYTES]
        if key != last:
            if len(keys) == _KEYS_AT_ONCE:
                yield _Block(keys, np.array(places), np.array(numbers))
                keys, places, numbers = [], array("q"), array("q")
            keys.append(key)
            last = key
        places.append(len(keys) - 1)
        numbers.append(int(row[1 - _NUMBER_BYTES :], 16))
    if keys:
        yield _Block(keys, np.array(places), np.array(numbers))


class _Before:
    """The file of the generation before, whose keys need not be made again."""

    def __init__(
        self, columns: Columns, texts: Sequence[bytes], are_words: bytes
    ) -> None:
        """`texts` and `are_words` are those of the completions that there are now."""
        self._keys = Terms(columns, "keys")
        self._starts = np.frombuffer(columns.column("starts").whole(), "<u4")
        self._numbers = np.frombuffer(columns.column("least0").whole(), "<u4")
        now = {one: at for at, one in enumerate(zip(texts, are_words, strict=True))}
        before = zip(
            each(texts_of(columns, "texts")),
            columns.column("are_words").whole(),
            strict=True,
        )
        self._moved = np.fromiter(map(now.get, before, repeat(-1)), np.int64)
        known = np.zeros(len(texts), bool)
        known[self._moved[self._moved >= 0]] = True
        self.unknown: list[int] = np.flatnonzero(~known).tolist()
        """The numbers of completions that were not there."""

    def blocks(self, new: Sequence[bytes]) -> Iterator[_Block]:
        """Its keys with the numbers of now, and the new rows, which are in order."""
        low, first = 0, 0
        while low < len(self._keys):
            high = min(low + _KEYS_AT_ONCE, len(self._keys))
            last = len(new)
            if high < len(self._keys):
                (following,) = self._keys.bytes_between(high, high + 1)
                last = bisect_left(new, following)
            yield from self._with(low, high, new[first:last])
            low, first = high, last

    def _with(self, low: int, high: int, new: Sequence[bytes]) -> Iterator[_Block]:
        keys = self._keys.bytes_between(low, high)
        starts = self._starts[low : high + 1].astype(np.int64)
        places = np.repeat(np.arange(high - low), np.diff(starts))
        numbers = self._moved[self._numbers[starts[0] : starts[-1]]]
        kept = numbers >= 0
        united = _Block(keys, places[kept], numbers[kept])
        for block in _blocks(new):
            united = _united(united, block)
        yield united


def _united(one: _Block, other: _Block) -> _Block:
    """The keys and rows of both."""
    keys = sorted({*one.keys, *other.keys})
    place_of = {key: place for place, key in enumerate(keys)}
    places = [
        np.array([place_of[key] for key in block.keys], np.int64)[block.places]
        for block in (one, other)
    ]
    numbers = np.concatenate([one.numbers, other.numbers])
    return _Block(keys, np.concatenate(places), numbers)


def _rows(completions: Iterable[tuple[int, _Completion]]) -> Iterator[bytes]:
    """Each key with the number of its completion, as a line that sorts by both.

    Folding leaves no line end and no NUL in a text.
    """
    for number, made in completions:
        end = b"\0%08x\n" % number
        for key in keys(made.folded, is_word=made.is_word):
            yield key.encode("utf-8", "surrogatepass") + end


def _in_order(lines: Iterator[bytes], folder: Path) -> Iterator[bytes]:
    """The lines sorted; what is more than _ROWS_AT_ONCE waits in nameless files."""
    parts: list[Iterable[bytes]] = []
    with ExitStack() as files:
        while part := sorted(islice(lines, _ROWS_AT_ONCE)):
            if not parts and len(part) < _ROWS_AT_ONCE:
                yield from part
                return
            file = files.enter_context(TemporaryFile(dir=folder))
            file.writelines(part)
            file.seek(0)
            parts.append(file)
        yield from merge(*parts)


def _levels(numbers: array[int]) -> Iterator[array[int]]:
    """The row itself, then the least of every FAN of the row before."""
    yield numbers
    while len(numbers) > FAN:
        stretches = range(0, len(numbers), FAN)
        numbers = array("I", [min(numbers[at : at + FAN]) for at in stretches])
        yield numbers


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
        for word in JIEBA.dictionary_words(text) if len(text) > 2 else [text]:
            found += enumerate(readings(word), at)
            at += len(word)
    return found
