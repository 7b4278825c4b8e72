"""Which queries are run? Words drawn from the documents by seed, so none is chosen.

    python benchmarks/workload.py CORPUS.jsonl [--seed N] [--each N]

Prints one query a line, in JSON. Runs in the peers' environment, whose jieba cuts the
words. A word is common, middle or rare by the share of the documents that hold it, as
counted on a sample; each kind of query gets `--each` queries of each band.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from systems import Operator, Query, read_corpus
from systems.words import words

SEED = 20240601
EACH = 3
SAMPLE_BYTES = 6_000_000
BANDS = {"common": (0.1, 0.6), "middle": (0.01, 0.1), "rare": (0.0, 0.01)}
"""Of all documents, a word of the band stands in so many: above, up to."""

PAGE_KINDS = ("chinese", "english", "or", "and", "phrase", "prefix", "mixed")
FIRST_KINDS = ("or1", "or2", "or4", "or8", "and2", "phrase2", "prefix2")
"""Kinds asked for ten hits with snippets, and those asked for bare documents."""

_LEAST = 2  # documents of the sample: what stands in one is often a slip
_HAN = re.compile(r"[一-鿿]{2,}")
_ENGLISH = re.compile(r"[a-z]{3,}")
_HAN_RUN = re.compile(r"[一-鿿]+")
_PREFIX_LETTERS = 4

Bands = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What queries are made of, in bands."""

    chinese: Bands
    english: Bands
    phrases: Bands
    prefixes: Bands
    pairs: dict[str, list[tuple[str, str]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--each", type=int, default=EACH)
    options = parser.parse_args()
    for query in draw(options.corpus, seed=options.seed, each=options.each):
        print(json.dumps(asdict(query), ensure_ascii=False))


def draw(corpus: Path, *, seed: int, each: int) -> Iterator[Query]:
    """The queries of every kind and band; the same for the same corpus and seed."""
    chance = random.Random(seed)
    vocabulary = _vocabulary(_sample(corpus, chance), chance)
    makers: dict[str, tuple[Operator, Callable[[str], Iterable[str]]]] = {
        "chinese": ("or", lambda band: _some(chance, vocabulary.chinese, band, 1)),
        "english": ("or", lambda band: _some(chance, vocabulary.english, band, 1)),
        "or": ("or", lambda band: _some(chance, vocabulary.chinese, band, 2)),
        "and": ("and", lambda band: chance.choice(vocabulary.pairs[band])),
        "phrase": ("phrase", lambda band: _some(chance, vocabulary.phrases, band, 1)),
        "prefix": ("prefix", lambda band: _some(chance, vocabulary.prefixes, band, 1)),
        "mixed": (
            "words",
            lambda band: (
                *_some(chance, vocabulary.chinese, band, 1),
                *_some(chance, vocabulary.english, band, 1),
            ),
        ),
        **{f"or{count}": ("or", _several(chance, vocabulary, count)) for count in _OR},
    }
    for kind in ("and", "phrase", "prefix"):
        makers[f"{kind}2"] = makers[kind]
    for kind, (operator, make) in makers.items():
        for band in BANDS:
            for _ in range(each):
                yield Query(kind, operator, tuple(make(band)), band)


_OR = (1, 2, 4, 8)


def _several(
    chance: random.Random, vocabulary: Vocabulary, count: int
) -> Callable[[str], Iterable[str]]:
    """Words of both languages, turn by turn."""

    def make(band: str) -> list[str]:
        both = [vocabulary.chinese, vocabulary.english]
        chance.shuffle(both)
        shares = ((count + 1) // 2, count // 2)
        return [
            word
            for bands, share in zip(both, shares, strict=True)
            for word in _some(chance, bands, band, share)
        ]

    return make


def _some(chance: random.Random, bands: Bands, band: str, count: int) -> list[str]:
    """So many different words of a band; fewer only if it has no more."""
    return chance.sample(bands[band], min(count, len(bands[band])))


def _sample(corpus: Path, chance: random.Random) -> list[str]:
    """The texts of documents drawn at random, `SAMPLE_BYTES` of them, about."""
    share = SAMPLE_BYTES / corpus.stat().st_size
    return [d.text for d in read_corpus(corpus) if chance.random() < share]


def _vocabulary(texts: list[str], chance: random.Random) -> Vocabulary:
    holding: Counter[str] = Counter()
    phrases: Counter[str] = Counter()
    cut = [words(text) for text in texts]
    for text, found in zip(texts, cut, strict=True):
        holding.update(set(found))
        phrases.update(set(_neighbours(text, found)))
    prefixes = _prefixes(cut)
    chinese = _in_bands(_matching(holding, _HAN), len(texts))
    english = _in_bands(_matching(holding, _ENGLISH), len(texts))
    return Vocabulary(
        chinese=chinese,
        english=english,
        phrases=_in_bands(phrases, len(texts), keep=_is_phrase),
        prefixes=_in_bands(prefixes, len(texts)),
        pairs={band: _together(cut, chinese[band], chance) for band in BANDS},
    )


def _matching(holding: Counter[str], pattern: re.Pattern[str]) -> Counter[str]:
    return Counter({w: n for w, n in holding.items() if pattern.fullmatch(w)})


def _neighbours(text: str, found: list[str]) -> Iterator[str]:
    """Pairs of Chinese words, written as one, that stand side by side in the text."""
    runs = set(_HAN_RUN.findall(text))
    whole = "\n".join(runs)
    for one, other in pairwise(found):
        if _HAN.fullmatch(one) and _HAN.fullmatch(other) and one + other in whole:
            yield one + other


def _is_phrase(text: str) -> bool:
    """Whether jieba still sees several words when the pair stands by itself."""
    return len(words(text)) > 1


def _prefixes(cut: list[list[str]]) -> Counter[str]:
    """The first letters of longer English words, by documents that have them."""
    holding: Counter[str] = Counter()
    for found in cut:
        holding.update(
            {
                word[:_PREFIX_LETTERS]
                for word in found
                if _ENGLISH.fullmatch(word) and len(word) > _PREFIX_LETTERS
            }
        )
    return holding


def _together(
    cut: list[list[str]], band: list[str], chance: random.Random
) -> list[tuple[str, str]]:
    """Pairs of words of a band that some document holds both of."""
    wanted, pairs = set(band), set[tuple[str, str]]()
    for found in cut:
        here = sorted(wanted.intersection(found))
        if len(here) > 1:
            one, other = chance.sample(here, 2)
            pairs.add((one, other))
    return sorted(pairs)


def _in_bands(
    holding: Counter[str], documents: int, *, keep: Callable[[str], bool] | None = None
) -> Bands:
    """What stands in two documents or more, by band, sorted.

    A band that is empty, as phrases are seldom common, takes the most frequent of all.
    """
    bands: Bands = {}
    known = {text: n for text, n in holding.items() if n >= _LEAST}
    if keep is not None:
        known = {text: n for text, n in known.items() if keep(text)}
    if not known:
        raise SystemExit("The corpus is too small to draw queries from.")
    most = sorted(known, key=lambda text: (-known[text], text))
    for band, (above, most_share) in BANDS.items():
        bands[band] = sorted(
            text for text, n in known.items() if above < n / documents <= most_share
        )
        bands[band] = bands[band] or most[:10]
    return bands


if __name__ == "__main__":
    main()
