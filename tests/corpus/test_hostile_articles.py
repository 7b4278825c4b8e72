"""Articles made to break or to stall the reader are read, or refused with a reason."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from conftest import ROOT

import searchkit
from searchkit.corpus.front_matter import read_front_matter

BENCHMARKS = str(ROOT / "benchmarks")


@pytest.fixture(scope="module")
def fuzz() -> Iterator[ModuleType]:
    """The fuzzer, which lies beside the benchmarks."""
    sys.path.insert(0, BENCHMARKS)
    try:
        yield importlib.import_module("fuzz")
    finally:
        sys.path.remove(BENCHMARKS)


def test_every_trap_keeps_its_promises_in_linear_time(fuzz: ModuleType) -> None:
    fuzzer = fuzz.Fuzzer(None)
    for make in fuzz.TRAPS.values():
        made = make(1200)
        data = made if isinstance(made, bytes) else made.encode()
        assert not list(fuzzer.try_one(data)), data[:60]
    assert len(fuzzer.reached) > 1000


def test_offspring_of_traps_and_articles_keep_their_promises(fuzz: ModuleType) -> None:
    fuzzer, found = fuzz.run(seconds=3, seed=2)
    assert not found
    assert fuzzer.tried > 100


@pytest.mark.parametrize(
    "found",
    [">     ", "- [ ]     ", "a\n>     \nb", "> >     ", ">      \n>     x"],
    ids=repr,
)
def test_what_the_fuzzer_found_is_mended(found: str, fuzz: ModuleType) -> None:
    assert fuzz.problem_of(found.encode()) == ""


def test_the_fuzzer_tells_what_breaks_a_promise(
    fuzz: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("found")

    monkeypatch.setattr(fuzz, "definitions", fail)
    assert list(fuzz.Fuzzer(None).try_one(b"a")) == [(b"a", "ZeroDivisionError: found")]


@pytest.mark.parametrize(
    "block",
    [
        "a: !!python/object/apply:os.system ['touch hacked']",
        "a: !!python/name:os.system",
        "a: &a [*a]",
        "a0: &a0 [x, x]\na1: &a1 [*a0, *a0]\na2: [*a1, *a1]",
        "a: " + "[" * 5000,
        "a: " + "{b: " * 5000,
        "\n".join("  " * depth + "a:" for depth in range(300)),
        "- a\n- b: c",
        "date: 0000-13-45",
        "date: 9999-99-99\ntitle: [a",
        "title: 2024-02-30T25:61:61",
        "? [a]\n: b",
        "\x00: a",
    ],
)
def test_front_matter_is_plain_values_or_none(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = read_front_matter(f"---\n{block}\n---\ntext")
    assert found.date is None
    assert isinstance(found.title, str)
    assert not (tmp_path / "hacked").exists()


def test_what_is_outside_the_corpus_stays_outside(tmp_path: Path) -> None:
    secret, corpus = tmp_path / "secret", tmp_path / "corpus"
    secret.mkdir()
    corpus.mkdir()
    (secret / "key.md").write_text("topsecret", "utf-8")
    (corpus / "own.md").write_text(
        "own words\n\n![a](../secret/key.md) {{< include ../secret/key.md >}}\n"
        '<iframe src="../secret/key.md"></iframe>\n\n--8<-- "../secret/key.md"\n',
        "utf-8",
    )
    (corpus / "file.md").symlink_to(secret / "key.md")
    (corpus / "folder").symlink_to(secret, target_is_directory=True)
    (corpus / "loop").symlink_to(corpus, target_is_directory=True)
    (corpus / "same.md").symlink_to(corpus / "own.md")
    (corpus / "nowhere.md").symlink_to(corpus / "gone.md")
    report = searchkit.build(corpus, tmp_path / "index")
    with searchkit.open(tmp_path / "index") as engine:
        assert not engine.search("topsecret").total
        assert "own.md" in engine.doc_ids()
    assert report.added <= 2


def test_a_long_line_and_many_headings_are_one_article_each(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "line.md").write_text("word编码 " * 60_000, "utf-8")
    (corpus / "headings.md").write_text("# a\n" * 20_000 + "# last\n", "utf-8")
    (corpus / "nul.md").write_bytes(b"zero \x00 byte " * 50)
    report = searchkit.build(corpus, tmp_path / "index")
    assert report.added + len(report.skipped) == 3
    with searchkit.open(tmp_path / "index") as engine:
        assert engine.search("编码").hits[0].doc_id == "line.md"
        assert engine.search("last").hits[0].doc_id == "headings.md"
