"""How can Whoosh read a generation, which is no index of Whoosh?

`write_toc` lays Whoosh's table of contents beside the columns: a schema and one segment
whose codec answers from the generation (`view_terms`, `view_documents`). Whoosh
unpickles it; searchkit never reads it.

Read only: Whoosh asks the list of segments for each of them before it writes, and
nothing else does; that is where a writer hears that it may not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, SupportsIndex

from whoosh.codec import base
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC

from searchkit.engines.reader import GenerationReader
from searchkit.engines.whoosh.fields import refuse, schema
from searchkit.engines.whoosh.view_documents import DocumentsReader
from searchkit.engines.whoosh.view_terms import TermsReader

_INDEX = "MAIN"  # the name that Whoosh looks for


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
