"""Where are the words in a run of Han characters?

jieba's dictionary and cuts (search mode: a long word and the dictionary words inside
it), without its HMM, whose guesses depend on the sentence around. The most probable
path of words (jieba 0.42.1, `calc`, `tokenize`; MIT), with its order of float
operations, so that equal sums are equal here too. Queries are cut; an article is not,
every word stands wherever its characters do.

A `Segmenter` is one dictionary: jieba's, or jieba's with a user's words. The index and
its queries must be cut by equal ones.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from math import inf, log

from searchkit.analysis.trie import Trie, jieba_trie

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.analysis.dictionary import UserWord

Word = tuple[str, int, int]


class Segmenter:
    """Cuts Han runs by jieba's dictionary and a user's words. Safe for many threads.

    Only user words that are all Han change the cuts. The dictionary is opened with
    the first cut.
    """

    def __init__(self, han_words: tuple[UserWord, ...] = ()) -> None:
        self._han_words = han_words

    @property
    def added(self) -> tuple[str, ...]:
        """The user's words, each once."""
        return tuple(dict.fromkeys(word.text for word in self._han_words))

    def knows(self, word: str) -> bool:
        """Whether a word of two characters or more stands as a term of its own.

        >>> JIEBA.knows("处理"), JIEBA.knows("的请求")
        (True, False)
        """
        words = self._words
        return len(word) > 1 and (word in words.added or words.frequency(word) > 0)

    def dictionary_words(self, run: str) -> list[str]:
        """jieba's words without those inside others, in order; joined they are the run.

        >>> JIEBA.dictionary_words("的云原生网络")
        ['的', '云', '原生', '网络']
        """
        return [run[start:end] for start, end in pairwise(self._borders(run))]

    def query_words(self, run: str) -> list[Word]:
        """jieba's words without those inside others; single characters in a row as one.

        What the dictionary does not know falls apart into single characters. Such a
        row is what may have been meant as one word.

        >>> [word for word, _, _ in JIEBA.query_words("学习树剖算法")]
        ['学习', '树剖', '算法']
        """
        words: list[Word] = []
        row = False  # whether the last word is a row of single characters
        for start, end in pairwise(self._borders(run)):
            single = end - start == 1
            first = words.pop()[1] if row and single else start
            words.append((run[first:end], first, end))
            row = single
        return words

    def __reduce__(self) -> tuple[type[Segmenter], tuple[tuple[UserWord, ...]]]:
        """As a worker process gets it: without the opened dictionary."""
        return Segmenter, (self._han_words,)

    def _borders(self, run: str) -> list[int]:
        return self._words.borders(run)

    @cached_property
    def _words(self) -> _Words:
        words = _Words(jieba_trie())
        for word in self._han_words:
            words.add(word.text, word.frequency)
        return words


class _Words:
    """Words and their frequencies: the trie's, and those added over them."""

    def __init__(self, trie: Trie) -> None:
        self._trie = trie
        self._total = trie.total
        self.added: dict[str, int] = {}
        self._beginnings: set[str] = set()  # of the added words

    def add(self, word: str, frequency: int | None) -> None:
        """Add a word as jieba does; without a frequency it wins over its parts."""
        if frequency is None:
            frequency = self._suggested(word)
        self.added[word] = frequency
        self._total += frequency
        self._beginnings.update(word[: end + 1] for end in range(len(word)))

    def frequency(self, word: str) -> int:
        """How frequent a word is; 0 if it is none."""
        if word in self.added:
            return self.added[word]
        return self._in_trie(word) or 0

    def borders(self, run: str) -> list[int]:
        """Where the words of the likeliest cut begin, and the run's length."""
        total, length = log(self._total), len(run)
        beginnings = self._beginnings_at if self.added else self._trie.beginnings
        score = [0.0] * (length + 1)
        ends = list(range(1, length + 1))
        for start in range(length - 1, -1, -1):
            best = -inf
            for end, frequency in enumerate(beginnings(run, start), start + 1):
                if frequency:
                    here = log(frequency) - total + score[end]
                    if here >= best:  # of equals the longest
                        best, ends[start] = here, end
            # A character that begins no word is one that was met once.
            score[start] = score[start + 1] - total if best == -inf else best
        borders, end = [0], 0
        while end < length:
            end = ends[end]
            borders.append(end)
        return borders

    def _beginnings_at(self, run: str, start: int) -> list[int]:
        """The frequency of each beginning at an offset of the run; 0 if no word."""
        found = self._trie.beginnings(run, start)
        if run[start] in self._beginnings:
            return self._with_added(run, start, found)
        return found

    def _with_added(self, run: str, start: int, found: list[int]) -> list[int]:
        """The frequencies of the beginnings with those of the added words."""
        length = 1
        while start + length <= len(run):
            beginning = run[start : start + length]
            if beginning not in self._beginnings:  # nor is a longer one
                break
            known = found[length - 1] if length <= len(found) else 0
            found[length - 1 : length] = [self.added.get(beginning, known)]
            length += 1
        return found

    def _suggested(self, word: str) -> int:
        """The frequency at which the word wins over its parts (`suggest_freq`)."""
        total = float(self._total)
        chance = 1.0
        for start, end in pairwise(self.borders(word)):
            part = word[start:end]
            chance *= self._known(part) / total
        return max(int(chance * self._total) + 1, self._known(word))

    def _known(self, word: str) -> int:
        """The frequency; 0 for the beginning of words, 1 for what is not even that."""
        if word in self.added:
            return self.added[word]
        found = self._in_trie(word)
        if found is None:
            return 0 if word in self._beginnings else 1
        return found

    def _in_trie(self, word: str) -> int | None:
        """The frequency in the trie; None if it has no such beginning."""
        found = self._trie.beginnings(word, 0)
        return found[-1] if len(found) == len(word) else None


JIEBA = Segmenter()
"""jieba's dictionary alone."""


def dictionary_version() -> str:
    """The version of the dictionary and of the way words are cut."""
    return "jieba0.42.1"
