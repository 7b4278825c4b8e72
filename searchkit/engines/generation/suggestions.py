"""What is offered to somebody who types, and how much is each worth?

Titles, names of the glossary, headings and words, each once by its folded text. What is
written follows from what is given alone, so it is the same whatever the history of an
index. It is bounded: see MOST_*; and what is made on the way is sorted outside the
memory, as lines. How the file lies is told in `engines.suggestions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, groupby, islice
from math import log2
from operator import itemgetter
from pathlib import Path

import numpy as np

from searchkit.analysis.folding import fold
from searchkit.engines.columns.arrays import Array
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.generation.counted_texts import (
    counted,
    most_frequent,
    ranked_line,
    ranked_text,
)
from searchkit.engines.generation.key_columns import (
    KeyBlock,
    key_blocks,
    key_rows,
    write_keys,
)
from searchkit.engines.generation.keys_before import KeysBefore
from searchkit.engines.generation.sorted_lines import SortedLines
from searchkit.engines.generation.suggestion_keys import keys
from searchkit.engines.generation.word_file import LONGEST_TEXT, MOST_RARE_WORDS
from searchkit.engines.generations import SUGGESTIONS
from searchkit.engines.texts import add_texts, encoded

MOST_TITLES = 200_000
MOST_NAMES = 50_000
MOST_HEADINGS = 100_000
MOST_WORDS = 100_000

# How many times more articles a word has to be in, as a power of two, to come before
# a title: a title says what an article is about.
_TITLE, _NAME, _HEADING, _WORD = 6.0, 6.0, 3.0, 0.0

_MOST_WORTH = 99_999  # in thousandths
_NUMBER, _RANK = slice(0, 8), slice(8, 13)
_LENGTH, _IS_WORD = slice(13, 18), slice(18, 19)
"""Where they stand in a completion's line, behind its folded text."""
_RANKED_BY = 10  # bytes of a line: the rank and the length
_YES = ord("1")


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
        for text, count in most_frequent(names, MOST_NAMES, folder):
            self._add(text, _NAME + log2(1 + count))
        every = counted(headings, folder)
        for text, count in most_frequent(every, MOST_HEADINGS, folder):
            self._add(text, _HEADING + log2(1 + count))

    def add_words(self, words: Iterable[tuple[str, int]]) -> None:
        """Add atoms and Han words of the index, once each.

        With each the number of articles that have it. Raises: OSError.
        """
        self._words.add(
            ranked_line(text, count)[:-1] + b"\t%08x\n" % number
            for text, count in words
            for number in (self._number(text, is_word=True) if count > 1 else 0,)
        )

    def write(self, path: Path) -> None:
        """Write the file, which must not exist. Raises: OSError."""
        self._lines.add(self._of_words())
        offered = SortedLines(self._folder, _ranked(self._lines))
        place_of = np.full(self._count + 1, -1)  # by number
        are_words = bytearray()
        now: dict[tuple[bytes, int], int] = {}

        def texts() -> Iterator[bytes]:
            for place, (text, is_word, number) in enumerate(map(_told, offered)):
                place_of[number] = place
                are_words.append(is_word)
                if self._before is not None:
                    now[text, is_word] = place
                yield text

        with ColumnWriter(path, SUGGESTIONS) as writer:
            add_texts(writer, "texts", texts())
            writer.add("are_words", np.packbits(np.frombuffer(are_words, np.uint8)))
            blocks = self._blocks(offered, place_of, now)
            write_keys(writer, blocks, len(are_words))

    def _blocks(
        self,
        offered: Iterable[bytes],
        place_of: Array,
        now: Mapping[tuple[bytes, int], int],
    ) -> Iterator[KeyBlock]:
        """All keys of what is offered; those of before are taken over."""
        if self._before is None:
            return (block.moved(place_of) for block in key_blocks(self._rows))
        before = KeysBefore(self._before, now)
        made = (
            key_rows(place, keys(_found_by(line), is_word=bool(_told(line)[1])))
            for place, line in enumerate(offered)
            if place in before.unknown
        )
        return before.blocks(SortedLines(self._folder, chain.from_iterable(made)))

    def _of_words(self) -> Iterator[bytes]:
        """The lines of the words."""
        for word, count, number in _common(islice(self._words, MOST_WORDS)):
            number = number or self._number(word, is_word=True)
            yield _line(number, word, word, _WORD + log2(1 + count), is_word=True)

    def _add(self, text: str, worth: float) -> None:
        text, folded = " ".join(text.split()), _folded(text)
        if folded and len(text) <= LONGEST_TEXT:
            number = self._number(folded, is_word=False)
            self._lines.add_few([_line(number, folded, text, worth, is_word=False)])

    def _number(self, folded: str, *, is_word: bool) -> int:
        """The number of what is added now; its keys are made."""
        self._count += 1
        if self._before is None:
            self._rows.add_few(key_rows(self._count, keys(folded, is_word=is_word)))
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
    """So many different texts; told apart by 64 bits, a third of the memory."""
    found: set[int] = set()
    for text in texts:
        if (hashed := hash(text)) not in found:
            yield text
            found.add(hashed)
            if len(found) == most:
                return


def _common(lines: Iterable[bytes]) -> Iterator[tuple[str, int, int]]:
    """Words of `add_words`, their counts and numbers.

    Without words of one article, which are mostly no words, if there are many.
    """
    for place, line in enumerate(lines):
        line, _, number = line.rpartition(b"\t")
        word, count = ranked_text(line)
        if count <= 1 and place >= MOST_RARE_WORDS:
            return
        yield word, count, int(number, 16)


def _folded(text: str) -> str:
    """A text as it is searched; a word of the index is that already."""
    return fold(" ".join(text.split())).text.strip()
