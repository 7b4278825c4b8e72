"""Where does a leaf stand?

Positions of all documents are one row, so a phrase is an intersection of whole columns,
the rarest part first, and needs no document at a time. A slot may be a dictionary word
of several characters: it stands wherever they do, and more rarely than any of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from searchkit.analysis.scripts import is_han
from searchkit.analysis.terms import (
    CASED,
    HUMP_FIRST,
    HUMP_INNER,
    HUMP_LAST,
    INFLECTED,
    LANGUAGE,
    STEM,
    WHOLE,
)
from searchkit.engines.plan import ALL_FIELDS, Leaf, Slot
from searchkit.engines.plan import Sequence as Slots
from searchkit.model import ZONES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.columns.postings import TermPostings
    from searchkit.engines.kernels.base import Kernel, Numbers, Positions
    from searchkit.engines.kernels.plain import PlainKernel
    from searchkit.engines.reader import GenerationReader

NAME = 1 << 30
"""Of the atoms of a name: however many the text has there."""

_ROW_BYTES, _TERM_BYTES = 500, 400  # of memory: of a slot's terms, and of each

_HUMPS = HUMP_FIRST + HUMP_INNER + HUMP_LAST

Row = tuple[int, "tuple[TermPostings, ...]"]
"""A distance from the start of a sequence, and the terms any of which is there."""


def is_restricted(leaf: Leaf) -> bool:
    """Whether some occurrences of the leaf's terms are not meant."""
    return (
        leaf.fields != ALL_FIELDS
        or leaf.zones is not None
        or leaf.languages is not None
    )


def is_scored(slot: Slot) -> bool:
    """Whether the index has scored lists for the terms of a slot."""
    return not any(term[0] in (CASED, LANGUAGE) and len(term) > 1 for term in slot)


def scored_terms(reader: GenerationReader, slot: Slot) -> tuple[TermPostings, ...]:
    """The terms of a slot that stand somewhere."""
    if len(slot) == 1:
        here = reader.find("text", slot[0])
        return (here,) if here else ()
    found = {t.ordinal: t for term in slot if (t := reader.find("text", term))}
    return tuple(found.values())


def with_members(
    reader: GenerationReader, terms: Sequence[TermPostings]
) -> tuple[TermPostings, ...]:
    """The terms and those that they are classes of: all that have positions."""
    found: dict[int, TermPostings] = {}
    for term in terms:
        if term.occurrences:
            found[term.ordinal] = term
        for ordinal in term.members:
            found[ordinal] = reader.at("text", ordinal)
    return tuple(found.values())


def rows(reader: GenerationReader, slots: Slots) -> list[Row]:
    """The terms of each slot by its distance, the rarest first; nothing if one has
    none."""
    found: list[Row] = []
    distance = 0
    for slot in slots:
        terms = _side_by_side(reader, slot)
        if not terms:
            return []
        found.append((distance, terms))
        distance += _atoms_of(slot[0])
    return sorted(found, key=lambda row: (occurrences(row[1]), row[0]))


def _side_by_side(reader: GenerationReader, slot: Slot) -> tuple[TermPostings, ...]:
    """A slot's terms as they stand beside others: a word as typed, a class whole."""
    found: dict[int, TermPostings] = {}
    for term in slot:
        here = reader.find("text", term)
        if here is None:
            continue
        is_class = term[0] in (INFLECTED, STEM) and len(term) > 1
        several = with_members(reader, (here,)) if is_class else (here,)
        found |= {one.ordinal: one for one in several if one.occurrences}
    return tuple(found.values())


def width(slots: Slots) -> int:
    """How many positions slots side by side take."""
    return sum([_atoms_of(slot[0]) for slot in slots])


def work(reader: GenerationReader, slots: Slots) -> int:
    """How many positions are read to find slots side by side."""
    if len(slots) == 1:
        return occurrences(with_members(reader, scored_terms(reader, slots[0])))
    return sum([occurrences(terms) for _, terms in rows(reader, slots)])


def occurrences(terms: Sequence[TermPostings]) -> int:
    """How often any of the terms stands in all documents."""
    return sum([term.occurrences for term in terms])


def starts(
    kernel: Kernel,
    found: Sequence[Row],
    *,
    slots: Slots = (),
    blanks: Sequence[bool] = (),
) -> Positions:
    """Where the rows' terms stand side by side.

    `blanks` says for each of the slots whether a blank stands before it.
    """
    if not found:
        return kernel.positions("text", ())
    distance, terms = found[0]
    here = kernel.shifted(kernel.positions("text", terms), distance)
    for distance, terms in found[1:]:
        if not len(here):
            return here
        here = kernel.followed(here, kernel.positions("text", terms), distance)
    for distance, blank in _blanks_that_tell(slots, blanks):
        here = kernel.with_blank(here, distance, blank)
    return here


def _blanks_that_tell(
    slots: Slots, blanks: Sequence[bool]
) -> Iterator[tuple[int, bool]]:
    """Between which slots a blank makes a difference: there is none beside Han."""
    distance = 0
    for index, (slot, blank) in enumerate(zip(slots, blanks, strict=False)):
        if index and not is_han(slot[0][0]) and not is_han(slots[index - 1][0][0]):
            yield distance, blank
        distance += _atoms_of(slot[0])


