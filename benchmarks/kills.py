"""Does an index survive builds that die, and disks that are full?

    python benchmarks/kills.py [--kills N] [--errors N] [--jobs N] [--articles N]

An index of some articles answers; a build of changed articles is killed at N moments
(by time, before a system call that changes a file, and in the middle of a write), or
its system calls begin to fail (disk full, input/output error). After each: the index
answers as before or as the finished build would, its files are byte for byte one of the
two, `check` finds nothing, and the next build succeeds and leaves nothing behind.

System calls are counted and failed by `faults/shim.c`, which needs a C compiler and
Linux; without them the kills are all by time.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import machine

import searchkit

HERE = Path(__file__).parent
QUERIES = ("注意力", "RoPE", '"the best"', "x_{t-1}", "词 新", "编码 OR token")
LEFT_BY_BUILDS = ("current", "lock", "seen")
_FAILED, _KILLED = 2, -signal.SIGKILL


@dataclass(frozen=True)
class State:
    """What an index answers, and a digest of each file of its generation."""

    answers: tuple[tuple[int, tuple[tuple[str, float], ...]], ...]
    files: tuple[tuple[str, str], ...]


def state_of(index: Path) -> State:
    """The state that answers now. Raises: SearchkitError if none does."""
    with searchkit.open(index) as engine:
        problems = engine.check()
        assert not problems, problems
        answers = []
        for query in QUERIES:
            result = engine.search(query)
            hits = tuple((hit.doc_id, hit.score) for hit in result.hits)
            answers.append((result.total, hits))
        files = tuple(
            (path.name, hashlib.blake2b(path.read_bytes()).hexdigest())
            for path in sorted(engine.index_path.iterdir())
            if path.name != "searchkit.json"  # it says when it was built
        )
    return State(tuple(answers), files)


def compile_shim(folder: Path) -> Path | None:
    """The library that fails system calls; None where it cannot be made."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    shim = folder / "shim.so"
    source = HERE / "faults" / "shim.c"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", shim, source, "-ldl"]
    done = subprocess.run(command, capture_output=True, check=False)
    return shim if done.returncode == 0 else None


@dataclass(frozen=True)
class Trial:
    """A place to work in: two corpora, an index of the first, states of both."""

    folder: Path
    jobs: int
    shim: Path | None
    before: State
    after: State

    @property
    def index(self) -> Path:
        return self.folder / "index"

    def reset(self) -> None:
        """The index of the first corpus, as it was."""
        shutil.rmtree(self.index, ignore_errors=True)
        shutil.copytree(self.folder / "sound", self.index)

    def build(self, **faults: object) -> subprocess.Popen[str]:
        """A build of the second corpus, in a process group of its own."""
        environment = os.environ | {key: str(value) for key, value in faults.items()}
        build = f"'{sys.executable}' -m searchkit build '{self.folder / 'second'}'"
        build += f" --index '{self.index}' --quiet --jobs {self.jobs}"
        preload = f"LD_PRELOAD='{self.shim}'" if faults else ""
        return subprocess.Popen(
            ["sh", "-c", f"FAULT_PID=$$ {preload} exec {build}"],
            env=environment,
            start_new_session=True,
            stderr=subprocess.PIPE,
            text=True,
        )

    @cached_property
    def calls(self) -> int:
        """How many system calls a build makes that change a file."""
        self.reset()
        count = self.folder / "calls"
        self.build(FAULT_COUNT=count).wait()
        return int(count.read_text())

    def duration_s(self) -> float:
        """How long a build takes."""
        self.reset()
        started = time.monotonic()
        self.build().wait()
        return time.monotonic() - started

    def verify(self, what: str) -> str:
        """Which of the two states answers, after the next build has been tried, too.

        Raises: AssertionError, SearchkitError.
        """
        found = state_of(self.index)
        assert found in (self.before, self.after), f"{what}: another answer"
        process = self.build()
        _, said = process.communicate()
        assert process.returncode == 0, f"{what}: the next build failed: {said}"
        assert state_of(self.index) == self.after, f"{what}: the next build is wrong"
        left = [
            path.name
            for path in self.index.iterdir()
            if path.name not in LEFT_BY_BUILDS
            and not path.name.startswith("generation-")
        ]
        generations = len(list(self.index.glob("generation-*")))
        assert not left, f"{what}: left behind: {left}"
        assert generations <= 2, f"{what}: {generations} generations"
        return "before" if found == self.before else "after"


