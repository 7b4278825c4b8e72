"""Which terms stand where in a batch of articles?

An article is one row of positions: its title, each alias, each address, each topic,
each block of its text, after each of them an empty position. The rows of a batch follow
one another. Text is folded, cut and looked up for the whole batch at once, in columns;
what stands where is the same as for each article by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from searchkit.analysis.addresses import addresses
from searchkit.analysis.analyzer import BLANK, LOOSE, ZONES
from searchkit.analysis.everywhere import Words
from searchkit.analysis.folded_rows import BLANK_KIND, HAN_KIND, FoldedRow, fold_row
from searchkit.analysis.formulas import FormulaTable
from searchkit.analysis.languages import language_name
from searchkit.analysis.lexicon import PLAIN, Lexicon
from searchkit.analysis.terms import LANGUAGE
from searchkit.analysis.tokens import (
    APART,
    CHARACTERS,
    EDGE,
    HAN,
    LETTERS,
    NAME,
    TOKEN,
    WORD,
    TokenTable,
)
from searchkit.analysis.trie import jieba_trie
from searchkit.analysis.vocabulary import Vocabulary
from searchkit.model import Article, VisibleText

Column = NDArray[np.int64]
Flags = NDArray[np.bool_]

_MATH = ZONES.index("math")
_NUMBERS = {zone: number for number, zone in enumerate(ZONES)}
_MOST_TOKENS = 1 << 17  # known at a time, some 25 MB
_PART_CHARACTERS = 1 << 16  # about that many are worked on at a time
_FIELDS = 5
_TITLE, _ALIAS, _ADDRESS, _TOPIC, _BODY = range(_FIELDS)


@dataclass(frozen=True, slots=True)
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
    ids: NDArray[np.int32]
    positions: Column
    atoms: int
    starts: Column
    lengths: Column


@dataclass(frozen=True, slots=True)
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

    def batch(self, articles: Sequence[tuple[Article, VisibleText]]) -> AnalyzedBatch:
        """All tokens of articles and their visible texts. Never raises for a text."""
        if len(self.table) > _MOST_TOKENS:
            self._forget()
        layout = _Layout()
        for article, visible in articles:
            layout.article(article, visible)
        return _analyzed(self, layout, self._math(articles, layout.formulas))

    def _forget(self) -> None:
        self.terms, self._formulas = Vocabulary(), FormulaTable(Vocabulary())
        self.table = TokenTable(self.terms)
        self._word_ids = np.full(self._words.count, -1, np.int32)
        self._character_ids = np.full(0x110000, -1, np.int32)
        self._letters = np.zeros(0x110000, np.bool_)

    def cut(self, row: FoldedRow) -> tuple[Column, Column, Column]:
        """The row's tokens: their numbers, where each begins, where it ends."""
        tokens = TOKEN.findall(row.cut.rstrip())
        count = len(tokens)
        # Their characters in a row are those of the text that are no blanks.
        places = np.flatnonzero(row.kinds != BLANK_KIND)
        numbers = np.fromiter(map(self.table.__getitem__, tokens), np.int64, count)
        sizes = np.frombuffer(self.table.sizes, np.int64)[numbers]
        after = np.cumsum(sizes)
        ends = places[after - 1] + 1
        starts = places[after - sizes]
        odd = np.concatenate(([0], np.cumsum(row.odd)))
        for at in np.flatnonzero(odd[ends] > odd[starts]).tolist():
            if self.table.kinds[numbers[at]] & NAME:
                numbers[at] = self._strange(row, tokens[at], int(starts[at]))
        return numbers, starts, ends

    def _strange(self, row: FoldedRow, token: str, first: int) -> int:
        """The number of a name that was not written with these letters."""
        lefts = row.lefts[first : first + len(token)].tolist()
        rights = row.rights[first : first + len(token)].tolist()
        source = row.source[lefts[0] : rights[-1]]
        key = (token, source, *(left - lefts[0] for left in lefts))

        def written(part: slice) -> str:
            return row.source[lefts[part.start] : rights[part.stop - 1]]

        return self.table.name(token, key, written)

    def characters(self, points: NDArray[np.uint32]) -> tuple[NDArray[np.int32], Flags]:
        """The terms of single characters, and which are letters or digits."""
        ids = self._character_ids[points]
        new = np.unique(points[ids < 0]).tolist()
        if new:
            for point in new:
                self._character_ids[point] = self.terms[chr(point)]
                self._letters[point] = chr(point).isalnum()
            ids = self._character_ids[points]
        return ids, self._letters[points]

    def words(self, points: NDArray[np.uint32]) -> tuple[NDArray[np.int32], Column]:
        """The words in a row of Han characters and zeros, and where they begin."""
        ids, positions = [np.zeros(0, np.int32)], [np.zeros(0, np.int64)]
        for starts, numbers, length in self._words.find(points):
            found = self._word_ids[numbers]
            if len(new := np.flatnonzero(found < 0)):
                different, which = np.unique(numbers[new], return_index=True)
                for at, number in zip(starts[new[which]], different, strict=True):
                    word = "".join(map(chr, points[at : at + length].tolist()))
                    self._word_ids[number] = self.terms[word]
                found = self._word_ids[numbers]
            ids.append(found)
            positions.append(starts)
        return np.concatenate(ids), np.concatenate(positions)

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


