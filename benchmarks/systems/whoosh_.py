"""Whoosh with jieba's ChineseAnalyzer, as jieba's documentation shows it.

The analyzer cuts overlapping words, stems English and drops stop words, and it gives
characters for positions, so a phrase of words longer than one character is not found.
"""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # jieba's source is older than its Python
    import jieba
    from jieba.analyse import ChineseAnalyzer
from whoosh import index as whoosh_index
from whoosh import query as whoosh_query
from whoosh.fields import ID, NUMERIC, STORED, TEXT, Schema

from systems import LIMIT, SNIPPET_CHARACTERS, Found, Query, read_corpus

jieba.setLogLevel(logging.WARNING)
_MEMORY_MIB = 512


def build(corpus: Path, index: Path, *, jobs: int) -> None:
    """Index the corpus in one process and one segment. `jobs` means nothing here."""
    schema = Schema(
        number=NUMERIC(stored=True),
        doc_id=ID(stored=True),
        title=STORED,
        text=TEXT(stored=True, analyzer=ChineseAnalyzer()),
    )
    writer = whoosh_index.create_in(index, schema).writer(limitmb=_MEMORY_MIB)
    for document in read_corpus(corpus):
        writer.add_document(
            number=document.number,
            doc_id=document.doc_id,
            title=document.title,
            text=document.whole,
        )
    writer.commit(optimize=True)


class Engine:
    """A searcher that stays open."""

    def __init__(self, index: Path) -> None:
        self._index = whoosh_index.open_dir(index)
        self._searcher = self._index.searcher()
        self._field = self._index.schema["text"]

    def page(self, query: Query) -> Found:
        results = self._searcher.search(self._query(query), limit=LIMIT)
        results.fragmenter.maxchars = SNIPPET_CHARACTERS
        snippets = tuple(hit.highlights("text", top=1) for hit in results)
        return Found(len(results), tuple(hit["number"] for hit in results), snippets)

    def first(self, query: Query) -> Found:
        results = self._searcher.search(self._query(query), limit=LIMIT)
        return Found(None, tuple(hit["number"] for hit in results))

    def count(self, query: Query) -> int:
        return len(self._searcher.search(self._query(query), limit=1))

    def _query(self, query: Query) -> Any:
        if query.operator == "prefix":
            return whoosh_query.Prefix("text", query.parts[0].lower())
        found = [word for part in query.parts for word in self._words(part)]
        if query.operator == "phrase" and len(found) > 1:
            return whoosh_query.Phrase("text", found)
        leaves = [whoosh_query.Term("text", word) for word in found]
        combine = whoosh_query.And if query.operator == "and" else whoosh_query.Or
        return leaves[0] if len(leaves) == 1 else combine(leaves)

    def _words(self, part: str) -> list[str]:
        return [token.text for token in self._field.analyzer(part, mode="query")]
