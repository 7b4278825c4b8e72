"""The lists of a term, decoded without numpy: for a search that looks at few postings.

The same functions with the same results as in `vector`, as arrays of the standard
library. The running sums are made in C (`itertools.accumulate`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, compress

from searchkit.engines.columns.postings import (
    BITMAP,
    FEWEST_FOR_HEADS,
    FROM_POSITIONS,
    HEADS,
    NO_STEP,
    NONE,
    PARTS,
    SINGLE,
    SKIP,
    STEP_BITS,
    STEPS,
    Shape,
    TermPostings,
    array_bytes,
    step_bytes,
    stretch,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

_DECODED_ONCE = 2048  # positions of a list of which several parts are wanted
_BITS = [bytes(byte >> bit & 1 for bit in range(8)) for byte in range(256)]
_PARTS_OF = {  # of each byte, by the size of its parts: the first of them, the second…
    part: [
        bytes(byte >> at & (1 << part) - 1 for byte in range(256))
        for at in range(0, 8, part)
    ]
    for part in PARTS
}
_STEP_OF = bytes((*STEPS, 0)).ljust(256, b"\0")
_IS_NO_STEP = bytes(step == NO_STEP for step in range(256))
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
    found = sums(term, data, term.position_shape)
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
    start, stop = first * SKIP, min(last * SKIP, term.occurrences)
    starts = [start, *layer_starts(term, first)]
    steps = _part(term, term.positions_at, term.position_shape, starts, stop)
    return _between([*accumulate(steps, initial=before)][1:], ((low, high),))


def layer_starts(term: TermPostings, stretch: int) -> list[int]:
    """How much of each layer but the first comes before a stretch between skips."""
    layers = len(term.position_shape) - 1
    if not stretch:
        return [0] * layers
    skips = (term.occurrences - 1) // SKIP
    table = term.read(term.skips_at + 8 * skips, term.positions_at).cast("I")
    return [table[layer * skips + stretch - 1] for layer in range(layers)]


def _part(
    term: TermPostings, at: int, shape: Shape, starts: Sequence[int], stop: int
) -> Sequence[int]:
    """The numbers of a list from the first of `starts` to `stop`.

    The other starts are those of the layers below.
    """
    (count, bits), below, start = shape[0], shape[1:], starts[0]
    if not start <= stop <= count:
        raise term.damaged()
    numbers = _part_of_array(term, at, count, bits, start, stop)
    if not below:
        return numbers
    at += array_bytes(count, bits)
    flags = bytes(_part_of_array(term, at, count, 1, start, stop))
    at += array_bytes(count, 1)
    end = starts[1] + flags.count(1)
    return _with_more(numbers, bits, flags, _part(term, at, below, starts[1:], end))


def _part_of_array(
    term: TermPostings, at: int, count: int, bits: int, first: int, last: int
) -> Sequence[int]:
    """The numbers from first to last of an array."""
    start = first & ~7
    places = stretch(at, count, bits, start, last)
    data = b"".join([term.read(start, end) for start, end in places])
    return _array(data, last - start, bits)[first - start :]


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
        found, bases, end = array("q"), term.bases, 0
        for position in positions(term):
            if position >= end:
                row = bisect_right(bases, position)
                found.append(row - 1)
                end = bases[min(row, term.document_count)]
    elif kind == BITMAP:
        data = term.read(start, term.codes_at)
        bits = b"".join(map(_BITS.__getitem__, data))
        found = array("q", compress(range(len(bits)), bits))
    elif kind == NONE:
        return array("q")
    else:
        data = term.read(start, term.codes_at)
        found = sums(term, data, term.document_shape)
    if len(found) != term.documents or found[-1] >= term.document_count:
        raise term.damaged()
    return found


def codes(term: TermPostings, numbers: Iterable[int] | None = None) -> bytes:
    """The impact codes of the documents, in their order.

    `numbers` are the documents, where they were decoded already.

    Raises: IndexCorruptError.
    """
    data = term.read(term.codes_at, term.heads_at).tobytes()
    if term.apart < 0:
        return data
    count, units = term.documents, term.units
    steps, end = bytearray(4 * (count // 4 + 1)), step_bytes(count)
    for place, table in enumerate(_PARTS_OF[STEP_BITS]):
        steps[place : 4 * end : 4] = data[:end].translate(table)
    steps = steps[:count]
    # All sums of two bytes at once: none is above 255.
    above = int.from_bytes(steps.translate(_STEP_OF), "little")
    numbers = documents(term) if numbers is None else numbers
    unit_of = bytes(map(units.__getitem__, numbers))
    total = above + int.from_bytes(unit_of, "little")
    found = bytearray(total.to_bytes(count + 1, "little")[:count])
    places = [*compress(range(count), steps.translate(_IS_NO_STEP))]
    if len(places) != term.apart:
        raise term.damaged()
    for place, code in zip(places, data[end:], strict=True):
        found[place] = code
    return bytes(found)


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


def sums(term: TermPostings, data: memoryview, shape: Shape) -> array[int]:
    """A list from its layers. Raises: IndexCorruptError."""
    found = array("q", accumulate(_numbers(term, data.tobytes(), shape)))
    if not found:
        raise term.damaged()
    return found


def _numbers(term: TermPostings, raw: bytes, shape: Shape) -> Sequence[int]:
    """The numbers of a layer with what those below it add."""
    (count, bits), below = shape[0], shape[1:]
    end = array_bytes(count, bits)
    numbers = _array(raw[:end], count, bits)
    if not below:
        return numbers
    start, end = end, end + array_bytes(count, 1)
    flags = b"".join(map(_BITS.__getitem__, raw[start:end]))[:count]
    more = _numbers(term, raw[end:], below)
    if flags.count(1) != len(more):
        raise term.damaged()
    return _with_more(numbers, bits, flags, more)


def _with_more(
    numbers: Sequence[int], bits: int, flags: bytes, more: Iterable[int]
) -> list[int]:
    """The numbers with their higher bits, of those that have any."""
    found = [*numbers]
    places = compress(range(len(found)), flags)
    for place, high in zip(places, more, strict=True):
        found[place] |= high << bits
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
