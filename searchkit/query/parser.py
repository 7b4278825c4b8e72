"""How does a line of text become a tree?

A hand-written parser for the grammar in `tree`. Any text whatever gives a tree: what
does not parse is searched as text, or ignored with a note that says so. Full-width
signs do what their half-width twins do, since Chinese input methods type them.
"""

from __future__ import annotations

import re
from itertools import chain

from searchkit.errors import QuerySyntaxError
from searchkit.model import Note
from searchkit.query.tree import (
    TEXT_FIELDS,
    Either,
    Fielded,
    Formula,
    Fuzzy,
    Item,
    Node,
    Occur,
    ParsedQuery,
    Phrase,
    Restriction,
    Text,
    Wildcard,
    Words,
)

LONGEST_QUERY = 2_000
"""Code points; what comes after is ignored with a note."""

MOST_PARTS = 64
"""Words, phrases, formulas and restrictions; the rest is ignored with a note."""

_DEEPEST = 30  # parentheses; deeper ones mean nothing to a person
_CLOSING = {**dict.fromkeys('"“”＂„', '"“”＂„'), "「": "」", "『": "』"}
_RESTRICTIONS = ("path", "in", "lang", "since", "until", "date")
FIELDS = (*TEXT_FIELDS, *_RESTRICTIONS)
_MOST_NAMES = 4  # names in capitals that are typed side by side; more are a sentence
_FIELD = re.compile(r"([A-Za-z]{2,12})[:：](?=\S)")
_EMPTY = re.compile(r"[\s()（）]*")
_CHUNK = re.compile(r"[^\s()（）]+")
_PREFIX = re.compile(r"[^\W_][\w.+#/-]*[*＊]")
_INFIX = re.compile(r"[*＊][^\W_][\w.+#/-]*[*＊]")
_OPTION = re.compile(r"-([A-Za-z][A-Za-z0-9=.,/-]*)(?=\s|$)")
_COMMAND = re.compile(r"[!-~]*[\w./:'=]", re.ASCII)  # before an option
_WORD = re.compile("[A-Za-z]{2}")
_FUZZY = re.compile(r"([^\W\d_]{3,})[~～]([12]?)")
_OF_FORMULAS = frozenset("$\\_^=<>(‖∑∏∫∂∇√≤≥≠∈∉×≈∝⊂⊆∪∩¹²³ᵀⱼ").union(
    *(map(chr, range(ord(first), ord(last) + 1)) for first, last in ("Αω", "⁰ₜ", "ᵢᵥ"))
)
"""Each formula has one of these characters, or the query says `in:math`: see
`formula_text`, which most queries need not import."""
_OPERATORS = {"OR": "or", "|": "or", "||": "or", "｜": "or", "AND": "and", "NOT": "not"}


