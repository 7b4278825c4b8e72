"""What a person sees: pages, bars and pagers in a terminal of 80 columns."""

import signal
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

import searchkit
from cli.support import Run, Terminal, without_escapes
from searchkit.cli.places import Places

PAGE = """\
1. 旋转位置编码 RoPE  2024-09-03 · attention, position
   corpus/attention/rope.md:7
   旋转位置编码把位置写成旋转矩阵。

1 article matches (TIME)
topics: attention 1, position 1
“RoPE” is in 1 article
“RoPE” in translation: 旋转位置编码 (in 1 article)
"""

LONG = "多" * 70 + " long " * 30
LONG_ARTICLE = (
    f"---\ntitle: {LONG}\ntopics: [{LONG}]\n---\n\n# {LONG}\n\n{LONG}量子{LONG}\n"
)


@pytest.mark.usefixtures("folder")
def test_the_page(terminal: Terminal) -> None:
    shown = without_escapes(terminal.run("search", "RoPE").text)
    took = shown[shown.index("(") + 1 : shown.index(" ms)") + 3]
    assert shown.replace(took, "TIME") == PAGE


@pytest.mark.usefixtures("folder")
def test_a_narrow_window_shows_all_counts(terminal: Terminal) -> None:
    query = ("容器 systems:docker", "--limit", "1")
    shown = without_escapes(terminal.run("search", *query, COLUMNS="40").text)
    counts = "articles match, 0 with every word; --offset 1 for more ("
    assert counts in " ".join(shown.split())
    assert all(cell_len(line) <= 40 for line in shown.splitlines())


@pytest.mark.usefixtures("folder")
def test_an_explanation_fits_the_window(terminal: Terminal) -> None:
    shown = terminal.run(
        "explain", "旋转位置编码 RoPE", "attention/rope.md", COLUMNS="40"
    )
    lines = shown.text.splitlines()
    assert all(cell_len(line) <= 40 for line in lines)
    assert lines[0] == "attention/rope.md for '旋转位置编码"
    assert lines[1] == "  RoPE'"


def test_places_of_the_glossary_fit_the_window(
    terminal: Terminal, copied: Path, run: Run
) -> None:
    text = "生成对抗网络（GAN）有两个网络，一个生成，一个判别。\n"
    folder = copied / "corpus" / "generative-models"
    folder.mkdir()
    (folder / "adversarial-networks.md").write_text(text, encoding="utf-8")
    assert run("build", "--quiet").exit_code == 0
    shown = terminal.run("glossary", "--why", "GAN", COLUMNS="40").text
    assert shown.splitlines() == [
        "     1  生成对抗网络 = GAN",
        "        generative-…sarial-networks.md:1",
        "          生成对抗网络（GAN）有两个网",
        "          络，一个生成，一个判别。",
    ]


@pytest.mark.usefixtures("folder")
def test_matches_are_bold_and_red(terminal: Terminal) -> None:
    shown = terminal.run("search", "守护进程").text
    assert "\x1b[1;31m守护进程\x1b[0m" in shown


@pytest.mark.usefixtures("folder")
def test_without_colour_the_page_is_the_same(terminal: Terminal) -> None:
    shown = terminal.run("search", "守护进程", NO_COLOR="1").text
    coloured = terminal.run("search", "守护进程").text
    assert "\x1b[1m" in shown
    assert not any(f"\x1b[{code}m" in shown for code in ("31", "1;31", "35"))
    assert _without_time(shown) == _without_time(coloured)


@pytest.mark.usefixtures("folder")
def test_a_dumb_terminal_gets_no_escapes(terminal: Terminal) -> None:
    assert "\x1b" not in terminal.run("search", "守护进程", TERM="dumb").text


def test_a_path_is_a_link_to_its_file(terminal: Terminal, folder: Path) -> None:
    uri = (folder / "corpus/attention/rope.md").resolve().as_uri()
    assert f";{uri}\x1b\\" in terminal.run("search", "RoPE").text


def test_a_file_that_is_gone_is_no_link(
    terminal: Terminal, copied: Path, run: Run
) -> None:
    assert run("build").exit_code == 0
    (copied / "corpus/attention/rope.md").unlink()
    assert "\x1b]8;" not in terminal.run("search", "RoPE").text


def test_a_link_out_of_the_corpus_is_no_link(
    terminal: Terminal, copied: Path, run: Run
) -> None:
    assert run("build").exit_code == 0
    file = copied / "corpus/attention/rope.md"
    file.rename(copied / "elsewhere.md")
    file.symlink_to(copied / "elsewhere.md")
    assert "\x1b]8;" not in terminal.run("search", "RoPE").text


def test_a_link_to_itself_is_no_link(
    terminal: Terminal, copied: Path, run: Run
) -> None:
    assert run("build").exit_code == 0
    file = copied / "corpus/attention/rope.md"
    file.unlink()
    file.symlink_to(file)
    seen = terminal.run("search", "RoPE")
    assert (seen.status, "\x1b]8;" in seen.text) == (0, False)
    assert run("show", "corpus/attention/rope.md").exit_code == 0


