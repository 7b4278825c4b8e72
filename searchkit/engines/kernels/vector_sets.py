"""How does numpy keep a set of documents, and the codes of a term?

A set is a column, a rising array of numbers, or an array of bytes with one bit a
document. A column that is looked up for many documents gets a row with the code of
every document: gathering from it is 30 times faster than a binary search for each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from searchkit.engines.columns import plain
from searchkit.engines.columns import vector as decode
from searchkit.engines.columns.postings import BITMAP

if TYPE_CHECKING:
    from searchkit.engines.cache import Cache
    from searchkit.engines.columns.postings import TermPostings

Array: TypeAlias = Any
"""An array; most operations on arrays have no type but `Any` in numpy's stubs."""

Documents: TypeAlias = Any
"""A column, a rising array of numbers, or an array of bytes with a bit a document."""

NONE = np.zeros(0, np.int32)
"""No document."""

COLUMN_BYTES = 1000
"""Of memory: of a column without its lists."""

SPARSE = 16
"""A set of fewer than one document of so many is kept as its numbers."""

_NUMBER_AND_CODE = 5  # bytes
_SHORT = 16  # documents that are decoded in half the time without numpy
_MOST_KEPT = 1 << 17  # documents of rows that are kept: long ones crowd lists out
_ROW_COST = 600, 30  # documents whose codes are written while one is looked up
_ONE = np.uint64(1)
_BIT = np.left_shift(1, np.arange(8)).astype(np.uint8)


class Column:
    """Documents and their codes; both rise together with the documents' numbers.

    Those of a term are read when they are needed. Many terms of a long list are bits
    in the index already: how many bits are set before a document tells where its code
    is, so that such a list is not decoded to look some documents up.
    """

    def __init__(self, documents: Array, codes: Array, document_count: int) -> None:
        self.documents = documents
        self.codes = codes
        self.document_count = document_count
        # Whether a row or bits take so much more memory than the column that they are
        # made again rather than kept: of 100,000 documents in some 20 µs.
        self.is_sparse = len(codes) * SPARSE < document_count
        self._row: Array | None = None
        self._bits: Array | None = None

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def nbytes(self) -> int:
        """The bytes of its lists."""
        return int(self.documents.nbytes + self.codes.nbytes)

    @property
    def bits(self) -> Array:
        """The documents as a set of bits."""
        if self._bits is not None:
            return self._bits
        bits = bits_of(self.documents, self.document_count)
        if not self.is_sparse:
            self._bits = bits
        return bits

    def top(self, count: int) -> Array:
        """Some documents of which `count`, or all there are, have the highest codes."""
        codes = self.codes
        if count >= len(codes):
            return self.documents
        at_least = np.bincount(codes)[::-1].cumsum()  # from the highest code down
        least = len(at_least) - 1 - int(at_least.searchsorted(count))
        higher, equal = (codes > least).nonzero()[0], (codes == least).nonzero()[0]
        chosen = np.concatenate((higher, equal[: count - len(higher)]))
        return self.documents.take(np.sort(chosen))

    def at(self, numbers: Array) -> Array:
        """The code of each of the documents, 0 for those that have none."""
        row = self._row_for(len(numbers))
        return self._found(numbers) if row is None else row.take(numbers)

    def _row_for(self, lookups: int) -> Array | None:
        """The row of codes, if there is one or so many look-ups are worth it."""
        rows, listed = _ROW_COST
        writing = self.document_count // rows + len(self) // listed
        if self._row is not None or lookups <= writing or not len(self):
            return self._row
        row = self._written()
        if not self.is_sparse:
            self._row = row
        return row

    def _written(self) -> Array:
        """The code of every document, 0 for those that have none."""
        row = np.zeros(self.document_count, self.codes.dtype)
        row[self.documents.astype(np.intp)] = self.codes  # what numpy indexes with
        return row

    def holds(self, numbers: Array) -> Array:
        """Whether each of the documents is in the column."""
        few = self.is_sparse or len(numbers) * SPARSE <= len(self)
        if few or self._row is not None:
            return self.at(numbers) != 0
        return in_bits(self.bits, numbers)

    def _found(self, numbers: Array) -> Array:
        if not len(self):
            return np.zeros(len(numbers), self.codes.dtype)
        documents = self.documents
        places = documents.searchsorted(numbers.astype(np.int32, copy=False))
        codes = self.codes.take(places, mode="clip")
        return codes * (documents.take(places, mode="clip") == numbers)


class MadeColumn(Column):
    """A column whose codes are made when they are first asked for.

    Other names of a word mostly tell only which documents have them: none gets on the
    page by them where enough have the word itself.
    """

    def __init__(
        self,
        documents: Array,
        make: Callable[[], Array],
        document_count: int,
        *,
        held: int,
    ) -> None:
        """`held` are the bytes of what the codes are made of."""
        self.documents = documents
        self.document_count = document_count
        self.is_sparse = len(documents) * SPARSE < document_count
        self._row = None
        self._bits = None
        self._make = make
        self._held = held

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def nbytes(self) -> int:
        return int(self.documents.nbytes) + len(self) + self._held

    @cached_property
    def codes(self) -> Array:
        return self._make()

    def holds(self, numbers: Array) -> Array:
        if len(numbers) * SPARSE <= len(self) or self.is_sparse:
            return among(self.documents, numbers)
        return in_bits(self.bits, numbers)


