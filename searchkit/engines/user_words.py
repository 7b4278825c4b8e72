"""Where are a user's words kept with an index?

In a file of the generation, as they were when it was analysed: its queries are cut by
them and not by what the dictionary files say now, or where they are.
"""

from __future__ import annotations

import json

from searchkit.analysis.dictionary import UserWord
from searchkit.engines.generations import WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


def write_words(generation: Path, words: tuple[UserWord, ...]) -> None:
    """Keep the words with the generation; without words there is no file."""
    if words:
        rows = [[word.text, word.frequency] for word in words]
        text = json.dumps(rows, separators=(",", ":"))
        (generation / WORDS).write_text(text, "ascii")


def unpack_words(data: bytes) -> tuple[UserWord, ...]:
    """The words the generation was analysed with, from the bytes of its file.

    Raises: ValueError, TypeError.
    """
    rows = json.loads(data) if data else ()
    return tuple(UserWord(str(text), frequency) for text, frequency in rows)
