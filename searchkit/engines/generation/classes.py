"""Which terms make up an English word, its inflections and its stem?

A word `p` stands where it is written, and as a part of camel-case words (`>p`, `|p`,
`<p`). The class `^k` has all words whose inflections have the key k in common, `~k`
all of one stem. A class is a list of terms; it has no positions of its own. It is left
out if its one word is its key: that is found as the word.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from searchkit.analysis.terms import (
    HUMP_FIRST,
    HUMP_INNER,
    HUMP_LAST,
    INFLECTED,
    STEM,
)
from searchkit.engines.generation.documents import Array

Keys = tuple[bytes, bytes]
"""What a word has in common with its inflections, and with words of its stem."""

KeysOf = Callable[[list[bytes]], Iterable[Keys]]

HUMPS = tuple(mark.encode() for mark in (HUMP_FIRST, HUMP_INNER, HUMP_LAST))
_INFLECTED, _STEM = INFLECTED.encode(), STEM.encode()


def word_of(term: bytes) -> bytes:
    """The English word that a term stands for by itself or as a hump, or nothing.

    >>> word_of(b"rope"), word_of(b"|user"), word_of(b"^rope"), word_of(b"<")
    (b'rope', b'user', b'', b'')
    """
    word = term[1:] if term[:1] in HUMPS else term
    return word if word.isalpha() and word.islower() else b""


def word_slices(terms: Sequence[bytes]) -> Iterator[slice]:
    """Where among sorted terms those lie that stand for a word, and few others."""
    for mark in sorted((b"", *HUMPS), key=lambda mark: mark + b"a"):
        yield slice(bisect_left(terms, mark + b"a"), bisect_left(terms, mark + b"{"))


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of one vocabulary.

    `terms` are all that there must be in the dictionary beside what stands somewhere,
    and some more words that do stand; in order.
    """

    words: tuple[bytes, ...]
    terms: tuple[bytes, ...]
    keys: Mapping[bytes, Keys]

    def members(self, number_of: Mapping[bytes, int]) -> tuple[Array, Array]:
        """Pairs of (class or word, member), by number, in order.

        A word that stands somewhere is its own first member.
        """
        own = _numbers(number_of, self.words)
        humps = [_numbers(number_of, (m + w for w in self.words)) for m in HUMPS]
        keys = [self.keys[word] for word in self.words]
        inflected = _numbers(number_of, (_INFLECTED + one for one, _ in keys))
        stems = _numbers(number_of, (_STEM + one for _, one in keys))
        targets, members = [], []
        for target in (own, inflected, stems):
            for member in (own, *humps):
                both = (target >= 0) & (member >= 0)
                targets.append(target[both])
                members.append(member[both])
        pairs = np.concatenate(targets) << 32 | np.concatenate(members)
        pairs.sort()
        return pairs >> 32, pairs & 0xFFFFFFFF


def _numbers(number_of: Mapping[bytes, int], terms: Iterable[bytes]) -> Array:
    """The number of each term; -1 for those that are not in the dictionary."""
    return np.fromiter(map(number_of.get, terms, repeat(-1)), np.int64)


def classes(
    terms: Sequence[bytes],
    known: Mapping[bytes, Keys],
    keys_of: KeysOf,
) -> Classes:
    """The classes of the words among sorted terms; `known` are the keys of some."""
    some = (term for part in word_slices(terms) for term in terms[part])
    words = sorted({word for term in some if (word := word_of(term))})
    new = [word for word in words if word not in known]
    keys = {**known, **dict(zip(new, keys_of(new), strict=True))}
    needed = set(words)
    for mark, place in ((_INFLECTED, 0), (_STEM, 1)):
        found = ((word, keys[word][place]) for word in words)
        needed.update(mark + key for word, key in found if key != word)
    return Classes(tuple(words), tuple(sorted(needed)), keys)