class TermColumn(Column):
    """The scored documents of a term, kept with what was decoded for some search."""

    def __init__(self, term: TermPostings, decoded: Cache) -> None:
        self.document_count = term.document_count
        self.is_sparse = term.documents * SPARSE < term.document_count
        self._row = None
        self._term = term
        self._decoded = decoded
        self._held = COLUMN_BYTES

    @classmethod
    def of(cls, term: TermPostings, decoded: Cache) -> TermColumn:
        """The column of a term, which may be kept."""
        return decoded.get(
            ("column", term.ordinal), lambda: (cls(term, decoded), COLUMN_BYTES)
        )

    def __len__(self) -> int:
        return self._term.documents

    @property
    def nbytes(self) -> int:
        return _NUMBER_AND_CODE * len(self)

    @cached_property
    def codes(self) -> Array:
        term = self._term
        if term.documents <= _SHORT:
            return np.frombuffer(plain.codes(term), np.uint8)
        if term.apart < 0:
            return decode.codes(term)
        numbers = None if term.document_kind == BITMAP else self.documents
        return self._kept(decode.codes(term, numbers))

    def _kept(self, made: Array) -> Array:
        """An array that is kept from now on."""
        self._held += made.nbytes
        self._decoded.weigh(("column", self._term.ordinal), self._held)
        return made

    def _row_for(self, lookups: int) -> Array | None:
        row = super()._row_for(lookups)
        if self._row is not None and self.document_count > _MOST_KEPT:
            self._row = None
        return row

    def _written(self) -> Array:
        row = super()._written()
        keeps = not self.is_sparse and self.document_count <= _MOST_KEPT
        return self._kept(row) if keeps else row

    @cached_property
    def documents(self) -> Array:
        term = self._term
        if term.documents <= _SHORT:
            return self._kept(np.array(plain.documents(term), np.int32))
        return self._kept(decode.documents(term).astype(np.int32))

    @cached_property
    def bits(self) -> Array:
        term = self._term
        if term.document_kind != BITMAP:
            return self._kept(bits_of(self.documents, self.document_count))
        bits = np.zeros(_bytes_of(self.document_count), np.uint8)
        raw = term.read(term.documents_at, term.codes_at)
        bits[: len(raw)] = np.frombuffer(raw, np.uint8)
        return self._kept(bits)

    def top(self, count: int) -> Array:
        heads, _ = decode.heads(self._term)
        return heads[:count] if len(heads) >= count else super().top(count)

    @cached_property
    def _ranks(self) -> tuple[Array, Array]:
        """The bits in words of 64, and how many are set before each word."""
        words = self.bits.view(np.uint64)
        counts = np.bitwise_count(words)
        ranks = counts.cumsum(dtype=np.int64) - counts
        if ranks[-1] + counts[-1] != len(self):
            raise self._term.damaged()
        return words, self._kept(ranks)

    def _found(self, numbers: Array) -> Array:
        if self._term.document_kind != BITMAP or "documents" in self.__dict__:
            return super()._found(numbers)
        words, ranks = self._ranks
        at = numbers >> 6
        here, bit = words.take(at), (numbers & 63).astype(np.uint64)
        places = ranks.take(at) + np.bitwise_count(here & ((_ONE << bit) - _ONE))
        codes = self.codes.take(places, mode="clip")
        return codes * (here >> bit & _ONE).astype(np.uint8)


def in_order(lists: Sequence[Array]) -> Array:
    """The numbers of some rising lists in one.

    The stable sort finds what rises already: of two lists it takes a twentieth of the
    other's time, of sixteen half.
    """
    return np.sort(np.concatenate(lists), kind="stable")


def rising(lists: Sequence[Array], count: int) -> Array:
    """Each of so many documents that is in some rising lists once, in order."""
    if sum(map(len, lists)) * SPARSE < count:
        return each_once(in_order(lists))
    marks = np.zeros(count, bool)
    for numbers in lists:
        marks[numbers.astype(np.intp)] = True  # what numpy indexes with
    return marks.nonzero()[0].astype(np.int32)


def each_once(ordered: Array) -> Array:
    """Each of some ordered numbers once."""
    new = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered[new]


def among(documents: Array, numbers: Array) -> Array:
    """Whether each of the numbers is among some that rise."""
    if not len(documents):
        return np.zeros(len(numbers), bool)
    places = documents.searchsorted(numbers.astype(documents.dtype, copy=False))
    return documents.take(places, mode="clip") == numbers


def bits_of(chosen: Any, count: int) -> Array:
    """A set of the chosen ones of so many documents: one bit each, in whole words."""
    marks = np.zeros(8 * _bytes_of(count), bool)
    if isinstance(chosen, np.ndarray) and chosen.dtype != bool:
        chosen = chosen.astype(np.intp)  # what numpy indexes with
    marks[:count][chosen] = True
    return np.packbits(marks, bitorder="little")


def _bytes_of(count: int) -> int:
    """The bytes of a set of bits of so many documents: whole words of 64."""
    return max(1, -(-count // 64)) * 8


def in_bits(bits: Array, numbers: Array) -> Array:
    """Whether each of the numbers is in a set of bits."""
    return _BIT.take(numbers & 7) & bits.take(numbers >> 3) != 0


def flags_of(bits: Array) -> Array:
    """For each document whether it is in a set of bits."""
    return np.unpackbits(bits, bitorder="little").view(bool)


def is_bits(documents: Documents) -> bool:
    """Whether a set is an array of bytes."""
    return not isinstance(documents, Column) and documents.dtype == np.uint8


def numbers_of(documents: Documents) -> Array:
    """The numbers of a set that is not made of bits."""
    return documents.documents if isinstance(documents, Column) else documents
