"""How do the keys of all completions become columns?

A key and the number of what it finds are a line, a *row*. Rows are sorted, and come in
blocks of whole keys. How the columns lie is told in `engines.suggestions`.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice
from operator import ne
from typing import NamedTuple

import numpy as np

from searchkit.engines.columns.arrays import Array
from searchkit.engines.columns.dictionary_writer import DictionaryWriter
from searchkit.engines.columns.files import ColumnWriter
from searchkit.engines.columns.varints import WIDTHS, narrowest
from searchkit.engines.suggestions import FAN
from searchkit.engines.texts import add_sizes

_ROWS_AT_ONCE = 1 << 15  # of keys; in some hundred bytes each
_NUMBER_BYTES = 10  # of a row: NUL, eight digits, a line end


class KeyBlock(NamedTuple):
    """Some keys, rising, and pairs of (a key's place among them, a completion)."""

    keys: list[bytes]
    places: Array
    numbers: Array

    def moved(self, new_numbers: Array) -> KeyBlock:
        """With the new numbers of completions; -1 is that of one that is gone."""
        numbers = new_numbers[self.numbers]
        kept = numbers >= 0
        return KeyBlock(self.keys, self.places[kept], numbers[kept])


def key_rows(number: int, keys: Iterable[str]) -> list[bytes]:
    """The keys of a completion, as lines that sort by the key, then by the number.

    Folding leaves no line end and no NUL in a text.
    """
    end = b"\0%08x\n" % number
    return [key.encode("utf-8", "surrogatepass") + end for key in keys]


def key_blocks(rows: Iterable[bytes]) -> Iterator[KeyBlock]:
    """Rows in their order as blocks of whole keys."""
    left = iter(rows)
    waiting: list[bytes] = []
    while some := [*islice(left, _ROWS_AT_ONCE)]:
        waiting += some
        whole = bisect_left(waiting, waiting[-1][:-_NUMBER_BYTES])
        if whole:
            yield _block(waiting[:whole])
            waiting = waiting[whole:]
    if waiting:
        yield _block(waiting)


def _block(rows: Sequence[bytes]) -> KeyBlock:
    keys = [row[:-_NUMBER_BYTES] for row in rows]
    new = [*map(ne, keys, [b"", *keys])]
    numbers = b"".join([row[1 - _NUMBER_BYTES : -1] for row in rows])
    return KeyBlock(
        [*compress(keys, new)],
        np.cumsum(new) - 1,
        np.frombuffer(bytes.fromhex(numbers.decode()), ">u4").astype(np.int64),
    )


def write_keys(
    writer: ColumnWriter, blocks: Iterable[KeyBlock], completions: int
) -> None:
    """Write blocks that follow each other; keys that find nothing are left out.

    What they find are the numbers of so many `completions`.
    """
    dictionary, sizes = DictionaryWriter(), array("I")
    code = WIDTHS[narrowest([completions])]
    numbers = array(code)
    with writer.stream("keys.terms") as stream:
        for block in blocks:
            rows = np.sort(block.places << 32 | block.numbers)
            rows = rows[np.diff(rows, prepend=-1) > 0]
            counts = np.bincount(rows >> 32, minlength=len(block.keys))
            used = np.flatnonzero(counts)
            stream.write(dictionary.add([block.keys[at] for at in used.tolist()]))
            sizes.extend(counts[used].tolist())
            numbers.frombytes(rows.astype("<u4").astype(code).tobytes())
    dictionary.finish(writer, "keys")
    add_sizes(writer, "least0", sizes)
    for level, values in enumerate(_levels(np.frombuffer(numbers, code))):
        writer.add(f"least{level}", values)


def _levels(numbers: Array) -> Iterator[Array]:
    """The row itself, then the least of every FAN of the row before."""
    yield numbers
    while len(numbers) > FAN:
        numbers = np.minimum.reduceat(numbers, np.arange(0, len(numbers), FAN))
        yield numbers
