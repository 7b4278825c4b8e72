"""What is known of each term of a space, and where do its lists lie?

Two lists a term. Its *positions* are where it stands, global and rising. Its
*documents* are rising, too, each with an impact code: what the term is worth there. A
class of terms has members instead of positions. Lists are differences, the first from
0, in layers: the lowest bits of all of them; a bit of each that says whether it has
more; the next bits of those that have; and so on (Brisaboa, Ladra, Navarro: DACs:
Bringing direct access to variable-length codes, 2013).

One record a term in the column `NAME.data`. `NAME.sizes` has the bytes of each in two
bytes, or 0 if it has more: then `NAME.long` has them, after the number of the term.
`NAME.starts` tells where the first record of each block of terms begins.

    flags, numbers │ skips │ positions │ documents │ codes │ best documents │ members

    flags      bits 0-2: kind of the positions; 3-5: kind of the documents; 6: members;
               7: the codes are in STEPS
    numbers    varints: the only position, or how many there are and their shape; how
               many documents there are and their shape; the highest code (a byte),
               unless there is one document only; how many codes are no step
    shape      of each layer a byte: how many bits, and 128 if there is another one;
               then a varint: how many differences that has
    skips      before each SKIPth position the one before it, 8 bytes each; then of
               each layer but the first, how much of it comes before, 4 bytes each
    codes      a byte each; or an array of two bits each: by which of the STEPS it is
               above the unit of its document, or that it is none of these; then those,
               a byte each
    best       of lists of FEWEST_FOR_HEADS documents: 4 bytes each, then their codes
    members    differences of the numbers of terms, as varints

Of an array come first the lowest bytes of all numbers, then the next ones; then the
PARTS of the bits that are left, as many in a byte as fill it, the first one lowest. So
numbers of 14 bits are a byte, four bits and two bits, each beside its like: bytes are
copied, and parts looked up, all those of a byte at once. A list is the array of its
first layer, then, if there is another one, the array of the bits that say who has more,
and that layer.

Nothing is decoded here: `plain` does it for a few terms without numpy, `vector` for
many postings with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate

from searchkit.engines.columns import varints
from searchkit.engines.columns.files import Column, Columns, corrupt
from searchkit.engines.columns.terms import BLOCK, Terms
from searchkit.errors import IndexCorruptError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

NONE: Final = 0
"""The kind of a list that is not there."""
PACKED: Final = 1
"""The kind of a list of differences in arrays."""
SINGLE: Final = 5
"""The kind of a list of one position, which stands among the numbers."""
BITMAP: Final = 5
"""The kind of a list of documents that is one bit for each of all documents."""
FROM_POSITIONS: Final = 6
"""The kind of a list of documents that is not written: the positions tell it."""
DOCUMENTS_SHIFT: Final = 3
KIND_MASK: Final = 7
MEMBERS: Final = 64
"""The flag of a class, or of a word that has parts of other words for members."""
STEPS_OF_CODES: Final = 128
"""The flag of a list whose codes are written as steps."""

STEPS: Final = (0, 24, 38)
"""By how much codes are above the *unit* of a document, the code of a word that stands
once in its prose: those of words that stand there once, twice, three times."""
NO_STEP: Final = len(STEPS)
"""Stands for a code that is a byte of its own."""
STEP_BITS: Final = 2
FEWEST_FOR_STEPS: Final = 16
"""Codes from which on they are written as steps, if that is shorter by an eighth."""

PARTS: Final = (4, 2, 1)
"""The bits that are beside each other where they do not fill a byte."""
MOST_BITS: Final = 48
"""The longest number of a list."""
MORE: Final = 128
"""In the shape of a list: there is another layer."""
MOST_LAYERS: Final = 3
SKIP: Final = 512
"""Positions between two skips, by which a part of a list is found."""
FEWEST_FOR_HEADS: Final = 1024
"""Documents from which on a term's best ones are kept besides."""
HEADS: Final = 64
"""How many best documents are kept."""
MOST_FROM_POSITIONS: Final = SKIP
"""Positions up to which they may tell the documents."""

Shape = tuple[tuple[int, int], ...]
"""Of each layer: how many numbers it has, and of how many bits."""
_NO_SHAPE: Shape = ()

_START, _SIZE = 8, 2  # bytes
_LONGEST_NUMBERS = 64  # bytes: more than flags and numbers ever have


