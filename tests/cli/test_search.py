"""`searchkit search`, piped: text, paths, JSON, and the status."""

import json
from pathlib import Path

import pytest

from cli.support import Run

pytestmark = pytest.mark.usefixtures("folder")

PAGE = """\
1. 旋转位置编码 RoPE
   2024-09-03 · attention, position
   corpus/attention/rope.md:7: 旋转位置编码把位置写成旋转矩阵。

1 article matches
topics: attention 1, position 1
“RoPE” is in 1 article
“RoPE” in translation: 旋转位置编码 (in 1 article)
"""


def test_text(run: Run) -> None:
    assert run("search", "RoPE").stdout == PAGE


def test_text_is_the_same_again(run: Run) -> None:
    assert run("search", "矩阵").stdout == run("search", "矩阵").stdout


def test_text_has_no_escapes(run: Run) -> None:
    assert "\x1b" not in run("search", "矩阵").stdout


@pytest.mark.parametrize(
    ("args", "status"),
    [
        pytest.param(["容器"], 0, id="hits"),
        pytest.param(["量子"], 1, id="none"),
        pytest.param(["容器", "--limit", "-1"], 2, id="bad-limit"),
        pytest.param(["容器", "--since", "gestern"], 2, id="no-date"),
        pytest.param(["容器", "--until", "2024-13"], 2, id="no-month"),
        pytest.param(["容器", "--until", ""], 2, id="empty-date"),
        pytest.param(["容器", "--json", "--paths"], 2, id="two-formats"),
        pytest.param(["容器", "--sort", "size"], 2, id="bad-order"),
    ],
)
def test_status(run: Run, args: list[str], status: int) -> None:
    result = run("search", *args)
    assert result.exit_code == status
    assert (result.stderr != "") == (status == 2)


@pytest.mark.parametrize(
    ("args", "doc_ids"),
    [
        pytest.param(["矩阵"], {"attention/rope.md", "attention/flash.md"}, id="all"),
        pytest.param(
            ["矩阵", "--topic", "position"], {"attention/rope.md"}, id="topic"
        ),
        pytest.param(["矩阵", "--since", "2024"], {"attention/rope.md"}, id="since"),
        pytest.param(
            ["矩阵", "--until", "2023-05"], {"attention/flash.md"}, id="until"
        ),
    ],
)
def test_paths(run: Run, args: list[str], doc_ids: set[str]) -> None:
    lines = run("search", "--paths", *args).stdout.splitlines()
    assert (set(lines), len(lines)) == (doc_ids, len(doc_ids))


def test_paths_need_no_snippets(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are most of the work, and all of the memory, of many hits."""
    monkeypatch.setattr("searchkit.query.hits.snippets", None)
    found = run("search", "--paths", "容器", "-docker").stdout
    assert found == "systems/podman.md\n"


def test_the_newest_first(run: Run) -> None:
    shown = run("search", "--paths", "--sort", "date", "矩阵").stdout
    assert shown == "attention/rope.md\nattention/flash.md\n"


def test_limit_0_is_all(run: Run) -> None:
    assert len(run("search", "--paths", "--limit", "0", "容器").stdout.split()) == 2


def test_offset_goes_on_where_limit_ended(run: Run) -> None:
    first = run("search", "容器", "--paths", "--limit", "1").stdout
    second = run("search", "容器", "--paths", "--offset", "1").stdout
    assert sorted([first, second]) == ["systems/docker.md\n", "systems/podman.md\n"]


def test_the_footer_says_how_to_see_more(run: Run) -> None:
    shown = run("search", "容器", "--limit", "1").stdout
    assert "2 articles match; --offset 1 for more" in shown


def test_hits_are_numbered_over_pages(run: Run) -> None:
    assert run("search", "容器", "--offset", "1").stdout.startswith("2. 容器")


def test_no_page_after_the_last(run: Run) -> None:
    result = run("search", "容器", "--offset", "9")
    assert result.exit_code == 1
    assert result.stdout.startswith("2 articles match; none from 10 on")


def test_none_is_said(run: Run) -> None:
    assert run("search", "量子").stdout.startswith("No article matches.\n")


def test_json(run: Run) -> None:
    document = json.loads(run("search", "--json", "RoPE").stdout)
    took_ms, score = document.pop("took_ms"), document["hits"][0].pop("score")
    path = document["hits"][0].pop("path")
    assert (took_ms > 0, score > 0) == (True, True)
    assert Path(path).read_text(encoding="utf-8").startswith("---")
    notes = document.pop("notes")
    assert {frozenset(note) for note in notes} == {
        frozenset(("kind", "part", "message"))
    }
    assert document == {
        "query": "RoPE",
        "total": 1,
        "collapsed": 0,
        "facets": {"topic": {"attention": 1, "position": 1}},
        "hits": [
            {
                "doc_id": "attention/rope.md",
                "title": "旋转位置编码 RoPE",
                "topics": ["attention", "position"],
                "date": "2024-09-03",
                "sections": [{"heading": [], "line": 7}],
                "snippets": [
                    {
                        "text": "旋转位置编码把位置写成旋转矩阵。",
                        "highlights": [[0, 6]],
                        "heading": [],
                        "line": 7,
                        "zone": "prose",
                    }
                ],
                "folded": [],
            }
        ],
    }


def test_json_has_chinese_as_it_is_and_null_for_no_date(run: Run) -> None:
    shown = run("search", "--json", "守护进程").stdout
    assert "守护进程" in shown
    assert json.loads(shown)["hits"][0]["date"] is None


def test_json_of_no_hits_is_whole(run: Run) -> None:
    result = run("search", "--json", "量子")
    assert (result.exit_code, json.loads(result.stdout)["hits"]) == (1, [])


def test_json_highlights_are_in_its_text(run: Run) -> None:
    snippet = json.loads(run("search", "--json", "守护进程").stdout)["hits"][0][
        "snippets"
    ][0]
    marked = [snippet["text"][start:end] for start, end in snippet["highlights"]]
    assert "".join(marked) == "守护进程"


def test_a_setting_holds_where_no_flag_is_given(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEARCHKIT_LIMIT", "1")
    assert len(run("search", "--paths", "容器").stdout.split()) == 1
    assert len(run("search", "--paths", "容器", "--limit", "2").stdout.split()) == 2


def test_the_first_search_builds(run: Run, fresh: Path) -> None:
    result = run("search", "--paths", "RoPE")
    assert (result.exit_code, result.stdout) == (0, "attention/rope.md\n")
    assert "There is no index yet in index; building it from corpus." in result.stderr
    assert (fresh / "index").is_dir()


def test_without_index_and_corpus_there_is_a_hint(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("search", "RoPE")
    assert (result.exit_code, result.stdout) == (2, "")
    message, hint = result.stderr.splitlines()
    assert message == "searchkit: There is no index in index."
    assert hint.startswith("hint: Run `searchkit build")