class _Open:
    """A group whose end has not come yet."""

    def __init__(self) -> None:
        self.groups: list[list[Item]] = [[]]
        self.occur: Occur = "optional"
        self.joined = False  # an AND has just been read
        self.named = ""  # the field in front of the parenthesis


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open: list[_Open] = [_Open()]
        self.too_deep = 0
        self.parts = 0
        # No formula begins before.
        plain = _OF_FORMULAS.isdisjoint(text) and "math" not in text
        self.plain_until = len(text) if plain else 0
        self.restrictions: list[Restriction] = []
        self.notes: list[Note] = []
        self.problem: tuple[str, int] | None = None
        self.in_capitals = _is_in_capitals(text)

    def parse(self) -> ParsedQuery:
        cut = False
        while self._skip_blanks() and not cut:
            cut = self.parts >= MOST_PARTS and self._ignore_rest()
            if not cut:
                self._part()
        while len(self.open) > 1:
            if not cut:
                self._ignore("(", "it is never closed", self.at)
            self._close()
        return ParsedQuery(_either(self.open[0]), tuple(self.restrictions))

    def _ignore_rest(self) -> bool:
        """Whether more follows than what closes groups, and so is ignored."""
        rest = self.text[self.at :].lstrip(" \t\r\n)）")
        if rest:
            why = f"only the first {MOST_PARTS} parts of a query are searched"
            self._ignore(rest[:20], why, self.at)
        return bool(rest)

    def _skip_blanks(self) -> bool:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)

    def _part(self) -> None:
        character = self.text[self.at]
        if character in ")）" and (len(self.open) > 1 or self.too_deep):
            self.at += 1
            self._close()
        elif operator := self._operator():
            self._operate(*operator)
        elif option := self._option():
            self._add("excluded", "", option)
        else:
            occur = self._sign()
            self._value(occur)

    def _operator(self) -> tuple[str, str] | None:
        """An operator word that has something to work on; else it is text."""
        match = _CHUNK.match(self.text, self.at)
        word = match[0] if match else ""
        kind = _OPERATORS.get(word)
        if kind is None or (self.in_capitals and word.isalpha()):
            return None
        if not self.text[self.at + len(word) :].strip(" \t\n\r)）"):
            return None
        if kind != "not" and not self.open[-1].groups[-1]:
            return None
        return kind, word

    def _operate(self, kind: str, word: str) -> None:
        self.at += len(word)
        group = self.open[-1]
        if kind == "or":
            group.groups.append([])
        elif kind == "not":
            group.occur = "excluded"
        else:
            last = group.groups[-1][-1]
            if last.occur == "optional":
                group.groups[-1][-1] = Item("required", last.node)
            group.joined = True

    def _option(self) -> Text | None:
        """`-x` in a row of Latin words or at its beginning, where no operator is."""
        match, group = _OPTION.match(self.text, self.at), self.open[-1]
        if not match or group.occur != "optional" or group.joined:
            return None
        behind = "".join(self.text[: self.at].split()[-1:])
        is_row = _COMMAND.fullmatch(behind) and _WORD.search(self.text, 0, self.at)
        if behind in _OPERATORS or (behind and not is_row):
            return None
        is_last = (
            not self.text[match.end() :].strip() and " -" not in self.text[: self.at]
        )
        self.at = match.end()
        return Text(match[1], behind, last=is_last)

    def _sign(self) -> Occur:
        """`+` and `-` in front of a word; before a digit or a sign they are text."""
        group = self.open[-1]
        occur: Occur = "required" if group.joined else group.occur
        if group.occur == "excluded":
            occur = "excluded"
        group.occur, group.joined = "optional", False
        following = self.text[self.at + 1 : self.at + 2]
        opens = following and (following.isalpha() or following in "(（.*$" + _QUOTES)
        if opens and self.text[self.at] in "+-－＋":
            occur = "required" if self.text[self.at] in "+＋" else "excluded"
            self.at += 1
        return occur

    def _value(self, occur: Occur) -> None:
        named = _FIELD.match(self.text, self.at)
        name = named[1].lower() if named else ""
        if name not in FIELDS:
            name = ""
        elif named:
            self.at = named.end()
        formula = None if name in _RESTRICTIONS else self._formula()
        if formula:
            self._add(occur, name, formula)
        elif self.text[self.at] in "(（":
            self._open_group(occur, name)
        elif name in _RESTRICTIONS:
            quoted = self._quoted()
            value = self._chunk() if quoted is None else quoted
            self.parts += 1
            self.restrictions.append(Restriction(name, value, occur == "excluded"))
        else:
            self._add(occur, name, self._node())

    def _open_group(self, occur: Occur, name: str) -> None:
        self.at += 1
        if len(self.open) > _DEEPEST:
            self.too_deep += 1
            if self.too_deep == 1:
                self._ignore("(", f"more than {_DEEPEST} are open", self.at - 1)
            return
        self.open.append(_Open())
        self.open[-1].named = name
        self.open[-2].occur = occur

    def _close(self) -> None:
        if self.too_deep:
            self.too_deep -= 1
            return
        inner = self.open.pop()
        occur = self.open[-1].occur
        self.open[-1].occur = "optional"
        groups = _either(inner)
        if any(group.items for group in groups.groups):
            if occur == "optional" and len(groups.groups) > 1:
                occur = "required"  # alternatives are typed for a reason
            self._add(occur, inner.named, groups)
        elif inner.named:
            what = f"{inner.named}:()"
            self._ignore(what, "there is nothing in it", self.at)

    def _add(self, occur: Occur, name: str, node: Node) -> None:
        if name in TEXT_FIELDS and not isinstance(node, Fielded):
            node = Fielded(name, node)
        if occur == "optional" and isinstance(node, Phrase | Fielded):
            occur = "required"
        elif occur == "required" and isinstance(node, Phrase):
            node = Phrase(node.text, insisted=True)
        self.parts += not isinstance(node, Either)
        self.open[-1].groups[-1].append(Item(occur, node))

    def _node(self) -> Node:
        quoted = self._quoted()
        if quoted is not None:
            return Phrase(quoted)
        chunk = self._chunk()
        if chunk.startswith("'") and "'" in self.text[self.at :]:
            chunk = chunk[1:] or chunk  # 'a b' is in quotes, and 'static is not
        self._hint_at_field(chunk)
        return self._pattern(chunk) or Text(chunk)

    def _hint_at_field(self, chunk: str) -> None:
        """Say that `title: x` would be a field without the blank."""
        name = chunk[:-1].lower()
        if chunk[-1:] in (":", "：") and name in FIELDS and self._skip_blanks():
            what = f"{name}: is a field if no blank follows it"
            self.notes.append(Note("hint", chunk, f"“{chunk}” was searched; {what}"))

    def _pattern(self, chunk: str) -> Wildcard | Fuzzy | None:
        """The pattern that a chunk is, if it is one."""
        if _INFIX.fullmatch(chunk):
            return Wildcard(chunk[1:-1], anywhere=True)
        if _PREFIX.fullmatch(chunk):
            return Wildcard(chunk[:-1], anywhere=False)
        if match := _FUZZY.fullmatch(chunk):
            return Fuzzy(match[1], int(match[2] or 0))
        return None

    def _formula(self) -> Formula | None:
        """The formula that begins here, if one does."""
        if self.at < self.plain_until:
            return None
        from searchkit.query.formula_text import FormulaText, formula_at

        found = formula_at(
            self.text,
            self.at,
            grouped=len(self.open) > 1 or self.too_deep > 0,
            in_math=any(r == Restriction("in", "math") for r in self.restrictions),
        )
        if isinstance(found, FormulaText):
            self.at = found.end
            return Formula(found.text)
        self.plain_until = found.until
        return None

    def _quoted(self) -> str | None:
        """The text in quotes that begins here, or nothing if they do not close."""
        opening = self.text[self.at]
        if opening not in _CLOSING:
            return None
        ends = [self.text.find(c, self.at + 1) for c in _CLOSING[opening]]
        end = min((end for end in ends if end >= 0), default=-1)
        if end < 0:
            self._ignore(opening, "it is never closed", self.at)
            self.at += 1
            return None
        inside, self.at = self.text[self.at + 1 : end], end + 1
        return inside

    def _chunk(self) -> str:
        """Text up to the next blank, quote or the parenthesis that closes a group."""
        start, depth = self.at, 0
        grouped = len(self.open) > 1 or self.too_deep
        while self.at < len(self.text) and not self.text[self.at].isspace():
            character = self.text[self.at]
            if character in "(（":
                depth += 1
            elif character in ")）":
                depth -= 1
                if depth < 0 and grouped:
                    break
            elif self.at > start and (
                character in _STRONG_QUOTES or self._formula_opens()
            ):
                break
            self.at += 1
        return self.text[start : self.at]

    def _formula_opens(self) -> bool:
        """Whether a formula stands here that no blank parts from the text before."""
        before, character = self.text[self.at - 1], self.text[self.at]
        if character != "$" and (before.isascii() or not character.isascii()):
            return False
        if _OF_FORMULAS.isdisjoint(self.text):
            return False
        from searchkit.query.formula_text import FormulaText, formula_at

        found = formula_at(self.text, self.at)
        return isinstance(found, FormulaText)

    def _ignore(self, part: str, why: str, position: int) -> None:
        if self.problem is None:
            self.problem = (f"“{part}” at {position + 1}: {why}.", position)
        self.notes.append(Note("ignored", part, f"“{part}” was ignored: {why}"))