class TermPostings:
    """What is known of one term; `plain` and `vector` decode its lists."""

    __slots__ = (
        "_source",
        "_term",
        "apart",
        "codes_at",
        "document_kind",
        "document_shape",
        "documents",
        "documents_at",
        "heads_at",
        "members",
        "occurrences",
        "ordinal",
        "position_kind",
        "position_shape",
        "positions_at",
        "single",
        "skips_at",
        "top",
    )

    _source: Postings
    _term: str | None
    ordinal: int
    """The term's number in the dictionary."""
    occurrences: int
    """Positions of its own, members' not counted."""
    documents: int
    """Documents of the scored list; 0 if it has none."""
    top: int
    """The highest code; 0 if nothing is scored."""
    apart: int
    """How many codes are no steps; -1 if each is a byte."""
    members: tuple[int, ...]
    """The numbers of other terms whose occurrences count as this term's, too."""
    single: int
    """The only position, or -1."""
    position_kind: int
    position_shape: Shape
    document_kind: int
    document_shape: Shape
    skips_at: int
    positions_at: int
    documents_at: int
    codes_at: int
    heads_at: int

    def __repr__(self) -> str:
        return f"<TermPostings {self.ordinal} {self.term!r}>"

    @property
    def term(self) -> str:
        """The term itself, read from the dictionary."""
        term = self._term
        if term is None:
            term = self._term = self._source.terms.term(self.ordinal)
        return term

    @property
    def stands_for_another(self) -> bool:
        """Whether it has no list of its own, but another term for its only member."""
        return not self.occurrences | self.documents and len(self.members) == 1

    @property
    def bases(self) -> memoryview:
        """The first position of each document, and the end of the last."""
        return self._source.bases

    @property
    def document_count(self) -> int:
        """How many documents there are in all."""
        return self._source.document_count

    @property
    def units(self) -> bytes:
        """The unit of each document, above which codes are steps."""
        return self._source.units

    def read(self, start: int, stop: int) -> memoryview:
        """Bytes of the column of records, compared with their checksums."""
        return self._source.data.slice(start, stop)

    def damaged(self) -> IndexCorruptError:
        """The error that says that a list of this term is none."""
        return self._source.damaged(self.ordinal)


