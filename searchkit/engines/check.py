"""Is a generation sound?

Everything is read: each byte of each file is compared with its checksum, each list and
each stored article is decoded, and what must agree is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from searchkit.engines.columns import plain
from searchkit.engines.columns.postings import Postings
from searchkit.engines.generations import (
    ALWAYS,
    DOCUMENTS,
    OPTIONAL,
    POSTINGS,
    compare_seals,
)
from searchkit.engines.page import damage_told
from searchkit.engines.pages import unpack_page
from searchkit.engines.reader import GenerationReader
from searchkit.errors import IndexStoreError


def problems(
    generation: Path, told: Callable[[int, int], None] | None = None
) -> tuple[str, ...]:
    """What is wrong, a sentence each; nothing if all is sound.

    The generation is opened anew, so that nothing is trusted that was read before.
    """
    try:
        reader = GenerationReader(generation)
    except IndexStoreError as error:
        return (str(error),)
    try:
        compare_seals(generation, reader.manifest)
        _compare_bytes(reader, told)
        found = [f"{generation / DOCUMENTS}: {what}" for what in _documents(reader)]
        for space in (reader.text, reader.math):
            found += [f"{generation / POSTINGS}: {what}" for what in _postings(space)]
        _ = [*reader.twins.all()], reader.lexicon, reader.glossary()
        for table in (reader.translations, reader.counterparts):
            _ = [*table.all()] if table else []
        return tuple(found)
    except IndexStoreError as error:
        return (str(error),)
    finally:
        reader.close()


def _compare_bytes(
    reader: GenerationReader, told: Callable[[int, int], None] | None
) -> None:
    names = [*ALWAYS, *(set(OPTIONAL) & reader.manifest.files.keys())]
    total = sum(reader.manifest.files[name][0] for name in names)
    done = 0

    def read(size: int) -> None:
        nonlocal done
        done += size
        if told:
            told(done, total)

    for name in names:
        reader.columns(name).verify(read)


def _documents(reader: GenerationReader) -> Iterator[str]:
    count = reader.document_count
    if count != reader.manifest.documents:
        yield f"{count} articles instead of {reader.manifest.documents}"
    last = b""
    for number in range(count):
        doc_id = reader.texts("doc_id").raw(number)
        if number and doc_id <= last:
            yield f"article {number} is not in the order of the doc_ids"
        last = doc_id
        row = reader.summary(number)
        reader.article(row)
        with damage_told(reader.path):
            page = unpack_page(reader.page(number))
        row_length = reader.text_base[number + 1] - reader.text_base[number]
        if reader.body_start[number] + len(page.starts) != row_length:
            yield f"{row.doc_id} has another number of positions than its text"


def _postings(space: Postings) -> Iterator[str]:
    end, count = space.bases[len(space.bases) - 1], space.document_count
    for ordinal in range(len(space.terms)):
        term = space.at(ordinal)
        positions, documents = plain.positions(term), plain.documents(term)
        if len(positions) != term.occurrences or (positions and positions[-1] >= end):
            yield f"{term.term!r} stands at places that are in no article"
        if len(documents) != term.documents or (documents and documents[-1] >= count):
            yield f"{term.term!r} stands in an article that does not exist"
        if len(plain.codes(term)) != term.documents:
            yield f"{term.term!r} has not one code for each article"
