"""As what terms may one word stand in this index?

A Han word of the dictionary stands as itself wherever its characters do, any other as
its characters side by side; a Latin word with its inflections and those of its stem; a
name (`GPT-4o`) joined, as written, and with blanks for its hyphens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from searchkit.analysis.analyzer import Word, words
from searchkit.analysis.english import stem, uninflected
from searchkit.analysis.folding import ALIKE
from searchkit.analysis.latin import joined
from searchkit.analysis.scripts import is_han
from searchkit.analysis.terms import (
    HUMP_FIRST,
    HUMP_LAST,
    INFLECTED,
    STEM,
    WHOLE,
    any_hump,
)
from searchkit.engines.finder import Finder
from searchkit.engines.plan import Leaf, Slot
from searchkit.engines.plan import Sequence as Slots
from searchkit.query.light import is_light
from searchkit.query.restrict import Scope
from searchkit.record import replace

_TRADITIONAL = {simplified: traditional for traditional, simplified in ALIKE.items()}
_WITH_TWO_SPELLINGS = frozenset(ALIKE) | frozenset(_TRADITIONAL)
LEAF_BYTES = 500  # of memory: of a leaf without its slots
_CUT_BYTES, _WORD_BYTES = 400, 300  # of the words of a text, and of each
_VARIANT_BYTES, _TERM_BYTES = 300, 100  # of some variants, and of a term each
_POSSESSIVE = re.compile(r"([a-z]{2,})'s")  # Envoy's is a form of Envoy


class Variants:
    """Makes the leaves of single words and of rows of them, in one scope.

    What has to be looked up for it is what the index's terms are: no document is.
    """

    def __init__(self, finder: Finder, scope: Scope) -> None:
        self.scope = scope
        self.where = scope.fields, scope.zones, scope.languages
        """What is the same for leaves of the same words in the same places."""
        self.segmenter = finder.reader.lexicon.segmenter
        self._reader = finder.reader
        self._find = finder.reader.find

    def cut(self, text: str) -> tuple[Word, ...]:
        """The words of a text, with those of the index's dictionaries."""

        def made() -> tuple[tuple[Word, ...], int]:
            found = tuple(words(text, self._reader.lexicon))
            return found, _CUT_BYTES + _WORD_BYTES * len(found)

        return self._reader.words.get(("cut", text), made)

    def stands(self, term: str) -> bool:
        """Whether any article has a term in its text."""
        return self._find("text", term) is not None

    def leaf(self, label: str, *variants: Slots, adjacent: Slots = ()) -> Leaf:
        """A leaf in the scope."""
        unique = tuple(dict.fromkeys(variants))
        scope = self.scope
        return Leaf(
            label,
            unique,
            scope.fields,
            scope.zones,
            adjacent,
            languages=scope.languages,
        )

    def word(self, label: str, word: Word) -> Leaf:
        """A word as one leaf, which may be that of a query before."""
        key = ("word", label, word.kind, word.folded, word.atoms, *self.where)

        def made() -> tuple[Leaf, int]:
            leaf = self._word(label, word)
            rows = (*leaf.variants, leaf.adjacent, leaf.closer)
            return leaf, LEAF_BYTES + bytes_of(rows)

        return self._reader.words.get(key, made)

    def _word(self, label: str, word: Word) -> Leaf:
        if word.kind == "han":
            return self.han(label, word.atoms)
        owner = _POSSESSIVE.fullmatch(word.folded) if word.kind == "name" else None
        if owner and not is_light(owner[1]):  # it's is none
            return self.letters(label, owner[1])
        if word.kind == "name":
            return self._name(label, word)
        if word.kind == "letters":
            return self.letters(label, word.folded)
        return self.as_written(label)

    def as_written(self, text: str) -> Leaf:
        """A text with its signs, side by side."""
        slots = self.row([atom for word in words(text) for atom in word.atoms])
        return self.leaf(text, slots, adjacent=slots)

    def row(self, atoms: Sequence[str]) -> Slots:
        """Atoms side by side, with words of the index instead of their characters."""
        return tuple(self.merged(atoms)[0])

    def merged(self, atoms: Sequence[str]) -> tuple[list[Slot], list[int]]:
        """The slots of atoms in a row, and the number of each slot's first atom.

        A word is rarer than its characters and stands wherever they do.
        """
        slots: list[Slot] = []
        firsts: list[int] = []
        at = 0
        while at < len(atoms):
            end = at + 1
            while is_han(atoms[at]) and end < len(atoms) and is_han(atoms[end]):
                end += 1
            for word, left, right in self._words_in("".join(atoms[at:end])):
                known = right - left > 1 and self.stands(word)
                pieces = [word] if known else atoms[at + left : at + right]
                slots += [(piece,) for piece in pieces]
                firsts += range(at + left, at + left + len(pieces))
            at = end
        return slots, firsts

    def _words_in(self, run: str) -> list[tuple[str, int, int]]:
        if len(run) == 1 or not is_han(run[0]):
            return [(run, 0, 1)]
        return self.segmenter.query_words(run)

    def han(self, label: str, characters: tuple[str, ...]) -> Leaf:
        """Han characters side by side, in each of their spellings."""
        spellings = _spellings(characters)
        known = [w for s in spellings if self.stands(w := "".join(s))]
        variants: list[Slots] = [(tuple(known),)] if known else []
        variants += [self.row(s) for s in spellings if "".join(s) not in known]
        slots = ((known[0],),) if known else variants[0]
        return self.leaf(label, *variants, adjacent=slots)

    def letters(self, label: str, word: str) -> Leaf:
        """A Latin word; as typed and in its inflections it is more than its stem."""
        whole = (WHOLE + word,) if self.stands(WHOLE + word) else ()
        broad, near = self.with_stem(word), self._class(INFLECTED, word)
        slots = tuple(dict.fromkeys(((broad, *whole), (near, *whole), (word,))))
        leaf = self.leaf(label, (slots[0],), adjacent=(self._beside(word),))
        if len(slots) == 1:
            return leaf
        return replace(leaf, closer=((near, *whole), (word,)))

    def with_stem(self, word: str) -> str:
        """The term of a Latin word with all that shares its stem."""
        return self._class(STEM, word)

    def _class(self, mark: str, word: str) -> str:
        """The class of a word; one that the index has not has no word but its key."""
        if not (word.isascii() and word.isalpha()):
            return word
        key = stem(word) if mark == STEM else uninflected(word)
        return mark + key if self.stands(mark + key) else key

    def _beside(self, word: str) -> Slot:
        """What a Latin word may stand as beside others."""
        broad = self.with_stem(word)
        if broad[0] == STEM:
            return (broad,)
        return (broad, *filter(self.stands, any_hump(broad)))

    def ending(self, slots: Sequence[Slot]) -> Slots:
        """Slots side by side whose ends may be parts of camel-case words."""
        made = [*slots]
        for at, mark in ((0, HUMP_LAST), (-1, HUMP_FIRST)):
            if len(made) > 1 and self.stands(mark + slots[at][0]):
                made[at] = (*slots[at], mark + slots[at][0])
        return tuple(made)

    def _name(self, label: str, word: Word) -> Leaf:
        plain = word.folded.replace("-", "").isalpha()
        exact = self.row(word.atoms)
        apart = [*_without_joints(word.atoms)]
        if plain:
            loose = tuple(map(self._beside, apart))
        else:
            loose = self.ending([(atom,) for atom in apart])
        name = joined(word.folded)
        whole: Slot = (WHOLE + name, *((self.with_stem(name),) if plain else ()))
        return self.leaf(label, (whole,), exact, loose or exact, adjacent=exact)


def _without_joints(atoms: Sequence[str]) -> Iterator[str]:
    """The atoms of a name but for what joins its words: `--help` begins with a part."""
    words = [at for at, atom in enumerate(atoms) if atom not in "-_"]
    for at, atom in enumerate(atoms):
        if atom not in "-_" or not words[0] < at < words[-1]:
            yield atom


def bytes_of(variants: Iterable[Slots]) -> int:
    """About how much memory slots take."""
    return _VARIANT_BYTES + sum(
        [_TERM_BYTES * (1 + len(slot)) for slots in variants for slot in slots]
    )


def _spellings(atoms: tuple[str, ...]) -> list[tuple[str, ...]]:
    """A Han word and its spellings with characters that are the same word in it."""
    if len(atoms) == 1 or _WITH_TWO_SPELLINGS.isdisjoint(atoms):
        return [atoms]
    simplified = tuple([ALIKE.get(atom, atom) for atom in atoms])
    traditional = tuple([_TRADITIONAL.get(atom, atom) for atom in atoms])
    return [*dict.fromkeys((atoms, simplified, traditional))]
