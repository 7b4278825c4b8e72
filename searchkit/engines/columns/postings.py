"""What is known of each term of a space, and where do its lists lie?

Two lists a term. Its *positions* are where it stands, global and rising. Its *documents*
are rising, too, each with an impact code: what the term is worth there. A class of
terms has members instead of positions. Lists are differences in escaped units: a value
is written as so many full units and a rest, so that the running sum of the units, where
they are not full, is the list.

One record a term in the column `NAME.data`, found by `NAME.starts`:

    flags, numbers of the head │ skips │ position units │ document units │ codes │ heads

Nothing is decoded here: `plain` does it for a few terms without numpy, `vector` for many
postings with it. A class's `documents` and a `top` code bound what it can be worth.
"""

from __future__ import annotations

import struct
from typing import Final

from searchkit.engines.columns import varints
from searchkit.engines.columns.files import Column, Columns
from searchkit.engines.columns.terms import Terms
from searchkit.errors import IndexCorruptError

UNITS: Final = (0, 1, 2, 4)
"""Bytes of a unit, by its kind: 0 is no list."""
FULL: Final = (0, 0xFF, 0xFFFF, 0xFFFFFFFF)
"""The unit of each kind after which its value goes on."""
BITMAP: Final = 4
"""The kind of a list of documents that is one bit for each of all documents."""
FROM_POSITIONS: Final = 5
"""The kind of a list of documents that is not written: the positions tell it."""

SKIP: Final = 4096
"""Units between two skips: running sums by which a part of a list is found."""
FEWEST_FOR_HEADS: Final = 1024
"""Documents from which on a term's best ones are kept besides."""
HEADS: Final = 64
"""How many best documents are kept."""
MOST_FROM_POSITIONS: Final = 8
"""Positions up to which they tell the documents."""

# Flags: two bits the kind of the positions, three bits that of the documents.
SCORED_SHIFT: Final = 2
MEMBERS: Final = 32
SINGLE: Final = 64
"""One position and nothing else: its number, and the code if it is scored."""
SINGLE_SCORED: Final = 128


class TermPostings:
    """One term's record, with its lists still encoded."""

    __slots__ = (
        "_code_data",
        "bases",
        "document_kind",
        "document_units",
        "documents",
        "head_documents",
        "members",
        "occurrences",
        "position_kind",
        "position_units",
        "single",
        "skips",
        "term",
        "top",
    )

    term: str
    occurrences: int
    """Positions of its own."""
    documents: int
    """Documents of the scored list; 0 if it has none."""
    top: int
    """The highest code."""
    members: tuple[int, ...]
    """The numbers of the terms of which it is a class."""
    single: int
    """The only position, or -1."""
    position_kind: int
    position_units: memoryview
    skips: memoryview
    document_kind: int
    document_units: memoryview
    head_documents: memoryview
    """The best documents, as 4-byte numbers."""
    bases: memoryview
    """The first position of each document, as 8-byte numbers, and the end."""
    _code_data: memoryview

    @property
    def code_bytes(self) -> memoryview:
        """The impact codes, one byte a document."""
        return self._code_data


