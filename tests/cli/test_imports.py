"""What does a command load? Help and options come before anything heavy."""

import subprocess
import sys

import pytest

from cli.support import plain_environment

HEAVY = ("numpy", "whoosh", "rich", "yaml", "chardet")
NOT_FOR_A_SEARCH = (
    *HEAVY,
    *("click", "rjieba"),
    *("dataclasses", "inspect", "pathlib", "typing"),
)


def loaded_by(code: str, heavy: tuple[str, ...] = HEAVY) -> set[str]:
    """Which of the heavy modules are there after `code` has run."""
    program = f"""
import os, sys
os._exit = sys.exit  # so that there is something after the end
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
    return set(heavy) & set(ended.stderr.split())


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
@pytest.mark.parametrize("query", ["RoPE 旋转位置编码", "C++", "容器 -docker"])
def test_a_piped_search_loads_little(query: str) -> None:
    code = f"sys.argv = ['searchkit', 'search', '{query}']"
    code += "; from searchkit.cli import main; main()"
    assert loaded_by(code, NOT_FOR_A_SEARCH) == set()
    code = "from searchkit.cli.program import program; program.main(['search', 'RoPE'])"
    assert loaded_by(code) == set()


@pytest.mark.usefixtures("folder")
def test_many_small_searches_are_worth_numpy() -> None:
    code = """
    import searchkit
    from searchkit.engines import reader
    reader.MOST_PLAIN = 2000
    engine = searchkit.open("index")
    totals = {engine.search("旋转 位置").total}
    assert "numpy" not in sys.modules
    for _ in range(2000):
        totals.add(engine.search("旋转 位置").total)
        if "numpy" in sys.modules:
            break
    assert len(totals) == 1
    """
    assert loaded_by(code.strip(), ("numpy",)) == {"numpy"}
