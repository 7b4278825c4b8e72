"""How much is a term worth in each document that holds it?

Occurrences in order of (term, position) become one frequency for each (term, document),
as `ranking` says, and an impact code of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from searchkit.engines.columns.arrays import Array
from searchkit.engines.columns.rows import RowFinder, spread
from searchkit.engines.generation.documents import Documents
from searchkit.engines.generation.scratch import Mapped
from searchkit.engines.impacts import codes_of
from searchkit.engines.weights import (
    ADDRESS,
    ALIAS,
    PARTS,
    TITLE,
    TOPIC,
    weight_table,
)
from searchkit.record import record

_AT_ONCE = 1 << 19  # occurrences that are weighed in some 50 bytes each
_RECORD = np.dtype([("document", "<u4"), ("x", "<f8")])


@record
class Frequencies:
    """Terms, by a number, in documents: the weighted, normed frequency of each pair.

    In order of (term, document).
    """

    terms: Array
    documents: Array
    x: Array

    def codes(self) -> Array:
        """The impact codes."""
        return codes_of(self.x)

    def records(self) -> Array:
        """What a file has of them, without the terms."""
        records = np.empty(len(self.terms), _RECORD)
        records["document"], records["x"] = self.documents, self.x
        return records


class Weigher:
    """Knows the rows of all documents of the new generation."""

    def __init__(self, documents: Documents) -> None:
        """`documents` are those of the new generation, which stay in their file."""
        self._numbers = documents.numbers
        self._base = documents.text_base
        self._finder = RowFinder(documents.text_base)
        count = max(1, documents.count)
        words = [documents.numbers[name] for name in ("title_words", "body_words")]
        averages = [int(all_.sum(dtype=np.int64)) / count for all_ in words]
        self._title_words, self._body_words = words
        # By length, and not by document: a million of these would be 32 MB.
        titles, bodies = (
            np.arange(int(all_.max(initial=0)) + 1, dtype=np.uint32) for all_ in words
        )
        of_title = weight_table(titles, np.zeros_like(titles), *averages)
        of_body = weight_table(np.zeros_like(bodies), bodies, *averages)
        self._of_heads = of_title[:, TITLE:].ravel()
        self._of_bodies = of_body[:, :TITLE].ravel()

    def frequencies(
        self, terms: Array, positions: Array, zones: Array, read: Callable[[], None]
    ) -> Frequencies:
        """Of occurrences in order of (term, position); `read` hears of each stretch."""
        parts = [self._of_few(terms[:0], positions[:0], zones[:0])]
        for at in range(0, len(terms), _AT_ONCE):
            some = slice(at, at + _AT_ONCE)
            part = self._of_few(terms[some], positions[some], zones[some])
            parts[-1:] = _without_split(parts[-1], part)
            read()
        return parts[0] if len(parts) == 1 else Frequencies(*_joined(parts))

    def _of_few(self, terms: Array, positions: Array, zones: Array) -> Frequencies:
        documents = self._finder.rows(positions)
        parts = self._parts(documents, positions, zones)
        return _summed(terms, documents, self._weights(documents, parts))

    def _weights(self, documents: Array, parts: Array) -> Array:
        """What an occurrence in each of the parts of documents weighs."""
        at = self._body_words.take(documents).astype(np.int64) * TITLE
        at += parts
        weights = self._of_bodies.take(at, mode="clip")
        (heads,) = np.nonzero(parts >= TITLE)
        if len(heads):
            lengths = self._title_words.take(documents.take(heads)).astype(np.int64)
            at = lengths * (PARTS - TITLE) + parts.take(heads) - TITLE
            weights[heads] = self._of_heads.take(at)
        return weights

    def _parts(self, documents: Array, positions: Array, zones: Array) -> Array:
        within = positions - self._base.take(documents)
        (heads,) = np.nonzero(within < self._numbers["body_start"].take(documents))
        if not len(heads):
            return zones
        parts, document, at = zones.copy(), documents.take(heads), within.take(heads)
        ends = ("title_end", "alias_end", "address_end")
        parts[heads] = np.select(
            [at < self._numbers[end].take(document) for end in ends],
            (TITLE, ALIAS, ADDRESS),
            TOPIC,
        )
        return parts


def merged(parts: Sequence[Frequencies]) -> Frequencies:
    """The sums of several."""
    filled = [part for part in parts if len(part.terms)]
    return filled[0] if len(filled) == 1 else _sorted(Frequencies(*_joined(filled)))


def _joined(parts: Sequence[Frequencies]) -> tuple[Array, Array, Array]:
    terms, documents, x = (
        np.concatenate([np.empty(0, kind), *(getattr(p, name) for p in parts)])
        for name, kind in (("terms", np.int64), ("documents", np.int64), ("x", float))
    )
    return terms, documents, x


def _without_split(one: Frequencies, other: Frequencies) -> list[Frequencies]:
    """Two that follow each other; a document in both gets all in the latter."""
    if not len(one.terms):
        return [other]
    last, first = (
        (int(found.terms[at]), int(found.documents[at]))
        for found, at in ((one, -1), (other, 0))
    )
    if last == first:
        other.x[0] += one.x[-1]
        one = Frequencies(one.terms[:-1], one.documents[:-1], one.x[:-1])
    return [one, other] if len(one.terms) else [other]


def _sorted(found: Frequencies) -> Frequencies:
    keys = found.terms << 32 | found.documents
    if (keys[1:] > keys[:-1]).all():  # of many documents there need be no copy
        return found
    order = np.argsort(keys, kind="stable")
    columns = (found.terms, found.documents, found.x)
    return _summed(*(column.take(order) for column in columns))


def _summed(terms: Array, documents: Array, x: Array) -> Frequencies:
    """One of each (term, document); sums of multiples of GRAIN are exact."""
    if not len(terms):
        return Frequencies(terms, documents, x)
    new = np.empty(len(terms), bool)
    new[0] = True
    np.not_equal(terms[1:], terms[:-1], out=new[1:])
    new[1:] |= documents[1:] != documents[:-1]
    (starts,) = np.nonzero(new)
    sums = np.add.reduceat(x, starts)
    return Frequencies(terms.take(starts), documents.take(starts), sums)


class FrequencyWriter:
    """Writes the frequencies of some terms into a temporary file."""

    def __init__(self, path: Path, count: int) -> None:
        """For terms with numbers below `count`. Raises: OSError."""
        self._file = path.open("xb")
        self.counts: Array = np.zeros(count, np.int64)
        """In how many documents each of the terms stands."""
        self._end = 0

    def append(self, low: int, counts: Array, records: Array) -> None:
        """Add the records of terms above all before, from number `low` on.

        Raises: ValueError if they are not above.
        """
        if low < self._end:
            raise ValueError("terms must come in their order")
        self._end = low + len(counts)
        self._file.write(records.data)
        self.counts[low : self._end] = counts

    def finish(self) -> Array:
        """No more terms come; where in the file those of each term begin."""
        self._file.close()
        return np.asarray(np.cumsum(self.counts) - self.counts)


class FrequencyTable:
    """The file of the frequencies, to look them up."""

    def __init__(self, path: Path) -> None:
        """Raises: OSError."""
        with path.open("rb") as file:
            self._records = Mapped(file, _RECORD)

    def release(self) -> None:
        """Give back the memory of what was looked up."""
        self._records.release()

    def sums(self, targets: Array, starts: Array, counts: Array) -> Frequencies:
        """The frequencies of each target: of all terms that are beside it, summed.

        A term is told by where its records begin and how many they are.
        """
        records = self._records.numbers[spread(starts, counts)]
        found = Frequencies(
            np.repeat(targets, counts),
            records["document"].astype(np.int64),
            records["x"].copy(),
        )
        return _sorted(found)
