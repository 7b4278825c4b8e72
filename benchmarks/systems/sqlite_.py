"""SQLite FTS5 over jieba's words: one table that holds the text, optimised once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from systems import LIMIT, Found, Query, read_corpus, words

_FILE = "fts5.sqlite"
_TABLE = """
create virtual table documents using fts5(
  text, title unindexed, doc_id unindexed, tokenize = "unicode61 remove_diacritics 0"
)"""
_TOTAL = "select count(*) from documents where documents match ?"
_FIRST = f"""
select rowid from documents where documents match ? order by rank limit {LIMIT}"""
_PAGE = f"""
select rowid, doc_id, title, snippet(documents, 0, '[', ']', '…', 48)
from documents where documents match ? order by rank limit {LIMIT}"""


def build(corpus: Path, index: Path, *, jobs: int) -> None:
    """Index the corpus in one transaction. `jobs` means nothing here."""
    connection = sqlite3.connect(index / _FILE)
    connection.execute("pragma journal_mode = off")
    connection.execute("pragma synchronous = off")
    connection.execute(_TABLE)
    connection.executemany("insert into documents values (?, ?, ?)", _rows(corpus))
    connection.execute("insert into documents(documents) values ('optimize')")
    connection.commit()
    connection.close()


def _rows(corpus: Path) -> Iterator[tuple[str, str, str]]:
    for document in read_corpus(corpus):
        yield words.spaced(document.whole), document.title, document.doc_id


class Engine:
    """A connection that stays open, its file mapped."""

    def __init__(self, index: Path) -> None:
        self._connection = sqlite3.connect(index / _FILE)
        self._connection.execute("pragma mmap_size = 8000000000")
        self._connection.execute("pragma cache_size = -65536")

    def page(self, query: Query) -> Found:
        text = _match(query)
        rows = self._connection.execute(_PAGE, (text,)).fetchall()
        return Found(
            self.count(query),
            tuple(row[0] - 1 for row in rows),
            tuple(row[3] for row in rows),
        )

    def first(self, query: Query) -> Found:
        rows = self._connection.execute(_FIRST, (_match(query),)).fetchall()
        return Found(None, tuple(row[0] - 1 for row in rows))

    def count(self, query: Query) -> int:
        row = self._connection.execute(_TOTAL, (_match(query),)).fetchone()
        return int(row[0])


def _match(query: Query) -> str:
    found = [word for part in query.parts for word in words.words(part)]
    if query.operator == "phrase":
        return f'"{" ".join(found)}"'
    quoted = [f'"{word}"' for word in found]
    if query.operator == "prefix":
        return f"{quoted[0]} *"
    return (" AND " if query.operator == "and" else " OR ").join(quoted)