class _Part:
    """The stretches, blocks and spans of some text, on their way into columns.

    A stretch is text without anything between its characters; a word may begin in one
    of its spans and end in the next, as in `Pod`s. A formula is one by itself.
    """

    def __init__(self) -> None:
        self.size = 0  # in characters
        self.texts: list[str] = []  # by stretch
        self.offsets: list[int] = []  # where it begins in its own text
        self.blocks: list[int] = []
        self.blanks: list[bool] = []  # whether one stands between it and the one before
        self.span_stretches: list[int] = []  # by span
        self.span_starts: list[int] = []
        self.zones: list[int] = []
        self.ends: list[int] = []  # by block: where it ends in its own text
        self.languages: list[tuple[int, str]] = []  # block and language

    def span(self, start: int, zone: int) -> None:
        """Add a span of the next stretch."""
        self.span_stretches.append(len(self.texts))
        self.span_starts.append(start)
        self.zones.append(zone)

    def stretch(self, text: str, offset: int, blank: bool) -> None:
        """Add a stretch, whose spans are there."""
        self.size += len(text)
        self.texts.append(text)
        self.offsets.append(offset)
        self.blocks.append(len(self.ends))
        self.blanks.append(blank)


class _Layout:
    """The blocks of a batch, in parts that are worked on one after the other."""

    def __init__(self) -> None:
        self.parts = [_Part()]
        self.fields: list[int] = []  # by block
        self.firsts: list[int] = []  # by article: its first block
        self.formulas: list[list[tuple[int, int]]] = []  # by article: their places

    def article(self, article: Article, visible: VisibleText) -> None:
        """Lay out an article."""
        self.firsts.append(len(self.fields))
        self.plain(article.title, _TITLE)
        for alias in article.aliases:
            self.plain(alias, _ALIAS)
        for address in addresses(article, visible):
            self.plain(address, _ADDRESS)
        for topic in article.topics:
            self.plain(topic, _TOPIC)
        self.visible(visible)

    def plain(self, text: str, field: int) -> None:
        """Lay out a plain text, which is a block."""
        self.parts[-1].span(0, _NUMBERS["prose"])
        self.parts[-1].stretch(text, 0, False)
        self._block(len(text), field)

    def visible(self, visible: VisibleText) -> None:
        """Lay out an article's visible text."""
        text = visible.text
        formulas: list[tuple[int, int]] = []
        self.formulas.append(formulas)
        for block in visible.blocks:
            part = self.parts[-1]
            first = end = block.start
            blank, last = False, _MATH
            begun = False
            for span in block.spans:
                zone = _NUMBERS[span.zone]
                if last == _MATH or zone == _MATH or span.start > end:
                    if begun:
                        part.stretch(text[first:end], first, blank)
                    blank = begun and _has_blank(text[end : span.start])
                    first, begun = span.start, True
                part.span(span.start, zone)
                end, last = span.end, zone
                if zone == _MATH:
                    formulas.append((span.start, end))
            if begun:
                part.stretch(text[first:end], first, blank)
            if block.language:
                part.languages.append((len(part.ends), block.language))
            self._block(block.end, _BODY)

    def _block(self, end: int, field: int) -> None:
        self.parts[-1].ends.append(end)
        self.fields.append(field)
        if self.parts[-1].size >= _PART_CHARACTERS:
            self.parts.append(_Part())


def _has_blank(text: str) -> bool:
    return any(map(str.isspace, text))


@dataclass(frozen=True, slots=True)
class _Columns:
    """What one part has: as in Rows and AnalyzedBatch, positions from 0 on.

    `ends`, `words` and `han` are by block: the position after its empty one, its words
    of letters or digits, and its Han characters.
    """

    atoms: NDArray[np.int32]
    atom_positions: Column
    others: NDArray[np.int32]
    other_positions: Column
    tags: NDArray[np.uint8]
    starts: Column
    lengths: Column
    ends: Column
    words: Column
    han: Column


