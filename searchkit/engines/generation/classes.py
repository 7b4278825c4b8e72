"""Which terms make up an English word, its inflections and its stem?

A word `p` stands where it is written, and as a part of camel-case words (`>p`, `|p`,
`<p`). The class `^k` has all words whose inflections have the key k in common, `~k`
all of one stem. A class is a list of terms; it has no positions of its own. It is left
out if its one word is its key: that is found as the word.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from pathlib import Path

import numpy as np

from searchkit.analysis import english
from searchkit.analysis.terms import (
    HUMP_FIRST,
    HUMP_INNER,
    HUMP_LAST,
    INFLECTED,
    STEM,
)
from searchkit.engines.columns.arrays import Array
from searchkit.engines.generation.sorted_lines import SortedLines
from searchkit.engines.generation.vocabulary import Rising, TermFile, united
from searchkit.record import record

Keys = tuple[bytes, bytes]
"""What a word has in common with its inflections, and with words of its stem."""

HUMPS = tuple(mark.encode() for mark in (HUMP_FIRST, HUMP_INNER, HUMP_LAST))
_CLASSES = INFLECTED.encode(), STEM.encode()

_AT_ONCE = 1 << 13  # terms
_NO_CLASS = -1


def word_of(term: bytes) -> bytes:
    """The English word that a term stands for by itself or as a hump, or nothing.

    >>> word_of(b"rope"), word_of(b"|user"), word_of(b"^rope"), word_of(b"<")
    (b'rope', b'user', b'', b'')
    """
    word = term[1:] if term[:1] in HUMPS else term
    return word if word.isalpha() and word.islower() else b""


def word_slices(
    terms: Sequence[bytes], marks: Iterable[bytes] = (b"", *HUMPS)
) -> Iterator[slice]:
    """Where among sorted terms those lie that stand for a word, and few others.

    Only those with some marks.
    """
    for mark in sorted(marks, key=lambda mark: mark + b"a"):
        yield slice(bisect_left(terms, mark + b"a"), bisect_left(terms, mark + b"{"))


def are_words(terms: TermFile, part: slice) -> Array:
    """Whether each of the terms in a part of them stands for a word."""
    stretches = (
        terms[low : min(low + _AT_ONCE, part.stop)]
        for low in range(part.start, part.stop, _AT_ONCE)
    )
    words = map(word_of, chain.from_iterable(stretches))
    return np.fromiter(map(bool, words), np.bool_, part.stop - part.start)


@record
class Members:
    """Pairs of (class or word, member), by number, in order.

    A word is its own first member. The classes that are `others` have the members of
    another term, a word or an earlier class: it is their only member.
    """

    targets: Array
    members: Array
    others: Array


class Classes:
    """The words and the classes of one vocabulary."""

    def __init__(
        self, terms: TermFile, known: Mapping[bytes, Keys], folder: Path
    ) -> None:
        """`terms` are those that stand somewhere, `known` the keys of some words.

        Nameless files may be made in `folder`. Raises: OSError.
        """
        parts = [_words_in(terms, part, mark) for mark, part in _parts(terms)]
        words = united(parts, folder)
        self._count = len(words.terms)
        humps, ranks = [], []
        for (mark, part), row, found in zip(
            _parts(terms), parts, words.local, strict=True
        ):
            if mark and row.counting is not None:
                humps.append(part.start + np.flatnonzero(row.counting))
                ranks.append(found[row.counting])
        none = np.empty(0, np.int64)
        self._humps, self._of_humps = (
            np.concatenate([none, *rows]) for rows in (humps, ranks)
        )
        lines = SortedLines(folder, _lines(words.terms, known))
        self._classes = [np.full(self._count, _NO_CLASS) for _ in _CLASSES]
        names = self._found(lines)
        self.needed = TermFile(folder, _pieces(names[0], words.terms, names[1]))
        """All terms that there must be beside what stands: words and classes."""
        self._ends = len(names[0]), len(names[0]) + self._count

    def _found(self, lines: Iterable[bytes]) -> list[list[bytes]]:
        """The classes that there must be, of either kind; words learn of theirs."""
        names: list[list[bytes]] = [[], []]
        for name, group in groupby(lines, _class_of):
            told = [line[len(name) + 1 : -1] for line in group]
            if len(told) > 1 or told[0][:1] == b"1":
                kind = _CLASSES.index(name[:1])
                ranks = [int(each[1:], 16) for each in told]
                self._classes[kind][ranks] = len(names[kind])
                names[kind].append(name)
        return names

    def members(self, standing: Array, needed: Array) -> Members:
        """All members; the numbers of the terms that stand, and that are `needed`."""
        numbers = [*np.split(needed.astype(np.int64), self._ends)]
        own = numbers.pop(1)
        words = np.concatenate([np.arange(self._count), self._of_humps])
        member = np.concatenate([own, standing[self._humps]])
        pairs, others = [own[words] << 32 | member], []
        for number_of, of_word, other in zip(
            numbers, self._classes, self._others(own, numbers[0]), strict=True
        ):
            same = other >= 0
            others.append(number_of[same])
            pairs.append(number_of[same] << 32 | other[same])
            listed = np.append(~same, False)[of_word[words]]  # _NO_CLASS is the last
            pairs.append(number_of[of_word[words[listed]]] << 32 | member[listed])
        whole = np.concatenate(pairs)
        whole.sort()
        return Members(whole >> 32, whole & 0xFFFFFFFF, np.concatenate(others))

    def _others(self, own: Array, inflected: Array) -> Iterator[Array]:
        """For the classes of either kind the term that has the same members, or -1.

        That is the one word of a class, or what has all inflections of one stem.
        """
        before = np.full(self._count, _NO_CLASS)
        counts = np.zeros(1, np.int64)
        for of_word in self._classes:
            (words,) = np.nonzero(of_word != _NO_CLASS)
            classes = of_word[words]
            sizes = np.bincount(classes)
            first = np.zeros(len(sizes), np.int64)
            first[classes[::-1]] = words[::-1]
            other = np.where(sizes == 1, own[first], -1)
            earlier = before[first]
            differ = np.bincount(classes, before[words] != earlier[classes]) > 0
            same = (sizes > 1) & (earlier >= 0) & ~differ & (counts[earlier] == sizes)
            other[same] = inflected[earlier[same]]
            yield other
            before, counts = of_word, np.append(sizes, 0)


def _parts(terms: TermFile) -> list[tuple[bytes, slice]]:
    """Where words lie, and each kind of humps."""
    marks = (b"", *HUMPS)
    return [(mark, part) for mark in marks for part in word_slices(terms, [mark])]


def _words_in(terms: TermFile, part: slice, mark: bytes) -> Rising:
    """The words in a part of the terms, all of which have the mark."""

    def words(low: int, high: int) -> list[bytes]:
        found = terms.between(part.start + low, part.start + high)
        return [term[len(mark) :] for term in found] if mark else found

    return Rising(part.stop - part.start, words, are_words(terms, part))


def _lines(words: TermFile, known: Mapping[bytes, Keys]) -> Iterator[bytes]:
    """Lines that sort by a class, then by its words.

    They tell whether the word is another than the class's key, and its number.
    """
    for low in range(0, len(words), _AT_ONCE):
        for number, word in enumerate(words[low : low + _AT_ONCE], low):
            for mark, key in zip(_CLASSES, known.get(word) or _keys(word), strict=True):
                yield b"%s%s\t%d%08x\n" % (mark, key, key != word, number)
        english.forget()


def _class_of(line: bytes) -> bytes:
    return line[: line.index(b"\t")]


def _pieces(*rows: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for row in rows:
        for low in range(0, len(row), _AT_ONCE):
            yield row[low : low + _AT_ONCE]


def _keys(word: bytes) -> Keys:
    """The keys of a word. 63,000 take half a second: no process starts for that."""
    inflected, stem = english.classes(word.decode())
    return inflected.encode(), stem.encode()
