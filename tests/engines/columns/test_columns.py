"""Columns in files: what is written is read back, and damage is told."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from searchkit.engines.columns.files import COLUMNS_VERSION, PAGE, Columns, ColumnWriter
from searchkit.errors import IndexCorruptError, IndexFormatError

KIND = "test"
SIZES = (0, 1, 7, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE + 5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with one column, `a`, of three pages of zeros and one byte."""
    with ColumnWriter(tmp_path / "file", KIND) as writer:
        writer.add("a", bytes(3 * PAGE + 1))
    return tmp_path / "file"


def damage(path: Path, at: int) -> None:
    """Change one byte of column `a`."""
    data = bytearray(path.read_bytes())
    data[16 + at] ^= 1
    path.write_bytes(data)


def test_columns_are_read_as_they_were_written(tmp_path: Path) -> None:
    data = {f"c{size}": os.urandom(size) for size in SIZES}
    with ColumnWriter(tmp_path / "file", KIND) as writer:
        for name, content in data.items():
            writer.add(name, content)
    columns = Columns(tmp_path / "file", KIND)
    assert {name: bytes(column.whole()) for name, column in columns.items()} == data
    assert "c7" in columns
    assert "c8" not in columns
    with pytest.raises(IndexCorruptError, match="no column c8"):
        columns.column("c8")


def test_pieces_leave_no_trace(tmp_path: Path) -> None:
    data = os.urandom(3 * PAGE + 17)
    for name, step in (("whole", len(data)), ("pieces", 1000)):
        with ColumnWriter(tmp_path / name, KIND) as writer:
            with writer.stream("a") as stream:
                for at in range(0, len(data), step):
                    stream.write(data[at : at + step])
            writer.add("b", np.arange(9, dtype="<u4"))
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "pieces").read_bytes()
    columns = Columns(tmp_path / "pieces", KIND)
    assert list(columns.column("b").integers("I")) == list(range(9))


def test_one_column_is_open_at_a_time(tmp_path: Path) -> None:
    writer = ColumnWriter(tmp_path / "file", KIND)
    with writer, writer.stream("a"), pytest.raises(ValueError, match="is open"):
        writer.stream("b")


def test_a_file_that_was_not_finished_is_refused(tmp_path: Path) -> None:
    writer = ColumnWriter(tmp_path / "file", KIND)
    with pytest.raises(TypeError), writer:
        writer.add("a", 7)
    with pytest.raises(IndexCorruptError):
        Columns(tmp_path / "file", KIND)


def test_a_column_is_closed_before_the_file(tmp_path: Path) -> None:
    writer = ColumnWriter(tmp_path / "file", KIND)
    stream = writer.stream("a")
    with pytest.raises(ValueError, match="still open"):
        writer.finish()
    stream.close()
    writer.finish()
    assert len(Columns(tmp_path / "file", KIND)["a"]) == 0


@pytest.mark.parametrize(
    ("field", "value"), [("start", 0), ("length", 1 << 40), ("sums", 1 << 63)]
)
def test_columns_where_they_cannot_be_are_refused(
    path: Path, field: str, value: int
) -> None:
    """The checksum of the directory is right: somebody made the file so."""
    data = bytearray(path.read_bytes())
    foot = struct.Struct("<QQI")
    foot_at = len(data) - 52
    at, length, _ = foot.unpack_from(data, foot_at)
    struct.pack_into(
        "<Q", data, at + {"start": 1, "length": 9, "sums": 17}[field], value
    )
    foot.pack_into(data, foot_at, at, length, crc32(data[at : at + length]))
    path.write_bytes(data)
    with pytest.raises(IndexCorruptError, match="lies where it cannot"):
        Columns(path, KIND)


def test_what_is_there_is_not_written_over(path: Path) -> None:
    with pytest.raises(FileExistsError):
        ColumnWriter(path, KIND)


def test_a_page_is_compared_when_it_is_touched(path: Path) -> None:
    damage(path, 2 * PAGE)
    column = Columns(path, KIND).column("a")
    assert bytes(column.slice(0, 2 * PAGE)) == bytes(2 * PAGE)
    assert bytes(column.slice(3 * PAGE, 3 * PAGE + 1)) == b"\0"
    for _ in range(2):
        with pytest.raises(IndexCorruptError, match="page 2 of a"):
            column.slice(2 * PAGE - 1, 2 * PAGE + 1)
        with pytest.raises(IndexCorruptError, match="page 2 of a"):
            column.whole()


def test_scattered_bytes_touch_their_pages_only(path: Path) -> None:
    damage(path, 2 * PAGE)
    column = Columns(path, KIND).column("a")
    places = np.array([3 * PAGE, 5, 0, 5])
    assert column.gather(places).tolist() == [0, 0, 0, 0]
    assert not len(column.gather(places[:0]))
    for wrong in (2 * PAGE + 9, 3 * PAGE + 1, -1):
        with pytest.raises(IndexCorruptError):
            column.gather(np.array([0, wrong]))


@pytest.mark.parametrize(
    ("start", "stop"), [(-1, 1), (2, 1), (0, 3 * PAGE + 2), (1 << 70, 1 << 71)]
)
def test_a_stretch_outside_is_damage(path: Path, start: int, stop: int) -> None:
    with pytest.raises(IndexCorruptError, match="has no bytes"):
        Columns(path, KIND).column("a").slice(start, stop)


def test_bytes_that_are_no_numbers_are_damage(path: Path) -> None:
    with pytest.raises(IndexCorruptError, match="whole numbers"):
        Columns(path, KIND).column("a").integers("Q")


def test_verify_compares_all_and_tells_how_far_it_is(path: Path) -> None:
    heard: list[int] = []
    Columns(path, KIND).verify(heard.append)
    assert sum(heard) == 3 * PAGE + 1
    damage(path, 3 * PAGE)
    with pytest.raises(IndexCorruptError, match="page 3 of a") as error:
        Columns(path, KIND).verify()
    assert error.value.path == str(path)
    assert "searchkit build --full" in error.value.hint


def test_what_was_read_outlives_the_file(path: Path) -> None:
    columns = Columns(path, KIND)
    view = columns.column("a").slice(0, 10)
    columns.close()
    assert bytes(view) == bytes(10)


@pytest.mark.parametrize("content", [b"", b"x", bytes(1000), b"skcolumn" * 40])
def test_what_is_no_such_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises((IndexCorruptError, IndexFormatError)):
        Columns(tmp_path / "file", KIND)


def test_a_file_that_is_not_there_is_damage(tmp_path: Path) -> None:
    with pytest.raises(IndexCorruptError):
        Columns(tmp_path / "file", KIND)


def test_a_file_of_another_kind_is_refused(path: Path) -> None:
    with pytest.raises(IndexCorruptError, match="does not hold pages"):
        Columns(path, "pages")


def test_a_file_of_another_version_is_refused(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[8] += 1
    path.write_bytes(data)
    with pytest.raises(IndexFormatError) as error:
        Columns(path, KIND)
    assert error.value.found == COLUMNS_VERSION + 1
