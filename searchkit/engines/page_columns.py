"""What is to be laid down of the pieces, spans and lines of many pages?

The columns of a layout (see `page`) but for those of sections, strings and stored
atoms, for a batch of articles at once: numpy is slow on short ones. Offsets and
positions are those of all articles in a row.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain

import numpy as np

from searchkit.engines.atom_rule import follows
from searchkit.engines.chunk import CONTINUED
from searchkit.engines.columns.arrays import Array
from searchkit.engines.columns.rows import spread, starts_of
from searchkit.engines.columns.varints import WIDTHS
from searchkit.engines.page import HEADING, WORD
from searchkit.engines.page_cuts import Cut
from searchkit.model import Blocks, VisibleText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NEWLINE = ord("\n")


class PageColumns:
    """The columns of some articles: lists, and arrays of what is not read one by one.

    Article i has the chunks from `chunk_at[i]` to `chunk_at[i + 1]`, and so a chunk has
    its pieces (`piece_at`), a piece its spans (`span_at`), lines (`line_at`) and
    positions (`position_at`). Chunks begin at `chunk_starts`, articles at `bases`.
    `unsure` tells of which pieces it is not sure that the atoms follow from the text;
    `zones` are those of a directory, `line_numbers` those of the source.
    """

    def __init__(self, cuts: Sequence[Cut]) -> None:
        text = "".join(cut.visible.text for cut in cuts)
        whole = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        self._newlines = np.flatnonzero(whole == _NEWLINE)
        pieces = [cut.pieces for cut in cuts]
        bases = _sums(len(cut.visible.text) for cut in cuts)
        counts = [len(cut.pieces) for cut in cuts]
        self._articles = np.repeat(np.arange(len(cuts)), counts)  # by piece
        self._shift = bases[self._articles]
        self._begins = _joined([piece.starts for piece in pieces]) + self._shift
        self._ends = _joined([piece.ends for piece in pieces]) + self._shift
        self._firsts = _sums(counts)  # by article: its first piece
        self.bases: list[int] = bases.tolist()
        self._add_chunks(cuts, bases)
        self._add_sections(_joined([piece.sections for piece in pieces]))
        self._add_positions(whole, cuts, bases)
        self._add_spans(pieces)
        self._add_lines([cut.visible for cut in cuts], bases)

    def _add_chunks(self, cuts: Sequence[Cut], bases: Array) -> None:
        counts = [*chain.from_iterable(cut.chunks for cut in cuts)]
        self.chunk_at = [*accumulate((len(cut.chunks) for cut in cuts), initial=0)]
        self.piece_at = [*accumulate(counts, initial=0)]
        starts = np.append(self._begins, bases[-1])[self.piece_at]
        starts[self.chunk_at] = bases
        before = np.roll(self._ends, 1)
        full = np.flatnonzero(counts)
        before[np.array(self.piece_at)[full]] = starts[full]
        sizes = self._sizes(self._begins, self._ends, np.repeat(starts[1:], counts))
        self.chunk_starts: list[int] = starts.tolist()
        self.gaps, self.sizes = self._begins - before, sizes

    def _add_sections(self, sections: Array) -> None:
        steps = np.diff(sections, prepend=0)
        new = np.diff(self._articles, prepend=-1) != 0
        steps[new] = sections[new] + 1  # as after one before the first
        self._begins_section = np.where(new, sections, steps) != 0
        self.section_steps = steps

    def _add_positions(self, whole: Array, cuts: Sequence[Cut], bases: Array) -> None:
        counts = [len(cut.starts) for cut in cuts]
        starts = np.concatenate([np.zeros(0, np.int64), *(cut.starts for cut in cuts)])
        lengths = np.concatenate(
            [np.zeros(0, np.int64), *(cut.lengths for cut in cuts)]
        )
        starts += np.repeat(bases[:-1], counts)
        flags = chain.from_iterable(cut.continued for cut in cuts)
        self.continued = np.fromiter(flags, np.bool_, len(self._begins))
        lasts = np.searchsorted(starts, self._ends)
        lasts += ~np.append(self.continued[1:], False)[: len(lasts)]  # gaps
        at = np.append(0, lasts)
        sure = follows(whole, self._begins, self._ends, at, starts, lengths)
        self.unsure: list[bool] = (~sure).tolist()
        self.position_at: list[int] = at.tolist()

    def _add_spans(self, pieces: Sequence[Blocks]) -> None:
        counts = np.diff(_joined([piece.firsts for piece in pieces]))
        borders = np.cumsum([len(piece.firsts) for piece in pieces][:-1])
        counts = np.delete(counts, borders.astype(np.int64) - 1)
        at = np.append(0, np.cumsum(counts))
        shift = np.repeat(self._shift, counts)
        starts = _joined([piece.span_starts for piece in pieces]) + shift
        ends = _joined([piece.span_ends for piece in pieces]) + shift
        before = np.roll(ends, 1)
        before[at[:-1][counts > 0]] = self._begins[counts > 0]
        sizes = self._sizes(starts, ends, np.repeat(self._ends, counts))
        zones = _joined([piece.zones for piece in pieces])
        shown = np.zeros(len(counts), np.int64)
        shown[counts > 0] = zones[at[:-1][counts > 0]]
        shown[shown == HEADING] = 0
        shown[self._begins_section] = HEADING
        self.zones: list[int] = shown.tolist()
        self.span_counts = counts
        self.spans: tuple[Array, ...] = starts - before, sizes, zones

    def _add_lines(self, articles: Sequence[VisibleText], bases: Array) -> None:
        """Each line stands in the last piece that begins before it, or the first."""
        counts = [len(visible.lines) for visible in articles]
        flat = chain.from_iterable(
            chain.from_iterable(visible.lines for visible in articles)
        )
        offsets, numbers = np.fromiter(flat, np.int64).reshape(-1, 2).T
        owners = np.repeat(np.arange(len(articles)), counts)
        offsets = offsets + bases[owners]
        pieces = np.searchsorted(self._begins, offsets, "right") - 1
        firsts, ends = self._firsts[owners], self._firsts[owners + 1]
        pieces = np.clip(pieces, firsts, ends - 1)
        before = np.roll(offsets, 1)
        expected = self._next_lines(before, self._ends[pieces])
        new = np.diff(pieces, prepend=-1) != 0
        before[new] = expected[new] = self._begins[pieces[new]]
        codes = np.where(offsets == expected, 0, ((offsets - before) & WORD) + 1)
        steps = np.diff(numbers, prepend=0)
        new = np.diff(owners, prepend=-1) != 0
        steps[new] = numbers[new] - 1
        of_pieces = np.bincount(pieces, minlength=len(self._begins))
        self.line_counts = of_pieces
        self.line_at: list[int] = np.append(0, np.cumsum(of_pieces)).tolist()
        self.lines: tuple[Array, ...] = codes, steps & WORD
        self.line_numbers: list[int] = numbers.tolist()

    def _sizes(self, starts: Array, ends: Array, limits: Array) -> Array:
        """1 more than each stretch has; 0 for one to the end of its line or limit."""
        line_ends = np.append(self._newlines, limits.max(initial=0))
        line_ends = line_ends[np.searchsorted(self._newlines, starts)]
        to_end = ends == np.minimum(line_ends, limits)
        return np.where(to_end, 0, ends - starts + 1)

    def _next_lines(self, offsets: Array, ends: Array) -> Array:
        """`chunk.next_line` of each offset."""
        newlines = self._newlines
        # What follows the last of newlines side by side.
        lasts = np.flatnonzero(np.diff(newlines, append=newlines[-1:] + 2) != 1)
        after = newlines[lasts] + 1
        at = np.searchsorted(newlines, offsets)
        runs = np.searchsorted(lasts, at)
        found = np.append(after, ends.max(initial=0))[runs]
        return np.asarray(np.minimum(found, ends))


class Told:
    """What columns do not say of chunks, in their order; the rest of their layouts.

    Of each piece the number of its `language` and its mode, of all chunks the columns
    of `sections` and of stored `atoms`.
    """

    def __init__(self, columns: PageColumns) -> None:
        self.languages = [0] * len(columns.gaps)  # none, as mostly
        self.modes: list[int] = (columns.continued * CONTINUED).tolist()
        self.sections: tuple[list[int], ...] = ([], [], [], [])
        self.atoms: tuple[list[int], ...] = ([], [])
        self.lengths: list[int] = []  # of strings, in characters
        self.counts: list[int] = []  # by chunk: sections, carried, strings, atoms
        self.texts: list[bytes] = []

    def chunk(
        self,
        sections: int,
        carried: int,
        strings: Sequence[str],
        atoms: int,
        text: bytes,
    ) -> None:
        """Add a chunk, of which all else is told. `text` has its strings behind it."""
        self.counts += (sections, carried, len(strings), atoms)
        self.lengths += map(len, strings)
        self.texts.append(text)


def raw_chunks(columns: PageColumns, told: Told) -> Iterator[bytes]:
    """The chunks of all articles, not packed: layout and text (see `chunk`)."""
    at = np.array(columns.piece_at)
    of_chunks = np.array(told.counts, np.int64).reshape(-1, 4)
    sections, _, strings, atoms = of_chunks.T
    pieces = np.diff(at)
    spans = np.diff(np.append(0, np.cumsum(columns.span_counts))[at])
    lines = np.diff(np.array(columns.line_at)[at])
    by_piece = (
        columns.gaps,
        columns.sizes,
        columns.section_steps,
        columns.span_counts,
        told.languages,
        columns.line_counts,
        told.modes,
    )
    groups: list[tuple[Array, Sequence[Any]]] = [
        (np.ones(len(pieces), np.int64), (spans, lines, *of_chunks.T)),
        (pieces, by_piece),
        (spans, columns.spans),
        (lines, columns.lines),
        (sections, told.sections),
        (strings, (told.lengths,)),
        (atoms, told.atoms),
    ]
    sizes = np.sum([counts * len(group) for counts, group in groups], axis=0)
    starts = starts_of(sizes)
    layouts = np.empty(sizes.sum(), np.uint32)
    places = starts.copy()
    for counts, group in groups:
        here, step = spread(places, counts), counts.repeat(counts)
        for column in group:
            layouts[here] = column
            here += step
        places += len(group) * counts
    most = np.maximum.reduceat(layouts, starts)
    widths = (most >> 8 > 0).astype(np.int64) + (most >> 16 > 0)
    written = [layouts.astype(width).tobytes() for width in WIDTHS]
    ends = starts + sizes
    rows = zip(starts.tolist(), ends.tolist(), widths.tolist(), told.texts, strict=True)
    for start, end, width, text in rows:
        layout = written[width][start << width : end << width]
        yield b"".join((bytes((width,)), layout, text))


def _joined(columns: Iterable[Array | array[int]]) -> Array:
    return np.concatenate([np.zeros(0, np.int64), *columns])


def _sums(sizes: Iterable[int]) -> Array:
    """Where each of things in a row begins, and the end of all."""
    return np.array([*accumulate(sizes, initial=0)], np.int64)
