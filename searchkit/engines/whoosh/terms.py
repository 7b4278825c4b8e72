"""Which terms does a segment have, and where are their postings?

One dictionary for all fields: a key is the number of the field and the term's bytes,
so the terms of a field stand together, in order, and a prefix is a range.
"""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from operator import itemgetter

from whoosh.codec import base
from whoosh.formats import Format
from whoosh.reading import TermNotFound

from searchkit.engines.whoosh.dictionary import Dictionary, DictionaryWriter
from searchkit.engines.whoosh.folders import column_writer, open_columns
from searchkit.engines.whoosh.matcher import Matcher
from searchkit.engines.whoosh.record import PostingList, Postings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EXTENSION = ".postings"
KIND = "whoosh postings"

_FIELD = struct.Struct(">H")


class TermsWriter(base.FieldWriter):
    """Writes the terms of a segment, in order of field and term."""

    def __init__(self, storage: Any, segment: Any, block: int) -> None:
        self._block = block
        self._fields: dict[str, int] = {}
        self._format: Format | None = None
        self._prefix = self._term = b""
        self._postings = Postings()
        self.is_closed = False
        self._open = ExitStack()
        name = segment.make_filename(EXTENSION)
        self._file = self._open.enter_context(column_writer(storage, name, KIND))
        self._dictionary = DictionaryWriter(self._file)

    def add_postings(
        self,
        schema: Any,
        lengths: Any,
        items: Iterable[tuple[str, bytes, int, float, bytes | None]],
    ) -> None:
        """Write postings: field, term, document, weight, value; in order.

        A document of -1 says that a word can be suggested; terms say that already.

        Raises: OutOfOrderError.
        """
        last, last_field = ("", b""), ""
        length_of: Callable[[int], int | None] = _no_length
        for term, group in groupby(items, key=itemgetter(0, 1)):
            if term < last:
                raise base.OutOfOrderError(f"{last} .. {term}")
            last, field = term, term[0]
            if field != last_field or self._format is None:
                last_field = field
                self.start_field(field, schema[field])
                length_of = _length_reader(lengths, field)
            postings = [row for row in group if row[2] >= 0]
            if postings:
                self.start_term(term[1])
                documents = [row[2] for row in postings]
                self._postings = Postings(
                    documents,
                    [row[3] for row in postings],
                    [row[4] or b"" for row in postings],
                    [length_of(document) or 0 for document in documents],
                )
                self.finish_term()
        self.finish_field()

    def start_field(self, fieldname: str, fieldobj: Any) -> None:
        number = self._fields.setdefault(fieldname, len(self._fields))
        self._prefix = _FIELD.pack(number)
        self._format = fieldobj.format

    def start_term(self, text: bytes) -> None:
        """Begin a term of the field that was begun.

        Raises: ValueError if none was.
        """
        if self._format is None:
            raise ValueError("a term begins outside of a field")
        self._term = text
        self._postings = Postings()

    def add(
        self, docnum: int, weight: float, vbytes: bytes, length: int | None
    ) -> None:
        self._postings.add(docnum, weight, vbytes, length or 0)

    def finish_term(self) -> None:
        assert self._format is not None
        record = self._postings.packed(self._format, self._block)
        self._dictionary.add(self._prefix + self._term, record)

    def finish_field(self) -> None:
        self._format = None

    def close(self) -> None:
        """Write everything out."""
        with self._open:
            self._dictionary.finish()
            self._file.add("fields", json.dumps(list(self._fields)).encode("utf-8"))
            self._file.add("block", array("Q", (self._block,)).tobytes())
        self.is_closed = True


def _no_length(document: int) -> int:
    return 0


def _length_reader(lengths: Any, field: str) -> Callable[[int], int | None]:
    """How long the field is in each document; `lengths` are any that Whoosh takes."""
    if not lengths:
        return _no_length
    if hasattr(lengths, "doc_field_length_reader"):
        found: Callable[[int], int | None] = lengths.doc_field_length_reader(field)
        return found
    return lambda document: lengths.doc_field_length(document, field)


