"""What translates a Chinese word, and what an English one, for a search?

Dictionaries say what a Chinese word is called: in English, or by another Chinese word
for the same (记忆体, 内存). The other way round a name has the words that are called
by it, those of the first dictionary before others, and of these those that mean it
first of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from searchkit.analysis.analyzer import words
from searchkit.analysis.english import stem
from searchkit.analysis.folding import fold
from searchkit.analysis.scripts import is_han

BILINGUAL_VERSION = 2
"""Raised with every change of what is taken from a dictionary."""

MOST_NAMES = 12
"""Of one word. nDCG@10 of istio and d2l en2zh with 6, 12 and 30 of them: .616 .660
.657 and .689 .716 .714."""

Entries = Iterable[tuple[str, tuple[str, ...]]]
"""Han words, each with its names."""


def bilingual_table(*dictionaries: Entries) -> dict[str, list[str]]:
    """By `bilingual_key` of each word and each name what translates it, best first.

    >>> table = bilingual_table([("安全", ("safe", "security"))], [("保安", ("safe",))])
    >>> table["安全"], table["safe"], table["secur"]
    (['safe', 'security'], ['安全', '保安'], ['安全'])
    """
    names: dict[str, dict[str, None]] = {}
    ranked: dict[str, dict[str, tuple[int, int]]] = {}
    for number, dictionary in enumerate(dictionaries):
        for word, called in _both_ways(dictionary):
            names.setdefault(word, {}).update(dict.fromkeys(called))
            for rank, name in enumerate(called):
                # One character means too much to be what is looked for.
                if len(word) > 1 and name.isascii():
                    ranks = ranked.setdefault(_stems(name.split(" ")), {})
                    ranks[word] = min((number, rank), ranks.get(word, (number, rank)))
    table = {word: [*called][:MOST_NAMES] for word, called in names.items()}
    for name, ranks in ranked.items():
        order = sorted((rank, len(word), word) for word, rank in ranks.items())
        table[name] = [word for *_, word in order[:MOST_NAMES]]
    return table


def _both_ways(dictionary: Entries) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The entries, then those that the Chinese names among them are."""
    same: list[tuple[str, tuple[str, ...]]] = []
    for word, names in dictionary:
        yield word, names
        same += ((name, (word,)) for name in names if not name.isascii())
    yield from same


@lru_cache(maxsize=1 << 12)
def bilingual_key(text: str) -> str:
    """What a text is looked up by: Han characters without blanks, or English stems.

    Empty for anything else.

    >>> [bilingual_key(text) for text in ("機器 學習", "Machine-Learning", "C++")]
    ['机器学习', 'machin learn', '']
    """
    atoms = [atom for word in words(fold(text).text) for atom in word.atoms]
    if atoms and all(is_han(atom[0]) for atom in atoms):
        return "".join(atoms)
    parts = [atom for atom in atoms if atom != "-"]
    latin = all(part.isascii() and part.isalpha() for part in parts)
    return _stems(parts) if latin else ""


def _stems(parts: list[str]) -> str:
    return " ".join(map(stem, parts))
