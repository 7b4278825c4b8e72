"""searchkit with its defaults, through its public interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import searchkit
from searchkit.record import replace
from systems import LIMIT, SNIPPET_CHARACTERS, Document, Found, Query, read_corpus


def build(corpus: Path, index: Path, *, jobs: int) -> None:
    """Index the corpus as plain text with so many processes."""
    searchkit.build(_articles(corpus), index, jobs=jobs)


def _articles(corpus: Path) -> Iterator[searchkit.Article]:
    for document in read_corpus(corpus):
        yield searchkit.Article(
            article_id(document), document.title, document.text, markup="text"
        )


def article_id(document: Document) -> str:
    """The document's number and id, so that a hit tells its number."""
    return f"{document.number:08}-{document.doc_id}"


class Engine:
    """An engine with snippets, and one without for the bare documents."""

    def __init__(self, index: Path) -> None:
        config = searchkit.Config(
            snippets_per_hit=1, snippet_characters=SNIPPET_CHARACTERS
        )
        self._engine = searchkit.open(index, config=config)
        self._index, self._config = index, config
        self._bare: searchkit.SearchEngine | None = None

    def page(self, query: Query) -> Found:
        result = self._engine.search(query.text(), limit=LIMIT)
        snippets = tuple(s.text for hit in result.hits for s in hit.snippets)
        return Found(result.total, _numbers(result), snippets)

    def first(self, query: Query) -> Found:
        if self._bare is None:
            config = replace(self._config, snippets_per_hit=0)
            self._bare = searchkit.open(self._index, config=config)
        result = self._bare.search(query.text(), limit=LIMIT)
        return Found(None, _numbers(result))

    def count(self, query: Query) -> int:
        """Without the other names that a search adds: what was typed, only."""
        return self._engine.search(query.text(), limit=1, exact=True).total


def _numbers(result: searchkit.SearchResult) -> tuple[int, ...]:
    return tuple(int(hit.doc_id.partition("-")[0]) for hit in result.hits)
