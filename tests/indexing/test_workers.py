"""Do workers answer in order, and does what goes wrong in one come back?"""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import searchkit
from searchkit.indexing.workers import Call, Workers, caller

COUNTS = pytest.mark.parametrize("count", [0, 2])


@COUNTS
def test_answers_come_in_the_order_of_the_tasks(count: int, tmp_path: Path) -> None:
    tasks = [(pow, (number, 2)) for number in range(50)]
    with Workers(tmp_path) as workers:
        workers.start(count)
        job = workers.begin(caller, None)
        assert job.answers(tasks) == [number**2 for number in range(50)]
        started = [job.start(task) for task in tasks]
        assert [future.result() for future in started] == job.answers(tasks)
    assert multiprocessing.active_children() == []


def test_one_process_does_one_task_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "told"
    with Workers(tmp_path) as workers:
        workers.start(1)
        job = workers.begin(caller, None)
        made = job.start((Path.write_text, (path, "早")))
        assert job.start((Path.read_text, (path,))).result() == "早"
        assert made.done()


@COUNTS
def test_what_a_task_raises_is_raised_and_no_more_tasks_are_made(
    count: int, tmp_path: Path
) -> None:
    def tasks() -> Iterator[Call]:
        while True:
            yield int, ("a",)

    with Workers(tmp_path) as workers:
        workers.start(count)
        job = workers.begin(caller, None)
        with pytest.raises(ValueError, match="invalid literal"):
            job.answers(tasks())


def test_a_process_that_ends_is_an_error_of_each_task_left(tmp_path: Path) -> None:
    with Workers(tmp_path) as workers:
        workers.start(1)
        job = workers.begin(caller, None)
        left = [job.start((os._exit, (3,))), job.start((len, ("ab",)))]
        for future in left:
            with pytest.raises(searchkit.IndexStoreError, match="exit status 3"):
                future.result()
    assert multiprocessing.active_children() == []


def test_one_process_does_what_is_to_be_done_alone(tmp_path: Path) -> None:
    with Workers(tmp_path) as workers:
        workers.start(2)
        alone, others = (
            workers.begin(caller, None, alone=one) for one in (True, False)
        )
        done = [job.start((os.getpid, ())) for job in (alone, others) for _ in range(9)]
        assert len({future.result() for future in done[:9]}) == 1
        assert len({future.result() for future in done}) == 2


def unready(why: str, note: object) -> Callable[[object], None]:
    raise ValueError(why)


@COUNTS
def test_work_that_cannot_begin_says_so(count: int, tmp_path: Path) -> None:
    with Workers(tmp_path) as workers:
        workers.start(count)
        with pytest.raises(ValueError, match="no table"):
            workers.begin(unready, "no table").answers([1, 2])


def test_others_go_on_with_what_begins_later(tmp_path: Path) -> None:
    with Workers(tmp_path) as workers:
        workers.start(1)
        (before,) = workers.begin(caller, None).answers([(os.getpid, ())])
        workers.renew()
        (after,) = workers.begin(caller, None).answers([(os.getpid, ())])
        assert len({before, after, os.getpid()}) == 3
    assert multiprocessing.active_children() == []
