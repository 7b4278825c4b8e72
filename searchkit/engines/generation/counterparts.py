"""Which articles are one text in two languages, and what do their headings teach?

A translation keeps what is not translated: commands, identifiers, names. Rare Latin
words that an article with Chinese text and one without share tell that one is the
other's counterpart, wherever they lie. Their titles, and their headings if they have as
many, are names of the same things; so a search for one finds the other.

All of it depends on the documents alone, so builds may come in any order.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from searchkit.analysis.names import title_key
from searchkit.analysis.scripts import HAN
from searchkit.engines.columns.arrays import Array
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.columns.rows import spread, starts_of
from searchkit.engines.generations import COUNTERPARTS, DOCUMENTS
from searchkit.engines.texts import Texts
from searchkit.engines.twins import add_names

MOST_DOCUMENTS = 12
"""Of a word that tells counterparts; of a small corpus a twentieth."""

_FEWEST = 2  # rare words that counterparts share, if they were as frequent as may be
_MARGIN = 1.3  # how many times more two counterparts share than with the next one
_SHARE = 0.6  # of what the one could share that has more words of both languages
_MOST_NAMES = 3  # of one title or heading
_LONGEST = 100  # characters of a name
_PAIRS_AT_ONCE = 1 << 18  # of documents that share a word, some 100 bytes each
_HAN = re.compile(f"[{HAN}]")
_CHINESE = {one.encode() for one in "的是了在和为有不"}

_Words = tuple[Array, Array]
"""Words, and for each a document that has it."""

_Highest = tuple[Array, Array]
"""The highest value of each of many groups, and the next one."""


def chinese_words(terms: Sequence[bytes]) -> Array:
    """The numbers of the terms that stand in every Chinese text."""
    return np.array([at for at, term in enumerate(terms) if term in _CHINESE], np.int64)


def telling(counts: Array, chinese: Array) -> Array:
    """Of which terms `RareWords` must know the documents, given how many these are."""
    found = (counts >= 2) & (counts <= MOST_DOCUMENTS)
    found[chinese] = True
    return np.asarray(found)


class RareWords:
    """Gathers rare Latin words with their documents, and which of these are Chinese."""

    def __init__(self, documents: int) -> None:
        self.documents = documents
        self._most = max(2, min(MOST_DOCUMENTS, documents // 20))
        self._found: list[Array] = []
        self._counts: list[Array] = []
        self._chinese = np.zeros(documents, np.bool_)

    def add(self, terms: Sequence[bytes], counts: Array, documents: Array) -> None:
        """Add terms in their order, each in so many of the documents.

        `documents` are those of the terms that are `telling`.
        """
        chinese = chinese_words(terms)
        sizes = np.where(telling(counts, chinese), counts, 0)
        starts = starts_of(sizes)
        rare = np.flatnonzero((counts >= 2) & (counts <= self._most))
        kept = np.array([at for at in rare.tolist() if _tells(terms[at])], np.int64)
        if len(kept):
            found = documents[spread(starts[kept], sizes[kept])]
            self._found.append(found.astype(np.uint32))
            self._counts.append(sizes[kept].astype(np.uint8))
        for at in chinese.tolist():
            self._chinese[documents[starts[at] : starts[at] + sizes[at]]] = True

    def counterparts(self) -> Iterator[tuple[int, int]]:
        """Pairs of a Chinese document and another one, in the order of the first.

        Each is the other's best by far, and they share most of what they could.
        """
        if not self._found or self._chinese.all() or not self._chinese.any():
            return
        documents = np.concatenate(self._found).astype(np.int64)
        counts = np.concatenate(self._counts).astype(np.int64)
        weights = np.log(self.documents / counts)
        words = np.repeat(np.arange(len(counts)), counts)
        chinese = self._chinese[documents]
        of_chinese = np.bincount(words, chinese, len(counts))
        in_both = (of_chinese > 0) & (of_chinese < counts)
        kept = in_both[words]
        documents, words, chinese = documents[kept], words[kept], chinese[kept]
        if not len(documents):
            return
        # Numbered anew: of many documents few are left.
        numbers, documents = np.unique(documents, return_inverse=True)
        most = np.bincount(documents, weights[words])
        others = words[~chinese], documents[~chinese]
        candidates = []
        highest = np.zeros(len(most)), np.zeros(len(most))
        for part in _parts(words[chinese], documents[chinese], others[0]):
            left, right, word = _joined(part, others)
            pairs, which = np.unique(left << 32 | right, return_inverse=True)
            shared = np.bincount(which, weights[word])
            left, right = pairs >> 32, pairs & 0xFFFFFFFF
            good = shared >= _SHARE * np.maximum(most[left], most[right])
            good &= shared >= _FEWEST * np.log(self.documents / self._most)
            good &= _is_best(left, shared, _two_highest(left, shared, len(most)))
            candidates.append((pairs[good], shared[good]))
            here = _two_highest(right, shared, len(most))
            highest = _highest_of_both(highest, here)
        pairs, shared = map(np.concatenate, zip(*candidates, strict=True))
        good = _is_best(pairs & 0xFFFFFFFF, shared, highest)
        pairs = pairs[good]
        left, right = numbers[pairs >> 32], numbers[pairs & 0xFFFFFFFF]
        yield from zip(left.tolist(), right.tolist(), strict=True)


def _tells(term: bytes) -> bool:
    """Whether a term is a Latin word, or a name of several written as one."""
    return len(term) > 2 and (term.isalpha() or term[:1] == b"=")


def _parts(words: Array, documents: Array, others: Array) -> Iterator[_Words]:
    """(words, documents) in parts by documents, words rising in each of them.

    `others` are the words on the other side, rising. So that a join of each part with
    these is bounded, however many documents there are.
    """
    joined = others.searchsorted(words, "right") - others.searchsorted(words, "left")
    of_each = np.cumsum(np.bincount(documents, joined))
    part_of = (of_each // _PAIRS_AT_ONCE).astype(np.int64)[documents]
    order = np.argsort(part_of, kind="stable")
    borders = np.flatnonzero(np.diff(part_of[order])) + 1
    for part in np.split(order, borders):
        yield words[part], documents[part]


def _joined(one: _Words, other: _Words) -> tuple[Array, Array, Array]:
    """Each document of a word on one side with each on the other, and the word.

    Both sides are (words, documents), words rising.
    """
    words, documents = one
    firsts, ends = (other[0].searchsorted(words, side) for side in ("left", "right"))
    counts = ends - firsts
    right = other[1][spread(firsts, counts)]
    return np.repeat(documents, counts), right, np.repeat(words, counts)


def _two_highest(groups: Array, values: Array, count: int) -> _Highest:
    """The highest and the next value of each of so many groups; 0 if there is none."""
    order = np.lexsort((-values, groups))
    groups, values = groups[order], values[order]
    first = np.ones(len(groups), np.bool_)
    first[1:] = groups[1:] != groups[:-1]
    second = np.zeros(len(groups), np.bool_)
    second[1:] = first[:-1] & ~first[1:]
    found: _Highest = np.zeros(count), np.zeros(count)
    for highest, which in zip(found, (first, second), strict=True):
        highest[groups[which]] = values[which]
    return found


def _highest_of_both(one: _Highest, other: _Highest) -> _Highest:
    """The two highest of two."""
    (first, second), (more, next_) = one, other
    second = np.maximum(np.minimum(first, more), np.maximum(second, next_))
    return np.maximum(first, more), second


def _is_best(groups: Array, values: Array, highest: _Highest) -> Array:
    """Whether each value is the highest of its group by far."""
    first, second = highest
    best = values == first[groups]
    return np.asarray(best & (values > _MARGIN * second[groups]))


def write_counterparts(generation: Path, pairs: Sequence[tuple[int, int]]) -> None:
    """Write what titles and headings are called in the other language, if anything.

    Raises: OSError.
    """
    if not pairs:
        return
    with closing(Columns(generation / DOCUMENTS, DOCUMENTS)) as columns:
        titles, headings = (Texts(columns, name) for name in ("title", "headings"))
        names = Counter(
            name
            for pair in pairs
            for name in aligned(
                *((titles[one], *headings[one].splitlines()) for one in pair)
            )
        )
    if table := name_table(names):
        with ColumnWriter(generation / COUNTERPARTS, COUNTERPARTS) as writer:
            add_names(writer, table)


def aligned(chinese: Sequence[str], others: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The names that two counterparts give to the same things, titles first.

    >>> [*aligned(("容器", "概述"), ("Containers", "Overview", "More"))]
    [('容器', 'Containers')]
    """
    same = len(chinese) == len(others)
    for one, other in zip(chinese, others, strict=False):
        if _is_chinese(one) and not _is_chinese(other) and len(one + other) < _LONGEST:
            yield one, other
        if not same:
            return


def _is_chinese(text: str) -> bool:
    return bool(_HAN.search(text))


def name_table(names: Counter[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """By `title_key` what a title or heading is called in the other language.

    The names that most articles give it, and that half as many give; what is made of
    signs only has none.
    """
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (one, other), count in names.items():
        keys = title_key(one), title_key(other)
        if all(keys):
            found[keys[0]][other] += count
            found[keys[1]][one] += count
    return {key: tuple(_most_frequent(others.items())) for key, others in found.items()}


def _most_frequent(counted: Iterable[tuple[str, int]]) -> list[str]:
    ranked = sorted(counted, key=lambda item: (-item[1], len(item[0]), item[0]))
    return [name for name, n in ranked[:_MOST_NAMES] if 2 * n >= ranked[0][1]]
