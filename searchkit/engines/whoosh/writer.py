"""How does a new generation come to be written?

Documents that stay are taken over with the files of the generation before; those that
went or changed are marked deleted in it, and the new ones go into a segment of their
own. Statistics never count deleted documents, so the result answers as one written
from nothing would.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from searchkit.analysis.analyzer import AnalyzedText, analyze, analyze_text
from searchkit.analysis.formulas import analyze_formulas
from searchkit.analysis.lexicon import Lexicon
from searchkit.analysis.pairs import Definition
from searchkit.engines.glossary import pack_definitions
from searchkit.engines.whoosh.reader import Summary, pack_summary
from searchkit.engines.whoosh.schema import schema
from searchkit.engines.whoosh.stored import pack_article, pack_page
from searchkit.model import Article, VisibleText

_MEMORY_MB = 256  # of postings held before they are sorted out to disk
_MOST_DELETED = 0.25  # of all documents, before they are worth squeezing out


@dataclass(frozen=True, slots=True)
class Document:
    """An article ready to be written: analysed and packed, but not yet anywhere."""

    summary: Summary
    title: AnalyzedText
    alias: AnalyzedText
    topic: AnalyzedText
    body: AnalyzedText
    math: AnalyzedText
    article: bytes
    page: bytes
    definitions: bytes


def document(
    article: Article,
    visible: VisibleText,
    lexicon: Lexicon,
    digest: str,
    definitions: Iterable[Definition] = (),
) -> Document:
    """Make an article ready to be written. Pure; runs in any process."""
    title = analyze_text(article.title, lexicon=lexicon)
    body = analyze(visible, lexicon)
    math = analyze_formulas(visible)
    summary = Summary(
        number=0,
        doc_id=article.doc_id,
        title=article.title,
        path=article.path,
        digest=digest,
        title_words=title.word_count,
        body_words=body.word_count,
        text_bytes=len(visible.text.encode("utf-8", "surrogatepass")),
        date=article.date,
        topics=article.topics,
    )
    return Document(
        summary=summary,
        title=title,
        alias=analyze_text(*article.aliases, lexicon=lexicon),
        topic=analyze_text(*article.topics, lexicon=lexicon),
        body=body,
        math=math,
        article=pack_article(article),
        page=pack_page(visible, body, math),
        definitions=pack_definitions(definitions),
    )


class GenerationWriter:
    """Writes one generation in a folder that nobody reads yet."""

    def __init__(self, generation: Path, *, based: bool) -> None:
        """`based` tells that the folder holds the files of the one before."""
        from whoosh.index import create_in, open_dir

        folder = str(generation)
        self._index: Any = (
            open_dir(folder, schema=schema())
            if based
            else create_in(folder, schema=schema())
        )
        self._writer = self._index.writer(limitmb=_MEMORY_MB)
        self._deleted = 0

    def delete(self, documents: Iterable[Summary]) -> None:
        """Leave these documents of the generation before out."""
        for row in documents:
            self._writer.delete_document(row.number)

    def add(self, document: Document) -> None:
        """Add one document."""
        self._writer.add_document(
            doc_id=document.summary.doc_id,
            title=document.title,
            _stored_title=document.summary.title,
            alias=document.alias,
            topic=document.topic,
            _stored_topic=list(document.summary.topics),
            body=document.body,
            math=document.math,
            summary=pack_summary(document.summary),
            article=document.article,
            page=document.page,
            definitions=document.definitions,
        )

    def commit(self) -> None:
        """Write everything out and close the files."""
        deleted = self._writer.deleted_count()
        total = sum(segment.doc_count_all() for segment in self._writer.segments)
        self._writer.commit(optimize=bool(deleted > _MOST_DELETED * total))
        self._index.close()

    def cancel(self) -> None:
        """Give up; the folder is of no use any more."""
        self._writer.cancel()
        self._index.close()