class Postings:
    """All terms of one space of a file. Safe for many threads."""

    def __init__(
        self,
        columns: Columns,
        name: str,
        bases: memoryview,
        units: Column | None = None,
    ) -> None:
        """Read nothing yet but how many terms there are.

        `bases`: the first position of each document, and the end of the last. `units`:
        the unit of each (see STEPS); without, no codes are read that are steps.

        Raises: IndexCorruptError.
        """
        self._units = units
        self.terms = Terms(columns, name)
        self.bases = bases
        self.document_count = len(bases) - 1
        self.data: Column = columns.column(f"{name}.data")
        self._starts = columns.column(f"{name}.starts")
        self._sizes = columns.column(f"{name}.sizes")
        self._long = columns.column(f"{name}.long")
        blocks = -(-len(self.terms) // BLOCK)
        fits = len(self._starts) == _START * blocks
        fits = fits and len(self._sizes) == _SIZE * len(self.terms)
        if not fits or self.document_count < 0:
            raise corrupt(columns.path, f"{name} does not fit its terms or documents")

    @cached_property
    def units(self) -> bytes:
        """The unit of each document. Raises: IndexCorruptError."""
        found = self._units.whole().tobytes() if self._units else b""
        if len(found) != self.document_count:
            raise corrupt(self.data.path, "it has not one unit for each document")
        return found

    def find(self, term: str) -> TermPostings | None:
        """What is known of a term, or None. Raises: IndexCorruptError."""
        ordinal = self.terms.find(term)
        if ordinal < 0:
            return None
        found = self.at(ordinal)
        found._term = term
        return found

    def at(self, ordinal: int) -> TermPostings:
        """What is known of the term of a number.

        Raises: IndexError if there is none, IndexCorruptError.
        """
        if not 0 <= ordinal < len(self.terms):
            raise IndexError(ordinal)
        block = ordinal // BLOCK
        *before, size = self._sizes_of(block * BLOCK, ordinal + 1)
        start = self._start(block) + sum(before)
        try:
            return self._read(ordinal, start, start + size)
        except (IndexError, ValueError):
            raise self.damaged(ordinal) from None

    def record_starts(self, first: int, last: int) -> list[int]:
        """Where the records of some terms begin, and the end of the last.

        Raises: IndexCorruptError.
        """
        block = first // BLOCK
        sizes = self._sizes_of(block * BLOCK, last)
        starts = [*accumulate(sizes, initial=self._start(block) if sizes else 0)]
        if starts[-1] > len(self.data):
            raise corrupt(self.data.path, "its records are longer than all of them")
        return starts[first - block * BLOCK :]

    def _start(self, block: int) -> int:
        """Where the first record of a block of terms begins."""
        at = _START * block
        return int.from_bytes(self._starts.slice(at, at + _START), "little")

    def _sizes_of(self, first: int, last: int) -> list[int]:
        """The bytes of the records of some terms."""
        raw = self._sizes.slice(_SIZE * first, _SIZE * last)
        found: list[int] = raw.cast("H").tolist()
        if 0 in found:
            longer = self._longer
            found = [size or longer.get(n, 0) for n, size in enumerate(found, first)]
        return found

    @cached_property
    def _longer(self) -> dict[int, int]:
        """The bytes of the records that have many, by the number of the term."""
        pairs = self._long.integers("Q")
        return dict(zip(pairs[::2], pairs[1::2], strict=True))

    def damaged(self, ordinal: int) -> IndexCorruptError:
        """The error that says that a term's record is none."""
        return corrupt(self.data.path, f"the postings of term {ordinal} are damaged")

    def _read(self, ordinal: int, start: int, end: int) -> TermPostings:
        numbers = self.data.slice(start, min(end, start + _LONGEST_NUMBERS)).tobytes()
        made = TermPostings()
        made._source, made.ordinal, made.members = self, ordinal, ()
        made._term = None
        flags = numbers[0]
        at = _read_positions(made, numbers, 1, flags & KIND_MASK)
        at = _read_documents(made, numbers, at, flags >> DOCUMENTS_SHIFT & KIND_MASK)
        made.apart = -1
        if flags & STEPS_OF_CODES:
            made.apart, at = varints.decode(numbers, at)
        rest = self._place(made, start + at)
        if rest > end or (rest < end) != bool(flags & MEMBERS):
            raise ValueError(ordinal)
        if made.documents == 1:
            made.top = self.data.slice(made.codes_at, made.codes_at + 1)[0]
        if flags & MEMBERS:
            made.members = self._members(self.data.slice(rest, end).tobytes())
        return made

    def _place(self, made: TermPostings, at: int) -> int:
        """Note where the lists of a term lie; the end of them."""
        made.skips_at = made.positions_at = at
        if made.position_kind == PACKED:
            skip_bytes = 4 + 4 * len(made.position_shape)
            at += skip_bytes * ((made.occurrences - 1) // SKIP)
            made.positions_at = at
            at += list_bytes(made.position_shape)
        made.documents_at = at
        if made.document_kind == PACKED:
            at += list_bytes(made.document_shape)
        elif made.document_kind == BITMAP:
            at += (self.document_count + 7) // 8
        made.codes_at = at
        at += made.documents if made.apart < 0 else step_bytes(made.documents)
        made.heads_at = at = at + max(0, made.apart)
        return at + 5 * HEADS if made.documents >= FEWEST_FOR_HEADS else at

    def _members(self, data: bytes) -> tuple[int, ...]:
        found: list[int] = []
        at = last = 0
        while at < len(data):
            step, at = varints.decode(data, at)
            last += step
            found.append(last)
        if last >= len(self.terms):
            raise ValueError(last)
        return tuple(found)


def _read_positions(made: TermPostings, numbers: bytes, at: int, kind: int) -> int:
    made.position_kind, made.single = kind, -1
    made.occurrences, made.position_shape = 0, _NO_SHAPE
    if kind == SINGLE:
        made.occurrences = 1
        made.single, at = varints.decode(numbers, at)
        if made.single >= made.bases[-1]:
            raise ValueError(made.single)
    elif kind == PACKED:
        made.occurrences, at = varints.decode(numbers, at)
        made.position_shape, at = _shape(made.occurrences, numbers, at)
    elif kind != NONE:
        raise ValueError(kind)
    return at


def _read_documents(made: TermPostings, numbers: bytes, at: int, kind: int) -> int:
    made.document_kind = kind
    made.documents = made.top = 0
    made.document_shape = _NO_SHAPE
    if kind == FROM_POSITIONS and made.position_kind == SINGLE:
        made.documents = 1
    elif kind != NONE:
        made.documents, at = varints.decode(numbers, at)
        if kind == PACKED:
            made.document_shape, at = _shape(made.documents, numbers, at)
        elif kind not in (BITMAP, FROM_POSITIONS):
            raise ValueError(kind)
    if made.documents > 1:
        made.top = numbers[at]
        at += 1
    return at


def _shape(count: int, numbers: bytes, at: int) -> tuple[Shape, int]:
    """The shape of so many numbers that stands at an index, and the index behind it."""
    layers, most = [], MOST_BITS
    for _ in range(MOST_LAYERS):
        bits = numbers[at] & ~MORE
        if not 0 < bits <= most:
            raise ValueError(bits)
        layers.append((count, bits))
        most -= bits
        at += 1
        if not numbers[at - 1] & MORE:
            return tuple(layers), at
        count, at = varints.decode(numbers, at)
    raise ValueError(layers)


def list_bytes(shape: Shape) -> int:
    """The bytes of a list of that shape."""
    flags = sum([array_bytes(count, 1) for count, _ in shape[:-1]])
    return flags + sum([array_bytes(count, bits) for count, bits in shape])


def step_bytes(count: int) -> int:
    """The bytes of so many codes as steps, without those that are none."""
    return array_bytes(count, STEP_BITS)


def array_bytes(count: int, bits: int) -> int:
    """The bytes of an array of so many numbers of so many bits.

    >>> array_bytes(5, 14)
    10
    """
    size = count * (bits >> 3)
    for part in PARTS if bits & 7 else ():
        if bits & part:
            size += (count * part + 7) >> 3
    return size


def stretch(
    at: int, count: int, bits: int, first: int, last: int
) -> Iterator[tuple[int, int]]:
    """Where some numbers of an array lie: from and to which byte, by their parts.

    `at` is where the array of `count` begins; `first` is a multiple of eight.
    """
    parts = [8] * (bits >> 3) + [part for part in PARTS if bits & part]
    for part in parts:
        yield at + (first * part >> 3), at + ((last * part + 7) >> 3)
        at += (count * part + 7) >> 3
