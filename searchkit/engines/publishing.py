"""How is the next generation put in its place?

A build writes it beside the one that answers, verifies it and moves the name in
`current` with `os.replace`: whoever reads sees the old one whole or the new one whole,
and a build that dies has changed nothing. The generation before is kept, for those who
have just read the name, and for `rollback`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from searchkit.engines.generations import (
    HANDED_IN,
    MANIFEST,
    NEW,
    NO_ROOM,
    POINTER,
    SEEN,
    compare_seals,
    current,
    current_or_none,
    number_of,
    read_manifest,
)
from searchkit.errors import IndexLockedError, IndexNotFoundError, IndexStoreError

_LOCK = "lock"


@contextmanager
def build_lock(index: Path, *, wait_s: float = 0) -> Iterator[None]:
    """Hold the index for one build. The lock of a process that died is free.

    Raises: IndexLockedError if another build holds it for `wait_s` seconds more;
        IndexStoreError if it cannot be written; OSError if the disk is full.
    """
    from filelock import FileLock, Timeout

    try:
        index.mkdir(parents=True, exist_ok=True)
        lock = FileLock(index / _LOCK)
        lock.acquire(timeout=wait_s)
    except Timeout:
        answers = "; the index answers meanwhile" if current_or_none(index) else ""
        raise IndexLockedError(
            f"Another build is writing to {index}.",
            path=index,
            hint=f"Wait until it has ended{answers}.",
        ) from None
    except OSError as error:
        if error.errno in NO_ROOM:
            raise  # whoever builds knows how much is needed
        raise IndexStoreError(
            f"{index} cannot be written ({error.strerror or error}).",
            path=index,
            hint="Choose a folder you may write to with --index.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def tidy(index: Path) -> None:
    """Remove what builds that died left behind: the lock is held.

    A finished generation that was rolled back stays, so that its number is not given
    again as long as somebody may read it.
    """
    for name in (POINTER, SEEN, HANDED_IN):  # no other file: the folder may have some
        (index / f"{name}{NEW}").unlink(missing_ok=True)
    answering = number_of(current_or_none(index))
    numbers = [number for path in index.iterdir() if (number := number_of(path))]
    before = max((number for number in numbers if number < answering), default=0)
    for number in numbers:
        unfinished = not (_path_of(index, number) / MANIFEST).exists()
        if number < before or (number > answering and unfinished):
            abandon(_path_of(index, number))


@contextmanager
def new_generation(index: Path) -> Iterator[Path]:
    """A folder to write to; removed again unless it is the one that answers then.

    All that are younger than the one that answers are removed first. An interrupt or a
    failure that comes after the swap must not take away what answers.
    """
    generation = _next(index)
    try:
        generation.mkdir()
        yield generation
    except BaseException:
        if current_or_none(index) != generation:
            abandon(generation)
        raise


def _path_of(index: Path, number: int) -> Path:
    """The folder of a generation."""
    return index / f"generation-{number:06d}"


def _next(index: Path) -> Path:
    """Where a generation is to be: a number that none had before."""
    answering = number_of(current_or_none(index))
    highest = answering
    for path in list(index.iterdir()):
        if (number := number_of(path)) > answering:
            highest = max(highest, number)
            abandon(path)
    return _path_of(index, highest + 1)


def publish(index: Path, generation: Path) -> None:
    """Make the generation the one that answers, and remove all but the one before.

    Its files reach the disk first, then its folder, then the name.
    """
    before = current_or_none(index)
    for path in generation.iterdir():
        _sync(path)
    _sync(generation)
    _point(index, generation)
    for path in index.iterdir():
        if number_of(path) and path not in (generation, before):
            abandon(path)


def rollback(index: Path) -> Path:
    """Have the generation before the one that answers answer again; its folder.

    The next build starts from it, and removes the one that was left.

    Raises: IndexNotFoundError if no generation before is kept, IndexLockedError,
        IndexStoreError.
    """
    with build_lock(index):
        answering = number_of(current(index))
        older = [number for path in index.iterdir() if (number := number_of(path)) > 0]
        before = max((number for number in older if number < answering), default=0)
        if not before:
            raise IndexNotFoundError(
                f"There is no generation before the one that answers in {index}.",
                path=index,
                hint="Run `searchkit build CORPUS` to bring the index up to date.",
            )
        generation = _path_of(index, before)
        compare_seals(generation, read_manifest(generation))
        try:
            _point(index, generation)
        except OSError as error:
            raise IndexStoreError(
                f"{index / POINTER} could not be written ({error.strerror or error}).",
                path=index,
                hint="The index still answers.",
            ) from error
        return generation


def _point(index: Path, generation: Path) -> None:
    """Move the name of the generation that answers, on the disk, too."""
    with replacing(index / POINTER) as pointer:
        pointer.write_text(generation.name + "\n", "ascii")
        _sync(pointer)
    _sync(index)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file to write that then takes the place of `path`; removed if that fails."""
    fresh = path.with_name(path.name + NEW)
    try:
        yield fresh
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


def abandon(generation: Path) -> None:
    """Remove a generation that nobody needs: unfinished, or too old."""
    shutil.rmtree(generation, ignore_errors=True)


def _sync(path: Path) -> None:
    """Have the file or folder reach the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows has no such call for folders
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
