"""Does an index survive builds that die, and disks that are full?

    python benchmarks/kills.py [--kills N] [--errors N] [--signals N] [--jobs N]
                               [--articles N]

An index of some articles answers; a build of changed articles is killed at N moments
(by time, before a system call that changes a file, and in the middle of a write), its
system calls fail (the disk full from one on, one input/output error, or nothing but
such from one on), or it gets SIGINT or SIGTERM with one. After each: the index
answers as before or as the finished build would, its files are byte for byte one of the
two, `check` finds nothing, and the next build succeeds and leaves nothing behind. A
build that was not killed has said what went wrong, and cleaned up itself.

System calls are counted and failed by `faults/shim.c`, which needs a C compiler and
Linux; without them the kills are all by time. Builds are the command line's, in forks
of this process: that a new one first loads numpy takes longer than all the rest.
"""

from __future__ import annotations

import argparse
import ctypes
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
from searchkit.cli.exits import catch_termination
from searchkit.cli.program import program

HERE = Path(__file__).parent
QUERIES = ("注意力", "RoPE", '"the best"', "x_{t-1}", "词 新", "编码 OR token")
_FOLDER = "generation-"
LEFT_BY_BUILDS = ("current", "lock", "seen")
_DONE, _FAILED, _CRASHED, _KILLED = 0, 2, 3, -signal.SIGKILL
_STATUS = {"sigint": 128 + signal.SIGINT, "sigterm": 128 + signal.SIGTERM}


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
class Building:
    """A build in a process group of its own, and the pipe of its standard error."""

    process: int
    said: int

    def kill(self) -> None:
        """End it now, and all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process, signal.SIGKILL)

    def wait(self) -> tuple[int, str]:
        """Its status, negative for a signal, and what it said."""
        _, status = os.waitpid(self.process, 0)
        self.kill()  # what it may have left running
        with os.fdopen(self.said, encoding="utf-8") as said:
            return os.waitstatus_to_exitcode(status), said.read()


@dataclass(frozen=True)
class Trial:
    """A place to work in: two corpora, an index of the first, states of both."""

    folder: Path
    jobs: int
    shim: ctypes.CDLL | None
    before: State
    after: State

    @property
    def index(self) -> Path:
        return self.folder / "index"

    def reset(self) -> None:
        """The index of the first corpus, as it was."""
        shutil.rmtree(self.index, ignore_errors=True)
        shutil.copytree(self.folder / "sound", self.index)

    def build(self, at: int = 0, kind: str = "") -> Building:
        """Begin a build of the second corpus, with this fault at that call."""
        reading, writing = os.pipe()
        if child := os.fork():
            os.close(writing)
            with suppress(OSError):  # it was faster
                os.setpgid(child, child)
            return Building(child, reading)
        try:
            os.setpgid(0, 0)
            os.dup2(writing, sys.stderr.fileno())
            os.close(writing)
            if self.shim:
                self.shim.fault_set(at, kind.encode())
            os._exit(self._build())
        finally:
            os._exit(_CRASHED)

    def _build(self) -> int:
        """The build, as `searchkit build` does it; its exit status."""
        # As a new process has them, and not what the build before this fork has set.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        catch_termination()
        command = ["build", str(self.folder / "second"), "--index", str(self.index)]
        command += ["--quiet", "--jobs", str(self.jobs)]
        try:
            program.main(command)
        except SystemExit as end:
            return int(end.code or 0)
        return _CRASHED

    @cached_property
    def calls(self) -> int:
        """How many system calls a build makes that change a file."""
        assert self.shim
        self.reset()
        self.shim.fault_set(0, b"")
        status = self._build()
        assert status == _DONE, status
        return int(self.shim.fault_calls())

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
        status, said = self.build().wait()
        assert status == _DONE, f"{what}: the next build failed: {said}"
        assert state_of(self.index) == self.after, f"{what}: the next build is wrong"
        self.tidy(what)
        return "before" if found == self.before else "after"

    def tidy(self, what: str) -> None:
        """See that a build has left nothing lying. Raises: AssertionError."""
        left = [
            path.name
            for path in self.index.iterdir()
            if path.name not in LEFT_BY_BUILDS and not path.name.startswith(_FOLDER)
        ]
        unfinished = [
            folder.name
            for folder in self.index.glob(_FOLDER + "*")
            if not (folder / "searchkit.json").exists() or list(folder.glob("tmp-*"))
        ]
        generations = len(list(self.index.glob(_FOLDER + "*")))
        assert not left + unfinished, f"{what}: left behind: {left + unfinished}"
        assert generations <= 2, f"{what}: {generations} generations"


def make_trial(
    folder: Path, *, articles: int, jobs: int, shim: ctypes.CDLL | None
) -> Trial:
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
    return Trial(folder, jobs, shim, before, after)


def kill_by_time(trial: Trial, count: int) -> Iterator[tuple[str, str]]:
    """Kill at moments spread over a build; what was done, and which state answers."""
    duration = trial.duration_s()
    for number in range(count):
        trial.reset()
        building = trial.build()
        time.sleep(duration * (number + 0.5) / count)
        building.kill()
        building.wait()
        what = f"killed after {(number + 0.5) / count:.0%} of the time"
        yield what, trial.verify(what)


def _at_calls(trial: Trial, kind: str, count: int) -> Iterator[tuple[str, int, str]]:
    """Builds with a fault at calls spread over all that a build makes.

    What was done, the status of the build, and what it said.
    """
    calls = trial.calls
    for number in range(count):
        at = 1 + number * calls // count
        trial.reset()
        yield f"{kind} at call {at} of {calls}", *trial.build(at, kind).wait()


def kill_by_call(trial: Trial, kind: str, count: int) -> Iterator[tuple[str, str]]:
    """Kill before (or in) system calls spread over all that a build makes."""
    for what, status, _ in _at_calls(trial, kind, count):
        assert status in (_DONE, _KILLED), f"{what}: {status}"
        yield what, trial.verify(what)


def fail_calls(trial: Trial, kind: str, count: int) -> Iterator[tuple[str, str]]:
    """Let system calls fail: the build says so in a line, cleans up, and gives up."""
    for what, status, said in _at_calls(trial, kind, count):
        assert status in (_DONE, _FAILED), f"{what}: {status} {said}"
        if status == _FAILED:
            _compare_words(what, said, needed=kind == "enospc")
        if kind != "broken":  # which removes nothing, either
            trial.tidy(what)
        yield what, trial.verify(what)


def interrupt(trial: Trial, kind: str, count: int) -> Iterator[tuple[str, str]]:
    """Send a signal with a system call: the build says nothing, and cleans up."""
    for what, status, said in _at_calls(trial, kind, count):
        assert status in (_DONE, _STATUS[kind]), f"{what}: {status} {said}"
        assert not said.strip(), f"{what}: {said}"
        trial.tidy(what)
        yield what, trial.verify(what)


def _compare_words(what: str, said: str, *, needed: bool) -> None:
    """A line that says what is wrong, perhaps a hint, and the room that is needed."""
    lines = said.strip().splitlines()
    assert said.startswith("searchkit: "), f"{what}: {said}"
    assert len(lines) <= 2, f"{what}: {said}"
    assert "Traceback" not in said, f"{what}: {said}"
    if needed:
        assert " are needed " in lines[0], f"{what}: {said}"


def plans(
    trial: Trial, kills: int, errors: int, signals: int
) -> Iterator[tuple[str, Iterator[tuple[str, str]]]]:
    """What is done to builds, by name."""
    if trial.shim is None:
        yield "by time", kill_by_time(trial, kills)
        return
    yield "by time", kill_by_time(trial, _share(kills, 3, 0))
    yield "before a call", kill_by_call(trial, "kill", _share(kills, 3, 1))
    yield "in a write", kill_by_call(trial, "torn", _share(kills, 3, 2))
    yield "disk full", fail_calls(trial, "enospc", _share(errors, 3, 0))
    yield "one input/output error", fail_calls(trial, "eio", _share(errors, 3, 1))
    yield "broken disk", fail_calls(trial, "broken", _share(errors, 3, 2))
    yield "SIGINT", interrupt(trial, "sigint", _share(signals, 2, 0))
    yield "SIGTERM", interrupt(trial, "sigterm", _share(signals, 2, 1))


def _share(count: int, parts: int, part: int) -> int:
    """How many of a count one of its parts has.

    >>> [_share(8, 3, part) for part in range(3)]
    [3, 3, 2]
    """
    return -(-(count - part) // parts)


def run(
    trial: Trial, kills: int, errors: int, signals: int, tell: Callable[[str], None]
) -> dict[str, int]:
    """All of it; how many of each kind were survived, and by which state."""
    counts: dict[str, int] = {}
    for name, plan in plans(trial, kills, errors, signals):
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
    parser.add_argument("--signals", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--articles", type=int, default=40)
    parser.add_argument("--shim", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shim = options.shim or compile_shim(Path(folder))
        if shim and not options.shim:  # only what a process is started with can fail it
            again = [sys.executable, *sys.argv, "--shim", shim]
            environment = os.environ | {"LD_PRELOAD": str(shim)}
            return subprocess.run(again, env=environment, check=False).returncode
        return survive(Path(folder), options)


def survive(folder: Path, options: argparse.Namespace) -> int:
    """Do all of it in a folder, and print what came of it; the status."""
    print(machine.describe())
    trial = make_trial(
        folder,
        articles=options.articles,
        jobs=options.jobs,
        shim=ctypes.CDLL(str(options.shim)) if options.shim else None,
    )
    try:
        counts = run(trial, options.kills, options.errors, options.signals, print)
    except (AssertionError, searchkit.SearchkitError) as error:
        print(f"not survived: {error}", file=sys.stderr)
        return 1
    for name, count in counts.items():
        print(f"{count:5} {name}")
    print(f"{sum(counts.values()):5} in all, each followed by a search and a build")
    return 0


if __name__ == "__main__":
    sys.exit(main())
