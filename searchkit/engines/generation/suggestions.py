"""What is offered to somebody who types, how much is each worth, and how is it found?

Titles, names of the glossary, headings and words, each once by its folded text. What is
written follows from what is given alone, so it is the same whatever the history of an
index. It is bounded: see MOST_*; and what is made on the way is sorted outside the
memory, as lines. How the file lies is told in `engines.suggestions`.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain, compress, groupby, islice, repeat, starmap
from math import log2
from operator import itemgetter, ne
from pathlib import Path
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
from searchkit.engines.generation.sorted_lines import SortedLines
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
_ROWS_AT_ONCE = 1 << 15  # of keys; in some hundred bytes each
_WORD_BYTES = 1 << 18  # of words that are told together
_COUNTED_AT_ONCE = 1 << 16  # different texts, some 200 bytes each
_MOST_KNOWN = 8  # new completions are at most one in so many, or all keys are made
_NUMBER_BYTES = 10  # of a row: NUL, eight digits, a line end

# How many times more articles a word has to be in, as a power of two, to come before
# a title: a title says what an article is about.
_TITLE, _NAME, _HEADING, _WORD = 6.0, 6.0, 3.0, 0.0

_MOST_WORTH = 99_999  # in thousandths
_NUMBER, _RANK = slice(0, 8), slice(8, 13)
_LENGTH, _IS_WORD = slice(13, 18), slice(18, 19)
"""Where they stand in a completion's line, behind its folded text."""
_RANKED_BY = 10  # bytes of a line: the rank and the length
_YES = ord("1")
_MOST_COUNTED = 10**12 - 1
_COUNT_AND_LENGTH = 20  # characters of a line

_PIECE = re.compile(rf"[a-z0-9]+|[{HAN}]|(?:{OTHER_LETTER})+|[^\W_]")
_SPOKEN = re.compile(rf"[a-z0-9]+|[{HAN}]+")


class Words:
    """The words of an index on their way to the process that makes the completions.

    A context manager: with its end no more words come.
    """

    def __init__(self, path: Path, found: Callable[[Path, int, int], None]) -> None:
        """Begin the file, which must not exist.

        `found` hears of one stretch of the file after the other that has words.

        Raises: OSError.
        """
        self._path = path
        self._found = found
        self._told = 0
        self._common = 0
        self._file = path.open("xb")

    def add(self, terms: Iterable[bytes], counts: Iterable[int]) -> None:
        """Add terms as they are written, of which only some are words.

        The counts are those of the articles that have them. Words of one article are
        left out once enough others are there. Raises: OSError.
        """
        least = 2 if self._common >= MOST_RARE_WORDS else 1
        several = 0
        words = []
        for raw, count in zip(terms, counts, strict=True):
            if count >= least:
                term = raw.decode("utf-8", "surrogatepass")
                if len(term) > 1 and term.isalpha():
                    words.append(_counted_line(term, count))
                    several += count > 1 and len(term) <= _LONGEST_TEXT
        self._common += several
        self._file.writelines(words)
        if self._file.tell() - self._told >= _WORD_BYTES:
            self._tell()

    def _tell(self) -> None:
        self._file.flush()
        start, self._told = self._told, self._file.tell()
        self._found(self._path, start, self._told)

    def __enter__(self) -> Words:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._file:
            if kind is None:
                self._tell()


def read_words(path: Path, start: int, end: int) -> Iterator[tuple[str, int]]:
    """The words of a stretch, with their counts. Raises: OSError."""
    with path.open("rb") as file:
        file.seek(start)
        lines = file.read(end - start).splitlines(keepends=True)
    return map(_counted_text, lines)


def _counted_line(text: str, count: int) -> bytes:
    return b"%s\t%d\n" % (encoded(text), count)


def _counted_text(line: bytes) -> tuple[str, int]:
    text, _, count = line.rpartition(b"\t")
    return text.decode("utf-8", "surrogatepass"), int(count)


