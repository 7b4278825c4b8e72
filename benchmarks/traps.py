"""How fast are the articles indexed that are made to be slow?

    python benchmarks/traps.py [--bytes N] [--only NAME]

Each trap is an article of about N bytes and one four times as long, of which a process
of its own builds an index. Printed are the rate, how the time grew (4 is linear) and
the most memory. What takes longer than a minute is stopped and told.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from machine import describe

import searchkit

LONGEST_S = 60.0
Make = Callable[[int], str | bytes]


def repeat(piece: str, *, before: str = "", after: str = "") -> Make:
    """An article of one piece again and again."""
    return lambda size: before + piece * (size // len(piece.encode())) + after


def nested(opening: str, closing: str) -> Make:
    """An article of brackets in brackets."""
    return lambda size: opening * (size // 2) + "a" + closing * (size // 2)


def yaml_bomb(size: int) -> str:
    lines = ["a0: &a0 [x, x]"]
    lines += (f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, size // 40))
    return "---\n" + "\n".join(lines) + "\n---\ntext"


TRAPS: Mapping[str, Make] = {
    "one line of words": repeat("word "),
    "one line of Han": repeat("编码"),
    "one line of letters": repeat("a"),
    "headings": repeat("# a\n"),
    "headings under headings": lambda size: "".join(
        "#" * (1 + number % 6) + f" a{number}\n" for number in range(size // 10)
    ),
    "underlined headings": repeat("a\n=\n"),
    "quotes in one line": repeat(">", after=" a"),
    "quotes, each deeper": lambda size: "".join(
        ">" * number + " a\n" for number in range(1, int((2 * size) ** 0.5))
    ),
    "lists in one line": repeat("- ", after="a"),
    "lists, each deeper": lambda size: "".join(
        "  " * number + "- a\n" for number in range(1, int(size**0.5))
    ),
    "brackets": repeat("["),
    "brackets in brackets": nested("[", "]"),
    "links without an end": repeat("[a](b "),
    "titles without an end": repeat("[a](b 'c "),
    "addresses in addresses": repeat("[a](b(c"),
    "images": repeat("![a](b)"),
    "references": repeat("[a][b] ", after="\n\n[b]: c"),
    "definitions": repeat("[a]: b\n"),
    "footnotes": repeat("[^a]: b\n"),
    "stars": repeat("*"),
    "stars that open": repeat("*a **b "),
    "stars that do both": repeat("a*b**c"),
    "underscores": repeat("_a __b "),
    "tildes": repeat("~~a ~b "),
    "backticks": repeat("`a ``b "),
    "backticks, each run longer": lambda size: " ".join(
        "`" * number for number in range(1, int((2 * size) ** 0.5))
    ),
    "fences": repeat("```\n"),
    "dollars": repeat("$a "),
    "double dollars": repeat("$$a "),
    "display math without an end": repeat("$$a\n\n"),
    "parentheses of LaTeX": repeat(r"\(a "),
    "formula of braces": repeat("{", before="$", after="$"),
    "formula of scripts": repeat("_{a", before="$$", after="$$"),
    "formula of commands": repeat(r"\frac", before="$", after="$"),
    "formula of left": repeat(r"\left(", before="$", after="$"),
    "formula of environments": repeat(r"\begin{a}", before="$$", after="$$"),
    "tags": repeat("<div "),
    "tags without an end": repeat("<a b='"),
    "tags in a paragraph": repeat("a <b> "),
    "attributes": repeat("b=c ", before="<a ", after=">"),
    "comments without an end": repeat("a <!-- "),
    "comments": repeat("<!-- a -->"),
    "declarations": repeat("a <? <!A "),
    "entities": repeat("&amp;&#1;"),
    "escapes": repeat("\\*"),
    "shortcodes without an end": repeat("{{< a "),
    "shortcodes": repeat('{{< a text="b" >}}'),
    "table cells": repeat("|a", before="|a|b|\n|-|-|\n"),
    "table rows": repeat("|a|b|\n", before="|a|b|\n|-|-|\n"),
    "pipes": repeat("|"),
    "rule of a table": repeat("-|", before="a|b\n"),
    "HTML without an end": repeat("<table><tr><td>"),
    "angles": repeat("<"),
    "camel case": repeat("aB"),
    "names": repeat("a.b-c_"),
    "names of signs": repeat("a::"),
    "combining marks": repeat("e\u0301"),
    "zero-width joiners": repeat("\u200d"),
    "right to left": repeat("\u202ea"),
    "control characters": repeat("\x00\x1b\x07"),
    "lone surrogates": lambda size: b"\xed\xa0\x80a" * (size // 4),
    "full width": repeat("ＡＢ"),
    "ligatures": repeat("\ufdfa"),  # one character that folds to eighteen
    "bytes that are no UTF-8": lambda size: b"\xff\xfe\xfd\x80" * (size // 4),
    "GB18030 of four bytes": lambda size: "\U00020000".encode("gb18030") * (size // 4),
    "half of a GB18030": lambda size: ("编".encode("gb18030") + b"\x81") * (size // 3),
    "UTF-16": lambda size: ("编码 a" * (size // 8)).encode("utf-16"),
    "YAML bomb": yaml_bomb,
    "YAML nested": nested("[", "]"),
    "front matter of brackets": lambda size: f"---\na: {'[' * size}\n---\nb",
    "front matter of anchors": repeat("- &a b\n", before="---\n", after="---\nb"),
    "front matter without an end": repeat("a: b\n", before="---\n"),
    "TOML of tables": repeat("[a]\n", before="+++\n", after="+++\nb"),
    "definitions of names": repeat("注意力（Attention）"),
    "brackets of names": repeat("（A"),
    "formulas in a paragraph": repeat("a $x_1$ b\n"),
    "one long title": repeat("a", before="---\ntitle: ", after="\n---\nb"),
}


def run_one(name: str, size: int) -> int:
    """Read one trap in this process and print seconds, memory and bytes."""
    made = TRAPS[name](size)
    data = made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")
    with TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        (corpus / "trap.md").write_bytes(data)
        started = time.process_time()
        report = searchkit.build(corpus, Path(folder, "index"), jobs=1)
        seconds = time.process_time() - started
    for _, reason in report.failures:
        print(f"refused: {reason}", file=sys.stderr)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(seconds, peak, len(data))
    return 0


def measure(name: str, size: int) -> tuple[float, int, int] | None:
    """Seconds, bytes of memory and bytes of the article; None if it took too long."""
    command = [sys.executable, __file__, "--run", name, "--bytes", str(size)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LONGEST_S, check=True
        )
    except subprocess.TimeoutExpired:
        return None
    seconds, peak, length = done.stdout.split()
    return float(seconds), int(peak), int(length)


def lines(size: int, only: str) -> Iterator[str]:
    """One line a trap."""
    for name in TRAPS:
        if only not in name:
            continue
        small, large = measure(name, size), measure(name, 4 * size)
        if small is None or large is None:
            yield f"{name:32} more than {LONGEST_S:.0f} s"
            continue
        rate = large[2] / max(large[0], 1e-6) / 1e6
        growth = large[0] / max(small[0], 1e-6)
        yield f"{name:32} {rate:8.2f} MB/s  {growth:5.1f} ×  {large[1] / 1e6:6.0f} MB"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--bytes", type=int, default=250_000)
    parser.add_argument("--only", default="")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        return run_one(options.run, options.bytes)
    print(describe())
    print(f"articles of {options.bytes:,} bytes and four times as many; rate of these")
    for line in lines(options.bytes, options.only):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
