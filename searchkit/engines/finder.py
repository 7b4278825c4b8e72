"""What does one leaf find?

Each leaf is found once: how many documents hold it, and lists of them with what their
codes are worth. A list that is a term's is not read before it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial

from searchkit.engines import formulas, matching, ranking
from searchkit.engines.columns.postings import TermPostings
from searchkit.engines.plan import ALL_FIELDS, Filters, FormulaLeaf, Leaf, Slot, Twin
from searchkit.engines.plan import Sequence as Slots
from searchkit.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from searchkit.engines.kernels.base import (
        Column,
        Documents,
        Kernel,
    )
    from searchkit.engines.kernels.plain import PlainKernel
    from searchkit.engines.reader import GenerationReader

_FOUND_BYTES, _SLOT_BYTES = 2000, 100  # of memory: of what a leaf found, with the leaf
_COUNT_BYTES = 2000  # of memory: of a number with the leaves that it is of


@record
class Layer:
    """Documents with codes.

    `source` is a term of the index, to be read when it is needed, or a column. A layer
    of some of a word's `degrees`, the first and the last, is worth their shares.
    Codes of a formula are no impact codes: `xs` says what they stand for.
    """

    source: TermPostings | Column
    degrees: tuple[int, int] | None = None
    xs: tuple[float, ...] = ()


@record
class LeafFound:
    """What one leaf found: its idf, times its weight, and where it stands.

    The first layer has all documents that hold the leaf; each gets the sum of what the
    layers give it. The documents that only have a near form of it are in `near`.
    """

    idf: float
    document_count: int
    layers: tuple[Layer, ...] = ()
    near: Layer | None = None
    near_count: int = 0

    @property
    def any_count(self) -> int:
        """How many documents hold the leaf or a near form."""
        return self.document_count + self.near_count

    @property
    def is_anywhere(self) -> bool:
        """Whether any document does."""
        return self.any_count > 0

    @property
    def all_layers(self) -> tuple[Layer, ...]:
        """The layers with the near forms."""
        return (*self.layers, self.near) if self.near else self.layers


class Finder:
    """Finds leaves on one reader; each is found once. For one thread."""

    def __init__(self, reader: GenerationReader, *, kernel: Kernel | None = None):
        """With the kernel that fits the work, or with the one given."""
        self.reader = reader
        self.kernel = kernel or reader.kernel(0)
        self._chooses = kernel is None
        self._found: dict[Leaf, LeafFound] = {}
        self._by_id: dict[int, tuple[Leaf, LeafFound]] = {}  # a leaf's hash is slow
        self._made: dict[Hashable, Column] = {}  # not the same list twice: see _layers
        self._columns: dict[int, tuple[Any, Column]] = {}  # loaded, by id of the source
        self._passing: dict[Filters, Documents] = {}
        self._counted: dict[Hashable, tuple[Documents, int]] = {}  # of likely twins

    @property
    def plain(self) -> PlainKernel:
        """The kernel for one document at a time."""
        return self.reader.plain

    @property
    def is_choosing(self) -> bool:
        """Whether more work may lead to another kernel."""
        return self._chooses and self.kernel is self.plain

    def spend(self, work: int) -> None:
        """Say that so many postings will be read: many are worth another kernel."""
        if not self.is_choosing:
            return
        kernel = self.reader.kernel(work)
        if kernel is not self.kernel:  # what was found is small, and found again
            self.kernel = kernel
            self._found.clear()
            self._by_id.clear()
            self._made.clear()
            self._columns.clear()
            self._passing.clear()
            self._counted.clear()

    def settle(self) -> Kernel:
        """The kernel that stays from now on: what an evaluation keeps is made by it."""
        self._chooses = False
        return self.kernel

    def found(self, leaf: Leaf) -> LeafFound:
        """What one leaf finds in all documents."""
        same = self._by_id.get(id(leaf))
        if same is not None:
            return same[1]
        found = self._found.get(leaf) or self.reader.words.peek(leaf)
        if found is None:
            kernel = self.kernel
            found = self._search(leaf)
            if self.kernel is not kernel:  # in between: each has columns of its own
                found = self._search(leaf)
            if found.layers and all(map(_is_term, found.all_layers)):
                # It takes no lists of its own, and other queries have the word, too.
                size = _FOUND_BYTES + _SLOT_BYTES * sum(map(len, leaf.variants))
                self.reader.words.get(leaf, lambda: (found, size))
        self._found[leaf] = found
        self._by_id[id(leaf)] = leaf, found
        return found

    def same(self, leaf: Leaf) -> int:
        """What is the same for a word that was typed again: a leaf's hash is slow."""
        return id(self.found(leaf))

    def column(self, source: TermPostings | Column) -> Column:
        """A layer's documents with their codes."""
        if not isinstance(source, TermPostings):
            return source
        loaded = self._columns.get(id(source))
        if loaded is None:
            loaded = self._columns[id(source)] = source, self.kernel.load(source)
        return loaded[1]

    def passing(self, wanted: Filters) -> Documents:
        """The documents that pass filters."""
        found = self._passing.get(wanted)
        if found is None:
            from searchkit.engines.filters import passing

            found = self._passing[wanted] = passing(self.kernel, self.reader, wanted)
        return found

    def documents(self, leaf: Leaf) -> Documents:
        """The documents that hold the leaf or a near form of it."""
        near = self.found(leaf).near
        if near is None:
            return self.holding(leaf)
        return self.kernel.union([self.holding(leaf), self.column(near.source)])

    def holding(self, leaf: Leaf) -> Documents:
        """The documents that hold the leaf itself."""
        layers = self.found(leaf).layers
        return self.column(layers[0].source) if layers else self.kernel.union([])

    def likely(self, twin: Twin) -> Documents:
        """The documents in which a likely twin counts."""
        return self._counting(twin)[0] if twin.unless else self.documents(twin.leaf)

    def _counting(self, twin: Twin) -> tuple[Documents, int]:
        """The documents that hold a twin and none of what it is not looked for beside,
        and how many they are.

        The same word is translated in other queries, too.
        """

        def made() -> tuple[tuple[Documents, int], int]:
            found = self.documents(twin.leaf)
            for leaf in twin.unless:
                found = self.kernel.difference(found, self.documents(leaf))
            return (found, self.kernel.count(found)), self.kernel.bytes_of(found)

        asked = twin.leaf, twin.unless
        found = self._counted.get(asked)
        if found is None:
            key = self.kernel.name, "likely", *asked
            found = self._counted[asked] = self.reader.found.get(key, made)
        return found

    def count_likely(self, twin: Twin) -> int:
        """In how many documents a likely twin counts."""
        count = self.found(twin.leaf).document_count
        if not count or not twin.unless:
            return count
        self.spend(count)
        return self._counting(twin)[1]

    def count_any(self, leaves: Sequence[Leaf]) -> int:
        """In how many documents any of the leaves stands."""
        if len(leaves) == 1:
            return self.found(leaves[0]).any_count
        self.spend(sum(self.found(leaf).document_count for leaf in leaves))

        def counted() -> tuple[int, int]:
            union = self.kernel.union([*map(self.documents, leaves)])
            return self.kernel.count(union), _COUNT_BYTES

        return self.reader.found.get(("any", *leaves), counted)

    def degrees(self, leaf: Leaf, number: int) -> list[float]:
        """A document's x for the leaf, then for what is closer to what was typed."""
        chosen = self.kernel.chosen([number])
        table = self.kernel.table((0.0, *ranking.X_OF_CODE[1:]), 1.0)
        closer = [self._variant(leaf, (slot,)) for slot in leaf.closer]
        return [
            float(self.kernel.worths(self.column(source), table, chosen)[0])
            if source is not None
            else 0.0
            for source in (self._variants(leaf), *closer)
        ]

    def has(self, leaf: Leaf, number: int) -> bool:
        """Whether the leaf itself stands in a document."""
        return bool(
            self.kernel.holds(self.holding(leaf), self.kernel.chosen([number]))[0]
        )

    def _search(self, leaf: Leaf) -> LeafFound:
        if isinstance(leaf, FormulaLeaf):
            return self._formula(leaf)
        widest = self._variants(leaf)
        if widest is None:
            return LeafFound(self._idf(leaf, 0), 0)
        sources = [widest, *[self._variant(leaf, (slot,)) for slot in leaf.closer]]
        size = size_of(widest)
        return LeafFound(self._idf(leaf, size), size, _layers(sources))

    def _idf(self, leaf: Leaf, found: int) -> float:
        documents = self.reader.document_count
        return leaf.weight * ranking.inverse_document_frequency(documents, found)

    def _variants(self, leaf: Leaf) -> TermPostings | Column | None:
        """All documents of a leaf by its variants; nothing if it stands nowhere."""
        kernel = self.kernel
        several = [
            source
            for variant in leaf.variants
            if variant and (source := self._variant(leaf, variant))
        ]
        if len(several) <= 1:
            return several[0] if several else None
        self.spend(sum(map(size_of, several)))
        if self.kernel is not kernel:  # which cannot read what the other one found
            return self._variants(leaf)
        return self.kernel.first_of([self.column(source) for source in several])

    def _variant(self, leaf: Leaf, variant: Slots) -> TermPostings | Column | None:
        slot = variant[0]
        scored = len(variant) == 1 and not matching.is_restricted(leaf)
        if scored and matching.is_scored(slot):
            return self._scored(slot)
        where = leaf.fields, leaf.zones, leaf.languages, leaf.blanks

        def weighed() -> Column:
            kernel, reader = self.kernel, self.reader
            starts = matching.leaf_starts(kernel, reader, leaf, variant)
            fields = leaf.fields
            if leaf.zones is not None or leaf.languages is not None:
                starts, fields = matching.kept(kernel, reader, leaf, starts), ALL_FIELDS
            return kernel.weighed(starts, None if fields == ALL_FIELDS else fields)

        work = partial(matching.work, self.reader, variant)
        return self._kept((variant, *where), work, weighed)

    def _scored(self, slot: Slot) -> TermPostings | Column | None:
        terms = partial(matching.scored_terms, self.reader, slot)
        # Of what is known no terms are looked up: a pattern stands for hundreds.
        if len(slot) == 1 or not self._is_known((slot,)):
            found = terms()
            if len(found) <= 1:
                return found[0] if found else None

        def merged() -> Column:
            return self.kernel.merged([self.kernel.load(term) for term in terms()])

        return self._kept((slot,), lambda: sum(map(size_of, terms())), merged)

    def _kept(
        self,
        key: tuple[Hashable, ...],
        work: Callable[[], int],
        make: Callable[[], Column],
    ) -> Column | None:
        """What is made, or was for a search before; not if it is empty.

        The next page, or the same word beside another one, asks for it again. `work`
        tells how many postings are read to make it.
        """

        def made() -> tuple[Column, int]:
            column = make()
            return column, self.kernel.size_of(column)

        if not self._is_known(key):
            if self.is_choosing:
                self.spend(work())
            self._made[key] = self.reader.found.get((self.kernel.name, *key), made)
        column = self._made[key]
        return column if len(column) else None

    def _is_known(self, key: tuple[Hashable, ...]) -> bool:
        """Whether it was made, by this search or one before."""
        if key not in self._made:
            kept = self.reader.found.peek((self.kernel.name, *key))
            if kept is None:
                return False
            self._made[key] = kept
        return True

    def _formula(self, leaf: FormulaLeaf) -> LeafFound:
        self.spend(formulas.work(self.reader, leaf))
        found = formulas.find(self.kernel, self.reader, leaf)
        contained = dict(found.contained)
        written = self._variants(leaf)
        if written is not None:
            column = self.column(written)
            xs = zip(column.documents, column.codes, strict=True)
            for number, code in xs:
                x = min(ranking.X_OF_CODE[code], ranking.WHOLE)
                contained[int(number)] = max(x, contained.get(int(number), 0.0))
        near = {n: x for n, x in found.near.items() if n not in contained}
        df = len(contained) or len(near)
        return LeafFound(
            self._idf(leaf, df),
            len(contained),
            (self._layer(contained),) if contained else (),
            self._layer(near) if near else None,
            len(near),
        )

    def _layer(self, xs: Mapping[int, float]) -> Layer:
        """A layer of documents whose x are no codes: each has a code of its own."""
        different = sorted({*xs.values()})
        code_of = {x: code for code, x in enumerate(different, 1)}
        codes = ((number, code_of[x]) for number, x in sorted(xs.items()))
        return Layer(self.kernel.column(codes), xs=(0.0, *different))


def size_of(source: TermPostings | Column) -> int:
    """How many documents a layer has."""
    return source.documents if isinstance(source, TermPostings) else len(source)


def _is_term(layer: Layer) -> bool:
    return isinstance(layer.source, TermPostings)


def _layers(sources: Sequence[Any]) -> tuple[Layer, ...]:
    """The layers of a leaf's degrees; those that are the same list are one."""
    if len(sources) == 1:
        return (Layer(sources[0]),)
    layers: list[Layer] = []
    first = 0
    for degree, source in enumerate(sources):
        if source is None:
            break  # and nothing closer stands anywhere
        if layers and _is_same(layers[-1].source, source):
            layers.pop()
        else:
            first = degree
        layers.append(Layer(source, (first, degree)))
    return tuple(layers)


def _is_same(left: Any, right: Any) -> bool:
    if isinstance(left, TermPostings) and isinstance(right, TermPostings):
        return left.ordinal == right.ordinal
    return left is right