class Completions:
    """What can be offered: texts of the articles, and words as they become known.

    Their keys are made at once, as rows of the number of what was added; but where
    most can be taken over, of what is new only, in the end.
    """

    def __init__(
        self,
        folder: Path,
        *,
        titles: Iterable[str],
        headings: Iterable[str],
        names: Iterable[tuple[str, int]],
        before: Columns | None = None,
    ) -> None:
        """`titles` and `headings` are those of all articles in their order.

        They may repeat. `names` are those of the glossary with the number of articles
        that attest them. `before` is a file of completions made by the same code: keys
        that it has need not be made again. `folder` is where nameless files may be
        made.

        Raises: OSError.
        """
        self._folder = folder
        self._before = before
        self._lines, self._words, self._rows = (SortedLines(folder) for _ in range(3))
        self._count = 0
        for text in _first(titles, MOST_TITLES):
            self._add(text, _TITLE + 1)
        for text, count in _best(names, MOST_NAMES, folder):
            self._add(text, _NAME + log2(1 + count))
        for text, count in _best(_counted(headings, folder), MOST_HEADINGS, folder):
            self._add(text, _HEADING + log2(1 + count))

    def add_words(self, words: Iterable[tuple[str, int]]) -> None:
        """Add atoms and Han words of the index, once each.

        With each the number of articles that have it. Raises: OSError.
        """
        self._words.add(
            _best_line(text, count) + b"\t%08x\n" % number
            for text, count in words
            if len(text) <= _LONGEST_TEXT
            for number in (self._number(text, is_word=True) if count > 1 else 0,)
        )

    def write(self, path: Path) -> None:
        """Write the file, which must not exist. Raises: OSError."""
        self._lines.add(self._of_words())
        made = SortedLines(self._folder, _ranked(self._lines))
        place_of = np.full(self._count + 1, -1)  # by number
        are_words = bytearray()
        now: dict[tuple[bytes, int], int] = {}

        def texts() -> Iterator[bytes]:
            for place, (text, is_word, number) in enumerate(map(_told, made)):
                place_of[number] = place
                are_words.append(is_word)
                if self._before is not None:
                    now[text, is_word] = place
                yield text

        with ColumnWriter(path, SUGGESTIONS) as writer:
            add_texts(writer, "texts", texts())
            writer.add("are_words", are_words)
            _write_keys(writer, self._blocks(made, place_of, now))

    def _of_words(self) -> Iterator[bytes]:
        """The lines of the words."""
        for word, count, number in _common(islice(self._words, MOST_WORDS)):
            number = number or self._number(word, is_word=True)
            yield _line(number, word, word, _WORD + log2(1 + count), is_word=True)

    def _blocks(
        self, made: SortedLines, place_of: Array, now: dict[tuple[bytes, int], int]
    ) -> Iterator[_Block]:
        """All keys of the completions; those that are known taken over if most are.

        `now` has the places of texts, and whether they are words, to compare them.
        """
        if self._before is not None:
            known = _Before(self._before, now)
            if known.are_most:
                new = (
                    _rows(place, _found_by(line), is_word=bool(_told(line)[1]))
                    for place, line in enumerate(made)
                    if place in known.unknown
                )
                yield from known.blocks(sorted(chain.from_iterable(new)))
                return
            for line in made:
                _, is_word, number = _told(line)
                self._rows.add(_rows(number, _found_by(line), is_word=bool(is_word)))
        for keys, at, numbers in _blocks(self._rows):
            places = place_of[numbers]
            kept = places >= 0
            yield _Block(keys, at[kept], places[kept])

    def _add(self, text: str, worth: float) -> None:
        text, folded = " ".join(text.split()), _folded(text)
        if folded and len(text) <= _LONGEST_TEXT:
            number = self._number(folded, is_word=False)
            self._lines.add([_line(number, folded, text, worth, is_word=False)])

    def _number(self, folded: str, *, is_word: bool) -> int:
        """The number of what is added now; its keys are made."""
        self._count += 1
        if self._before is None:
            self._rows.add(_rows(self._count, folded, is_word=is_word))
        return self._count


def _line(number: int, folded: str, text: str, worth: float, *, is_word: bool) -> bytes:
    """A line that sorts by the folded text, then by when it was added."""
    sorted_by = encoded(folded)
    shown = sorted_by if text is folded else encoded(text)
    numbers = number, _rank(worth), len(folded), is_word
    return b"%s\t%08x%05d%05d%d%s\n" % (sorted_by, *numbers, shown)


@lru_cache(maxsize=1 << 12)  # many words are in as many articles
def _rank(worth: float) -> int:
    """What sorts the most worth first."""
    return _MOST_WORTH - round(round(worth, 3) * 1000)


