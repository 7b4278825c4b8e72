"""What may the words that were typed be called in the other language?

A dictionary gives a word many senses, and the one that was meant is not known. So all
its translations are one leaf, as if they were one word with as many articles as hold
any of them (Pirkola 1998, https://doi.org/10.1145/290941.290957): a word with vague
translations weighs little. A document that holds one of them is a hit, but is not
counted as having the word. Two Chinese words for the same (Taiwan's 伺服器 and 服务器,
缺省 and 默认) are names of one thing: who has one lacks neither. What is needed or
excluded is so as typed.

An article in Chinese would say a Chinese word in Chinese: where English words stand in
it, in names and code, they translate nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set

from searchkit.analysis.bilingual import bilingual_key
from searchkit.analysis.scripts import is_han
from searchkit.engines.finder import Finder
from searchkit.engines.plan import Leaf, Twin
from searchkit.engines.plan import Sequence as Slots
from searchkit.query.light import is_light
from searchkit.query.notes import Notes
from searchkit.query.twins import Piece, text_of
from searchkit.query.variants import Variants, bytes_of
from searchkit.record import record

MOST_WORDS = 4
"""Words of a name that is looked up as one."""

MOST_TRANSLATED = 24
"""Names of one query that are translated; who types more has pasted a text."""

MOST_LOOKED_UP = 1_000
"""Names of one query that are looked for, found or not."""

LONGEST_PART = 8
"""Characters of a part of a Chinese word that is looked up by itself."""

CHINESE = Leaf("的", ((("的",),),))
"""Stands in articles that are in Chinese: in 97 to 100 of 100, in 86 of short pieces.
Without it nDCG@10 of qsec-hf and qsec-kubernetes is .486 and .387, with it .494 and
.394, without translations .498 and .393."""


_BYTES = 2000  # of memory: of what a name is called, without the terms


@record
class _Names:
    """Some names, and the leaf that they are together: the same one each time, since
    a leaf's hash is slow."""

    names: tuple[str, ...]
    leaf: Leaf


@record
class _Chinese:
    """Chinese names of a word.

    One that has to be looked for by its characters, since it is no word of the
    dictionary's, is not among the `words`: these are enough where the word itself
    stands somewhere, since such a name costs more than all others together.
    """

    every: _Names
    words: _Names


@record
class _Standing:
    """What translates a name in this index: `same` and `other` are the `chinese` ones.

    `same` are those that say the same: Taiwan's, or the commoner one.
    """

    english: _Names
    chinese: _Chinese
    same: _Chinese
    other: _Chinese


