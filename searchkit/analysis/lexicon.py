"""Which words are known beside the rules: jieba's, and a user's of both kinds?

One value for both sides: an index keeps its user's words, so that its queries are cut
as its articles were, wherever the dictionary files are by then.
"""

from __future__ import annotations

from functools import lru_cache

from searchkit.analysis.chinese import JIEBA, Segmenter
from searchkit.analysis.dictionary import Dictionary, MixedWords, UserWord
from searchkit.record import record

_KEPT = 4  # lexicons of different words


@record
class Lexicon:
    """What cuts Han runs, and the words that go beyond one run."""

    segmenter: Segmenter
    mixed: MixedWords

    def parts(self) -> Lexicon:
        """The same without the words that go beyond one run."""
        return Lexicon(self.segmenter, MixedWords(()))


PLAIN = Lexicon(JIEBA, MixedWords(()))
"""jieba's words alone."""


@lru_cache(maxsize=_KEPT)
def lexicon(words: tuple[UserWord, ...]) -> Lexicon:
    """The lexicon with a user's words; for the same words the same one."""
    if not words:
        return PLAIN
    user = Dictionary(words)
    return Lexicon(Segmenter(user.han()), MixedWords(user.mixed()))
