"""Which words of the index might have been meant by one that is not in it?

Latin words a typing error or two away, Chinese words with one other character; the
most used first. Only words with the same first letter or character are looked at:
few errors are made there, and it keeps the list short.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from searchkit.analysis.scripts import is_han
from searchkit.analysis.terms import is_atom
from searchkit.engines.search import Finder
from searchkit.query.distance import within_distance

_MOST = 3
_SHORTEST = 3  # letters; of fewer, everything is near to everything
_TWO_ERRORS_FROM = 6  # letters

_MOST_WORDS = 4  # of one query for which near ones are looked for
_MOST_TERMS = 40_000  # that are looked at for them, all together
_TERM_BYTES = 80  # of memory for a term that is kept for the next search


class Nearest:
    """Looks for near words for one query, as long as that takes little time."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._terms = finder.reader.text.terms
        self._words_left = _MOST_WORDS
        self._terms_left = _MOST_TERMS

    def words(self, word: str, *, number: int | None = None) -> tuple[str, ...]:
        """Up to three words of the index like a folded word, the likeliest first.

        With a document's `number`, words of that document alone.
        """
        if len(word) < 2 or not (is_han(word[0]) or len(word) >= _SHORTEST):
            return ()
        if not self._words_left or word.split()[1:]:
            return ()  # of several words, which are no term together
        self._words_left -= 1
        near = self._like_han(word) if is_han(word[0]) else self._like_letters(word)
        ranked = sorted(
            (errors, -self._found_in(term), term)
            for errors, term in near
            if term != word and (number is None or self._stands_in(term, number))
        )
        return tuple(term for _, _, term in ranked[:_MOST])

    def _beginning(self, text: str, lengths: Iterable[int]) -> Iterator[str]:
        """The terms of these lengths that begin with a letter or a character."""
        ordinals = self._terms.prefix(text)
        stop = min(ordinals.stop, ordinals.start + self._terms_left)
        self._terms_left -= stop - ordinals.start

        def decoded() -> tuple[dict[int, list[str]], int]:
            found: dict[int, list[str]] = {}
            for term in self._terms.between(ordinals.start, stop):
                found.setdefault(len(term), []).append(term)
            return found, _TERM_BYTES * (stop - ordinals.start)

        key = ("beginning", text, stop)
        by_length = self._finder.reader.decoded.get(key, decoded)
        for length in lengths:
            yield from by_length.get(length, ())

    def _like_letters(self, word: str) -> Iterator[tuple[int, str]]:
        most = 2 if len(word) >= _TWO_ERRORS_FROM else 1
        letters = {*word}
        lengths = range(len(word) - most, len(word) + most + 1)
        for term in self._beginning(word[0], lengths):
            # Each error takes one letter away and brings one.
            if len(letters.difference(term)) > most:
                continue
            if is_atom(term) and within_distance(word, term, most):
                yield (1 if within_distance(word, term, 1) else 2), term

    def _like_han(self, word: str) -> Iterator[tuple[int, str]]:
        for term in self._beginning(word[0], (len(word),)):
            if sum(map(str.__ne__, term, word)) == 1:
                yield 1, term

    def _found_in(self, term: str) -> int:
        found = self._finder.reader.find("text", term)
        return found.documents if found else 0

    def _stands_in(self, term: str, number: int) -> bool:
        found = self._finder.reader.find("text", term)
        if found is None:
            return False
        return bool(self._finder.plain.positions_in("text", (found,), number))
