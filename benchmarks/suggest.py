"""How long does a completion take, and a word like one that is not there?

    python benchmarks/suggest.py INDEX [--count N]

Prefixes of each kind are drawn from what the index offers, one to six characters long,
and words with one error in them. Each is asked for three times and the least time is
taken, so that other processes are not measured. Prints how many were asked for and
answered, and the median and the 99th percentile in ms.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from machine import describe

from searchkit.analysis.folding import fold
from searchkit.analysis.pinyin import readings
from searchkit.analysis.scripts import is_han_run
from searchkit.engines import generations
from searchkit.engines.finder import Finder
from searchkit.engines.reader import GenerationReader
from searchkit.query.nearest import Nearest, edits
from searchkit.query.suggest import suggestions

SEED = 20
LIMIT = 10
_ASKED = 3  # times


def prefixes(texts: Iterable[str], draw: random.Random) -> dict[str, list[str]]:
    """Prefixes by kind."""
    kinds: dict[str, list[str]] = {
        kind: [] for kind in ("chinese", "latin", "pinyin", "initials", "one letter")
    }
    for text in (fold(text).text for text in texts):
        length = draw.randint(1, 6)
        if is_han_run(text) and len(text) > 1 and (spoken := readings(text)):
            kinds["chinese"].append(text[:length])
            kinds["pinyin"].append("".join(spoken)[: length + 2])
            kinds["initials"].append("".join(piece[0] for piece in spoken)[:length])
        elif text.isascii() and text[0].isalpha():
            kinds["latin"].append(text[:length])
            kinds["one letter"].append(text[0])
    return kinds


def timed(ask: Callable[[str], Sequence[str]], asked: Sequence[str]) -> str:
    """One line of figures."""
    took, answered = [], 0
    for text in asked:
        took.append(min(_milliseconds(ask, text) for _ in range(_ASKED)))
        answered += bool(ask(text))
    took.sort()
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    return f"{len(asked):>6} {answered:>8} {p50:>8.2f} {p99:>8.2f}"


def _milliseconds(ask: Callable[[str], object], text: str) -> float:
    started = time.perf_counter()
    ask(text)
    return (time.perf_counter() - started) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", nargs="?", default="index")
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    draw = random.Random(SEED)
    reader = GenerationReader(generations.current(Path(options.index)))
    found = reader.suggestions
    offered = list(found.beginning("b"))
    print(describe())
    print(f"{reader.document_count} articles, {len(found)} completions")
    print(f"{'kind':<12} {'asked':>6} {'answered':>8} {'p50 ms':>8} {'p99 ms':>8}")
    for kind, all_of_kind in prefixes(offered, draw).items():
        asked = draw.sample(all_of_kind, min(options.count, len(all_of_kind)))
        line = timed(lambda text: suggestions(found, text, limit=LIMIT), asked)
        print(f"{kind:<12} {line}")
    words = [text for text in offered if text.isascii() and text.isalpha()]
    chosen = (fold(word).text for word in draw.choices(words, k=options.count))
    wrong = [draw.choice(sorted(edits(word))) for word in chosen if len(word) > 3]
    line = timed(lambda text: Nearest(Finder(reader)).words(text), wrong)
    print(f"{'wrong word':<12} {line}")


if __name__ == "__main__":
    main()
