"""How does the glossary lie in a generation?

The definitions of an article lie beside it, packed, as JSON, so that an article that
stays need not be read again. What is mined from all of them is a file of columns: what
a search reads (see `twins`), and all pairs with their evidence as packed JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from searchkit.analysis.names import name_key
from searchkit.analysis.pairs import Definition
from searchkit.engines.columns.files import Columns, ColumnWriter, corrupt
from searchkit.engines.generations import GLOSSARY
from searchkit.engines.packing import packed_with_size, unpacked_with_size
from searchkit.engines.twins import add_names
from searchkit.model import GlossaryPair, GlossaryPlace
from searchkit.record import as_tuple

_PAIRS = "pairs"


def pack_definitions(definitions: Iterable[Definition]) -> bytes:
    """Definitions as the bytes of a column."""
    rows = [as_tuple(definition) for definition in definitions]
    if not rows:
        return b""
    data = json.dumps(rows, separators=(",", ":"), ensure_ascii=False)
    return packed_with_size(data.encode("utf-8", "surrogatepass"))


def unpack_definitions(data: bytes) -> Iterator[Definition]:
    """The inverse of `pack_definitions`."""
    rows = json.loads(unpacked_with_size(data)) if data else ()
    for left, edge, names, line, text in rows:
        yield Definition(left, edge, tuple(names), line, text)


def write_glossary(generation: Path, pairs: Iterable[GlossaryPair]) -> None:
    """Write the file."""
    pairs = tuple(pairs)
    rows = [(pair.names, pair.count, [*map(as_tuple, pair.places)]) for pair in pairs]
    data = json.dumps(rows, separators=(",", ":")).encode("ascii")
    with ColumnWriter(generation / GLOSSARY, GLOSSARY) as writer:
        add_names(writer, _twins(pairs))
        writer.add(_PAIRS, packed_with_size(data))


def read_pairs(columns: Columns) -> tuple[GlossaryPair, ...]:
    """Every pair with its evidence. Raises: IndexCorruptError."""
    try:
        rows = json.loads(unpacked_with_size(columns.column(_PAIRS).whole()))
        return tuple(
            GlossaryPair(
                (left, right), count, tuple(GlossaryPlace(*place) for place in places)
            )
            for (left, right), count, places in rows
        )
    except (ValueError, TypeError) as error:
        raise corrupt(columns.path, str(error)) from error


def _twins(pairs: tuple[GlossaryPair, ...]) -> dict[str, list[str]]:
    """By key the name as it is mostly written, then its twins, most attested first."""
    table: dict[str, list[str]] = {}
    for pair in sorted(pairs, key=lambda pair: (-pair.count, pair.names)):
        left, right = pair.names
        for name, twin in ((left, right), (right, left)):
            table.setdefault(name_key(name), [name]).append(twin)
    return table
