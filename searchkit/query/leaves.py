"""Which leaves is what was typed: a text, a phrase, a formula, a pattern?

A text is cut into words as articles are (`variants` says as what each may stand). What
stands nowhere as a whole is searched in parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, takewhile

from searchkit.analysis.analyzer import Word, atoms, words
from searchkit.analysis.folding import fold
from searchkit.analysis.terms import LANGUAGE, WHOLE
from searchkit.engines.finder import Finder
from searchkit.engines.plan import (
    ALL_FIELDS,
    VISIBLE_FIELDS,
    Filters,
    FormulaLeaf,
    Leaf,
    Twin,
)
from searchkit.engines.plan import Sequence as Slots
from searchkit.query.budget import MOST_UNKNOWN, MOST_WORDS, Budget, shortened
from searchkit.query.light import CHARACTER_WEIGHT, LIGHT, PARTICLES, is_light
from searchkit.query.notes import Notes
from searchkit.query.restrict import Scope
from searchkit.query.tree import Fuzzy, Occur, Text, Wildcard
from searchkit.query.twins import Piece, Twins
from searchkit.query.variants import Variants
from searchkit.record import once, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.analysis.latex import Atom
    from searchkit.query.patterns import Chosen, Patterns
    from searchkit.query.translations import Translations

_PLAIN = re.compile("[0-9A-Za-z\u4e00-\u9fff]+")  # no sign in it
_MOST_SIGNS = 8  # between two words
_LONGEST_PART = 8  # characters of a part of an unknown word
_TOGETHER = 1 / 3
"""Of the articles with the rarest rest of a row of characters, those with the row with
its particle, for it to be one word. Chosen on qsec-hf and half of mixed-dev; with a
tenth qsec-kubernetes-zh .397, with a half .397, with this .400 (docs/relevance.md)."""
_SEPARATORS = frozenset(",;!?。、·…\"'()[]{}<>|《》〈〉【】「」『』:-–—*~+")
_COLON = re.compile("(?<!：)：(?!：)")  # of a sentence, where names would have `:`
_STAR = re.compile(r"[A-Za-z][*＊][A-Za-z]|^[*＊][A-Za-z]")  # no wildcard of ours
_FILE = re.compile(r"([\w./-]+\.(?:md|markdown|mdx|html|txt))(?::\d+)?")
_FORMULA_WORD = re.compile(r"(?<![A-Za-z\\])[A-Za-z]{4,}(?![A-Za-z])")
_GENERIC = re.compile(r"\w<\w")  # Vec<T>: no word in brackets, but a name with signs
_LIFETIME = re.compile(r"'[A-Za-z_]\w*")  # 'static: the parser takes quotes away
_ARROW = re.compile(r"::|[-=]>|<-|<<|>>|\|\|")  # std::vec, ::1, p->next, a||b
_SIGNS_OF_CODE = re.compile(r"(?=.*[<>:|])[-<>:|?*+.~]{2,3}")  # ->, ::, |>, <<
# Beside words, between them, and where a command goes on in the next line.
_NOTHING = _SEPARATORS | frozenset(("", ".", "/", "\\"))


class Leaves:
    """Makes the leaves of one query on one index, in one scope."""

    def __init__(
        self,
        finder: Finder,
        scope: Scope,
        notes: Notes,
        *,
        exact: bool = False,
        budget: Budget | None = None,
    ) -> None:
        """`exact` leaves out the other names of what is typed."""
        self._finder = finder
        self._make = Variants(finder, scope)
        self._notes = notes
        self.exact = exact
        self._budget = budget or Budget(finder, notes)
        self._twins = Twins(finder, self._make, notes)
        self.loose: list[Twin] = []

    def within(self, fields: tuple[str, ...]) -> Leaves:
        """The same for some fields only."""
        return self._like(replace(self._make.scope, fields=fields), self._notes)

    def _like(self, scope: Scope, notes: Notes) -> Leaves:
        return Leaves(
            self._finder,
            scope,
            notes,
            exact=self.exact,
            budget=self._budget,
        )

    def twins(self, pieces: Sequence[Piece]) -> Iterator[Twin]:
        """The other names of what pieces side by side name; none if `exact`.

        What the glossary does not name is looked up in the dictionary, and the whole
        among the titles and headings that are there in another language.
        """
        if self.exact:
            return
        twins = [*self._twins.of(pieces)]
        whole = [*self._twins.of_whole(pieces, twins)]
        yield from (*twins, *whole)
        if self._finder.reader.translations:
            named = {leaf for twin in twins for leaf in twin.of}
            yield from self._translations.of(pieces, named, whole)

    @once
    def _translations(self) -> Translations:
        from searchkit.query.translations import Translations  # of few indexes

        return Translations(self._finder, self._make, self._notes)

    def text(self, text: str) -> Iterator[Leaf]:
        """The words of a chunk as typed, each a leaf."""
        for piece in self.pieces(text):
            yield from piece.leaves

    def count_words(self, text: str) -> int:
        """How many words a chunk has."""
        return sum(word.folded not in _SEPARATORS for word in self._make.cut(text))

    def pieces(self, text: str, *, alone: bool = False) -> Iterator[Piece]:
        """The words of a chunk as typed with their leaves; `alone` if it is the query.

        A chunk with signs in it (`a=b`, `Vec<T>`, `args().len()`, `!=`) is one leaf if
        it stands somewhere.
        """
        typed, is_plain = text, _PLAIN.fullmatch(text)
        if is_plain:
            found = [*self._make.cut(text)[: MOST_WORDS + 1]]
        else:
            typed, text = text.lstrip("`"), _bare(text)
            found = self._between_signs(text)
        if all(word.folded in _NOTHING for word in found):
            yield Piece(text, tuple(self._signs(text, alone=alone)))
            return
        if not is_plain and _has_signs(text, found):
            if not self._budget.takes_word(text):
                return
            written = self._make.as_written(text)
            if self._count(written):
                behind = _signs(typed[len(text) :])
                yield Piece(text, (replace(self._noted(written), behind=behind),))
                return
            found = [word for word in found if word.kind != "sign"] or found
        if not is_plain and _STAR.search(text):
            self._notes.ignored("*", "it is for the end of a Latin word, or both ends")
        apart = partial(self._without_light, alone=len(found) == 1)
        found = [*chain.from_iterable(map(apart, found))]
        end = 0
        for at, word in enumerate(found):
            label = text[word.start : word.end]
            if not self._budget.takes_word(label):
                return
            made = self._word(label, word)
            if len(found) > 1:
                made = tuple([_lighter(leaf, word) for leaf in made])
            following = found[at + 1].start if at + 1 < len(found) else len(typed)
            if behind := _signs(typed[word.end : following]):
                made = (*made[:-1], replace(made[-1], behind=behind))
            yield Piece(label, made, apart=word.start > end or not end)
            end = word.end

    def _between_signs(self, text: str) -> list[Word]:
        """The words of a chunk without the signs that only part them."""
        between = _SEPARATORS - {"<"} if _GENERIC.search(text) else _SEPARATORS
        if _LIFETIME.fullmatch(text):
            between = between - {"'"}
        found = [word for word in self._make.cut(text) if word.folded not in between]
        return found[: MOST_WORDS + 1]

    def _without_light(self, word: Word, *, alone: bool) -> list[Word]:
        """A row of Han characters that is no word, cut apart at its light ones.

        Inside a row that stands somewhere, and in one of two, only at particles: others
        may well be part of a name (于海). `alone` it keeps what is inside.
        """
        row = word.atoms
        is_row = word.kind == "han" and word.end - word.start == len(row) > 1
        if (
            not is_row
            or LIGHT.isdisjoint(row)
            or self._make.segmenter.knows(word.folded)
        ):
            return [word]
        first, end = 0, len(row)
        if end > 2:
            while first < end and row[first] in LIGHT:
                first += 1
            while end > first and row[end - 1] in LIGHT:
                end -= 1
        if first == end:
            return [word]
        spans = [(at, at + 1) for at in range(first)]
        spans += [(first, end)] if alone else self._cut_apart(row, first, end)
        spans += [(at, at + 1) for at in range(end, len(row))]
        return [
            Word("han", word.start + s, word.start + e, "".join(row[s:e]), row[s:e])
            for s, e in spans
        ]

    def _cut_apart(
        self, row: Sequence[str], first: int, end: int
    ) -> list[tuple[int, int]]:
        """A part of a row, cut at its particles or, if it stands nowhere, at all its
        light characters."""
        count = self._count_row(row[first:end])
        light = PARTICLES if count else LIGHT
        cut: list[tuple[int, int]] = []
        for at in range(first, end):
            if cut and light.isdisjoint(row[at - 1 : at + 1]):
                cut[-1] = cut[-1][0], at + 1
            else:
                cut.append((at, at + 1))
        others = [row[start:to] for start, to in cut if row[start] not in light]
        if len(cut) == 1 or not others:
            return [(first, end)]
        if count and count >= _TOGETHER * min(map(self._count_row, others)):
            return [(first, end)]
        return cut

    def _count_row(self, row: Sequence[str]) -> int:
        return self._count(self._make.han("".join(row), tuple(row)))

    def _count(self, leaf: Leaf) -> int:
        return self._finder.found(leaf).any_count

    def excluded(self, text: str) -> Iterator[Leaf]:
        """A chunk that no hit may hold: its word, or its words as they stand."""
        text = _bare(text)
        if not self._budget.takes_word(text):
            return
        found = [
            word for word in self._make.cut(text) if word.folded not in _SEPARATORS
        ]
        if len(found) == 1 and found[0].kind != "sign":
            text = text[found[0].start : found[0].end]
            leaf = self._make.word(text, found[0])
        else:
            leaf = self._make.as_written(text)
        if leaf.variants[0]:
            self._notes.left_out(text, self._count(leaf))
            yield leaf
        if not self.exact:
            yield from self._twins.excluded(text)

    def phrase(self, text: str, occur: Occur = "required") -> Iterator[Leaf]:
        """A text that must stand exactly so, or must not."""
        typed = atoms(text)
        if not typed:
            self._notes.ignored(text, "there is nothing in the quotes")
            return
        if not self._budget.takes_word(text):
            return
        blanks = [atom.blank_before for atom in typed]
        slots, kept = self._make.merged([atom.term for atom in typed])
        leaf = self._make.leaf(text, self._make.ending(slots))
        leaf = replace(leaf, blanks=tuple(blanks[index] for index in kept))
        if leaf.fields == ALL_FIELDS:
            leaf = replace(leaf, fields=VISIBLE_FIELDS)
        if occur == "excluded":
            self._notes.left_out(text, self._count(leaf))
            yield leaf
        else:
            yield self._noted(leaf, how=" as a phrase")

    def as_words(self, text: str) -> None:
        """Note that a phrase that stands nowhere is searched as its words.

        What is said of the word tells as much where it is one.
        """
        if len(chunks := text.split()) > 1:
            self._notes.missing(text, instead=chunks)

    def close_up(self, characters: Sequence[str]) -> bool:
        """Whether Han characters are words with blanks in them, and note it if so.

        Then most of them are parts of longer words that stand in articles.
        """
        found = [word.folded for word in self._make.cut("".join(characters))]
        known = [w for w in found if len(w) > 1 and self._make.stands(w)]
        if self.exact or 2 * sum(map(len, known)) <= len(characters):
            return False
        self._notes.closed_up(characters)
        return True

    def is_nowhere(self, text: str) -> bool:
        """Whether a phrase stands in no article; one of nothing is no phrase."""
        quiet = self._like(self._make.scope, Notes())
        made = [*quiet.phrase(text)]
        return bool(made) and not any(map(self._count, made))

    def is_option(self, node: Text) -> bool:
        """Whether a dash before a text is a part of a command; note it if so.

        Before one letter it is, since hardly anybody excludes what has a letter; at the
        end (statistics -R), and before a word, where articles have it so, behind the
        same word.
        """
        option, behind = f"-{node.text}", node.behind
        is_letter = len(node.text) == 1
        if behind is None or not (behind or is_letter):
            return False
        is_sure = is_letter and not (node.last and behind)
        if not is_sure and self.is_nowhere(f"{behind} {option}"):
            return False
        self._notes.option(option)
        return True

    def formula(self, text: str, occur: Occur) -> Iterator[Leaf]:
        """A formula as one leaf; one that is nowhere, nor a near form, as words.

        Only where it is not needed may a near form make a hit.
        """
        if not self._budget.takes_word(text):
            return
        leaf = self._formula(text, near=occur == "optional")
        if occur == "optional":
            leaf = self._without_name(leaf, text)
        found = self._finder.found(leaf)
        count = found.document_count
        if not leaf.runs:
            yield from self.text(text)
        elif occur == "excluded":
            self._notes.left_out(text, count)
            yield leaf
        elif found.is_anywhere or occur == "required":
            self._notes.formula(text, count, near=found.near_count)
            yield leaf
        elif parts := list(self._formula_parts(text)):
            yield self._noted(leaf, parts=tuple(parts))
            yield from parts
        else:
            words = [*self.text(text)]
            if text not in (labels := [word.label for word in words]):
                self._notes.missing(text, instead=labels)
            yield from words

    def _without_name(self, leaf: FormulaLeaf, text: str) -> FormulaLeaf:
        """A formula that stands somewhere without the name that it is in folded text.

        Who asks for x² is seldom content with a variable x2: what has that comes last.
        """
        from searchkit.query.formulas import as_name

        if not (name := as_name(text)):
            return leaf
        others = tuple([row for row in leaf.variants if row != name])
        alone = replace(leaf, variants=others)
        if not self._finder.found(alone).document_count:
            return leaf
        twin = self._make.leaf(fold(text).text, name)
        if count := self._count(twin):
            self.loose.append(Twin((alone,), twin, likely=True))
            self._notes.twins(text, [twin.label], count)
        return alone

    def _formula(self, text: str, *, near: bool) -> FormulaLeaf:
        from searchkit.query.formulas import formula_leaf

        return formula_leaf(self._make.as_written(text), text, near=near)

    def _formula_parts(self, text: str) -> Iterator[Leaf]:
        """The longest pieces of a formula that stand in others, from the left."""
        from searchkit.analysis.latex import canonical
        from searchkit.query.formulas import MOST_ATOMS, formula_part, longest_parts

        whole = self._formula(text, near=False)

        def stands(run: Sequence[Atom]) -> bool:
            return self._count(formula_part(whole, text, run)) > 0

        found = [
            formula_part(whole, text, run)
            for run in longest_parts(canonical(text)[:MOST_ATOMS], stands)
        ]
        for word in _FORMULA_WORD.finditer(text):
            if not any(word[0] in part.label for part in found):
                found = [part for part in found if part.label not in word[0]]
                yield from self.text(word[0])
        yield from found

    def fences(self, languages: frozenset[str]) -> Leaf:
        """The articles that have a fence in one of the languages."""
        terms = tuple(LANGUAGE + name for name in sorted(languages))
        label = " ".join(f"lang:{name}" for name in sorted(languages))
        return self._noted(Leaf(label, ((terms,),), fields=("body",)))

    def wildcard(self, node: Wildcard) -> Iterator[Leaf]:
        """The terms that begin with a Latin text, or hold it."""
        text = fold(node.text).text
        if not text.isascii():
            self._notes.ignored("*", "it is for Latin words; Chinese needs none")
            yield from self.text(node.text)
        elif not self._budget.takes_pattern(f"{node.text}*"):
            return
        elif node.anywhere:
            chosen = self._patterns.holding(text)
            yield self._expanded(f"*{node.text}*", text, chosen)
        else:
            chosen = self._patterns.beginning(text)
            yield self._expanded(f"{node.text}*", text, chosen)

    def fuzzy(self, node: Fuzzy) -> Iterator[Leaf]:
        """The words that are a typing error or two away."""
        if self._budget.takes_pattern(f"{node.text}~"):
            word = fold(node.text).text
            chosen = self._patterns.near(word, node.distance)
            yield self._expanded(f"{node.text}~", word, chosen)

    def _expanded(self, label: str, text: str, chosen: Chosen) -> Leaf:
        terms, count = chosen
        if not terms:
            return self._noted(self._make.leaf(label, ((text,),)))
        self._notes.expanded(label, [term.removeprefix(WHOLE) for term in terms], count)
        return self._make.leaf(label, (terms,))

    @once
    def _patterns(self) -> Patterns:
        from searchkit.query.patterns import Patterns  # of few queries

        return Patterns(self._finder.reader, self._budget)

    def _noted(
        self, leaf: Leaf, *, how: str = "", parts: tuple[Leaf, ...] = ()
    ) -> Leaf:
        place = self._make.scope.place
        if count := self._count(leaf):
            self._notes.found(leaf.label, count, how=how, place=place)
        else:
            instead, near = [part.label for part in parts], self._near(leaf)
            self._notes.missing(leaf.label, instead=instead, near=near, place=place)
        return leaf

    def asks_only(self, leaf: Leaf) -> None:
        """Say of a leaf that decides nothing that it is none to look for."""
        if not self._count(leaf):
            self._notes.asks_only(leaf.label)

    def _near(self, leaf: Leaf) -> tuple[str, ...]:
        """Words of the index like one that is not in it, wherever it was looked for."""
        word = fold(leaf.label).text
        if is_light(word) or self._make.stands(word):
            return ()
        return self._budget.near(word)

    def _signs(self, text: str, *, alone: bool) -> Iterator[Leaf]:
        """Signs as a leaf: those of a sentence only where nothing else was typed."""
        text = text.strip()
        signs = fold(text).text.strip()
        of_sentence = signs in _NOTHING or _SEPARATORS.issuperset(signs)
        if text and of_sentence and not (alone or _SIGNS_OF_CODE.fullmatch(signs)):
            self._notes.ignored(text, "it has no word")
        elif text and self._budget.takes_word(text):
            yield self._noted(self._make.as_written(text))

    def _word(self, label: str, word: Word) -> tuple[Leaf, ...]:
        """One word as a leaf; one that stands nowhere with its parts beside it."""
        leaf = self._make.word(label, word)
        if self._count(leaf):
            return (self._noted(leaf),)
        found = self._parts(label, word)
        parts = tuple(takewhile(lambda p: self._budget.takes_part(p.label), found))
        self._noted(leaf, parts=parts)
        if name := _FILE.fullmatch(label):
            self._hint_at_path(name[1])
        return (leaf, *parts)

    def _hint_at_path(self, name: str) -> None:
        """Say so if what no article has is the name of some."""
        paths = Filters(paths=(fold(name).text,))
        passing = self._finder.passing(paths)
        self._notes.path(name, self._finder.kernel.count(passing))

    def _parts(self, label: str, word: Word) -> Iterator[Leaf]:
        """What is searched instead of a word that stands nowhere."""
        if word.kind == "han":
            yield from self._known_parts(label, word.atoms)
        elif word.kind == "name" and not is_light(word.folded):
            if _is_spelled(word.folded):
                return  # pinyin is read where nothing is found
            telling = (a for a in word.atoms if a.isalnum() and _tells(a))
            yield from (self._make.letters(_as_typed(a, label), a) for a in telling)
        elif word.kind == "mixed":
            for part in words(label, self._finder.reader.lexicon.parts()):
                if part.folded not in _SEPARATORS and _tells(part.folded):
                    yield self._make.word(label[part.start : part.end], part)

    def _known_parts(self, label: str, characters: tuple[str, ...]) -> Iterator[Leaf]:
        """The longest pieces of two characters or more that stand somewhere."""
        at, whole = 0, len(characters)
        typed = len(label) == whole
        if whole > MOST_UNKNOWN:
            rest = "".join(characters[MOST_UNKNOWN:])
            why = f"of unknown text the first {MOST_UNKNOWN} characters are searched"
            self._notes.ignored(shortened(rest), why)
            characters = characters[:MOST_UNKNOWN]

        def part(at: int, end: int) -> Leaf:
            piece = characters[at:end]
            return self._make.han(label[at:end] if typed else "".join(piece), piece)

        while at < len(characters) - 1:
            longest = min(len(characters), at + _LONGEST_PART)
            if not self._count(part(at, at + 2)):
                longest = 0  # nor does what goes on with a third character stand
            for end in range(longest, at + 1, -1):
                if end - at < whole and self._count(leaf := part(at, end)):
                    yield leaf
                    at = end - 1
                    break
            at += 1


def _bare(chunk: str) -> str:
    """A chunk without the signs of the text that it was copied out of.

    >>> _bare("`kubectl"), _bare("memory."), _bare("`main.rs`."), _bare("...")
    ('kubectl', 'memory', 'main.rs', '...')
    >>> _bare("/run/docker.sock:"), _bare("a/b，"), _bare("std::")
    ('/run/docker.sock', 'a/b', 'std')
    >>> _bare("1.27：StatefulSet"), _bare("std：：vector")
    ('1.27 StatefulSet', 'std：：vector')
    """
    bare = chunk.lstrip("`").rstrip("`.．,，:：;；") or chunk
    return _COLON.sub(" ", bare)


def _has_signs(text: str, found: Sequence[Word]) -> bool:
    """Whether a chunk is more than one word, with signs that may be meant."""
    if len(found) == 1 and found[0].end - found[0].start == len(text):
        return False
    return bool(_ARROW.search(text)) or any(word.kind == "sign" for word in found)


def _signs(between: str) -> Slots:
    """What stands between two words, if it is signs and not a line of them.

    >>> _signs("![ "), _signs(" "), _signs("-------->")
    ((('!',), ('[',)), (), ())
    """
    if not between or between.isspace():
        return ()
    row = tuple([(atom.term,) for atom in atoms(between)])
    return row if len(row) <= _MOST_SIGNS else ()


def _is_spelled(name: str) -> bool:
    """Whether a name is pinyin as an input method leaves it: rong'qi."""
    if "'" not in name:
        return False
    from searchkit.analysis.pinyin import is_syllable  # a table of its own

    return all(map(is_syllable, name.split("'")))


def _tells(part: str) -> bool:
    """Whether a part of an unknown word says anything: of 3f2a9c1b none does."""
    return len(part) > 1 or not part.isascii()


def _as_typed(part: str, label: str) -> str:
    """A folded part of a label as it stands there.

    >>> _as_typed("ssl", "TLS／SSL")
    'SSL'
    """
    folded = fold(label)
    at = folded.text.find(part)
    start, end = folded.original(at, at + len(part))
    return label[start:end] if at >= 0 else part


def _lighter(leaf: Leaf, word: Word) -> Leaf:
    """A single character left over from a longer text decides nothing."""
    if word.kind == "han" and len(word.atoms) == 1:
        return replace(leaf, weight=CHARACTER_WEIGHT)
    return leaf
