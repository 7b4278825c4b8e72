"""How does a batch of analysed articles wait for the merge, outside the memory?

A run has the rows of its documents, their pages, and for each space the terms in
order, with their occurrences term by term. Positions are global within the run.
"""

from __future__ import annotations

from array import array as Column
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from searchkit.analysis.analyzer import ZONE_MASK
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.generation.documents import (
    Array,
    Documents,
    Row,
    Texts,
    add_texts,
    array,
    texts,
    write_rows,
)

RUN = "run"
SPACES = ("text", "math")
ZONE_BITS = 2
"""A place in a run is position << ZONE_BITS | zone, in 32 bits."""


@dataclass(slots=True)
class _Space:
    """The occurrences of one space, as they come."""

    numbers: dict[str, int] = field(default_factory=dict)
    terms: Column[int] = field(default_factory=lambda: Column("I"))
    places: Column[int] = field(default_factory=lambda: Column("I"))
    length: int = 0

    def add(self, postings: Mapping[str, Column[int]], base: int) -> None:
        """Places within a row, the zone in the low bits, by term."""
        numbers = self.numbers
        shift = base << ZONE_BITS
        for term, places in postings.items():
            number = numbers.setdefault(term, len(numbers))
            self.terms.extend([number] * len(places))
            self.places.extend([place + shift for place in places])

    def write(self, writer: ColumnWriter, name: str) -> None:
        """Terms in order, and all places by term and position."""
        encoded = [term.encode("utf-8", "surrogatepass") for term in self.numbers]
        order = sorted(range(len(encoded)), key=encoded.__getitem__)
        rank = np.empty(len(order), np.uint64)
        rank[order] = np.arange(len(order), dtype=np.uint64)
        keys = rank[np.frombuffer(self.terms, np.uint32)] if self.terms else rank
        counts = np.bincount(keys.astype(np.int64), minlength=len(order))
        keys = keys << np.uint64(32)
        if self.places:
            keys |= np.frombuffer(self.places, np.uint32)
        keys.sort()
        add_texts(writer, f"{name}_terms", [encoded[number] for number in order])
        writer.add(f"{name}_counts", counts.astype("<u4").tobytes())
        writer.add(f"{name}_places", keys.astype("<u4").tobytes())


@dataclass(slots=True)
class RunWriter:
    """Gathers documents in the order of their `doc_id`, and spills them at once."""

    rows: list[Row] = field(default_factory=list)
    pages: list[bytes] = field(default_factory=list)
    spaces: dict[str, _Space] = field(
        default_factory=lambda: {name: _Space() for name in SPACES}
    )
    text_length: int = 0
    math_length: int = 0

    def write(self, path: Path) -> None:
        """Raises: OSError."""
        with ColumnWriter(path, RUN) as writer:
            write_rows(writer, self.rows)
            add_texts(writer, "page", self.pages)
            for name, space in self.spaces.items():
                space.write(writer, name)
            writer.finish()


class Run:
    """A run, or what else has terms in order: read by the merge."""

    def __init__(self, path: Path) -> None:
        self.columns = Columns(path, RUN)
        self.documents = Documents.read(self.columns)
        self._starts = {name: self._read_starts(name) for name in SPACES}

    def pages(self) -> Texts:
        return texts(self.columns, "page")

    def terms(self, space: str) -> Texts:
        return texts(self.columns, f"{space}_terms")

    def places(self, space: str, low: int, high: int) -> tuple[Array, Array, Array]:
        """Counts by term, positions and zones of the terms from `low` to `high`."""
        starts = self._starts[space][low : high + 1]
        places = array(self.columns, f"{space}_places", "<u4")[starts[0] : starts[-1]]
        zones = (places & ZONE_MASK).astype(np.uint8)
        return np.diff(starts), (places >> ZONE_BITS).astype(np.int64), zones

    def close(self) -> None:
        self.columns.close()

    def _read_starts(self, space: str) -> Array:
        counts = array(self.columns, f"{space}_counts", "<u4")
        return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
