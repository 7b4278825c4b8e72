"""What does a build read of a generation's documents without numpy?

A build that changes nothing need not load it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from searchkit.engines.columns.files import Columns, corrupt
from searchkit.engines.generations import DIGEST_BYTES, DOCUMENTS
from searchkit.engines.texts import Texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.analysis.pairs import Definition

_DEFINING = ("doc_id_size", "doc_id", "definitions_size", "definitions")


def known_digests(generation: Path) -> dict[str, bytes]:
    """The digest of each document's source, by doc_id.

    Raises: IndexCorruptError.
    """
    with closing(Columns(generation / DOCUMENTS, DOCUMENTS)) as columns:
        digests = bytes(columns.column("digest").whole())
        starts = range(0, len(digests), DIGEST_BYTES)
        each = (digests[at : at + DIGEST_BYTES] for at in starts)
        doc_ids = Texts(columns, "doc_id").all(columns.release)
        return dict(zip(doc_ids, each, strict=True))


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
        doc_ids = Texts(columns, "doc_id").all(columns.release)
        packed = Texts(columns, "definitions").all_raw(columns.release)
        for doc_id, data in zip(doc_ids, packed, strict=True):
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
        yield from Texts(columns, name).all(columns.release)