def _is_in_capitals(text: str) -> bool:
    """Whether a whole sentence is in capitals, so that its AND is none of ours.

    >>> _is_in_capitals("GPU AND TPU"), _is_in_capitals("USE OF AND AND OR IN A CPU")
    (False, True)
    """
    words = [word for word in text.split() if word not in _OPERATORS]
    return len(words) > _MOST_NAMES and text.isascii() and text.isupper()


_QUOTES = "".join(_CLOSING)
_STRONG_QUOTES = "“「『"  # these begin a phrase even without a blank before them


def _either(group: _Open) -> Either:
    return Either(
        tuple(Words(tuple(chain.from_iterable(map(_items, g)))) for g in group.groups)
    )


def _items(item: Item) -> tuple[Item, ...]:
    """An item, or what is in parentheses that no sign and no OR gives a meaning.

    In a sentence or a title they hold a remark: 容器存储接口 (CSI) asks for its words.
    """
    if item.occur == "optional" and isinstance(item.node, Either):
        return item.node.groups[0].items
    return (item,)


def parse(text: str, *, strict: bool = False) -> tuple[ParsedQuery, tuple[Note, ...]]:
    """The tree of any text, and notes on what in it was ignored. Linear in length.

    Raises: QuerySyntaxError if `strict` and something had to be ignored.
    """
    parser = _Parser(text[:LONGEST_QUERY])
    if len(text) > LONGEST_QUERY:
        what = f"the query was cut after {LONGEST_QUERY} characters"
        parser.notes.append(Note("ignored", text[LONGEST_QUERY:][:20], what))
    if _EMPTY.fullmatch(text):
        parser.notes.append(Note("ignored", "", "the query is empty"))
    tree = parser.parse()
    if strict and parser.problem:
        message, position = parser.problem
        raise QuerySyntaxError(message, text=text, position=position)
    return tree, tuple(dict.fromkeys(parser.notes))  # none is said twice
