"""Is what a program hands in what the signature says?

Looked at once, where it comes in: further down a wrong type is an error of something
else, or of nothing.

Raises everywhere: TypeError for another type, ValueError for a value out of range.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from operator import index as as_integer
from os import PathLike, fspath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import SupportsIndex


def text(name: str, value: str) -> str:
    """The value, which is a string."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is a string, not {value!r:.40}")
    return value


def whole(name: str, value: SupportsIndex) -> int:
    """The value, a whole number (numpy's, too), at most the largest index."""
    try:
        number = as_integer(value)
    except TypeError:
        raise TypeError(f"{name} is a whole number, not {value!r:.40}") from None
    return min(number, sys.maxsize)


def seconds(name: str, value: float) -> float:
    """The value, which is 0 or more."""
    if not isinstance(value, float | int):
        raise TypeError(f"{name} is a number of seconds, not {value!r:.40}")
    if not value >= 0:  # nor is it no number
        raise ValueError(f"{name} is 0 or more, not {value}")
    return value


def folder(name: str, value: str | PathLike[str]) -> str:
    """The path of a folder, which need not be there."""
    path = fspath(value) if isinstance(value, str | PathLike) else None
    if not isinstance(path, str):
        raise TypeError(f"{name} is the path of a folder, not {value!r:.40}")
    if not path or "\0" in path:
        raise ValueError(f"{name} is the path of a folder, not {path!r:.40}")
    return path


def strings(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """The values of an iterable, each of which is a string."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise TypeError(f"{name} is an iterable of strings, not {values!r:.40}")
    return tuple(text(f"each of {name}", value) for value in values)
