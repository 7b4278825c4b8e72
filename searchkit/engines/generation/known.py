"""What does a build read of a generation's documents without numpy?

A build that changes nothing need not load it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from searchkit.engines.columns.files import Columns, corrupt
from searchkit.engines.generations import DIGEST_BYTES, DOCUMENTS

if TYPE_CHECKING:
    from searchkit.analysis.pairs import Definition

_AT_ONCE = 4096  # texts
_DEFINING = ("doc_id_at", "doc_id", "definitions_at", "definitions")


def known_digests(generation: Path) -> dict[str, bytes]:
    """The digest of each document's source, by doc_id.

    Raises: IndexCorruptError.
    """
    with closing(Columns(generation / DOCUMENTS, DOCUMENTS)) as columns:
        digests = bytes(columns.column("digest").whole())
        starts = range(0, len(digests), DIGEST_BYTES)
        each = (digests[at : at + DIGEST_BYTES] for at in starts)
        return dict(zip(_texts(columns, "doc_id"), each, strict=True))


def document_count(generation: Path) -> int:
    """How many documents there are. Raises: IndexCorruptError."""
    with closing(Columns(generation / DOCUMENTS, DOCUMENTS)) as columns:
        return len(columns.column("digest").whole()) // DIGEST_BYTES


def same_definitions(one: Path, other: Path) -> bool:
    """Whether the articles of two generations are as many and define the same."""
    found = []
    for generation in (one, other):
        with closing(Columns(generation / DOCUMENTS, DOCUMENTS)) as columns:
            found.append([bytes(columns.column(name).whole()) for name in _DEFINING])
    return found[0] == found[1]


def stored_definitions(generation: Path) -> Iterator[tuple[str, Definition]]:
    """(doc_id, definition) for all that the articles of a generation hold.

    Raises: IndexCorruptError.
    """
    from searchkit.engines.glossary import unpack_definitions

    with closing(Columns(generation / DOCUMENTS, DOCUMENTS)) as columns:
        packed = _raw(columns, "definitions")
        for doc_id, data in zip(_texts(columns, "doc_id"), packed, strict=True):
            try:
                found = [*unpack_definitions(data)]
            except (ValueError, TypeError) as error:
                raise corrupt(columns.path, f"definitions ({error})") from error
            yield from ((doc_id, one) for one in found)


def stored_titles(generation: Path) -> Iterator[str]:
    """The titles of a generation's articles, in their order."""
    return _stored(generation, "title")


def stored_headings(generation: Path) -> Iterator[str]:
    """The headings of all its articles, with repeats."""
    for headings in _stored(generation, "headings"):
        yield from headings.splitlines()


def _stored(generation: Path, name: str) -> Iterator[str]:
    with closing(Columns(generation / DOCUMENTS, DOCUMENTS)) as columns:
        yield from _texts(columns, name)


def _texts(columns: Columns, name: str) -> Iterator[str]:
    return (str(raw, "utf-8", "surrogatepass") for raw in _raw(columns, name))


def _raw(columns: Columns, name: str) -> Iterator[bytes]:
    """All texts of a column as bytes; only a few at a time are in memory."""
    column = columns.column(name)
    wide = len(column) >= 1 << 32
    offsets = columns.column(f"{name}_at").integers("Q" if wide else "I")
    for first in range(0, len(offsets) - 1, _AT_ONCE):
        ends = offsets[first : first + _AT_ONCE + 1].tolist()
        low = ends[0]
        some = bytes(column.slice(low, ends[-1]))
        yield from (some[at - low : end - low] for at, end in pairwise(ends))
        columns.release()
