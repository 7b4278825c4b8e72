r"""What does a formula say, however its author wrote it?

LaTeX becomes canonical atoms: one spelling for each of the ways to write the same.
Braces stand only round arguments of more than one atom, a subscript stands before the
superscript, spaces, sizes and alignment are gone. An atom keeps the span of the
original that it was read from, with the braces or the font command around it alone.

Any text whatever has canonical atoms. One pass, a stack, no recursion; linear in the
length, since groups deeper than a person nests them are taken as flat.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import NamedTuple

from searchkit.analysis.folding import fold
from searchkit.analysis.latex_names import (
    ARGUMENTS,
    CLOSED,
    DROPPED,
    FONTS,
    FUNCTIONS,
    GREEK,
    IGNORED,
    LOWERED,
    OPENED,
    RAISED,
    SEVERAL,
    SIGNS,
    SWITCHES,
    SYNONYMS,
    TRANSPARENT,
    WITH_COLUMNS,
    WORDS,
    sign_command,
)

_DEEPEST = 40  # groups and arguments in one another
_TRAILING = frozenset(".,;:。、")  # what ends the sentence around a formula

_TOKEN = re.compile(
    r"(?P<skip>\s+|%[^\n]*|[&~$]|\\\\(?:\*|\[[\w. ]{0,16}\])?|\\(?:left|right)\s*\."
    r"|\\(?=\s)|\\\Z)"
    r"|(?P<size>\\(?:left|right|middle|[bB]igg?[lrm]?)(?![A-Za-z]))"
    r"|(?P<dots>\.\.\.)"
    r"|(?P<environment>\\(?:begin|end)\{[A-Za-z]*\*?\})"
    r"|(?P<command>\\(?:(?:operatorname|hspace|vspace|tag)\*|[A-Za-z]+|.))"
    r"|(?P<letters>[A-Za-z]+)"
    rf"|(?P<raised>[{RAISED}]+)"
    rf"|(?P<lowered>[{LOWERED}]+|(?<=[Α-Ωα-ω])[0-9]+)"
    r"|(?P<digits>[0-9]+)"
    r"|(?P<opening>\{)"
    r"|(?P<closing>\})"
    r"|(?P<script>[_^])"
    r"|(?P<primes>['’]+)"
    r"|(?P<sign>.)",
    re.DOTALL,
)


class Atom(NamedTuple):
    """One canonical atom; it was read from `text[start:end]`."""

    term: str
    start: int
    end: int


Atoms = list[Atom]


@dataclass(slots=True)
class _Group:
    """What stands between two braces, or at the top."""

    style: str
    start: int
    closing: str = "}"
    atoms: Atoms = field(default_factory=list)
    scripts: dict[str, Atoms] = field(default_factory=dict)

    def settle(self) -> Atoms:
        """The atoms so far, those of the last scripts among them: `_` before `^`."""
        for sign in sorted(self.scripts, reverse=True):  # "_" is after "^" in ASCII
            operator, *argument = self.scripts[sign]
            if argument:
                self.atoms += [operator, *_braced(argument)]
        self.scripts.clear()
        return self.atoms


@dataclass(slots=True)
class _Call:
    """A command, or the sign of a script, that waits for its arguments."""

    name: str
    style: str
    wanted: int
    start: int
    end: int
    option: Atoms = field(default_factory=list)
    arguments: list[Atoms] = field(default_factory=list)

    def value(self) -> Atoms:
        """What the command and its arguments say."""
        if self.name in DROPPED:
            return []
        if self.name == "textcolor":
            return self.arguments[-1] if len(self.arguments) > 1 else []
        if self.name not in ARGUMENTS:
            return _widened([a for one in self.arguments for a in one], self.start)
        head = Atom("\\" + self.name, self.start, self.end)
        braced = [atom for one in self.arguments for atom in _braced(one)]
        return [head, *self.option, *braced]


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.stack: list[_Group | _Call] = [_Group("", 0)]
        self.sized: int | None = None  # where `\left` stood, if it was the last token
        self.flat = 0  # open braces that are too deep to be groups

    def read(self) -> Atoms:
        while match := _TOKEN.match(self.text, self.at):
            self.at = match.end()
            getattr(self, "_" + str(match.lastgroup))(match.group(), match.start())
        while len(self.stack) > 1:
            self._end()
        return self._bottom().settle()

    def _bottom(self) -> _Group:
        (group,) = self.stack
        assert isinstance(group, _Group)
        return group

    # One method for each kind of token.

    def _skip(self, token: str, start: int) -> None:
        pass

    def _size(self, token: str, start: int) -> None:
        self.sized = start

    def _dots(self, token: str, start: int) -> None:
        self._give([Atom("\\dots", start, self.at)])

    def _environment(self, token: str, start: int) -> None:
        begins = token.startswith("\\begin")
        name = token[token.index("{") + 1 : -1].rstrip("*")
        if sign := (OPENED if begins else CLOSED).get(name):
            self._give([Atom(sign, start, self.at)])
        if begins and name in WITH_COLUMNS:
            self._call("label", 1, start)

    def _command(self, token: str, start: int) -> None:
        name = SYNONYMS.get(token[1:], token[1:])
        if name in IGNORED:
            return
        if name in ARGUMENTS or name in DROPPED or name in TRANSPARENT:
            self._call(name, ARGUMENTS.get(name, 1), start)
        elif name == "textcolor":
            self._call(name, 2, start)
        elif name in WORDS or name in FONTS:
            self._call(name, 1, start, FONTS.get(name, "words"))
        elif name in SWITCHES and isinstance(self.stack[-1], _Group):
            self.stack[-1].style = SWITCHES[name]
        else:
            self._symbol(name, start)

    def _symbol(self, name: str, start: int) -> None:
        term = SIGNS.get(name) or (name if name in FUNCTIONS else "\\" + name)
        style = self.stack[-1].style
        if term in GREEK and style not in ("", "words"):
            term = f"{style} {term}"
        self._give([Atom(term, self._sized_start(start), self.at)])

    def _letters(self, token: str, start: int) -> None:
        top = self.stack[-1]
        if isinstance(top, _Call):  # an argument without braces is one character
            token, self.at = token[0], start + 1
        self._each(_spelled(token, top.style), start, len(token))

    def _each(self, terms: tuple[str, ...], start: int, length: int) -> None:
        if len(terms) == length:
            for at, term in enumerate(terms, start):
                self._give([Atom(term, at, at + 1)])
        else:
            for term in terms:
                self._give([Atom(term, start, start + length)])

    def _digits(self, token: str, start: int) -> None:
        top = self.stack[-1]
        if isinstance(top, _Call):
            token, self.at = token[0], start + 1
        styled = top.style not in ("", "words")
        self._give([Atom(f"{top.style} {token}" if styled else token, start, self.at)])

    def _opening(self, token: str, start: int) -> None:
        if self.flat or len(self.stack) > _DEEPEST:
            self.flat += 1
        else:
            self.stack.append(_Group(self.stack[-1].style, start))

    def _closing(self, token: str, start: int) -> None:
        if self.flat:
            self.flat -= 1
            return
        while self._open_call() or self.stack[-1].closing == "]":  # type: ignore[union-attr]  # a group: no call is open
            self._end()
        if len(self.stack) > 1:
            self._end()

    def _script(self, token: str, start: int) -> None:
        top = self.stack[-1]
        if isinstance(top, _Call) or len(self.stack) > _DEEPEST:
            self._give([Atom(token, start, self.at)])
            return
        self._begin_script(top, token)
        self.stack.append(_Call(token, top.style, 1, start, self.at))

    def _begin_script(self, group: _Group, sign: str) -> None:
        if sign in group.scripts and group.scripts[sign][-1].term != "\\prime":
            group.settle()

    def _raised(self, token: str, start: int) -> None:
        self._small("^", token, start)

    def _lowered(self, token: str, start: int) -> None:
        self._small("_", token, start)

    def _small(self, sign: str, token: str, start: int) -> None:
        """The script that small characters are, x² is x^2, or a number: β1 is β_1."""
        read = _Reader(unicodedata.normalize("NFKC", token)).read()
        atoms = [Atom(a.term, start + a.start, start + a.end) for a in read]
        top = self.stack[-1]
        if isinstance(top, _Call):
            self._give(atoms)
        else:
            self._begin_script(top, sign)
            top.scripts.setdefault(sign, [Atom(sign, start, start)]).extend(atoms)

    def _primes(self, token: str, start: int) -> None:
        primes = [Atom("\\prime", at, at + 1) for at in range(start, self.at)]
        top = self.stack[-1]
        if isinstance(top, _Call):
            self._give(primes)
        else:
            top.scripts.setdefault("^", [Atom("^", start, start)]).extend(primes)

    def _sign(self, token: str, start: int) -> None:
        top = self.stack[-1]
        if token == "[" and isinstance(top, _Call) and top.name == "sqrt":
            self.stack.append(_Group(top.style, start, closing="]"))
        elif token == "]" and isinstance(top, _Group) and top.closing == "]":
            self._end()
        else:
            term = token if token.isascii() else sign_command(token)
            if not term.isascii():
                term = fold(term).text.strip()
            if term:
                self._give([Atom(term, self._sized_start(start), self.at)])

    # What the tokens do to the stack.

    def _sized_start(self, start: int) -> int:
        """Where a delimiter begins: at the `\\left` in front of it, if there is one."""
        if self.sized is None:
            return start
        sized, self.sized = self.sized, None
        return sized if not self.text[sized:start].split()[1:] else start

    def _open_call(self) -> bool:
        return isinstance(self.stack[-1], _Call)

    def _call(self, name: str, wanted: int, start: int, style: str = "") -> None:
        if len(self.stack) > _DEEPEST:
            self._give([Atom("\\" + name, start, self.at)])
            return
        style = style or self.stack[-1].style
        self.stack.append(_Call(name, style, wanted, start, self.at))

    def _end(self) -> None:
        """Close what is on top of the stack and hand its value down."""
        top = self.stack.pop()
        if isinstance(top, _Call):
            self._return(top)
        elif top.closing == "]":
            self._option(top)
        else:
            self._give(_widened(top.settle(), top.start, self.at))

    def _option(self, group: _Group) -> None:
        inside, call = group.settle(), self.stack[-1]
        if isinstance(call, _Call):
            last = Atom("]", max(group.start, self.at - 1), self.at)
            first = Atom("[", group.start, group.start + 1)
            call.option = [first, *inside, last]

    def _give(self, atoms: Atoms) -> None:
        """Hand a value to what waits for one: a command, or the open group."""
        self.sized = None
        top = self.stack[-1]
        if isinstance(top, _Call):
            top.arguments.append(atoms)
            if len(top.arguments) == top.wanted:
                self.stack.pop()
                self._return(top)
        else:
            top.settle().extend(atoms)

    def _return(self, call: _Call) -> None:
        if call.name in ("_", "^"):
            group = self.stack[-1]
            assert isinstance(group, _Group)
            sign = Atom(call.name, call.start, call.end)
            argument = call.arguments[0] if call.arguments else []
            group.scripts.setdefault(call.name, [sign]).extend(argument)
        elif call.name not in DROPPED:
            self._give(call.value())


def canonical(text: str) -> tuple[Atom, ...]:
    r"""The canonical atoms of a formula, in canonical order. Never raises.

    Punctuation at its end belongs to the sentence around it and is left out.

    >>> [atom.term for atom in canonical(r"\dfrac1n \left(x_{t-1}\right)^{2}.")]
    ['\\frac', '1', 'n', '(', 'x', '_', '{', 't', '-', '1', '}', ')', '^', '2']
    """
    atoms = _Reader(text).read()
    while atoms and atoms[-1].term in _TRAILING:
        atoms.pop()
    return tuple(atoms)


def _braced(atoms: Atoms) -> Atoms:
    """An argument: in braces unless it is one atom."""
    if len(atoms) == 1:
        return atoms
    start = atoms[0].start if atoms else 0
    end = atoms[-1].end if atoms else 0
    return [Atom("{", start, start), *atoms, Atom("}", end, end)]


def _widened(atoms: Atoms, start: int, end: int = 0) -> Atoms:
    """The atoms; one that is alone takes the whole span."""
    if len(atoms) == 1:
        ((term, first, last),) = atoms
        return [Atom(term, min(start, first), max(end, last))]
    return atoms


def _spelled(letters: str, style: str) -> tuple[str, ...]:
    """The atoms of letters side by side: a word, a function, or one by one."""
    if style == "words" and len(letters) > 1:
        word = letters if letters in FUNCTIONS else letters.lower()
        return SEVERAL.get(word, (word,))
    if letters in SEVERAL:
        return SEVERAL[letters]
    if letters in FUNCTIONS:
        return (letters,)
    if style in ("", "words"):
        return tuple(letters)
    return tuple(f"{style} {letter}" for letter in letters)
