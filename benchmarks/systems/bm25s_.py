"""bm25s over jieba's words: a matrix of scores, so there is nothing but OR of words.

It keeps no totals and makes no snippets; ten lines of ours make them from its corpus.
"""

from __future__ import annotations

from pathlib import Path

import bm25s

from systems import LIMIT, SNIPPET_CHARACTERS, Found, Query, read_corpus, words

OPERATORS = ("or", "words")


def build(corpus: Path, index: Path, *, jobs: int) -> None:
    """Index the corpus. `jobs` means nothing here."""
    retriever = bm25s.BM25()
    cut = [words.words(document.whole) for document in read_corpus(corpus)]
    retriever.index(cut, show_progress=False)
    rows = [
        {"number": document.number, "title": document.title, "text": document.whole}
        for document in read_corpus(corpus)
    ]
    retriever.save(str(index), corpus=rows)


class Engine:
    """The matrix, mapped, and the corpus as a file of lines."""

    def __init__(self, index: Path) -> None:
        self._retriever = bm25s.BM25.load(str(index), mmap=True, load_corpus=True)
        self._numbers = range(len(self._retriever.corpus))

    def page(self, query: Query) -> Found:
        wanted = _words(query)
        numbers = self._best(wanted)
        texts = [self._retriever.corpus[number]["text"] for number in numbers]
        made = (
            words.fragment(text, wanted, characters=SNIPPET_CHARACTERS)
            for text in texts
        )
        return Found(None, numbers, tuple(made))

    def first(self, query: Query) -> Found:
        return Found(None, self._best(_words(query)))

    def count(self, query: Query) -> int:
        return int((self._retriever.get_scores(_words(query)) > 0).sum())

    def _best(self, wanted: list[str]) -> tuple[int, ...]:
        result = self._retriever.retrieve(
            [wanted], corpus=self._numbers, k=LIMIT, show_progress=False
        )
        pairs = zip(result.documents[0], result.scores[0], strict=True)
        return tuple(int(number) for number, score in pairs if score > 0)


def _words(query: Query) -> list[str]:
    return [word for part in query.parts for word in words.words(part)]
