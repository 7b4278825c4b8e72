"""How long may a query keep an index busy that was made to?

    python benchmarks/queries_hostile.py [INDEX …]

Each query of `hostile()` in a process of its own, on an engine that has answered one
search before: seconds of wall clock and of processor, the memory that it added, and how
many notes say what was cut. Beside the indexes that are named, on one that is made for
it, of MADE articles with WORDS words each that stand in no other and begin with `a`.
Status 1 if a query takes more than MOST_S of processor or MOST_MB.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import machine

import searchkit

MADE, WORDS = 100_000, 10
MOST_S, MOST_MB = 1.0, 200.0


class Cost(NamedTuple):
    """What a query takes."""

    processor_s: float
    clock_s: float
    megabytes: float
    notes: int

    @property
    def bounded(self) -> bool:
        return self.processor_s <= MOST_S and self.megabytes <= MOST_MB


def hostile() -> Iterator[tuple[str, str]]:
    """Queries by name that ask for as much as a query can."""
    han = "".join(map(chr, range(0x4E00, 0x4E00 + 5000)))
    yield "100,000 characters of one word", "旋转" * 50_000
    yield "100,000 letters", "a" * 100_000
    yield "5,000 different characters", han
    yield "10,000 terms", " ".join(f"word{number}" for number in range(10_000))
    yield "10,000 Chinese terms", "注意力 的 是 一 旋转 " * 2_000
    yield "10,000 needed terms", " ".join(f"+w{number}" for number in range(10_000))
    yield "10,000 choices", " OR ".join(["的", "是", "the", "a"] * 2_500)
    yield "10,000 exclusions", "的 " + "-the " * 10_000
    yield "10,000 fields", " ".join(f"title:t{number}" for number in range(10_000))
    yield "10,000 restrictions", "的 " + "path:a* " * 10_000
    yield "a sign", "*"
    yield "every word of a letter", "a*"
    yield "every word of every letter", " ".join(f"{letter}*" for letter in _LETTERS)
    yield "a letter anywhere", "*e*"
    yield "every letter anywhere", " ".join(f"*{letter}*" for letter in _LETTERS)
    yield "mistyped", "internationalization~2"
    yield "long and mistyped", "a" * 10_000 + "~2"
    yield (
        "1,000 mistyped",
        " ".join(f"netw{c}rk{d}~2" for c in _LETTERS for d in "abcd"),
    )
    yield "deep", "(" * 5_000 + "的" + ")" * 5_000
    yield "deep and empty", "()" * 10_000
    yield "deep exclusions", "-(" * 5_000 + "的" + ")" * 5_000
    yield "1,000 phrases", '"的" ' * 1_000
    yield "1,000 longer phrases", '"的 是 的" ' * 1_000
    yield "a phrase of 10,000", '"' + "的" * 10_000 + '"'
    yield "a phrase of the commonest", '"的的的的是是是是的的的的"'
    yield "1,000 formulas", "$x_{t-1}$ " * 1_000
    yield "a long formula", "$" + "x_{t-1}+" * 2_000 + "$"
    yield "nested formula", "$" + "\\frac{" * 3_000 + "$"
    yield "quotes that never close", '"' * 10_000
    yield "signs", "-+~*\"'()" * 2_000
    yield "code", "f(x)->g(y)," * 1_500
    yield "not any character", "\ud800\0\x1b[2J\u202e" * 1_000
    yield "combining", "e" + "\u0301" * 10_000
    yield "names", "GPT-4o-mini_v2.1/" * 1_000


_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def articles() -> Iterator[searchkit.Article]:
    """So many that every word in them is one of a million."""
    for number in range(MADE):
        names = (_name(WORDS * number + which) for which in range(WORDS))
        text = f"的 是 the network of 注意力 的的是 {' '.join(names)} 旋转 x_{{t-1}}"
        yield searchkit.Article(f"{number:06}", f"的 {number}", text, markup="text")


def _name(number: int) -> str:
    """A word that begins with `a`, another for each number."""
    digits = ""
    while number:
        number, digit = divmod(number, len(_LETTERS))
        digits += _LETTERS[digit]
    return "a" + digits


def measure(engine: searchkit.SearchEngine, query: str) -> Cost:
    """What a query costs, in a process apart."""
    reading, writing = os.pipe()
    if child := os.fork():
        os.close(writing)
        with os.fdopen(reading) as said:
            words = said.read().split()
        os.waitpid(child, 0)
        return Cost(*map(float, words[:3]), int(words[3]))
    before = _memory("VmRSS")
    started, used = time.perf_counter(), time.process_time()
    notes = engine.search(query).notes
    took, used = time.perf_counter() - started, time.process_time() - used
    added = _memory("VmHWM") - before
    os.write(writing, f"{used} {took} {added} {len(notes)}".encode())
    os._exit(0)


def _memory(name: str) -> float:
    """Megabytes that Linux says of this process."""
    rows = Path("/proc/self/status").read_text().splitlines()
    return next(int(row.split()[1]) / 1000 for row in rows if row.startswith(name))


def measured(index: Path) -> list[tuple[Cost, str]]:
    """What each query costs on an index, the most expensive last."""
    with searchkit.open(index) as engine:
        documents, terms = engine.stats().documents, engine.stats().terms
        print(f"\n{documents:,} articles, {terms:,} terms")
        engine.search("注意力 attention")
        found = [(measure(engine, query), name) for name, query in hostile()]
    return sorted(found)


def show(found: list[tuple[Cost, str]]) -> bool:
    """Print a line each; whether all of them keep the bounds."""
    print("processor s  clock s     MB  notes")
    for cost, name in found:
        print(
            f"{cost.processor_s:11.3f} {cost.clock_s:8.3f} {cost.megabytes:6.1f} "
            f"{cost.notes:6} {name}"
        )
    return all(cost.bounded for cost, _ in found)


def main() -> int:
    """Print what was measured; status 1 if a bound is broken."""
    print(machine.describe())
    bounded = [show(measured(Path(index))) for index in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        searchkit.build(articles(), folder, jobs=1)
        bounded.append(show(measured(Path(folder))))
    return 0 if all(bounded) else 1


if __name__ == "__main__":
    sys.exit(main())
