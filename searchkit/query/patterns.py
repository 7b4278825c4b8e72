"""Which terms of the index does a wildcard stand for, or a word with a typing error?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nlargest
from itertools import chain, islice

from searchkit.analysis.latin import joined
from searchkit.analysis.terms import WHOLE, is_atom
from searchkit.query.distance import within_distance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.reader import GenerationReader
    from searchkit.query.budget import Budget

MOST_TERMS = 200
"""To how many terms the first wildcard or `~` may expand; the nth to an nth of them."""

MOST_ORDERED = 6_000
"""Terms of which those are chosen that most articles have; for the nth an nth."""

_BYTES, _TERM_BYTES = 500, 100  # of memory: of what was chosen, and of a term

Chosen = tuple[tuple[str, ...], int]
"""The terms of a pattern, and how many there are.

Of too many those that most articles have, so that few hits are lost.
"""


class Patterns:
    """Finds terms by their numbers, within the budget of one query."""

    def __init__(self, reader: GenerationReader, budget: Budget) -> None:
        self._reader = reader
        self._budget = budget

    def _chosen(self, found: Iterator[int]) -> Chosen:
        """The terms with these numbers, and how many there are."""
        at = self._reader.at
        numbers = [*islice(found, MOST_ORDERED // self._budget.patterns)]
        count, most = len(numbers), MOST_TERMS // self._budget.patterns
        if count > most:
            postings = (at("text", number) for number in numbers)
            best = nlargest(most, postings, key=lambda p: (p.documents, p.ordinal))
            numbers = sorted(posting.ordinal for posting in best)
        return tuple(self._spelled(numbers)), count

    def holding(self, text: str) -> Chosen:
        """The words that hold a text."""
        terms = chain(self._between("0", "9"), self._between("a", "z"))
        return self._chosen(at for at, term in terms if text in term)

    def near(self, word: str, distance: int | None) -> Chosen:
        """The words that are a typing error or two away."""
        distance = distance or (1 if len(word) < 6 else 2)
        spelled = {*word}
        letters = ("a", "z") if word.isascii() else ("\u0080", "\U0010ffff")
        return self._chosen(
            at
            for at, term in self._between(*letters)
            if abs(len(term) - len(word)) <= distance
            and len(spelled.difference(term)) <= distance
            and term.isalpha()
            and within_distance(word, term, distance)
        )

    def beginning(self, text: str) -> Chosen:
        """The terms that begin with a text, which may have been asked for before."""

        def made() -> tuple[Chosen, int]:
            found = self._chosen(self._beginning(text))
            return found, _BYTES + _TERM_BYTES * len(found[0])

        key = "beginning", text, self._budget.patterns
        return self._reader.words.get(key, made)

    def _beginning(self, text: str) -> Iterator[int]:
        """The numbers of the terms that begin with a text."""
        terms = self._reader.text.terms
        yield from terms.prefix(text)
        if text[-1] in "-_":
            yield from self._going_on(WHOLE + joined(text).rstrip("-_"))
        elif not text.isalpha():
            yield from terms.prefix(WHOLE + joined(text))

    def _going_on(self, name: str) -> Iterator[int]:
        """The names of which a hyphen was after these letters before it was taken out:
        kubectl-* stands for =kubectlproxy, not for =kubectl.exe."""
        found = self._reader.text.terms.prefix(name)
        terms = self._reader.text.terms.between(found.start, found.stop)
        numbered = enumerate(terms, found.start)
        return (at for at, term in numbered if term[len(name) :][:1].isalnum())

    def _between(self, first: str, last: str) -> Iterator[tuple[int, str]]:
        """The terms from those that begin with one letter to those with another."""
        terms = self._reader.text.terms
        start, stop = terms.prefix(first).start, terms.prefix(last).stop
        stop = min(stop, start + self._budget.terms)
        self._budget.terms -= stop - start
        found = enumerate(terms.between(start, stop), start)
        return ((at, term) for at, term in found if is_atom(term))

    def _spelled(self, ordinals: Sequence[int]) -> Iterator[str]:
        """The terms with these numbers; those close together are read at once."""
        dictionary = self._reader.text.terms
        if ordinals and max(ordinals) - min(ordinals) < 8 * len(ordinals):
            first = min(ordinals)
            names = [*dictionary.between(first, max(ordinals) + 1)]
            return (names[ordinal - first] for ordinal in ordinals)
        return map(dictionary.term, ordinals)
