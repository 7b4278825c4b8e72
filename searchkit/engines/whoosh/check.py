"""Is a generation sound?

Reads everything: the files and their lengths, every posting, every stored article.
"""

from __future__ import annotations

from collections.abc import Iterator

from searchkit.engines.generations import compare_sizes
from searchkit.engines.whoosh.reader import IndexReader
from searchkit.engines.whoosh.schema import SEARCH_FIELDS
from searchkit.errors import IndexCorruptError


def problems(reader: IndexReader) -> tuple[str, ...]:
    """What is wrong, a sentence each; nothing if all is sound."""
    try:
        compare_sizes(reader.path, reader.manifest)
        return (*_documents(reader), *_postings(reader))
    except IndexCorruptError as error:
        return (str(error),)


def _documents(reader: IndexReader) -> Iterator[str]:
    count = reader.document_count
    if count != reader.manifest.documents:
        yield f"{count} articles instead of {reader.manifest.documents}"
    if len(reader.by_doc_id) != count:
        yield "two articles have the same doc_id"
    for row in reader.summaries.values():
        article, page = reader.article(row.number), reader.page(row.number)
        if article.doc_id != row.doc_id:
            yield f"{row.doc_id} is stored as {article.doc_id}"
        if len(page.starts) != len(page.lengths):
            yield f"{row.doc_id}: its atoms' places do not fit together"


def _postings(reader: IndexReader) -> Iterator[str]:
    numbers = reader.summaries.keys()
    for field in SEARCH_FIELDS:
        for term in reader.terms(field):
            if not reader.postings(field, term).keys() <= numbers:
                yield f"{field}:{term} stands in an article that does not exist"
