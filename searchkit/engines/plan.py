"""What is an engine asked to find?

A plan is a tree whose leaves say which terms may stand where, and in which fields and
zones. Everything a user's word may also mean (its stem, the name joined, the part of
a camel-case word) is in the leaf itself: beside it in the tree it would leak past NOT.
"""

from __future__ import annotations

from searchkit.model import Zone
from searchkit.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date

Slot = tuple[str, ...]
"""The terms any of which may stand at one position."""

Sequence = tuple[Slot, ...]
"""Slots at consecutive positions. One slot alone is a word."""

ALL_FIELDS = ("title", "alias", "address", "topic", "body")
"""In the order of an article's row. Addresses are those of `analysis.addresses`."""
VISIBLE_FIELDS = ("title", "body")


@record
class Leaf:
    """One thing searched for: it is found where any of its variants is.

    `label` is what the user typed. `adjacent` says how it stands beside the next
    leaf; it is empty where that has no meaning (a prefix). `zones` and `languages`
    (of fences) restrict what is found in the body. A leaf of little `weight` ranks,
    but does not make a hit beside others. `closer` says which terms of its variants
    are closer to what was typed, each slot a part of the one before: they find nothing
    more, but rank above the others. `blanks` says for each slot whether a blank stands
    before it; if it is empty, blanks do not count. `behind` are the signs that were
    typed between it and the next leaf.
    """

    label: str
    variants: tuple[Sequence, ...]
    fields: tuple[str, ...] = ALL_FIELDS
    zones: frozenset[Zone] | None = None
    adjacent: Sequence = ()
    weight: float = 1.0
    closer: tuple[Slot, ...] = ()
    blanks: tuple[bool, ...] = ()
    languages: frozenset[str] | None = None
    behind: Sequence = ()


@record
class FormulaLeaf(Leaf):
    """A formula: found where one of its runs of canonical atoms stands in a formula,
    or one of its variants, which are its text as written, stands anywhere.

    Near forms make hits that lack the formula: `near_runs` with other letters in its
    place, `near_formulas` are terms of whole formulas.
    """

    runs: tuple[tuple[str, ...], ...] = ()
    near_runs: tuple[tuple[str, ...], ...] = ()
    near_formulas: tuple[str, ...] = ()

    @property
    def in_math(self) -> bool:
        """Whether formulas are among what the leaf's restrictions leave."""
        zones = self.zones is None or "math" in self.zones
        return zones and "body" in self.fields and self.languages is None


@record
class Twin:
    """Another name of what some leaves of a group name together.

    A document that holds `leaf` lacks none of the leaves in `of`, but for one that is
    only `likely` the same: what a dictionary gives has senses that were not meant. Such
    a one counts only in documents that hold none of the leaves in `unless`. `is_title`:
    a title or heading of several words is called so in the other language.

    `whole` finds a name of several words where it stands as one. A document that has
    all of `of`, but apart, lacks the name.
    """

    of: tuple[Leaf, ...]
    leaf: Leaf
    likely: bool = False
    unless: tuple[Leaf, ...] = ()
    is_title: bool = False
    whole: Leaf | None = None


@record
class Group:
    """Words side by side: a document needs all of `required` and none of `excluded`.

    If nothing is required it needs one of `optional`; those rank, all together first.
    `twins` stand for some of the optional and required leaves. Those of `stated` are
    pairs that were not typed side by side, but stand so in what states an answer.
    """

    optional: tuple[Node, ...] = ()
    required: tuple[Node, ...] = ()
    excluded: tuple[Node, ...] = ()
    twins: tuple[Twin, ...] = ()
    stated: tuple[tuple[Leaf, Leaf], ...] = ()


@record
class AnyOf:
    """A document needs one of the alternatives."""

    alternatives: tuple[Node, ...]


Node = Leaf | Group | AnyOf


@record
class Filters:
    """What else a document needs. Topics are folded, all of them are needed;
    `paths` are folded pieces of the doc_id. Dates are inclusive."""

    topics: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    excluded_paths: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None


NO_FILTERS = Filters()


@record
class Plan:
    """A whole query, ready to run.

    Documents that lack no word come first, but in a question the score alone decides:
    who writes a sentence does not expect to find all of it.
    """

    root: Node
    filters: Filters = Filters()
    is_question: bool = False

    def leaves(self) -> tuple[Leaf, ...]:
        """Every leaf that may match in a hit: those under NOT are left out."""
        return tuple(leaves_of(self.root))

    def twins(self) -> tuple[Twin, ...]:
        """Every twin that may match in a hit."""
        return tuple(twin for twins in _twins(self.root) for twin in twins)

    def twins_by_group(self) -> tuple[tuple[Twin, ...], ...]:
        """The same, those of each group together."""
        return tuple(_twins(self.root))

    def eithers(self) -> tuple[AnyOf, ...]:
        """Every node with alternatives that may match in a hit."""
        return tuple(_eithers(self.root))


def _twins(node: Node) -> list[tuple[Twin, ...]]:
    if isinstance(node, Leaf):
        return []
    if isinstance(node, AnyOf):
        return [twins for child in node.alternatives for twins in _twins(child)]
    below = [twins for n in (*node.required, *node.optional) for twins in _twins(n)]
    return [node.twins, *below]


def _eithers(node: Node) -> list[AnyOf]:
    if isinstance(node, Leaf):
        return []
    if isinstance(node, AnyOf):
        return [node, *(e for child in node.alternatives for e in _eithers(child))]
    return [e for child in (*node.required, *node.optional) for e in _eithers(child)]


def leaves_of(node: Node) -> list[Leaf]:
    """Every leaf of a node that may match in a hit."""
    if isinstance(node, Leaf):
        return [node]
    if isinstance(node, AnyOf):
        return [leaf for child in node.alternatives for leaf in leaves_of(child)]
    return [
        leaf for child in (*node.required, *node.optional) for leaf in leaves_of(child)
    ]
