"""Which names does the user say are, or are not, one thing?

A text file, a line for each group of names with tabs between them; `-` in front says
that they are not one; `#` begins a comment.

    旋转位置编码	RoPE	Rotary Position Embedding
    -操作	Operator
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from searchkit.config import read_named
from searchkit.errors import ConfigError
from searchkit.record import record


@record
class UserGlossary:
    """Pairs to add and pairs to leave out; each with its line, from 1."""

    path: str = ""
    added: tuple[tuple[str, str, int], ...] = ()
    banned: tuple[tuple[str, str, int], ...] = ()


def read_user_glossary(path: str) -> UserGlossary:
    """What the file says; nothing for no path.

    Raises: ConfigError if it cannot be read, or a line has one name only.
    """
    if not path:
        return UserGlossary()
    try:
        lines = read_named(Path(path)).decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise _unusable(path, f"cannot be read ({why})") from error
    added: list[tuple[str, str, int]] = []
    banned: list[tuple[str, str, int]] = []
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            kept = banned if line.startswith("-") else added
            kept += _pairs(path, number, line.removeprefix("-"))
    return UserGlossary(path, tuple(added), tuple(banned))


def _pairs(path: str, number: int, line: str) -> Iterator[tuple[str, str, int]]:
    names = [name.strip() for name in line.split("\t") if name.strip()]
    if len(names) < 2:
        raise _unusable(path, f"has one name alone in line {number}")
    yield from ((left, right, number) for left, right in combinations(names, 2))


def _unusable(path: str, why: str) -> ConfigError:
    return ConfigError(
        f"The glossary {path} {why}.",
        path=path,
        key="glossary",
        hint="A line is names with tabs between them; - in front bans them.",
    )
