"""`searchkit build`: what it prints, how it ends, what it leaves."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from cli.support import Process, Run


def bad_article(folder: Path) -> None:
    (folder / "corpus" / "bad.md").mkdir()  # walked past, so it does no harm
    (folder / "corpus" / "huge.md").write_text("很长" * 600, encoding="utf-8")


@pytest.mark.usefixtures("fresh")
def test_it_ends_with_one_line(run: Run) -> None:
    result = run("build")
    assert (result.exit_code, result.stderr) == (0, "")
    line = r"added 4, updated 0, unchanged 0, removed 0 in \d+\.\d s\n"
    assert re.fullmatch(line, result.stdout)


def test_it_counts_what_changed(run: Run, copied: Path) -> None:
    assert run("build").exit_code == 0  # the corpus has moved
    (copied / "corpus/new.md").write_text("新", encoding="utf-8")
    (copied / "corpus/attention/rope.md").write_text("改", encoding="utf-8")
    (copied / "corpus/systems/docker.md").unlink()
    line = "added 1, updated 1, unchanged 2, removed 1 in "
    assert run("build").stdout.startswith(line)


def test_a_folder_without_articles_is_told(run: Run, copied: Path) -> None:
    (copied / "else").mkdir()
    (copied / "else" / "a.rst").write_text("a", encoding="utf-8")
    kinds = "(.md, .markdown, .mdx, .txt, .html, .htm)"
    told = f"searchkit: There are no articles in else {kinds}.\nhint: "
    result = run("build", "else", "--quiet")
    back = "`searchkit build --rollback` has the index before answer again.\n"
    assert (result.exit_code, result.stderr) == (0, told + back)
    result = run("build", "else", "--index", "new")
    assert result.stderr == told + "Name a folder of Markdown files.\n"


@pytest.mark.usefixtures("copied")
def test_full_takes_nothing_over(run: Run) -> None:
    assert "unchanged 0" in run("build", "--full").stdout


@pytest.mark.usefixtures("fresh")
def test_quiet_is_silent(run: Run) -> None:
    result = run("build", "--quiet")
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["plain", "quiet"])
def test_a_skipped_article_is_one_line(
    run: Run, fresh: Path, monkeypatch: pytest.MonkeyPatch, quiet: list[str]
) -> None:
    bad_article(fresh)
    monkeypatch.setenv("SEARCHKIT_MAX_ARTICLE_BYTES", "1000")
    result = run("build", *quiet)
    assert result.exit_code == 0
    assert result.stderr.startswith("skipped huge.md: ")
    assert result.stderr.count("\n") == 1


def test_strict_keeps_the_old_index(
    run: Run, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad_article(copied)
    (copied / "corpus/new.md").write_text("崭新", encoding="utf-8")
    monkeypatch.setenv("SEARCHKIT_MAX_ARTICLE_BYTES", "1000")
    result = run("build", "--strict")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "huge.md" in result.stderr
    assert run("search", "崭新").exit_code == 1


def test_two_builds_at_once(run: Run, copied: Path) -> None:
    with FileLock(copied / "index" / "lock"):
        plain, quiet = run("build"), run("build", "--quiet")
    assert (plain.exit_code, plain.stdout) == (2, "")
    assert "Another build is writing to index." in plain.stderr
    assert (quiet.exit_code, quiet.stderr.count("\n")) == (0, 1)


HOLD = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_build(index: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds the lock as a build does, until its input ends."""
    command = [sys.executable, "-c", HOLD, str(index / "lock")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        try:
            yield holder
        finally:
            holder.kill()


@pytest.mark.parametrize(
    ("options", "status"),
    [(["--wait", "0.2"], 2), (["--quiet", "--wait", "0.2"], 0), (["--quiet"], 0)],
    ids=["waited in vain", "quiet", "not waited"],
)
def test_a_build_that_another_process_keeps_out(
    process: Process, copied: Path, options: list[str], status: int
) -> None:
    with another_build(copied / "index"):
        result = process("build", *options)
    assert (result.returncode, result.stdout) == (status, "")
    assert result.stderr.startswith("searchkit: Another build is writing to index.\n")


def test_a_build_waits_for_another_process(process: Process, copied: Path) -> None:
    with another_build(copied / "index") as holder:
        assert holder.stdin
        threading.Timer(0.5, holder.stdin.close).start()
        result = process("build", "--wait", "60")
    assert (result.returncode, result.stderr) == (0, "")


def test_the_lock_of_a_dead_process_is_none(process: Process, copied: Path) -> None:
    with another_build(copied / "index") as holder:
        holder.kill()
        holder.wait()
        assert process("build").returncode == 0


def test_rollback(process: Process, copied: Path) -> None:
    (copied / "corpus/new.md").write_text("崭新", encoding="utf-8")
    assert process("build").returncode == 0
    assert process("search", "崭新").returncode == 0
    result = process("build", "--rollback")
    assert (result.returncode, result.stderr) == (0, "")
    assert "generation-000001 answers, built 20" in result.stdout
    assert process("search", "崭新").returncode == 1
    again = process("build", "--rollback")
    assert (again.returncode, again.stdout) == (2, "")
    assert "There is no generation before" in again.stderr
    assert "added 1" in process("build").stdout
    assert process("search", "崭新").returncode == 0


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["plain", "quiet"])
def test_no_corpus_is_an_error(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quiet: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("build", *quiet)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "hint: " in result.stderr


def test_corpus_and_index_can_be_named(run: Run, fresh: Path) -> None:
    (fresh / "corpus").rename(fresh / "文章")
    assert run("build", "文章", "--index", "别处").exit_code == 0
    assert run("search", "--index", "别处", "--paths", "RoPE").exit_code == 0


@pytest.mark.usefixtures("fresh")
def test_several_processes(process: Process) -> None:
    assert "added 4" in process("build", "--jobs", "2").stdout
