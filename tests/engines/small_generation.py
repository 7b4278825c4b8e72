"""A generation of a few articles, written by the simplest code, to be looked into."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from searchkit import Article
from searchkit.analysis.analyzer import TAG_BITS, analyze_text
from searchkit.engines import generations
from searchkit.engines.columns.encode import Lists, Slab, SpaceWriter, no_lists
from searchkit.engines.columns.files import ColumnWriter
from searchkit.engines.columns.terms import encode_term
from searchkit.engines.reader import DOCUMENTS, POSTINGS

Occurrences = dict[str, list[int]]


def write_generation(folder: Path, articles: Iterable[Article]) -> None:
    """Write columns and manifest. Each line of a body is a block of prose."""
    rows = [_Row(a) for a in sorted(articles, key=lambda a: encode_term(a.doc_id))]
    folder.mkdir()
    base = np.concatenate(([0], np.cumsum([row.length for row in rows]))).astype("<u8")
    text: Occurrences = defaultdict(list)
    for start, row in zip(base.tolist(), rows, strict=False):
        for term, positions in row.occurrences.items():
            text[term] += [start + position for position in positions]
    with ColumnWriter(folder / POSTINGS, POSTINGS) as writer:
        _write_space(writer, "text", text, base)
        _write_space(writer, "math", {}, np.zeros_like(base))
    with ColumnWriter(folder / DOCUMENTS, DOCUMENTS) as writer:
        _write_documents(writer, rows, base)
    manifest = generations.Manifest(
        format_version=generations.FORMAT_VERSION,
        fingerprint="",
        built_at="",
        documents=len(rows),
        corpus=None,
        files=generations.file_seals(folder),
        warnings={},
        glossary="",
    )
    generations.write_manifest(folder, manifest)


class _Row:
    """One article's row of positions."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self.occurrences: Occurrences = defaultdict(list)
        self.length = 0
        self.title_end = self._add(article.title)
        self.alias_end = self._add(*article.aliases)
        self.body_start = self._add(*article.topics)
        self._add(*article.body.splitlines())

    def _add(self, *texts: str) -> int:
        analyzed = analyze_text(*texts)
        for term, occurrences in analyzed.postings.items():
            self.occurrences[term] += [
                self.length + (occurrence >> TAG_BITS) for occurrence in occurrences
            ]
        self.length += len(analyzed.starts)
        return self.length


def _write_space(
    writer: ColumnWriter, name: str, occurrences: Occurrences, base: np.ndarray
) -> None:
    terms = sorted(occurrences, key=encode_term)
    lists = [sorted(set(occurrences[term])) for term in terms]
    bounds = np.concatenate(([0], np.cumsum([len(found) for found in lists])))
    values = np.array([g for found in lists for g in found], np.int64)
    space = SpaceWriter(writer, name, base.astype(np.int64))
    none = no_lists(len(terms))
    space.add(
        Slab(
            terms=[encode_term(term) for term in terms],
            positions=Lists(values, bounds.astype(np.int64)),
            documents=none,
            codes=np.empty(0, np.uint8),
            members=none,
        )
    )
    space.finish()


def _write_documents(
    writer: ColumnWriter, rows: Sequence[_Row], base: np.ndarray
) -> None:
    count = len(rows)
    articles = [row.article for row in rows]
    writer.add("totals", np.array([count, 0, 0], "<u8"))
    writer.add("text_base", base)
    writer.add("math_base", np.zeros(count + 1, "<u8"))
    for name in ("title_end", "alias_end", "body_start"):
        writer.add(name, np.array([getattr(row, name) for row in rows], "<u4"))
    for name in ("title_words", "body_words", "text_bytes"):
        writer.add(name, np.zeros(count, "<u4"))
    days = [article.date.toordinal() if article.date else 0 for article in articles]
    writer.add("date", np.array(days, "<u4"))
    writer.add("digest", bytes(16 * count))
    _write_texts(writer, "doc_id", [article.doc_id for article in articles])
    _write_texts(writer, "title", [article.title for article in articles])
    _write_texts(writer, "path", [article.path or "" for article in articles])
    names = sorted({topic for article in articles for topic in article.topics})
    _write_texts(writer, "topic_names", names)
    topics = [names.index(topic) for article in articles for topic in article.topics]
    ends = np.cumsum([0, *(len(article.topics) for article in articles)])
    writer.add("topics", np.array(topics, "<u4"))
    writer.add("topics_at", ends.astype("<u4"))


def _write_texts(writer: ColumnWriter, name: str, texts: Sequence[str]) -> None:
    encoded = [encode_term(text) for text in texts]
    writer.add(name, b"".join(encoded))
    ends = np.cumsum([0, *(len(text) for text in encoded)])
    writer.add(f"{name}_at", ends.astype("<u4"))
