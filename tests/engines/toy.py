"""A small index in memory, built by the simplest code, for tests of evaluation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from searchkit.analysis.analyzer import BLANK
from searchkit.analysis.english import stem, uninflected
from searchkit.analysis.scripts import is_han
from searchkit.analysis.terms import any_hump
from searchkit.engines import ranking
from searchkit.engines.cache import Cache
from searchkit.engines.columns.encode import Encoder, Slab
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.columns.lists import Lists
from searchkit.engines.columns.postings import Postings, TermPostings
from searchkit.engines.columns.space_writer import SpaceWriter
from searchkit.engines.kernels.plain import PlainKernel
from searchkit.engines.kernels.vector import VectorKernel
from searchkit.engines.weights import weights
from searchkit.model import ZONES

DICTIONARY = ("甲乙", "乙丙", "丙丁", "甲乙丙")


@dataclass(frozen=True)
class ToyDocument:
    """Rows of atoms: title, alias, address, topic and the blocks of the body.

    A block is (zone, atoms). An atom that begins with a blank has one before it;
    `>user` is the first part of a camel-case word at the place of the atom before.
    """

    title: tuple[str, ...] = ()
    alias: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    body: tuple[tuple[str, tuple[str, ...]], ...] = ()
    topics: tuple[str, ...] = ()
    day: date | None = None


@dataclass(frozen=True)
class ToySummary:
    number: int


class Rows:
    """Every document's row: (term, row position, part) and tags."""

    def __init__(self, document: ToyDocument) -> None:
        self.tokens: list[tuple[str, int, int]] = []
        self.tags: list[int] = []
        self._add(document.title, 4)
        self.title_end = len(self.tags)
        self._add(document.alias, 5)
        self.alias_end = len(self.tags)
        self._add(document.address, 6)
        self.address_end = len(self.tags)
        self._add(document.topic, 7)
        self.body_start = len(self.tags)
        for zone, atoms in document.body:
            self._add(atoms, ZONES.index(zone))  # type: ignore[arg-type]
        self.title_words = sum(part == 4 for _, _, part in self.tokens)
        self.body_words = sum(part < 4 for _, _, part in self.tokens)

    def _add(self, atoms: Sequence[str], part: int) -> None:
        first = len(self.tags)
        for atom in atoms:
            term = atom.strip(" ")
            if term[0] in ">|<=!" and len(term) > 1:
                self.tokens.append((term, max(first, len(self.tags) - 1), part))
                continue
            self.tokens.append((term, len(self.tags), part))
            self.tags.append(
                (BLANK if atom[0] == " " else 0) | (part if part < 4 else 0)
            )
        row = "".join(
            a.strip(" ") if is_han(a.strip(" ")) else "_"
            for a in atoms
            if not (a[0] in ">|<=!" and len(a) > 1)
        )
        for word in DICTIONARY:
            at = row.find(word)
            while at >= 0:
                self.tokens.append((word, first + at, part))
                at = row.find(word, at + 1)
        self.tags.append(part if part < 4 else 0)  # a part of a word may stand alone


@dataclass(frozen=True)
class ToyTerm:
    """All that is kept of a term."""

    positions: Sequence[int] = ()
    codes: Mapping[int, int] = field(default_factory=dict)
    members: Sequence[int] = ()


def lists(rows: Sequence[Sequence[int]]) -> Lists:
    return Lists(
        np.array([value for row in rows for value in row], np.int64),
        np.cumsum([0, *map(len, rows)]),
    )


