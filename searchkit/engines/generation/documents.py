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

_ROWS_AT_ONCE = 1 << 15
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
    portions = [*_portions(stretches)]
    for name in NUMBERS:
        most = (_numbers_of(name, some).max(initial=0) for some in portions)
        kind = _kind(max(map(int, most), default=0))
        with writer.stream(name) as stream:
            for some in portions:
                stream.write(_numbers_of(name, some).astype(kind, copy=False))
    for name in TEXTS:
        pieces = [(rows.texts[name], low, end) for rows, low, end in stretches]
        merge_texts(writer, name, pieces)
        release()
    for name, size in BYTES.items():
        with writer.stream(name) as stream:
            for some in portions:
                parts = [rows.digests[name][low:end] for rows, low, end in some]
                stream.write(np.concatenate([np.empty((0, size), np.uint8), *parts]))
    _merge_topics(writer, stretches)
    for name in ("text_base", "math_base"):
        _write_offsets(writer, name, _lengths(name, portions), "<u8")
    _merge_tags(writer, stretches)
    totals = [sum(end - low for _, low, end in stretches)]
    for name in ("title_words", "body_words"):
        sums = (
            int(rows.numbers[name][low:end].sum(dtype=np.int64))
            for rows, low, end in stretches
        )
        totals.append(sum(sums))
    _add_array(writer, "totals", totals, "<u8")


def _portions(stretches: Sequence[Stretch]) -> Iterator[list[Stretch]]:
    """The stretches, some rows together."""
    portion: list[Stretch] = []
    count = 0
    for rows, low, end in stretches:
        for first in range(low, end, _ROWS_AT_ONCE):
            last = min(first + _ROWS_AT_ONCE, end)
            portion.append((rows, first, last))
            count += last - first
            if count >= _ROWS_AT_ONCE:
                yield portion
                portion, count = [], 0
    if portion:
        yield portion


def _numbers_of(name: str, portion: Sequence[Stretch]) -> Array:
    """One of the columns of NUMBERS."""
    return _joined([rows.numbers[name][low:end] for rows, low, end in portion], "<u4")


def _lengths(name: str, portions: Iterable[Sequence[Stretch]]) -> Iterator[Array]:
    """How long the rows are whose beginnings are a column."""
    for some in portions:
        parts = [np.diff(getattr(rows, name)[low : end + 1]) for rows, low, end in some]
        yield _joined(parts, np.int64)


def _write_offsets(
    writer: ColumnWriter, name: str, lengths: Iterable[Array], kind: str
) -> None:
    """A column of where things begin that lie end to end, and of the end."""
    last = np.zeros(1, np.int64)
    with writer.stream(name) as stream:
        stream.write(last.astype(kind))
        for some in lengths:
            ends = last + np.cumsum(some, dtype=np.int64)
            stream.write(ends.astype(kind))
            last = np.append(last, ends)[-1:]


def merge_texts(
    writer: ColumnWriter, name: str, stretches: Iterable[tuple[TextArrays, int, int]]
) -> None:
    """A column of texts from stretches of others."""
    lengths = [np.empty(0, np.uint32)]
    with writer.stream(name) as stream:
        for column, low, high in stretches:
            at = column.at[low : high + 1]
            if len(at) > 1:
                stream.write(column.blob[at[0] : at[-1]].data)
                lengths.append(np.diff(at).astype(np.uint32))
    kind = "<u8" if stream.length >= 1 << 32 else "<u4"
    whole = np.concatenate(lengths)
    firsts = range(0, len(whole), _ROWS_AT_ONCE)
    parts = (whole[first : first + _ROWS_AT_ONCE] for first in firsts)
    _write_offsets(writer, name + "_at", parts, kind)


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
    lengths = _lengths("topics_at", _portions(stretches))
    _write_offsets(writer, "topics_at", lengths, "<u4")


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
    _add_array(writer, name, values, _kind(int(values.max(initial=0))))


def _kind(most: int) -> str:
    """The type of numbers up to some number in a column."""
    return ("u1", "<u2", "<u4")[narrowest([most])]


def _offsets(lengths: Iterable[int]) -> Array:
    counts = np.fromiter(lengths, np.int64)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])


def _add_array(writer: ColumnWriter, name: str, values: Any, kind: str) -> None:
    writer.add(name, np.asarray(values).astype(kind, copy=False))


def _joined(parts: Sequence[Array], kind: Any) -> Array:
    return np.concatenate([np.empty(0, kind), *parts]).astype(kind)
