r"""What did the user ask for?

The tree is what was typed, nothing more: no word has been looked up yet.

    query  = any { ("OR" | "|") any }
    any    = { ["+" | "-" | "NOT"] item }            "AND" between two makes both needed
    item   = "(" query ")" | [field ":"] value       needed if an OR is in parentheses
    value  = phrase | formula | prefix "*" | "*" infix "*" | term "~" [1 | 2] | text
    phrase = '"' … '"' | “ … ” | 「 … 」 | 『 … 』
    formula = "$" … "$" | "\(" … "\)" | LaTeX as `formula_text` knows it
    field  = title | body | topic | path | in | lang | since | until | date
"""

from __future__ import annotations

from searchkit.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

Occur: TypeAlias = "Literal['optional', 'required', 'excluded']"
TextField: TypeAlias = "Literal['title', 'body', 'topic']"
TEXT_FIELDS: tuple[TextField, ...] = ("title", "body", "topic")


@record
class Text:
    """A chunk between blanks, to be searched as the words in it.

    `behind` is the Latin word before a dash that excludes the chunk, or nothing at the
    beginning: there the dash may be a part of a command. `last`: it ends the query, in
    which no other dash is.
    """

    text: str
    behind: str | None = None
    last: bool = False


@record
class Phrase:
    """A quoted text, to be found as it stands. `insisted`: a `+` is before it."""

    text: str
    insisted: bool = False


@record
class Formula:
    """LaTeX without its delimiters, to be found in formulas however it is written."""

    text: str


@record
class Wildcard:
    """Words that begin with `text`, or hold it anywhere."""

    text: str
    anywhere: bool


@record
class Fuzzy:
    """Words within `distance` edits of `text`."""

    text: str
    distance: int


@record
class Fielded:
    """A value that must stand in one field."""

    field: TextField
    value: Text | Phrase | Formula | Wildcard | Fuzzy | Either


@record
class Restriction:
    """What else a document needs: `path`, `lang`, `since`, `until`, `date` or
    `in`."""

    name: str
    value: str
    excluded: bool = False


@record
class Item:
    """One part of a group, and whether a document needs it."""

    occur: Occur
    node: Node


@record
class Words:
    """Parts side by side."""

    items: tuple[Item, ...]


@record
class Either:
    """Groups of which one is enough. There is always at least one."""

    groups: tuple[Words, ...]


Node = Text | Phrase | Formula | Wildcard | Fuzzy | Fielded | Either


@record
class ParsedQuery:
    """A whole query: the tree and the restrictions, which hold for all of it."""

    root: Either
    restrictions: tuple[Restriction, ...] = ()
