"""How can Whoosh read a generation, which is no index of Whoosh?

`write_toc` lays Whoosh's table of contents beside the columns: a schema and one segment
whose codec answers from the generation. Whoosh unpickles it; searchkit never reads it.
The postings of a field are a term's positions inside that field's stretch of each row,
so counts and lengths are those of the field alone.

Read only: Whoosh asks the list of segments for each of them before it writes, and
nothing else does; that is where a writer hears that it may not.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn, SupportsIndex

import numpy as np
from whoosh.codec import base
from whoosh.filedb.filestore import FileStorage
from whoosh.formats import Format
from whoosh.index import TOC
from whoosh.reading import TermInfo, TermNotFound

from searchkit.engines.columns import vector
from searchkit.engines.columns.arrays import Numbers
from searchkit.engines.columns.postings import Postings
from searchkit.engines.columns.terms import Terms
from searchkit.engines.reader import GenerationReader
from searchkit.engines.whoosh.fields import SEARCH_FIELDS, refuse, schema
from searchkit.engines.whoosh.integers import as_array
from searchkit.engines.whoosh.matcher import Matcher

_INDEX = "MAIN"  # the name that Whoosh looks for
_BLOCK = 128  # postings that share score bounds
_CACHED = 256  # terms of a reader, or that they are not in a field
_DOC_ID = "doc_id"
_FIELDS = tuple(sorted((*SEARCH_FIELDS, _DOC_ID)))
_FEWEST_TERMS, _MOST_TERMS = 16, 4096  # that are decoded at a time
_FIRST = np.zeros(1, np.int64)  # the only position of a doc_id

_Places = tuple[bytes, Numbers, Numbers]  # a term, documents and row positions


def write_toc(generation: Path, documents: int) -> None:
    """Have `whoosh.index.open_dir` open the generation, of so many documents.

    The same bytes for the same number.
    """
    contents = TOC(schema(), Segments([Segment(documents)]), 0)
    contents.write(FileStorage(str(generation)), _INDEX)


class Segments(list[Any]):
    """The segments of a generation, which only a writer of Whoosh walks over."""

    def __iter__(self) -> NoReturn:
        refuse()

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return Segments, ([self[number] for number in range(len(self))],)


class Segment(base.Segment):
    """A generation as the one segment of a Whoosh index."""

    def __init__(self, documents: int) -> None:
        self.indexname, self.segid = _INDEX, "generation"
        self.compound = False
        self._documents = documents

    def codec(self, **_: Any) -> Codec:
        return Codec()

    def should_assemble(self) -> bool:
        return False

    def doc_count_all(self) -> int:
        return self._documents

    def deleted_count(self) -> int:
        return 0

    def deleted_docs(self) -> Iterator[int]:
        return iter(())

    def is_deleted(self, docnum: int) -> bool:
        return False

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        refuse()


class Codec(base.Codec):
    """Reads a generation; writes nothing."""

    def terms_reader(self, storage: Any, segment: Segment) -> TermsReader:
        return TermsReader(GenerationReader(Path(storage.folder)))

    def per_document_reader(self, storage: Any, segment: Segment) -> DocumentsReader:
        return DocumentsReader(GenerationReader(Path(storage.folder)))

    def new_segment(self, storage: Any, indexname: str) -> NoReturn:
        refuse()


class Stretches:
    """Where each document's part of a field begins and ends in its row."""

    def __init__(self, reader: GenerationReader, field: str) -> None:
        """`field` is one of SEARCH_FIELDS."""
        self.base = _numbers(reader.math_base if field == "math" else reader.text_base)
        rows = np.diff(self.base)
        ends = {
            "title": (0, reader.title_end),
            "alias": (reader.title_end, reader.alias_end),
            "address": (reader.alias_end, reader.address_end),
            "topic": (reader.address_end, reader.body_start),
            "body": (reader.body_start, rows),
            "math": (0, rows),
        }
        low, high = ends[field]
        self.low: Any = _numbers(low) if low else 0
        self.high = _numbers(high)

    @cached_property
    def lengths(self) -> Numbers:
        """How many positions the field has in each document, gaps included."""
        found: Numbers = self.high - self.low
        return found

    def inside(self, positions: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Document and row position of those global positions that are in the field.

        The third column counts, for each position and the end, those before it.
        """
        documents = np.searchsorted(self.base, positions, "right") - 1
        places = positions - self.base[documents]
        low = self.low[documents] if isinstance(self.low, np.ndarray) else 0
        kept = (places >= low) & (places < self.high[documents])
        counts = np.zeros(len(positions) + 1, np.int64)
        np.cumsum(kept, out=counts[1:])
        return documents[kept], places[kept], counts


class FieldPostings(TermInfo):
    """The postings of a term in a field: statistics, documents and positions."""

    block = _BLOCK

    def __init__(
        self, documents: Numbers, positions: Numbers, lengths: Numbers
    ) -> None:
        """`documents` has an item a position; `lengths` one a document of all."""
        self._starts = np.flatnonzero(np.diff(documents, prepend=-1))
        unique = documents[self._starts]
        counts = np.diff(self._starts, append=len(documents))
        self.count = len(unique)
        self.documents = as_array(unique)
        self.weights: Sequence[float] | None = as_array(counts)
        self._counts, self._positions = counts, positions
        self._lengths = lengths[unique]
        super().__init__(
            weight=len(documents),
            df=self.count,
            minlength=int(self._lengths.min(initial=1 << 32)),
            maxlength=int(self._lengths.max(initial=0)),
            maxweight=int(counts.max(initial=0)),
            minid=int(unique[0]) if self.count else 0,
            maxid=int(unique[-1]) if self.count else 0,
        )

    @property
    def values(self) -> FieldPostings:
        return self

    def value(self, number: int) -> bytes:
        return array("I", self.positions(number)).tobytes()

    def value_as(self, number: int, name: str) -> Any:
        if name == "positions":
            return self.positions(number)
        if name == "position_boosts":
            return [(position, 1) for position in self.positions(number)]
        return int(self._counts[number])  # the frequency is the weight

    def positions(self, number: int) -> list[int]:
        """Where the term stands in the document of that posting."""
        start, count = self._starts[number], self._counts[number]
        found: list[int] = self._positions[start : start + count].tolist()
        return found

    def bounds(self, number: int) -> tuple[float, int, int]:
        """Of the block of a posting: highest weight, shortest and longest field."""
        most, shortest, longest = self._rows
        row = number // _BLOCK
        return float(most[row]), int(shortest[row]), int(longest[row])

    @cached_property
    def _rows(self) -> tuple[Any, Any, Any]:
        starts = np.arange(0, self.count, _BLOCK)
        return (
            np.maximum.reduceat(self._counts, starts),
            np.minimum.reduceat(self._lengths, starts),
            np.maximum.reduceat(self._lengths, starts),
        )


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
                    yield _encoded(term), documents[low:high], places[low:high]
            first, size = last, min(4 * size, _MOST_TERMS)

    def texts_from(self, field: str, text: bytes) -> Iterator[bytes]:
        """The terms of a field from a text on, for those who want the first only."""
        if field == _DOC_ID:
            yield from (doc_id for doc_id, _, _ in self._doc_ids_from(text))
            return
        terms = self._space(field).terms
        for first in range(_first(terms, text), len(terms), _FEWEST_TERMS):
            for term in terms.between(first, min(first + _FEWEST_TERMS, len(terms))):
                encoded = _encoded(term)
                if self._find(field, encoded):
                    yield encoded

    def _doc_ids_from(self, text: bytes) -> Iterator[_Places]:
        for number in range(self._reader.document_count):
            doc_id = _encoded(self._reader.summary(number).doc_id)
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


class DocumentsReader(base.PerDocumentReader):
    """The documents of a generation. For many threads."""

    def __init__(self, reader: GenerationReader) -> None:
        self._reader = reader
        self._lengths: dict[str, Numbers] = {}

    def close(self) -> None:
        self._lengths.clear()
        self._reader.close()

    def doc_count(self) -> int:
        return self._reader.document_count

    def doc_count_all(self) -> int:
        return self._reader.document_count

    def has_deletions(self) -> bool:
        return False

    def is_deleted(self, docnum: int) -> bool:
        return False

    def deleted_docs(self) -> Iterable[int]:
        return ()

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return self.doc_field_length_reader(fieldname, default)(docnum)

    def doc_field_length_reader(
        self, fieldname: str, default: int = 0
    ) -> Callable[[int], int]:
        if fieldname not in SEARCH_FIELDS:
            return lambda docnum: default
        lengths = self._field_lengths(fieldname)
        return lambda docnum: int(lengths[docnum])

    def field_length(self, fieldname: str) -> int:
        return int(self._field_lengths(fieldname).sum())

    def min_field_length(self, fieldname: str) -> int:
        lengths = self._field_lengths(fieldname)
        return int(lengths.min()) if len(lengths) else 0

    def max_field_length(self, fieldname: str) -> int:
        return int(self._field_lengths(fieldname).max(initial=0))

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        summary = self._reader.summary(docnum)
        fields: dict[str, str | list[str] | date | None] = {
            "doc_id": summary.doc_id,
            "title": summary.title,
            "topic": list(summary.topics),
            "path": summary.path,
            "date": summary.date,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def _field_lengths(self, field: str) -> Numbers:
        if field not in SEARCH_FIELDS:
            return np.zeros(self._reader.document_count, np.int64)
        if field not in self._lengths:
            self._lengths[field] = Stretches(self._reader, field).lengths
        return self._lengths[field]


def _numbers(column: Any) -> Numbers:
    return np.asarray(column).astype(np.int64)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
