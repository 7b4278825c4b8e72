"""How long may a query keep an index busy that was made to?

    python benchmarks/queries_hostile.py INDEX

Each query of `hostile()` in a process of its own, on an engine that has answered one
search before: seconds, the memory that it added, and how many notes say what was cut.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import machine

import searchkit


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


def measure(engine: searchkit.SearchEngine, query: str) -> tuple[float, float, int]:
    """Seconds, megabytes of memory added at most, and notes, in a process apart."""
    reading, writing = os.pipe()
    if child := os.fork():
        os.close(writing)
        with os.fdopen(reading) as said:
            words = said.read().split()
        os.waitpid(child, 0)
        return float(words[0]), float(words[1]), int(words[2])
    before, started = _memory("VmRSS"), time.perf_counter()
    notes = engine.search(query).notes
    took = time.perf_counter() - started
    os.write(writing, f"{took} {_memory('VmHWM') - before} {len(notes)}".encode())
    os._exit(0)


def _memory(name: str) -> float:
    """Megabytes that Linux says of this process."""
    rows = Path("/proc/self/status").read_text().splitlines()
    return next(int(row.split()[1]) / 1000 for row in rows if row.startswith(name))


def main() -> int:
    """Print a line each, the slowest last."""
    with searchkit.open(sys.argv[1]) as engine:
        print(f"{machine.describe()}; {engine.stats().documents:,} articles")
        engine.search("注意力 attention")
        found = [(*measure(engine, query), name) for name, query in hostile()]
    print("seconds     MB  notes")
    for seconds, megabytes, notes, name in sorted(found):
        print(f"{seconds:7.3f} {megabytes:6.1f} {notes:6} {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
