"""Which number does a term have, while many articles are analysed?"""

from __future__ import annotations


class Vocabulary(dict[str, int]):
    """Numbers terms as they are met: `vocabulary[term]`; the terms stand in `terms`."""

    def __init__(self) -> None:
        super().__init__()
        self.terms: list[str] = []

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self.terms)
        self.terms.append(term)
        return number