def _analyzed(analyzer: RowAnalyzer, layout: _Layout, math: Rows) -> AnalyzedBatch:
    """The parts, one after the other."""
    parts = [_Work(analyzer, part).columns() for part in layout.parts]
    sizes = np.array([len(part.tags) for part in parts], np.int64)
    shifts = (np.cumsum(sizes) - sizes).tolist()
    shifted = list(zip(parts, shifts, strict=True))
    ends = np.concatenate([[0], *(part.ends + shift for part, shift in shifted)])
    firsts = np.array([*layout.firsts, len(layout.fields)], np.int64)
    articles = len(layout.firsts)
    fields = np.repeat(np.arange(articles) * _FIELDS, np.diff(firsts)) + layout.fields

    def by_field(column: Column) -> Column:
        size = _FIELDS * articles
        sums = np.bincount(fields.astype(np.int64), column, minlength=size)
        return sums.astype(np.int64).reshape(-1, _FIELDS)

    borders = np.cumsum(by_field(np.diff(ends)), axis=1)
    han = by_field(np.concatenate([part.han for part in parts]))
    words = by_field(np.concatenate([part.words for part in parts]))
    words += (5 * han + 4) // 8  # a word has 1.6 Han characters
    text = Rows(
        terms=analyzer.terms.terms,
        bases=ends[firsts],
        ids=np.concatenate([p.atoms for p in parts] + [p.others for p in parts]),
        positions=np.concatenate(
            [part.atom_positions + shift for part, shift in shifted]
            + [part.other_positions + shift for part, shift in shifted]
        ),
        atoms=sum(len(part.atoms) for part in parts),
        starts=np.concatenate([part.starts for part in parts]),
        lengths=np.concatenate([part.lengths for part in parts]),
    )
    return AnalyzedBatch(
        text=text,
        math=math,
        tags=np.concatenate([part.tags for part in parts]),
        title_end=borders[:, _TITLE],
        alias_end=borders[:, _ALIAS],
        address_end=borders[:, _ADDRESS],
        body_start=borders[:, _TOPIC],
        title_words=words[:, _TITLE],
        body_words=words[:, _BODY],
    )


