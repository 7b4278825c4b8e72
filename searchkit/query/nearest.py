"""Which words of the index might have been meant by one that is not in it?

Latin words a typing error or two away, Chinese words that are read the same or have one
other character, and Chinese words whose pinyin was typed. Few errors and many articles
speak for a word, another first letter against it. Words of one error are all found, of
two those with one of them after the fourth letter. The work for one query is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from math import log2

from searchkit.analysis.english import stem
from searchkit.analysis.pinyin import ends, is_pinyin, readings, typed
from searchkit.analysis.scripts import is_han, is_han_run
from searchkit.analysis.terms import is_atom
from searchkit.engines.columns.terms import encode_term
from searchkit.engines.finder import Finder
from searchkit.engines.suggestions import INITIALS, LONGEST_KEY, PINYIN, REST
from searchkit.query.distance import within_distance

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_MOST = 3
_SHORTEST = 3  # letters; of fewer, everything is near to everything
_TWO_ERRORS_FROM = 6  # letters
_SHORTEST_INITIALS = 4
_LONGEST = 40  # letters; nobody mistypes more
_HEAD = 4  # letters that have an error or none, and one at most

_LONG_ENOUGH = 6  # letters of a word that may be mistyped though it stands somewhere
_RIGHT_HEAD = 3  # of its letters
_FAR_MORE = 50
"""Times as many articles, for a word to be meant by one that stands somewhere. Of 8,202
queries of 15 collections none is asked about; of 3,000 rare words of real articles 28,
half of them typing errors."""

_OTHER_FIRST = 0.5  # errors that another first letter counts, beside its own
_ARTICLES_FOR_ERROR = 12.0  # as a power of two: so many more articles undo one error

_MOST_WORDS = 4  # of one query for which near ones are looked for
_MOST_TERMS = 20_000  # that are looked at for one of them
_MOST_SOUNDING = 64  # completions of one pinyin


class Nearest:
    """Looks for near words for one query, as long as that takes little time."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._terms = finder.reader.text.terms
        self._words_left = _MOST_WORDS

    def words(self, word: str, *, number: int | None = None) -> tuple[str, ...]:
        """Up to three words of the index like a folded word, the likeliest first.

        With a document's `number`, words of that document alone.
        """
        if not _SHORTEST <= len(word) <= _LONGEST and not is_han_run(word):
            return ()
        if len(word) < 2 or not self._words_left:
            return ()
        self._words_left -= 1
        least: dict[str, float] = {}
        for errors, term in self._like(word):
            if term != word and (number is None or self._stands_in(term, number)):
                least[term] = min(errors, least.get(term, errors))
        ranked = sorted((self._cost(e, t, word), t) for t, e in least.items())
        return tuple(term for _, term in ranked[:_MOST])

    def commoner(self, word: str, documents: int) -> str | None:
        """The word an error away that far more articles have than so many, if any.

        The first letters are taken to be right, or two of them swapped, so that few
        words are looked at. Other forms of the word itself are no other words.
        """
        is_latin = word.isascii() and word.isalpha()
        if not (is_latin and _LONG_ENOUGH <= len(word) <= _LONGEST):
            return None
        if not self._words_left:
            return None
        self._words_left -= 1
        found = self._terms.prefix(word[:_RIGHT_HEAD])[:_MOST_TERMS]
        letters = {*word}
        swapped = (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            for at in range(1, _RIGHT_HEAD)
        )
        near = [
            (self._found_in(term), term)
            for term in chain(self._terms.between(found.start, found.stop), swapped)
            if abs(len(term) - len(word)) <= 1
            and len(letters.difference(term)) <= 1
            and term.isalpha()
            and within_distance(word, term, 1)
            and stem(term) != stem(word)
        ]
        count, meant = max(near, default=(0, None))
        return meant if count >= _FAR_MORE * documents else None

    def spoken(self, letters: str) -> str | None:
        """The Chinese text of the index that may have been typed as this pinyin.

        One word, name or title, or else as few of them as can be. The letters are as
        `pinyin.typed` gives them.
        """
        if not letters.isalpha() or len(letters) > _LONGEST:
            return None
        # The text to each place, in as few words as can be.
        found: dict[int, tuple[int, str]] = {0: (0, "")}
        for end in ends(letters):
            for at in sorted(found):
                part = next(self._sounding(letters[at:end]), None)
                made = (found[at][0] + 1, found[at][1] + (part or ""))
                if part and (end not in found or made[0] < found[end][0]):
                    found[end] = made
        return found[len(letters)][1] if len(letters) in found else None

    def same_sound(self, run: str) -> str | None:
        """The best name or title that is read like folded Han characters."""
        found = self._sounding("".join(readings(run)))
        return next((t for t in found if len(t) == len(run) and t != run), None)

    def _cost(self, errors: float, term: str, word: str) -> float:
        if not is_han(term[0]) and term[0] != word[0]:
            errors += _OTHER_FIRST
        return errors - log2(1 + self._found_in(term)) / _ARTICLES_FOR_ERROR

    def _like(self, word: str) -> Iterator[tuple[float, str]]:
        if is_han_run(word):
            yield from self._like_han(word)
        elif word.isalpha():
            yield from self._like_letters(word)
            yield from self._typed_as(word)

    def _like_letters(self, word: str) -> Iterator[tuple[float, str]]:
        if len(word) < _TWO_ERRORS_FROM:
            yield from ((1, w) for w in edits(word) if self._found_in(w))
            return
        letters = {*word}
        for term in self._beginning(word[:_HEAD], _heads(word)):
            # Each error takes one letter away and brings one.
            if abs(len(term) - len(word)) > 2 or len(letters.difference(term)) > 2:
                continue
            if is_atom(term) and within_distance(word, term, 2):
                yield (1 if within_distance(word, term, 1) else 2), term

    def _beginning(self, head: str, others: Iterable[str] = ()) -> Iterator[str]:
        """The terms that begin so, then those of the other beginnings, rare ones first.

        At most so many as may be looked at.
        """
        ranges: list[range] = []
        stop = 0
        first = self._terms.prefix(head)
        for other in sorted({head, *others}, key=encode_term):
            found = self._terms.prefix(other)
            # `ab` has those of `abc`, which comes after it.
            if found.stop > stop and found:
                ranges.append(range(max(stop, found.start), found.stop))
                stop = found.stop
        left = _MOST_TERMS
        for found in sorted(ranges, key=lambda r: (first.start not in r, len(r))):
            found = found[:left]
            left -= len(found)
            yield from self._terms.between(found.start, found.stop)

    def _like_han(self, word: str) -> Iterator[tuple[float, str]]:
        for term in self._sounding("".join(readings(word))):
            if len(term) == len(word):
                yield 1, term
        others = self._finder.reader.suggestions.exactly(REST + word[1:])
        for term in islice(others, _MOST_SOUNDING):
            if len(term) == len(word) and is_han_run(term):
                yield 1.5, term
        for term in self._beginning(word[0]):
            if len(term) == len(word) and sum(map(str.__ne__, term, word)) == 1:
                yield 1.5, term

    def _typed_as(self, word: str) -> Iterator[tuple[float, str]]:
        """Chinese words by their pinyin, or by its first letters."""
        letters = typed(word)
        if is_pinyin(letters):
            yield from ((1, term) for term in self._sounding(letters))
        elif len(word) >= _SHORTEST_INITIALS:
            yield from ((2, term) for term in self._sounding(word, INITIALS))

    def _sounding(self, letters: str, mark: str = PINYIN) -> Iterator[str]:
        """Chinese words and names that are read so, best first."""
        if not letters or len(letters) > LONGEST_KEY:
            return
        found = self._finder.reader.suggestions.exactly(mark + letters)
        yield from filter(is_han_run, islice(found, _MOST_SOUNDING))

    def _found_in(self, term: str) -> int:
        found = self._finder.reader.find("text", term)
        return found.documents if found else 0

    def _stands_in(self, term: str, number: int) -> bool:
        found = self._finder.reader.find("text", term)
        if found is None:
            return False
        return bool(self._finder.plain.positions_in_all("text", (found,), [number]))


def edits(word: str) -> set[str]:
    """A word and all that one error makes of it: in letters, lost, added or swapped.

    >>> sorted(w for w in edits("of") if "f" in w and "o" in w and len(w) == 2)
    ['fo', 'of']
    """
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    letters = {*_LATIN, *word}
    found = {left + right[1:] for left, right in cuts if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in cuts[:-2]}
    for left, right in cuts:
        found |= {left + letter + right for letter in letters}
        if right:
            found |= {left + letter + right[1:] for letter in letters}
    return found | {word}


def _heads(word: str) -> Iterator[str]:
    """How words may begin that have an error in the head of a word, or none."""
    yield from (head for head in edits(word[:_HEAD]) if len(head) >= _HEAD)
    yield from (word[:at] + word[at + 1 : _HEAD + 1] for at in range(_HEAD))
