"""How soon does a build end that is asked to?

    python benchmarks/signals.py CORPUS [--moments N] [--jobs N …]

`searchkit build` gets SIGINT or SIGTERM at N moments spread over the time that a whole
build takes. Printed is how long it took to end after that. Status 1 if one took more
than LONGEST_S, ended with another status, said anything, or left a generation behind
that does not answer: who is asked to end after the swap has built.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import machine

from searchkit.engines import generations

LONGEST_S = 1.0
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Ended:
    """How a build ended: after how long, with which status, saying and leaving what."""

    took_s: float
    status: int
    said: str
    left: int

    def is_as(self, number: signal.Signals) -> bool:
        """Whether it ended as one should that got this signal, or was done before."""
        return self.status == 0 or (
            self.took_s <= LONGEST_S
            and self.status == 128 + number
            and not self.said
            and not self.left
        )


def start(corpus: Path, index: Path, jobs: int) -> subprocess.Popen[str]:
    """A build that hears interrupts, wherever this program runs."""
    command = [sys.executable, "-m", "searchkit", "build", str(corpus), "--quiet"]
    command += ["--index", str(index), "--jobs", str(jobs)]
    hear = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=hear)


def interrupted(
    process: subprocess.Popen[str], number: signal.Signals, index: Path
) -> Ended:
    """Send the signal and wait."""
    started = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate()
    took_s = time.monotonic() - started
    answers = generations.current_or_none(index)
    left = sum(path != answers for path in index.glob("generation-*"))
    return Ended(took_s, process.returncode, said, left)


def run(corpus: Path, moments: int, jobs: int) -> Iterator[tuple[str, bool]]:
    """A line for each signal and moment, and whether all was well."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        start(corpus, Path(folder) / "whole", jobs).communicate()
        whole_s = time.monotonic() - started
        for number in SIGNALS:
            for moment in range(moments):
                share = (moment + 0.5) / moments
                index = Path(folder) / f"{number}-{moment}"
                process = start(corpus, index, jobs)
                time.sleep(share * whole_s)
                if process.poll() is not None:
                    process.communicate()
                    yield f"{number.name} after {share:.0%}: it had ended", True
                    continue
                ended = interrupted(process, number, index)
                yield f"{number.name} after {share:.0%}: {ended}", ended.is_as(number)


def main() -> int:
    """Print what was measured; status 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--moments", type=int, default=10)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    print(machine.describe())
    all_well = True
    for jobs in options.jobs:
        print(f"{jobs} jobs")
        for line, well in run(options.corpus, options.moments, jobs):
            print(f"  {line}{'' if well else '  WRONG'}", flush=True)
            all_well &= well
    return 0 if all_well else 1


if __name__ == "__main__":
    sys.exit(main())
