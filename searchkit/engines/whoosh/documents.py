"""What does a segment know of each document besides postings?

Stored fields (JSON in compressed blocks of some documents each), lengths (a byte a
document and field), the columns that the schema asks for, and term vectors. A document
is taken over when it is finished: one that is cancelled leaves nothing behind.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from itertools import accumulate, pairwise
from tempfile import SpooledTemporaryFile

from whoosh.codec import base
from whoosh.filedb.structfile import BufferFile, StructFile
from whoosh.util.numeric import byte_to_length, length_to_byte

from searchkit.engines.columns import varints
from searchkit.engines.columns.files import Column, Columns, ColumnWriter, corrupt
from searchkit.engines.packing import packed_with_size, unpacked_with_size
from searchkit.engines.whoosh import tagged
from searchkit.engines.whoosh.folders import column_writer, open_columns
from searchkit.engines.whoosh.integers import (
    pack_integers,
    unpack_integers,
)
from searchkit.engines.whoosh.matcher import Matcher
from searchkit.engines.whoosh.record import PostingList, Postings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EXTENSION = ".documents"
KIND = "whoosh documents"

_BLOCK_BYTES = 8_192  # of stored fields compressed together; a document may have more
_PART_BYTES = 1_048_576  # of them copied at a time
_IN_MEMORY_BYTES = 16_777_216  # of compressed blocks before they go to the disk


def column_filename(segment: Any, fieldname: str) -> str:
    """The file of a column that Whoosh adds to a segment that is written."""
    name: str = segment.make_filename(f".{fieldname}.column")
    return name


_LENGTHS = tuple(int(byte_to_length(size)) for size in range(256))


class DocumentsWriter(base.PerDocumentWriter):
    """Writes the documents of a segment, in rising order without gaps."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self._storage, self._segment = storage, segment
        self.is_closed = False
        self._count = 0
        self._stored = _StoredWriter()
        self._lengths: dict[str, bytearray] = defaultdict(bytearray)
        self._totals: dict[str, int] = defaultdict(int)
        self._columns: dict[str, tuple[StructFile, Any]] = {}
        self._vectors: dict[str, _VectorWriter] = defaultdict(_VectorWriter)
        self._document: _Document | None = None

    def start_doc(self, docnum: int) -> None:
        """Begin the next document.

        Raises: ValueError if it is not the next one.
        """
        if self._document or docnum != self._count:
            raise ValueError(f"document {docnum} begins where {self._count} was due")
        self._document = _Document()

    def add_field(
        self, fieldname: str, fieldobj: Any, value: Any, length: int | None
    ) -> None:
        document = self._current()
        if value is not None:
            document.stored[fieldname] = tagged.dumps(value)
        if length:
            document.lengths[fieldname] = length

    def add_column_value(self, fieldname: str, columnobj: Any, value: Any) -> None:
        self._current().columns[fieldname] = columnobj, value

    def add_vector_items(
        self, fieldname: str, fieldobj: Any, items: Iterable[tuple[str, float, bytes]]
    ) -> None:
        terms = list(items)
        if terms:
            self._current().vectors[fieldname] = _pack_vector(fieldobj.vector, terms)

    def cancel_doc(self) -> None:
        """Leave the document out that was begun."""
        self._document = None

    def finish_doc(self) -> None:
        document, number = self._current(), self._count
        self._document = None
        self._stored.add(document.stored)
        for name, length in document.lengths.items():
            lengths = self._lengths[name]
            lengths.extend(bytes(number - len(lengths)))
            lengths.append(length_to_byte(length))
            self._totals[name] += length
        for name, (column, value) in document.columns.items():
            if name not in self._columns:
                file = StructFile(BytesIO())
                self._columns[name] = file, column.writer(file)
            self._columns[name][1].add(number, value)
        for name, vector in document.vectors.items():
            self._vectors[name].add(number, vector)
        self._count += 1

    def close(self) -> None:
        """Write everything out."""
        if self._document:
            self.finish_doc()
        name = self._segment.make_filename(EXTENSION)
        with column_writer(self._storage, name, KIND) as writer:
            self._stored.finish(writer)
            for number, lengths in enumerate(self._lengths.values()):
                lengths.extend(bytes(self._count - len(lengths)))
                writer.add(f"lengths.{number}", lengths)
            for number, (file, column) in enumerate(self._columns.values()):
                column.finish(self._count)
                writer.add(f"column.{number}", file.file.getvalue())
            for number, vectors in enumerate(self._vectors.values()):
                vectors.finish(writer, f"vectors.{number}", self._count)
            about = {
                "documents": self._count,
                "totals": [self._totals[name] for name in self._lengths],
                "lengths": list(self._lengths),
                "column": list(self._columns),
                "vectors": list(self._vectors),
            }
            writer.add("about", json.dumps(about).encode("ascii"))
        self.is_closed = True

    def _current(self) -> _Document:
        if not self._document:
            raise ValueError("no document has begun")
        return self._document


