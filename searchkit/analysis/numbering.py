"""Which number has each token, character and word that a build has met?

What was met need not be looked at again, until it is forgotten.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from searchkit.analysis.everywhere import Words
from searchkit.analysis.folded_rows import BLANK_KIND, FoldedRow
from searchkit.analysis.tokens import NAME, TOKEN, TokenTable
from searchkit.analysis.vocabulary import Vocabulary

Column = NDArray[np.int64]
Flags = NDArray[np.bool_]
Ids = NDArray[np.int32]


class Numbering:
    """Numbers of tokens in `table`, of terms in `terms`."""

    def __init__(self, words: Words) -> None:
        """`words` are those of the dictionary."""
        self.terms = Vocabulary()
        self.table = TokenTable(self.terms)
        self._words = words
        self._word_ids = np.full(words.count, -1, np.int32)
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

    def characters(self, points: NDArray[np.uint32]) -> tuple[Ids, Flags]:
        """The terms of single characters, and which are letters or digits."""
        ids = self._character_ids[points]
        new = np.unique(points[ids < 0]).tolist()
        if new:
            for point in new:
                self._character_ids[point] = self.terms[chr(point)]
                self._letters[point] = chr(point).isalnum()
            ids = self._character_ids[points]
        return ids, self._letters[points]

    def words(self, points: NDArray[np.uint32]) -> tuple[Ids, Column]:
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
