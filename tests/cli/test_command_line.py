"""A plain command line is read without click, and read as click reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.cli import search_command
from searchkit.cli.command_line import TAKES_VALUE, quick_request
from searchkit.cli.program import program
from searchkit.cli.request import SearchRequest

VALUES = [
    "",
    "0",
    "5",
    "-1",
    "05",
    "x",
    "2024",
    "2024-02",
    "2024-13",
    "date",
    "relevance",
]
words = st.sampled_from(
    ["旋转", "-docker", "--", "-h", "--help", "--ef", "-", "a=b", "²"]
)
values = st.sampled_from(VALUES)
options = st.sampled_from(sorted({*TAKES_VALUE, "--lim", "--js"}))
arguments = st.one_of(
    words.map(lambda word: [word]),
    options.map(lambda name: [name]),
    st.tuples(options, values).map(list),
    st.tuples(options, values).map(lambda pair: ["=".join(pair)]),
)


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[SearchRequest]:
    """What click asks for, instead of a search."""
    seen: list[SearchRequest] = []

    def run(request: SearchRequest) -> int:
        seen.append(request)
        return 0

    monkeypatch.setattr(search_command, "run_search", run)
    return seen


def read_by_click(
    args: list[str], requests: list[SearchRequest]
) -> SearchRequest | None:
    requests.clear()
    with pytest.raises(SystemExit):
        program.main(args)
    return requests[0] if requests else None


def test_what_is_read_here_is_what_click_reads(requests: list[SearchRequest]) -> None:
    read = 0

    @given(st.lists(arguments, max_size=5))
    def compare(parts: list[list[str]]) -> None:
        nonlocal read
        args = ["search", *(word for part in parts for word in part)]
        quick = quick_request(args)
        if quick is not None:
            read += 1
            assert quick == read_by_click(args, requests)

    compare()
    assert read


@pytest.mark.parametrize(
    "args",
    [
        "a",
        "a --limit 5 b",
        "--json --topic x a --topic=y",
        "a --since 2024 --until 2024-05-06 --sort date --exact",
        "-docker a -- --json",
        "--index x --offset 3 --paths a",
    ],
)
def test_usual_command_lines_need_no_click(
    args: str, requests: list[SearchRequest]
) -> None:
    typed = ["search", *args.split()]
    quick = quick_request(typed)
    assert quick is not None
    assert quick == read_by_click(typed, requests)


def test_every_option_of_click_is_known_here() -> None:
    command = search_command.search
    known = {name for option in command.params for name in option.opts}
    assert known - {"query"} == TAKES_VALUE.keys() - {"--help", "-h"}