class _Document:
    """What was added of one document that is not finished."""

    __slots__ = ("columns", "lengths", "stored", "vectors")

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.lengths: dict[str, int] = {}
        self.columns: dict[str, tuple[Any, Any]] = {}
        self.vectors: dict[str, bytes] = {}


class _StoredWriter:
    """Stored fields: lines of JSON, compressed some documents at a time."""

    def __init__(self) -> None:
        self._spool = SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115, until `finish`
        self._blocks = array("Q")  # first document and place of each block
        self._rows: list[bytes] = []
        self._size = self._first = self._count = 0

    def add(self, fields: dict[str, bytes]) -> None:
        row = b",".join(
            part
            for name, value in fields.items()
            for part in (tagged.dumps(name), value)
        )
        if self._rows and self._size + len(row) > _BLOCK_BYTES:
            self._write_block()
        self._rows.append(row)
        self._size += len(row)
        self._count += 1

    def finish(self, writer: ColumnWriter) -> None:
        if self._rows:
            self._write_block()
        writer.add("stored.blocks", self._blocks.tobytes())
        self._spool.seek(0)
        with writer.stream("stored") as stream, self._spool:
            while part := self._spool.read(_PART_BYTES):
                stream.write(part)

    def _write_block(self) -> None:
        self._blocks.extend((self._first, self._spool.tell()))
        self._spool.write(packed_with_size(b"\n".join(self._rows)))
        self._first, self._rows, self._size = self._count, [], 0


