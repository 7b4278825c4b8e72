"""How is a whole generation written from its sources?

First the rows of documents and the pages, then the postings of both spaces, in bounded
memory: slabs are gathered and scored in a second thread while this one encodes and
writes the one before (numpy lets the interpreter go while it works).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from searchkit.engines.columns.encode import Lists, SpaceWriter
from searchkit.engines.columns.encode import Slab as EncodedSlab
from searchkit.engines.columns.files import ColumnWriter
from searchkit.engines.generation.classes import Keys, KeysOf
from searchkit.engines.generation.copies import families
from searchkit.engines.generation.documents import (
    PAGES,
    Array,
    merge_documents,
    merge_texts,
    merged_bytes,
    merged_texts,
)
from searchkit.engines.generation.layout import Layout, layout
from searchkit.engines.generation.merge import (
    FormulaMerge,
    Found,
    Postings,
    Slab,
    TextMerge,
)
from searchkit.engines.generation.old import OldGeneration
from searchkit.engines.generation.run import Run
from searchkit.engines.generation.scores import Weigher
from searchkit.engines.generation.slabs import slabs
from searchkit.engines.generation.suggestions import Words

Told = Callable[[float], None]
"""Hears what share of the writing is done."""

_AHEAD = 2  # slabs made before they are written


def write_generation(
    folder: Path,
    runs: Sequence[Path],
    base: Path | None,
    kept: Iterable[str],
    *,
    keys_of: KeysOf,
    threads: int,
    told: Told,
) -> Words:
    """Write documents, pages and postings into an empty folder; the words there are.

    The documents are those of the runs and, with the doc_ids of `kept`, those of the
    generation `base`. `keys_of` gives the keys of English words (see `classes`).

    Raises: OSError, IndexCorruptError if `base` is damaged.
    """
    old = OldGeneration(base) if base else None
    sources: list[Run | OldGeneration] = [*([old] if old else []), *map(Run, runs)]
    try:
        chosen = frozenset(name.encode("utf-8", "surrogatepass") for name in kept)
        placed = layout(
            [source.documents for source in sources],
            [chosen if source is old else None for source in sources],
        )
        with ColumnWriter(folder / "documents", "documents") as writer:
            stretches = placed.stretches()
            merge_documents(writer, stretches)
            found = families(
                merged_bytes("signature", stretches),
                merged_texts("doc_id", stretches),
                merged_texts("title", stretches),
            )
            writer.add("family", found.tobytes())
        _write_pages(folder, sources, placed)
        known = old.keys() if old else {}
        return _write_postings(folder, sources, placed, known, keys_of, threads, told)
    finally:
        for source in sources:
            source.close()


def _write_pages(
    folder: Path, sources: Sequence[Run | OldGeneration], placed: Layout
) -> None:
    with ColumnWriter(folder / "pages", "pages") as writer:
        for name in PAGES:
            columns = [source.pages(name) for source in sources]
            pieces = [(columns[number], low, end) for number, low, end in placed.pieces]
            offsets = merge_texts(writer, name, pieces)
            writer.add(f"{name}_offsets", offsets.astype("<u8"))


def _write_postings(
    folder: Path,
    sources: Sequence[Run | OldGeneration],
    placed: Layout,
    known: Mapping[bytes, Keys],
    keys_of: KeysOf,
    threads: int,
    told: Told,
) -> Words:
    table, words = folder / "tmp-frequencies", Words()
    with (
        ThreadPoolExecutor(threads) as pool,
        ColumnWriter(folder / "postings", "postings") as writer,
    ):
        in_order = partial(_in_order, pool)
        bases = placed.base("text")
        weigher = Weigher(bases, placed.numbers())
        text = TextMerge(sources, placed, weigher=weigher, known=known, keys_of=keys_of)
        text.prepare(table, in_order)
        _write_space(writer, "text", text, bases, in_order, told, words)
        formulas = FormulaMerge(sources, placed)
        bases = placed.base("math")
        _write_space(writer, "math", formulas, bases, in_order, told)
    table.unlink()
    return words


def _write_space(
    writer: ColumnWriter,
    name: str,
    merge: TextMerge | FormulaMerge,
    bases: Array,
    in_order: Callable[..., Iterator[tuple[Slab, Postings]]],
    told: Told,
    words: Words | None = None,
) -> None:
    space = SpaceWriter(writer, name, bases)
    for (_, high), found in in_order(merge.postings, slabs(merge.sizes())):
        space.add(_encodable(found))
        if words is not None:
            words.add(found.terms, found.document_counts.tolist())
        told(high / len(merge.terms))
    space.finish()


def _encodable(found: Postings) -> EncodedSlab:
    return EncodedSlab(
        found.terms,
        _lists(found.positions, found.position_counts),
        _lists(found.documents, found.document_counts),
        found.codes,
        _lists(found.members, found.member_counts),
    )


def _lists(values: Array, counts: Array) -> Lists:
    return Lists(values, np.concatenate([[0], np.cumsum(counts)]))


def _in_order(
    pool: ThreadPoolExecutor,
    function: Callable[[int, int], Found],
    ranges: Iterable[Slab],
) -> Iterator[tuple[Slab, Found]]:
    """What the function makes of the ranges, in their order, few ahead."""
    waiting: deque[tuple[Slab, Future[Found]]] = deque()
    for low, high in ranges:
        waiting.append(((low, high), pool.submit(function, low, high)))
        if len(waiting) > _AHEAD:
            done, future = waiting.popleft()
            yield done, future.result()
    while waiting:
        done, future = waiting.popleft()
        yield done, future.result()