def make_trial(folder: Path, *, articles: int, jobs: int) -> Trial:
    """Two corpora that share most articles, and an index of the first."""
    chance = random.Random(5)
    words = ["注意力", "编码", "token", "RoPE", "the best", "新词", "$x_{t-1}$", "C++"]
    for corpus, first in (("first", 0), ("second", articles // 4)):
        for number in range(first, first + articles):
            path = folder / corpus / f"{number:05}.md"
            path.parent.mkdir(exist_ok=True)
            text = " ".join(chance.choices(words, k=120))
            if corpus == "second" and number % 3 and number < articles:
                text = (folder / "first" / path.name).read_text("utf-8")
            path.write_text(
                f"# {number}\n\n{text}\n" if "#" not in text else text, "utf-8"
            )
    searchkit.build(folder / "second", folder / "sound")
    after = state_of(folder / "sound")
    shutil.rmtree(folder / "sound")
    searchkit.build(folder / "first", folder / "sound")
    before = state_of(folder / "sound")
    return Trial(folder, jobs, compile_shim(folder), before, after)


def kill_by_time(trial: Trial, count: int) -> Iterator[tuple[str, str]]:
    """Kill at moments spread over a build; what was done, and which state answers."""
    duration = trial.duration_s()
    for number in range(count):
        trial.reset()
        process = trial.build()
        time.sleep(duration * (number + 0.5) / count)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        what = f"killed after {(number + 0.5) / count:.0%} of the time"
        yield what, trial.verify(what)


def kill_by_call(trial: Trial, kind: str, count: int) -> Iterator[tuple[str, str]]:
    """Kill before (or in) system calls spread over all that a build makes."""
    calls = trial.calls
    for number in range(count):
        at = 1 + number * calls // count
        trial.reset()
        process = trial.build(FAULT_AT=at, FAULT_KIND=kind)
        process.communicate()
        what = f"{kind} at call {at} of {calls}"
        assert process.returncode in (0, _KILLED), f"{what}: {process.returncode}"
        yield what, trial.verify(what)


def fail_calls(trial: Trial, kind: str, count: int) -> Iterator[tuple[str, str]]:
    """Let system calls fail from one on: the build says so in a line, and gives up."""
    calls = trial.calls
    for number in range(count):
        at = 1 + number * calls // count
        trial.reset()
        process = trial.build(FAULT_AT=at, FAULT_KIND=kind)
        _, said = process.communicate()
        what = f"{kind} from call {at} of {calls} on"
        assert process.returncode in (0, _FAILED), (
            f"{what}: {process.returncode} {said}"
        )
        if process.returncode == _FAILED:
            lines = said.strip().splitlines()
            assert lines[0].startswith("searchkit: "), f"{what}: {said}"
            assert len(lines) <= 2, f"{what}: {said}"
            assert "Traceback" not in said, f"{what}: {said}"
        yield what, trial.verify(what)


def run(
    trial: Trial, kills: int, errors: int, tell: Callable[[str], None]
) -> dict[str, int]:
    """All of it; how many of each kind were survived, and by which state."""
    shimmed = trial.shim is not None
    plans = [
        ("by time", kill_by_time(trial, kills // 3 if shimmed else kills)),
    ]
    if shimmed:
        plans += [
            ("before a call", kill_by_call(trial, "kill", kills // 3)),
            ("in a write", kill_by_call(trial, "torn", kills - 2 * (kills // 3))),
            ("disk full", fail_calls(trial, "enospc", errors // 2)),
            ("input/output error", fail_calls(trial, "eio", errors - errors // 2)),
        ]
    counts: dict[str, int] = {}
    for name, plan in plans:
        for done, (what, state) in enumerate(plan, 1):
            counts[f"{name}, the {state} answers"] = (
                counts.get(f"{name}, the {state} answers", 0) + 1
            )
            if done % 20 == 0:
                tell(f"{name}: {done} survived ({what})")
    return counts


def main() -> int:
    """Print what was survived; status 1 at the first that was not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--errors", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--articles", type=int, default=120)
    options = parser.parse_args()
    print(machine.describe())
    with tempfile.TemporaryDirectory() as folder:
        trial = make_trial(Path(folder), articles=options.articles, jobs=options.jobs)
        try:
            counts = run(trial, options.kills, options.errors, print)
        except (AssertionError, searchkit.SearchkitError) as error:
            print(f"not survived: {error}", file=sys.stderr)
            return 1
    for name, count in counts.items():
        print(f"{count:5} {name}")
    print(f"{sum(counts.values()):5} in all, each followed by a search and a build")
    return 0


if __name__ == "__main__":
    sys.exit(main())
