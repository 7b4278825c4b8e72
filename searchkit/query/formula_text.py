r"""Where does a query's text stop being words and become a formula?

Between `$…$` or `\(…\)`, a formula is told by its author. Typed bare, it is a row of
pieces without a word in them (single letters, numbers, signs, `log`, LaTeX commands)
of which something can only be mathematics: a command, `_{`, `x^2`, `i = 1`, `O(n)`, or
a Greek letter or a sign by itself.
A formula that is mistaken for one loses nothing, since its text as typed is searched,
too.
"""

from __future__ import annotations

import re

from searchkit.analysis.latex_names import FUNCTIONS, LOWERED, RAISED
from searchkit.analysis.scripts import UNSPACED
from searchkit.corpus.formulas import MATH, delimiters
from searchkit.record import record

_DELIMITED = re.compile(MATH, re.DOTALL)
_PIECE = re.compile(rf"[^\s{UNSPACED}\"“”„＂「」『』]+")
_OPERATOR_WORDS = frozenset(("OR", "AND", "NOT"))
_BARS = frozenset(("|", "||", "｜"))
_FIELD = re.compile(r"[+-]?[A-Za-z]{2,12}[:：]\S")
_PATTERN = re.compile(r"\*?[^\W_]{2,}[*~]\d?")  # a wildcard, a word with typing errors
_COMMAND = re.compile(r"\\[A-Za-z]+")
_RUN = re.compile(r"[A-Za-z]+")
_BRACKET = re.compile(r"\\.|[(){}\[\]（）]", re.DOTALL)

# What is mathematics wherever it stands, …
_STRONG = re.compile(
    r"\\[A-Za-z]|\\[{|]|[_^]\{|[\w)}\]'|]\^[\w{(\\*'+-]"
    r"|(?<![A-Za-z0-9_])[A-Za-zΑ-Ωα-ω]_[A-Za-z0-9](?![A-Za-z0-9_])"
    rf"|(?<![A-Za-z])[A-Za-zΑ-Ωα-ω][{RAISED}{LOWERED}]|[)\]}}][{RAISED}{LOWERED}]"
)
# … and what is among pieces that have no words in them.
_WEAK = re.compile(
    r"[\w)\]}'!|]\s*(?<![-=<>!+*/])[=<>](?![=<>])\s*[\w(\[{\\|-]"
    r"|(?<![\w.:>])[A-Za-zΑ-Ωα-ω]'?\([^()]+\)"
)
_SIGN = re.compile("[‖∑∏∫∂∇√≤≥≠∈∉×≈∝⊂⊆∪∩]")
_ALONE = re.compile(rf"(?:[Α-Ωα-ω][0-9]*|{_SIGN.pattern})(?![^\s)）])")
_OF_ARGUMENTS = re.compile(r"[A-Za-z]\(")
_LOGARITHM = re.compile(
    r"(?<![A-Za-z\\])"
    r"(?:([A-Za-z]) {0,2}(log|ln|lg)(?: ?([A-Za-z]))?|(log|ln|lg) ?([A-Za-z]))"
    r"(?![A-Za-z])"
)
_OPERATOR = re.compile(r"[=/*<>]\s")  # at the beginning of what follows a word
_OPERATORS = re.compile(r"(?:\s+[-=/*+<>])+$")  # at the end, where a word follows
_DEEPEST = 40  # brackets in one another


@record
class FormulaText:
    """A formula without its delimiters, and where the text goes on after it."""

    text: str
    end: int


@record
class NoFormula:
    """No formula begins anywhere before `until`."""

    until: int


def formula_at(
    text: str, at: int, *, grouped: bool = False, in_math: bool = False
) -> FormulaText | NoFormula:
    r"""The formula that begins at `text[at]`, if one does.

    `grouped` tells that a closing parenthesis ends the query's group, `in_math` that
    the query is restricted to formulas, so that words are taken for one, too.

    >>> formula_at(r"x_{t - 1} 梯度", 0)
    FormulaText(text='x_{t - 1}', end=9)
    >>> formula_at("y_i = 1 / sum", 0)
    FormulaText(text='y_i = 1', end=7)
    >>> formula_at(r"C++ 梯度", 0)
    NoFormula(until=3)
    """
    if delimited := _DELIMITED.match(text, at):
        return FormulaText(delimiters(delimited.group())[1], delimited.end())
    if at and not in_math and _OPERATOR.match(text, at):
        return NoFormula(at + 1)
    row = _Row(text, at, grouped=grouped, in_math=in_math)
    end = row.end()
    if end < len(text) and not in_math and (cut := _OPERATORS.search(text[at:end])):
        end = at + cut.start()
    found = _without_loose_end(text[at:end].strip())
    if found and (in_math or _is_mathematics(found)):
        return FormulaText(found, end)
    if alone := _ALONE.match(text, at):
        return FormulaText(alone.group(), alone.end())
    return NoFormula(end if row.by_operator else row.seen)


