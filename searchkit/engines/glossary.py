"""How does the glossary lie in a generation?

The definitions of an article lie beside it, deflated, as JSON, so that an article
that stays need not be read again. What is mined from all of them is two files:
`glossary.json`, the pairs with their evidence, and `twins.json`, which a search reads:
key of a name → its spelling and its twins.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

from searchkit.analysis.glossary import name_key
from searchkit.analysis.pairs import Definition
from searchkit.model import GlossaryPair, GlossaryPlace

GLOSSARY = "glossary.json"
TWINS = "twins.json"
FILES = (GLOSSARY, TWINS)
_LEVEL = 9  # zlib's, of definitions


@dataclass(frozen=True, slots=True)
class Names:
    """A name as it is mostly written, and the other names of the same thing."""

    spelling: str
    twins: tuple[str, ...]


def pack_definitions(definitions: Iterable[Definition]) -> bytes:
    """Definitions as the bytes of a column."""
    rows = [astuple(definition) for definition in definitions]
    if not rows:
        return b""
    data = json.dumps(rows, separators=(",", ":"), ensure_ascii=False)
    return zlib.compress(data.encode("utf-8", "surrogatepass"), _LEVEL)


def unpack_definitions(data: bytes) -> Iterator[Definition]:
    """The inverse of `pack_definitions`."""
    rows = json.loads(zlib.decompress(data)) if data else ()
    for left, edge, names, line, text in rows:
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
    value = json.loads(data)
    return {key: Names(name, tuple(twins)) for key, (name, twins) in value.items()}


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
