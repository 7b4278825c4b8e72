"""How much may one query look up, so that none keeps a machine busy?

What is over a limit is ignored, and a note says so.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.finder import Finder
    from searchkit.query.nearest import Nearest
    from searchkit.query.notes import Notes

MOST_LOOKED_AT = 200_000
"""Terms of the index that are compared with the patterns of one query."""

MOST_PATTERNS = 3
"""Wildcards and `~` of one query; the rest is ignored with a note."""

MOST_WORDS = 64
"""Words, phrases and formulas of one query; the rest is ignored with a note."""

MOST_UNKNOWN_PARTS = 64
"""Parts of words that stand nowhere; the rest is ignored with a note."""

MOST_UNKNOWN = 256
"""Characters of a text without a word that are searched by their known parts."""

_LONGEST_SHOWN = 40  # characters of what a note says is ignored


class Budget:
    """What one query may still look up, in all its scopes."""

    def __init__(self, finder: Finder, notes: Notes) -> None:
        self._finder = finder
        self._notes = notes
        self._nearest: Nearest | None = None
        self._words = MOST_WORDS
        self._parts = MOST_UNKNOWN_PARTS
        self._patterns = MOST_PATTERNS
        self.terms = MOST_LOOKED_AT

    def near(self, word: str) -> tuple[str, ...]:
        """Words of the index like one that is not in it; none if many were asked."""
        if self._nearest is None:
            from searchkit.query.nearest import Nearest  # which most queries need not

            self._nearest = Nearest(self._finder)
        return self._nearest.words(word)

    def takes_word(self, text: str) -> bool:
        """Whether a word may be looked up; the first that may not gets a note."""
        self._words -= 1
        if self._words == -1:
            self._ignored(text, f"{MOST_WORDS} words are searched, not what follows")
        return self._words >= 0

    def takes_part(self, text: str) -> bool:
        """The same for a part of a word that stands nowhere."""
        self._parts -= 1
        if self._parts == -1:
            why = f"{MOST_UNKNOWN_PARTS} parts of unknown words are searched"
            self._ignored(text, why)
        return self._parts >= 0

    @property
    def patterns(self) -> int:
        """How many wildcards and `~` were looked up, the one at hand included."""
        return max(1, MOST_PATTERNS - self._patterns)

    def takes_pattern(self, text: str) -> bool:
        """The same for a wildcard or a `~`."""
        self._patterns -= 1
        if self._patterns == -1:
            self._ignored(text, f"{MOST_PATTERNS} patterns are searched")
        return self._patterns >= 0

    def _ignored(self, text: str, why: str) -> None:
        self._notes.ignored(shortened(text), f"only the first {why}")


def shortened(text: str) -> str:
    """The beginning of a text, as notes show it."""
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
