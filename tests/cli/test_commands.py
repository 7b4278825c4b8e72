"""The smaller commands, and what holds for all of them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.support import (
    ARTICLES,
    Process,
    Run,
    Terminal,
    plain_environment,
    without_escapes,
)
from searchkit.cli.program import program
from searchkit.config import SETTINGS

COMMANDS = sorted(program.commands)
READERS = {
    "search": ["x"],
    "show": ["x"],
    "topics": [],
    "suggest": ["x"],
    "explain": ["x", "y"],
    "stats": [],
    "check": [],
}


def test_alone_it_prints_help(run: Run) -> None:
    result = run()
    assert (result.exit_code, result.stdout) == (0, run("--help").stdout)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_has_help(run: Run, command: str, option: str) -> None:
    result = run(command, option)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: searchkit {command}")
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_the_list_of_commands_is_not_cut_short(run: Run, command: str) -> None:
    line = next(
        x for x in run("--help").stdout.splitlines() if x.startswith(f"  {command} ")
    )
    assert not line.endswith("...")


def test_version(run: Run) -> None:
    assert re.fullmatch(r"searchkit \d+\.\d+\.\d+\S*\n", run("--version").stdout)


@pytest.mark.parametrize(
    "args",
    [["serch", "x"], ["build", "--ful"], ["explain", "x"], ["completion", "ksh"]],
    ids=["command", "option", "argument", "choice"],
)
def test_a_wrong_command_line(run: Run, args: list[str]) -> None:
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert [line.split(":")[0] for line in result.stderr.splitlines()][-1] == "hint"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["search", "RoPE", "--since", "20240101"], "20240101 is no date"),
        (["search", "RoPE", "--until", "2024-W01-1"], "2024-W01-1 is no date"),
        (["search", "RoPE", "--since", "2024-0"], "2024-0 is no date"),
        (["search", "RoPE", "--index", ""], "index in the command line must be"),
        (["build", "--index", ""], "index in the command line must be"),
        (["build", ""], "corpus in the command line must be"),
        (["build", "--wait", "nan"], "nan is no number"),
        (["build", "--rollback", "--full"], "--rollback builds nothing"),
        (["build", "corpus", "--rollback"], "--rollback builds nothing"),
    ],
)
def test_a_wrong_value(run: Run, fresh: Path, args: list[str], said: str) -> None:
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert said in lines[0]
    assert [line.split(":")[0] for line in lines] == ["searchkit", "hint"]
    assert sorted(path.name for path in fresh.iterdir()) == ["corpus"]


@pytest.mark.parametrize("command", READERS)
def test_without_an_index_there_is_a_hint(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(command, *READERS[command])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("searchkit: There is no index in index.\nhint: ")


@pytest.mark.parametrize("command", READERS)
def test_an_index_can_be_named(
    run: Run,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    args = {"show": ["systems/docker.md"], "explain": ["x", "systems/docker.md"]}
    result = run(
        command, *args.get(command, READERS[command]), "--index", str(folder / "index")
    )
    assert result.stderr == ""


@pytest.mark.usefixtures("folder")
def test_topics(run: Run) -> None:
    assert (
        run("topics").stdout == "     2  attention\n     2  systems\n     1  position\n"
    )


@pytest.mark.usefixtures("folder")
def test_suggest(run: Run) -> None:
    assert "旋转位置编码 RoPE" in run("suggest", "旋转").stdout.splitlines()


@pytest.mark.usefixtures("folder")
def test_nothing_to_suggest(run: Run) -> None:
    result = run("suggest", "量子")
    assert (result.exit_code, result.output) == (1, "")


@pytest.mark.usefixtures("folder")
def test_explain(run: Run) -> None:
    result = run("explain", "RoPE", "attention/rope.md")
    assert result.exit_code == 0
    assert "RoPE" in result.stdout


@pytest.mark.usefixtures("folder")
def test_stats(run: Run) -> None:
    rows = dict(line.split(maxsplit=1) for line in run("stats").stdout.splitlines())
    assert (rows["articles"], rows["topics"]) == (str(len(ARTICLES)), "3")
    assert re.fullmatch(r"[\d.]+ (bytes|kB|MB)", rows["index"])


@pytest.mark.usefixtures("folder")
def test_a_sound_index(run: Run) -> None:
    assert (run("check").exit_code, run("check").stdout) == (0, "sound: 4 articles\n")


def test_one_article_is_not_several(run: Run, fresh: Path) -> None:
    (fresh / "one").mkdir()
    (fresh / "one/a.md").write_text("容器", encoding="utf-8")
    assert run("build", "one").exit_code == 0
    assert run("check").stdout == "sound: 1 article\n"


def test_a_damaged_index(process: Process, copied: Path) -> None:
    for file in (copied / "index").glob("generation-*/postings"):
        file.write_bytes(file.read_bytes()[:-100] + b"\0" * 100)
    result = process("check")
    assert result.returncode == 2
    assert "hint: " in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("file", ["documents", "postings", "pages", "glossary"])
def test_check_names_the_file_and_what_repairs_it(
    process: Process, copied: Path, file: str
) -> None:
    (path,) = (copied / "index").glob(f"generation-*/{file}")
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)
    result = process("check")
    assert result.returncode == 2
    assert f"{path.parent.name}/{file}" in result.stdout + result.stderr
    assert "searchkit build --full" in result.stderr
    assert process("build", "--full").returncode == 0
    assert process("check").returncode == 0


@pytest.mark.usefixtures("folder")
def test_check_has_a_bar_on_a_terminal(terminal: Terminal) -> None:
    seen = terminal.run("check")
    assert "checking" in seen.text
    assert without_escapes(seen.text).strip().endswith("sound: 4 articles")
    assert seen.status == 0


@pytest.mark.usefixtures("folder")
def test_show_prints_markdown(run: Run) -> None:
    source = run("show", "attention/rope.md").stdout
    assert source.splitlines()[:4] == [
        "---",
        'title: "旋转位置编码 RoPE"',
        'topics: ["attention", "position"]',
        "date: 2024-09-03",
    ]
    assert source.endswith("## 推导\n\n二维旋转 $x_{t-1}$ 的内积只含相对位置。\n")


@pytest.mark.parametrize(
    "typed",
    [
        "corpus/attention/rope.md",
        "corpus/attention/rope.md:7",
        "attention/rope.md:7",
        "corpus…n/rope.md:7",
        "corpus/attention/rope.m…:7",
        "rope.md",
        "rope",
        "attention/rope",
        "rope.md:7",
    ],
)
@pytest.mark.usefixtures("folder")
def test_show_takes_what_search_prints(run: Run, typed: str) -> None:
    assert run("show", typed).stdout == run("show", "attention/rope.md").stdout


def test_show_takes_an_absolute_path(run: Run, folder: Path) -> None:
    path = str(folder / "corpus/attention/rope.md")
    assert run("show", path).stdout == run("show", "attention/rope.md").stdout


@pytest.mark.usefixtures("folder")
def test_a_shortened_path_of_several_articles_names_them(run: Run) -> None:
    result = run("show", "corpus/att….md:7")
    assert (result.exit_code, result.stdout) == (2, "")
    hint = "hint: Did you mean attention/flash.md, or attention/rope.md?"
    assert result.stderr.splitlines()[1] == hint


@pytest.mark.parametrize(
    "command", [["show"], ["explain", "x"]], ids=["show", "explain"]
)
@pytest.mark.usefixtures("folder")
def test_an_unknown_article_gets_a_suggestion(run: Run, command: list[str]) -> None:
    result = run(*command, "atention/rope.md")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "hint: Did you mean attention/rope.md" in result.stderr


def test_config_prints_every_setting(run: Run, copied: Path) -> None:
    (copied / "searchkit.toml").write_text("limit = 3")
    rows = [line.split() for line in run("config", "--index", "x").stdout.splitlines()]
    assert [row[0] for row in rows] == list(SETTINGS)
    assert ["index", "x", "--index"] in rows
    assert ["limit", "3", "searchkit.toml"] in rows
    assert ["corpus", "corpus", "default"] in rows
    assert ["dictionaries", "[]", "default"] in rows


def test_config_prints_a_list_as_the_file_has_it(run: Run, copied: Path) -> None:
    (copied / "searchkit.toml").write_text('dictionaries = ["词.txt"]', "utf-8")
    assert '["词.txt"]' in run("config").stdout


def test_a_bad_setting_is_one_line_and_a_hint(run: Run, copied: Path) -> None:
    (copied / "searchkit.toml").write_text("limt = 3")
    result = run("search", "x")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[1] == "hint: Did you mean limit?"


def test_help_comes_whatever_the_settings(run: Run, copied: Path) -> None:
    (copied / "searchkit.toml").write_text("limt = 3")
    assert run("search", "--help").exit_code == 0


WRITING_NOTHING = """
import os, sys

CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "os.link"}

def refuse(event, args):
    writes = event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if event in CHANGES or writes:
        raise PermissionError(13, "Permission denied", args[0])

sys.addaudithook(refuse)
from searchkit.cli import main

main()
"""


def writing_nothing(*args: str) -> subprocess.CompletedProcess[str]:
    """A command that can change no file."""
    return subprocess.run(
        [sys.executable, "-B", "-c", WRITING_NOTHING, *args],
        env=plain_environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["search", "RoPE"], "旋转位置编码 RoPE"),
        (["show", "attention/rope.md"], "旋转位置编码 RoPE"),
        (["topics"], "attention"),
        (["suggest", "旋"], "旋转"),
        (["explain", "RoPE", "attention/rope.md"], "attention/rope.md"),
        (["stats"], "articles        4"),
        (["check"], "sound: 4 articles"),
        (["check", "--against-text", "3"], "0 differ from a scan"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_an_index_that_may_not_be_written_is_readable(
    args: list[str], said: str
) -> None:
    ended = writing_nothing(*args)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert said in ended.stdout


@pytest.mark.usefixtures("folder")
def test_an_index_that_may_not_be_written_is_not_built() -> None:
    ended = writing_nothing("build")
    assert ended.returncode == 2
    assert ended.stderr.startswith("searchkit: index cannot be written")
