"""Are the cuts jieba's, and what do they cost?

    python benchmarks/segmentation.py FOLDER

Every different Han run of the Markdown files in a folder, cut by searchkit, jieba and
rjieba (without HMM): how often they differ, how fast each is
in MB/s of UTF-8, and what a fresh process needs for its first cut (Linux).
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from searchkit.analysis.chinese import JIEBA
from searchkit.analysis.folding import fold
from searchkit.analysis.scripts import HAN

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # jieba's source is older than its Python
    import jieba
import rjieba

Cut = Callable[[str], list[str]]
_HAN_RUN = re.compile(f"[{HAN}]+")
_FIRST_CUT = {
    "searchkit": "from searchkit.analysis.chinese import JIEBA as j;"
    "j.dictionary_words({run!r})",
    "jieba": "import jieba as j;j.setLogLevel(60);list(j.cut({run!r},HMM=False))",
    "rjieba": "import rjieba as j;j.cut({run!r},False)",
    "nothing": "pass",
}
_REPORT = (
    ";import time;status=open('/proc/self/status').read();"
    "print(time.process_time(),int(status.split('VmHWM:')[1].split()[0])/1024)"
)


def runs(folder: Path) -> list[str]:
    """The different Han runs of the articles, in order of their first occurrence."""
    found: dict[str, None] = {}
    for path in sorted(filter(Path.is_file, folder.rglob("*.md"))):
        text = fold(path.read_text("utf-8", "replace")).text
        found.update(dict.fromkeys(_HAN_RUN.findall(text)))
    return list(found)


def differing(runs: list[str], ours: Callable[[str], object], theirs: Cut) -> list[str]:
    """The runs that two ways to cut cut differently."""
    return [run for run in runs if ours(run) != theirs(run)]


def speed(runs: list[str], cut: Callable[[str], object]) -> float:
    """MB of UTF-8 a second."""
    started = time.perf_counter()
    for run in runs:
        cut(run)
    taken = time.perf_counter() - started
    return sum(len(run.encode()) for run in runs) / taken / 1e6


def fresh(code: str) -> Iterator[float]:
    """The least CPU seconds and memory in MB that fresh processes needed."""
    outputs = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code + _REPORT],
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split()
        for _ in range(5)
    ]
    return (min(map(float, column)) for column in zip(*outputs, strict=True))


def main() -> None:
    """Compare, then measure."""
    jieba.setLogLevel(60)
    found = runs(Path(sys.argv[1]))
    cuts: dict[str, Cut] = {
        "searchkit": JIEBA.dictionary_words,
        "jieba": lambda run: list(jieba.cut(run, HMM=False)),
        "rjieba": lambda run: rjieba.cut(run, False),
    }
    print(f"{len(found)} different runs, {sum(map(len, found))} characters")
    for name in ("jieba", "rjieba"):
        others = differing(found, JIEBA.dictionary_words, cuts[name])
        print(f"other than {name}: {len(others)}", *others[:5])
    for name, cut in cuts.items():
        print(f"{name}: {speed(found[:20000], cut):.2f} MB/s")
    run = "旋转位置编码"
    for name, code in _FIRST_CUT.items():
        seconds, memory = fresh(code.format(run=run))
        print(f"{name} in a fresh process: {seconds:.3f} s CPU, {memory:.1f} MB")


if __name__ == "__main__":
    main()
