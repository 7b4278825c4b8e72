"""Lists are read as they were written, with numpy and without it."""

from __future__ import annotations

import random
import subprocess
import sys
from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spaces import (
    Entry,
    Space,
    lists,
    long_space,
    read,
    rising,
    slab,
    spaces,
    write,
)

from searchkit.engines.columns import plain, vector
from searchkit.engines.columns.encode import Encoder
from searchkit.engines.columns.files import ColumnWriter
from searchkit.engines.columns.lists import Lists
from searchkit.engines.columns.postings import HEADS, TermPostings
from searchkit.engines.columns.space_writer import SpaceWriter
from searchkit.record import replace


def check(found: TermPostings, entry: Entry, chance: random.Random) -> None:
    """What is read of a term is what was written, however it is read."""
    assert found.occurrences == len(entry.positions)
    assert found.documents == len(entry.documents)
    assert found.top == max(entry.codes, default=0)
    assert found.members == tuple(entry.members)
    end = found.bases[-1]
    near = chance.choice([*entry.positions, 0])
    pairs = zip(entry.codes, entry.documents, strict=True)
    best = sorted((-code, number) for code, number in pairs)[:HEADS]
    for decode in (plain, vector):
        assert list(decode.positions(found)) == list(entry.positions)
        assert list(decode.documents(found)) == list(entry.documents)
        assert list(decode.codes(found)) == list(entry.codes)
        heads = [
            (-int(code), number)
            for number, code in zip(*decode.heads(found), strict=True)
        ]
        assert heads == (best if len(entry.documents) >= 1024 else [])
    for low, length in ((near, 1), (near + 1, 1000), (near - 9, end), (0, end)):
        low, high = max(0, low), min(low + length, end)
        here = [at for at in entry.positions if low <= at < high]
        assert in_rows(found, [(low, high)]) == here
    rows = [(low, high) for low, high in pairwise(found.bases) if chance.random() < 0.5]
    wanted = [at for at in entry.positions if any(a <= at < b for a, b in rows)]
    assert in_rows(found, rows) == wanted


def in_rows(found: TermPostings, rows: list[tuple[int, int]]) -> list[int]:
    """The positions in rows, which both decoders tell alike."""
    lows, highs = [low for low, _ in rows], [high for _, high in rows]
    told = plain.positions_in_rows(found, lows, highs)
    assert vector.positions_in_rows((found,), lows, highs).tolist() == told
    twice = vector.positions_in_rows((found, found), lows, highs).tolist()
    assert twice == sorted(told * 2)
    return told


@settings(max_examples=100, deadline=None)
@given(spaces(), st.randoms())
def test_lists_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, space: Space, chance: random.Random
) -> None:
    path = tmp_path_factory.mktemp("columns") / "file"
    write(path, space)
    postings = read(path, space.bases)
    for ordinal, (name, entry) in enumerate(space.entries.items()):
        found = postings.find(name)
        assert found is not None
        assert (found.ordinal, found.term) == (ordinal, name)
        check(found, entry, chance)


def test_long_lists_are_read_as_they_were_written(tmp_path: Path) -> None:
    space, chance = long_space(), random.Random(8)
    write(tmp_path / "file", space)
    postings = read(tmp_path / "file", space.bases)
    for ordinal, entry in enumerate(space.entries.values()):
        for _ in range(3):
            check(postings.at(ordinal), entry, chance)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(1, 1200)), min_size=1, max_size=4
    ),
    st.integers(0, 1 << 32),
    st.booleans(),
)
def test_lists_of_any_differences_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory,
    lengths: list[tuple[int, int]],
    seed: int,
    mixed: bool,
) -> None:
    path, chance = tmp_path_factory.mktemp("columns") / "file", random.Random(seed)
    positions = rising(chance, lengths, mixed=mixed)
    end = positions[-1] + 1
    bases = sorted({0, end, *(chance.randrange(end) for _ in range(40))})
    documents = sorted({bisect_right(bases, at) - 1 for at in positions})
    entry = Entry(positions, documents, [7] * len(documents))
    space = Space(bases, {"a": entry, "b": Entry([0]), "c": entry})
    write(path, space)
    check(read(path, bases).at(0), entry, chance)
    check_part(path, space, 0, 3)


