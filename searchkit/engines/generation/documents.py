"""How do the facts of many documents lie in columns, in a run and in a generation?

One row a document, in the order of `doc_id`. A run has the same columns as a
generation, so that both are merged by copying stretches of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from searchkit.engines.columns.arrays import Array
from searchkit.engines.columns.varints import narrowest
from searchkit.engines.generation.tags import TagWriter
from searchkit.engines.generations import DIGEST_BYTES
from searchkit.engines.tags import Tags
from searchkit.engines.texts import add_texts, encoded
from searchkit.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from searchkit.engines.columns.files import Columns, ColumnWriter


NUMBERS = (
    "title_end",
    "alias_end",
    "address_end",
    "body_start",
    "title_words",
    "body_words",
    "text_bytes",
    "date",
)
"""Unsigned integers, one a document, of as many bytes as the greatest needs."""

TEXTS = ("doc_id", "title", "path", "definitions", "headings")
"""Bytes of any length, one text a document."""

PAGE, ARTICLE = "page", "article"
"""Bytes of any length, one of each a document, in a file of their own."""

LAID_PAGE = ("directory", "rest")
LAID_COLUMNS = (*LAID_PAGE, ARTICLE)
"""The same in a run, whose pages are not packed yet."""

SIGNATURE_BYTES = 16
BYTES = {"digest": DIGEST_BYTES, "signature": SIGNATURE_BYTES}
"""Columns with so many bytes a document."""

_TEXTS_AT_ONCE = 256  # of each of hundreds of runs
_TAGS_AT_ONCE = 1 << 20  # positions


@record
class Row:
    """The facts of one document on its way into a run.

    `numbers` are in the order of NUMBERS, `texts` in that of TEXTS. `tags` has a byte
    a position of the text row; `math_length` counts positions of the formulas' row.
    """

    numbers: tuple[int, ...]
    texts: tuple[bytes, ...]
    digest: bytes
    signature: bytes
    topics: tuple[str, ...]
    tags: bytes
    math_length: int


@record
class TextArrays:
    """Texts end to end; text i is `blob[at[i] : at[i + 1]]`. Both as in the file."""

    blob: Array
    at: Array

    def between(self, low: int, end: int) -> TextArrays:
        """The texts from `low` to `end`."""
        at = self.at[low : end + 1]
        return TextArrays(self.blob[at[0] : at[-1]], at - at[0])


@record
class Documents:
    """The rows of a run or of a generation."""

    count: int
    numbers: Mapping[str, Array]
    texts: Mapping[str, TextArrays]
    digests: Mapping[str, Array]
    topic_names: tuple[bytes, ...]
    topics: Array
    topics_at: Array
    text_base: Array
    math_base: Array
    tags: Tags

    @classmethod
    def read(cls, columns: Columns) -> Documents:
        """Raises: IndexCorruptError."""
        text_base, math_base = (
            array(columns, name, "<i8") for name in ("text_base", "math_base")
        )
        names, count = texts(columns, "topic_names"), len(text_base) - 1
        return cls(
            count=count,
            numbers={name: _numbers(columns, name, count) for name in NUMBERS},
            texts={name: texts(columns, name) for name in TEXTS},
            digests={
                name: array(columns, name, "u1").reshape(-1, size)
                for name, size in BYTES.items()
            },
            topic_names=tuple(each(names)),
            topics=array(columns, "topics", "<u4"),
            topics_at=array(columns, "topics_at", "<u4"),
            text_base=text_base,
            math_base=math_base,
            tags=Tags(columns),
        )

    def doc_ids(self) -> Iterator[bytes]:
        """The `doc_id` of every row, as UTF-8, in order."""
        return each(self.texts["doc_id"])


Stretch = tuple[Documents, int, int]
"""Documents, and the first and the end of some of their rows."""


def array(columns: Columns, name: str, kind: str) -> Array:
    """A column as a numpy array; not copied."""
    data = columns.column(name).whole()
    return np.frombuffer(data, kind) if len(data) else np.empty(0, kind)


def _numbers(columns: Columns, name: str, count: int) -> Array:
    """One of the columns of NUMBERS."""
    size = len(columns.column(name)) // max(1, count)
    return array(columns, name, {1: "u1", 2: "<u2"}.get(size, "<u4"))


def texts(columns: Columns, name: str) -> TextArrays:
    """A column of texts with its offsets."""
    at = columns.column(name + "_at").whole()
    blob = array(columns, name, "u1")
    kind = "<u8" if len(blob) >= 1 << 32 else "<u4"
    return TextArrays(blob, np.frombuffer(at, kind))


def each(column: TextArrays) -> Iterator[bytes]:
    """All texts of a column."""
    blob, at = column.blob.data, column.at
    for first in range(0, len(at) - 1, _TEXTS_AT_ONCE):
        bounds = at[first : first + _TEXTS_AT_ONCE + 1]
        some = bytes(blob[bounds[0] : bounds[-1]])
        bounds = (bounds - bounds[0]).tolist()
        yield from [some[low:end] for low, end in pairwise(bounds)]


def write_rows(writer: ColumnWriter, rows: Sequence[Row]) -> None:
    """The columns of a run."""
    for index, name in enumerate(NUMBERS):
        _add_numbers(writer, name, np.array([row.numbers[index] for row in rows]))
    for index, name in enumerate(TEXTS):
        add_texts(writer, name, [row.texts[index] for row in rows])
    for name in BYTES:
        writer.add(name, b"".join(getattr(row, name) for row in rows))
    names = sorted({topic for row in rows for topic in row.topics})
    number_of = {name: number for number, name in enumerate(names)}
    add_texts(writer, "topic_names", [encoded(name) for name in names])
    topics = [number_of[topic] for row in rows for topic in row.topics]
    _add_array(writer, "topics", topics, "<u4")
    _add_array(writer, "topics_at", _offsets(len(r.topics) for r in rows), "<u4")
    _add_array(writer, "text_base", _offsets(len(row.tags) for row in rows), "<u8")
    _add_array(writer, "math_base", _offsets(row.math_length for row in rows), "<u8")
    tags = np.frombuffer(b"".join(row.tags for row in rows), np.uint8)
    tag_writer = TagWriter(writer, len(tags))
    tag_writer.add(tags)
    tag_writer.finish()


def merge_documents(
    writer: ColumnWriter, stretches: Sequence[Stretch], release: Callable[[], None]
) -> None:
    """The columns of a generation, from stretches of rows in the order of `doc_id`.

    `release` gives back the memory of what was read of them.
    """
    for name in NUMBERS:
        _add_numbers(writer, name, merged_numbers(name, stretches))
    for name in TEXTS:
        pieces = [(rows.texts[name], low, end) for rows, low, end in stretches]
        merge_texts(writer, name, pieces)
        release()
    for name in BYTES:
        writer.add(name, merged_bytes(name, stretches))
    _merge_topics(writer, stretches)
    bases = {name: merged_base(name, stretches) for name in ("text_base", "math_base")}
    for name, base in bases.items():
        writer.add(name, base.astype("<u8", copy=False))
    _merge_tags(writer, stretches)
    totals = [len(bases["text_base"]) - 1]
    for name in ("title_words", "body_words"):
        sums = (
            int(rows.numbers[name][low:end].sum(dtype=np.int64))
            for rows, low, end in stretches
        )
        totals.append(sum(sums))
    _add_array(writer, "totals", totals, "<u8")


def merged_numbers(name: str, stretches: Sequence[Stretch]) -> Array:
    """One of the columns of NUMBERS."""
    return _joined([rows.numbers[name][low:end] for rows, low, end in stretches], "<u4")


def merged_bytes(name: str, stretches: Sequence[Stretch]) -> Array:
    """One of the columns of BYTES, a row a document."""
    parts = [rows.digests[name][low:end] for rows, low, end in stretches]
    return np.concatenate([np.empty((0, BYTES[name]), np.uint8), *parts])


def merged_base(name: str, stretches: Sequence[Stretch]) -> Array:
    """Where each row of a space begins, and the end of the last."""
    bases = ((getattr(rows, name), low, high) for rows, low, high in stretches)
    lengths = [np.diff(base[low : high + 1]) for base, low, high in bases]
    return np.concatenate([[0], np.cumsum(_joined(lengths, np.int64))]).astype(np.int64)


def merge_texts(
    writer: ColumnWriter, name: str, stretches: Iterable[tuple[TextArrays, int, int]]
) -> None:
    """A column of texts from stretches of others."""
    offsets, end = [np.zeros(1, np.int64)], 0
    with writer.stream(name) as stream:
        for column, low, high in stretches:
            at = column.at[low : high + 1].astype(np.int64)
            if len(at) > 1:
                stream.write(column.blob[at[0] : at[-1]].data)
                offsets.append(at[1:] - at[0] + end)
                end = int(offsets[-1][-1])
    kind = "<u8" if end >= 1 << 32 else "<u4"
    _add_array(writer, name + "_at", np.concatenate(offsets), kind)


def _merge_topics(writer: ColumnWriter, stretches: Sequence[Stretch]) -> None:
    parts = [
        rows.topics[rows.topics_at[low] : rows.topics_at[end]]
        for rows, low, end in stretches
    ]
    used = {
        rows.topic_names[number]
        for (rows, _, _), part in zip(stretches, parts, strict=True)
        for number in np.unique(part).tolist()
    }
    names = sorted(used)
    number_of = {name: number for number, name in enumerate(names)}
    mapped = []
    for (rows, _, _), part in zip(stretches, parts, strict=True):
        table = [number_of.get(name, 0) for name in rows.topic_names]
        mapped.append(np.array(table, "<u4")[part] if len(part) else part)
    add_texts(writer, "topic_names", names)
    writer.add("topics", _joined(mapped, "<u4"))
    counts = [np.diff(rows.topics_at[low : end + 1]) for rows, low, end in stretches]
    _add_array(writer, "topics_at", _offsets(_joined(counts, np.int64)), "<u4")


def _merge_tags(writer: ColumnWriter, stretches: Sequence[Stretch]) -> None:
    ranges = [
        (rows.tags, int(rows.text_base[low]), int(rows.text_base[high]))
        for rows, low, high in stretches
    ]
    merged = TagWriter(writer, sum(end - first for _, first, end in ranges))
    for tags, first, end in ranges:
        for start in range(first, end, _TAGS_AT_ONCE):
            merged.add(tags.between(start, min(start + _TAGS_AT_ONCE, end)))
    merged.finish()


def _add_numbers(writer: ColumnWriter, name: str, values: Array) -> None:
    width = narrowest([int(values.max(initial=0))])
    _add_array(writer, name, values, ("u1", "<u2", "<u4")[width])


def _offsets(lengths: Iterable[int]) -> Array:
    counts = np.fromiter(lengths, np.int64)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])


def _add_array(writer: ColumnWriter, name: str, values: Any, kind: str) -> None:
    writer.add(name, np.asarray(values).astype(kind, copy=False))


def _joined(parts: Sequence[Array], kind: Any) -> Array:
    return np.concatenate([np.empty(0, kind), *parts]).astype(kind)