class TermsReader(base.TermsReader):
    """The terms of a segment and their postings. For many threads."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self._file = open_columns(storage, segment.make_filename(EXTENSION), KIND)
        self._dictionary = Dictionary(self._file)
        self._names: list[str] = json.loads(bytes(self._file.column("fields").whole()))
        self._prefixes = {
            name: _FIELD.pack(number) for number, name in enumerate(self._names)
        }
        self._block = self._file.column("block").integers("Q")[0]

    def close(self) -> None:
        self._dictionary.close()
        self._file.close()

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._ordinal(*term) >= 0

    def indexed_field_names(self) -> list[str]:
        return self._names

    def cursor(self, fieldname: str, fieldobj: Any) -> Cursor:
        return Cursor(self, fieldname, fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return (term for _, term in self.numbered_from(0))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        return (term for _, term in self.numbered_from(self.first(fieldname, prefix)))

    def items(self) -> Iterator[tuple[tuple[str, bytes], PostingList]]:
        return ((term, self.info(at)) for at, term in self.numbered_from(0))

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], PostingList]]:
        first = self.first(fieldname, prefix)
        return ((term, self.info(at)) for at, term in self.numbered_from(first))

    def term_info(self, fieldname: str, text: bytes) -> PostingList:
        """The statistics of a term.

        Raises: TermNotFound.
        """
        ordinal = self._ordinal(fieldname, text)
        if ordinal < 0:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return self.info(ordinal)

    def frequency(self, fieldname: str, text: bytes) -> float:
        ordinal = self._ordinal(fieldname, text)
        return self.info(ordinal).weight() if ordinal >= 0 else 0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        ordinal = self._ordinal(fieldname, text)
        return self.info(ordinal).count if ordinal >= 0 else 0

    def matcher(
        self, fieldname: str, text: bytes, format_: Format, scorer: Any = None
    ) -> Matcher:
        """The postings of a term.

        Raises: TermNotFound.
        """
        ordinal = self._ordinal(fieldname, text)
        if ordinal < 0:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        postings = self.info(ordinal, format_)
        term = fieldname, text
        return Matcher(postings, postings.documents, format_, term=term, scorer=scorer)

    def first(self, fieldname: str, text: bytes) -> int:
        """The number of the first term of the field that is not less than that."""
        prefix = self._prefixes.get(fieldname)
        return (
            self._dictionary.count
            if prefix is None
            else self._dictionary.ordinal(prefix + text)
        )

    def numbered_from(self, ordinal: int) -> Iterator[tuple[int, tuple[str, bytes]]]:
        """All terms from that number on: number, field and text."""
        names = self._names
        for number, key in self._dictionary.keys_from(ordinal):
            yield number, (names[_FIELD.unpack_from(key)[0]], key[_FIELD.size :])

    def term(self, ordinal: int) -> tuple[str, bytes] | None:
        """The field and text of the term of that number; None behind the last."""
        return next((term for _, term in self.numbered_from(ordinal)), None)

    def info(self, ordinal: int, format_: Format | None = None) -> PostingList:
        """The record of the term of that number."""
        return PostingList(self._dictionary.record(ordinal), format_, self._block)

    def _ordinal(self, fieldname: str, text: bytes) -> int:
        prefix = self._prefixes.get(fieldname)
        return -1 if prefix is None else self._dictionary.find(prefix + text)


class Cursor(base.FieldCursor):
    """Walks over the terms of one field."""

    def __init__(self, reader: TermsReader, fieldname: str, fieldobj: Any) -> None:
        self._reader, self._fieldname, self._fieldobj = reader, fieldname, fieldobj
        self._at = 0
        self._text: Any = None
        self.first()

    def first(self) -> Any:
        return self._go(self._reader.first(self._fieldname, b""))

    def find(self, term: Any) -> Any:
        text = term if isinstance(term, bytes) else self._fieldobj.to_bytes(term)
        return self._go(self._reader.first(self._fieldname, text))

    def next(self) -> Any:
        return self._go(self._at + 1) if self.is_valid() else None

    def text(self) -> Any:
        return self._text

    def term_info(self) -> PostingList | None:
        return self._reader.info(self._at) if self.is_valid() else None

    def is_valid(self) -> bool:
        return self._text is not None

    def _go(self, ordinal: int) -> Any:
        self._at = ordinal
        term = self._reader.term(ordinal)
        is_ours = term is not None and term[0] == self._fieldname
        self._text = self._fieldobj.from_bytes(term[1]) if term and is_ours else None
        return self._text