def test_many_threads_may_read(tmp_path: Path) -> None:
    space = long_space()
    write(tmp_path / "file", space)
    postings = read(tmp_path / "file", space.bases)

    def sums(ordinal: int) -> int:
        term = postings.at(ordinal % len(space.entries))
        assert sum(plain.positions(term)) == vector.positions(term).sum()
        return sum(plain.positions(term))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(sums, range(3 * len(space.entries))))
    assert found == [sum(entry.positions) for entry in space.entries.values()] * 3


@settings(max_examples=50, deadline=None)
@given(spaces(), st.integers(1, 50))
def test_slabs_leave_no_trace(
    tmp_path_factory: pytest.TempPathFactory, space: Space, slab_terms: int
) -> None:
    folder = tmp_path_factory.mktemp("columns")
    write(folder / "one", space)
    write(folder / "many", space, slab_terms=slab_terms)
    assert (folder / "one").read_bytes() == (folder / "many").read_bytes()


def check_part(path: Path, space: Space, first: int, last: int) -> None:
    """Terms that are decoded at once have the lists that they have one by one."""
    postings = read(path, space.bases)
    part = list(space.entries.values())[first:last]
    for found, wanted in (
        (vector.all_positions, lists([entry.positions for entry in part])),
        (vector.all_members, lists([entry.members for entry in part])),
    ):
        values, bounds = found(postings, first, last)
        assert values.tolist() == wanted.values.tolist()
        assert bounds.tolist() == wanted.bounds.tolist()
    counts = vector.all_occurrences(postings, first, last)
    assert counts.tolist() == [len(entry.positions) for entry in part]
    firsts = vector.all_firsts(postings, first, last)
    assert firsts.tolist() == [min(entry.positions, default=-1) for entry in part]