class _Work:
    """One part on its way to its columns."""

    def __init__(self, analyzer: RowAnalyzer, layout: _Part) -> None:
        self.analyzer, self.layout = analyzer, layout
        self.row = fold_row(layout.texts)
        self.blocks = np.array(layout.blocks, np.int64)
        self._cut()
        self._place()

    def _cut(self) -> None:
        """The atoms: of which token, where in the folded row, of which stretch."""
        table = self.analyzer.table
        self.tokens, starts, ends = self.analyzer.cut(self.row)
        self.blank = np.concatenate((starts[:1] > 0, starts[1:] > ends[:-1]))  # before
        self.kinds = np.frombuffer(table.kinds, np.uint8)[self.tokens]
        atom_starts = np.frombuffer(table.atom_starts, np.int64)
        firsts = atom_starts[self.tokens]
        counts = atom_starts[self.tokens + 1] - firsts
        self.token_stretches = np.cumsum(self.kinds == EDGE) - 1
        self.first_atoms = np.cumsum(counts) - counts  # by token
        self.of = np.repeat(np.arange(len(counts)), counts)
        flat = np.arange(len(self.of)) + np.repeat(firsts - self.first_atoms, counts)
        begins = starts[self.of] + np.frombuffer(table.offsets, np.int64)[flat]
        lasts = begins + np.frombuffer(table.lengths, np.int64)[flat] - 1
        self.begins = begins
        self.ids = np.frombuffer(table.ids, np.int32)[flat]
        marks = np.frombuffer(table.marks, np.uint8)[flat]
        self.letters = (marks & LETTERS) != 0
        self.apart = (marks & APART) != 0
        single = np.flatnonzero((self.kinds[self.of] & CHARACTERS) != 0)
        ids, letters = self.analyzer.characters(self.row.points[begins[single]])
        self.ids[single], self.letters[single] = ids, letters
        self.han = np.zeros(len(flat), np.bool_)
        self.han[single] = self.row.kinds[begins[single]] == HAN_KIND
        self.lefts, self.rights = self.row.lefts[begins], self.row.rights[lasts]

    def _place(self) -> None:
        """The positions: every block before leaves one empty."""
        layout = self.layout
        self.stretches = self.token_stretches[self.of]
        self.atom_blocks = self.blocks[self.stretches]
        self.positions = np.arange(len(self.of)) + self.atom_blocks
        block_numbers = np.arange(len(layout.ends))
        atoms = np.searchsorted(self.atom_blocks, block_numbers, "right")
        self.gaps = atoms + block_numbers  # by block: the empty position after it
        self.length = len(self.of) + len(layout.ends)

    def columns(self) -> _Columns:
        """All that is known of the part."""
        layout = self.layout
        others = (self._han(), self._names(), self._fences())
        starts = np.empty(self.length, np.int64)
        lengths = np.zeros(self.length, np.int64)
        shift = np.array(layout.offsets, np.int64) - self.row.starts
        starts[self.positions] = self.lefts + shift[self.stretches]
        starts[self.gaps] = layout.ends
        lengths[self.positions] = self.rights - self.lefts
        word_blocks = self.blocks[self.token_stretches[(self.kinds & WORD) != 0]]
        return _Columns(
            atoms=self.ids,
            atom_positions=self.positions,
            others=np.concatenate([ids for ids, _ in others]),
            other_positions=np.concatenate([positions for _, positions in others]),
            tags=self._tags(),
            starts=starts,
            lengths=lengths,
            ends=self.gaps + 1,
            words=np.bincount(word_blocks, minlength=len(layout.ends)),
            han=np.bincount(self.atom_blocks[self.han], minlength=len(layout.ends)),
        )

    def _han(self) -> tuple[NDArray[np.int32], Column]:
        """The dictionary words, over all Han characters at positions in a row."""
        points = np.zeros(self.length, np.uint32)
        points[self.positions[self.han]] = self.row.points[self.begins[self.han]]
        return self.analyzer.words(points)

    def _names(self) -> tuple[NDArray[np.int32], Column]:
        """Whole names, camel-case parts and cased spellings."""
        table = self.analyzer.table
        starts = np.frombuffer(table.other_starts, np.int64)
        tokens = np.flatnonzero(np.diff(starts)[self.tokens])
        firsts = starts[self.tokens[tokens]]
        counts = starts[self.tokens[tokens] + 1] - firsts
        flat = _stretched(firsts, counts)
        atoms = np.frombuffer(table.other_atoms, np.int64)[flat]
        at = np.repeat(self.first_atoms[tokens], counts) + atoms
        return np.frombuffer(table.other_ids, np.int32)[flat], self.positions[at]

    def _fences(self) -> tuple[NDArray[np.int32], Column]:
        """A fence's language, where it begins and where it ends."""
        ids, positions = [], []
        for block, language in self.layout.languages:
            first = int(self.gaps[block - 1]) + 1 if block else 0
            end = int(self.gaps[block])
            if end > first:
                term = self.analyzer.terms[LANGUAGE + language_name(language)]
                ids += [term, term]
                positions += [first, end]
        return np.array(ids, np.int32), np.array(positions, np.int64)

    def _tags(self) -> NDArray[np.uint8]:
        """A tag by position: the zone, and what is to say of a blank before."""
        layout = self.layout
        shift = self.row.starts - np.array(layout.offsets, np.int64)
        spans = np.array(layout.span_stretches, np.int64)
        span_starts = np.array(layout.span_starts, np.int64) + shift[spans]
        all_zones = np.array(layout.zones, np.uint8)
        zones = all_zones[np.searchsorted(span_starts, self.lefts, "right") - 1]
        first_spans = np.searchsorted(spans, np.arange(len(layout.texts)))
        tags = np.zeros(self.length, np.uint8)
        tags[self.positions] = zones | self._blanks(
            zones == _MATH, all_zones[first_spans] == _MATH
        )
        return tags

    def _blanks(self, math: Flags, formulas: Flags) -> NDArray[np.uint8]:
        """BLANK, LOOSE or 0 for each atom.

        There is none beside a Han character; beside a sign of a formula it does not
        count; words on both sides of a formula's border are two, whatever lies between.
        `math` tells which atoms are of a formula, `formulas` which stretches are one.
        """
        passed = self.blank
        passed[np.flatnonzero(self.kinds & EDGE)] |= np.array(self.layout.blanks, bool)
        blanks = np.cumsum(passed, dtype=np.int64)[self.of]
        han = (self.kinds[self.of] & HAN) != 0
        new_block = _steps(self.atom_blocks) != 0
        stretch_step = _steps(self.stretches)
        closed = new_block | han | _before(han)
        signs = ~self.letters | ~_before(self.letters)
        after_math = _before(math)
        border = formulas[self.stretches] | ((stretch_step == 1) & after_math)
        at_border = (stretch_step != 0) & border & ~signs
        apart = (self.apart | (_steps(blanks) > 0) | at_border) & ~closed
        loose = (stretch_step == 0) & after_math & signs
        return np.where(loose, LOOSE, np.where(apart, BLANK, 0)).astype(np.uint8)


def _steps(column: Column) -> Column:
    """How much each value is above the one before; the first is above all."""
    return np.diff(column, prepend=-1)


def _before(flags: Flags) -> Flags:
    """The flag of the one before each; none before the first."""
    return np.concatenate((np.zeros(min(1, len(flags)), np.bool_), flags[:-1]))


def _stretched(firsts: Column, counts: Column) -> Column:
    """The numbers from each first on, so many of each."""
    shifts = firsts - (np.cumsum(counts) - counts)
    flat: Column = np.repeat(shifts, counts)
    return flat + np.arange(len(flat))
