"""The lists of a term, decoded without numpy: for a search that looks at few postings.

The same functions with the same results as in `vector`, as arrays of the standard
library. The running sums are made in C (`itertools.accumulate`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, compress
from typing import Literal

from searchkit.engines.columns.postings import (
    BITMAP,
    FEWEST_FOR_HEADS,
    FROM_POSITIONS,
    HEADS,
    NONE,
    PARTS,
    SINGLE,
    SKIP,
    Shape,
    TermPostings,
    array_bytes,
    stretch,
)

_DECODED_ONCE = 2048  # positions of a list of which several parts are wanted
_BITS = [bytes(byte >> bit & 1 for bit in range(8)) for byte in range(256)]
_PARTS_OF = {  # of each byte, by the size of its parts: the first of them, the second…
    part: [
        bytes(byte >> at & (1 << part) - 1 for byte in range(256))
        for at in range(0, 8, part)
    ]
    for part in PARTS
}
_WIDTHS = (1, 1, 2, 4, 4, 8, 8, 8, 8)
"""The bytes that hold a number of so many in memory."""
_CODES: dict[int, Literal["H", "I", "Q"]] = {2: "H", 4: "I", 8: "Q"}


def positions(term: TermPostings) -> array[int]:
    """All global positions, rising. Raises: IndexCorruptError."""
    if term.position_kind == SINGLE:
        return array("q", (term.single,))
    if term.position_kind == NONE:
        return array("q")
    data = term.read(term.positions_at, term.documents_at)
    found = sums(term, data, term.occurrences, term.position_shape)
    if found[-1] >= term.bases[-1]:
        raise term.damaged()
    return found


def positions_in_rows(
    term: TermPostings, lows: Sequence[int], highs: Sequence[int]
) -> list[int]:
    """The positions in some rows from low to high, high excluded; rows rise apart.

    Only the stretches between two skips that hold some are read, of a longer list.

    Raises: IndexCorruptError.
    """
    rows = zip(lows, highs, strict=True)
    if term.occurrences <= max(_DECODED_ONCE, SKIP * len(lows)):
        return _between(positions(term), rows)
    return [p for low, high in rows for p in _positions_between(term, low, high)]


def _positions_between(term: TermPostings, low: int, high: int) -> list[int]:
    """The positions from low to high, of a list with skips, read from near them."""
    skips = (term.occurrences - 1) // SKIP
    sums = term.read(term.skips_at, term.skips_at + 8 * skips).cast("q")
    first = bisect_left(sums, low)
    last = bisect_left(sums, high, first) + 1
    before = sums[first - 1] if first else 0
    if not 0 <= before <= term.bases[-1]:
        raise term.damaged()
    (bits, has_longs, _), at = term.position_shape, term.positions_at
    start, stop = first * SKIP, min(last * SKIP, term.occurrences)
    steps = _part(term, at, term.occurrences, bits, start, stop)
    if has_longs:
        (low_long, _), (_, high_long) = skipped_longs(term, (first, last - 1))
        longs = longs_between(term, low_long, high_long)
        steps = _with_longs(term, steps, bits, longs)
    return _between([*accumulate(steps, initial=before)][1:], ((low, high),))


def skipped_longs(
    term: TermPostings, stretches: Sequence[int]
) -> list[tuple[int, int]]:
    """Of stretches between two skips, from which to which long difference they have."""
    skips = (term.occurrences - 1) // SKIP
    longs = term.read(term.skips_at + 8 * skips, term.positions_at).cast("I")
    every = term.position_shape[1]
    return [
        (longs[n - 1] if n else 0, longs[n] if n < skips else every) for n in stretches
    ]


def longs_between(term: TermPostings, first: int, last: int) -> Sequence[int]:
    """The long differences of the positions, from one to another.

    Raises: IndexCorruptError.
    """
    bits, longs, long_bits = term.position_shape
    if not first <= last <= longs:
        raise term.damaged()
    start = first & ~7
    at = term.positions_at + array_bytes(term.occurrences, bits)
    return _part(term, at, longs, long_bits, start, last)[first - start :]


def _part(
    term: TermPostings, at: int, count: int, bits: int, first: int, last: int
) -> Sequence[int]:
    """The numbers from first to last of an array; the first a multiple of eight."""
    places = stretch(at, count, bits, first, last)
    data = b"".join([term.read(start, end) for start, end in places])
    return _array(data, last - first, bits)


def _between(values: Sequence[int], rows: Iterable[tuple[int, int]]) -> list[int]:
    """The values in each of the rows from low to high; all rise."""
    found: list[int] = []
    stop = 0
    for low, high in rows:
        start = bisect_left(values, low, stop)
        stop = bisect_left(values, high, start)
        found += values[start:stop]
    return found


def documents(term: TermPostings) -> array[int]:
    """The numbers of the scored documents, rising. Raises: IndexCorruptError."""
    kind, start = term.document_kind, term.documents_at
    if kind == FROM_POSITIONS:
        bases = term.bases
        numbers = (bisect_right(bases, p) - 1 for p in positions(term))
        found = array("q", dict.fromkeys(numbers))
    elif kind == BITMAP:
        data = term.read(start, term.codes_at)
        bits = b"".join(map(_BITS.__getitem__, data))
        found = array("q", compress(range(len(bits)), bits))
    elif kind == NONE:
        return array("q")
    else:
        data = term.read(start, term.codes_at)
        found = sums(term, data, term.documents, term.document_shape)
    if len(found) != term.documents or found[-1] >= term.document_count:
        raise term.damaged()
    return found


def codes(term: TermPostings) -> bytes:
    """The impact codes of the documents, in their order. Raises: IndexCorruptError."""
    return term.read(term.codes_at, term.codes_at + term.documents).tobytes()


def heads(term: TermPostings) -> tuple[array[int], bytes]:
    """The best documents (by code, then by number) and their codes.

    Nothing if there are fewer than FEWEST_FOR_HEADS. Raises: IndexCorruptError.
    """
    if term.documents < FEWEST_FOR_HEADS:
        return array("q"), b""
    start = term.heads_at
    found = array("q", term.read(start, start + 4 * HEADS).cast("I"))
    if max(found) >= term.document_count:
        raise term.damaged()
    return found, term.read(start + 4 * HEADS, start + 5 * HEADS).tobytes()


def sums(term: TermPostings, data: memoryview, count: int, shape: Shape) -> array[int]:
    """A list from its array and that of its long differences.

    Raises: IndexCorruptError.
    """
    bits, longs, long_bits = shape
    raw = data.tobytes()
    middle = array_bytes(count, bits) if longs else len(raw)
    steps = _array(raw[:middle], count, bits)
    if longs:
        long = _array(raw[middle:], longs, long_bits)
        steps = _with_longs(term, steps, bits, long)
    found = array("q", accumulate(steps))
    if not found:
        raise term.damaged()
    return found


def _with_longs(
    term: TermPostings, steps: Sequence[int], bits: int, longs: Sequence[int]
) -> list[int]:
    """The differences with the long ones where these belong."""
    found, full = [*steps], (1 << bits) - 1
    if found.count(full) != len(longs):
        raise term.damaged()
    at = -1
    for long in longs:
        at = found.index(full, at + 1)
        found[at] = long
    return found


def _array(raw: bytes, count: int, bits: int) -> Sequence[int]:
    """The numbers of an array."""
    if bits == 8:
        return raw
    size, left = bits >> 3, bits & 7
    width = _WIDTHS[(bits + 7) >> 3]
    out = bytearray(count * width)
    for byte in range(size):
        out[byte::width] = raw[byte * count : (byte + 1) * count]
    if left:
        out[size::width] = _rest(raw, size * count, count, left)
    return out if width == 1 else memoryview(out).cast(_CODES[width]).tolist()


def _rest(raw: bytes, at: int, count: int, bits: int) -> bytes:
    """The bits of each number that do not fill a byte."""
    found = shift = 0
    for part in PARTS:
        if not bits & part:
            continue
        end, each = at + ((count * part + 7) >> 3), 8 // part
        parts, here = raw[at:end], bytearray((end - at) * each)
        for place, table in enumerate(_PARTS_OF[part]):
            here[place::each] = parts.translate(table)
        found |= int.from_bytes(here[:count], "little") << shift
        at, shift = end, shift + part
    return found.to_bytes(count, "little")
