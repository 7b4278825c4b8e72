"""How do the postings of runs and of the old generation become those of the new one?

Term by term in slabs of bounded size: each source gives the occurrences of the slab's
terms, moved to where their documents lie now; sorted by (term, position) they are the
postings. Nothing depends on how the documents were spread over the sources, so neither
the number of processes nor the history of an index can be seen in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from searchkit.analysis.terms import CASED, LANGUAGE
from searchkit.engines.generation.classes import CLASSES, Keys, classes, word_slices
from searchkit.engines.generation.documents import Array, Documents
from searchkit.engines.generation.layout import Move
from searchkit.engines.generation.run import ZONE_BITS
from searchkit.engines.generation.scores import (
    Frequencies,
    FrequencyTable,
    Weigher,
    merged,
)
from searchkit.engines.generation.scratch import Scratch
from searchkit.engines.generation.slabs import Slab, slabs
from searchkit.engines.generation.vocabulary import (
    Vocabulary,
    chosen,
    local_numbers,
    numbers,
)

_POSITION_BITS = 40  # a corpus of 10**12 atoms
_POSITIONS = (1 << _POSITION_BITS) - 1
_ZONES = (1 << ZONE_BITS) - 1
_AT_ONCE = 1 << 20  # occurrences of one term
_UNSCORED = (CASED.encode(), LANGUAGE.encode())

Found = TypeVar("Found")


class InOrder(Protocol):
    """Calls a function for slabs, perhaps several at a time; results in order."""

    def __call__(
        self, function: Callable[[int, int], Found], slabs: Iterable[Slab]
    ) -> Iterator[tuple[Slab, Found]]: ...


class Source(Protocol):
    """Some documents with their postings: a run, or the old generation."""

    documents: Documents

    def terms(self, space: str) -> Sequence[bytes]:
        """All terms in order of their bytes."""

    def sizes(self, space: str) -> Array:
        """How many occurrences each term has; 0 for classes."""

    def alive(self, space: str, move: Move) -> Array:
        """Whether each term stands in a document that is kept."""

    def places(self, space: str, low: int, high: int) -> tuple[Array, Array, Array]:
        """Counts by term, positions and zones of the terms from `low` to `high`."""

    def release(self) -> None:
        """Give back the memory of what was read."""


@dataclass(frozen=True, slots=True)
class Postings:
    """What is written for some terms that follow each other; counts are by term."""

    terms: tuple[bytes, ...]
    position_counts: Array
    positions: Array
    document_counts: Array
    documents: Array
    codes: Array
    member_counts: Array
    members: Array


@dataclass(frozen=True, slots=True)
class _Occurrences:
    """Occurrences in order of (term, position); terms by number within the slab."""

    terms: Array
    positions: Array
    zones: Array

    def chosen(self, which: Array | slice) -> _Occurrences:
        """Some of them."""
        return _Occurrences(self.terms[which], self.positions[which], self.zones[which])

    def counts(self, terms: int) -> Array:
        """How many there are of each of so many terms."""
        if terms == 1:
            return np.array([len(self.terms)])
        return np.bincount(self.terms, minlength=terms)


class SpaceMerge:
    """Merges one space of all sources."""

    def __init__(
        self, space: str, sources: Sequence[Source], moves: Sequence[Move], folder: Path
    ) -> None:
        """Positions of the sources move so; nameless files may be made in `folder`."""
        self._space = space
        self._sources = sources
        self._moves = moves
        self._folder = folder
        terms = tuple(self._completed(self._standing()))
        number_of = numbers(terms)
        local = (local_numbers(terms, number_of) for terms in self._source_terms())
        self._vocabulary = Vocabulary(terms, local, folder)
        self._number(number_of)

    @property
    def terms(self) -> tuple[bytes, ...]:
        """All terms in order of their bytes."""
        return self._vocabulary.terms

    def sizes(self) -> Array:
        """About how many occurrences each term has."""
        sizes = np.zeros(len(self.terms) + 1, np.int64)
        for source, local in zip(self._sources, self._vocabulary.local, strict=True):
            sizes += np.bincount(
                local, source.sizes(self._space), minlength=len(sizes)
            ).astype(np.int64)
        return sizes[:-1]

    def release(self) -> None:
        """Give back the memory of what was read of the sources."""
        for source in self._sources:
            source.release()
        self._vocabulary.release()

    def occurrences(self, low: int, high: int) -> _Occurrences:
        """All occurrences of the terms from `low` to `high`."""
        parts = (self._keys(source, low, high) for source in range(len(self._sources)))
        if high - low == 1:
            return self._of_one(parts)
        filled = [part for part in parts if len(part)]
        keys = np.concatenate([np.empty(0, np.int64), *filled])
        if len(filled) > 1:
            keys.sort(kind="stable")  # merges what is in order already
        zones = keys.astype(np.uint8) & np.uint8(_ZONES)
        keys >>= ZONE_BITS
        terms = keys >> _POSITION_BITS
        keys &= _POSITIONS
        return _Occurrences(terms, keys, zones)

    def _of_one(self, parts: Iterable[Array]) -> _Occurrences:
        """All occurrences of one term, which may be many millions: they are mapped."""
        keys = Scratch(self._folder, np.int64, parts, writable=True).numbers
        stretches = range(0, len(keys), _AT_ONCE)
        borders = (keys[at : at + _AT_ONCE + 1] for at in stretches)
        if not all((some[1:] > some[:-1]).all() for some in borders):
            keys.sort(kind="stable")
        zones = np.empty(len(keys), np.uint8)
        for at in stretches:
            zones[at : at + _AT_ONCE] = keys[at : at + _AT_ONCE] & _ZONES
        keys >>= ZONE_BITS
        return _Occurrences(np.broadcast_to(np.int64(0), len(keys)), keys, zones)

    def _standing(self) -> list[bytes]:
        """The terms that stand in a document that is kept, in order."""
        found: dict[bytes, None] = {}  # in stretches that rise: soon sorted
        for source, move, terms in zip(
            self._sources, self._moves, self._source_terms(), strict=True
        ):
            found |= dict.fromkeys(chosen(terms, source.alive(self._space, move)))
        return sorted(found)

    def _source_terms(self) -> Iterator[Sequence[bytes]]:
        """The terms of each source."""
        for source in self._sources:
            yield source.terms(self._space)
            source.release()

    def _completed(self, standing: list[bytes]) -> list[bytes]:
        """The terms that stand somewhere, and what the dictionary needs beside."""
        return standing

    def _number(self, number_of: Mapping[bytes, int]) -> None:
        """Take note of the numbers of all terms."""

    def _keys(self, number: int, low: int, high: int) -> Array:
        """The occurrences in one source as numbers that sort by (term, position)."""
        first, end = self._vocabulary.local_range(number, low, high)
        if first == end:
            return np.empty(0, np.int64)
        source = self._sources[number]
        counts, positions, zones = source.places(self._space, first, end)
        source.release()  # of hundreds: what a system maps around a place is 64 KB
        local = self._vocabulary.local[number][first:end].astype(np.int64) - low
        positions, kept = self._moves[number].apply(positions)
        keys = np.repeat(local << _POSITION_BITS, counts)
        keys |= positions
        keys <<= ZONE_BITS
        keys |= zones
        return keys if kept is None else keys[kept]


class FormulaMerge(SpaceMerge):
    """The space of formulas: nothing is scored, there are no classes."""

    def __init__(
        self, sources: Sequence[Source], moves: Sequence[Move], folder: Path
    ) -> None:
        super().__init__("math", sources, moves, folder)

    def postings(self, low: int, high: int) -> Postings:
        """The postings of the terms from `low` to `high`."""
        found = self.occurrences(low, high)
        none, count = np.empty(0, np.int64), high - low
        return Postings(
            terms=self.terms[low:high],
            position_counts=found.counts(count),
            positions=found.positions,
            document_counts=np.zeros(count, np.int64),
            documents=none,
            codes=none.astype(np.uint8),
            member_counts=np.zeros(count, np.int64),
            members=none,
        )


class TextMerge(SpaceMerge):
    """The space of texts.

    A word is scored with the camel-case words that it is part of, a class with all its
    members; so the frequencies of words and of their parts are found first (`prepare`).
    """

    def __init__(
        self,
        sources: Sequence[Source],
        moves: Sequence[Move],
        *,
        weigher: Weigher,
        known: Mapping[bytes, Keys],
        table: Path,
    ) -> None:
        """`table` is where frequencies are kept meanwhile; no file is there yet."""
        self._weigher = weigher
        self._known = known
        self._table = table
        super().__init__("text", sources, moves, table.parent)
        self._direct = np.fromiter(map(_is_direct, self.terms), bool)

    def prepare(self, in_order: InOrder) -> None:
        """Find the frequencies of words and of their parts; they are kept in a file."""
        for (low, *_), found in in_order(self._frequencies, self._word_slabs()):
            self._words.append(low, found)
            self.release()
        self._words.finish()

    def release(self) -> None:
        super().release()
        self._words.release()
        self._weigher.release()

    def sizes(self) -> Array:
        sizes = super().sizes()
        documents = self._words.sizes(self._members)
        documents[self._is_other[self._targets]] = 0
        sizes += np.bincount(self._targets, documents, len(sizes)).astype(np.int64)
        return sizes

    def postings(self, low: int, high: int) -> Postings:
        """The postings of the terms from `low` to `high`."""
        found, count = self.occurrences(low, high), high - low
        direct = self._direct[low:high]
        if direct.all():
            own = found
        elif direct.any():
            own = found.chosen(direct[found.terms])
        else:
            own = found.chosen(slice(0))
        scored = merged(
            [
                self._weigher.frequencies(own.terms, own.positions, own.zones),
                self._of_members(low, high),
            ]
        )
        members, member_counts = self._listed(low, high)
        return Postings(
            terms=self.terms[low:high],
            position_counts=found.counts(count),
            positions=found.positions,
            document_counts=np.bincount(scored.terms, minlength=count),
            documents=scored.documents,
            codes=scored.codes(),
            member_counts=member_counts,
            members=members,
        )

    def _pairs(self, low: int, high: int) -> tuple[Array, Array]:
        """The words and classes from `low` to `high`, with each of their members."""
        first, end = np.searchsorted(self._targets, (low, high))
        return self._targets[first:end], self._members[first:end]

    def _of_members(self, low: int, high: int) -> Frequencies:
        targets, members = self._pairs(low, high)
        own = ~self._is_other[targets]
        return self._words.sums(targets[own] - low, members[own])

    def _completed(self, standing: list[bytes]) -> list[bytes]:
        self._classes = classes(standing, self._known)
        return sorted(dict.fromkeys([*standing, *self._classes.terms]))

    def _number(self, number_of: Mapping[bytes, int]) -> None:
        pairs = self._classes.members(self.terms, number_of)
        self._targets, self._members, others = _each_once(*pairs, self.terms)
        self._is_other = np.zeros(len(number_of), np.bool_)
        self._is_other[others] = True
        del self._classes, self._known  # much memory, and not needed any more
        self._words = FrequencyTable(self._table, len(number_of))

    def _word_slabs(self) -> Iterator[Slab]:
        """Slabs of the terms that may be members."""
        sizes = super().sizes()
        for part in word_slices(self.terms):
            for low, high, size in slabs(sizes[part]):
                yield part.start + low, part.start + high, size

    def _frequencies(self, low: int, high: int) -> Frequencies:
        """The frequencies of each term by itself."""
        found = self.occurrences(low, high)
        return self._weigher.frequencies(found.terms, found.positions, found.zones)

    def _listed(self, low: int, high: int) -> tuple[Array, Array]:
        """The members of each term that are not itself, and their counts."""
        targets, members = self._pairs(low, high)
        other = targets != members
        return members[other], np.bincount(targets[other] - low, minlength=high - low)


def _each_once(
    targets: Array, members: Array, terms: Sequence[bytes]
) -> tuple[Array, Array, list[int]]:
    """Pairs of (target, member), and the classes that have the members of another term.

    These get that term, a word or an earlier class, for their only member.
    """
    firsts = np.flatnonzero(np.diff(targets, prepend=-1))
    rows = [*zip(firsts.tolist(), [*firsts[1:].tolist(), len(targets)], strict=False)]
    numbers = targets[firsts].tolist()
    is_class = [terms[number][:1] in CLASSES for number in numbers]
    met: dict[bytes, int] = {}
    other_of: dict[int, int] = {}
    for classes_now in (False, True):
        for number, (first, end), here in zip(numbers, rows, is_class, strict=True):
            if here == classes_now:
                other = met.setdefault(members[first:end].tobytes(), number)
                if other != number:
                    other_of[number] = other
    kept = np.ones(len(targets), np.bool_)
    for number, (first, end) in zip(numbers, rows, strict=True):
        if number in other_of:
            kept[first + 1 : end] = False
            members[first] = other_of[number]
    return targets[kept], members[kept], [*other_of]


def _is_direct(term: bytes) -> bool:
    """Whether a term is scored by its own occurrences and no others."""
    is_word = term.isalpha() and term.islower()
    return not is_word and (len(term) == 1 or term[:1] not in _UNSCORED)
