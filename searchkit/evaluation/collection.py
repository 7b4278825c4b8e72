"""What is searched in a test, with which queries, and which articles answer them?

A collection is a folder:

    corpus.jsonl    one {"id", "title", "text"} a line, and perhaps "markup"; without
                    it the articles are those of a folder, `corpus` beside it or another
    queries.tsv     query id, tab, text; or topics of TREC, as queries.tsv or topics.txt
    qrels.tsv       query id, tab, doc_id, tab, grade; or four columns as TREC has them
    KIND_qids.txt   ids of queries, one a line, that are of one kind: strict_qids.txt

A grade above 0 means relevant. Letters that query ids begin with are kinds, too (Te0001
is a Te), where they tell queries apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Literal

from searchkit.errors import CollectionError
from searchkit.evaluation import trec
from searchkit.evaluation.trec import Qrels
from searchkit.model import MARKUPS, Article, Markup
from searchkit.record import record, replace

ALL = "all"

_LETTERS = re.compile(r"[A-Za-z]+")
_HALF = re.compile("[\ud800-\udfff]")  # JSON may escape them, no file can hold them
_LOOKED_AT = 1000  # articles, to tell Markdown from plain text
_MARKDOWN = re.compile(r"^(?:```|~~~)|\]\((?=[^)\s]*[./#])[^)\s]+\)", re.MULTILINE)
_SHARE = 0.02  # of articles with a fence or a link; in plain text and in code none has


@record
class Collection:
    """A test collection. `corpus` is its corpus.jsonl or a folder of articles."""

    name: str
    corpus: Path
    queries: Mapping[str, str]
    qrels: Qrels
    named_kinds: Mapping[str, frozenset[str]]

    def judged(self) -> tuple[str, ...]:
        """The ids of the queries that have a relevant article, in file order."""
        return tuple(
            query_id
            for query_id in self.queries
            if any(grade > 0 for grade in self.qrels.get(query_id, {}).values())
        )

    def kinds(self) -> dict[str, tuple[str, ...]]:
        """The judged queries of each kind; the first kind is `all`."""
        judged = self.judged()
        by_letters: dict[str, list[str]] = {}
        for query_id in judged:
            letters = _LETTERS.match(query_id)
            by_letters.setdefault(letters[0] if letters else "", []).append(query_id)
        kinds = {ALL: judged}
        if len(by_letters) > 1:
            kinds |= {
                letters or "other": tuple(ids)
                for letters, ids in sorted(by_letters.items())
            }
        for name, members in self.named_kinds.items():
            if chosen := tuple(q for q in judged if q in members):
                kinds[name] = chosen
        return kinds


def read_collection(folder: Path, *, corpus: Path | None = None) -> Collection:
    """The collection in a folder, its articles not yet read.

    `corpus` is a folder of articles to search instead of the collection's own.

    Raises: CollectionError.
    """
    if not folder.is_dir():
        raise CollectionError(
            f"There is no folder {folder}.",
            path=folder,
            hint="A collection is a folder with corpus.jsonl, queries.tsv, qrels.tsv.",
        )
    if corpus and not corpus.is_dir():
        raise CollectionError(
            f"There is no folder {corpus}.",
            path=corpus,
            hint="Name the folder of the articles with --corpus DIR.",
        )
    qrels = folder / "qrels.tsv"
    return Collection(
        name=folder.resolve().name,
        corpus=corpus or _corpus(folder),
        queries=trec.read_queries(_queries(folder)),
        qrels=trec.read_qrels(qrels) if qrels.exists() else {},
        named_kinds={
            path.name.removesuffix("_qids.txt"): frozenset(trec.read_text(path).split())
            for path in sorted(folder.glob("*_qids.txt"))
        },
    )


def _corpus(folder: Path) -> Path:
    for name in ("corpus.jsonl", "corpus"):
        if (folder / name).exists():
            return folder / name
    raise CollectionError(
        f"{folder} has neither corpus.jsonl nor a folder corpus.",
        path=folder,
        hint="Name the folder of the articles with --corpus DIR.",
    )


def _queries(folder: Path) -> Path:
    for name in ("queries.tsv", "topics.txt"):
        if (folder / name).exists():
            return folder / name
    raise CollectionError(
        f"{folder} has neither queries.tsv nor topics.txt.",
        path=folder,
        hint="queries.tsv holds a query id, a tab and the query on each line.",
    )


def read_articles(corpus: Path) -> Iterator[Article]:
    """The articles of a corpus.jsonl, in file order.

    An article without "markup" is Markdown if the collection looks like it, else
    plain text: code would lose its comments to headings.

    Raises: CollectionError names the line that cannot be read.
    """
    usual = _usual_markup(_rows(corpus))
    for number, row in _rows(corpus):
        article = Article(row["id"], row.get("title", ""), row["text"])
        yield replace(article, markup=_markup(corpus, number, row) or usual)


def _markup(corpus: Path, number: int, row: dict[str, str]) -> Markup | None:
    """The markup that an article names, if it does."""
    named = row.get("markup")
    for markup in MARKUPS:
        if named == markup:
            return markup
    if named is None:
        return None
    raise _bad_line(corpus, number, f"the markup {named!r} is not known")


def _usual_markup(
    rows: Iterable[tuple[int, dict[str, str]]],
) -> Literal["markdown", "text"]:
    texts = [row["text"] for _, row in islice(rows, _LOOKED_AT)]
    marked = sum(bool(_MARKDOWN.search(text)) for text in texts)
    return "markdown" if marked > _SHARE * len(texts) else "text"


def _rows(corpus: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with corpus.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield number, _row(corpus, number, line)


def _row(corpus: Path, number: int, line: str) -> dict[str, str]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _bad_line(corpus, number, f"is not JSON: {error}") from error
    if not isinstance(row, dict) or not all(
        isinstance(row.get(name, ""), str) for name in ("id", "title", "text", "markup")
    ):
        raise _bad_line(corpus, number, "holds something else than strings")
    if not row.get("id") or "text" not in row:
        raise _bad_line(corpus, number, 'has no "id" or no "text"')
    if _HALF.search(row["id"]):
        raise _bad_line(corpus, number, "has an id with half a character")
    return row


def _bad_line(corpus: Path, number: int, what: str) -> CollectionError:
    return CollectionError(
        f"{corpus}:{number}: {what}.",
        path=corpus,
        hint='Each line is {"id": "…", "title": "…", "text": "…"}.',
    )
