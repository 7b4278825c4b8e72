"""How do the occurrences of some terms, in all sources, become records?

Each source gives the occurrences of a slab's terms, moved to where their documents lie
now; sorted by (term, position) they are the postings. What is to be done is a value,
and what comes of it, too, so that processes beside each other may do it. None needs to
know what the terms are: their numbers suffice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from searchkit.engines.columns.arrays import Array
from searchkit.engines.columns.encode import Encoder, Slab
from searchkit.engines.columns.files import Columns
from searchkit.engines.columns.lists import Lists, do_nothing
from searchkit.engines.columns.records import Records
from searchkit.engines.generation.counterparts import telling
from searchkit.engines.generation.documents import Documents, array
from searchkit.engines.generation.layout import Move
from searchkit.engines.generation.old import OldGeneration
from searchkit.engines.generation.run import ZONE_BITS, Run
from searchkit.engines.generation.scores import (
    Frequencies,
    FrequencyTable,
    Weigher,
    merged,
)
from searchkit.engines.generation.scratch import Scratch
from searchkit.engines.generations import DOCUMENTS
from searchkit.record import record

_POSITION_BITS = 40  # a corpus of 10**12 atoms
_POSITIONS = (1 << _POSITION_BITS) - 1
_ZONES = (1 << ZONE_BITS) - 1
_AT_ONCE = 1 << 19  # occurrences of one term

Source = Run | OldGeneration
"""Some documents with their postings."""


@record
class Merging:
    """How slabs are merged; the same for all of one build.

    The new generation's folder has its documents. `moves` are by space those of all
    sources. `table` is where the frequencies of words are found.
    """

    folder: Path
    base: Path | None
    runs: tuple[Path, ...]
    moves: Mapping[str, Sequence[Move]]
    table: Path


def open_sources(
    folder: Path, base: Path | None, runs: Iterable[Path]
) -> tuple[Source, ...]:
    """The old generation, if there is one, and the runs.

    `folder` is where nameless files may be made. Raises: IndexCorruptError.
    """
    old = [OldGeneration(base, folder)] if base else []
    return (*old, *map(Run, runs))


@record
class Terms:
    """Some terms of a space that follow each other, by their number among them.

    `local` has for each source that may have any of them the source's number, its
    first term, and what number here each of its terms is, from that one on.
    """

    space: str
    count: int
    local: tuple[tuple[int, int, Array], ...]


@record
class Weighing:
    """Find the frequencies of each term by itself."""

    terms: Terms


@record
class Weighed:
    """In how many documents each term stands; the records of a FrequencyTable."""

    counts: Array
    records: Array


@record
class Scoring:
    """How the terms of a slab are scored.

    By their own occurrences those that are `direct`; each of the `targets` by what lies
    in the table from `starts` on, so many as `counts` says. What `members` are listed
    of each term, and `chinese` (see `counterparts`).
    """

    direct: Array
    targets: Array
    starts: Array
    counts: Array
    members: Array
    member_counts: Array
    chinese: Array


@record
class Encoding:
    """Make the records of the terms; without `scoring` positions are all they have."""

    terms: Terms
    scoring: Scoring | None


@record
class Encoded:
    """Records; how many documents each term is scored in, and `telling` ones."""

    records: Records
    document_counts: Array
    documents: Array


Task = Weighing | Encoding


@record
class _Occurrences:
    """Occurrences in order of (term, position); terms by number within the slab.

    `read` is to be called when a stretch of them was read that is not needed at once.
    """

    terms: Array
    positions: Array
    zones: Array
    read: Callable[[], None] = do_nothing

    def chosen(self, which: Array | slice) -> _Occurrences:
        """Some of them."""
        return _Occurrences(self.terms[which], self.positions[which], self.zones[which])

    def frequencies(self, weigher: Weigher) -> Frequencies:
        """Of all terms in all documents."""
        return weigher.frequencies(self.terms, self.positions, self.zones, self.read)

    def counts(self, terms: int) -> Array:
        """How many there are of each of so many terms."""
        if terms == 1:
            return np.array([len(self.terms)])
        return np.bincount(self.terms, minlength=terms)


class SlabMerger:
    """Does tasks of one build, one after the other, in bounded memory."""

    def __init__(self, how: Merging) -> None:
        """Raises: OSError, IndexCorruptError."""
        self._how = how
        self._sources = open_sources(how.folder, how.base, how.runs)
        self._columns = Columns(how.folder / DOCUMENTS, DOCUMENTS)
        documents = Documents.read(self._columns)
        self._weigher = Weigher(documents)
        units = array(self._columns, "unit", "u1").copy()
        self._encoders = {
            "text": Encoder(documents.text_base, units),
            "math": Encoder(documents.math_base),
        }
        self._columns.release()

    def __call__(self, task: Task) -> Weighed | Encoded:
        """Raises: OSError, IndexCorruptError."""
        found = self._occurrences(task.terms)
        if isinstance(task, Weighing):
            answer: Weighed | Encoded = self._weighed(task, found)
        else:
            answer = self._encoded(task, found)
        self._release()
        return answer

    def _release(self) -> None:
        """Give back the memory of what was read of mapped files."""
        for source in self._sources:
            source.release()
        self._columns.release()

    def _weighed(self, task: Weighing, found: _Occurrences) -> Weighed:
        weighed = found.frequencies(self._weigher)
        counts = np.bincount(weighed.terms, minlength=task.terms.count)
        return Weighed(counts, weighed.records())

    def _encoded(self, task: Encoding, found: _Occurrences) -> Encoded:
        count = task.terms.count
        counts = np.zeros(count, np.int64)
        documents, codes = np.empty(0, np.int64), np.empty(0, np.uint8)
        members = Lists(np.empty(0, np.int64), np.zeros(count + 1, np.int64))
        told = documents
        if scoring := task.scoring:
            scored = self._scored(scoring, found)
            counts = np.bincount(scored.terms, minlength=count)
            documents, codes = scored.documents, scored.codes()
            members = _lists(scoring.members, scoring.member_counts)
            told = documents[telling(counts, scoring.chinese).repeat(counts)]
        slab = Slab(
            positions=_lists(found.positions, found.counts(count), found.read),
            documents=_lists(documents, counts),
            codes=codes,
            members=members,
        )
        records = self._encoders[task.terms.space].records(slab)
        return Encoded(records, counts, told.astype(np.uint32))

    def _scored(self, scoring: Scoring, found: _Occurrences) -> Frequencies:
        direct = scoring.direct
        if direct.all():
            own = found
        elif direct.any():
            own = found.chosen(direct[found.terms])
        else:
            own = found.chosen(slice(0))
        parts = [own.frequencies(self._weigher)]
        if len(scoring.targets):
            of_members = scoring.targets, scoring.starts, scoring.counts
            parts.append(self._table.sums(*of_members))
            self._table.release()
        return merged(parts)

    @cached_property
    def _table(self) -> FrequencyTable:
        """The frequencies, all of which are known when it is first asked for."""
        return FrequencyTable(self._how.table)

    def _occurrences(self, terms: Terms) -> _Occurrences:
        """All occurrences of the terms."""
        parts = (self._keys(terms.space, *local) for local in terms.local)
        if terms.count == 1:
            return self._of_one(parts)
        filled = [part for part in parts if len(part)]
        keys = np.concatenate([np.empty(0, np.int64), *filled])
        if len(filled) > 1:
            keys.sort(kind="stable")  # merges what is in order already
        zones = keys.astype(np.uint8) & np.uint8(_ZONES)
        keys >>= ZONE_BITS
        numbers = keys >> _POSITION_BITS
        keys &= _POSITIONS
        return _Occurrences(numbers, keys, zones)

    def _of_one(self, parts: Iterable[Array]) -> _Occurrences:
        """All occurrences of one term, which may be many millions: they are mapped."""
        mapped = Scratch(self._how.folder, np.int64, parts, writable=True)
        keys = mapped.numbers
        stretches = range(0, len(keys), _AT_ONCE)

        def rise(at: int) -> bool:
            some = keys[at : at + _AT_ONCE + 1]
            found = bool((some[1:] > some[:-1]).all())
            mapped.release()
            return found

        if not all(map(rise, stretches)):
            keys.sort(kind="stable")
        zones = np.empty(len(keys), np.uint8)
        for at in stretches:
            some = keys[at : at + _AT_ONCE]
            zones[at : at + _AT_ONCE] = some & _ZONES
            some >>= ZONE_BITS
            mapped.release()
        terms = np.broadcast_to(np.int64(0), len(keys))
        return _Occurrences(terms, keys, zones, mapped.release)

    def _keys(self, space: str, number: int, first: int, local: Array) -> Array:
        """The occurrences in one source as numbers that sort by (term, position)."""
        source = self._sources[number]
        counts, positions, zones = source.places(space, first, first + len(local))
        source.release()  # of hundreds: what a system maps around a place is 64 KB
        positions, kept = self._how.moves[space][number].apply(positions)
        keys = np.repeat(local.astype(np.int64) << _POSITION_BITS, counts)
        keys |= positions
        keys <<= ZONE_BITS
        keys |= zones
        return keys if kept is None else keys[kept]


def _lists(
    values: Array, counts: Array, read: Callable[[], None] = do_nothing
) -> Lists:
    return Lists(values, np.concatenate([[0], np.cumsum(counts)]), read)
