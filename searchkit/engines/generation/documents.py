"""How do the facts of many documents lie in columns, in a run and in a generation?

One row a document, in the order of `doc_id`. A run has the same columns as a
generation, so that both are merged by copying stretches of rows.
"""

from __future__ import annotations

from array import array as integers
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from searchkit.engines.columns.arrays import Array
from searchkit.engines.columns.varints import WIDTHS, narrowest
from searchkit.engines.generation.tags import TagWriter
from searchkit.engines.generations import DIGEST_BYTES
from searchkit.engines.impacts import codes_of
from searchkit.engines.tags import Tags
from searchkit.engines.texts import RUN, add_sizes, add_texts, encoded
from searchkit.engines.weights import weight_table
from searchkit.model import ZONES
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
    """Texts end to end; text i is `blob[at[i] : at[i + 1]]`."""

    blob: Array
    at: Array

    def __len__(self) -> int:
        return len(self.at) - 1

    def between(self, low: int, end: int) -> TextArrays:
        """The texts from `low` to `end`."""
        at = self.at[low : end + 1]
        return TextArrays(self.blob[at[0] : at[-1]], at - at[0])


@record
class TextColumn:
    """A column of texts in a file; where each lies is worked out by stretches."""

    blob: Array
    at: Array
    sizes: Array

    def __len__(self) -> int:
        return len(self.sizes)

    def between(self, low: int, end: int) -> TextArrays:
        """The texts from `low` to `end`."""
        run = low // RUN
        start = int(self.at[run]) + int(self.sizes[run * RUN : low].sum(dtype=np.int64))
        at = _offsets(self.sizes[low:end])
        return TextArrays(self.blob[start : start + at[-1]], at)


@record
class Documents:
    """The rows of a run or of a generation."""

    count: int
    numbers: Mapping[str, Array]
    texts: Mapping[str, TextColumn]
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
            row_offsets(columns, name) for name in ("text_base", "math_base")
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
            topics_at=row_offsets(columns, "topics_at"),
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


def row_offsets(columns: Columns, name: str) -> Array:
    """Where what belongs to each row begins, and the end of the last."""
    count = len(columns.column("digest")) // DIGEST_BYTES
    return _numbers(columns, name, count + 1)


def _numbers(columns: Columns, name: str, count: int) -> Array:
    """A column of so many numbers, as wide as they are; not copied."""
    return np.asarray(columns.column(name).numbers(count))


def texts(columns: Columns, name: str) -> TextColumn:
    """A column of texts."""
    blob = array(columns, name, "u1")
    at = array(columns, name + "_at", "<u8" if len(blob) >= 1 << 32 else "<u4")
    return TextColumn(blob, at, _numbers(columns, name + "_size", int(at[-1])))


def each(column: TextArrays | TextColumn) -> Iterator[bytes]:
    """All texts of a column."""
    for first in range(0, len(column), _TEXTS_AT_ONCE):
        some = column.between(first, min(first + _TEXTS_AT_ONCE, len(column)))
        blob = some.blob.tobytes()
        yield from [blob[low:end] for low, end in pairwise(some.at.tolist())]


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
    _add_offsets(writer, "topics_at", _offsets(len(r.topics) for r in rows))
    _add_offsets(writer, "text_base", _offsets(len(row.tags) for row in rows))
    _add_offsets(writer, "math_base", _offsets(row.math_length for row in rows))
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
        _write_offsets(writer, name, portions)
    _merge_tags(writer, stretches)
    totals = [sum(end - low for _, low, end in stretches)]
    for name in ("title_words", "body_words"):
        sums = (
            int(rows.numbers[name][low:end].sum(dtype=np.int64))
            for rows, low, end in stretches
        )
        totals.append(sum(sums))
    _add_array(writer, "totals", totals, "<u8")
    _merge_units(writer, stretches, *totals)


def _merge_units(
    writer: ColumnWriter, stretches: Sequence[Stretch], count: int, *words: int
) -> None:
    """The code of a word that stands once in the prose of each document.

    `count` documents have so many `words` in their titles and in their bodies.
    """
    averages = [all_ / max(1, count) for all_ in words]
    with writer.stream("unit") as units:
        for rows, low, end in stretches:
            for at in range(low, end, _ROWS_AT_ONCE):
                some = slice(at, min(at + _ROWS_AT_ONCE, end))
                title, body = (
                    rows.numbers[name][some] for name in ("title_words", "body_words")
                )
                weights = weight_table(title, body, *averages)[:, ZONES.index("prose")]
                units.write(codes_of(weights.copy()).data)


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
    writer: ColumnWriter, name: str, portions: Sequence[Sequence[Stretch]]
) -> None:
    """A column of where things begin that lie end to end, and of the end."""
    kind = _kind(sum(int(some.sum()) for some in _lengths(name, portions)))
    last = np.zeros(1, np.int64)
    with writer.stream(name) as stream:
        stream.write(last.astype(kind))
        for some in _lengths(name, portions):
            ends = last + np.cumsum(some, dtype=np.int64)
            stream.write(ends.astype(kind))
            last = np.append(last, ends)[-1:]


def merge_texts(
    writer: ColumnWriter,
    name: str,
    stretches: Iterable[tuple[TextArrays | TextColumn, int, int]],
) -> None:
    """A column of texts from stretches of others."""
    sizes = integers("I")
    with writer.stream(name) as stream:
        for column, low, high in stretches:
            some = column.between(low, high)
            stream.write(some.blob.data)
            sizes.frombytes(np.diff(some.at).astype("<u4").tobytes())
    add_sizes(writer, name, sizes)


def _merge_topics(writer: ColumnWriter, stretches: Sequence[Stretch]) -> None:
    parts = [
        rows.topics[rows.topics_at[low] : rows.topics_at[end]]
        for rows, low, end in stretches
    ]
    used = {
        rows.topic_names[number]
        for (rows, _, _), part in zip(stretches, parts, strict=True)
        for number in np.flatnonzero(np.bincount(part)).tolist()
    }
    names = sorted(used)
    number_of = {name: number for number, name in enumerate(names)}
    mapped = []
    for (rows, _, _), part in zip(stretches, parts, strict=True):
        table = [number_of.get(name, 0) for name in rows.topic_names]
        mapped.append(np.array(table, "<u4")[part] if len(part) else part)
    add_texts(writer, "topic_names", names)
    writer.add("topics", _joined(mapped, "<u4"))
    _write_offsets(writer, "topics_at", [*_portions(stretches)])


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


def _add_offsets(writer: ColumnWriter, name: str, offsets: Array) -> None:
    _add_array(writer, name, offsets, _kind(int(offsets[-1])))


def _kind(most: int) -> str:
    """The type of numbers up to some number in a column."""
    return "Q" if most >= 1 << 32 else WIDTHS[narrowest([most])]


def _offsets(lengths: Iterable[int]) -> Array:
    counts = np.fromiter(lengths, np.int64)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])


def _add_array(writer: ColumnWriter, name: str, values: Any, kind: str) -> None:
    writer.add(name, np.asarray(values).astype(kind, copy=False))


def _joined(parts: Sequence[Array], kind: Any) -> Array:
    return np.concatenate([np.empty(0, kind), *parts]).astype(kind)
