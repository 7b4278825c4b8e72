"""How do the pages of all sources come to be packed alike?

With a sample of them all as a part of the dictionary: the first chunks of those whose
ids have the lowest checksums, so that it follows from the articles alone, and of many
articles few changes change it. Where it is that of the generation before, its pages are
copied; else they are packed anew. What is to be done is a value, and what comes of it,
too, so that processes beside each other may do it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from zlib import crc32

import numpy as np

from searchkit.engines.columns.arrays import Numbers
from searchkit.engines.generation.documents import Documents, TextArrays
from searchkit.engines.generation.layout import Layout
from searchkit.engines.generation.slab_merge import Source, open_sources
from searchkit.engines.packing import Packing
from searchkit.engines.page import packed_page
from searchkit.record import record

SAMPLE_BYTES = 1 << 20
"""Of the sample at most: a new process reads it for its first snippet, in 0.6 ms, where
128 KB take 0.1. Of what pages of 100,000 made articles take with 128 KB, with two, four
and eight times as many it is .97, .92 and .86; packing them takes no longer."""

_SHARES = (1 << 17, 64), (SAMPLE_BYTES, 128)
"""Up to how many bytes it is which share of the text's; a power of two: in an index
that grows from little it seldom becomes longer."""

_AT_ONCE = 1 << 20  # bytes of text in a task
_BYTES_OF_ATOM = 4

Piece = tuple[int, int, int]
"""Some documents of a source, by its number: the first and the end."""


@record
class PagePacking:
    """How pages are packed; the same for all of one build."""

    folder: Path
    base: Path | None
    runs: tuple[Path, ...]
    sample: bytes


class PagePacker:
    """Packs pages of the sources."""

    def __init__(self, how: PagePacking) -> None:
        self._packing = Packing(how.sample)
        self._sources = open_sources(how.folder, how.base, how.runs)

    def __call__(self, pieces: Sequence[Piece]) -> TextArrays:
        """The pages of some pieces, one after the other."""
        found = []
        for number, low, end in pieces:
            source = self._sources[number]
            for directory, rest in source.laid_pages(low, end):
                found.append(packed_page(directory, rest, self._packing))
            source.release()
        at = np.fromiter(accumulate(map(len, found), initial=0), np.int64)
        return TextArrays(np.frombuffer(b"".join(found), np.uint8), at)


def sample_of(sources: Sequence[Source], placed: Layout, written: Documents) -> bytes:
    """The sample of all documents, which are `written` in that order."""
    text_bytes = int(written.numbers["text_bytes"].sum(dtype=np.int64))
    room = max(min(most, text_bytes // share) for most, share in _SHARES)
    wanted = 1 << room.bit_length() >> 1
    firsts = [*accumulate((end - low for _, low, end in placed.pieces), initial=0)]
    found = bytearray()
    for row in map(int, _drawn(written)):  # few are looked at
        if len(found) >= wanted:
            break
        piece = int(np.searchsorted(firsts, row, "right")) - 1
        number, low, _ = placed.pieces[piece]
        found += sources[number].first_chunk(low + row - firsts[piece])
        sources[number].release()  # a run is compared with its checksums as a whole
    return bytes(found[:wanted])


def _drawn(written: Documents) -> Numbers:
    """The rows of all documents in an order that does not change with what they say."""
    sums = np.fromiter(map(crc32, written.doc_ids()), np.uint32, written.count)
    return np.argsort(sums, kind="stable")


def tasks(
    pieces: Iterable[tuple[Piece, int]],
) -> Iterator[tuple[tuple[int], list[Piece]]]:
    """Pieces together that have enough bytes of text, and about how many atoms."""
    waiting: list[Piece] = []
    size = 0
    for piece, more in pieces:
        waiting.append(piece)
        size += more
        if size >= _AT_ONCE:
            yield (size // _BYTES_OF_ATOM,), waiting
            waiting, size = [], 0
    if waiting:
        yield (size // _BYTES_OF_ATOM,), waiting


def small_pieces(placed: Layout) -> Iterator[tuple[Piece, int]]:
    """The pieces of a layout, cut where there is much text, and the bytes of each."""
    for number, low, end in placed.pieces:
        sizes = placed.sources[number].numbers["text_bytes"][low:end]
        ends = np.cumsum(sizes, dtype=np.int64)
        first = 0
        while first < end - low:
            before = int(ends[first - 1]) if first else 0
            last = int(np.searchsorted(ends, before + _AT_ONCE, "right"))
            last = max(first + 1, min(last, end - low))
            yield (number, low + first, low + last), int(ends[last - 1]) - before
            first = last
