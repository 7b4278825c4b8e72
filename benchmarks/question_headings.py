"""Makes a test collection of a folder of articles: headings that are questions.

    python benchmarks/question_headings.py FOLDER OUT

A document is what stands under one heading, with the article's title. A query is a
heading that asks something, as Chinese or English ask; its section, which is stored
without it, is the answer. What is asked in several places has none, and is left out.
Writes corpus.jsonl, queries.tsv and qrels.tsv, as `searchkit evaluate OUT` reads them.
Other sections may answer a question, too, so figures are good for comparing only.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from searchkit.config import Config
from searchkit.corpus.reader import ReadArticle, read_article, read_bytes, walk
from searchkit.errors import CorpusError

QUESTION = re.compile(
    r"""[?？]$
    | 什么 | 如何 | 怎么 | 怎样 | 为何 | 哪些 | 哪个 | 哪里 | 能否 | 吗$
    | ^(?:how|what|why|when|where|which|who|whether)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_UNDERLINE = re.compile(r"\s*(?:=+|-+)\s*")
_NUMBER = re.compile(r"^[\W\d]+(?=\w)")  # what stands before a heading in a list


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under a heading."""

    title: str
    heading: str
    body: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    sections = [
        section
        for article in read(options.folder)
        for section in sections_of(article)
        if section.body.strip()
    ]
    print(f"{write(options.out, sections)} questions, {len(sections)} sections")


def read(folder: Path) -> Iterator[ReadArticle]:
    """The articles of a folder; what cannot be read is left out."""
    most = Config().max_article_bytes
    for source in walk(folder)[0]:
        with suppress(CorpusError):
            yield read_article(source, read_bytes(source, max_bytes=most))


def sections_of(read: ReadArticle) -> Iterator[Section]:
    """The sections of an article, as its author wrote them."""
    article, sections = read.article, read.visible.sections
    lines = article.body.split("\n")
    starts = [section.line - 1 - article.line_offset for section in sections]
    ends = [*starts[1:], len(lines)]
    for section, start, end in zip(sections, starts, ends, strict=True):
        heading, rows = "", lines[max(start, 0) : end]
        if section.heading:
            is_underlined = len(rows) > 1 and _UNDERLINE.fullmatch(rows[1])
            heading, rows = section.heading[-1], rows[2 if is_underlined else 1 :]
        yield Section(article.title, heading, "\n".join(rows).strip())


def is_question(section: Section) -> bool:
    """Whether a heading asks something that the title does not ask as well."""
    heading = section.heading
    return heading != section.title and bool(QUESTION.search(heading))


def write(out: Path, sections: list[Section]) -> int:
    """The files of the collection; how many questions it has."""
    out.mkdir(parents=True, exist_ok=True)
    often = Counter(section.heading for section in sections)
    documents, queries, qrels = [], [], []
    for number, section in enumerate(sections):
        doc_id, query_id, text = f"s{number:05}", f"q{number:05}", section.body
        if often[section.heading] == 1 and is_question(section):
            queries.append(f"{query_id}\t{_NUMBER.sub('', section.heading, count=1)}\n")
            qrels.append(f"{query_id}\t{doc_id}\t1\n")
        else:
            text = f"{section.heading}\n\n{text}".strip()
        row = {"id": doc_id, "title": section.title, "text": text}
        documents.append(json.dumps(row | {"markup": "markdown"}, ensure_ascii=False))
    for name, lines in (
        ("corpus.jsonl", [f"{document}\n" for document in documents]),
        ("queries.tsv", queries),
        ("qrels.tsv", qrels),
    ):
        (out / name).write_text("".join(lines), encoding="utf-8")
    return len(queries)


if __name__ == "__main__":
    main()
