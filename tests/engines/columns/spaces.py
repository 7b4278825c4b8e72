"""Spaces of terms with their lists, as values, and files made of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from searchkit.engines.columns.encode import Lists, Slab, SpaceWriter
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.columns.postings import Postings

KIND = "terms"


@dataclass(frozen=True)
class Entry:
    """All that is kept of a term."""

    positions: tuple[int, ...] = ()
    documents: tuple[int, ...] = ()
    codes: tuple[int, ...] = ()
    members: tuple[int, ...] = ()


def slab(terms: list[tuple[bytes, Entry]]) -> Slab:
    return Slab(
        terms=[term for term, _ in terms],
        positions=lists([entry.positions for _, entry in terms]),
        documents=lists([entry.documents for _, entry in terms]),
        codes=np.array([c for _, entry in terms for c in entry.codes], np.uint8),
        members=lists([entry.members for _, entry in terms]),
    )


def lists(rows: list[tuple[int, ...]]) -> Lists:
    values = np.array([value for row in rows for value in row], np.int64)
    return Lists(values, np.cumsum([0, *map(len, rows)]))


def write(
    path: Path,
    entries: dict[bytes, Entry],
    bases: list[int],
    *,
    slab_terms: int = 1000,
) -> Path:
    """A file with one space, "text", written in slabs of so many terms."""
    terms = sorted(entries.items())
    path.unlink(missing_ok=True)
    with ColumnWriter(path, KIND, durable=False) as writer:
        space = SpaceWriter(writer, "text", np.array(bases))
        for start in range(0, len(terms), slab_terms):
            space.add(slab(terms[start : start + slab_terms]))
        space.finish()
    return path


def read(path: Path, bases: list[int]) -> Postings:
    return Postings(Columns(path, KIND), "text", memoryview(np.array(bases, np.uint64)))
