"""A Whoosh codec for any schema, over memory-mapped columns.

`ix.writer(codec=ColumnCodec())` writes such segments; they are read by whoever opens
the index once searchkit is installed. A segment is two files of columns, each page of
which has a checksum: `.postings` (`terms`, `record`, `values`) and `.documents`
(`documents`). Neither holds a pickle, except in columns of Whoosh's own that are made
of pickles (`PickleColumn`, `CompressedBlockColumn`), if a schema asks for one.

What segments there are and which documents are deleted stands in Whoosh's own table of
contents, as with every codec.
"""

from __future__ import annotations

from collections.abc import Iterator

from whoosh.codec import base

from searchkit.engines.whoosh.documents import (
    DocumentsReader,
    DocumentsWriter,
    column_filename,
)
from searchkit.engines.whoosh.record import BLOCK
from searchkit.engines.whoosh.terms import TermsReader, TermsWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ColumnCodec(base.Codec):
    """Segments of columns."""

    def __init__(self, blocklimit: int = BLOCK) -> None:
        """`blocklimit` is how many postings share one row of score bounds."""
        self.blocklimit = blocklimit

    def per_document_writer(self, storage: Any, segment: Any) -> DocumentsWriter:
        return DocumentsWriter(storage, segment)

    def field_writer(self, storage: Any, segment: Any) -> TermsWriter:
        return TermsWriter(storage, segment, self.blocklimit)

    def per_document_reader(self, storage: Any, segment: Any) -> DocumentsReader:
        return DocumentsReader(storage, segment)

    def terms_reader(self, storage: Any, segment: Any) -> TermsReader:
        return TermsReader(storage, segment)

    def supports_columns(self) -> bool:
        return True

    def column_filename(self, segment: Any, fieldname: str) -> str:
        """The file of a column that is added to a segment that is written."""
        return column_filename(segment, fieldname)

    def new_segment(self, storage: Any, indexname: str) -> ColumnSegment:
        return ColumnSegment(self, indexname)


class ColumnSegment(base.Segment):
    """The name of a segment, its number of documents and which of them are deleted."""

    def __init__(self, codec: ColumnCodec, indexname: str) -> None:
        super().__init__(indexname)
        self._codec = codec
        self._count = 0
        self._deleted: set[int] = set()

    def codec(self, **_: Any) -> ColumnCodec:
        return self._codec

    def should_assemble(self) -> bool:
        """No: columns are mapped from files of their own."""
        return False

    def set_doc_count(self, count: int) -> None:
        self._count = count

    def doc_count_all(self) -> int:
        return self._count

    def deleted_count(self) -> int:
        return len(self._deleted)

    def deleted_docs(self) -> Iterator[int]:
        return iter(self._deleted)

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        if delete:
            self._deleted.add(docnum)
        else:
            self._deleted.discard(docnum)

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self._deleted
