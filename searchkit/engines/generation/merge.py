"""What is there to merge: which terms has the new generation, and what is of each?

The postings of runs and of the old generation become those of the new one term by term,
in slabs of bounded size (`slab_merge`). Nothing depends on how the documents were
spread over the sources, so neither the number of processes nor the history of an index
can be seen in it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from searchkit.analysis.terms import CASED, LANGUAGE
from searchkit.engines.columns.arrays import Array
from searchkit.engines.generation.classes import (
    Classes,
    Keys,
    Members,
    are_words,
    word_slices,
)
from searchkit.engines.generation.counterparts import chinese_words
from searchkit.engines.generation.layout import Move
from searchkit.engines.generation.scores import FrequencyWriter
from searchkit.engines.generation.slab_merge import (
    Encoding,
    Scoring,
    Source,
    Task,
    Terms,
    Weighing,
)
from searchkit.engines.generation.slabs import Slab, slabs
from searchkit.engines.generation.vocabulary import (
    Rising,
    TermFile,
    Vocabulary,
    united,
)

_UNSCORED = (CASED.encode(), LANGUAGE.encode())

InOrder = Callable[[Iterable[tuple[Slab, Task]]], Iterator[tuple[Slab, Any]]]
"""Has tasks done, perhaps several at a time; what comes of them, in order."""


class SpaceMerge:
    """What there is in one space of all sources; nothing of it is scored."""

    def __init__(
        self, space: str, sources: Sequence[Source], moves: Sequence[Move], folder: Path
    ) -> None:
        """Positions of the sources move so; nameless files may be made in `folder`."""
        self._space = space
        self._sources = sources
        self._folder = folder
        standing = united([*map(self._terms_of, sources, moves)], folder)
        self._vocabulary = self._completed(standing)

    @property
    def terms(self) -> TermFile:
        """All terms in order of their bytes."""
        return self._vocabulary.terms

    def encodings(self) -> Iterator[tuple[Slab, Encoding]]:
        """What is to be done for the records of all terms."""
        for slab in slabs(self._sizes()):
            low, high, _ = slab
            yield slab, Encoding(self._slab_terms(low, high), self._scoring(low, high))

    def _scoring(self, low: int, high: int) -> Scoring | None:
        return None

    def _sizes(self) -> Array:
        """About how many occurrences each term has."""
        sizes = np.zeros(len(self.terms) + 1, np.int64)
        for source, local in zip(self._sources, self._vocabulary.local, strict=True):
            here = source.sizes(self._space).astype(np.int64)
            np.add.at(sizes, local.astype(np.intp), here)  # not as wide as all terms
            source.release()
            self._vocabulary.release()
        return sizes[:-1]

    def _slab_terms(self, low: int, high: int) -> Terms:
        """The terms from `low` to `high`, as the sources call them."""
        local = []
        for number, numbers_here in enumerate(self._vocabulary.local):
            first, end = self._vocabulary.local_range(number, low, high)
            if first < end:
                local.append((number, first, numbers_here[first:end] - low))
        self._vocabulary.release()
        return Terms(self._space, high - low, tuple(local))

    def _terms_of(self, source: Source, move: Move) -> Rising:
        """The terms of a source; those count that stand in a document that is kept."""

        def between(low: int, high: int) -> Sequence[bytes]:
            found = source.terms(self._space, low, high)
            source.release()
            return found

        count = len(source.sizes(self._space))
        return Rising(count, between, source.alive(self._space, move))

    def _completed(self, standing: Vocabulary) -> Vocabulary:
        """The terms that stand somewhere, and what the dictionary needs beside."""
        return standing


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
        known: Mapping[bytes, Keys],
        table: Path,
    ) -> None:
        """`table` is where frequencies are kept meanwhile; no file is there yet."""
        self._known = known
        self._table = table
        super().__init__("text", sources, moves, table.parent)

    def prepare(self, in_order: InOrder) -> None:
        """Find the frequencies of words and of their parts; they are kept in a file."""
        found = in_order(self._weighings())
        self._find_members()  # while others begin
        words = FrequencyWriter(self._table, len(self.terms))
        for (low, *_), weighed in found:
            words.append(low, weighed.counts, weighed.records)
        self._starts, self._counts = words.finish(), words.counts

    def _weighings(self) -> Iterator[tuple[Slab, Weighing]]:
        """Slabs of the terms that may be members."""
        sizes = super()._sizes()
        for part in word_slices(self.terms):
            for low, high, size in slabs(sizes[part]):
                slab = part.start + low, part.start + high, size
                yield slab, Weighing(self._slab_terms(*slab[:2]))

    def _sizes(self) -> Array:
        sizes = super()._sizes()
        documents = self._counts[self._members]
        documents[self._is_other[self._targets]] = 0
        sizes += np.bincount(self._targets, documents, len(sizes)).astype(np.int64)
        return sizes

    def _scoring(self, low: int, high: int) -> Scoring:
        first, end = np.searchsorted(self._targets, (low, high))
        targets, members = self._targets[first:end], self._members[first:end]
        own = ~self._is_other[targets]
        other = targets != members
        return Scoring(
            direct=self._direct[low:high],
            targets=targets[own] - low,
            starts=self._starts[members[own]],
            counts=self._counts[members[own]],
            members=members[other],
            member_counts=np.bincount(targets[other] - low, minlength=high - low),
            chinese=chinese_words(self.terms[low:high]),
        )

    def _completed(self, standing: Vocabulary) -> Vocabulary:
        classes = Classes(standing.terms, self._known, self._folder)
        parts = standing.terms, classes.needed
        whole = united([Rising(len(one), one.between) for one in parts], self._folder)
        self._members_of = partial(classes.members, *whole.local)
        return standing.among(whole.terms, whole.local[0], self._folder)

    def _find_members(self) -> None:
        found: Members = self._members_of()
        self._targets, self._members = found.targets, found.members
        self._is_other = np.zeros(len(self.terms), np.bool_)
        self._is_other[found.others] = True
        self._direct = _direct(self.terms)
        del self._members_of, self._known  # much memory, and not needed any more


def _direct(terms: TermFile) -> Array:
    """Whether each term is scored by its own occurrences and no others."""
    found = np.ones(len(terms), np.bool_)
    for part in word_slices(terms, (b"",)):
        found[part] = ~are_words(terms, part)
    for mark in _UNSCORED:
        end = bisect_left(terms, bytes([mark[0] + 1]))
        found[bisect_right(terms, mark) : end] = False
    return found
