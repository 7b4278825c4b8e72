"""Which terms stand where in a batch of articles?

An article is one row of positions: its title, each alias, each address, each topic,
each block of its text, after each of them an empty position. The rows of a batch follow
one another. The work is done for many articles at once (`row_columns`); what stands
where is the same as for each article by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from searchkit.analysis.everywhere import Words
from searchkit.analysis.formulas import FormulaTable
from searchkit.analysis.lexicon import PLAIN, Lexicon
from searchkit.analysis.numbering import Column, Ids, Numbering
from searchkit.analysis.row_columns import PartColumns, PartWork
from searchkit.analysis.row_layout import (
    ADDRESS,
    ALIAS,
    BODY,
    FIELDS,
    TITLE,
    TOPIC,
    RowLayout,
)
from searchkit.analysis.trie import jieba_trie
from searchkit.analysis.vocabulary import Vocabulary
from searchkit.model import Article, VisibleText
from searchkit.record import record

_MOST_TOKENS = 1 << 17  # known at a time, some 25 MB


@record
class Rows:
    """The occurrences of a batch's terms.

    Article d has the positions from `bases[d]` to `bases[d + 1]`. Term `terms[ids[i]]`
    stands at `positions[i]`; the first `atoms` are the atoms, rising, and the positions
    of each term rise. The atom at position p is `lengths[p]` characters from
    `starts[p]` on of its text; an empty position has length 0. `terms` may know terms
    of other batches.
    """

    terms: Sequence[str]
    bases: Column
    ids: Ids
    positions: Column
    atoms: int
    starts: Column
    lengths: Column


@record
class AnalyzedBatch:
    """All tokens of some articles; columns by article, but for `tags`: by position.

    The title's positions end before `title_end` of the article's own row, the aliases'
    before `alias_end`, the addresses' before `address_end`, the topics' before
    `body_start`. Words are what BM25 takes for the length of the title and of the body.
    A tag is a place in ZONES with BLANK or LOOSE.
    """

    text: Rows
    math: Rows
    tags: NDArray[np.uint8]
    title_end: Column
    alias_end: Column
    address_end: Column
    body_start: Column
    title_words: Column
    body_words: Column


class RowAnalyzer:
    """Analyses batches; what it has met it need not look at again."""

    def __init__(self, lexicon: Lexicon = PLAIN) -> None:
        self._words = Words(jieba_trie(), lexicon.segmenter.added)
        self._forget()

    def _forget(self) -> None:
        self._numbering = Numbering(self._words)
        self._formulas = FormulaTable(Vocabulary())

    def batch(self, articles: Sequence[tuple[Article, VisibleText]]) -> AnalyzedBatch:
        """All tokens of articles and their visible texts. Never raises for a text."""
        if len(self._numbering.table) > _MOST_TOKENS:
            self._forget()
        layout = RowLayout()
        for article, visible in articles:
            layout.article(article, visible)
        return _analyzed(self._numbering, layout, self._math(articles, layout.formulas))

    def _math(
        self,
        articles: Sequence[tuple[Article, VisibleText]],
        places: Sequence[Sequence[tuple[int, int]]],
    ) -> Rows:
        """The formulas of the articles, which stand at these places."""
        rows = [
            self._formulas.row(visible.text, of_one)
            for (_, visible), of_one in zip(articles, places, strict=True)
        ]
        sizes = [len(row.starts) for row in rows]
        bases = np.concatenate(([0], np.cumsum(np.array(sizes, np.int64))))
        counts = np.array([len(row.ids) for row in rows], np.int64)
        positions = _joined([row.positions for row in rows])
        return Rows(
            terms=self._formulas.vocabulary.terms,
            bases=bases,
            ids=_joined([row.ids for row in rows]).astype(np.int32),
            positions=positions + np.repeat(bases[:-1], counts),
            atoms=0,
            starts=_joined([row.starts for row in rows]),
            lengths=_joined([row.lengths for row in rows]),
        )


def _joined(lists: list[list[int]]) -> Column:
    return np.fromiter(chain.from_iterable(lists), np.int64)


def _analyzed(numbering: Numbering, layout: RowLayout, math: Rows) -> AnalyzedBatch:
    """The parts, one after the other."""
    parts = [PartWork(numbering, part).columns() for part in layout.parts()]
    sizes = np.array([len(part.tags) for part in parts], np.int64)
    shifts = (np.cumsum(sizes) - sizes).tolist()
    shifted = list(zip(parts, shifts, strict=True))
    ends = np.concatenate([[0], *(part.ends + shift for part, shift in shifted)])
    firsts = np.array([*layout.firsts, len(layout.fields)], np.int64)
    rows = np.arange(len(layout.firsts)) * FIELDS
    fields = np.repeat(rows, np.diff(firsts)) + layout.fields
    borders = np.cumsum(_by_field(np.diff(ends), fields, len(rows)), axis=1)
    han = _by_field(np.concatenate([part.han for part in parts]), fields, len(rows))
    words = _by_field(np.concatenate([part.words for part in parts]), fields, len(rows))
    words += (5 * han + 4) // 8  # a word has 1.6 Han characters
    return AnalyzedBatch(
        text=_text(numbering, shifted, ends[firsts]),
        math=math,
        tags=np.concatenate([part.tags for part in parts]),
        title_end=borders[:, TITLE],
        alias_end=borders[:, ALIAS],
        address_end=borders[:, ADDRESS],
        body_start=borders[:, TOPIC],
        title_words=words[:, TITLE],
        body_words=words[:, BODY],
    )


def _by_field(column: Column, fields: Column, articles: int) -> Column:
    """The sums of a column by block: a row an article, a place a field."""
    sums = np.bincount(fields.astype(np.int64), column, minlength=FIELDS * articles)
    return sums.astype(np.int64).reshape(-1, FIELDS)


def _text(
    numbering: Numbering, shifted: Sequence[tuple[PartColumns, int]], bases: Column
) -> Rows:
    """The texts of the parts, each with the position at which it begins."""
    parts = [part for part, _ in shifted]
    atoms = [part.atom_positions + shift for part, shift in shifted]
    others = [part.other_positions + shift for part, shift in shifted]
    return Rows(
        terms=numbering.terms.terms,
        bases=bases,
        ids=np.concatenate([p.atoms for p in parts] + [p.others for p in parts]),
        positions=np.concatenate(atoms + others),
        atoms=sum(map(len, atoms)),
        starts=np.concatenate([part.starts for part in parts]),
        lengths=np.concatenate([part.lengths for part in parts]),
    )
