"""An index folder that a stranger sent can at worst be refused."""

from __future__ import annotations

import os
import pickle
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import searchkit
from searchkit import Article, SearchEngine
from searchkit.engines import generations
from searchkit.record import replace

ARTICLES = [
    Article("a.md", "旋转位置编码", "旋转位置编码（RoPE）与 the networks $x_{t-1}$。"),
    Article("b.md", "注意力", "softmax 与 attention"),
]
WHOOSH_FILES = ("_MAIN_0.toc", "_MAIN_1.toc", "MAIN_0.seg", "MAIN_0.dcz", "_MAIN_LOCK")
QUESTIONS: dict[str, Callable[[SearchEngine], object]] = {
    "search": lambda engine: engine.search('旋转 OR atention~ OR "the networks"'),
    "collapse": lambda engine: engine.search("旋转", collapse=True),
    "article": lambda engine: engine.article("a.md"),
    "suggest": lambda engine: engine.suggest("so"),
    "explain": lambda engine: engine.explain("旋转", "a.md"),
    "matches": lambda engine: engine.matches("旋转", "a.md"),
    "glossary": lambda engine: engine.glossary(),
    "stats": lambda engine: engine.stats(),
    "check": lambda engine: engine.check(),
}


class Hostile:
    """Makes a file when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.mkdir, (str(self.marker),)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    searchkit.build(ARTICLES, tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "it ran"


def ask_everything(index: Path) -> int:
    """How many questions were answered; all others were refused."""
    answered = 0
    try:
        engine = searchkit.open(index)
    except searchkit.IndexStoreError:
        return 0
    with engine:
        for question in QUESTIONS.values():
            try:
                question(engine)
                answered += 1
            except searchkit.IndexStoreError:  # noqa: PERF203
                pass
    return answered


def test_the_pickle_is_hostile(marker: Path) -> None:
    pickle.loads(pickle.dumps(Hostile(marker)))
    assert marker.exists()


@pytest.mark.parametrize("protocol", [0, 2, pickle.HIGHEST_PROTOCOL])
def test_no_file_is_unpickled(index: Path, marker: Path, protocol: int) -> None:
    data = pickle.dumps(Hostile(marker), protocol)
    generation = Path(generations.current(index))
    names = [*WHOOSH_FILES, *(path.name for path in generation.iterdir())]
    for path in (*(generation / name for name in names), index / "current"):
        kept = path.read_bytes() if path.exists() else None
        path.write_bytes(data)
        ask_everything(index)
        assert not marker.exists(), path
        if kept is None:
            path.unlink()
        else:
            path.write_bytes(kept)
    assert ask_everything(index) == len(QUESTIONS)


def test_a_pickle_with_the_right_seals_is_not_read_either(
    index: Path, marker: Path
) -> None:
    generation = Path(generations.current(index))
    manifest = generations.read_manifest(generation)
    for name in WHOOSH_FILES:
        (generation / name).write_bytes(pickle.dumps(Hostile(marker)))
    sealed = replace(manifest, files=generations.file_seals(generation))
    generations.write_manifest(generation, sealed)
    assert ask_everything(index) == len(QUESTIONS)
    for name in ("glossary", "suggestions", "words.json", "documents", "pages"):
        (generation / name).write_bytes(pickle.dumps(Hostile(marker)))
        sealed = replace(manifest, files=generations.file_seals(generation))
        generations.write_manifest(generation, sealed)
        ask_everything(index)
    assert not marker.exists()


def test_a_build_unpickles_nothing_of_the_old_index(index: Path, marker: Path) -> None:
    generation = Path(generations.current(index))
    for path in generation.iterdir():
        path.write_bytes(pickle.dumps(Hostile(marker)))
    assert searchkit.build(ARTICLES, index).added == len(ARTICLES)
    assert not marker.exists()


JSON_TRAPS = {
    "deep": b"[" * 100_000,
    "a list": b"[]",
    "a number": b"1",
    "nothing": b"",
    "no UTF-8": b"\xff\xfe",
    "a long number": b"9" * 100_000,
    "other types": b'{"a": 1, "b": [2]}',
    "infinite": b'{"a": [Infinity, [NaN]]}',
}


@pytest.mark.parametrize("trap", JSON_TRAPS)
def test_hostile_json_with_the_right_seal_is_refused(index: Path, trap: str) -> None:
    generation = Path(generations.current(index))
    manifest = generations.read_manifest(generation)
    (generation / "words.json").write_bytes(JSON_TRAPS[trap])
    sealed = replace(manifest, files=generations.file_seals(generation))
    generations.write_manifest(generation, sealed)
    ask_everything(index)  # raises nothing but IndexStoreError


@pytest.mark.parametrize("trap", JSON_TRAPS)
def test_a_hostile_manifest_is_refused(index: Path, trap: str) -> None:
    (Path(generations.current(index)) / "searchkit.json").write_bytes(JSON_TRAPS[trap])
    with pytest.raises(searchkit.IndexStoreError, match=r"searchkit\.json"):
        searchkit.open(index)


@pytest.mark.parametrize("name", ["../../secret", "/etc/hostname", "a/b"])
def test_a_manifest_names_no_file_elsewhere(index: Path, name: str) -> None:
    generation = Path(generations.current(index))
    manifest = generations.read_manifest(generation)
    generations.write_manifest(generation, replace(manifest, files={name: (1, 1)}))
    with pytest.raises(searchkit.IndexCorruptError, match="files elsewhere"):
        searchkit.open(index)


@pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes")
@pytest.mark.parametrize("name", ["searchkit.json", "glossary", "postings", "pages"])
def test_a_pipe_is_not_waited_for(index: Path, name: str) -> None:
    path = Path(generations.current(index)) / name
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(searchkit.IndexCorruptError):
        searchkit.open(index)


@pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes")
def test_a_pointer_that_is_a_pipe_is_not_waited_for(index: Path) -> None:
    (index / "current").unlink()
    os.mkfifo(index / "current")
    with pytest.raises(searchkit.IndexCorruptError):
        searchkit.open(index)


def test_the_file_of_another_generation_is_refused(tmp_path: Path, index: Path) -> None:
    """Sound in itself and of the same length, but not what belongs here."""
    body = ARTICLES[0].body.replace("RoPE", "RoPI")
    other = [replace(ARTICLES[0], title="旋转位置译码", body=body), ARTICLES[1]]
    searchkit.build(other, tmp_path / "other")
    mine, foreign = (
        Path(generations.current(index)),
        Path(generations.current(tmp_path / "other")),
    )
    for name in ("documents", "pages", "postings"):
        kept = (mine / name).read_bytes()
        shutil.copy(foreign / name, mine / name)
        assert (mine / name).read_bytes() != kept
        with pytest.raises(searchkit.IndexCorruptError, match=name):
            searchkit.open(index)
        (mine / name).write_bytes(kept)