@settings(max_examples=50, deadline=None)
@given(spaces(), st.data())
def test_many_terms_are_decoded_at_once(
    tmp_path_factory: pytest.TempPathFactory, space: Space, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("columns") / "file"
    write(path, space)
    last = data.draw(st.integers(0, len(space.entries)))
    check_part(path, space, data.draw(st.integers(0, last)), last)


def test_many_long_lists_are_decoded_at_once(tmp_path: Path) -> None:
    space = long_space()
    write(tmp_path / "file", space)
    for first, last in ((0, 11), (2, 7), (5, 6)):
        check_part(tmp_path / "file", space, first, last)


def test_a_long_list_takes_few_bits(tmp_path: Path) -> None:
    chance = random.Random(9)
    # Apart by 1,000 on the average: 11.4 bits each, if all places are as likely. Some
    # are much farther apart, as a word's are where articles lack it.
    near = sorted(chance.sample(range(20_000_000), 20_000))
    far = [at + (1 << 32) * (number // 1000) for number, at in enumerate(near)]
    for positions in (near, far):
        path = tmp_path / f"up to {positions[-1]}"
        bases = [0, positions[-1] + 1]
        write(path, Space(bases, {"a": Entry(positions)}))
        size = len(read(path, bases).data)
        assert 8 * size < 13 * len(positions)


def test_a_list_takes_the_bits_of_its_numbers_and_three_more(tmp_path: Path) -> None:
    """As a word stands: often in a few places, and then long nowhere."""
    lengths = [(5, 9000), (12, 3000), (24, 500)]
    positions = rising(random.Random(10), lengths, mixed=True)
    bases = [0, positions[-1] + 1]
    write(tmp_path / "file", Space(bases, {"a": Entry(positions)}))
    size = len(read(tmp_path / "file", bases).data)
    assert 8 * size < sum((bits + 3) * count for bits, count in lengths)


def test_a_term_that_stands_once_takes_few_bytes(tmp_path: Path) -> None:
    bases = range(0, 50_000_001, 1000)
    entries = {
        f"{number:06}": Entry([number * 4999], [number * 4999 // 1000], [110])
        for number in range(10_000)
    }
    write(tmp_path / "file", Space(bases, entries))
    assert len(read(tmp_path / "file", bases).data) <= 6 * len(entries)


def test_a_term_that_stands_nowhere_is_not_found(tmp_path: Path) -> None:
    write(tmp_path / "file", Space([0, 9], {"a": Entry([1])}))
    postings = read(tmp_path / "file", [0, 9])
    assert postings.find("b") is None
    with pytest.raises(IndexError):
        postings.at(1)
    with pytest.raises(IndexError):
        vector.all_positions(postings, 0, 2)


def test_no_numpy_is_needed_to_read(tmp_path: Path) -> None:
    write(tmp_path / "file", Space([0, 9], {"a": Entry([1, 5], [0], [100])}))
    script = f"""
import pathlib, sys
from searchkit.engines.columns import files, plain, postings
columns = files.Columns(pathlib.Path({str(tmp_path / "file")!r}), "terms")
bases = memoryview(bytes(8) + bytes([9]) + bytes(7)).cast("Q")
term = postings.Postings(columns, "text", bases).find("a")
print(*plain.positions(term), *plain.documents(term), "numpy" in sys.modules)
"""
    run = [sys.executable, "-c", script]
    said = subprocess.run(run, capture_output=True, check=True, text=True).stdout
    assert said == "1 5 0 False\n"


def test_a_space_without_documents_is_empty(tmp_path: Path) -> None:
    write(tmp_path / "file", Space([0], {}))
    postings = read(tmp_path / "file", [0])
    assert postings.find("a") is None
    assert [len(found) for found in vector.all_positions(postings, 0, 0)] == [0, 1]


@pytest.mark.parametrize(
    "entry",
    [
        Entry([5, 5]),
        Entry([6, 5]),
        Entry([-1]),
        Entry([10]),
        Entry([], [1, 0], [7, 7]),
        Entry([], [2], [7]),
        Entry([], [1], []),
        Entry([], [], [], [3, 3]),
    ],
)
def test_lists_that_do_not_rise_or_fit_are_refused(
    tmp_path: Path, entry: Entry
) -> None:
    space = Space([0, 5, 10], {"a": Entry([3], [0], [1]), "b": entry})
    with pytest.raises(ValueError, match=r"rise|one code"):
        write(tmp_path / "file", space)


def test_bounds_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    encoder = Encoder(np.array([0, 10]))
    good = slab([("a", Entry([3], [0], [1]))])
    too_many = Lists(np.zeros(0, np.int64), np.zeros(3, np.int64))
    with pytest.raises(ValueError, match="one list for each term"):
        encoder.records(replace(good, members=too_many))
    with ColumnWriter(tmp_path / "file", "terms") as writer:
        space = SpaceWriter(writer, "text")
        with pytest.raises(ValueError, match="one record for each term"):
            space.add([b"a", b"b"], encoder.records(good))
        space.finish()


@pytest.mark.parametrize("above", [0, 24, 38, 7])
def test_codes_that_are_steps_above_their_document_take_two_bits(
    tmp_path: Path, above: int
) -> None:
    chance = random.Random(3)
    units = [chance.randint(1, 200) for _ in range(400)]
    codes = [unit + above for unit in units]
    entry = Entry(range(400), range(400), codes)
    write(tmp_path / "file", Space(range(401), {"a": entry}, units))
    found = read(tmp_path / "file", range(401)).at(0)
    check(found, entry, chance)
    assert found.heads_at - found.codes_at == (400 if above == 7 else 100)
