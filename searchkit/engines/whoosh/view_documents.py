"""What does Whoosh find of the documents of a generation?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import numpy as np
from whoosh.codec import base

from searchkit.engines.columns.arrays import Numbers
from searchkit.engines.reader import GenerationReader
from searchkit.engines.whoosh.fields import SEARCH_FIELDS
from searchkit.engines.whoosh.view_postings import Stretches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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