def kept(
    kernel: Kernel, reader: GenerationReader, leaf: Leaf, found: Positions
) -> Positions:
    """What the leaf's restrictions leave of what was found."""
    if leaf.fields != ALL_FIELDS or leaf.zones is not None:
        found = kernel.in_fields(found, leaf.fields, _zone_numbers(leaf))
    if leaf.languages is not None:
        names = (reader.find("text", LANGUAGE + name) for name in leaf.languages)
        borders = sorted((name for name in names if name), key=lambda n: n.ordinal)
        found = kernel.in_fences(found, kernel.positions("text", borders))
    return found


def _zone_numbers(leaf: Leaf) -> Collection[int] | None:
    if leaf.zones is None:
        return None
    return {ZONES.index(zone) for zone in leaf.zones}


def leaf_starts(
    kernel: Kernel, reader: GenerationReader, leaf: Leaf, variant: Slots
) -> Positions:
    """Where a variant of a leaf stands, the leaf's other restrictions left aside."""
    if len(variant) == 1:
        terms = with_members(reader, scored_terms(reader, variant[0]))
        return kernel.positions("text", terms)
    return starts(kernel, rows(reader, variant), slots=variant, blanks=leaf.blanks)


def places(
    kernel: PlainKernel,
    reader: GenerationReader,
    leaf: Leaf,
    numbers: Sequence[int],
    text: str | None = None,
) -> tuple[Sequence[int], list[int]]:
    """Where a leaf stands in some documents: global positions, which rise, and below 0
    the atoms at each, of those that begin there the most. `numbers` rise.

    With a folded text without blanks, at least where it stands in that part of the
    documents: the lists of terms that are not in it are not read.
    """
    several = [
        (here, atoms)
        for variant in leaf.variants
        for here, atoms in _variant_places(kernel, reader, leaf, variant, numbers, text)
        if here
    ]
    if len(several) == 1:
        here, atoms = several[0]
        return here, [-atoms] * len(here)
    longest: dict[int, int] = {}
    for here, atoms in sorted(several, key=lambda pair: pair[1]):
        longest |= dict.fromkeys(here, -atoms)
    starts = sorted(longest)
    return starts, [longest[start] for start in starts]


def _variant_places(
    kernel: PlainKernel,
    reader: GenerationReader,
    leaf: Leaf,
    variant: Slots,
    numbers: Sequence[int],
    text: str | None,
) -> Iterator[tuple[list[int], int]]:
    """Terms of one length at a time where the variant is a single slot."""
    if len(variant) > 1:
        found = [(at, _in_text(terms, text)) for at, terms in rows(reader, variant)]
        if not all(terms for _, terms in found):
            return
        here = starts_within(kernel, found, numbers)
        for distance, blank in _blanks_that_tell(variant, leaf.blanks):
            here = kernel.with_blank(here, distance, blank)
        here = kept(kernel, reader, leaf, here)
        yield here, width(variant)
        return
    for several, atoms in _by_atoms(reader, variant[0]):
        if terms := _in_text(several, text):
            here = kernel.positions_in_all("text", terms, [*numbers])
            yield kept(kernel, reader, leaf, here), atoms


def _by_atoms(
    reader: GenerationReader, slot: Slot
) -> tuple[tuple[tuple[TermPostings, ...], int], ...]:
    """The terms of a slot that have positions, those of as many atoms together.

    Each search asks for them, and a class has many members.
    """

    def made() -> tuple[tuple[tuple[tuple[TermPostings, ...], int], ...], int]:
        typed = scored_terms(reader, slot)
        atoms_of = {term.ordinal: _atoms_of(term.term) for term in typed}
        found: dict[int, list[TermPostings]] = {}
        # A member of one of them is a word or a part of one: one atom.
        terms = with_members(reader, typed)
        for term in terms:
            found.setdefault(atoms_of.get(term.ordinal, 1), []).append(term)
        rows = tuple([(tuple(terms), atoms) for atoms, terms in found.items()])
        return rows, _ROW_BYTES + _TERM_BYTES * len(terms)

    return reader.words.get(("by atoms", slot), made)


def _in_text(
    terms: tuple[TermPostings, ...], text: str | None
) -> tuple[TermPostings, ...]:
    """Those of some terms that may stand in a text; a name is not spelled as there."""
    if text is None:
        return terms
    spelled = [term.term for term in terms]
    return tuple(
        [
            term
            for term, spelling in zip(terms, spelled, strict=True)
            if spelling[0] in (WHOLE, CASED) or spelling.lstrip(_HUMPS) in text
        ]
    )


def starts_within(kernel: Kernel, found: Sequence[Row], numbers: Numbers) -> Positions:
    """Where the rows' terms stand side by side in some documents."""
    if not found:
        return kernel.positions("text", ())
    distance, terms = found[0]
    here = kernel.shifted(kernel.positions_in_all("text", terms, numbers), distance)
    for distance, terms in found[1:]:
        if not len(here):
            break
        others = kernel.positions_in_all("text", terms, numbers)
        here = kernel.followed(here, others, distance)
    return here


def starts_in(
    kernel: PlainKernel, space: str, found: Sequence[Row], number: int
) -> list[int]:
    """Where the rows' terms stand side by side in one document."""
    if not found:
        return []
    distance, terms = found[0]
    here = [p - distance for p in kernel.positions_in_all(space, terms, [number])]
    for distance, terms in found[1:]:
        if not here:
            break
        others = set(kernel.positions_in_all(space, terms, [number]))
        here = [start for start in here if start + distance in others]
    return here


def _atoms_of(term: str) -> int:
    if term[0] == WHOLE and len(term) > 1:
        return NAME
    return len(term) if is_han(term[0]) else 1
