r"""In which forms may a formula stand in this index?

As a run of canonical atoms in a formula; with its words spelled letter by letter, or
its letters as a word, since authors are not careful with `\mathrm`; as typed, anywhere;
and, only where that is allowed, in near forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Sequence as SequenceOf
from itertools import groupby

from searchkit.analysis.analyzer import words
from searchkit.analysis.formulas import (
    formula_terms,
    is_telling,
    renamed,
    skeleton,
    skeleton_term,
)
from searchkit.analysis.latex import Atom
from searchkit.analysis.latex_names import LOWERED, RAISED, command_signs
from searchkit.engines.plan import FormulaLeaf, Leaf, Sequence
from searchkit.query.formula_text import logarithms_apart
from searchkit.record import as_dict, replace

_SHORTEST_WORD = 3  # letters in a row that may have been meant as a word
_SHORTEST_NEAR = 3  # atoms of a formula that has near forms
_SHORTEST_PLAIN = 3  # atoms of a formula that prose may have without backslashes
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_SMALL = re.compile(f"([{RAISED}]+)|[{LOWERED}]+")


MOST_ATOMS = 64
"""Of a formula that stands nowhere, to be looked for in parts."""

_SHORTEST_PART = 3  # atoms


def longest_parts(
    atoms: SequenceOf[Atom], stands: Callable[[SequenceOf[Atom]], bool]
) -> Iterator[SequenceOf[Atom]]:
    """The longest runs of a formula's atoms that stand somewhere, from the left."""
    at = 0
    while at + _SHORTEST_PART <= len(atoms):
        end, falls = at, len(atoms) + 1
        if atoms[at].term in "_^{}":  # no part begins with the sign of a script
            falls = at + 1
        while falls - end > 1:  # a run stands if a longer one does
            middle = (end + falls) // 2
            if stands(atoms[at:middle]):
                end = middle
            else:
                falls = middle
        part = end
        while part > at and atoms[part - 1].term in "_^{":  # nor ends with it
            part -= 1
        if part - at >= _SHORTEST_PART:
            yield atoms[at:part]
        at = max(end, at + 1)


def formula_part(whole: FormulaLeaf, text: str, atoms: SequenceOf[Atom]) -> FormulaLeaf:
    """The leaf of some of the atoms of a formula's text."""
    label = ""
    if atoms:
        start, end = min(a.start for a in atoms), max(a.end for a in atoms)
        while text.startswith("}", end) and _opened(text[start:end]):
            end += 1  # the brace that ends the last script
        label = text[start:end]
    run = tuple(atom.term for atom in atoms)
    return replace(whole, label=label, variants=(), runs=(run,) if run else ())


def _opened(label: str) -> bool:
    return label.count("{") > label.count("}")


def formula_leaf(written: Leaf, text: str, *, near: bool) -> FormulaLeaf:
    """The leaf of a formula; `written` is the leaf of its text as it was typed."""
    terms = formula_terms(logarithms_apart(text))
    in_prose = filter(None, map(_typed, _in_prose(text, terms)))
    typed = () if _runs_together(text) else written.variants
    same = as_dict(written) | {
        "variants": tuple(dict.fromkeys((*typed, *in_prose))),
        "adjacent": (),
    }
    return FormulaLeaf(
        **same,
        runs=tuple(dict.fromkeys(_spellings(terms))),
        near_runs=tuple(_renamings(terms)) if near else (),
        near_formulas=tuple(_one_script_away(terms)) if near else (),
    )


def _in_prose(text: str, terms: tuple[str, ...]) -> Iterator[str]:
    r"""As prose has it: `O(n \log n)` as O(nlogn), `\alpha` as α, x² as x^2."""
    full = _SMALL.sub(_full_size, text)
    if full != text:
        yield full
    if len(terms) >= _SHORTEST_PLAIN:
        plain = re.sub(r"\\(?=[A-Za-z])|\\[,;:! ]", " ", full)
        yield logarithms_apart(plain)
        yield logarithms_apart(plain, "")
    signs = command_signs()
    signed = _COMMAND.sub(lambda name: signs.get(name[1], name[0]), full)
    if signed != full:
        yield signed


def _runs_together(text: str) -> bool:
    """Whether small scripts are parts of words in folded text: Aᵀ is at."""
    return _typed(text) != _typed(_SMALL.sub(r" \g<0>", text))


def as_name(text: str) -> Sequence:
    """The name that a formula with small scripts is in folded text: x² is x2.

    Nothing for one that no name can be, as O(n²).
    """
    name = _typed(text)
    if not _SMALL.search(text) or _runs_together(text):
        return ()
    return name if all(slot[0].isalnum() for slot in name) else ()


def _full_size(script: re.Match[str]) -> str:
    small = script[0] if len(script[0]) == 1 else f"{{{script[0]}}}"
    return ("^" if script[1] else "_") + small


def _typed(text: str) -> Sequence:
    return tuple((atom,) for word in words(text) for atom in word.atoms)


def _spellings(terms: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if terms:
        yield terms
        yield tuple(_letter_by_letter(terms))
        yield tuple(_as_words(terms))


def _letter_by_letter(terms: tuple[str, ...]) -> Iterator[str]:
    for term in terms:
        yield from term if term.isascii() and term.isalpha() else (term,)


def _as_words(terms: tuple[str, ...]) -> Iterator[str]:
    def is_letter(term: str) -> bool:
        return len(term) == 1 and term.isascii() and term.isalpha()

    for letters, run in groupby(terms, key=is_letter):
        row = tuple(run)
        if letters and len(row) >= _SHORTEST_WORD:
            yield "".join(row).lower()
        else:
            yield from row


def _renamings(terms: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    others = renamed(terms)
    if others != terms and len(terms) >= _SHORTEST_NEAR and is_telling(terms):
        yield others


def _one_script_away(terms: tuple[str, ...]) -> Iterator[str]:
    digest, scripts = skeleton(terms)
    if digest:
        yield skeleton_term(digest, scripts + 1)
        if scripts:
            yield skeleton_term(digest, scripts - 1)
