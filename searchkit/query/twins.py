"""By which other names is what was typed known to the glossary?

A twin is a leaf of its own beside those of the typed words, tied to them: a document
that holds the twin lacks none of them. What is excluded is excluded by all its names.
An abbreviation is looked for as it is written: the twin of 旋转位置编码 is RoPE and not
a rope. Typed otherwise, as rc or Rc and not RC, it counts as one if most articles that
hold the word write it as an abbreviation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from searchkit.analysis.analyzer import atoms, words
from searchkit.analysis.names import is_abbreviation, name_key, title_key
from searchkit.analysis.terms import CASED
from searchkit.engines.finder import Finder
from searchkit.engines.plan import Leaf, Twin
from searchkit.engines.plan import Sequence as Slots
from searchkit.engines.twins import Names, names_of
from searchkit.query.notes import Notes
from searchkit.query.variants import LEAF_BYTES, Variants, bytes_of
from searchkit.record import record

MOST_WORDS = 8
"""Words of a name that is looked up; the miner reads no longer Latin names."""

MOST_TWINS = 8
"""Of one name; the best attested ones."""

_ABBREVIATED = 0.5  # of the articles with a word, for it to be an abbreviation


@record
class Piece:
    """A word that was typed, its leaves, and whether it stood apart from the last.

    `needed` if it has to be there.
    """

    text: str
    leaves: tuple[Leaf, ...]
    apart: bool = True
    needed: bool = False


class Twins:
    """Finds the twins in one query on one index, in one scope."""

    def __init__(self, finder: Finder, make: Variants, notes: Notes) -> None:
        self._finder = finder
        self._make = make
        self._notes = notes

    def of(self, pieces: Sequence[Piece]) -> Iterator[Twin]:
        """The twins of the names in what was typed, the longest names first."""
        at = 0
        while at < len(pieces):
            if not self._begins(pieces, at):
                at += 1
                continue
            for end in range(min(len(pieces), at + MOST_WORDS), at, -1):
                name = text_of(pieces[at:end])
                if names := self._names(name):
                    of = tuple(leaf for p in pieces[at:end] for leaf in p.leaves)
                    whole = self._whole(name, of)
                    for leaf in self._noted(name, names):
                        yield Twin(of, leaf, whole=whole)
                    at = end - 1
                    break
            at += 1

    def of_whole(
        self, pieces: Sequence[Piece], named: Sequence[Twin]
    ) -> Iterator[Twin]:
        """What all that was typed is called in the other language, if it is a title or
        heading that an article has in both; but for what is `named` already."""
        table = self._finder.reader.counterparts
        if not table or any(piece.needed for piece in pieces):
            return
        text = text_of(pieces)
        titles = table.get(title_key(text))
        if not titles:
            return
        worded = (piece for piece in pieces if title_key(piece.text))  # no 🚀
        of = tuple(leaf for piece in worded for leaf in piece.leaves)
        known = {name_key(twin.leaf.label) for twin in named if twin.of == of}
        names = [name for name in titles if name_key(name) not in known]
        rows = [self._make.row([atom.term for atom in atoms(name)]) for name in names]
        if not rows:
            return
        leaf = self._make.leaf(", ".join(names), *rows)
        count = self._finder.found(leaf).document_count
        if count:
            self._notes.twins(text, names, count)
            yield Twin(of, leaf, is_title=len(of) > 1)  # one word is but a name

    def _begins(self, pieces: Sequence[Piece], at: int) -> bool:
        """Whether a name may begin with a piece: most pieces begin none."""
        twins = self._finder.reader.twins
        if not twins:
            return False
        following = pieces[at + 1 : at + 2]
        if following and not following[0].apart and pieces[at].text.isascii():
            return True  # together they may be other atoms
        return twins.any_begins(name_key(pieces[at].text).partition(" ")[0])

    def excluded(self, text: str) -> list[Leaf]:
        """The twins of a name that no hit may hold."""
        names = self._names(text)
        leaves = self._found(names) if names else []
        for leaf in leaves:
            count = self._finder.found(leaf).document_count
            self._notes.left_out(leaf.label, count)
        return leaves

    def _whole(self, name: str, of: Sequence[Leaf]) -> Leaf | None:
        """The leaf of a name of several words, as it was typed."""
        if len(of) < 2 or not all(leaf.adjacent for leaf in of):
            return None
        return self._make.leaf(
            name, tuple(slot for leaf in of for slot in leaf.adjacent)
        )

    def _noted(self, text: str, names: Names) -> list[Leaf]:
        leaves = self._found(names)
        if leaves:
            labels = [leaf.label for leaf in leaves]
            self._notes.twins(text, labels, self._finder.count_any(leaves))
        return leaves

    def _found(self, names: Names) -> list[Leaf]:
        """The twins of a name as leaves: those that stand somewhere."""
        twins = names.twins[:MOST_TWINS]
        leaves = [*map(self._leaf, twins)]
        return [leaf for leaf in leaves if self._finder.found(leaf).is_anywhere]

    def _names(self, text: str) -> Names | None:
        names = names_of(self._finder.reader.twins, name_key(text))
        if not names or text.removesuffix("s") == names.spelling:
            return names
        if is_abbreviation(names.spelling) and not text.isupper():
            spelling, typed = names.spelling, text.lower()
            return names if self._is_mostly_abbreviated(spelling, typed) else None
        return names

    def _is_mostly_abbreviated(self, spelling: str, typed: str) -> bool:
        if not typed.isalpha():
            return True
        cased = self._make.leaf(spelling, ((CASED + spelling,),))
        plain = self._make.leaf(typed, ((typed,),))
        counts = [self._finder.found(leaf).document_count for leaf in (cased, plain)]
        return counts[0] >= _ABBREVIATED * counts[1]

    def _leaf(self, name: str) -> Leaf:
        """The leaf of a twin, which may be that of a query before."""

        def made() -> tuple[Leaf, int]:
            variants = [*self._variants(name)]
            return self._make.leaf(name, *variants), LEAF_BYTES + bytes_of(variants)

        return self._finder.reader.words.get(("twin", name, *self._make.where), made)

    def _variants(self, name: str) -> Iterator[Slots]:
        """How a twin stands in the index: as a word, or its atoms in a row."""
        if is_abbreviation(name) and name.isalpha():
            singular = name.rstrip("s")
            yield ((CASED + singular, CASED + singular + "s"),)
            return
        found = [atom for word in words(name) for atom in word.atoms]
        row = self._make.row([atom for atom in found if atom not in "-_·"])
        # The plural is in the last word; merging the lists of each word is what costs.
        yield (*row[:-1], _forms(row[-1][0]))


def text_of(pieces: Sequence[Piece]) -> str:
    """The text of pieces side by side."""
    return "".join(" " * piece.apart + piece.text for piece in pieces).strip()


def _forms(atom: str) -> tuple[str, ...]:
    """An atom and its plural, or the singular of a plural."""
    if not (atom.isascii() and atom.isalpha() and len(atom) > 2):
        return (atom,)
    return tuple(dict.fromkeys((atom, name_key(atom), name_key(atom) + "s")))
