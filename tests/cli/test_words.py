"""Which words on the command line are options, and which are the query?"""

import json
from pathlib import Path

import pytest

from cli.support import Run
from searchkit.cli.command_line import separate

OPTIONS = {"--limit": True, "--json": False}


@pytest.mark.parametrize(
    ("typed", "options", "words", "taken_as_typed"),
    [
        pytest.param("a b", "", "a b", "", id="words"),
        pytest.param("a --limit 5 b", "--limit 5", "a b", "", id="option-between"),
        pytest.param("--limit=5 a", "--limit=5", "a", "", id="with-equals-sign"),
        pytest.param("a --json b", "--json", "a b", "", id="flag"),
        pytest.param("容器 -docker", "", "容器 -docker", "", id="not"),
        pytest.param("-hadoop", "", "-hadoop", "", id="not-begins-like-help"),
        pytest.param("a -- --json", "", "a", "--json", id="after-dashes"),
        pytest.param("a --limit", "--limit", "a", "", id="value-missing"),
        pytest.param("a --limit -5", "--limit -5", "a", "", id="value-with-dash"),
    ],
)
def test_separate(typed: str, options: str, words: str, taken_as_typed: str) -> None:
    wanted = (options.split(), words.split(), taken_as_typed.split())
    assert separate(typed.split(), OPTIONS) == wanted


def query_of(run: Run, *args: str) -> str:
    result = run("search", "--json", *args)
    query: str = json.loads(result.stdout)["query"]
    return query


@pytest.mark.parametrize(
    ("args", "query"),
    [
        pytest.param(["旋转", "位置"], "旋转 位置", id="joined"),
        pytest.param(["自 注意力"], "自 注意力", id="blank-inside"),
        pytest.param(['"旋转位置"'], '"旋转位置"', id="quotes"),
        pytest.param(["--", "--help"], "--help", id="help-after-dashes"),
        pytest.param(["容器", "-docker", "--limit", "1"], "容器 -docker", id="not"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_is_searched(run: Run, args: list[str], query: str) -> None:
    assert query_of(run, *args) == query


@pytest.mark.usefixtures("folder")
def test_a_dash_means_not(run: Run) -> None:
    assert run("search", "--paths", "容器", "-docker").stdout == "systems/podman.md\n"


@pytest.mark.usefixtures("folder")
def test_help_can_be_searched_for(run: Run) -> None:
    assert run("search", "--paths", "--", "--help").stdout == "systems/docker.md\n"


@pytest.mark.usefixtures("folder")
def test_an_unknown_option_is_a_word_and_said_to_be(run: Run) -> None:
    result = run("search", "容器", "--ef-construction")
    assert result.exit_code == 0
    assert "--ef-construction is no option and is searched for" in result.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["容器", "-n", "2"], ("-n", "2"), id="letter"),
        pytest.param(["容器", "-3"], ("-3", "3"), id="number"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_another_programs_limit_is_pointed_out(
    run: Run, args: list[str], said: tuple[str, str]
) -> None:
    result = run("search", *args)
    assert result.exit_code == 0
    assert f"{said[0]} is no option but part of the query" in result.stderr
    assert f"Did you mean --limit {said[1]}?" in result.stderr


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(["容器", "-n", "x"], id="no-number"),
        pytest.param(["容器", "2"], id="no-dash"),
        pytest.param(["容器", "-n", "2", "--limit", "1"], id="limit-given"),
        pytest.param(["--", "容器", "-n", "2"], id="after-dashes"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_nothing_is_said_of_other_numbers(run: Run, args: list[str]) -> None:
    assert run("search", *args).stderr == ""


@pytest.mark.parametrize(
    ("typo", "meant"),
    [("--limt", "--limit"), ("--topics", "--topic"), ("--path=x", "--paths")],
)
@pytest.mark.usefixtures("folder")
def test_a_mistyped_option_is_refused(run: Run, typo: str, meant: str) -> None:
    result = run("search", "容器", typo, "5")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Did you mean {meant}?" in result.stderr


def test_a_query_is_needed(run: Run, folder: Path) -> None:
    result = run("search", "--index", str(folder / "index"))
    assert result.exit_code == 2
    assert "QUERY" in result.stderr


@pytest.mark.parametrize("option", ["--topic", "--limit", "--index"])
def test_an_option_at_the_end_wants_its_value(run: Run, option: str) -> None:
    result = run("search", "RoPE", option)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{option}' requires an argument" in result.stderr
    assert "`searchkit search --help` shows" in result.stderr


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        pytest.param(
            ["RoPE", "a b"], "`searchkit search RoPE 'a b'` searches.", id="no"
        ),
        pytest.param(["serach", "x"], "`searchkit --help` shows", id="misspelled"),
        pytest.param(
            ["--index", "x", "search", "y"], "--index belongs behind", id="option-first"
        ),
        pytest.param(["--bogus"], "`searchkit --help` shows", id="no-option"),
    ],
)
def test_a_missing_command_is_pointed_out(run: Run, args: list[str], hint: str) -> None:
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"hint: {hint}" in result.stderr
