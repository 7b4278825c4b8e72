"""How is a term's posting list written, and what does its record say before it is read?

A record is a header (how many documents, lengths, weights: all that scorers and
statistics ask for), the document numbers, the weights, a row for each block of
postings (highest weight, shortest and longest field) and the values. Each part is read
whole, at once, when it is first asked for: a list of a hundred thousand numbers takes
numpy less than a millisecond.

Lengths are kept as Whoosh keeps them, rounded to one of 256.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise

from whoosh.formats import Format
from whoosh.reading import TermInfo
from whoosh.util.numeric import byte_to_length, length_to_byte

from searchkit.engines.columns import varints
from searchkit.engines.whoosh.integers import (
    pack_integers,
    pack_rising,
    unpack_integers,
)
from searchkit.engines.whoosh.values import Values, pack_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ONES, FREQUENCIES, INTEGERS, FLOATS = range(4)  # how the weights of a list are kept
BLOCK = 128  # postings, unless the codec is told otherwise

_BLOCK_ROW = struct.Struct("<fBB")
_EXACT = 2**24  # the largest integer up to which every one is a 32-bit float


@dataclass(slots=True)
class Postings:
    """The postings of one term, gathered to be written."""

    documents: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    values: list[bytes] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)

    def add(self, document: int, weight: float, value: bytes, length: int) -> None:
        """Add a posting; documents rise."""
        self.documents.append(document)
        self.weights.append(weight)
        self.values.append(value)
        self.lengths.append(length)

    def packed(self, format_: Format, block: int) -> bytes:
        """The record of these postings.

        Raises: ValueError if the documents fall. (A field with many values may give a
        document twice.)
        """
        documents = self.documents
        if documents[0] < 0 or any(a > b for a, b in pairwise(documents)):
            raise ValueError("the documents of a posting list must not fall")
        return self._packed(format_, block, pack_rising(documents))

    def packed_without_documents(self, format_: Format) -> bytes:
        """The record of a document's vector, whose entries are terms."""
        return self._packed(format_, len(self.weights), b"")

    def _packed(self, format_: Format, block: int, documents: bytes) -> bytes:
        count = len(self.weights)
        kind, values, frequencies = pack_values(format_, self.values)
        weighing, weights = _pack_weights(self.weights, frequencies)
        sizes = bytes(map(_size, self.lengths))
        parts = [varints.encode(count), bytes((weighing << 2 | kind,))]
        parts.append(sizes if count == 1 else bytes((_least(sizes), max(sizes))))
        if weighing != ONES and count > 1:
            parts.append(_TOTALS.pack(sum(self.weights), max(self.weights)))
        parts.append(documents)
        for start in range(0, count if count > block else 0, block):
            part = slice(start, start + block)
            highest, size = max(self.weights[part]), sizes[part]
            parts.append(_BLOCK_ROW.pack(highest, _least(size), max(size)))
        return b"".join((*parts, weights, values))


class PostingList(TermInfo):
    """The record of one term: statistics at once, postings when they are asked for.

    For many threads: what is read twice is the same twice.
    """

    def __init__(
        self,
        data: memoryview,
        format_: Format | None,
        block: int,
        *,
        has_documents: bool = True,
    ) -> None:
        self._data = data
        self.format = format_
        self.count, at = varints.decode(data, 0)
        flags = data[at]
        self._weighing, self._kind = flags >> 2, flags & 3
        at += 1
        self._least, self._most = data[at], data[at + (self.count > 1)]
        at += 1 + (self.count > 1)
        self._totals = None
        if self._weighing != ONES and self.count > 1:
            self._totals = _TOTALS.unpack_from(data, at)
            at += _TOTALS.size
        self._at = at
        self.block = block if has_documents else self.count
        self._documents = None if has_documents else array("q")
        self._rest = at if not has_documents else 0
        self._weights: Any = None
        self._values: Values | None = None

    @property
    def documents(self) -> array[int]:
        """The numbers of the documents, rising."""
        if self._documents is None:
            found, self._rest = unpack_integers(
                self._data, self._at, self.count, rising=True
            )
            self._documents = found  # last: another thread may wait for it
        return self._documents

    @property
    def weights(self) -> Sequence[float] | None:
        """The weight of each posting; None if all are 1."""
        if self._values is None:
            self._read()
        return self._weights  # type: ignore[no-any-return]  # filled by _read

    @property
    def values(self) -> Values:
        """The values of the postings."""
        if self._values is None:
            self._read()
        assert self._values is not None
        return self._values

    def bounds(self, number: int) -> tuple[float, int, int]:
        """Of the block of a posting: highest weight, shortest and longest field."""
        if self.count <= self.block:
            return self.max_weight(), self.min_length(), self.max_length()
        len(self.documents)  # tells where the rows begin
        at = self._rest + number // self.block * _BLOCK_ROW.size
        highest, least, most = _BLOCK_ROW.unpack_from(self._data, at)
        return highest, byte_to_length(least), byte_to_length(most)

    def weight(self) -> float:
        if self._totals:
            return float(self._totals[0])
        return float(self.weights[0] if self.weights else self.count)

    def doc_frequency(self) -> int:
        return self.count

    def max_weight(self) -> float:
        if self._totals:
            return float(self._totals[1])
        return float(self.weights[0] if self.weights else 1)

    def min_length(self) -> int:
        return int(byte_to_length(self._least))

    def max_length(self) -> int:
        return int(byte_to_length(self._most))

    def min_id(self) -> int:
        return self._minid

    def max_id(self) -> int:
        return self._maxid

    @cached_property
    def _minid(self) -> int:  # Whoosh adds to it where there are more segments
        return self.documents[0]

    @cached_property
    def _maxid(self) -> int:
        return self.documents[-1]

    def _read(self) -> None:
        len(self.documents)
        at = self._rest
        if self.count > self.block:
            at += -(-self.count // self.block) * _BLOCK_ROW.size
        weights: Any = None
        if self._weighing == INTEGERS:
            weights, at = unpack_integers(self._data, at, self.count)
        elif self._weighing == FLOATS:
            end = at + 4 * self.count
            weights = struct.unpack(f"<{self.count}f", self._data[at:end])
            at = end
        values = Values(self.format, self._kind, self._data, at, self.count)
        if self._weighing == FREQUENCIES:
            weights = values.frequencies()
        self._weights, self._values = weights, values


_size = lru_cache(maxsize=4096)(length_to_byte)

_TOTALS = struct.Struct("<df")  # the sum of the weights, and the highest


def _pack_weights(
    weights: Sequence[float], frequencies: Sequence[int] | None
) -> tuple[int, bytes]:
    if weights.count(1) == len(weights):
        return ONES, b""
    if frequencies is not None and list(weights) == frequencies:
        return FREQUENCIES, b""
    if all(0 <= weight <= _EXACT and weight == int(weight) for weight in weights):
        return INTEGERS, pack_integers([int(weight) for weight in weights])
    return FLOATS, struct.pack(f"<{len(weights)}f", *weights)


def _least(lengths: bytes) -> int:
    """The least length that is known; 0 if none is."""
    return min(filter(None, lengths), default=0)
