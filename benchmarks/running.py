"""How is a search system, which runs in its own process, built and asked?"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import processes
from systems import Query, query_of

_HERE = Path(__file__).parent
SEARCHKIT = "searchkit"


@dataclass(frozen=True, slots=True)
class Opening:
    """Milliseconds of the first opening in a process, and of the next."""

    first_ms: float
    again_ms: float


class System:
    """A system by name: builds an index, then answers questions about it.

    `python` has the peers; searchkit runs in the Python that runs this.
    """

    def __init__(self, name: str, python: Path) -> None:
        self.name = name
        self._python = sys.executable if name == SEARCHKIT else str(python)
        self._process: subprocess.Popen[str] | None = None

    def build(self, corpus: Path, index: Path, *, jobs: int) -> processes.Cost:
        """What an index from nothing costs, the start of its process included."""
        command = [*self._serve("build"), str(corpus), str(index)]
        return processes.run([*command, "--jobs", str(jobs)])

    def once(self, index: Path, text: str) -> list[str]:
        """The command of one search in a new process: searchkit's own, or a script."""
        if self.name == SEARCHKIT:
            program = [self._python, "-m", "searchkit", "search"]
            return [*program, "--index", str(index), text]
        return [*self._serve("once"), str(index), text]

    def open(self, index: Path) -> Opening:
        """Start the process that answers."""
        self._process = subprocess.Popen(
            [*self._serve("serve"), str(index)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        times = self._read()
        return Opening(times["first_open_ms"], times["open_ms"])

    def ask(self, what: str, query: Query) -> Mapping[str, Any]:
        """The answer to `page`, `first` or `count`; see `serve.answer`."""
        return self._request({"do": what, "query": asdict(query)})

    def anonymous_mib(self) -> float:
        """The memory of the process now, but for pages of mapped files."""
        return float(self._request({"do": "memory"})["anonymous_mib"])

    def __enter__(self) -> System:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.communicate()  # its input ends, and so does it

    def _serve(self, command: str) -> list[str]:
        return [self._python, str(_HERE / "serve.py"), self.name, command]

    def _request(self, request: dict[str, Any]) -> Mapping[str, Any]:
        assert self._process
        assert self._process.stdin
        print(json.dumps(request), file=self._process.stdin, flush=True)
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} died; see above.")
        answer: dict[str, Any] = json.loads(line)
        return answer


def drawn(corpus: Path, python: Path, *, seed: int, each: int) -> list[Query]:
    """The workload for a corpus, drawn in the peers' environment, which has jieba."""
    command = [str(python), str(_HERE / "workload.py"), str(corpus)]
    options = ["--seed", str(seed), "--each", str(each)]
    made = subprocess.run(
        [*command, *options], check=True, stdout=subprocess.PIPE, text=True
    )
    return [query_of(json.loads(line)) for line in made.stdout.splitlines()]
