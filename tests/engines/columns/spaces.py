"""Spaces of terms with their lists, as values, and files made of them."""

from __future__ import annotations

import random
from array import array
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from searchkit.engines.columns.encode import Encoder, Slab
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.columns.lists import Lists
from searchkit.engines.columns.postings import Postings
from searchkit.engines.columns.space_writer import SpaceWriter
from searchkit.engines.columns.terms import encode_term

KIND = "terms"


@dataclass(frozen=True)
class Entry:
    """All that is kept of a term."""

    positions: Sequence[int] = ()
    documents: Sequence[int] = ()
    codes: Sequence[int] = ()
    members: Sequence[int] = ()


@dataclass(frozen=True)
class Space:
    """The first positions of some documents, with the end; terms in order.

    A document's unit is by what steps of its codes are counted.
    """

    bases: Sequence[int]
    entries: Mapping[str, Entry]
    units: Sequence[int] = ()


def ordered(terms: Sequence[str] | set[str]) -> list[str]:
    return sorted(terms, key=encode_term)


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """Few documents, some of them huge, and lists that fit them."""
    sizes = draw(st.lists(st.integers(1, 1 << 36), min_size=1, max_size=30))
    bases = [0, *accumulate(sizes)]
    names = ordered(draw(st.sets(st.text(max_size=40), max_size=40)))
    entries: dict[str, Entry] = {}
    for name in names:
        positions = draw(st.sets(st.integers(0, bases[-1] - 1), max_size=12))
        near = draw(st.integers(0, bases[-1] - 1))
        positions |= {near + i for i in range(3) if near + i < bases[-1]}
        documents = {bisect_right(bases, at) - 1 for at in positions}
        documents |= draw(st.sets(st.integers(0, len(sizes) - 1), max_size=3))
        scored = sorted(documents) if draw(st.booleans()) else []
        codes = [draw(st.integers(0, 255)) for _ in scored]
        members = draw(st.sets(st.integers(0, len(names) - 1), max_size=3))
        kept = sorted(positions)[: draw(st.integers(0, 15))]
        entries[name] = Entry(kept, scored, codes, sorted(members))
    return Space(bases, entries, [draw(st.integers(0, 255)) for _ in sizes])


@cache
def long_space() -> Space:
    """Lists of every kind, some much longer than a skip."""
    chance = random.Random(7)
    bases = [0, *accumulate(chance.randint(1, 60) for _ in range(3000))]
    units = [chance.randint(100, 140) for _ in bases[1:]]
    entries = {}
    for name, share in (("a", 0.4), ("b", 0.02), ("c", 2e-4), ("d", 0.1), ("e", 0.9)):
        places = chance.sample(range(bases[-1]), int(share * bases[-1]))
        documents = sorted({bisect_right(bases, at) - 1 for at in places})
        # In steps, if not all of them differ from their unit by something else.
        steps = range(39) if name == "d" else (0, 0, 0, 24, 38, 7)
        codes = [units[number] + chance.choice(steps) for number in documents]
        entries[name] = Entry(sorted(places), documents, codes)
    far = sorted(chance.sample(range(1 << 40), 2000))  # numbers of 28 bits, with skips
    rare = sorted(chance.sample(range(0, 1 << 40, 1 << 33), 5))
    entries |= {"f": Entry(far), "g": Entry(rare), "h": Entry(members=(0, 3))}
    lengths = [(3, 2000), (11, 700), (24, 90)]
    entries["i"] = Entry(rising(chance, lengths, mixed=True))
    entries["j"] = Entry(rising(chance, lengths, mixed=False))
    entries["k"] = Entry(rising(chance, lengths[::-1], mixed=False))
    return Space([*bases[:-1], 1 << 40], entries, units)


def rising(
    chance: random.Random, lengths: Sequence[tuple[int, int]], *, mixed: bool
) -> list[int]:
    """A list that rises by numbers of at most so many bits, so many of each."""
    steps = [chance.randrange(1 << bits) + 1 for bits, n in lengths for _ in range(n)]
    if mixed:
        chance.shuffle(steps)
    return [*accumulate(steps)]


def slab(entries: Sequence[tuple[str, Entry]]) -> Slab:
    codes = [code for _, entry in entries for code in entry.codes]
    return Slab(
        positions=lists([entry.positions for _, entry in entries]),
        documents=lists([entry.documents for _, entry in entries]),
        codes=np.array(codes, np.uint8),
        members=lists([entry.members for _, entry in entries]),
    )


def lists(rows: Sequence[Sequence[int]]) -> Lists:
    values = np.array([value for row in rows for value in row], np.int64)
    return Lists(values, np.array([0, *accumulate(map(len, rows))]))


def write(path: Path, space: Space, *, slab_terms: int = 1000) -> None:
    """A file of the space under the name of "text", in slabs of so many terms."""
    entries = list(space.entries.items())
    with ColumnWriter(path, KIND) as writer:
        text = SpaceWriter(writer, "text")
        units = np.array([*space.units] or [0] * (len(space.bases) - 1), np.uint8)
        encoder = Encoder(np.array(space.bases), units)
        for start in range(0, len(entries), slab_terms):
            some = entries[start : start + slab_terms]
            terms = [encode_term(term) for term, _ in some]
            text.add(terms, encoder.records(slab(some)))
        text.finish()
        writer.add("units", units)


def read(path: Path, bases: Sequence[int]) -> Postings:
    columns, places = Columns(path, KIND), memoryview(array("Q", bases))
    return Postings(columns, "text", places, columns.column("units"))
