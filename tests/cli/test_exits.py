"""How does a run end, if not well?"""

import errno
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from cli.support import Process, plain_environment
from searchkit.cli.exits import Terminated, exit_status
from searchkit.errors import SearchkitError

FULL = Path("/dev/full")


def raising(error: BaseException) -> int:
    def action() -> int:
        raise error

    return exit_status(action)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        pytest.param(
            SearchkitError("No.", hint="Do."),
            2,
            "searchkit: No.\nhint: Do.\n",
            id="own",
        ),
        pytest.param(
            SearchkitError("a\x1b[2J"), 2, "searchkit: a\ufffd[2J\n", id="evil"
        ),
        pytest.param(
            OSError(errno.EACCES, "Permission denied", "x/y"),
            2,
            "searchkit: x/y: Permission denied.\n",
            id="system",
        ),
        pytest.param(KeyboardInterrupt(), 130, "", id="interrupted"),
        pytest.param(Terminated(), 143, "", id="terminated"),
    ],
)
def test_an_error_is_a_status_and_a_sentence(
    capsys: pytest.CaptureFixture[str], error: BaseException, status: int, said: str
) -> None:
    assert raising(error) == status
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    ("asked", "status"), [(KeyboardInterrupt, 130), (Terminated, 143)]
)
def test_a_signal_while_a_class_is_made_is_a_signal(
    asked: type[BaseException], status: int
) -> None:
    class Interrupted:
        def __set_name__(self, *_: object) -> None:
            raise asked

    def action() -> int:
        type("Made", (), {"attribute": Interrupted()})
        return 0

    assert exit_status(action) == status


def test_too_little_memory_gets_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(MemoryError()) == 2
    assert "--jobs 1" in capsys.readouterr().err


def test_the_unforeseen_asks_for_a_report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEARCHKIT_DEBUG", raising=False)
    assert raising(KeyError("旋转")) == 2
    said = capsys.readouterr().err
    assert "KeyError: '旋转'" in said
    assert "SEARCHKIT_DEBUG=1" in said


def test_debugging_lets_the_traceback_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHKIT_DEBUG", "1")
    with pytest.raises(KeyError):
        raising(KeyError("旋转"))


def test_a_broken_pipe_inside_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(BrokenPipeError(errno.EPIPE, "Broken pipe")) == 2
    assert capsys.readouterr().err == "searchkit: Broken pipe.\n"


@pytest.mark.parametrize(
    "args",
    [["search", "--limit", "0", "的"], ["show", "long.md"], ["--help"]],
    ids=["search", "show", "help"],
)
def test_a_reader_who_leaves_is_no_error(
    fresh: Path, process: Process, args: list[str]
) -> None:
    (fresh / "corpus" / "long.md").write_text("的 " * 100_000, encoding="utf-8")
    assert process("build").returncode == 0
    child = subprocess.Popen(
        [sys.executable, "-m", "searchkit", *args],
        env=plain_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.close()
    _, said = child.communicate()
    assert (child.returncode, said) == (0, b"")


@pytest.mark.parametrize(("query", "status"), [("容器", 0), ("没有", 1)])
@pytest.mark.parametrize("how", [[], ["--json"], ["--paths"]], ids=str)
@pytest.mark.usefixtures("folder")
def test_a_closed_output_leaves_the_status(
    query: str, status: int, how: list[str]
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "searchkit", "search", query, *how],
        env=plain_environment(),
        stderr=subprocess.PIPE,
        preexec_fn=partial(os.close, 1),
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (status, b"")


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
@pytest.mark.usefixtures("folder")
def test_a_full_disk_is_an_error() -> None:
    with FULL.open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "searchkit", "search", "容器"],
            env=plain_environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert ended.returncode == 2
    message, hint = ended.stderr.decode().splitlines()
    said = "searchkit: The output could not be written: No space left on device."
    assert message == said
    assert hint.startswith("hint: Make room")


@pytest.mark.usefixtures("folder")
def test_an_encoding_without_the_character_is_no_error() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "searchkit", "search", "RoPE"],
        env=plain_environment(PYTHONIOENCODING="latin-1"),
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.startswith(b"1. ?????? RoPE\n")


@pytest.mark.usefixtures("folder")
def test_bytes_that_are_no_text_can_be_searched_for() -> None:
    command = [sys.executable.encode(), b"-m", b"searchkit", b"search", b"\xff"]
    ended = subprocess.run(
        command, env=plain_environment(), capture_output=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr == b""


@pytest.mark.usefixtures("fresh")
def test_python_m_says_searchkit(process: Process) -> None:
    assert process("--help").stdout.startswith("Usage: searchkit ")


def test_an_interrupt_is_caught_before_click_is_loaded() -> None:
    code = "import sys, searchkit.cli; print('click' in sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True
    )
    assert ended.stdout.strip() == b"False"
