"""What does a name, a sign or a run of characters add to the index?

Equal tokens add the same terms, so each is looked at once (`TokenTable`): its atoms,
and what else is known of it. So is each piece of text without blanks that a pattern has
to cut (see `pieces`). Han characters and others that are written without blanks come as
stand-ins of equal kind; which atoms they are the caller sees in the text.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from itertools import accumulate

from searchkit.analysis.latin import LETTERS_AND_DIGITS, humps, is_data, joined
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
_LETTER = OTHER_LETTER.replace("a-z", "A-Za-z", 1)
TOKEN = re.compile(
    rf"{_NAME}|(?<![^'])(?:--?|\.|@|#|\$|__?){_NAME}|(?:{_LETTER}){{1,{LONGEST}}}|\S"
)
"""`scripts.run_of_any` for a piece with its capitals."""

EDGE, WORD, NAME, HAN, CHARACTERS = 1, 2, 4, 8, 16  # kinds of a token
SEVERAL = 32  # the kind of a piece that is not a token but several
LETTERS, APART = 1, 2  # of an atom: letters or digits; a hyphen stands before it

_ATOM_OR_BLANK = re.compile(rf"[a-z]{{1,{LONGEST}}}|[0-9]{{1,{LONGEST}}}|.")
_JOINING_HYPHEN = re.compile("(?<=[a-z])-(?=[a-z])")
_ONE_LETTER = re.compile(_LETTER)

Written = Callable[[slice], str]
"""What the author wrote for a stretch of a token."""


class TokenTable(dict[object, int]):
    """Numbers pieces and tokens as they are met: `table[piece]`.

    The columns are by number. A piece of several tokens has SEVERAL for its kind; these
    are from `part_starts[n]` to `part_starts[n + 1]` in `parts`, at `part_offsets`.

    Token n has `sizes[n]` characters. Its atoms are from `atom_starts[n]` to
    `atom_starts[n + 1]` in the columns `ids`, `offsets`, `lengths` (in characters of
    the token) and `marks`; its further terms from `other_starts[n]` to
    `other_starts[n + 1]` in `other_ids`, each at one of the token's atoms
    (`other_atoms`).
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.kinds, self.sizes = array("B"), array("q")
        self.atom_starts, self.other_starts = array("q", [0]), array("q", [0])
        self.ids, self.offsets, self.lengths = array("i"), array("q"), array("q")
        self.marks = array("B")
        self.other_ids, self.other_atoms = array("i"), array("q")
        self.part_starts = array("q", [0])
        self.parts, self.part_offsets = array("i"), array("q")

    def __missing__(self, piece: str) -> int:
        if piece.isalnum() and (piece.isascii() or piece[0] in _CHARACTERS):
            self._token(piece)  # as most
        elif len(tokens := TOKEN.findall(piece)) == 1:
            self._token(piece)
        else:
            numbers = [self[token] for token in tokens]
            self.parts.extend(numbers)
            self.part_offsets.extend(accumulate(map(len, tokens[:-1]), initial=0))
            self._end(SEVERAL, len(piece))
        number = self[piece] = len(self.kinds) - 1
        return number

    def _token(self, token: str) -> None:
        first, size, is_ascii = token[0], len(token), token.isascii()
        kind = WORD
        if is_ascii and size <= LONGEST and (token.isalpha() or token.isdigit()):
            kind |= NAME
            self._atom(token.lower(), 0, LETTERS)
            if not token.isdigit() and not token.islower():
                self._others(0, token)
        elif first == BORDER:
            kind = EDGE
        elif first in _CHARACTERS:
            kind = CHARACTERS | (HAN if first == HAN_CHARACTER else 0)
            self._characters(size)
        elif is_ascii and (size > 1 or token.isalnum()):
            kind |= NAME
            self._name(token, None if token == token.lower() else token.__getitem__)
        elif size > 1 or token.isalnum() or _is_letters(token):
            self._atom(token, 0, token.isalnum())
        else:
            kind = 0
            self._atom(token, 0, 0)
        self._end(kind, size)

    def name(self, token: str, key: object, written: Written) -> int:
        """The number of a name whose letters are not those that were written."""
        if key not in self:
            self._name(token, written)
            self._end(WORD | NAME, len(token))
            self[key] = len(self.kinds) - 1
        return self[key]

    def _end(self, kind: int, size: int) -> None:
        """All that was added since the one before is of this one."""
        self.kinds.append(kind)
        self.sizes.append(size)
        self.atom_starts.append(len(self.ids))
        self.other_starts.append(len(self.other_ids))
        self.part_starts.append(len(self.parts))

    def _atom(self, term: str, offset: int, marks: int) -> None:
        self.ids.append(self.vocabulary[term])
        self.offsets.append(offset)
        self.lengths.append(len(term))
        self.marks.append(marks)

    def _characters(self, count: int) -> None:
        self.ids.extend([-1] * count)
        self.offsets.extend(range(count))
        self.lengths.extend([1] * count)
        self.marks.extend([0] * count)

    def _name(self, token: str, written: Written | None) -> None:
        """Add a name; `written` unless it was written as it is folded."""
        folded = token.lower()
        parted = _JOINING_HYPHEN.sub(" ", folded) if "-" in folded else folded
        data = _data(folded, written) if written else ()
        start = count = apart = 0
        for atom in _ATOM_OR_BLANK.findall(parted):
            end = start + len(atom)
            if atom == " ":
                apart = APART
            else:
                self._atom(atom, start, atom.isalnum() | apart)
                if written and atom.isalpha() and start not in data:
                    self._others(count, written(slice(start, end)))
                count, apart = count + 1, 0
            start = end
        if count > 1:
            self._other(0, WHOLE + joined(folded))

    def _others(self, at: int, written: str) -> None:
        """The terms of letters with capitals inside, at an atom of the token."""
        if written.isascii() and (written.islower() or written.istitle()):
            return
        if any(map(str.isupper, written[1:])):
            self._other(at, CASED + written)
        for term in hump_terms(humps(written)):
            self._other(at, term)

    def _other(self, at: int, term: str) -> None:
        self.other_ids.append(self.vocabulary[term])
        self.other_atoms.append(at)


def _data(folded: str, written: Written) -> frozenset[int]:
    """Where in a name is data."""
    spans = [match.span() for match in LETTERS_AND_DIGITS.finditer(folded)]
    data = [span for span in spans if is_data(written(slice(*span)))]
    return frozenset(at for span in data for at in range(*span))


def _is_letters(token: str) -> bool:
    return _ONE_LETTER.fullmatch(token) is not None