def _ranked(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Each completion once, as a line that sorts by what it is worth.

    Of those that have one folded text the first one's spelling is kept.
    """
    for folded, group in groupby(lines, _sorted_by):
        at = len(folded) + 1
        first, *others = [line[at:] for line in group]
        found, rank = first, first[_RANK]
        if others:
            rank = min(rank, *(line[_RANK] for line in others))
            found = max(first, *others, key=itemgetter(_IS_WORD))
        told = found[_IS_WORD] + found[_NUMBER] + first[_IS_WORD.stop :]
        yield b"%s%s%s\t%s" % (rank, first[_LENGTH], folded, told)


def _sorted_by(line: bytes) -> bytes:
    return line[: line.index(b"\t")]


def _told(line: bytes) -> tuple[bytes, int, int]:
    """What a line of `_ranked` says: a text, is it a word, the number of its rows."""
    at = line.index(b"\t")
    return line[at + 10 : -1], line[at + 1] == _YES, int(line[at + 2 : at + 10], 16)


def _found_by(line: bytes) -> str:
    """The folded text of a line of `_ranked`."""
    return str(_sorted_by(line)[_RANKED_BY:], "utf-8", "surrogatepass")


def _first(texts: Iterable[str], most: int) -> Iterator[str]:
    """So many different texts."""
    found: set[str] = set()
    for text in texts:
        if text not in found:
            yield text
            found.add(text)
            if len(found) == most:
                return


def _counted(texts: Iterable[str], folder: Path) -> Iterator[tuple[str, int]]:
    """How often each text is there."""
    lines = SortedLines(folder)
    waiting = iter(texts)
    while counts := Counter(islice(waiting, _COUNTED_AT_ONCE)):
        lines.add(starmap(_counted_line, counts.items()))
    for text, group in groupby(map(_counted_text, lines), itemgetter(0)):
        yield text, sum(count for _, count in group)


def _best(
    counted: Iterable[tuple[str, int]], most: int, folder: Path
) -> Iterator[tuple[str, int]]:
    """So many of the texts, most frequent first, then the shortest."""
    lines = (_best_line(text, count) + b"\n" for text, count in counted)
    for line in islice(SortedLines(folder, lines), most):
        yield _counted_text(line[_COUNT_AND_LENGTH:])


def _best_line(text: str, count: int) -> bytes:
    """The beginning of a line that sorts by the count, highest first, then by text."""
    numbers = _MOST_COUNTED - count, len(text)
    return b"%012d%08d%s\t%d" % (*numbers, encoded(text), count)


def _common(lines: Iterable[bytes]) -> Iterator[tuple[str, int, int]]:
    """Words of `add_words`, their counts and numbers.

    Without words of one article, which are mostly no words, if there are many.
    """
    for place, line in enumerate(lines):
        line, _, number = line.rpartition(b"\t")
        word, count = _counted_text(line[_COUNT_AND_LENGTH:])
        if count <= 1 and place >= MOST_RARE_WORDS:
            return
        yield word, count, int(number, 16)


def _folded(text: str) -> str:
    """A text as it is searched; a word of the index is that already."""
    return fold(" ".join(text.split())).text.strip()


class _Block(NamedTuple):
    """Some keys, rising, and rows of (the key's place among them, a completion)."""

    keys: list[bytes]
    places: Array
    numbers: Array


def _write_keys(writer: ColumnWriter, blocks: Iterable[_Block]) -> None:
    """The keys of blocks that follow each other; those without a row are left out."""
    dictionary = DictionaryWriter()
    starts, numbers = array("I", [0]), array("I")
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
    left = iter(rows)
    waiting: list[bytes] = []
    while some := [*islice(left, _ROWS_AT_ONCE)]:
        waiting += some
        whole = bisect_left(waiting, waiting[-1][:-_NUMBER_BYTES])
        if whole:
            yield _block(waiting[:whole])
            waiting = waiting[whole:]
    if waiting:
        yield _block(waiting)


def _block(rows: Sequence[bytes]) -> _Block:
    keys = [row[:-_NUMBER_BYTES] for row in rows]
    new = [*map(ne, keys, [b"", *keys])]
    numbers = b"".join([row[1 - _NUMBER_BYTES : -1] for row in rows])
    return _Block(
        [*compress(keys, new)],
        np.cumsum(new) - 1,
        np.frombuffer(bytes.fromhex(numbers.decode()), ">u4").astype(np.int64),
    )


class _Before:
    """The file of the generation before, whose keys need not be made again."""

    def __init__(self, columns: Columns, now: dict[tuple[bytes, int], int]) -> None:
        """`now` are the completions of now: texts, whether words, and their places."""
        self._keys = Terms(columns, "keys")
        self._starts = np.frombuffer(columns.column("starts").whole(), "<u4")
        self._numbers = np.frombuffer(columns.column("least0").whole(), "<u4")
        before = zip(
            each(texts_of(columns, "texts")),
            columns.column("are_words").whole(),
            strict=True,
        )
        self._moved = np.fromiter(map(now.get, before, repeat(-1)), np.int64)
        known = np.zeros(len(now), bool)
        known[self._moved[self._moved >= 0]] = True
        self.unknown = frozenset(np.flatnonzero(~known).tolist())
        """The numbers of completions that were not there."""
        self.are_most = len(self.unknown) * _MOST_KNOWN <= len(now)
        """Whether most were."""

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


def _rows(number: int, folded: str, *, is_word: bool) -> Iterator[bytes]:
    """Each key of a completion with its number, as a line that sorts by both.

    Folding leaves no line end and no NUL in a text.
    """
    end = b"\0%08x\n" % number
    for key in keys(folded, is_word=is_word):
        yield key.encode("utf-8", "surrogatepass") + end


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
