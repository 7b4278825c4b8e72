"""Which terms make up an English word, its inflections and its stem?

A word `p` stands where it is written, and as a part of camel-case words (`>p`, `|p`,
`<p`). The class `^k` has all words whose inflections have the key k in common, `~k`
all of one stem. A class is a list of terms; it has no positions of its own. It is left
out if its one word is its key: that is found as the word.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat

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
from searchkit.record import record

Keys = tuple[bytes, bytes]
"""What a word has in common with its inflections, and with words of its stem."""

HUMPS = tuple(mark.encode() for mark in (HUMP_FIRST, HUMP_INNER, HUMP_LAST))
CLASSES = _INFLECTED, _STEM = INFLECTED.encode(), STEM.encode()


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


@record
class Classes:
    """The classes of one vocabulary.

    `terms` are all that there must be in the dictionary beside what stands somewhere,
    and some more words that do stand; mostly in order.
    """

    words: tuple[bytes, ...]
    terms: tuple[bytes, ...]
    keys: Mapping[bytes, Keys]

    def members(
        self, terms: Sequence[bytes], number_of: Mapping[bytes, int]
    ) -> tuple[Array, Array]:
        """Pairs of (class or word, member), by number, in order.

        `terms` are those of the whole dictionary. A word is its own first member.
        """
        keys = [self.keys[word] for word in self.words]
        own = _numbers(number_of, self.words)
        tables = [np.arange(len(terms))]  # by a word's number: what it is a member of
        for mark, place in ((_INFLECTED, 0), (_STEM, 1)):
            table = np.full(len(terms), -1)
            table[own] = _numbers(number_of, (mark + key[place] for key in keys))
            tables.append(table)
        word_numbers, members = [own], [own]
        for part in word_slices(terms, HUMPS):
            words = _numbers(number_of, map(word_of, terms[part]))
            word_numbers.append(words[words >= 0])
            members.append(part.start + np.flatnonzero(words >= 0))
        words, member = np.concatenate(word_numbers), np.concatenate(members)
        pairs = np.concatenate([table[words] << 32 | member for table in tables])
        pairs = pairs[pairs >= 0]
        pairs.sort()
        return pairs >> 32, pairs & 0xFFFFFFFF


def _numbers(number_of: Mapping[bytes, int], terms: Iterable[bytes]) -> Array:
    """The number of each term; -1 for those that are not in the dictionary."""
    return np.fromiter(map(number_of.get, terms, repeat(-1)), np.int64)


def classes(terms: Sequence[bytes], known: Mapping[bytes, Keys]) -> Classes:
    """The classes of the words among sorted terms; `known` are the keys of some."""
    some = (map(word_of, terms[part]) for part in word_slices(terms))
    words = sorted(dict.fromkeys(filter(None, chain.from_iterable(some))))
    keys = {**known, **_keys(word for word in words if word not in known)}
    needed = dict.fromkeys(words)
    for mark, place in ((_INFLECTED, 0), (_STEM, 1)):
        found = ((word, keys[word][place]) for word in words)
        needed |= dict.fromkeys([mark + key for word, key in found if key != word])
    return Classes(tuple(words), tuple(needed), keys)


def _keys(words: Iterable[bytes]) -> dict[bytes, Keys]:
    """The keys of each word. 63,000 take half a second: no process starts for that."""
    found = {}
    for word in words:
        text = word.decode()
        keys = english.classes(text)
        # Most are the word itself, of which no further copies need be there.
        inflected, stem = (word if key == text else key.encode() for key in keys)
        found[word] = inflected, stem
    english.forget()
    return found