class Translations:
    """Finds the translations in one query on one index, in one scope."""

    def __init__(self, finder: Finder, make: Variants, notes: Notes) -> None:
        self._finder = finder
        self._table = finder.reader.translations
        self._make = make
        self._notes = notes
        self._left = MOST_TRANSLATED
        self._lookups = MOST_LOOKED_UP

    def of(
        self, pieces: Sequence[Piece], named: Set[Leaf], whole: Sequence[Twin]
    ) -> Iterator[Twin]:
        """The translations of what was typed, the longest names first.

        Leaves that are `named` by the glossary need none but the same word, nor do
        documents that hold another name of the `whole`.
        """
        otherwise = tuple(twin.leaf for twin in whole)
        at = 0
        while at < len(pieces):
            for end in range(min(len(pieces), at + MOST_WORDS), at, -1):
                name = pieces[at:end]
                leaves = tuple(leaf for piece in name for leaf in piece.leaves)
                if any(piece.needed for piece in name):
                    continue
                is_named = not named.isdisjoint(leaves)
                if twins := self._translated(
                    text_of(name), leaves, otherwise, is_named=is_named
                ):
                    yield from twins
                    at = end - 1
                    break
                if end == at + 1 and not is_named:
                    yield from self._parts(pieces[at], otherwise)
            at += 1

    def _parts(self, piece: Piece, otherwise: tuple[Leaf, ...]) -> Iterator[Twin]:
        """The translations of the longest parts of a Chinese word, from the left."""
        text = bilingual_key(piece.text)
        if len(text) < 3 or not is_han(text[0]):
            return
        at = 0
        while at < len(text) - 1:
            for end in range(min(len(text), at + LONGEST_PART), at + 1, -1):
                part = text[at:end]
                if twins := self._translated(
                    part, piece.leaves, otherwise, is_part=True
                ):
                    yield from twins
                    at = end - 1
                    break
            at += 1

    def _translated(
        self,
        text: str,
        leaves: tuple[Leaf, ...],
        otherwise: tuple[Leaf, ...],
        *,
        is_named: bool = False,
        is_part: bool = False,
    ) -> list[Twin]:
        """A twin of all translations of a text, one of its Chinese synonyms, and one of
        those that are the same word; of a name in the glossary only this.

        Those that count in any document. What `is_part` of a word is never the same.
        """
        if self._table is None or not self._left or not self._lookups:
            return []
        self._lookups -= 1
        key = bilingual_key(text)
        if not key or not self._table.get(key) or is_light(text.lower()):
            return []
        standing = self._finder.reader.words.get(
            ("translation", key, *self._make.where), lambda: self._standing(key)
        )
        known = not key.isascii() and any(
            self._finder.found(leaf).is_anywhere for leaf in leaves
        )
        twins = []
        same = _chosen(standing.same, known=known)
        is_same = not is_part and bool(same.names)
        if is_same and (count := self._finder.found(same.leaf).document_count):
            twins.append(Twin(leaves, same.leaf))
            self._notes.twins(text, same.names, count)
        if is_named:
            return twins
        chinese = _chosen(standing.chinese if is_part else standing.other, known=known)
        for some, unless in (
            (standing.english, (*otherwise, CHINESE)),
            (chinese, otherwise),
        ):
            if not some.names:
                continue
            twin = Twin(leaves, some.leaf, likely=True, unless=unless)
            if count := self._finder.count_likely(twin):
                self._notes.translated(text, some.names, count)
                twins.append(twin)
        self._left -= bool(twins)
        return twins

    def _is_same(self, word: str, name: str) -> bool:
        """Whether two Chinese words say the same.

        It is what the one means first of all: 存档 means archive, and then also 保存.
        """
        if self._table is None or word.isascii() or name.isascii():
            return False
        first, last = self._table.get(word)[:1], self._table.get(name)[:1]
        return first == (name,) or last == (word,)

    def _standing(self, key: str) -> tuple[_Standing, int]:
        """What a key of the table is called where that stands somewhere: of an English
        name each word with all that shares its stem. With about its bytes."""
        names = self._table.get(key) if self._table else ()
        rows = {
            name: tuple((self._make.with_stem(word),) for word in name.split(" "))
            if name.isascii()
            else self._make.row(tuple(name))
            for name in names
            if " " in name or not is_light(name)
        }
        found = {name: row for name, row in rows.items() if self._stands(row)}
        english = {name: row for name, row in found.items() if name.isascii()}
        chinese = {name: row for name, row in found.items() if not name.isascii()}
        same = {n: row for n, row in chinese.items() if self._is_same(key, n)}
        other = {n: row for n, row in chinese.items() if n not in same}
        by_script = map(self._chinese, (chinese, same, other))
        made = _Standing(self._names(english), *by_script)
        return made, _BYTES + 3 * bytes_of(found.values())

    def _names(self, rows: Mapping[str, Slots]) -> _Names:
        leaf = self._make.leaf(", ".join(rows), *_together(rows.values()))
        return _Names(tuple(rows), leaf)

    def _chinese(self, rows: Mapping[str, Slots]) -> _Chinese:
        words = {name: row for name, row in rows.items() if not _in_characters(row)}
        return _Chinese(self._names(rows), self._names(words))

    def _stands(self, row: Slots) -> bool:
        """Whether each word of a row stands somewhere."""
        return all(self._make.stands(slot[0]) for slot in row)


def _chosen(names: _Chinese, *, known: bool) -> _Names:
    """Those that are looked for where the word itself is `known`, or is not."""
    return names.words if known else names.every


def _in_characters(row: Slots) -> bool:
    return any(is_han(slot[0]) and len(slot[0]) == 1 for slot in row)


def _together(rows: Collection[Slots]) -> Iterator[Slots]:
    """The rows as variants of a leaf: those of one word as one slot."""
    if words := tuple(dict.fromkeys(row[0][0] for row in rows if len(row) == 1)):
        yield (words,)
    yield from (row for row in rows if len(row) > 1)
