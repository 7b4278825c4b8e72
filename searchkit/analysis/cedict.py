"""Which English names has a Chinese word in a dictionary?

CC-CEDICT (https://cc-cedict.org/wiki/format:syntax) has an entry a line, written in
traditional and simplified characters, with pinyin and English glosses:

    部署 部署 [bu4 shu3] /to dispose/to deploy/deployment/

A gloss says more than a name: what is in brackets, articles, `to` and `sth` are taken
off, and an explanation of more than LONGEST words is no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from searchkit.analysis.scripts import HAN

LONGEST = 3
"""Words of a name; with 2, nDCG@10 of d2l and istio en2zh is .007 and .005 lower."""

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
