"""The lists of a term, decoded without numpy: for a search that looks at few postings.

The same functions with the same results as in `vector`, as arrays of the standard
library. The running sums are made in C (`itertools.accumulate`), so a posting costs
some 40 ns.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate, chain, compress

from searchkit.engines.columns.postings import (
    BITMAP,
    FROM_POSITIONS,
    FULL,
    SKIP,
    UNITS,
    TermPostings,
)

_CODES = ("", "B", "H", "I")
_NOT_FULL = bytes([1] * 255 + [0])


def positions(postings: TermPostings) -> array[int]:
    """All global positions, rising."""
    if postings.single >= 0:
        return array("q", (postings.single,))
    return _sums(postings.position_units, postings.position_kind, 0)


def positions_between(postings: TermPostings, low: int, high: int) -> array[int]:
    """The positions from low to high, high excluded, rising."""
    if postings.single >= 0:
        only = postings.single
        return array("q", (only,) if low <= only < high else ())
    kind = postings.position_kind
    skips = postings.skips.cast("Q")
    first, last = bisect_left(skips, low), bisect_left(skips, high) + 1
    width = UNITS[kind] * SKIP
    data = postings.position_units[first * width : last * width]
    found = _sums(data, kind, skips[first - 1] if first else 0)
    return found[bisect_left(found, low) : bisect_left(found, high)]


def documents(postings: TermPostings) -> array[int]:
    """The numbers of the scored documents, rising."""
    kind = postings.document_kind
    if kind == FROM_POSITIONS:
        bases = postings.bases
        found = (bisect_right(bases, p) - 1 for p in positions(postings))
        return array("q", dict.fromkeys(found))
    if kind == BITMAP:
        bits = chain.from_iterable(map(_BITS.__getitem__, postings.document_units))
        return array("q", compress(range(8 * len(postings.document_units)), bits))
    return _sums(postings.document_units, kind, 0)


def codes(postings: TermPostings) -> bytes:
    """The impact codes of the documents, in their order."""
    return bytes(postings.code_bytes)


def heads(postings: TermPostings) -> array[int]:
    """The numbers of the best documents, best first; empty if all are few."""
    found = array("I")
    found.frombytes(postings.head_documents)
    return array("q", found)


_BITS = [tuple(byte >> bit & 1 for bit in range(8)) for byte in range(256)]


def _sums(data: memoryview, kind: int, before: int) -> array[int]:
    if not data:
        return array("q")
    units: Iterable[int]
    if kind == 1:
        raw = bytes(data)
        if not before and 255 not in raw:
            return array("q", accumulate(raw))
        units, whole = raw, raw.translate(_NOT_FULL)
    else:
        numbers = array(_CODES[kind])
        numbers.frombytes(data)
        units, whole = numbers, map(FULL[kind].__ne__, numbers)
    sums = accumulate(units, initial=before)
    next(sums)
    return array("q", compress(sums, whole))
