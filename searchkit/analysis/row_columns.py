"""Which terms stand where in a part of a batch?

Text is folded, cut and looked up for the whole part at once, in columns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from searchkit.analysis.analyzer import BLANK, LOOSE
from searchkit.analysis.folded_rows import HAN_KIND, fold_row
from searchkit.analysis.languages import language_name
from searchkit.analysis.numbering import Column, Flags, Ids, Numbering, stretched
from searchkit.analysis.row_layout import MATH, Part
from searchkit.analysis.terms import LANGUAGE
from searchkit.analysis.tokens import (
    APART,
    CHARACTERS,
    EDGE,
    HAN,
    LETTERS,
    WORD,
)
from searchkit.record import record


@record
class PartColumns:
    """What one part has: as in Rows and AnalyzedBatch, positions from 0 on.

    `ends`, `words` and `han` are by block: the position after its empty one, its words
    of letters or digits, and its Han characters.
    """

    atoms: Ids
    atom_positions: Column
    others: Ids
    other_positions: Column
    tags: NDArray[np.uint8]
    starts: Column
    lengths: Column
    ends: Column
    words: Column
    han: Column


class PartWork:
    """One part on its way to its columns."""

    def __init__(self, numbering: Numbering, layout: Part) -> None:
        self.numbering, self.layout = numbering, layout
        self.row = fold_row(layout.texts)
        self._cut()
        self._place()

    def _cut(self) -> None:
        """The atoms: of which token, where in the folded row, of which stretch."""
        table = self.numbering.table
        self.tokens, starts, ends = self.numbering.cut(self.row)
        self.blank = np.concatenate((starts[:1] > 0, starts[1:] > ends[:-1]))  # before
        self.kinds = np.frombuffer(table.kinds, np.uint8).take(self.tokens)
        atom_starts = np.frombuffer(table.atom_starts, np.int64)
        firsts = atom_starts.take(self.tokens)
        counts = atom_starts.take(self.tokens + 1) - firsts
        self.token_stretches = np.cumsum(self.kinds == EDGE) - 1
        self.first_atoms = np.cumsum(counts) - counts  # by token
        self.of = np.repeat(np.arange(len(counts)), counts)
        flat = np.arange(len(self.of)) + np.repeat(firsts - self.first_atoms, counts)
        begins = starts.take(self.of)
        begins += np.frombuffer(table.offsets, np.int64).take(flat)
        lasts = begins + np.frombuffer(table.lengths, np.int64).take(flat) - 1
        self.begins = begins
        self.ids = np.frombuffer(table.ids, np.int32).take(flat)
        marks = np.frombuffer(table.marks, np.uint8).take(flat)
        self.letters = (marks & LETTERS) != 0
        self.apart = (marks & APART) != 0
        single = np.flatnonzero((self.kinds.take(self.of) & CHARACTERS) != 0)
        at = begins.take(single)
        ids, letters = self.numbering.characters(self.row.points.take(at))
        self.ids[single], self.letters[single] = ids, letters
        self.han = single[self.row.kinds.take(at) == HAN_KIND]  # of all atoms
        self.lefts = self.row.lefts.take(begins)
        self.rights = self.row.rights.take(lasts)

    def _place(self) -> None:
        """The positions: every block before leaves one empty."""
        layout = self.layout
        self.stretches = self.token_stretches.take(self.of)
        self.atom_blocks = layout.blocks.take(self.stretches)
        self.positions = np.arange(len(self.of)) + self.atom_blocks
        block_numbers = np.arange(len(layout.ends))
        atoms = np.searchsorted(self.atom_blocks, block_numbers, "right")
        self.gaps = atoms + block_numbers  # by block: the empty position after it
        self.length = len(self.of) + len(layout.ends)

    def columns(self) -> PartColumns:
        """All that is known of the part."""
        layout = self.layout
        others = (self._han(), self._names(), self._fences())
        starts = np.empty(self.length, np.int64)
        lengths = np.zeros(self.length, np.int64)
        shift = layout.offsets - self.row.starts
        starts[self.positions] = self.lefts + shift.take(self.stretches)
        starts[self.gaps] = layout.ends
        lengths[self.positions] = self.rights - self.lefts
        word_blocks = layout.blocks.take(
            self.token_stretches.take(np.flatnonzero(self.kinds & WORD))
        )
        han_blocks = self.atom_blocks.take(self.han)
        return PartColumns(
            atoms=self.ids,
            atom_positions=self.positions,
            others=np.concatenate([ids for ids, _ in others]),
            other_positions=np.concatenate([positions for _, positions in others]),
            tags=self._tags(),
            starts=starts,
            lengths=lengths,
            ends=self.gaps + 1,
            words=np.bincount(word_blocks, minlength=len(layout.ends)),
            han=np.bincount(han_blocks, minlength=len(layout.ends)),
        )

    def _han(self) -> tuple[Ids, Column]:
        """The dictionary words, over all Han characters at positions in a row."""
        points = np.zeros(self.length, np.uint32)
        begins = self.begins.take(self.han)
        points[self.positions.take(self.han)] = self.row.points.take(begins)
        return self.numbering.words(points)

    def _names(self) -> tuple[Ids, Column]:
        """Whole names, camel-case parts and cased spellings."""
        table = self.numbering.table
        starts = np.frombuffer(table.other_starts, np.int64)
        tokens = np.flatnonzero(np.diff(starts).take(self.tokens))
        with_others = self.tokens.take(tokens)
        firsts = starts.take(with_others)
        counts = starts.take(with_others + 1) - firsts
        flat = stretched(firsts, counts)
        atoms = np.frombuffer(table.other_atoms, np.int64).take(flat)
        at = np.repeat(self.first_atoms.take(tokens), counts) + atoms
        ids = np.frombuffer(table.other_ids, np.int32).take(flat)
        return ids, self.positions.take(at)

    def _fences(self) -> tuple[Ids, Column]:
        """A fence's language, where it begins and where it ends."""
        ids, positions = [], []
        for block, language in self.layout.languages:
            first = int(self.gaps[block - 1]) + 1 if block else 0
            end = int(self.gaps[block])
            if end > first:
                term = self.numbering.terms[LANGUAGE + language_name(language)]
                ids += [term, term]
                positions += [first, end]
        return np.array(ids, np.int32), np.array(positions, np.int64)

    def _tags(self) -> NDArray[np.uint8]:
        """A tag by position: the zone, and what is to say of a blank before."""
        layout = self.layout
        shift = self.row.starts - layout.offsets
        spans, all_zones = layout.span_stretches, layout.zones
        span_starts = layout.span_starts + shift.take(spans)
        firsts = np.searchsorted(self.lefts, span_starts)  # of a span's atoms
        zones = np.repeat(all_zones, np.diff(firsts, append=len(self.lefts)))
        first_spans = np.searchsorted(spans, np.arange(len(layout.texts)))
        tags = np.zeros(self.length, np.uint8)
        tags[self.positions] = zones | self._blanks(
            zones == MATH, all_zones[first_spans] == MATH
        )
        return tags

    def _blanks(self, math: Flags, formulas: Flags) -> NDArray[np.uint8]:
        """BLANK, LOOSE or 0 for each atom.

        There is none beside a Han character; beside a sign of a formula it does not
        count; words on both sides of a formula's border are two, whatever lies between.
        `math` tells which atoms are of a formula, `formulas` which stretches are one.
        """
        passed = self.blank
        passed[np.flatnonzero(self.kinds & EDGE)] |= self.layout.blanks
        blanks = np.cumsum(passed, dtype=np.int64).take(self.of)
        han = (self.kinds.take(self.of) & HAN) != 0
        new_block = _steps(self.atom_blocks) != 0
        stretch_step = _steps(self.stretches)
        closed = new_block | han | _before(han)
        signs = ~self.letters | ~_before(self.letters)
        after_math = _before(math)
        border = formulas.take(self.stretches) | ((stretch_step == 1) & after_math)
        at_border = (stretch_step != 0) & border & ~signs
        apart = (self.apart | (_steps(blanks) > 0) | at_border) & ~closed
        loose = (stretch_step == 0) & after_math & signs
        found: NDArray[np.uint8] = apart * np.uint8(BLANK)
        found[loose] = LOOSE
        return found


def _steps(column: Column) -> Column:
    """How much each value is above the one before; the first is above all."""
    steps = column.copy()
    steps[1:] -= column[:-1]
    steps[:1] += 1
    return steps


def _before(flags: Flags) -> Flags:
    """The flag of the one before each; none before the first."""
    return np.concatenate((np.zeros(min(1, len(flags)), np.bool_), flags[:-1]))
