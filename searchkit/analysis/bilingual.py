"""Which English names has a Chinese word in a dictionary, and the other way round?

CC-CEDICT (https://cc-cedict.org/wiki/format:syntax) has an entry a line, written in
traditional and simplified characters, with pinyin and English glosses:

    部署 部署 [bu4 shu3] /to dispose/to deploy/deployment/

A gloss says more than a name: what is in brackets, articles, `to` and `sth` are taken
off, and an explanation of more than LONGEST words is no name. The other way round a
name has the words that are glossed by it, those that mean it first of all before
others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from searchkit.analysis.analyzer import words
from searchkit.analysis.english import stem
from searchkit.analysis.folding import fold
from searchkit.analysis.scripts import HAN, is_han

BILINGUAL_VERSION = 1
"""Raised with every change of what is taken from a dictionary."""

LONGEST = 3
"""Words of a name; with 2, nDCG@10 of d2l and istio en2zh is .007 and .005 lower."""

MOST_NAMES = 12
"""Of one word. nDCG@10 of istio and d2l en2zh with 6, 12 and 30 of them: .616 .660
.657 and .689 .716 .714."""

_ENTRY = re.compile(rf"\S+ ([{HAN}]+) \[[^\]]*\] (/.*/)")
_BRACKET = re.compile(r"\([^()]*\)")
_WORD = "[A-Za-z][A-Za-z0-9]*"
_NAME = re.compile(
    r"[/;] *(?!surname |see |variant of |old variant |used in |erhua )"
    rf"(?:to be |to |an? |the )?({_WORD}(?:[ -]+{_WORD}){{0,{LONGEST - 1}}}?)"
    r"(?: +(?:sth|sb|etc))?[ .!?]*(?=[/;])"
)


def entries(lines: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Simplified Han words with their names in small letters.

    In the order of the lines; a word may come more than once. Lines that are no
    entries are passed over.

    >>> [*entries(["部署 部署 [bu4 shu3] /to dispose (troops)/to deploy/deployment/"])]
    [('部署', ('dispose', 'deploy', 'deployment'))]
    """
    for line in lines:
        entry = _ENTRY.match(line)
        if entry and (names := tuple(dict.fromkeys(_names(entry[2])))):
            yield entry[1], names


def _names(glosses: str) -> Iterator[str]:
    while "(" in glosses and (shorter := _BRACKET.sub(" ", glosses)) != glosses:
        glosses = shorter  # brackets may stand in each other
    for name in _NAME.findall(glosses):
        yield " ".join(name.lower().replace("-", " ").split())


def bilingual_table(
    found: Iterable[tuple[str, tuple[str, ...]]],
) -> dict[str, list[str]]:
    """By `bilingual_key` of each word and each name what translates it, best first.

    >>> found = [("安全", ("safe", "security")), ("保安", ("security",))]
    >>> table = bilingual_table(found)
    >>> table["安全"], table["safe"], table["secur"]
    (['safe', 'security'], ['安全'], ['保安', '安全'])
    """
    names: dict[str, dict[str, None]] = {}
    ranked: dict[str, dict[str, int]] = {}
    for word, glosses in found:
        names.setdefault(word, {}).update(dict.fromkeys(glosses))
        if len(word) > 1:  # one character means too much to be what is looked for
            for rank, name in enumerate(glosses):
                ranks = ranked.setdefault(_stems(name.split(" ")), {})
                ranks[word] = min(rank, ranks.get(word, rank))
    table = {word: [*glosses][:MOST_NAMES] for word, glosses in names.items()}
    for name, ranks in ranked.items():
        order = sorted(ranks, key=lambda word: (ranks[word], len(word), word))
        table[name] = order[:MOST_NAMES]
    return table


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
