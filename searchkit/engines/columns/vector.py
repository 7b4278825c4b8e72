"""The lists of a term, decoded by numpy: for heavy queries and for builds.

The same functions with the same results as in `plain`, as numpy arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from searchkit.engines.columns.postings import (
    BITMAP,
    FROM_POSITIONS,
    FULL,
    SKIP,
    UNITS,
    TermPostings,
)

Numbers = NDArray[np.int64]
Codes = NDArray[np.uint8]

TYPES: tuple[Any, ...] = (None, np.dtype("<u1"), np.dtype("<u2"), np.dtype("<u4"))


def positions(postings: TermPostings) -> Numbers:
    """All global positions, rising."""
    if postings.single >= 0:
        return np.array([postings.single], np.int64)
    return _sums(postings.position_units, postings.position_kind, 0)


def positions_between(postings: TermPostings, low: int, high: int) -> Numbers:
    """The positions from low to high, high excluded, rising."""
    if postings.single >= 0:
        found = positions(postings)
    else:
        kind = postings.position_kind
        skips = np.frombuffer(postings.skips, np.uint64)
        first, last = int(skips.searchsorted(low)), int(skips.searchsorted(high)) + 1
        width = UNITS[kind] * SKIP
        data = postings.position_units[first * width : last * width]
        found = _sums(data, kind, int(skips[first - 1]) if first else 0)
    return found[found.searchsorted(low) : found.searchsorted(high)]


def documents(postings: TermPostings) -> Numbers:
    """The numbers of the scored documents, rising."""
    kind = postings.document_kind
    if kind == FROM_POSITIONS:
        bases = np.frombuffer(postings.bases, np.uint64)
        return np.unique(bases.searchsorted(positions(postings), "right") - 1)
    if kind == BITMAP:
        raw = np.frombuffer(postings.document_units, np.uint8)
        return np.flatnonzero(np.unpackbits(raw, bitorder="little"))
    return _sums(postings.document_units, kind, 0)


def codes(postings: TermPostings) -> Codes:
    """The impact codes of the documents, in their order."""
    return np.frombuffer(postings.code_bytes, np.uint8)


def heads(postings: TermPostings) -> Numbers:
    """The numbers of the best documents, best first; empty if all are few."""
    return np.frombuffer(postings.head_documents, "<u4").astype(np.int64)


def _sums(data: memoryview, kind: int, before: int) -> Numbers:
    if not data:
        return np.empty(0, np.int64)
    units = np.frombuffer(data, TYPES[kind])
    sums = np.cumsum(units, dtype=np.int64)
    if before:
        sums += before
    full = units == FULL[kind]
    return sums[~full] if full.any() else sums
