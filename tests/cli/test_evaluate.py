"""`searchkit evaluate`: tables, runs and comparisons of a small collection."""

import json
from pathlib import Path

import pytest
from evaluated import write_collection

from cli.support import Process, Run, Terminal, without_escapes


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "small")


def test_the_table(run: Run, small: Path) -> None:
    lines = run("evaluate", str(small)).stdout.splitlines()
    assert lines[0] == "small: 3 of 4 queries are judged"
    assert lines[2].split() == ["all", "3", *[".667"] * 7]
    assert [line.split()[0] for line in lines[4:8:2]] == ["He", "Tz"]
    assert max(map(len, lines)) <= 80


def test_json(run: Run, small: Path) -> None:
    (only,) = json.loads(run("evaluate", str(small), "--json").stdout)
    assert only["collection"] == "small"
    assert [kind["kind"] for kind in only["kinds"]] == ["all", "He", "Tz"]
    score = only["kinds"][2]["scores"]["nDCG@10"]
    assert score == {"mean": 1.0, "low": 1.0, "high": 1.0}
    assert only["against"] is None


def test_a_run_is_written_read_and_compared(
    run: Run, small: Path, tmp_path: Path
) -> None:
    written, other = tmp_path / "now.run", tmp_path / "before.run"
    table = run("evaluate", str(small), "--run", str(written)).stdout
    assert "Tz1 Q0 rope.md 1 " in written.read_text("utf-8")
    assert run("evaluate", str(small), "--read-run", str(written)).stdout == table
    other.write_text("Tz1 Q0 rope.md 1 1 x\n", "utf-8")
    read = ("evaluate", str(small), "--read-run", str(written))
    shown = run(*read, "--against", str(other)).stdout
    assert "nDCG@10 .333 to .667 (+.333)" in shown
    assert "1 won, 0 lost, 2 even" in shown
    assert "+1.00  Tz2  守护进程" in shown
    assert "judged: podman.md, not found before, at 1 now" in shown
    back = ("evaluate", str(small), "--read-run", str(other))
    lost = run(*back, "--against", str(written)).stdout
    assert "-1.00  Tz2  守护进程" in lost
    assert "first now: nothing" in lost


def test_several_collections_have_a_run_each(
    run: Run, small: Path, tmp_path: Path
) -> None:
    other = write_collection(tmp_path / "other")
    runs = tmp_path / "runs"
    result = run("evaluate", str(small), str(other), "--run", str(runs))
    assert "small: 3 of" in result.stdout
    assert "other: 3 of" in result.stdout
    assert {file.name for file in runs.iterdir()} == {"small.run", "other.run"}


def test_an_index_can_be_kept(run: Run, small: Path, tmp_path: Path) -> None:
    run("evaluate", str(small), "--index", str(tmp_path / "kept"))
    stats = run("stats", "--index", str(tmp_path / "kept")).stdout
    assert stats.split()[:2] == ["articles", "3"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", ["evaluate", "judge"])
def test_the_index_of_other_articles_stays(
    process: Process, small: Path, tmp_path: Path, command: str
) -> None:
    index = str(tmp_path / "mine")
    process("build", "corpus", "--index", index)
    before = process("stats", "--index", index).stdout
    ended = process(command, str(small), "--index", index)
    assert ended.returncode == 2
    assert "not of the collection.\nhint: Choose another folder" in ended.stderr
    assert process("stats", "--index", index).stdout == before


@pytest.mark.usefixtures("folder")
def test_a_folder_of_articles_as_corpus(run: Run, tmp_path: Path) -> None:
    queries = {"1": "RoPE"}
    own = write_collection(
        tmp_path / "own", queries=queries, qrels={"1": {"attention/rope.md": 1}}
    )
    (own / "corpus.jsonl").unlink()
    result = run("evaluate", str(own), "--corpus", "corpus")
    assert result.stdout.splitlines()[2].split()[2] == "1.00"


def test_nothing_judged_is_an_error(process: Process, tmp_path: Path) -> None:
    bare = write_collection(tmp_path / "bare", qrels={})
    ended = process("evaluate", str(bare))
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "searchkit judge" in ended.stderr


@pytest.mark.parametrize(
    "options",
    [("--read-run", "x", "--run", "y"), ("--read-run", "x", "--index", "y")],
    ids=["run", "index"],
)
def test_a_run_that_is_read_is_not_searched(
    run: Run, small: Path, options: tuple[str, ...]
) -> None:
    assert run("evaluate", str(small), *options).exit_code == 2


def test_several_collections_share_no_index(run: Run, small: Path) -> None:
    assert run("evaluate", str(small), str(small), "--index", "x").exit_code == 2


def test_a_bar_on_a_terminal(terminal: Terminal, small: Path) -> None:
    shown = without_escapes(terminal.run("evaluate", str(small)).text)
    assert "searching" in shown
    assert "small: 3 of 4 queries are judged" in shown
