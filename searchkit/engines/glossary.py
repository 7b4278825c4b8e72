"""How does the glossary lie in a generation?

The definitions of an article lie beside it, as JSON in a column, so that an article
that stays need not be read again. What is mined from all of them is two files:
`glossary.json`, the pairs with their evidence, and `twins.json`, which a search reads:
key of a name → its spelling and its twins.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

from searchkit.analysis.glossary import name_key
from searchkit.analysis.pairs import Definition
from searchkit.model import GlossaryPair, GlossaryPlace

GLOSSARY = "glossary.json"
TWINS = "twins.json"


@dataclass(frozen=True, slots=True)
class Names:
    """A name as it is mostly written, and the other names of the same thing."""

    spelling: str
    twins: tuple[str, ...]


def pack_definitions(definitions: Iterable[Definition]) -> bytes:
    """Definitions as the bytes of a column."""
    rows = [astuple(definition) for definition in definitions]
    return json.dumps(rows, separators=(",", ":")).encode("ascii") if rows else b""


def unpack_definitions(data: bytes) -> Iterator[Definition]:
    """The inverse of `pack_definitions`."""
    for left, edge, names, line, text in json.loads(data) if data else ():
        yield Definition(left, edge, tuple(names), line, text)


def write_glossary(generation: Path, pairs: Iterable[GlossaryPair]) -> None:
    """Write both files."""
    pairs = tuple(pairs)
    _write(generation / GLOSSARY, [astuple(pair) for pair in pairs])
    _write(generation / TWINS, _twins(pairs))


def unpack_glossary(data: bytes) -> tuple[GlossaryPair, ...]:
    """Every pair with its evidence, from the bytes of GLOSSARY."""
    rows = json.loads(data)
    return tuple(
        GlossaryPair(
            (left, right), count, tuple(GlossaryPlace(*place) for place in places)
        )
        for (left, right), count, places in rows
    )


def unpack_twins(data: bytes) -> Mapping[str, Names]:
    """The names that have twins, by `name_key`, from the bytes of TWINS."""
    value = dict(json.loads(data))
    return {
        key: Names(str(name), tuple(map(str, twins)))
        for key, (name, twins) in value.items()
    }


def _twins(pairs: tuple[GlossaryPair, ...]) -> dict[str, tuple[str, list[str]]]:
    """Most attested twins first."""
    table: dict[str, tuple[str, list[str]]] = {}
    for pair in sorted(pairs, key=lambda pair: (-pair.count, pair.names)):
        left, right = pair.names
        for name, twin in ((left, right), (right, left)):
            table.setdefault(name_key(name), (name, []))[1].append(twin)
    return table


def _write(path: Path, value: object) -> None:
    path.write_bytes(json.dumps(value, separators=(",", ":")).encode("ascii"))