@pytest.mark.parametrize("path", ["a\0.md", "\ud800.md", "../elsewhere.md", "/"])
def test_a_strangers_path_is_no_link(path: str, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.md").touch()
    (tmp_path / "corpus").mkdir()
    searchkit.build(tmp_path / "corpus", tmp_path / "index")
    with searchkit.open(tmp_path / "index") as engine:
        assert Places(here=str(tmp_path), engine=engine).uri(path) is None


@pytest.mark.parametrize("columns", [40, 80])
def test_sections_and_folded_articles_have_a_line(
    terminal: Terminal, fresh: Path, run: Run, columns: int
) -> None:
    body = "".join(f"# 第{n}节讲{n}\n\n{'讲' * 60}量子。\n\n" for n in "甲乙丙丁")
    for language in ("zh", "en"):
        file = fresh / "corpus" / language / ("guide" * 20 + ".md")
        file.parent.mkdir()
        file.write_text(body, encoding="utf-8")
    assert run("build").exit_code == 0
    seen = terminal.run("search", "量子", "--collapse", COLUMNS=str(columns)).text
    lines = without_escapes(seen).splitlines()
    assert max(map(cell_len, lines)) <= columns
    assert "   also :9 第丙节讲丙" in lines
    assert any(line.startswith("   = zh/guide") for line in lines)


@pytest.fixture
def long(fresh: Path, run: Run) -> str:
    name = "很长的文件名" * 6 + "-long-name" * 5
    (fresh / "corpus" / f"{name}.md").write_text(LONG_ARTICLE, encoding="utf-8")
    assert run("build").exit_code == 0
    return f"{name}.md"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("columns", ["0", "1", "-5", "x"])
def test_a_width_that_is_none_hides_nothing(terminal: Terminal, columns: str) -> None:
    assert "RoPE" in terminal.run("search", "RoPE", COLUMNS=columns).text


@pytest.mark.parametrize("columns", [30, 80, 120])
@pytest.mark.usefixtures("long")
def test_no_line_is_wider_than_the_terminal(terminal: Terminal, columns: int) -> None:
    shown = terminal.run("search", "量子", "long", COLUMNS=str(columns)).text
    lines = without_escapes(shown).splitlines()
    assert max(map(cell_len, lines)) <= columns
    assert any("…" in line and ".md:" in line for line in lines)


@pytest.mark.usefixtures("long")
def test_the_match_is_seen_in_a_long_paragraph(terminal: Terminal) -> None:
    assert (
        "量子" in without_escapes(terminal.run("search", "量子").text).split("\n\n")[0]
    )


def test_no_line_of_an_article_is_wider(terminal: Terminal, long: str) -> None:
    shown = terminal.run("show", long, PAGER="cat").text
    body = without_escapes(shown).splitlines()[4:]
    assert max(map(cell_len, body)) <= 80


@pytest.mark.usefixtures("folder")
def test_an_article_is_laid_out(terminal: Terminal) -> None:
    shown = without_escapes(terminal.run("show", "attention/rope.md", PAGER="cat").text)
    lines = [line.rstrip() for line in shown.splitlines()]
    assert lines[:3] == [
        "旋转位置编码 RoPE",
        "attention, position · 2024-09-03",
        "corpus/attention/rope.md",
    ]
    assert "推导" in lines
    assert "二维旋转 $x_{t-1}$ 的内积只含相对位置。" in lines


@pytest.mark.usefixtures("folder")
def test_matches_in_an_article_are_marked(terminal: Terminal) -> None:
    shown = terminal.run(
        "show", "attention/rope.md", "--query", "内积", PAGER="cat"
    ).text
    assert "\x1b[1;31m内积\x1b[0m" in shown


def test_less_begins_at_the_first_match(
    terminal: Terminal, fresh: Path, run: Run
) -> None:
    body = "\n\n".join([*(f"第{n}段" for n in range(60)), "量子"])
    (fresh / "corpus" / "far.md").write_text(body, encoding="utf-8")
    assert run("build").exit_code == 0
    less = fresh / "less"
    less.write_text(f"#!{sys.executable}\nimport sys\nprint(sys.argv[1:])\n")
    less.chmod(0o755)
    shown = terminal.run("show", "far.md", "--query", "量子", PAGER=f"{less} -R").text
    _, _, at = shown.partition("'+")
    assert int(at.partition("'")[0]) > 100


@pytest.mark.usefixtures("folder")
def test_a_pager_that_is_left_early_is_no_error(terminal: Terminal) -> None:
    assert terminal.run("show", "attention/rope.md", PAGER="true").status == 0


@pytest.mark.parametrize("pager", ["no-such-pager", "'unclosed", ""])
@pytest.mark.usefixtures("folder")
def test_without_a_pager_the_page_is_printed(terminal: Terminal, pager: str) -> None:
    seen = terminal.run("show", "attention/rope.md", PAGER=pager)
    assert seen.status == 0
    assert "推导" in seen.text


@pytest.mark.usefixtures("fresh")
def test_a_build_shows_how_far_it_is(terminal: Terminal) -> None:
    seen = terminal.run("build")
    assert seen.status == 0
    assert "━" in seen.text
    assert "added 4, updated 0" in seen.text


@pytest.mark.usefixtures("fresh")
def test_a_quiet_build_shows_nothing(terminal: Terminal) -> None:
    assert terminal.run("build", "--quiet").text == ""


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=["int", "term", "hup"],
)
@pytest.mark.usefixtures("folder")
def test_a_signal_ends_it_without_a_traceback(
    terminal: Terminal, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for n in range(3000):
        (corpus / f"{n}.md").write_text(
            f"第 {n} 篇：" + "旋转位置编码。" * 60, encoding="utf-8"
        )
    index = tmp_path / "index"
    session = terminal.start("build", str(corpus), "--index", str(index), "--jobs", "1")
    session.wait_for("━")
    session.child.send_signal(number)
    seen = session.end()
    assert seen.status == status
    assert "Traceback" not in seen.text
    assert "\x1b[?25h" in seen.text  # the cursor is back
    assert not list(index.glob("generation-*"))


def _without_time(shown: str) -> list[str]:
    lines = without_escapes(shown).splitlines()
    return [line.partition(" (")[0] for line in lines]
