"""Which terms does Whoosh find in a field of a generation?

A `doc_id` is a field, too, with one term a document.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from whoosh.codec import base
from whoosh.formats import Format
from whoosh.reading import TermNotFound

from searchkit.engines.columns import vector
from searchkit.engines.columns.arrays import Numbers
from searchkit.engines.columns.postings import Postings
from searchkit.engines.columns.terms import Terms, encode_term
from searchkit.engines.reader import GenerationReader
from searchkit.engines.whoosh.fields import SEARCH_FIELDS
from searchkit.engines.whoosh.matcher import Matcher
from searchkit.engines.whoosh.view_postings import FieldPostings, Stretches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CACHED = 256  # terms of a reader, or that they are not in a field
_DOC_ID = "doc_id"
_FIELDS = tuple(sorted((*SEARCH_FIELDS, _DOC_ID)))
_FEWEST_TERMS, _MOST_TERMS = 16, 4096  # that are decoded at a time
_FIRST = np.zeros(1, np.int64)  # the only position of a doc_id

_Places = tuple[bytes, Numbers, Numbers]  # a term, documents and row positions


class TermsReader(base.TermsReader):
    """The terms of a generation by field. For many threads."""

    def __init__(self, reader: GenerationReader) -> None:
        self._reader = reader
        self._stretches: dict[str, Stretches] = {}
        self._cache: dict[tuple[str, bytes], FieldPostings | None] = {}

    def close(self) -> None:
        self._cache.clear()
        self._stretches.clear()
        self._reader.close()

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._find(*term) is not None

    def indexed_field_names(self) -> tuple[str, ...]:
        return _FIELDS

    def cursor(self, fieldname: str, fieldobj: Any) -> Cursor:
        return Cursor(self, fieldname, fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return self.terms_from(_FIELDS[0], b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        for field, start in _fields_from(fieldname, prefix):
            for text, _, _ in self._places_from(field, start):
                yield field, text

    def items(self) -> Iterator[tuple[tuple[str, bytes], FieldPostings]]:
        return self.items_from(_FIELDS[0], b"")

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], FieldPostings]]:
        for field, start in _fields_from(fieldname, prefix):
            lengths = self._lengths(field)
            for text, documents, places in self._places_from(field, start):
                yield (field, text), FieldPostings(documents, places, lengths)

    def term_info(self, fieldname: str, text: bytes) -> FieldPostings:
        """The statistics of a term in a field.

        Raises: TermNotFound.
        """
        found = self._find(fieldname, text)
        if found is None:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return found

    def frequency(self, fieldname: str, text: bytes) -> float:
        found = self._find(fieldname, text)
        return float(found.weight()) if found else 0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        found = self._find(fieldname, text)
        return found.count if found else 0

    def matcher(
        self, fieldname: str, text: bytes, format_: Format, scorer: Any = None
    ) -> Matcher:
        """The postings of a term in a field.

        Raises: TermNotFound.
        """
        found = self.term_info(fieldname, text)
        term = fieldname, text
        return Matcher(found, found.documents, format_, term=term, scorer=scorer)

    def _places_from(self, field: str, text: bytes) -> Iterator[_Places]:
        """The terms of a field from a text on, in order, each with its places."""
        if field == _DOC_ID:
            yield from self._doc_ids_from(text)
            return
        space, stretches = self._space(field), self._stretches_of(field)
        terms, size = space.terms, _FEWEST_TERMS
        first = _first(terms, text)
        while first < len(terms):  # more and more at a time
            last = min(first + size, len(terms))
            positions, bounds = vector.all_positions(space, first, last)
            documents, places, counts = stretches.inside(positions)
            ends = counts[bounds].tolist()
            for term, (low, high) in zip(
                terms.between(first, last), pairwise(ends), strict=True
            ):
                if low < high:
                    yield encode_term(term), documents[low:high], places[low:high]
            first, size = last, min(4 * size, _MOST_TERMS)

    def texts_from(self, field: str, text: bytes) -> Iterator[bytes]:
        """The terms of a field from a text on, for those who want the first only."""
        if field == _DOC_ID:
            yield from (doc_id for doc_id, _, _ in self._doc_ids_from(text))
            return
        terms = self._space(field).terms
        for first in range(_first(terms, text), len(terms), _FEWEST_TERMS):
            for term in terms.between(first, min(first + _FEWEST_TERMS, len(terms))):
                encoded = encode_term(term)
                if self._find(field, encoded):
                    yield encoded

    def _doc_ids_from(self, text: bytes) -> Iterator[_Places]:
        for number in range(self._reader.document_count):
            doc_id = encode_term(self._reader.summary(number).doc_id)
            if doc_id >= text:
                yield doc_id, np.array([number]), _FIRST

    def _stretches_of(self, field: str) -> Stretches:
        found = self._stretches.get(field)
        if found is None:
            found = self._stretches[field] = Stretches(self._reader, field)
        return found

    def _lengths(self, field: str) -> Numbers:
        if field == _DOC_ID:
            return np.ones(self._reader.document_count, np.int64)
        return self._stretches_of(field).lengths

    def _space(self, field: str) -> Postings:
        return self._reader.math if field == "math" else self._reader.text

    def _find(self, field: str, text: bytes) -> FieldPostings | None:
        key = field, text
        if key not in self._cache:
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            found = self._cache[key] = self._read(field, text)
            return found
        return self._cache.get(key)

    def _read(self, field: str, text: bytes) -> FieldPostings | None:
        try:
            term = text.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return None
        if field == _DOC_ID:
            return self._read_doc_id(term)
        if field not in SEARCH_FIELDS:
            return None
        postings = self._space(field).find(term)
        if postings is None:
            return None
        stretches = self._stretches_of(field)
        documents, places, _ = stretches.inside(vector.positions(postings))
        if not len(documents):
            return None
        return FieldPostings(documents, places, stretches.lengths)

    def _read_doc_id(self, doc_id: str) -> FieldPostings | None:
        number = self._reader.number_of(doc_id)
        if number is None:
            return None
        return FieldPostings(np.array([number]), _FIRST, self._lengths(_DOC_ID))


def _first(terms: Terms, text: bytes) -> int:
    """The number of the first term that is not less than a text."""
    return terms.prefix(text.decode("utf-8", "replace")).start


def _fields_from(field: str, text: bytes) -> Iterator[tuple[str, bytes]]:
    """The fields from one on, in order, each with where to begin in it."""
    for name in _FIELDS[bisect_left(_FIELDS, field) :]:
        yield name, text if name == field else b""


class Cursor(base.FieldCursor):
    """Walks over the terms of one field."""

    def __init__(self, reader: TermsReader, fieldname: str, fieldobj: Any) -> None:
        self._reader, self._fieldname, self._fieldobj = reader, fieldname, fieldobj
        self._rest: Iterator[bytes] = iter(())
        self._found: bytes | None = None
        self.first()

    def first(self) -> Any:
        return self.find(b"")

    def find(self, term: Any) -> Any:
        text = term if isinstance(term, bytes) else self._fieldobj.to_bytes(term)
        self._rest = self._reader.texts_from(self._fieldname, text)
        return self.next()

    def next(self) -> Any:
        self._found = next(self._rest, None)
        return self.text()

    def text(self) -> Any:
        found = self._found
        return None if found is None else self._fieldobj.from_bytes(found)

    def term_info(self) -> FieldPostings | None:
        found = self._found
        if found is None:
            return None
        return self._reader.term_info(self._fieldname, found)

    def is_valid(self) -> bool:
        return self._found is not None