class Postings:
    """All terms of one space of a file. Safe for many threads.

    `bases` are the first positions of the documents, with the end of the last.
    """

    def __init__(self, columns: Columns, name: str, bases: memoryview) -> None:
        """Raises: IndexCorruptError."""
        self.terms = Terms(columns, name)
        self.bases = bases
        self.document_count = len(bases) - 1
        self._path = columns.path
        self._data: Column = columns.column(f"{name}.data")
        starts = columns.column(f"{name}.starts")
        wide = len(starts) == 8 * (len(self.terms) + 1)
        self._starts = starts.integers("Q" if wide else "I")
        if len(self._starts) != len(self.terms) + 1:
            raise self._damaged("its postings are not as many as its terms")

    def find(self, term: str) -> TermPostings | None:
        """What is known of a term; None if it stands nowhere."""
        ordinal = self.terms.find(term)
        return None if ordinal < 0 else self._read(ordinal, term)

    def at(self, ordinal: int) -> TermPostings:
        """What is known of the term with a number. Raises: IndexError."""
        return self._read(ordinal, self.terms.term(ordinal))

    @property
    def starts(self) -> memoryview:
        """Where each term's record begins, and the end of the last."""
        return self._starts

    def records(self, first: int, last: int) -> memoryview:
        """The records of the terms numbered from first to last, the last excluded."""
        return self._data.slice(self._starts[first], self._starts[last])

    def _read(self, ordinal: int, term: str) -> TermPostings:
        start, end = self._starts[ordinal], self._starts[ordinal + 1]
        try:
            return self._record(self._data.slice(start, end), term)
        except (IndexError, ValueError, struct.error):
            raise self._damaged(f"the postings of {term!r} cannot be read") from None

    def _record(self, data: memoryview, term: str) -> TermPostings:
        made = TermPostings()
        made.term, made.bases = term, self.bases
        made.members, made.single = (), -1
        made.document_kind = made.position_kind = 0
        empty = data[:0]
        made.position_units = made.document_units = made._code_data = empty
        made.skips = made.head_documents = empty
        flags, at = data[0], 1
        if flags & SINGLE:
            made.single, at = varints.decode(data, at)
            self._within(made.single)
            made.occurrences = 1
            made.documents = 1 if flags & SINGLE_SCORED else 0
            made._code_data = data[at : at + made.documents]
            made.top = data[at] if made.documents else 0
            made.document_kind = FROM_POSITIONS if made.documents else 0
            return made
        return self._lists(made, data, flags)

    def _lists(self, made: TermPostings, data: memoryview, flags: int) -> TermPostings:
        kind = made.position_kind = flags & 3
        scored = made.document_kind = flags >> SCORED_SHIFT & 7
        at, units, scored_units, member_bytes = 1, 0, 0, 0
        made.occurrences = made.documents = made.top = 0
        if kind:
            made.occurrences, at = varints.decode(data, at)
            units, at = varints.decode(data, at)
        if scored:
            made.documents, at = varints.decode(data, at)
            if scored < BITMAP:
                scored_units, at = varints.decode(data, at)
            made.top = data[at]
            at += 1
        if flags & MEMBERS:
            member_bytes, at = varints.decode(data, at)
            made.members = self._members(data[at : at + member_bytes])
            at += member_bytes
        size = 8 * ((units - 1) // SKIP) if units else 0
        made.skips, at = _piece(data, at, size)
        made.position_units, at = _piece(data, at, units * UNITS[kind])
        if scored == BITMAP:
            size = (self.document_count + 7) // 8
        else:
            size = scored_units * UNITS[scored] if scored < BITMAP else 0
        made.document_units, at = _piece(data, at, size)
        made._code_data, at = _piece(data, at, made.documents)
        if made.documents >= FEWEST_FOR_HEADS:
            made.head_documents, at = _piece(data, at, 4 * HEADS)
        if at != len(data):
            raise ValueError("something is left over")
        return made

    def _members(self, data: memoryview) -> tuple[int, ...]:
        found: list[int] = []
        at = last = 0
        while at < len(data):
            step, at = varints.decode(data, at)
            last += step
            if last >= len(self.terms):
                raise ValueError("a member that is not there")
            found.append(last)
        return tuple(found)

    def _within(self, position: int) -> None:
        if not self.bases[0] <= position < self.bases[-1]:
            raise ValueError("a position that is in no document")

    def _damaged(self, why: str) -> IndexCorruptError:
        return IndexCorruptError(
            f"{self._path} is damaged: {why}.",
            path=self._path,
            hint="Run `searchkit build --full` to write it anew.",
        )


def _piece(data: memoryview, at: int, size: int) -> tuple[memoryview, int]:
    if at + size > len(data):
        raise ValueError("a list does not end")
    return data[at : at + size], at + size
