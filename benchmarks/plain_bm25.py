"""Lucene's recipe for BM25, as Anserini runs it: what every ranking is compared with.

Title and text in one field, pairs of Han characters that stand side by side (a single
one alone), English words without Lucene's stop words, by their stems; k1 0.9, b 0.4
(https://github.com/castorini/anserini). Ties are in order of the documents.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from searchkit.analysis.english import stem

K1, B = 0.9, 0.4
_STOP_WORDS = """
    a an and are as at be but by for if in into is it no not of on or such that the
    their then there these they this to was will with
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[^\W_\u3400-\u9fff\uf900-\ufaff]+")


def terms(text: str) -> Iterator[str]:
    """The terms of a text.

    >>> [*terms("The indexes 全文搜 字")]
    ['index', '全文', '文搜', '字']
    """
    for run in _RUN.findall(text.lower()):
        if not "\u3400" <= run[0] <= "\ufaff":
            if run not in STOP_WORDS:
                yield stem(run) if run.isascii() and run.isalpha() else run
        elif len(run) == 1:
            yield run
        else:
            yield from map("".join, pairwise(run))


class PlainBM25:
    """Ranks documents, given as (doc_id, text)."""

    def __init__(self, documents: Iterable[tuple[str, str]]) -> None:
        self._ids: list[str] = []
        lengths: list[int] = []
        found: dict[str, list[tuple[int, int]]] = {}
        for number, (doc_id, text) in enumerate(documents):
            counts = Counter(terms(text))
            self._ids.append(doc_id)
            lengths.append(counts.total())
            for term, count in counts.items():
                found.setdefault(term, []).append((number, count))
        length = np.array(lengths) / (sum(lengths) / len(lengths))
        self._norm = K1 * (1 - B + B * length)
        self._postings = {term: np.array(rows).T for term, rows in found.items()}

    def first(self, query: str, count: int) -> tuple[str, ...]:
        """The doc_ids of the best `count` documents that hold a term of the query."""
        scores = np.zeros(len(self._ids))
        for term in terms(query):
            if term in self._postings:
                numbers, often = self._postings[term]
                df = len(numbers)
                idf = np.log(1 + (len(self._ids) - df + 0.5) / (df + 0.5))
                scores[numbers] += idf * often / (often + self._norm[numbers])
        best = np.argsort(-scores, kind="stable")[:count]
        return tuple(self._ids[number] for number in best if scores[number] > 0)
