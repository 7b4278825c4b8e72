"""Which number has each token, character and word that a build has met?

What was met need not be looked at again, until it is forgotten.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from searchkit.analysis.everywhere import Words
from searchkit.analysis.folded_rows import FoldedRow
from searchkit.analysis.pieces import SIGNS, Pieces, pieces
from searchkit.analysis.scripts import LONGEST
from searchkit.analysis.tokens import (
    HAN_CHARACTER,
    NAME,
    SEVERAL,
    UNSPACED_CHARACTER,
    TokenTable,
)
from searchkit.analysis.vocabulary import Vocabulary

Column = NDArray[np.int64]
Flags = NDArray[np.bool_]
Ids = NDArray[np.int32]

_EIGHT = 8  # characters in an integer
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(_EIGHT + 1)], np.uint64)
_NOT_ASCII, _BEYOND_ASCII = 0xFF, np.uint64(0x8080808080808080)
_SLOT_BITS = 16
_SHIFT = np.uint64(64 - _SLOT_BITS)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2**64 by the golden ratio


class Numbering:
    """Numbers of tokens in `table`, of terms in `terms`."""

    def __init__(self, words: Words) -> None:
        """`words` are those of the dictionary."""
        self.terms = Vocabulary()
        self.table = TokenTable(self.terms)
        self._pieces = _PieceNumbers(self.table)
        known = self.table.__getitem__
        self._signs = np.zeros(1 + max(map(ord, SIGNS)), np.int32)
        self._signs[[*map(ord, SIGNS)]] = [*map(known, SIGNS)]
        self._runs = np.array(
            [
                [known(character * max(1, size)) for size in range(LONGEST + 1)]
                for character in (UNSPACED_CHARACTER, HAN_CHARACTER)
            ],
            np.int32,
        )
        self._words = words
        self._word_ids = np.full(words.count, -1, np.int32)
        # 1 more than they are: pages on which all is 0 take no memory.
        self._character_ids = np.zeros(0x110000, np.int32)
        self._letters = np.zeros(0x110000, np.bool_)

    def cut(self, row: FoldedRow) -> tuple[Column, Column, Column]:
        """The row's tokens: their numbers, where each begins, where it ends."""
        table, found = self.table, pieces(row)
        by_place = np.full(len(row.cut), -1, np.int32)
        by_place[found.signs] = self._signs.take(row.cut.take(found.signs))
        is_han = row.cut.take(found.runs) == ord(HAN_CHARACTER)
        by_place[found.runs] = self._runs[is_han.astype(np.int8), found.sizes]
        numbers = self._pieces.numbers(found, row.cut)
        by_place[found.begins] = numbers
        kinds = np.frombuffer(table.kinds, np.uint8).take(numbers)
        several = np.flatnonzero(kinds == SEVERAL)
        self._take_apart(by_place, numbers.take(several), found.begins.take(several))
        starts: Column = np.flatnonzero(by_place >= 0)
        numbers = by_place.take(starts).astype(np.int64)
        ends: Column = starts + np.frombuffer(table.sizes, np.int64).take(numbers)
        odd = np.concatenate(([0], np.cumsum(row.odd, dtype=np.int32)))
        for at in np.flatnonzero(odd.take(ends) > odd.take(starts)).tolist():
            if table.kinds[numbers[at]] & NAME:
                numbers[at] = self._strange(row, int(starts[at]), int(ends[at]))
        return numbers, starts, ends

    def _take_apart(self, by_place: Ids, numbers: Column, begins: Column) -> None:
        """Put the tokens of pieces that begin there in the place of these."""
        table = self.table
        starts = np.frombuffer(table.part_starts, np.int64)
        firsts = starts.take(numbers)
        counts = starts.take(numbers + 1) - firsts
        flat = stretched(firsts, counts)
        at = np.repeat(begins, counts)
        at += np.frombuffer(table.part_offsets, np.int64).take(flat)
        by_place[at] = np.frombuffer(table.parts, np.int32).take(flat)

    def _strange(self, row: FoldedRow, first: int, end: int) -> int:
        """The number of a name that was not written with these letters."""
        token = "".join(map(chr, row.cut[first:end].tolist()))
        lefts = row.lefts[first : first + len(token)].tolist()
        rights = row.rights[first : first + len(token)].tolist()
        source = row.source[lefts[0] : rights[-1]]
        key = (token, source, *(left - lefts[0] for left in lefts))

        def written(part: slice) -> str:
            return row.source[lefts[part.start] : rights[part.stop - 1]]

        return self.table.name(token, key, written)

    def characters(self, points: NDArray[np.uint32]) -> tuple[Ids, Flags]:
        """The terms of single characters, and which are letters or digits."""
        ids = self._character_ids.take(points)
        new = sorted({*points[ids == 0].tolist()})
        if new:
            for point in new:
                self._character_ids[point] = 1 + self.terms[chr(point)]
                self._letters[point] = chr(point).isalnum()
            ids = self._character_ids.take(points)
        ids -= 1
        return ids, self._letters.take(points)

    def words(self, points: NDArray[np.uint32]) -> tuple[Ids, Column]:
        """The words in a row of Han characters and zeros, and where they begin."""
        ids, positions = [np.zeros(0, np.int32)], [np.zeros(0, np.int64)]
        for starts, numbers, length in self._words.find(points):
            found = self._word_ids.take(numbers)
            if len(new := np.flatnonzero(found < 0)):
                different, which = np.unique(numbers[new], return_index=True)
                for at, number in zip(starts[new[which]], different, strict=True):
                    word = "".join(map(chr, points[at : at + length].tolist()))
                    self._word_ids[number] = self.terms[word]
                found = self._word_ids.take(numbers)
            ids.append(found)
            positions.append(starts)
        return np.concatenate(ids), np.concatenate(positions)


