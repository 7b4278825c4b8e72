"""Which tokens stand in an article, and where?

Positions count atoms: each Han character, each run of letters or of digits, each sign
takes the next one, through inline markup and across zones. Between two blocks one
position stays empty, so that no phrase crosses. Words and whole names stand at
the position of their first atom. Nothing is dropped.

A position's tag tells its zone, and whether a blank stands before it (or a hyphen
between letters, which is the same). There is none beside a Han character; beside a sign
of a formula it does not count.

These are the rules. By them articles are cut in `rows`, many at a time, and queries
here (`words`, `atoms`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import cache
from unicodedata import unidata_version

from searchkit.analysis.chinese import dictionary_version
from searchkit.analysis.folding import Folded, fold, folding_version
from searchkit.analysis.lexicon import PLAIN, Lexicon
from searchkit.analysis.scripts import NAME_ATOM, run_pattern
from searchkit.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

ANALYZER_VERSION = 1
"""Raised with every change of which tokens stand where in some text."""

GLOSSARY_VERSION = 2
"""Raised with every change of what `glossary` mines from some articles."""

# A position's tag:
ZONE_MASK = 3  # the zone's place in model.ZONES
BLANK = 4  # a blank stands before it
LOOSE = 8  # whether a blank stands before it does not count

_LONGEST_NAME = 256  # of a name whose end is looked for

WordKind: TypeAlias = "Literal['han', 'letters', 'name', 'mixed', 'sign']"


@record
class Atom:
    """One atom of a text, and whether a blank that counts stands before it."""

    term: str
    blank_before: bool


@record
class Word:
    """One word of a query, `text[start:end]` of it, and its folded atoms."""

    kind: WordKind
    start: int
    end: int
    folded: str
    atoms: tuple[str, ...]


def atoms(text: str) -> list[Atom]:
    """The atoms of a plain text in order.

    >>> [(atom.term, atom.blank_before) for atom in atoms("用 C++ now")]
    [('用', False), ('c', False), ('+', False), ('+', False), ('now', True)]
    """
    found = []
    closed = True  # beside the last atom there is no blank: Han, or the text begins
    blank = False
    for kind, term, _, _ in _tokens(fold(text).text):
        if kind == "blank":
            blank = True
            continue
        found.append(Atom(term, blank and not closed and kind != "han"))
        blank, closed = False, kind == "han"
    return found


def atom_places(text: str) -> tuple[array[int], array[int]]:
    """The starts and lengths of a plain text's atoms, by position; no words are cut.

    >>> [list(column) for column in atom_places("用 C++")]
    [[0, 2, 3, 4, 5], [1, 1, 1, 1, 0]]
    """
    folded = fold(text)
    starts, lengths = array("I"), array("I")
    for kind, _, start, end in _tokens(folded.text):
        if kind != "blank":
            left, right = folded.original(start, end)
            starts.append(left)
            lengths.append(right - left)
    starts.append(len(text))
    lengths.append(0)
    return starts, lengths


def _tokens(folded: str) -> Iterator[tuple[str, str, int, int]]:
    """The atoms and blanks of a folded text: kind, term, start, end.

    A hyphen between letters is a blank. The kind of an atom is that of its run.
    """
    end = 0
    for match in run_pattern(folded).finditer(folded):
        kind, start = str(match.lastgroup), match.start()
        if start > end:
            yield "blank", folded[end:start], end, start
        end = match.end()
        if kind == "name":
            for atom in NAME_ATOM.finditer(match.group()):
                hyphen = atom.group() == "-" and atom.lastgroup is None
                left, right = start + atom.start(), start + atom.end()
                yield "blank" if hyphen else kind, atom.group(), left, right
        elif kind == "letters":
            yield kind, match.group(), start, end
        else:  # a sign, or what is written without blanks: one by one
            for at, character in enumerate(match.group(), start):
                yield kind, character, at, at + 1


def name_end(text: str, start: int) -> int:
    """Where the name ends that begins at `text[start]`.

    >>> name_end("用 GPT-4o 标注", 2)
    8
    """
    before = max(0, start - 1)
    folded = fold(text[before : start + _LONGEST_NAME])
    at = next((i for i, s in enumerate(folded.starts or ()) if s >= start - before), 1)
    match = run_pattern(folded.text).match(folded.text, at if start else 0)
    if not match:
        return start + 1
    return before + folded.original(match.start(), match.end())[1]


def words(text: str, lexicon: Lexicon = PLAIN) -> Iterator[Word]:
    """The words and signs of a query text, in order, as an article is cut.

    >>> [word.folded for word in words("旋转位置编码RoPE和C++")]
    ['旋转', '位置', '编码', 'rope', '和', 'c++']
    """
    folded = fold(text)
    at = 0
    for start, end in lexicon.mixed.spans(folded.text):
        yield from _words_between(folded, at, start, lexicon)
        parts = _words_between(folded, start, end, lexicon)
        atoms = tuple(atom for part in parts for atom in part.atoms)
        yield _word("mixed", folded, start, end, atoms)
        at = end
    yield from _words_between(folded, at, len(folded.text), lexicon)


def _words_between(
    folded: Folded, first: int, last: int, lexicon: Lexicon
) -> Iterator[Word]:
    for match in run_pattern(folded.text).finditer(folded.text, first, last):
        kind, run, start = match.lastgroup, match.group(), match.start()
        if kind == "han":
            for word, left, right in lexicon.segmenter.query_words(run):
                yield _word("han", folded, start + left, start + right, tuple(word))
        elif kind == "name":
            atoms = tuple(_name_atoms(run))
            named: WordKind = "letters" if len(atoms) == 1 else "name"
            yield _word(named, folded, start, match.end(), atoms)
        elif kind == "unspaced":
            yield _word("han", folded, start, match.end(), tuple(run))
        else:
            alone: WordKind = "letters" if kind == "letters" else "sign"
            yield _word(alone, folded, start, match.end(), (run,))


@cache
def fingerprint() -> str:
    """What tells this analysis from another: an index made by another must be rebuilt.

    The analyzer's version, the segmenter's, Unicode's and the folding table's digest.
    """
    versions = (dictionary_version(), unidata_version, folding_version())
    return "-".join((str(ANALYZER_VERSION), *versions))


def _name_atoms(name: str) -> Iterator[str]:
    for atom in NAME_ATOM.finditer(name):
        if atom.group() != "-" or atom.lastgroup == "sign":
            yield atom.group()


def _word(
    kind: WordKind, folded: Folded, start: int, end: int, atoms: tuple[str, ...]
) -> Word:
    left, right = folded.original(start, end)
    return Word(kind, left, right, folded.text[start:end], atoms)
