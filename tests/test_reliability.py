"""The short forms of the runs that docs/reliability.md tells of."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import ROOT


def run(script: str, *options: object) -> str:
    """What a script says that ends with status 0 only if nothing went wrong."""
    command = [sys.executable, str(ROOT / "benchmarks" / script), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="has no process groups")
def test_an_index_survives_builds_that_die() -> None:
    said = run(
        "kills.py", "--kills", 3, "--errors", 3, "--signals", 2, "--articles", 12
    )
    assert "in all, each followed by a search and a build" in said


def test_damage_is_told_or_does_no_harm() -> None:
    said = run("corruption.py", "--places", 300)
    assert "\n300 in all" in said


def test_no_search_fails_while_builds_land() -> None:
    said = run("readers.py", "--threads", 2, "--processes", 1, "--builds", 4)
    assert "no search failed" in said
