r"""Which tokens stand in an article's formulas, and where?

Formulas have positions of their own, beside those of the text: one for each canonical
atom, one left empty between two formulas, where BOUNDARY stands. So a run of atoms is
found like a phrase, and how much of its formula it covers can be told. The formulas'
text as it is written stays in the body, for quotes.

Near forms are found by terms, too:
- VARIABLE stands at each variable, and VARIABLE with a distance at one that stood so
  many atoms before in the same formula: a run with these for its letters is the same
  formula with other letters, consistently (Baker 1993, parameterized matching,
  https://doi.org/10.1145/167088.167115).
- SKELETON with a digest and a number stands at a formula that has so many scripts and
  without them, letters aside, reads so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from searchkit.analysis.latex import canonical
from searchkit.analysis.latex_names import GREEK
from searchkit.analysis.terms import BOUNDARY
from searchkit.analysis.vocabulary import Vocabulary
from searchkit.record import record

VARIABLE = "~v"
SKELETON = "~s"

LONGEST_FORMULA = 4096
"""Atoms; what follows in one formula cannot be found as a formula."""

_FARTHEST = 32  # atoms back to which a variable's last occurrence is told
_SHORTEST_SKELETON = 3


def formula_terms(text: str) -> tuple[str, ...]:
    r"""The canonical atoms of a formula, to be found side by side.

    >>> formula_terms(r"\mathcal{H}_{n}")
    ('\\mathcal H', '_', 'n')
    """
    return tuple(atom.term for atom in canonical(text))


def is_variable(term: str) -> bool:
    r"""Whether an atom is a letter that another formula may have another for.

    >>> is_variable("w"), is_variable("\\theta"), is_variable("log"), is_variable("2")
    (True, True, False, False)
    """
    letter = term.rpartition(" ")[2]
    return (len(letter) == 1 and letter.isalpha()) or letter in GREEK


def renamed(terms: Iterable[str]) -> tuple[str, ...]:
    """The terms by which a run stands in formulas with other letters in its place.

    >>> renamed(["w", "-", "w", "+", "b"])
    ('~v', '-', '~v2', '+', '~v')
    """
    last: dict[str, int] = {}
    found = []
    for at, term in enumerate(terms):
        back = at - last.get(term, at)
        if is_variable(term):
            found.append(f"{VARIABLE}{back}" if 0 < back <= _FARTHEST else VARIABLE)
            last[term] = at
        else:
            found.append(term)
    return tuple(found)


def is_telling(terms: Iterable[str]) -> bool:
    """Whether a formula says something without its letters.

    >>> is_telling(["x", "_", "i"]), is_telling(["x", "_", "{", "t", "-", "1", "}"])
    (False, True)
    """
    constant = [t for t in terms if not is_variable(t) and t not in "_^{}"]
    return len(constant) > 0


def skeleton(terms: Iterable[str]) -> tuple[str, int]:
    """A digest of a formula without scripts, letters aside, and how many it has.

    Empty for a formula of which too little would be left.

    >>> skeleton("a = b _ i + c ^ 2".split())[0] == skeleton("x = y + z".split())[0]
    True
    >>> skeleton("x _ i".split())
    ('', 1)
    """
    terms = list(terms)
    bare = list(_without_scripts(terms))
    scripts = sum(term in ("_", "^") for term in terms)
    if len(bare) < _SHORTEST_SKELETON or not is_telling(bare):
        return "", scripts
    numbers: dict[str, str] = {}
    for term in filter(is_variable, bare):
        numbers.setdefault(term, f"{VARIABLE}{len(numbers)}")
    text = " ".join(numbers.get(term, term) for term in bare)
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6)
    return digest.hexdigest(), scripts


def _without_scripts(terms: Iterable[str]) -> Iterator[str]:
    """The atoms outside subscripts and superscripts."""
    depth, script = 0, False
    for term in terms:
        if depth or script:
            depth += (term == "{") - (term == "}")
            script = False
        elif term in ("_", "^"):
            script = True
        else:
            yield term


def skeleton_term(digest: str, scripts: int) -> str:
    """The term of the formulas with this skeleton and so many scripts."""
    return f"{SKELETON}{digest}.{scripts}"


@record
class FormulaRow:
    """The tokens of an article's formulas, in positions of their own from 0 on.

    Term `ids[i]` stands at `positions[i]`. The atom at position p is `lengths[p]`
    characters from `starts[p]` on of the visible text; a boundary has length 0.
    """

    ids: list[int]
    positions: list[int]
    starts: list[int]
    lengths: list[int]


@record
class _Formula:
    """One formula: its terms and their positions, its boundary being at 0."""

    ids: tuple[int, ...]
    positions: tuple[int, ...]
    starts: tuple[int, ...]
    lengths: tuple[int, ...]


class FormulaTable(dict[str, _Formula]):
    """Formulas as they are met: equal ones are looked at once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.vocabulary = vocabulary

    def __missing__(self, text: str) -> _Formula:
        atoms = canonical(text)[:LONGEST_FORMULA]
        tokens = list(_tokens([atom.term for atom in atoms])) if atoms else []
        formula = self[text] = _Formula(
            tuple(self.vocabulary[term] for term, _ in tokens),
            tuple(position for _, position in tokens),
            (0, *(atom.start for atom in atoms)),
            (0, *(atom.end - atom.start for atom in atoms)),
        )
        return formula

    def row(self, text: str, places: Iterable[tuple[int, int]]) -> FormulaRow:
        """All tokens of the formulas that stand in a text, at offsets of it.

        Empty without a formula; else a boundary stands before each and after all.
        """
        row = FormulaRow([], [], [], [])
        end = 0
        for start, end in places:
            formula = self[text[start:end]]
            if formula.ids:
                first = len(row.starts)
                row.ids.extend(formula.ids)
                row.positions.extend([first + at for at in formula.positions])
                row.starts.extend([start + at for at in formula.starts])
                row.lengths.extend(formula.lengths)
        if row.ids:
            row.ids.append(self.vocabulary[BOUNDARY])
            row.positions.append(len(row.starts))
            row.starts.append(end)
            row.lengths.append(0)
        return row


def _tokens(terms: list[str]) -> Iterator[tuple[str, int]]:
    """The terms of a formula with their positions; a boundary before it at 0."""
    yield BOUNDARY, 0
    for position, (term, other) in enumerate(
        zip(terms, renamed(terms), strict=True), 1
    ):
        yield term, position
        if other != term:
            yield VARIABLE, position
        if other not in (term, VARIABLE):
            yield other, position
    digest, scripts = skeleton(terms)
    if digest:
        yield skeleton_term(digest, scripts), 1
