"""What does one search in a new process cost, process and all?

    python benchmarks/fresh_process.py INDEX [QUERY]

CPU time of `searchkit search`, piped and on a terminal, and of other commands, turn by
turn with `python -c pass`. Modules are compiled before, as those of an installed
package are.
"""

from __future__ import annotations

import os
import statistics
import sys
import threading
from collections.abc import Mapping, Sequence

import machine
import processes

ROUNDS = 15
BARE = "python -c pass"
QUERY = "旋转位置编码 RoPE"
COLUMNS = "80"


def main() -> None:
    index = sys.argv[1]
    query = sys.argv[2] if len(sys.argv) > 2 else QUERY
    search = [sys.executable, "-m", "searchkit", "search", "--index", index, query]
    print(machine.describe())
    print(
        *lines(measure({"a search": search}, terminal={"a search": search})), sep="\n"
    )


def measure(
    commands: Mapping[str, Sequence[str]],
    *,
    terminal: Mapping[str, Sequence[str]],
    rounds: int = ROUNDS,
) -> dict[str, float]:
    """Median CPU milliseconds of each command, those of `terminal` with a terminal."""
    bare = [sys.executable, "-c", "pass"]
    piped: dict[str, Sequence[str]] = {BARE: bare, **commands}
    times: dict[str, list[float]] = {}
    processes.compile_modules()
    for turn in range(rounds + 1):
        found = {name: processes.cpu_ms(command) for name, command in piped.items()}
        for name, command in terminal.items():
            found[f"{name}, on a terminal"] = _on_terminal_ms(command)
        for name, ms in found.items() if turn else ():
            times.setdefault(name, []).append(ms)
    return {name: statistics.median(values) for name, values in times.items()}


def lines(medians: Mapping[str, float]) -> list[str]:
    """A line for each command, with its ratio to the bare interpreter."""
    return [
        f"{name:36} {ms:7.0f} ms  {ms / medians[BARE]:6.1f} times `{BARE}`"
        for name, ms in medians.items()
    ]


def _on_terminal_ms(command: Sequence[str]) -> float:
    """CPU time of a command whose output is a terminal that somebody reads."""
    reader, writer = os.openpty()
    drain = threading.Thread(target=_read_all, args=[reader])
    drain.start()
    environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": COLUMNS}
    ms = processes.cpu_ms(command, stdout=writer, environ=environ)
    os.close(writer)
    drain.join()
    os.close(reader)
    return ms


def _read_all(reader: int) -> None:
    try:
        while os.read(reader, 65536):
            pass
    except OSError:  # Linux says so when the other side has closed
        return


if __name__ == "__main__":
    main()