def logarithms_apart(text: str, blank: str = " ") -> str:
    """A formula with a `blank` between the names of logarithms and single letters.

    >>> logarithms_apart("O(nlogn)"), logarithms_apart("O(n log n)", "")
    ('O(n log n)', 'O(nlogn)')
    """
    return _LOGARITHM.sub(lambda m: blank.join(filter(None, m.groups())), text)


def _without_loose_end(text: str) -> str:
    """The text without what is closed at its end and was opened before it began.

    >>> _without_loose_end("h_t + b_h))"), _without_loose_end("(x_i)")
    ('h_t + b_h', '(x_i)')
    """
    while text.endswith((")", "）")):
        signs = [match.group() for match in _BRACKET.finditer(text)]
        opened = sum(sign in "(（" for sign in signs)
        if opened >= sum(sign in ")）" for sign in signs):
            break
        text = text[:-1].rstrip()
    return text


def _is_mathematics(text: str) -> bool:
    if _STRONG.search(text) or _WEAK.search(text):
        return True
    return len(text) > 1 and _SIGN.search(text) is not None


class _Row:
    """Pieces side by side that may be one formula."""

    def __init__(self, text: str, at: int, *, grouped: bool, in_math: bool) -> None:
        self.text = text
        self.at = at
        self.grouped = grouped
        self.in_math = in_math
        self.depth = 0
        self.strong = False
        self.by_operator = False  # whether it is a word like OR that ends the row
        self.seen = at  # how far it was read

    def end(self) -> int:
        """Where the last piece ends that belongs to the row."""
        balanced = last = at = self.at
        while piece := _PIECE.match(self.text, at):
            if piece.group() in _OPERATOR_WORDS:
                self.by_operator = True
                return balanced  # (x_i OR y_i) is a group
            if self.depth > _DEEPEST or not self._belongs(piece.group()):
                break
            last = self.seen = self._bracketed(piece.start(), piece.end())
            self.strong = self.strong or bool(_STRONG.search(piece.group()))
            if self.depth <= 0:
                balanced = last
            if last < piece.end():
                break
            at = _after_blanks(self.text, last)
        return last if self.strong or self.in_math else balanced

    def _belongs(self, piece: str) -> bool:
        if piece in _BARS:
            return self.depth > 0
        if _FIELD.match(piece) or (self.in_math and _PATTERN.fullmatch(piece)):
            return self._is_inside()
        if self.depth or _OF_ARGUMENTS.match(piece):
            piece = logarithms_apart(piece)
        return self.in_math or self._is_inside() or _has_no_word(piece)

    def _is_inside(self) -> bool:
        return self.depth > 0 and self.strong

    def _bracketed(self, start: int, end: int) -> int:
        """Count the brackets of a piece; where it, or all that can be read, ends."""
        for bracket in _BRACKET.finditer(self.text, start, end):
            sign = bracket.group()
            if sign in "({[（":
                self.depth += 1
            elif sign in ")]}）":
                if sign in ")）" and self.grouped and self.depth == 0:
                    return bracket.start()
                self.depth -= 1
            if self.depth > _DEEPEST:
                return bracket.end()
        return end


def _after_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _has_no_word(piece: str) -> bool:
    """Whether the letters of a piece are single ones, functions or LaTeX."""
    if _STRONG.search(piece):
        return not piece.startswith(("+", "-")) or not _is_word(piece[1:])
    return not _is_word(piece)


def _is_word(piece: str) -> bool:
    runs = _RUN.findall(_COMMAND.sub(" ", piece))
    return any(
        len(run) > 1
        and run not in FUNCTIONS
        and not (len(run) == 2 and run[0] == "d" and run[1].islower())
        for run in runs
    )
