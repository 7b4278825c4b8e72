"""Where does a file of columns lie when Whoosh keeps its files elsewhere?

Columns are mapped from files. A storage of Whoosh that is no folder (one in memory)
gets a copy of the finished file, and a copy of that is mapped for reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory

from searchkit.engines.columns.files import Columns, ColumnWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@contextmanager
def temporary(storage: Any, name: str) -> Iterator[Path]:
    """Where to write a file of this name; it is in the storage afterwards."""
    folder = getattr(storage, "folder", "")
    if folder:
        yield Path(folder) / name
        return
    with TemporaryDirectory() as place:
        path = Path(place) / name
        yield path
        with path.open("rb") as source:
            target = storage.create_file(name)
            copyfileobj(source, target)
            target.close()


@contextmanager
def column_writer(storage: Any, name: str, kind: str) -> Iterator[ColumnWriter]:
    """A writer of a file of columns in the storage."""
    with (
        temporary(storage, name) as path,
        ColumnWriter(path, kind, durable=True) as writer,
    ):
        yield writer


def open_columns(storage: Any, name: str, kind: str) -> Columns:
    """The file of columns of this name in the storage."""
    folder = getattr(storage, "folder", "")
    if folder:
        return Columns(Path(folder) / name, kind)
    with TemporaryDirectory(ignore_cleanup_errors=True) as place:
        path = Path(place) / name
        source = storage.open_file(name)
        path.write_bytes(source.read())
        source.close()
        return Columns(path, kind)
