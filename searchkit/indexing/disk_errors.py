"""What is said to a person if the index cannot be written?"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from searchkit.engines import generations
from searchkit.errors import IndexStoreError

_NEEDED = 2.5  # bytes of disk for a byte of sources: runs and the new generation


@contextmanager
def disk_errors_told(
    index: Path, size_bytes: Callable[[], int] = int
) -> Iterator[None]:
    """Have what the system says of the index folder be said in a sentence.

    `size_bytes` is asked, if the disk is full, how large the sources are (0: unknown).

    Raises: IndexStoreError where there would be an OSError.
    """
    try:
        yield
    except OSError as error:
        full = error.errno in generations.NO_ROOM
        needed = _needed(index, size_bytes()) if full else ""
        answers = generations.current_or_none(index) is not None
        still = "The index still answers. " if answers else ""
        room = "Make room, or choose" if full else "Choose"
        why = error.strerror or error
        raise IndexStoreError(
            f"The index in {index} could not be written ({why}).{needed}",
            path=index,
            hint=f"{still}{room} another --index.",
        ) from error


def _needed(index: Path, size_bytes: int) -> str:
    if not size_bytes:
        return ""
    free = shutil.disk_usage(_existing(index)).free
    needed = _mb(_NEEDED * size_bytes)
    return f" About {needed} are needed while building, {_mb(free)} are free."


def _existing(path: Path) -> Path:
    """The nearest folder above, or the path itself, that is there."""
    return next(
        folder for folder in (path, *path.absolute().parents) if folder.exists()
    )


def _mb(size_bytes: float) -> str:
    return f"{size_bytes / 1e6:,.0f} MB"
