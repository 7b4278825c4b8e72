"""What does a command load? Help and options come before anything heavy."""

import subprocess
import sys

import pytest

from cli.support import plain_environment

HEAVY = ("numpy", "whoosh", "rich", "yaml", "chardet")


def loaded_by(code: str) -> set[str]:
    """Which heavy packages are there after `code` has run."""
    program = f"""
import sys
try:
    {code}
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=plain_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(HEAVY) & set(ended.stderr.split())


@pytest.mark.parametrize(
    "code",
    [
        "import searchkit.cli",
        "import searchkit.cli.program",
        "from searchkit.cli.program import program; program.main(['--help'])",
        "from searchkit.cli.program import program; program.main(['config'])",
    ],
    ids=["package", "program", "help", "config"],
)
def test_nothing_heavy(code: str) -> None:
    assert loaded_by(code) == set()


@pytest.mark.usefixtures("folder")
def test_a_piped_search_loads_no_printer_for_terminals() -> None:
    code = "from searchkit.cli.program import program; program.main(['search', 'RoPE'])"
    assert "rich" not in loaded_by(code)
    assert "markdown" not in loaded_by(code)