class _PieceNumbers:
    """The numbers of pieces in the table.

    Nearly all are short and ASCII. The characters of such a piece are two integers,
    which are looked up without a string that would be made for that only: each piece
    has one slot, which it may lose to another.
    """

    def __init__(self, table: TokenTable) -> None:
        self._table = table
        self._lows, self._highs = np.zeros((2, 1 << _SLOT_BITS), np.uint64)
        self._numbers = np.zeros(1 << _SLOT_BITS, np.int64)

    def numbers(self, pieces: Pieces, points: NDArray[np.uint32]) -> Column:
        """The number of each piece of a row of characters."""
        begins, sizes = pieces.begins, pieces.ends - pieces.begins
        row = np.zeros(len(points) + 2 * _EIGHT, np.uint8)
        np.minimum(points, _NOT_ASCII, out=row[: len(points)], casting="unsafe")
        eights = np.ndarray(len(points) + _EIGHT, "<u8", row, strides=(1,)).copy()
        low = eights.take(begins) & _MASKS.take(sizes, mode="clip")
        high = eights.take(begins + _EIGHT) & _MASKS.take(sizes - _EIGHT, mode="clip")
        slots = ((low * _FACTOR ^ high) * _FACTOR >> _SHIFT).astype(np.int64)
        is_short = (sizes <= 2 * _EIGHT) & ((low | high) & _BEYOND_ASCII == 0)
        known = (self._lows.take(slots) == low) & (self._highs.take(slots) == high)
        numbers: Column = self._numbers.take(slots)
        others = np.flatnonzero(~(is_short & known))
        places = zip(
            begins.take(others).tolist(), pieces.ends.take(others).tolist(), strict=True
        )
        texts = [pieces.text[at:end] for at, end in places]
        found = map(self._table.__getitem__, texts)
        numbers[others] = np.fromiter(found, np.int64, len(texts))
        kept = others[is_short[others]]
        at = slots[kept]
        self._lows[at], self._highs[at] = low[kept], high[kept]
        self._numbers[at] = numbers[kept]
        return numbers


def stretched(firsts: Column, counts: Column) -> Column:
    """The numbers from each first on, so many of each."""
    shifts = firsts - (np.cumsum(counts) - counts)
    flat: Column = np.repeat(shifts, counts)
    return flat + np.arange(len(flat))
