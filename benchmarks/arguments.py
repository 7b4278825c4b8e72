"""What can be said to every comparison with the peers."""

from __future__ import annotations

import argparse
from pathlib import Path

import environment
import workload
from systems import CLOCKS

RESULTS = Path(__file__).parent / "results"


def parser(description: str | None) -> argparse.ArgumentParser:
    """With where the peers, the results and the indexes are."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--cache", type=Path, default=environment.default_cache())
    made.add_argument("--python", type=Path, help="a Python that has the peers")
    made.add_argument("--results", type=Path, default=RESULTS)
    made.add_argument("--work", type=_folder, help="a folder for the indexes")
    return made


def _folder(text: str) -> Path:
    """A folder, which is made if it is not there."""
    path = Path(text)
    path.mkdir(parents=True, exist_ok=True)
    return path


def add_queries(made: argparse.ArgumentParser, *, rounds: int) -> None:
    """Which queries are run, how often, and by which clock."""
    made.add_argument("--rounds", type=int, default=rounds)
    made.add_argument("--clock", choices=CLOCKS, default=CLOCKS[0])
    made.add_argument("--queries", type=int, default=workload.EACH, help="a band")
    made.add_argument("--seed", type=int, default=workload.SEED)
