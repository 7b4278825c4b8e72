"""What does the tree mean in this index?

The tree's groups become groups of leaves; `leaves` rewrites each leaf on its own, so a
NOT is as wide as the word would have been without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

from searchkit.analysis.folding import fold
from searchkit.analysis.scripts import is_han
from searchkit.engines.finder import Finder
from searchkit.engines.plan import AnyOf, Group, Leaf, Node, Plan, Twin
from searchkit.model import Note
from searchkit.query import tree
from searchkit.query.leaves import Leaves
from searchkit.query.light import (
    ANSWERED,
    ASKING,
    IDLE,
    LIGHT_WEIGHT,
    STATING,
    is_light,
)
from searchkit.query.notes import Notes
from searchkit.query.restrict import scope_of
from searchkit.query.twins import Piece
from searchkit.record import replace

MOST_BESIDE_QUOTED = 3
"""Words beside a quoted text; with more it is a question that quotes something."""

FEWEST_APART = 4
"""Han characters with blanks between them, at least, that are taken for words typed
so; fewer may well be words of their own."""

FEWEST_OF_QUESTION = 3
"""Words of a question, at least, beside its light ones. Of fewer (`how to install
istio`) all are expected, as of words without light ones. nDCG@10 with 2 is level
(docs/relevance.md)."""


def plan_query(
    parsed: tree.ParsedQuery, finder: Finder, *, exact: bool = False
) -> tuple[Plan, tuple[Note, ...]]:
    """The plan of a parsed query, and what there is to say about its parts.

    `exact` searches what was typed by no other name.
    """
    notes = Notes()
    scope = scope_of(parsed.restrictions, notes)
    leaves = Leaves(finder, scope, notes, exact=exact)
    root = _alone(_either(parsed.root, leaves))
    if root == Group() and scope.languages:
        root = leaves.fences(scope.languages)
    return Plan(root, scope.filters, _is_question(root)), notes.all()


def _is_question(root: Node) -> bool:
    """Whether a sentence was typed and not words: light words stand among others."""
    if not isinstance(root, Group):
        return False
    weights = [node.weight for node in root.optional if isinstance(node, Leaf)]
    return LIGHT_WEIGHT in weights and weights.count(1.0) >= FEWEST_OF_QUESTION


def _either(node: tree.Either, leaves: Leaves) -> Node:
    groups = [made for words in node.groups if (made := _group(words, leaves))]
    if len(groups) == 1:
        return groups[0]
    return AnyOf(tuple(map(_alone, groups))) if groups else Group()


def _alone(node: Node) -> Node:
    """What a node asks for where nothing stands beside it: of one leaf, the leaf."""
    if isinstance(node, Group) and not node.excluded and not node.twins:
        children = node.required + node.optional
        if len(children) == 1 and isinstance(children[0], Leaf):
            return children[0]
    return node


def _group(words: tree.Words, leaves: Leaves) -> Group | None:
    parts: dict[tree.Occur, list[Node]]
    parts = {"optional": [], "required": [], "excluded": []}
    names = _Names()
    alone = len(words.items) == 1
    for item in _asked(words.items, leaves):
        if item.occur == "excluded":
            parts[item.occur].extend(_nodes(item.node, leaves, item.occur))
        elif found := _pieces(item.node, leaves, alone=alone):
            pieces = found[1]
            if item.occur == "required":
                pieces = [replace(piece, needed=True) for piece in pieces]
            names.add(found[0], pieces)
            for piece in pieces:
                parts[item.occur].extend(piece.leaves)
        else:
            names.end()
            parts[item.occur].extend(_nodes(item.node, leaves, item.occur))
    if not any(parts.values()):
        return None
    optional = _lightened(
        parts["optional"], beside=parts["required"], exact=leaves.exact
    )
    for node in optional:
        if isinstance(node, Leaf) and node.weight == LIGHT_WEIGHT:
            leaves.asks_only(node)
    twins = [*names.end(), *leaves.loose]
    leaves.loose.clear()
    if optional is not parts["optional"]:
        light = dict(zip(parts["optional"], optional, strict=True))
        twins = [_within(twin, light) for twin in twins]
    return Group(
        tuple(optional),
        tuple(parts["required"]),
        tuple(parts["excluded"]),
        tuple(twins),
        tuple(_stated(optional)),
    )


def _asked(items: tuple[tree.Item, ...], leaves: Leaves) -> Iterator[tree.Item]:
    """The items; in a long question a quoted text that is nowhere as its words."""
    items = _closed_up(tuple(_of_commands(items, leaves)), leaves)
    quoted = [*map(_quoted, items)]
    if not any(quoted):
        yield from items
        return
    texts = [item.node.text for item in items if isinstance(item.node, tree.Text)]
    is_long = sum(map(leaves.count_words, texts)) > MOST_BESIDE_QUOTED
    for item, text in zip(items, quoted, strict=True):
        if is_long and text and leaves.is_nowhere(text):
            leaves.as_words(text)
            yield from (
                tree.Item("optional", tree.Text(chunk)) for chunk in text.split()
            )
        else:
            yield item


def _of_commands(items: tuple[tree.Item, ...], leaves: Leaves) -> Iterator[tree.Item]:
    """The items; `-it` is a word in `docker run -it`, and NOT it in `docker -it`."""
    for item in items:
        node = item.node
        if isinstance(node, tree.Text) and leaves.is_option(node):
            yield tree.Item("optional", tree.Text(f"-{node.text}"))
        else:
            yield item


def _closed_up(items: tuple[tree.Item, ...], leaves: Leaves) -> tuple[tree.Item, ...]:
    """The items; 如 何 安 装, as it is copied out of some documents, as 如何安装."""
    if sum(map(_is_character, items)) < FEWEST_APART:
        return items
    made: list[tree.Item] = []
    for is_character, group in groupby(items, _is_character):
        row = [*group]
        if is_character and len(row) >= FEWEST_APART:
            texts = [item.node.text for item in row if isinstance(item.node, tree.Text)]
            if leaves.close_up(texts):
                row = [tree.Item("optional", tree.Text("".join(texts)))]
        made += row
    return tuple(made)


def _is_character(item: tree.Item) -> bool:
    """Whether an item is a Han character alone."""
    node = item.node
    if item.occur != "optional" or not isinstance(node, tree.Text):
        return False
    return len(node.text) == 1 and is_han(node.text)


def _quoted(item: tree.Item) -> str:
    """The quoted text that an item is, if no sign insists on it; else empty."""
    node = item.node
    if item.occur == "required" and isinstance(node, tree.Phrase):
        return "" if node.insisted else node.text
    return ""


def _within(twin: Twin, light: dict[Node, Node]) -> Twin:
    """The twin of the leaves as they now are in the group."""
    of = (light.get(leaf, leaf) for leaf in twin.of)
    leaves = tuple(leaf for leaf in of if isinstance(leaf, Leaf))
    return replace(twin, of=leaves)


class _Names:
    """Gathers words that were typed side by side, and the twins of what they name."""

    def __init__(self) -> None:
        self._leaves: Leaves | None = None
        self._pieces: list[Piece] = []
        self._twins: list[Twin] = []

    def add(self, leaves: Leaves, pieces: list[Piece]) -> None:
        """Go on with words whose names are looked for in the scope of `leaves`."""
        for piece in pieces:
            is_name = piece.text.strip("-_") in ("", piece.text)  # --help is none
            if not is_name or leaves is not self._leaves:
                self.end()
            if is_name:
                self._leaves = leaves
                self._pieces.append(piece)

    def end(self) -> list[Twin]:
        """End the row of words; the twins of all rows so far."""
        if self._leaves:
            self._twins += self._leaves.twins(self._pieces)
        self._leaves, self._pieces = None, []
        return self._twins


def _pieces(
    node: tree.Node, leaves: Leaves, *, alone: bool
) -> tuple[Leaves, list[Piece]] | None:
    """The words of a plain text, or of one in a field; nothing for other nodes."""
    if isinstance(node, tree.Fielded):
        return _pieces(node.value, leaves.within((node.field,)), alone=alone)
    if isinstance(node, tree.Text):
        return leaves, list(leaves.pieces(node.text, alone=alone))
    return None


def _nodes(node: tree.Node, leaves: Leaves, occur: tree.Occur) -> Iterator[Node]:
    if isinstance(node, tree.Text):
        excluded = occur == "excluded"
        yield from leaves.excluded(node.text) if excluded else leaves.text(node.text)
    elif isinstance(node, tree.Phrase):
        yield from leaves.phrase(node.text, occur)
    elif isinstance(node, tree.Formula):
        yield from leaves.formula(node.text, occur=occur)
    elif isinstance(node, tree.Wildcard):
        yield from leaves.wildcard(node)
    elif isinstance(node, tree.Fuzzy):
        yield from leaves.fuzzy(node)
    elif isinstance(node, tree.Fielded):
        yield from _nodes(node.value, leaves.within((node.field,)), occur)
    elif occur == "excluded" and (each := _alternatives(node)):
        for alternative in each:
            yield from _nodes(alternative, leaves, occur)
    else:
        yield _either(node, leaves)


def _alternatives(node: tree.Either) -> list[tree.Node]:
    """What is excluded one by one: -(a OR b) is -a -b; nothing of other groups."""
    groups = [group.items for group in node.groups if group.items]
    if any(len(items) > 1 or items[0].occur == "excluded" for items in groups):
        return []
    return [items[0].node for items in groups]


def _lightened(nodes: list[Node], *, beside: list[Node], exact: bool) -> list[Node]:
    """The nodes with little weight for light words, if there are other words."""
    labels = [*map(_label, nodes)]
    light = [*map(is_light, labels)]
    if not any(light) or (all(light) and not beside):
        return nodes
    idle = [label in IDLE for label in labels]
    is_answered = not (exact or ANSWERED.keys().isdisjoint(labels))
    others = len(nodes) - sum(light) - sum(idle)
    if (is_answered or any(idle)) and others >= FEWEST_OF_QUESTION:
        light = [one or other for one, other in zip(light, idle, strict=True)]
        if is_answered:
            nodes = [*map(_answered, nodes, labels)]
    return [
        replace(node, weight=LIGHT_WEIGHT)
        if isinstance(node, Leaf) and is_one
        else node
        for node, is_one in zip(nodes, light, strict=True)
    ]


def _answered(node: Node, label: str) -> Node:
    """A word of a question, found also as what stands in its place in answers."""
    answers = ANSWERED.get(label)
    if answers is None or not isinstance(node, Leaf):
        return node
    return replace(node, variants=(*node.variants, (answers,)), closer=())


def _stated(nodes: list[Node]) -> Iterator[tuple[Leaf, Leaf]]:
    """The last word of what a question asks to define, and the `is` of the answer."""
    leaves = [node for node in nodes if isinstance(node, Leaf)]
    for at, (asking, stating) in enumerate(pairwise(leaves)):
        if asking.weight == stating.weight == LIGHT_WEIGHT and (
            _label(asking) in ASKING and _label(stating) in STATING
        ):
            for named in _first_name(leaves[at + 2 :])[-1:]:
                yield named, stating


def _first_name(leaves: list[Leaf]) -> list[Leaf]:
    """The words of the first name: `pod limits` of *the pod limits of a namespace*."""
    name: list[Leaf] = []
    for leaf in leaves:
        if leaf.weight > LIGHT_WEIGHT:
            name.append(leaf)
        elif name and _label(leaf) != "的":  # a Chinese name ends with what it names
            break
    return name


def _label(node: Node) -> str:
    return fold(node.label).text if isinstance(node, Leaf) else ""
