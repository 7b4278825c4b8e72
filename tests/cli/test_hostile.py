"""Text from articles cannot drive the terminal, whichever command prints it."""

import json
from pathlib import Path

import pytest
from evaluated import write_collection

from cli.support import Run, Terminal
from searchkit.cli.printable import printable_lines
from searchkit.engines import generations
from searchkit.record import replace

EVIL = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u200b\x7f"
NAMED = "ev\x1b[2J\u202eil/na\x1b]0;me\x07.md"
DEFINED = f"{EVIL}生成对抗网络（GAN）{EVIL}\n"
TITLE = "e\\e[2J\\x9b\\u202Evil"  # as YAML spells it
COMMANDS = [
    ["search", "量子"],
    ["search", "--json", "量子"],
    ["search", "--paths", "量子"],
    ["show", "evil.md"],
    ["show", "\x1b[2Jevil.md"],
    ["topics"],
    ["suggest", "e"],
    ["explain", f"量子{EVIL}", "evil.md"],
    ["stats"],
    ["search", "量子", "NOT", "evil", "--collapse"],
    ["search", "--correct", f"zzz{EVIL}"],
    ["search", "quantun"],
    ["show", NAMED],
    ["show", NAMED[:-5]],
    ["explain", "量子", NAMED],
    ["suggest", "量"],
    ["glossary"],
    ["glossary", "--json"],
    ["glossary", "--why", "GAN"],
    ["check", "--against-text", "5"],
    ["build"],
    ["build", "--strict"],
    ["build", f"nowhere{EVIL.replace(chr(0), '')}"],
    ["config", "--index", f"nowhere{EVIL}"],
]


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus").mkdir()
    front = f'---\ntitle: "{TITLE}"\ntopics: ["to\\e[2Jpic"]\n---\n\n'
    (tmp_path / "corpus" / NAMED).parent.mkdir()
    heading = f"# 量子{EVIL}\n\n## Quan{EVIL}tum 计算\n\n"
    names = (
        f"量子{EVIL}（Quantum） $\\alpha{EVIL}$ [量子](http://a/\x1b[2J 'b{EVIL}')\n"
    )
    named = (
        f"---\naliases: [{TITLE!r}]\n---\n" + heading + names + DEFINED + "量子 " * 300
    )
    (tmp_path / "corpus" / NAMED).write_text(named, encoding="utf-8")
    (tmp_path / "corpus" / "sk\x1b[2Jip.md").touch()
    body = f"量子{EVIL}计算 &#27;[2J &#x202e; `量子\x1b[2J`\n"
    (tmp_path / "corpus" / "evil.md").write_text(front + body, encoding="utf-8")
    assert run("build").exit_code == 0
    assert run("glossary", "--why", "GAN").exit_code == 0
    return tmp_path


@pytest.mark.parametrize(
    "args",
    COMMANDS,
    ids=lambda args: "-".join(args[:2]).encode("unicode_escape").decode(),
)
@pytest.mark.usefixtures("hostile")
def test_piped(run: Run, args: list[str]) -> None:
    result = run(*args)
    for text in (result.stdout, result.stderr):
        assert printable_lines(text) == text


@pytest.mark.parametrize(
    "args",
    [
        ["search", "量子"],
        ["show", "evil.md", "--query", "量子"],
        ["show", NAMED, "--query", "量子"],
        ["glossary", "--why", "GAN"],
        ["build", "--full"],
        ["check"],
    ],
    ids=["search", "show", "show-named", "glossary", "build", "check"],
)
@pytest.mark.usefixtures("hostile")
def test_on_a_terminal(terminal: Terminal, args: list[str]) -> None:
    seen = terminal.run(*args, PAGER="cat")
    assert seen.status == 0
    for sequence in ("\x1b[2J", "\x1b]0;", "\x07", "\x9b", "\u202e", "\u200b", "\x7f"):
        assert sequence not in seen.text


def test_collections(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "before.run"
    folder = write_collection(
        tmp_path / "small",
        corpus=({"id": f"d{EVIL}", "title": f"量{EVIL}", "text": f"量子{EVIL}"},),
        queries={f"Aa{EVIL}": f"量子{EVIL}", f"Bb{EVIL}": f"量{EVIL}"},
        qrels={f"Aa{EVIL}": {f"d{EVIL}": 1}, f"Bb{EVIL}": {f"d{EVIL}": 1}},
    )
    other.write_text("", "utf-8")
    command = ("evaluate", str(folder), "--index", str(tmp_path / "index"))
    table = run(*command, "--against", str(other))
    assert (table.exit_code, "won most" in table.stdout) == (0, True)
    as_json = run(*command, "--against", str(other), "--json")
    (folder / "qrels.tsv").unlink()
    judged = run("judge", str(folder))
    assert "量子" in judged.stdout
    for result in (table, as_json, judged):
        for text in (result.stdout, result.stderr):
            assert printable_lines(text) == text


@pytest.mark.usefixtures("hostile")
def test_the_manifest_of_a_strangers_index(run: Run) -> None:
    assert run("build", "--full").exit_code == 0
    for generation in Path("index").glob("generation-*"):
        manifest = generations.read_manifest(generation)
        generations.write_manifest(generation, replace(manifest, built_at=EVIL))
    for args in (["stats"], ["build", "--rollback"]):
        said = run(*args).stdout
        assert "owned" in said
        assert printable_lines(said) == said


@pytest.mark.usefixtures("hostile")
def test_json_still_says_what_was_there(run: Run) -> None:
    title = json.loads(run("search", "--json", "量子").stdout)["hits"][0]["title"]
    assert "\u202e" in title
