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
    FULL,
    HEADS,
    NONE,
    SINGLE,
    SKIP,
    TermPostings,
)

_NOT_FULL = bytes([1] * FULL[1] + [0])
_DECODED_ONCE = 2048  # units of a list of which several parts are wanted
_BITS = [bytes(byte >> bit & 1 for bit in range(8)) for byte in range(256)]


def positions(term: TermPostings) -> array[int]:
    """All global positions, rising. Raises: IndexCorruptError."""
    if term.position_kind == SINGLE:
        return array("q", (term.single,))
    start, kind = term.positions_at, term.position_kind
    found = _sums(term.read(start, start + term.position_units * kind), kind)
    if len(found) != term.occurrences or (found and found[-1] >= term.bases[-1]):
        raise term.damaged()
    return found


def _positions_between(term: TermPostings, low: int, high: int) -> list[int]:
    """The positions from low to high, high excluded, rising; read from near them.

    Raises: IndexCorruptError.
    """
    kind, units = term.position_kind, term.position_units
    if kind == SINGLE:
        return [term.single] if low <= term.single < high else []
    skips = term.read(term.skips_at, term.positions_at).cast("q")
    first = bisect_left(skips, low)
    last = bisect_left(skips, high, first) + 1
    start = term.positions_at + first * SKIP * kind
    stop = term.positions_at + min(last * SKIP, units) * kind
    before = skips[first - 1] if first else 0
    if not 0 <= before <= term.bases[-1]:
        raise term.damaged()
    return _between(term.read(start, stop), kind, before, ((low, high),))


def positions_in_rows(
    term: TermPostings, lows: Sequence[int], highs: Sequence[int]
) -> list[int]:
    """The positions in some rows from low to high, high excluded; rows rise apart.

    Only the stretches between two skips that hold some are read, of a longer list.

    Raises: IndexCorruptError.
    """
    rows = zip(lows, highs, strict=True)
    short = max(_DECODED_ONCE, SKIP * len(lows))
    if term.position_kind != SINGLE and term.position_units <= short:
        data = term.read(term.positions_at, term.documents_at)
        return _between(data, term.position_kind, 0, rows)
    return [p for low, high in rows for p in _positions_between(term, low, high)]


def _between(
    data: memoryview, kind: int, before: int, rows: Iterable[tuple[int, int]]
) -> list[int]:
    """The values in each of the rows from low to high."""
    if kind == NONE or not data:
        return []
    units = data.tolist() if kind == 1 else _numbers(data, kind)
    sums = list(accumulate(units, initial=before))
    full = FULL[kind]
    found: list[int] = []
    stop = 1  # the sum behind the first unit
    for low, high in rows:
        start = bisect_left(sums, low, stop)
        stop = bisect_left(sums, high, start)
        if start < stop:
            last = units[start - 1 : stop - 1]
            here = sums[start:stop]
            if full in last:  # a sum after a full unit is no value
                here = [p for p, unit in zip(here, last, strict=True) if unit != full]
            found += here
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
    else:
        found = _sums(term.read(start, term.codes_at), kind)
    if len(found) != term.documents or (found and found[-1] >= term.document_count):
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


def _sums(data: memoryview, kind: int) -> array[int]:
    if kind == NONE or not data:
        return array("q")
    units: Sequence[int]
    whole: Sequence[int]  # of each unit: is it the last one of its value?
    if kind == 1:
        units = raw = data.tobytes()
        whole = raw.translate(_NOT_FULL) if FULL[1] in raw else b""
    else:
        units = _numbers(data, kind)
        full = FULL[kind]
        whole = [unit != full for unit in units] if full in units else b""
    sums = accumulate(units)
    return array("q", compress(sums, whole) if whole else sums)


def _numbers(data: memoryview, kind: int) -> list[int]:
    """Units of two to four bytes."""
    if kind != 3:
        return data.cast("H" if kind == 2 else "I").tolist()
    raw, wide = data.tobytes(), bytearray(len(data) // 3 * 4)
    for byte in range(3):
        wide[byte::4] = raw[byte::3]
    return memoryview(wide).cast("I").tolist()
