"""Which article breaks the reader?

    python benchmarks/fuzz.py [--seconds N] [--seed N] [--save FOLDER]

Guided by coverage: an article that reaches a line of searchkit after a line that none
reached it from is kept, and its offspring are tried next. An article breaks a promise
if reading or analysing it raises (but for CorpusError, which a build reports), if what
is read of it is inconsistent, or if it takes more than MOST_STEPS lines of code a byte.
What breaks one is printed and saved.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from types import FrameType
from typing import Any

from traps import TRAPS

import searchkit
from searchkit.analysis.pairs import definitions
from searchkit.analysis.rows import RowAnalyzer
from searchkit.corpus.reader import SourceFile, read_article
from searchkit.errors import CorpusError
from searchkit.model import VisibleText

MOST_STEPS = 250
"""Lines of code for each byte of an article, and LEAST_STEPS for any."""
LEAST_STEPS = 40_000
_ANALYZER = RowAnalyzer()
_PACKAGE = str(Path(searchkit.__file__).parent)
_LONGEST = 4000  # bytes of an article that is tried
_TOKENS = [
    *(
        b"# ",
        b"\n\n",
        b"```",
        b"~~~\n",
        b"- ",
        b"1. ",
        b"> ",
        b"|",
        b"|-|-|\n",
        b"---\n",
    ),
    *(
        b"+++\n",
        b"[",
        b"](",
        b")",
        b"![",
        b"[^a]",
        b"]: ",
        b"*",
        b"**",
        b"_",
        b"`",
        b"``",
    ),
    *(
        b"$",
        b"$$",
        b"\\(",
        b"\\]",
        b"<!--",
        b"-->",
        b"<div>",
        b"</p>",
        b"<a b='",
        b"&amp;",
    ),
    *(
        b"{{<",
        b">}}",
        b"{%",
        b":::",
        b"\t",
        b"    ",
        b"\r\n",
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
    ),
    *("编码", "（A）", "，", "İ", "ﷺ", "e\u0301", "\u202e", "𠀀", "ｶﾞ", "Ⅳ", "著"),
]


@dataclass
class Fuzzer:
    """The articles that reached something new, and what is known of them."""

    chance: random.Random
    kept: list[bytes] = field(default_factory=list)
    reached: set[tuple[int, int, int]] = field(default_factory=set)
    tried: int = 0
    steepest: float = 0.0

    def seed(self, articles: Iterator[bytes]) -> Iterator[tuple[bytes, str]]:
        """Try the first articles; those that break a promise, and which."""
        for article in articles:
            yield from self.try_one(article[:_LONGEST])

    def step(self) -> Iterator[tuple[bytes, str]]:
        """Try offspring of a kept article."""
        parent = self.chance.choice(self.kept[-200:] if self.tried % 2 else self.kept)
        yield from self.try_one(self._changed(parent)[:_LONGEST])

    def try_one(self, article: bytes) -> Iterator[tuple[bytes, str]]:
        """Read one article; what it breaks."""
        self.tried += 1
        tracer = _Tracer()
        sys.settrace(tracer.on_call)
        try:
            problem = problem_of(article)
        finally:
            sys.settrace(None)
        allowed = LEAST_STEPS + MOST_STEPS * len(article)
        self.steepest = max(
            self.steepest, tracer.steps / (LEAST_STEPS / MOST_STEPS + len(article))
        )
        if not problem and tracer.steps > allowed:
            problem = f"{tracer.steps:,} steps for {len(article)} bytes"
        if problem:
            yield article, problem
        if not tracer.reached <= self.reached:
            self.reached |= tracer.reached
            self.kept.append(article)

    def _changed(self, article: bytes) -> bytes:
        for _ in range(self.chance.choice((1, 1, 2, 4, 8))):
            article = self._change(article)
        return article

    def _change(self, article: bytes) -> bytes:
        chance, end = self.chance, len(article)
        at, to = sorted((chance.randint(0, end), chance.randint(0, end)))
        kind = chance.randrange(6)
        if kind == 0:
            token = chance.choice(_TOKENS)
            token = token if isinstance(token, bytes) else token.encode()
            return article[:at] + token * chance.choice((1, 1, 2, 30)) + article[at:]
        if kind == 1:
            return article[:at] + article[min(to, at + 50) :]
        if kind == 2:
            return article[:to] + article[at:to] * chance.choice((1, 3)) + article[to:]
        if kind == 3:
            other = chance.choice(self.kept)
            start = chance.randint(0, len(other))
            return article[:at] + other[start : start + 200] + article[to:]
        if kind == 4 and article:
            at = min(at, end - 1)
            return article[:at] + bytes([chance.randrange(256)]) + article[at + 1 :]
        return article[:at] + b"\n" + article[at:]


class _Tracer:
    """Counts lines of searchkit's code and notes which follows which."""

    def __init__(self) -> None:
        self.steps = 0
        self.reached: set[tuple[int, int, int]] = set()

    def on_call(self, frame: FrameType, _: str, __: Any) -> Any:
        """What `sys.settrace` calls for each new frame."""
        code = frame.f_code
        if not code.co_filename.startswith(_PACKAGE):
            return None
        key, last = id(code), 0
        add = self.reached.add

        def on_line(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal last
            if event == "line":
                self.steps += 1
                add((key, last, frame.f_lineno))
                last = frame.f_lineno
            return on_line

        return on_line


def problem_of(article: bytes) -> str:
    """Which promise an article breaks; empty if none."""
    try:
        read = read_article(SourceFile("a.md", Path("a.md")), article)
        visible = read.visible
        batch = _ANALYZER.batch([(read.article, visible)])
        definitions(visible)
    except CorpusError:
        return ""
    except Exception as error:  # noqa: BLE001, any other is what is looked for
        return f"{type(error).__name__}: {error}"
    end = len(visible.text)
    body = batch.text.starts[int(batch.body_start[0]) :]
    ends = body + batch.text.lengths[int(batch.body_start[0]) :]
    if (body < 0).any() or (ends > end).any() or (body[1:] < body[:-1]).any():
        return f"atoms that are not in the text of {end}"
    return _problem_of_text(visible, len(article.split(b"\n")) + article.count(b"\r"))


def _problem_of_text(visible: VisibleText, lines: int) -> str:
    at = 0
    for block in visible.blocks:
        if not at <= block.start <= block.end <= len(visible.text):
            return f"a block at {block.start} after {at}"
        inside = block.start
        for span in block.spans:
            if not inside <= span.start < span.end <= block.end:
                return f"a span at {span.start} in a block at {block.start}"
            inside = span.end
        if not 0 <= block.section < len(visible.sections):
            return f"a block of section {block.section}"
        at = block.end
    offsets = [offset for offset, _ in visible.lines]
    if offsets != sorted(set(offsets)):
        return "lines that do not rise"
    if any(not 1 <= line <= lines for _, line in visible.lines):
        return f"a line that is not there, of {lines}"
    return ""


def first_articles() -> Iterator[bytes]:
    """The traps, short, and the articles that are shipped, in pieces."""
    for make in TRAPS.values():
        made = make(120)
        yield made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")
    for path in sorted((Path(__file__).parent.parent / "corpus").rglob("*.md"))[::6]:
        data = path.read_bytes()
        yield from (data[at : at + 700] for at in range(0, len(data), 2100))


def run(seconds: float, seed: int) -> tuple[Fuzzer, list[tuple[bytes, str]]]:
    """Fuzz for a while; the fuzzer and what broke a promise."""
    fuzzer = Fuzzer(random.Random(seed))
    found = list(fuzzer.seed(first_articles()))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found += fuzzer.step()
    return fuzzer, found


def main() -> int:
    """Print what was found; status 1 if anything was."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    fuzzer, found = run(options.seconds, options.seed)
    told: set[str] = set()
    for article, problem in found:
        if problem not in told:
            told.add(problem)
            print(f"{problem}: {article[:200]!r}")
        if options.save:
            options.save.mkdir(parents=True, exist_ok=True)
            name = blake2b(article, digest_size=6).hexdigest()
            (options.save / name).write_bytes(article)
    print(
        f"{fuzzer.tried:,} articles, {len(fuzzer.reached):,} pairs of lines reached, "
        f"{len(fuzzer.kept):,} kept, at most {fuzzer.steepest:.0f} steps a byte, "
        f"{len(found)} broke a promise"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