def space(terms: Mapping[str, ToyTerm], bases: memoryview) -> Postings:
    """Terms in order, written to a file that is mapped and gone."""
    rising = [sorted(term.codes) for term in terms.values()]
    pairs = zip(terms.values(), rising, strict=True)
    slab = Slab(
        lists([term.positions for term in terms.values()]),
        lists(rising),
        np.array([t.codes[n] for t, numbers in pairs for n in numbers], np.uint8),
        lists([term.members for term in terms.values()]),
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "postings"
        with ColumnWriter(path, "postings") as writer:
            written = SpaceWriter(writer, "text")
            records = Encoder(np.asarray(bases, np.int64)).records(slab)
            written.add([term.encode() for term in terms], records)
            written.finish()
        return Postings(Columns(path, "postings"), "text", bases)


class Tags:
    def __init__(self, tags: Sequence[int]) -> None:
        self._tags = np.array(tags, np.uint8)

    def __getitem__(self, position: int) -> int:
        return int(self._tags[position])

    def of(self, positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        return self._tags[positions]

    def zone(self, position: int) -> int:
        return self[position] & ~BLANK

    def zones(self, positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        return self.of(positions) & ~np.uint8(BLANK)


class ToyReader:
    """What evaluation asks of a reader, made of toy documents."""

    def __init__(self, documents: Sequence[ToyDocument]) -> None:
        self.documents = documents
        self.rows = [Rows(document) for document in documents]
        self.document_count = len(documents)
        lengths = [len(row.tags) for row in self.rows]
        bases = np.concatenate(([0], np.cumsum(lengths))).astype(np.uint64)
        self.text_base = memoryview(bases)
        self.math_base = memoryview(np.zeros(len(documents) + 1, np.uint64))
        for name in (
            "title_end",
            "alias_end",
            "address_end",
            "body_start",
            "title_words",
            "body_words",
        ):
            column = np.array([getattr(row, name) for row in self.rows], np.uint32)
            setattr(self, name, memoryview(column))
        days = [d.day.toordinal() if d.day else 0 for d in documents]
        self.date = memoryview(np.array(days, np.uint32))
        self.topic_names = sorted({t for d in documents for t in d.topics})
        numbers = [self.topic_names.index(t) for d in documents for t in d.topics]
        self.topic_numbers = memoryview(np.array(numbers, np.uint32))
        ends = np.cumsum([0, *(len(d.topics) for d in documents)])
        self.topics_at = memoryview(ends.astype(np.uint32))
        self.tags = Tags([tag for row in self.rows for tag in row.tags])
        count = self.document_count or 1
        self.averages = Averages(
            sum(self.title_words) / count, sum(self.body_words) / count
        )
        self.folded_doc_ids = [f"{number:06d}.md" for number in range(count)]
        self.decoded = Cache(1 << 20)
        self.found = Cache(1 << 20)
        self.words = Cache(1 << 20)
        self.text = space(self._terms(), self.text_base)
        self.math = space({}, self.math_base)
        self.plain = PlainKernel(self)
        self.vector = VectorKernel(self)
        self.has_numpy = False  # so that the plain kernel does all by itself

    def find(self, space: str, term: str) -> TermPostings | None:
        return (self.text if space == "text" else self.math).find(term)

    def at(self, space: str, ordinal: int) -> TermPostings:
        return (self.text if space == "text" else self.math).at(ordinal)

    def kernel(self, work: int) -> PlainKernel | VectorKernel:
        return self.vector if work > 100 else self.plain

    def summary(self, number: int) -> ToySummary:
        return ToySummary(number)

    @cached_property
    def _occurrences(self) -> dict[str, list[tuple[int, int, int]]]:
        """(global position, document, part) of each term."""
        found = defaultdict(set)
        for number, row in enumerate(self.rows):
            for term, position, part in row.tokens:
                found[term].add((int(self.text_base[number]) + position, number, part))
        return {term: sorted(occurrences) for term, occurrences in found.items()}

    def _terms(self) -> dict[str, ToyTerm]:
        occurrences = self._occurrences
        words = {
            t.lstrip(">|<")
            for t in occurrences
            if t.lstrip(">|<").isascii()
            and t.lstrip(">|<").isalpha()
            and t[0] not in "!="
        }
        classes: dict[str, set[str]] = defaultdict(set)
        for word in words:
            for key in ("^" + uninflected(word), "~" + stem(word)):
                classes[key].add(word)
        classes = {k: w for k, w in classes.items() if w != {k[1:]}}
        names = sorted({*occurrences, *words, *classes}, key=lambda t: t.encode())
        ordinals = {name: at for at, name in enumerate(names)}
        terms = {}
        for name in names:
            if name in classes:
                spelled = [s for w in classes[name] for s in (w, *any_hump(w))]
            else:
                spelled = [*any_hump(name)] if name in words else []
            members = sorted(ordinals[s] for s in spelled if s in occurrences)
            own = occurrences.get(name, [])
            scored = [*own, *(o for m in members for o in occurrences[names[m]])]
            codes = self._codes(scored) if name[0] not in "!@" else {}
            terms[name] = ToyTerm([g for g, _, _ in own], codes, members)
        return terms

    def weight(self, number: int, part: int) -> float:
        row = self.rows[number]
        averages = self.averages
        return weights(row.title_words, row.body_words, averages.title, averages.body)[
            part
        ]

    def _codes(self, scored: Sequence[tuple[int, int, int]]) -> dict[int, int]:
        sums: dict[int, float] = defaultdict(float)
        for _, number, part in scored:
            sums[number] += self.weight(number, part)
        return {number: ranking.impact_code(x) for number, x in sums.items()}


@dataclass(frozen=True)
class Averages:
    title: float
    body: float
