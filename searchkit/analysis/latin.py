"""What forms of a Latin word or a name are one word to a reader?

Words are also known by what they inflect and by their stem (`english`), names
(`GPT-4o`, `lower_bound`) joined (`gpt4o`), camel-case words by their parts.
"""

from __future__ import annotations

import re
from unicodedata import normalize

from searchkit.analysis.scripts import HUMP, MOST_HUMPS

LETTERS_AND_DIGITS = re.compile("[a-z0-9]+")
"""Of a folded name, what `is_data` is asked of."""

_JOINER = re.compile("(?<=[a-z0-9])[-_](?=[a-z0-9])")


def joined(name: str) -> str:
    """A folded name without the hyphens and underscores between its parts.

    >>> joined("gpt-4o"), joined("lower_bound"), joined("--help"), joined("c++")
    ('gpt4o', 'lowerbound', '--help', 'c++')
    """
    return _JOINER.sub("", name)


def humps(word: str) -> list[str]:
    """The folded parts of a camel-case word as written, or nothing.

    >>> humps("getUserName"), humps("HTTPServer"), humps("Server")
    (['get', 'user', 'name'], ['http', 'server'], [])
    """
    plain = normalize("NFKC", word)  # Ⅳ ends a name as IV does
    parts = HUMP.findall(plain)
    if not 1 < len(parts) <= MOST_HUMPS or "".join(parts) != plain:
        return []  # one part, data, or (Järvelin) a letter that is of no part
    return [part.lower() for part in parts]


def is_data(word: str) -> bool:
    """Whether letters and digits as written are no name of words, but data.

    Digits part the letters of data: each of their runs may look like a name.

    >>> is_data("eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9"), is_data("v1PodSpec2")
    (True, False)
    """
    return len(word) > MOST_HUMPS and len(HUMP.findall(word)) > MOST_HUMPS
