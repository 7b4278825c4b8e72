"""Do workers answer in order, and does what goes wrong in one come back?"""

import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import searchkit
from searchkit.indexing.workers import Call, Workers, caller

COUNTS = pytest.mark.parametrize("count", [0, 2])


@COUNTS
def test_answers_come_in_the_order_of_the_tasks(count: int, tmp_path: Path) -> None:
    tasks = [(pow, (number, 2)) for number in range(50)]
    with Workers[Call, int](tmp_path, count, caller, None) as workers:
        assert workers.answers(tasks) == [number**2 for number in range(50)]
        started = [workers.start(task) for task in tasks]
        assert [future.result() for future in started] == workers.answers(tasks)
    assert multiprocessing.active_children() == []


def test_one_process_does_one_task_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "told"
    with Workers[Call, int](tmp_path, 1, caller, None) as workers:
        made = workers.start((Path.write_text, (path, "早")))
        assert workers.start((Path.read_text, (path,))).result() == "早"
        assert made.done()


@COUNTS
def test_what_a_task_raises_is_raised_and_no_more_tasks_are_made(
    count: int, tmp_path: Path
) -> None:
    def tasks() -> Iterator[Call]:
        while True:
            yield int, ("a",)

    with (
        Workers[Call, int](tmp_path, count, caller, None) as workers,
        pytest.raises(ValueError, match="invalid literal"),
    ):
        workers.answers(tasks())


def test_a_process_that_ends_is_an_error_of_each_task_left(tmp_path: Path) -> None:
    with Workers[Call, int](tmp_path, 1, caller, None) as workers:
        left = [workers.start((os._exit, (3,))), workers.start((len, ("ab",)))]
        for future in left:
            with pytest.raises(searchkit.IndexStoreError, match="exit status 3"):
                future.result()
    assert multiprocessing.active_children() == []
