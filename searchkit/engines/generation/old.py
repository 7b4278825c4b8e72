"""What does a new generation take over from the one before?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from searchkit.analysis.analyzer import ZONE_MASK
from searchkit.analysis.terms import INFLECTED, STEM
from searchkit.engines.columns import vector
from searchkit.engines.columns.arrays import Array
from searchkit.engines.columns.files import Columns
from searchkit.engines.columns.postings import Postings
from searchkit.engines.generation.classes import Keys, word_of, word_slices
from searchkit.engines.generation.documents import (
    ARTICLE,
    PAGE,
    Documents,
    TextColumn,
    each,
    row_offsets,
    texts,
)
from searchkit.engines.generation.layout import Move
from searchkit.engines.generation.run import SPACES
from searchkit.engines.generation.scratch import Scratch
from searchkit.engines.generation.slabs import slabs
from searchkit.engines.generations import DOCUMENTS, PAGES, POSTINGS
from searchkit.engines.tags import Tags

if TYPE_CHECKING:
    from searchkit.engines.packing import Packing
    from searchkit.engines.page import LaidPage

_ZONES_AT_ONCE = 1 << 20  # positions; a multiple of 4
_PLACE_BITS = 2  # of a position: which of the zones in a byte is its own
_PLACE_IN_BYTE = np.uint8((1 << _PLACE_BITS) - 1)


class OldGeneration:
    """The generation before, as a source of the merge."""

    def __init__(self, generation: Path, folder: Path) -> None:
        """`folder` is where nameless files may be made. Raises: IndexCorruptError."""
        self._folder = folder
        self._files = {
            kind: Columns(generation / kind, kind)
            for kind in (DOCUMENTS, POSTINGS, PAGES)
        }
        self._postings = {name: self._open(name) for name in SPACES}
        self._sizes: dict[str, Array] = {}
        self._zones: Scratch | None = None

    @cached_property
    def documents(self) -> Documents:
        """The rows of all its documents."""
        return Documents.read(self._files[DOCUMENTS])

    def articles(self) -> TextColumn:
        """What the authors wrote, as far as the pages do not tell."""
        return texts(self._files[PAGES], ARTICLE)

    def pages(self) -> TextColumn:
        """All pages, packed with `packing`."""
        return texts(self._files[PAGES], PAGE)

    @cached_property
    def packing(self) -> Packing:
        """How its pages are packed."""
        from searchkit.engines.packing import Packing

        return Packing.of(self._files[PAGES])

    def laid_pages(self, low: int, end: int) -> Iterator[LaidPage]:
        """The pages of some documents, unpacked."""
        from searchkit.engines.page import Page

        for page in each(self.pages().between(low, end)):
            yield Page(page, self.packing).laid_open()

    def first_chunk(self, row: int) -> bytes:
        """The first chunk of a page, unpacked."""
        from searchkit.engines.page import Page

        (page,) = each(self.pages().between(row, row + 1))
        return Page(page, self.packing).raw_chunk(0)

    def terms(self, space: str, low: int, high: int) -> list[bytes]:
        """The terms from `low` to `high` in order; those without occurrences, too."""
        return self._postings[space].terms.bytes_between(low, high)

    def sizes(self, space: str) -> Array:
        """How many occurrences each term has."""
        if space not in self._sizes:
            postings = self._postings[space]
            found = vector.all_occurrences(postings, 0, len(postings.terms))
            self._sizes[space] = found
        return self._sizes[space]

    def alive(self, space: str, move: Move) -> Array:
        """Whether each term stands in a document that is kept.

        Of those that do not, the first position is in one that is not, and they have no
        more positions than all such documents together: few are left to look at.
        """
        postings, sizes = self._postings[space], self.sizes(space)
        alive = np.asarray(sizes > 0)
        if move.kept.all():
            return alive
        firsts = vector.all_firsts(postings, 0, len(sizes))
        gone = move.gone_positions(int(postings.bases[-1]))
        doubtful = np.flatnonzero(alive & (sizes <= gone) & ~move.keeps(firsts))
        for low, high, _ in slabs(sizes[doubtful]):
            numbers = doubtful[low:high]
            positions, bounds = vector.all_positions(postings, 0, len(sizes), numbers)
            alive[numbers] = np.logical_or.reduceat(move.keeps(positions), bounds[:-1])
        return alive

    def places(self, space: str, low: int, high: int) -> tuple[Array, Array, Array]:
        """Counts by term, positions and zones of the terms from `low` to `high`."""
        positions, bounds = vector.all_positions(self._postings[space], low, high)
        if space == "math":
            zones = np.zeros(len(positions), np.uint8)
        else:
            zones = self._zones_of(positions)
        return np.diff(bounds), positions, zones

    def _zones_of(self, positions: Array) -> Array:
        """The zones of some positions, from a nameless file that has those of all.

        Looked up where they lie, as runs, they take five times as long.
        """
        if not self._zones:
            self._zones = Scratch(self._folder, np.uint8, self._zones_in_pieces())
        shifts = (positions.astype(np.uint8) & _PLACE_IN_BYTE) << np.uint8(1)
        found = self._zones.numbers.take(positions >> _PLACE_BITS) >> shifts
        return np.asarray(found & np.uint8(ZONE_MASK))

    def _zones_in_pieces(self) -> Iterator[Array]:
        """Four zones to a byte, of two bits each."""
        tags = Tags(self._files[DOCUMENTS])
        end = int(self._postings["text"].bases[-1])
        for low in range(0, end, _ZONES_AT_ONCE):
            zones = tags.between(low, min(low + _ZONES_AT_ONCE, end)) & ZONE_MASK
            zones = np.append(zones, np.zeros(-len(zones) % 4, np.uint8))
            yield zones[::4] | zones[1::4] << 2 | zones[2::4] << 4 | zones[3::4] << 6

    def keys(self) -> dict[bytes, Keys]:
        """The keys of all English words, as the classes tell them."""
        terms = self.terms("text", 0, len(self._postings["text"].terms))
        words = [b""] * len(terms)
        for part in word_slices(terms):
            words[part] = map(word_of, terms[part])
        tables = []
        of_class: dict[bytes, list[bytes]] = {}
        for mark in (INFLECTED, STEM):
            classes = self._postings["text"].terms.prefix(mark)
            members, bounds = vector.all_members(
                self._postings["text"], classes.start, classes.stop
            )
            keys = np.repeat(np.arange(classes.start, classes.stop), np.diff(bounds))
            pairs = zip(members.tolist(), keys.tolist(), strict=True)
            table: dict[bytes, bytes] = {}
            for member, key in pairs:
                same = terms[member]  # a class that has the same words, or a word
                found = of_class.get(same, (words[member],))
                of_class.setdefault(terms[key], []).extend(found)
                table |= dict.fromkeys(found, terms[key][1:])
            tables.append(table)
        inflected, stems = tables
        return {
            word: (inflected.get(word, word), stems.get(word, word))
            for word in words
            if word
        }

    def release(self) -> None:
        """Give back the memory of what was read."""
        for columns in self._files.values():
            columns.release()
        if self._zones:
            self._zones.release()

    def close(self) -> None:
        """Let the files go."""
        for columns in self._files.values():
            columns.close()

    def _open(self, space: str) -> Postings:
        bases = row_offsets(self._files[DOCUMENTS], f"{space}_base").data
        return Postings(self._files[POSTINGS], space, bases)
