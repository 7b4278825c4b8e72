"""What does a name, a sign or a run of characters add to the index?

A text is cut by one pattern into tokens, between which are blanks. Equal tokens add the
same terms, so each is looked at once (`TokenTable`): its atoms, and what else is
known of it. Han characters and others that are written without blanks come as stand-ins
of equal kind; which atoms they are the caller sees in the text.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable
from itertools import accumulate

from searchkit.analysis.latin import humps, joined
from searchkit.analysis.scripts import LONGEST, OTHER_LETTER
from searchkit.analysis.terms import CASED, WHOLE, hump_terms
from searchkit.analysis.vocabulary import Vocabulary

BORDER = "\x00"  # between two stretches of text; folding leaves none in a text
HAN_CHARACTER = "一"  # stands for any
UNSPACED_CHARACTER = "ア"  # stands for any other of scripts.UNSPACED

_LATIN = "[A-Za-z0-9]"
_JOINT = r"[-_.:/\\+#@'~&]"
_NAME = (  # no joint is looked for behind the words, which mostly have none
    rf"{_LATIN}+(?:(?={_JOINT})(?:{_JOINT}{{1,3}}{_LATIN}+)*"
    rf"(?:\+\+|[+#](?!{_LATIN})|__(?!{_LATIN}))?)?"
)
_CHARACTERS = HAN_CHARACTER + UNSPACED_CHARACTER
_OPENING = rf"(?<=[\s{BORDER}(\[{{\"'`=,;|<>{_CHARACTERS}])"
_LETTER = OTHER_LETTER.replace("a-z", f"A-Za-z{_CHARACTERS}", 1)
# What can only be a sign. The last alternative has it, too, but the others come before.
_SIGN = r"""[!"%-,/:-?\[-^`{-~、。，：；（）！？“”]"""
TOKEN = re.compile(
    rf"\s*({_NAME}|{_SIGN}|{BORDER}|{HAN_CHARACTER}{{1,{LONGEST}}}"
    rf"|{UNSPACED_CHARACTER}{{1,{LONGEST}}}|{_OPENING}(?:--?|\.|@|#|\$|__?){_NAME}"
    rf"|(?:{_LETTER}){{1,{LONGEST}}}|\S)"
)
"""`scripts.run_of_any` for a text with its capitals; blanks are left out."""

EDGE, WORD, NAME, HAN, CHARACTERS = 1, 2, 4, 8, 16  # kinds of a token
LETTERS, APART = 1, 2  # of an atom: letters or digits; a hyphen stands before it

_ATOM = re.compile(rf"[a-z]{{1,{LONGEST}}}|[0-9]{{1,{LONGEST}}}|\S")
_ONE_LETTER = re.compile(_LETTER)

Written = Callable[[slice], str]
"""What the author wrote for a stretch of a token."""


class TokenTable(dict[object, int]):
    """Numbers tokens as they are met: `table[token]`. The columns are by number.

    Token n has `sizes[n]` characters, and `atom_counts[n]` atoms from `atom_firsts[n]`
    on in the columns `ids`, `offsets`, `lengths` (in characters of the token) and
    `marks`; `other_counts[n]` further terms from `other_firsts[n]` on in `other_ids`,
    each at one of the token's atoms (`other_atoms`).
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.kinds, self.sizes = array("B"), array("q")
        self.atom_firsts, self.atom_counts = array("q"), array("q")
        self.ids, self.offsets, self.lengths = array("i"), array("q"), array("q")
        self.marks = array("B")
        self.other_firsts, self.other_counts = array("q"), array("q")
        self.other_ids, self.other_atoms = array("i"), array("q")

    def __missing__(self, token: str) -> int:
        number = self[token] = len(self.kinds)
        first = token[0]
        if token.isascii() and len(token) <= LONGEST and _is_plain(token):
            self._begin(token, WORD | NAME)
            self._atom(token.lower(), 0, LETTERS)
            if not (token.islower() or token.istitle() or token.isdigit()):
                self._others(0, token.lower(), token)
        elif first == BORDER:
            self._begin(token, EDGE)
        elif first in _CHARACTERS:
            is_han = first == HAN_CHARACTER
            self._begin(token, CHARACTERS | (HAN if is_han else 0))
            self._characters(len(token))
        elif token.isascii() and (len(token) > 1 or token.isalnum()):
            self._name(token, None if token == token.lower() else token.__getitem__)
        elif len(token) > 1 or token.isalnum() or _is_letters(token):
            self._begin(token, WORD)
            self._atom(token, 0, token.isalnum())
        else:
            self._begin(token, 0)
            self._atom(token, 0, 0)
        return number

    def name(self, token: str, key: object, written: Written) -> int:
        """The number of a name whose letters are not those that were written."""
        if key not in self:
            self[key] = len(self.kinds)
            self._name(token, written)
        return self[key]

    def _begin(self, token: str, kind: int) -> None:
        """All that is added from now on is of the next token."""
        self.kinds.append(kind)
        self.sizes.append(len(token))
        self.atom_firsts.append(len(self.ids))
        self.atom_counts.append(0)
        self.other_firsts.append(len(self.other_ids))
        self.other_counts.append(0)

    def _atom(self, term: str, offset: int, marks: int) -> None:
        self.ids.append(self.vocabulary[term])
        self.offsets.append(offset)
        self.lengths.append(len(term))
        self.marks.append(marks)
        self.atom_counts[-1] += 1

    def _characters(self, count: int) -> None:
        self.ids.extend([-1] * count)
        self.offsets.extend(range(count))
        self.lengths.extend([1] * count)
        self.marks.extend([0] * count)
        self.atom_counts[-1] = count

    def _name(self, token: str, written: Written | None) -> None:
        """Add a name; `written` unless it was written as it is folded."""
        self._begin(token, WORD | NAME)
        folded = token.lower()
        atoms = _ATOM.findall(folded)
        starts = [0, *accumulate(map(len, atoms))][:-1]
        letters = [atom.isalnum() for atom in atoms]
        if "-" in atoms:
            kept = [at for at in range(len(atoms)) if not _is_joint(atoms, at)]
            letters = [letters[at] | APART * _is_joint(atoms, at - 1) for at in kept]
            atoms, starts = [atoms[at] for at in kept], [starts[at] for at in kept]
        self.ids.fromlist([self.vocabulary[atom] for atom in atoms])
        self.offsets.fromlist(starts)
        self.lengths.fromlist([len(atom) for atom in atoms])
        self.marks.fromlist(letters)
        self.atom_counts[-1] = len(atoms)
        if written:
            for at, (atom, start) in enumerate(zip(atoms, starts, strict=True)):
                if atom.isalpha():
                    self._others(at, atom, written(slice(start, start + len(atom))))
        if len(atoms) > 1:
            self._add(0, [WHOLE + joined(folded)])

    def _others(self, at: int, term: str, written: str) -> None:
        """The terms of letters with capitals inside, at an atom of the token."""
        if any(map(str.isupper, written[1:])):
            self._add(at, [CASED + written])
        if written != term:
            self._add(at, hump_terms(humps(written)))

    def _add(self, at: int, terms: Iterable[str]) -> None:
        for term in terms:
            self.other_ids.append(self.vocabulary[term])
            self.other_atoms.append(at)
            self.other_counts[-1] += 1


def _is_joint(atoms: list[str], at: int) -> bool:
    """Whether an atom is a hyphen between letters, which joins as a blank would."""
    inside = atoms[at] == "-" and 0 < at < len(atoms) - 1
    return inside and atoms[at - 1].isalpha() and atoms[at + 1].isalpha()


def _is_plain(token: str) -> bool:
    """Whether an ASCII token is one run of letters or of digits."""
    return token.isalpha() or token.isdigit()


def _is_letters(token: str) -> bool:
    return _ONE_LETTER.fullmatch(token) is not None
