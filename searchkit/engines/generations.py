"""Which folder answers, and what does it say of itself?

An index folder holds generations, each complete in a folder of its own, and one small
file, `current`, that names the one that answers. How the next one is put in its place
is told in `publishing`.
"""

from __future__ import annotations

import errno
import json
import os
import re
from zlib import crc32

from searchkit.config import read_named
from searchkit.engines.columns.files import corrupt, seal_of
from searchkit.errors import (
    REBUILD,
    IndexCorruptError,
    IndexFormatError,
    IndexNotFoundError,
    IndexStoreError,
)
from searchkit.record import as_dict, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from _typeshed import StrPath

FORMAT_VERSION = 6
"""Raised when an index written before can no longer be read."""

POINTER = "current"
MANIFEST = "searchkit.json"
SEEN = "seen"
HANDED_IN = "articles"
NEW = ".new"
"""Ends the name of a file that is there only as long as a build runs."""

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
"""What the system says of a disk, or a share of it, that is full."""

# The files of a generation.
DOCUMENTS = "documents"
POSTINGS = "postings"
PAGES = "pages"
FAMILIES = "families"
GLOSSARY = "glossary"
SUGGESTIONS = "suggestions"
COUNTERPARTS = "counterparts"  # only if articles are there in two languages
TRANSLATIONS = "translations"  # only if there was a dictionary
WORDS = "words.json"  # only if there were words of a user
ALWAYS = (DOCUMENTS, FAMILIES, GLOSSARY, PAGES, POSTINGS, SUGGESTIONS)
OPTIONAL = (COUNTERPARTS, TRANSLATIONS)
"""Files of columns that each generation has, and those that it may lack."""

DIGEST_BYTES = 8
"""Of the digest that tells one content of a source from another: each is compared with
one other only, which it equals by chance once in 2**64 changes."""

_NAME = re.compile(r"generation-(\d{6,})")


@record
class Manifest:
    """What a generation says of itself, in `searchkit.json`.

    `files` has the length in bytes and the seal of every other file (see `files`), and
    so stands for the whole generation. `dictionaries` is the digest of the files that
    its user's words came from.
    """

    format_version: int
    fingerprint: str
    built_at: str
    documents: int
    corpus: str | None
    files: dict[str, tuple[int, int]]
    warnings: dict[str, str]
    glossary: str  # what else the glossary was made of: its version, the user's file
    dictionaries: str = ""
    translations: str = ""  # digest of the bilingual dictionary; empty if there is none


def number_of(generation: StrPath | None) -> int:
    """The number of a generation by its folder; 0 for what is none."""
    match = _NAME.fullmatch(os.path.basename(generation)) if generation else None
    return int(match[1]) if match else 0


def current(index: StrPath) -> str:
    """The folder that answers now.

    Raises: IndexNotFoundError, IndexCorruptError.
    """
    pointer = os.path.join(index, POINTER)
    try:
        name = read_named(pointer).decode("ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise IndexNotFoundError(
            f"There is no index in {index}.",
            path=index,
            hint="Run `searchkit build CORPUS` to make one.",
        ) from None
    except (OSError, ValueError) as error:
        raise IndexCorruptError(
            f"{pointer} cannot be read ({error}).", path=index, hint=REBUILD
        ) from error
    generation = os.path.join(index, name)
    if not _NAME.fullmatch(name) or not os.path.isdir(generation):
        raise IndexCorruptError(
            f"{pointer} names {name[:40]!r}, which is not there.",
            path=index,
            hint=REBUILD,
        )
    return generation


def current_or_none(index: StrPath) -> Path | None:
    """The folder that answers now, if there is one."""
    from pathlib import Path

    try:
        return Path(current(index))
    except IndexStoreError:
        return None


def read_manifest(generation: StrPath) -> Manifest:
    """What the generation says of itself.

    Raises: IndexFormatError for another format, IndexCorruptError for none.
    """
    path = os.path.join(generation, MANIFEST)
    try:
        value = json.loads(read_named(path).decode("utf-8"))
        found = value["format_version"]
        if found != FORMAT_VERSION:
            raise IndexFormatError(
                path=generation, expected=FORMAT_VERSION, found=found
            )
        if value.pop("seal", None) != _seal(value):
            raise ValueError("its checksum is another")
        return _manifest(value)
    except (OSError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise IndexCorruptError(
            f"{path} cannot be read ({error}).", path=path, hint=REBUILD
        ) from error


def write_manifest(generation: Path, manifest: Manifest) -> None:
    """Write what the generation says of itself; the last file of a generation."""
    value = as_dict(manifest)
    text = json.dumps({**value, "seal": _seal(value)}, ensure_ascii=True, indent=1)
    (generation / MANIFEST).write_text(text + "\n", "utf-8")


def _seal(value: object) -> int:
    return crc32(json.dumps(value, ensure_ascii=True, sort_keys=True).encode("ascii"))


def _manifest(value: dict[str, Any]) -> Manifest:
    """The manifest of these values. Raises: ValueError, TypeError, KeyError."""
    files = {
        name: (int(size), int(seal)) for name, (size, seal) in _rows(value, "files")
    }
    if any(name != os.path.basename(name) for name in files):
        raise ValueError("it names files elsewhere")
    corpus = value["corpus"]
    return Manifest(
        format_version=FORMAT_VERSION,
        fingerprint=str(value["fingerprint"]),
        built_at=str(value["built_at"]),
        documents=int(value["documents"]),
        corpus=None if corpus is None else str(corpus),
        files=files,
        warnings={name: str(why) for name, why in _rows(value, "warnings")},
        glossary=str(value["glossary"]),
        dictionaries=str(value["dictionaries"]),
        translations=str(value.get("translations", "")),
    )


def _rows(value: dict[str, Any], key: str) -> list[tuple[str, Any]]:
    rows = value[key]
    if not isinstance(rows, dict):
        raise TypeError(key)
    return list(rows.items())


def file_seals(generation: Path) -> dict[str, tuple[int, int]]:
    """The files of a generation with their lengths in bytes and their seals."""
    return {
        path.name: (path.stat().st_size, seal_of(path))
        for path in sorted(generation.iterdir())
        if path.name != MANIFEST
    }


def compare_sizes(generation: StrPath, manifest: Manifest) -> None:
    """See whether each file of the manifest is there in its length.

    Raises: IndexCorruptError, naming the first that is not.
    """
    for name, (size, _) in manifest.files.items():
        path = os.path.join(generation, name)
        if not os.path.isfile(path):  # a pipe would be waited for
            raise corrupt(path, "there is no such file")
        found = os.stat(path).st_size
        if found != size:
            raise corrupt(path, f"it has {found} bytes, and should have {size}")


def compare_seals(generation: StrPath, manifest: Manifest) -> None:
    """See whether each file of the manifest is the one that was written.

    Of files of columns only the seal is read. Raises: IndexCorruptError.
    """
    compare_sizes(generation, manifest)
    for name, (_, seal) in manifest.files.items():
        path = os.path.join(generation, name)
        try:
            found = seal_of(path)
        except OSError as error:
            raise corrupt(path, str(error)) from error
        if found != seal:
            raise corrupt(path, "it is not what was written")


def read_file(generation: StrPath, manifest: Manifest, name: str) -> bytes:
    """The bytes of a file that is no file of columns; of none if it has none.

    Raises: IndexCorruptError, before anything is made of bytes that have changed.
    """
    if name not in manifest.files:
        return b""
    path = os.path.join(generation, name)
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise corrupt(path, str(error)) from error
    if crc32(data) != manifest.files[name][1]:
        raise corrupt(path, "it is not what was written")
    return data
