"""Into which pieces and chunks is an article's text cut?

A piece is a block, or a part of one that is longer than a chunk. Chunks have about one
size; they begin with headings, and parts of blocks behind sentences, if possible.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from operator import attrgetter, sub

import numpy as np

from searchkit.engines.columns.arrays import Array
from searchkit.model import Block, Blocks, Span, VisibleText
from searchkit.record import record

CHUNK_BYTES = 3000
"""Of the UTF-8 of a chunk's text, about. Larger ones take little less, and a chunk is
unpacked for a snippet."""
_LONGEST = 2  # chunks that a block may fill without being cut into pieces
_NEAR = 256  # atoms among which a good place for such a cut is looked for
_GOOD_CUT = re.compile(r"[。！？；!?;\n]")


@record
class Cut:
    """An article's text in pieces, and the places of its atoms by position.

    Pieces are blocks or parts of them; `continued` tells which of them do not begin
    one. `chunks` tells how many pieces each chunk has.
    """

    visible: VisibleText
    pieces: Blocks
    continued: Sequence[bool]
    chunks: Sequence[int]
    starts: Array
    lengths: Array


def cut(visible: VisibleText, starts: Array, lengths: Array) -> Cut:
    """Cut a text; the starts of its atoms rise, each block's gap stands at its end."""
    text, blocks = visible.text, visible.blocks
    size = len(text.encode("utf-8", "surrogatepass"))
    target = max(1, len(text) * CHUNK_BYTES // max(size, 1))
    pieces, continued = blocks, [False] * len(blocks)
    if max(map(sub, blocks.ends, blocks.starts), default=0) > _LONGEST * target:
        parts = [[*_parts(text, block, starts, target)] for block in blocks]
        pieces = Blocks.of(chain.from_iterable(parts))
        continued = [at > 0 for some in parts for at in range(len(some))]
    chunks = _chunks(pieces, len(text), target)
    return Cut(visible, pieces, continued, chunks, starts, lengths)


def _parts(text: str, block: Block, starts: Array, target: int) -> Iterator[Block]:
    """A block, if it is long in parts that begin with atoms."""
    if block.end - block.start <= _LONGEST * target:
        yield block
        return
    first, last = np.searchsorted(starts, (block.start, block.end))
    atoms: list[int] = starts[first : last + 1].tolist()
    cuts, at = [block.start], 0
    while block.end - cuts[-1] > _LONGEST * target:
        after = at + 1
        at = bisect_left(atoms, cuts[-1] + target, after, len(atoms) - 1)
        choice = range(at, max(after, at - _NEAR), -1)
        at = next((i for i in choice if _is_good_cut(text, atoms[i])), at)
        while at < len(atoms) and atoms[at - 1] == atoms[at]:
            at += 1
        if at >= len(atoms) - 1:
            break
        cuts.append(atoms[at])
    for start, end in pairwise([*cuts, block.end]):
        # Only the spans in it are looked at: a paragraph may have very many.
        inside = slice(
            bisect_right(block.spans, start, key=attrgetter("end")),
            bisect_left(block.spans, end, key=attrgetter("start")),
        )
        spans = tuple(
            Span(max(span.start, start), min(span.end, end), span.zone)
            for span in block.spans[inside]
        )
        yield Block(start, end, block.section, spans, block.language)


def _is_good_cut(text: str, start: int) -> bool:
    before = text[max(0, start - 2) : start].rstrip()
    return not before or bool(_GOOD_CUT.match(before[-1]))


def _chunks(pieces: Blocks, length: int, target: int) -> list[int]:
    """How many pieces each chunk has."""
    size = length / max(1, round(length / target))
    first, start = 0, 0  # of the chunk
    counts = []
    less, half = 0.8 * size, size / 2
    before = 0
    for number, (at, section) in enumerate(
        zip(pieces.starts, pieces.sections, strict=True)
    ):
        enough = less if section != before and number else size
        if at - start >= enough and length - at > half and number > first:
            counts.append(number - first)
            first, start = number, at
        before = section
    return [*counts, len(pieces) - first]
