"""What does a command cost with all the processes it starts?"""

from __future__ import annotations

import compileall
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

MIB = 1024 * 1024
_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock and of all cores, and the most memory at one time."""

    seconds: float
    cpu_seconds: float
    peak_mib: float


def run(command: Sequence[str | Path]) -> Cost:
    """Run a command to its end, its output unread.

    Memory is sampled and needs Linux's /proc; else 0. A page that several processes
    share counts once (PSS), pages of mapped files are included.

    Raises: CalledProcessError, with what the command wrote to stderr.
    """
    compile_modules()
    started, peak = time.perf_counter(), 0.0
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        status = 0
        while True:
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
            if done:
                break
            alive = family(process.pid)
            if sum(map(_resident_mib, alive)) > peak:  # PSS is dear, and never more
                peak = max(peak, sum(map(_proportional_mib, alive)))
            time.sleep(_EVERY_S)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise subprocess.CalledProcessError(
                process.returncode, list(command), stderr=errors.read().decode()
            )
    return Cost(seconds, usage.ru_utime + usage.ru_stime, peak)


def cpu_ms(
    command: Sequence[str | Path],
    *,
    stdout: int = subprocess.DEVNULL,
    environ: Mapping[str, str] | None = None,
) -> float:
    """The CPU time of one run of a command, in milliseconds.

    The exit code is not looked at: a search without hits ends with 1.
    """
    process = subprocess.Popen(
        command, stdout=stdout, stderr=subprocess.DEVNULL, env=environ
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return (usage.ru_utime + usage.ru_stime) * 1000


@cache
def compile_modules() -> None:
    """Compile searchkit's modules and these, as an installed package's are.

    Where PYTHONDONTWRITEBYTECODE is set, each process of a checkout would do it anew.
    """
    spec = find_spec("searchkit")
    package = (spec and spec.submodule_search_locations) or ()
    for folder in (*package, Path(__file__).parent):
        compileall.compile_dir(folder, quiet=1)


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in family(int(child)))]


def anonymous_mib() -> float:
    """This process's resident memory that is no page of a mapped file; Linux, else 0"""
    return _row_mib(Path("/proc/self/status"), "RssAnon:")


def size_mib(path: Path) -> float:
    """The bytes of a file, or of all files below a folder."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file()) / MIB


def _resident_mib(pid: int) -> float:
    return _row_mib(Path(f"/proc/{pid}/status"), "VmRSS:")


def _proportional_mib(pid: int) -> float:
    return _row_mib(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")


def _row_mib(table: Path, name: str) -> float:
    try:
        rows = table.read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(r.split()[1]) / 1024 for r in rows if r.startswith(name)), 0.0)
