"""`searchkit judge`: keys on a terminal, lines without one; no grade is ever lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from evaluated import write_collection

from cli.support import Terminal, plain_environment

PROMPT = "quit: "


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A collection of two queries without judgements; 容器 has two hits."""
    queries = {"q1": "容器", "q2": "旋转"}
    return write_collection(tmp_path / "bare", queries=queries, qrels={})


def judge(folder: Path, lines: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "searchkit", "judge", str(folder)],
        env=plain_environment(),
        input=lines,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def graded(folder: Path) -> list[str]:
    path = folder / "qrels.tsv"
    return path.read_text("utf-8").splitlines() if path.exists() else []


def test_lines_instead_of_keys(bare: Path) -> None:
    ended = judge(bare, "2\n0\n1\n")
    assert ended.returncode == 0
    assert "q1  容器" in ended.stdout
    assert "2/2" in ended.stdout
    assert ended.stderr.startswith("3 grades written to ")
    assert sorted(graded(bare)) == [
        "q1\tdocker.md\t" + ("2" if "docker" in graded(bare)[0] else "0"),
        "q1\tpodman.md\t" + ("0" if "docker" in graded(bare)[0] else "2"),
        "q2\trope.md\t1",
    ]


def test_the_end_of_input_keeps_what_is_there_and_goes_on_later(bare: Path) -> None:
    judge(bare, "3\n")
    assert len(graded(bare)) == 1
    again = judge(bare, "0\n0\n")
    assert "1/1" in again.stdout
    assert len(graded(bare)) == 3
    assert judge(bare, "").returncode == 1  # nothing is left to judge


def test_undo_skip_and_what_is_no_key(bare: Path) -> None:
    ended = judge(bare, "1\nu\nx\n2\nn\ns\n")
    assert "'x' is none of the keys" in ended.stderr
    assert [line.split("\t")[2] for line in graded(bare)] == ["2"]


def test_keys_on_a_terminal(terminal: Terminal, bare: Path) -> None:
    session = terminal.start("judge", str(bare))
    for key in (b"3", b"u", b"1", b"q"):
        session.wait_for(PROMPT)
        session.seen = b""
        os.write(session.ours, key)
    assert session.end().status == 0
    assert [line.split("\t")[2] for line in graded(bare)] == ["1"]


def test_an_interrupt_loses_nothing(terminal: Terminal, bare: Path) -> None:
    session = terminal.start("judge", str(bare))
    session.wait_for(PROMPT)
    session.seen = b""
    os.write(session.ours, b"2")
    session.wait_for(PROMPT)
    session.child.send_signal(signal.SIGINT)
    ended = session.end()
    assert "1 grade written" in ended.text
    assert [line.split("\t")[2] for line in graded(bare)] == ["2"]
