"""Does a Chinese word translate an English one?

Known from two sides: a vocabulary of technical writing (`translations.txt`), so that a
single article is enough, and what the definitions of the whole corpus teach: a Chinese
and an English word that keep turning up in the same pairs (Dice's coefficient, Smadja,
McKeown and Hatzivassiloglou 1996, https://aclanthology.org/J96-1001). What is learned
only decides which bracket is believed; the vocabulary is used by searches, too
(`bilingual`).

A line of the vocabulary is a Chinese word and its names, the likeliest first:

    部署 deployment, rollout
    记忆体 内存, memory

A Chinese name is another word for the same. Written by hand, for any technical text;
all of it folded, in the order of the words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from searchkit.analysis.english import stem
from searchkit.analysis.tables import read_table

_LEAST_TOGETHER = 2  # pairs in which two words were met; one is the pair itself
_LEAST_DICE = 0.15
_ALPHABETIC = re.compile("[a-z]+")


VOCABULARY = "translations.txt"


def vocabulary() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The Chinese words of the vocabulary, each with its names."""
    for line in read_table(VOCABULARY).decode("utf-8").splitlines():
        word, _, names = line.partition(" ")
        yield word, tuple(names.split(", "))


@cache
def listed() -> Mapping[str, tuple[str, ...]]:
    """The names that are known before any article is read, by Chinese word."""
    return dict(vocabulary())


@cache
def _listed_stems(word: str) -> frozenset[str]:
    names = (name for name in listed().get(word, ()) if name.isascii())
    return frozenset(stem(part) for name in names for part in name.split(" "))


class Translations:
    """Which stems of English words a Chinese word may stand for."""

    def __init__(
        self, pairs: Iterable[tuple[Collection[str], Collection[str]]]
    ) -> None:
        """Learn from pairs of Chinese words and English stems that mean one thing."""
        self._han: Counter[str] = Counter()
        self._latin: Counter[str] = Counter()
        self._together: Counter[tuple[str, str]] = Counter()
        for han, latin in pairs:
            self._han.update(set(han))
            self._latin.update(set(latin))
            self._together.update((h, e) for h in set(han) for e in set(latin))
        self._learned: dict[str, set[str]] = {}
        for (word, root), count in self._together.items():
            total = self._han[word] + self._latin[root]
            if count >= _LEAST_TOGETHER and 2 * count / total >= _LEAST_DICE:
                self._learned.setdefault(word, set()).add(root)

    def stems(self, word: str) -> Collection[str]:
        """The stems that a Chinese word, or a Latin one inside it, stands for."""
        if _ALPHABETIC.fullmatch(word):
            return (stem(word),)
        return _listed_stems(word) | self._learned.get(word, set())

    def covered(self, words: Collection[str], roots: Collection[str]) -> float:
        """The smaller of the shares of both sides that the other side explains."""
        if not words or not roots:
            return 0.0
        of_words = sum(bool(set(roots) & set(self.stems(word))) for word in words)
        of_roots = sum(
            any(root in self.stems(word) for word in words) for root in roots
        )
        return min(of_words / len(words), of_roots / len(roots))

    def spells(self, words: Collection[str], letters: str) -> bool:
        """Whether the words' translations begin with the letters of an abbreviation.

        Word order differs between the languages, so the letters' order is free: each
        letter takes a word of its own, and one word but the first may be left over.
        """
        initials = [{root[0] for root in self.stems(word)} for word in words]
        if not initials or len(words) > len(letters) + 1:
            return False
        first = initials.pop(0)
        return any(
            letter in first and _matched(letters[:at] + letters[at + 1 :], initials)
            for at, letter in enumerate(letters)
        )


def _matched(letters: str, initials: list[set[str]]) -> bool:
    if not letters:
        return True
    first, rest = letters[0], letters[1:]
    return any(
        first in here and _matched(rest, initials[:at] + initials[at + 1 :])
        for at, here in enumerate(initials)
    )