class _VectorWriter:
    """The vectors of one field."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._ends = array("Q")

    def add(self, number: int, vector: bytes) -> None:
        self._fill(number)
        self._data += vector
        self._ends.append(len(self._data))

    def finish(self, writer: ColumnWriter, name: str, count: int) -> None:
        self._fill(count)
        writer.add(name, self._data)
        writer.add(f"{name}.ends", self._ends.tobytes())

    def _fill(self, number: int) -> None:
        missing = number - len(self._ends)
        self._ends.extend([len(self._data)] * missing)


def _pack_vector(format_: Any, items: list[tuple[str, float, bytes]]) -> bytes:
    postings = Postings()
    for number, (_, weight, value) in enumerate(items):
        postings.add(number, weight, value, 0)
    record = postings.packed_without_documents(format_)
    terms = [term.encode("utf-8", "surrogatepass") for term, _, _ in items]
    lengths = pack_integers([len(term) for term in terms])
    return varints.encode(len(record)) + record + lengths + b"".join(terms)


class DocumentsReader(base.PerDocumentReader):
    """The documents of a segment. For many threads."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self._segment = segment
        name = segment.make_filename(EXTENSION)
        self._file: Columns = open_columns(storage, name, KIND)
        about = json.loads(bytes(self._file.column("about").whole()))
        self._count: int = about["documents"]
        self._totals = dict(zip(about["lengths"], about["totals"], strict=True))
        self._numbers = {
            kind: {name: number for number, name in enumerate(about[kind])}
            for kind in ("lengths", "column", "vectors")
        }
        self._storage = storage
        self._blocks = self._file.column("stored.blocks").integers("Q")
        self._stored = self._file.column("stored")
        self._block: tuple[int, list[bytes]] = -1, []

    def close(self) -> None:
        self._blocks.release()
        self._file.close()

    def doc_count(self) -> int:
        return self.doc_count_all() - int(self._segment.deleted_count())

    def doc_count_all(self) -> int:
        return int(self._segment.doc_count_all())

    def has_deletions(self) -> bool:
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        return bool(self._segment.is_deleted(docnum))

    def deleted_docs(self) -> Iterator[int]:
        return iter(self._segment.deleted_docs())

    def supports_columns(self) -> bool:
        return True

    def has_column(self, fieldname: str) -> bool:
        name = column_filename(self._segment, fieldname)
        return fieldname in self._numbers["column"] or self._storage.file_exists(name)

    def column_reader(self, fieldname: str, column: Any) -> Any:
        stored = self._column("column", fieldname)
        if stored is not None:
            data = bytes(stored.whole())
        else:
            name = column_filename(self._segment, fieldname)
            with self._storage.open_file(name) as file:
                data = file.read()
        return column.reader(BufferFile(data), 0, len(data), self._count)

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return self.doc_field_length_reader(fieldname, default)(docnum)

    def doc_field_length_reader(
        self, fieldname: str, default: int = 0
    ) -> Callable[[int], int]:
        lengths = self._lengths(fieldname)
        if lengths is None:
            return lambda docnum: default
        return lambda docnum: _LENGTHS[lengths[docnum]]

    def field_length(self, fieldname: str) -> int:
        return int(self._totals.get(fieldname, 0))

    def min_field_length(self, fieldname: str) -> int:
        return int(byte_to_length(min(self._lengths(fieldname) or (0,))))

    def max_field_length(self, fieldname: str) -> int:
        return int(byte_to_length(max(self._lengths(fieldname) or (0,))))

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        return bool(self._vector(docnum, fieldname))

    def vector(self, docnum: int, fieldname: str, format_: Any) -> Matcher:
        """The terms of the document's field, as a matcher whose ids are terms.

        Raises: ValueError if there is no vector.
        """
        data = self._vector(docnum, fieldname)
        if not data:
            raise ValueError(f"document {docnum} has no vector of {fieldname!r}")
        size, start = varints.decode(data, 0)
        record = data[start : start + size]
        postings = PostingList(record, format_, 0, has_documents=False)
        lengths, at = unpack_integers(data, start + size, postings.count)
        text = bytes(data[at:])
        ends = list(accumulate(lengths, initial=0))
        terms = [
            text[start:end].decode("utf-8", "surrogatepass")
            for start, end in pairwise(ends)
        ]
        return Matcher(postings, terms, format_)

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        number = bisect_right(self._firsts, docnum) - 1
        block = self._block
        if block[0] != number:
            block = self._block = number, self._read_block(number)
        parts = tagged.loads(b"[" + block[1][docnum - self._firsts[number]] + b"]")
        return dict(zip(parts[::2], parts[1::2], strict=True))

    @property
    def _firsts(self) -> memoryview:
        return self._blocks[::2]

    def _read_block(self, number: int) -> list[bytes]:
        last = 2 * number + 2 == len(self._blocks)
        end = len(self._stored) if last else self._blocks[2 * number + 3]
        data = self._stored.slice(self._blocks[2 * number + 1], end)
        try:
            rows = unpacked_with_size(data)
        except ValueError as error:
            raise corrupt(self._file.path, f"stored fields ({error})") from error
        return rows.split(b"\n") if b"\n" in rows else [rows]

    def _column(self, kind: str, fieldname: str, end: str = "") -> Column | None:
        number = self._numbers[kind].get(fieldname)
        return None if number is None else self._file.column(f"{kind}.{number}{end}")

    def _lengths(self, fieldname: str) -> memoryview | None:
        column = self._column("lengths", fieldname)
        return None if column is None else column.whole()

    def _vector(self, docnum: int, fieldname: str) -> memoryview | None:
        column = self._column("vectors", fieldname)
        ends = self._column("vectors", fieldname, ".ends")
        if column is None or ends is None:
            return None
        places = ends.integers("Q")
        return column.slice(places[docnum - 1] if docnum else 0, places[docnum])
