"""What is promised outside the code: names, README, layers."""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, script

import searchkit
from searchkit.config import SETTINGS
from searchkit.query.parser import FIELDS

README = (ROOT / "README.md").read_text("utf-8")
CORPUS = sorted((ROOT / "corpus").rglob("*.md"))


def python(code: str, folder: Path) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    ).stdout


def test_public_names_are_those_announced() -> None:
    assert dir(searchkit) == sorted(searchkit.__all__)
    for name in searchkit.__all__:
        assert getattr(searchkit, name).__module__.startswith("searchkit.")
    with pytest.raises(AttributeError, match="nothing"):
        _ = searchkit.nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", searchkit.__all__)
def test_public_names_are_described(name: str) -> None:
    assert getattr(searchkit, name).__doc__


@pytest.mark.parametrize("module", ["whoosh", "numpy", "rich", "yaml", "click"])
def test_import_is_light(module: str, tmp_path: Path) -> None:
    assert python(
        f"import searchkit, sys; print({module!r} in sys.modules)", tmp_path
    ) == ("False\n")


def test_no_search_loads_more_of_numpy_than_it_needs(tmp_path: Path) -> None:
    searchkit.build(ROOT / "corpus", tmp_path / "index", jobs=1)
    program = """
        import sys
        import numpy
        import searchkit

        already = "numpy.ma" in sys.modules
        with searchkit.open("index") as engine:
            for query in ("位置 in:code", "$x_t$", "in:heading model", "the"):
                engine.search(query, topics=("attention",), since="2020")
        print("numpy.ma" in sys.modules and not already)
    """
    assert python(textwrap.dedent(program), tmp_path) == "False\n"


def test_readme_example_runs_as_written(tmp_path: Path) -> None:
    (tmp_path / "corpus").symlink_to(ROOT / "corpus")
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    printed = python(textwrap.dedent(example), tmp_path)
    assert "attention/rope.md" in printed.splitlines()[0]


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminal")
def test_readme_shows_what_the_program_prints() -> None:
    made = script("make_readme_picture")
    shown = made.FENCED.search(README)
    assert shown
    assert made.picture() in shown[0]


def test_readme_names_every_field_and_command() -> None:
    from searchkit.cli.program import program

    for field in FIELDS:
        assert f'"{field}"' in README
    for command in program.commands:
        assert f"searchkit {command}" in README


@pytest.mark.parametrize(
    "page", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")], ids=lambda page: page.stem
)
def test_no_page_installs_the_other_searchkit_of_pypi(page: Path) -> None:
    installed = r"pip install (?:-\S+ )*[\"']?searchkit"
    assert not re.search(installed, page.read_text("utf-8"))


def test_the_page_on_the_terminal_names_every_setting() -> None:
    page = (ROOT / "docs" / "terminal.md").read_text("utf-8")
    for name in SETTINGS:
        assert f"\n| `{name}` |" in page


def test_two_commands_are_one_line_each() -> None:
    commands = re.findall(r"^\$ (python3 .*)$", README, re.MULTILINE)
    assert len(commands) == 2
    assert "旋转位置编码 RoPE" in commands[0]
    assert commands[1].endswith("pytest")


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_article_is_whole(path: Path) -> None:
    """Front matter, balanced fences and formulas, links that lead somewhere, length."""
    _, front, body = path.read_text("utf-8").split("---\n", 2)
    matter = yaml.safe_load(front)
    assert {"title", "topics", "date"} <= matter.keys()
    fences = re.findall(r"^```(\w*)", body, re.MULTILINE)
    assert len(fences) % 2 == 0
    assert all(fences[::2]), "a fence without a language"
    prose = re.sub(r"^```.*?^```", "", body, flags=re.DOTALL | re.MULTILINE)
    assert prose.count("$$") % 2 == 0
    for link in re.findall(r"\]\(([^)#:]+\.md)", prose):
        assert (path.parent / link).exists(), link
    words = len(re.findall(r"[一-鿿]|[A-Za-z]+", prose))
    assert 600 <= words <= 3500


def test_the_collection_is_large_enough() -> None:
    assert len(CORPUS) >= 40
