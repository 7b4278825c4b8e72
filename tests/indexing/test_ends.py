"""However a build ends, the old index answers, and nothing is left lying about."""

import errno
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import searchkit
from searchkit import Article
from searchkit.engines import generations, publishing
from searchkit.engines.columns.files import ColumnWriter
from searchkit.indexing.build import Build

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")

BUILD = """
import sys
import signal
import searchkit

def hear(progress):
    if progress.phase == sys.argv[3] and progress.done > 20:
        print(progress.phase, flush=True)

if __name__ == "__main__":
    # A shell in the background has its children ignore interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    searchkit.build(sys.argv[1], sys.argv[2], jobs=2, progress=hear)
"""


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A corpus that two processes take some seconds for."""
    folder = tmp_path / "large"
    folder.mkdir()
    text = "旋转位置编码（RoPE）与 the networks of `getUserName` $x_{t-1}$。\n\n" * 300
    for number in range(400):
        (folder / f"{number:03}.md").write_text(f"# {number}\n\n{text}", "utf-8")
    return folder


def started(large: Path, index: Path, phase: str) -> subprocess.Popen[bytes]:
    """A build in a session of its own that is in the midst of a parallel phase."""
    program = large.parent / "program.py"
    program.write_text(BUILD, "utf-8")
    process = subprocess.Popen(
        [sys.executable, str(program), str(large), str(index), phase],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout
    assert process.stdout.readline().decode() == f"{phase}\n"
    return process


def session_is_empty(session: int) -> bool:
    """Whether no process of the session is left."""
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return True
    return False


def ends(process: subprocess.Popen[bytes]) -> bytes:
    """Wait for the build and all it started; what it said."""
    _, said = process.communicate(timeout=60)
    deadline = time.monotonic() + 60
    while not session_is_empty(process.pid):
        assert time.monotonic() < deadline, "a worker outlives the build"
        time.sleep(0.05)
    return said


PHASES = pytest.mark.parametrize("phase", ["analysing", "writing"])


@POSIX
@PHASES
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("whole_group", [False, True])
def test_a_signal_ends_the_build_and_its_workers(
    phase: str,
    number: signal.Signals,
    whole_group: bool,
    large: Path,
    tmp_path: Path,
) -> None:
    index = tmp_path / "index"
    searchkit.build([Article("a", "旧", "还在")], index)
    process = started(large, index, phase)
    if whole_group and number == signal.SIGINT:  # as a terminal does
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    said = ends(process)
    assert process.returncode != 0
    assert said.count(b"Traceback") <= 1
    assert [path.name for path in index.glob("generation-*")] == ["generation-000001"]
    with publishing.build_lock(index):
        pass


@POSIX
@PHASES
def test_workers_end_when_the_build_is_killed(
    phase: str, large: Path, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    process = started(large, index, phase)
    process.kill()
    ends(process)
    searchkit.build([Article("a", "新", "在")], index)
    assert len(list(index.glob("generation-*"))) == 1


@POSIX
@PHASES
def test_a_worker_that_dies_is_one_error(
    phase: str, large: Path, tmp_path: Path
) -> None:
    killed = []

    def kill_one(progress: searchkit.Progress) -> None:
        if progress.phase == phase and progress.done and not killed:
            worker = multiprocessing.active_children()[0]
            assert worker.pid
            os.kill(worker.pid, signal.SIGKILL)
            killed.append(worker)

    index = tmp_path / "index"
    with pytest.raises(searchkit.IndexStoreError, match="worker"):
        searchkit.build(large, index, jobs=2, progress=kill_one)
    assert killed
    assert multiprocessing.active_children() == []
    assert list(index.glob("generation-*")) == []


@pytest.mark.parametrize("file", ["tmp-run-000000", "documents", "pages", "postings"])
def test_a_full_disk_leaves_the_old_index(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    searchkit.build([Article("a", "旧", "还在")], index)
    add = ColumnWriter.add

    def full(writer: ColumnWriter, name: str, data: object) -> None:
        if writer.path.name == file:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        add(writer, name, data)

    monkeypatch.setattr(ColumnWriter, "add", full)
    with pytest.raises(searchkit.IndexStoreError, match="needed"):
        searchkit.build([Article("b", "新", "不在")], index)
    assert [path.name for path in index.glob("generation-*")] == ["generation-000001"]
    assert Path(generations.current(index)).name == "generation-000001"


@pytest.mark.parametrize(
    "failure",
    [OSError(errno.EIO, os.strerror(errno.EIO)), KeyboardInterrupt()],
    ids=repr,
)
def test_what_comes_after_the_swap_takes_nothing_away(
    failure: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    searchkit.build([Article("a", "旧", "还在")], index)
    sync = publishing._sync

    def fail(path: Path) -> None:
        if path == index:
            raise failure
        sync(path)

    monkeypatch.setattr(publishing, "_sync", fail)
    with pytest.raises((searchkit.IndexStoreError, KeyboardInterrupt)):
        searchkit.build([Article("b", "新", "也在")], index)
    with searchkit.open(index) as engine:
        assert list(engine.doc_ids()) == ["b"]
        assert engine.check() == ()


def test_no_room_for_the_lock_is_told_with_the_space_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.md").write_text("字" * 1_000_000, "utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(
        searchkit.IndexStoreError, match="About 8 MB are needed"
    ) as told:
        searchkit.build(corpus, tmp_path / "new" / "index")
    assert told.value.hint == "Make room, or choose another --index."


def test_a_lock_can_be_waited_for(tmp_path: Path) -> None:
    index = tmp_path / "index"
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with publishing.build_lock(index):
            held.set()
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    with pytest.raises(searchkit.IndexLockedError):
        publishing.build_lock(index, wait_s=0.01).__enter__()
    threading.Timer(0.3, done.set).start()
    with publishing.build_lock(index, wait_s=10):
        assert done.is_set()
    holder.join()


def test_rollback_lets_the_generation_before_answer(tmp_path: Path) -> None:
    index = tmp_path / "index"
    first = searchkit.build([Article("a", "一", "甲")], index)
    with pytest.raises(searchkit.IndexNotFoundError):
        publishing.rollback(index)
    second = searchkit.build([Article("b", "二", "乙")], index)
    assert publishing.rollback(index) == first.index_path
    assert Path(generations.current(index)) == first.index_path
    third = searchkit.build([Article("b", "二", "乙")], index)
    assert (third.added, third.removed) == (1, 1)
    assert third.index_path not in (first.index_path, second.index_path)
    assert not second.index_path.exists()


def test_a_damaged_generation_does_not_answer_again(tmp_path: Path) -> None:
    index = tmp_path / "index"
    first = searchkit.build([Article("a", "一", "甲")], index)
    second = searchkit.build([Article("b", "二", "乙")], index)
    file = first.index_path / "postings"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(searchkit.IndexCorruptError):
        publishing.rollback(index)
    assert Path(generations.current(index)) == second.index_path


def test_what_a_dead_build_left_goes_even_if_nothing_has_changed(
    tmp_path: Path,
) -> None:
    index, articles = tmp_path / "index", [Article("a", "一", "甲")]
    kept = searchkit.build(articles, index).index_path
    (index / "generation-000009").mkdir()
    assert searchkit.build(articles, index).index_path == kept
    assert [*index.glob("generation-*")] == [kept]


@pytest.mark.parametrize("threshold", [0, 700])
def test_a_program_has_its_garbage_collected_as_before(
    threshold: int, tmp_path: Path
) -> None:
    before = gc.get_threshold()
    seen: set[int] = set()
    try:
        gc.set_threshold(threshold)
        searchkit.build(
            [Article("a", "一", "甲")],
            tmp_path / "index",
            progress=lambda _: seen.add(gc.get_threshold()[0]),
        )
        assert gc.get_threshold()[0] == threshold
    finally:
        gc.set_threshold(*before)
    assert min(seen) > threshold if threshold else seen == {0}


def test_a_program_keeps_its_own_handler_of_a_signal(tmp_path: Path) -> None:
    before, seen = signal.getsignal(signal.SIGTERM), set()

    def own(*_: object) -> None:
        raise AssertionError("nobody sends a signal")

    for handler in (own, signal.SIG_DFL):
        try:
            signal.signal(signal.SIGTERM, handler)
            searchkit.build(
                [Article("a", "一", "甲")],
                tmp_path / "index",
                full=True,
                progress=lambda _: seen.add(signal.getsignal(signal.SIGTERM) == own),
            )
            assert signal.getsignal(signal.SIGTERM) == handler
        finally:
            signal.signal(signal.SIGTERM, before)
    assert seen == {True, False}


def build(corpus: Path, index: Path, *, full: bool = False) -> searchkit.BuildReport:
    return Build(
        corpus=corpus,
        index=index,
        full=full,
        jobs=1,
        strict=False,
        config=searchkit.Config(),
        progress=None,
    ).run()


def test_what_looks_unchanged_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    path = corpus / "a.md"
    path.write_text("旋转", "utf-8")
    (corpus / "old.md").write_text("old", "utf-8")
    os.utime(corpus / "old.md", (-1_000_000_000, -1_000_000_000))  # before 1970
    time.sleep(2.1)  # a file that is younger is always read again
    build(corpus, index)
    with monkeypatch.context() as context:
        context.setattr("searchkit.indexing.seen.read_bytes", None)
        assert build(corpus, index).unchanged == 2
    small = searchkit.Config(max_article_bytes=5)
    assert searchkit.build(corpus, index, config=small).removed == 1  # 6 bytes
    build(corpus, index)
    path.write_text("位置", "utf-8")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    assert build(corpus, index).updated == 1


@pytest.mark.parametrize("phase", ["reading", "analysing"])
def test_a_folder_that_vanishes_takes_no_article_along(
    tmp_path: Path, phase: str
) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    for number in range(20):
        (corpus / f"{number}.md").write_text(f"第 {number} 篇", "utf-8")
    build(corpus, index)

    def hear(progress: searchkit.Progress) -> None:
        if progress.phase == phase and corpus.exists():
            corpus.rename(tmp_path / "elsewhere")

    with pytest.raises(searchkit.CorpusError, match="cannot be read"):
        searchkit.build(corpus, index, full=True, jobs=1, progress=hear)
    with searchkit.open(index) as engine:
        assert engine.search("篇").total == 20


def test_a_file_written_twice_in_one_tick_is_seen(tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    for number in range(3):
        (corpus / "a.md").write_text(f"第 {number} 版", "utf-8")
        report = build(corpus, index)
        assert report.added + report.updated == 1
