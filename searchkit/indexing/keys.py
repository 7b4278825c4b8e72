"""Which keys have English words? Apart from `workers`: a process of its own that only
makes keys starts without numpy, in a third of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.analysis.english import classes

if TYPE_CHECKING:
    from searchkit.engines.generation.classes import Keys
    from searchkit.indexing.pool import Note


def keys_of(_: None, words: list[bytes], note: Note | None = None) -> list[Keys]:
    """The keys of each word."""
    found = (classes(word.decode()) for word in words)
    return [(inflected.encode(), stem.encode()) for inflected, stem in found]
