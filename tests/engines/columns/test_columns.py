"""Columns: what is written is read back, and damage is never taken for data."""

from __future__ import annotations

import random
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.engines.columns import plain, vector
from searchkit.engines.columns.encode import Lists, Slab, SpaceWriter
from searchkit.engines.columns.files import PAGE, Columns, ColumnWriter
from searchkit.engines.columns.postings import HEADS, Postings
from searchkit.errors import IndexCorruptError, IndexFormatError

Term = tuple[str, list[int], list[int], list[int], list[int]]
"""A term with positions, documents, their codes, and members."""

rows = st.lists(st.integers(0, 1 << 33), min_size=1, max_size=30).map(
    lambda sizes: [0, *accumulate(size + 1 for size in sizes)]
)


@st.composite
def spaces(draw: st.DrawFn) -> tuple[list[int], list[Term]]:
    """The bases of some documents, and terms with lists that fit them."""
    bases = draw(rows)
    names = draw(st.sets(st.text(min_size=1, max_size=40), max_size=40))
    terms: list[Term] = []
    ordered = sorted(names, key=lambda name: name.encode("utf-8", "surrogatepass"))
    for name in ordered:
        positions = draw(st.sets(st.integers(0, bases[-1] - 1), max_size=12))
        documents = {bisect_right(bases, at) - 1 for at in positions}
        documents |= draw(st.sets(st.integers(0, len(bases) - 2), max_size=3))
        scored = sorted(documents) if draw(st.booleans()) else []
        codes = [draw(st.integers(0, 255)) for _ in scored]
        members = draw(st.sets(st.integers(0, len(names) - 1), max_size=3))
        terms.append((name, sorted(positions), scored, codes, sorted(members)))
    return bases, terms


def lists(values: Sequence[Sequence[int]]) -> Lists:
    flat = [value for one in values for value in one]
    bounds = [0, *accumulate(map(len, values))]
    return Lists(np.array(flat, np.int64), np.array(bounds, np.int64))


def write(path: Path, bases: list[int], terms: list[Term], step: int) -> None:
    with ColumnWriter(path, "terms") as writer:
        space = SpaceWriter(writer, "text", np.array(bases, np.int64))
        for at in range(0, len(terms), step):
            names, positions, documents, codes, members = zip(
                *terms[at : at + step], strict=True
            )
            space.add(
                Slab(
                    [name.encode("utf-8", "surrogatepass") for name in names],
                    lists(positions),
                    lists(documents),
                    np.array([code for row in codes for code in row], np.uint8),
                    lists(members),
                )
            )
        space.finish()


def read(path: Path, bases: list[int]) -> Postings:
    return Postings(Columns(path, "terms"), "text", memoryview(array("Q", bases)))


@settings(max_examples=150, deadline=None)
@given(spaces(), st.integers(1, 50), st.randoms())
def test_lists_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory,
    space: tuple[list[int], list[Term]],
    step: int,
    chance: random.Random,
) -> None:
    bases, terms = space
    path = tmp_path_factory.mktemp("columns") / "file"
    write(path, bases, terms, step)
    postings = read(path, bases)
    assert list(postings.terms) == [term[0] for term in terms]
    for ordinal, (name, positions, documents, codes, members) in enumerate(terms):
        found = postings.find(name)
        assert found is not None
        assert postings.terms.find(name) == ordinal
        assert found.occurrences == len(positions)
        assert found.documents == len(documents)
        assert found.top == max(codes, default=0)
        assert found.members == tuple(members)
        low, high = sorted(chance.choices(range(bases[-1] + 1), k=2))
        for decode in (plain, vector):
            assert list(decode.positions(found)) == positions
            assert list(decode.documents(found)) == documents
            assert list(decode.codes(found)) == codes
            between = decode.positions_between(found, low, high)
            assert list(between) == [at for at in positions if low <= at < high]
    together, bounds = vector.all_positions(postings, 0, len(terms))
    assert together.tolist() == [at for term in terms for at in term[1]]
    assert np.diff(bounds).tolist() == [len(term[1]) for term in terms]


@settings(max_examples=60, deadline=None)
@given(st.sets(st.text(max_size=6), min_size=1, max_size=200), st.text(max_size=3))
def test_a_prefix_names_the_terms_that_begin_with_it(
    tmp_path_factory: pytest.TempPathFactory, names: set[str], prefix: str
) -> None:
    path = tmp_path_factory.mktemp("columns") / "file"
    ordered = sorted(names, key=lambda name: name.encode("utf-8", "surrogatepass"))
    write(path, [0, 1], [(name, [0], [], [], []) for name in ordered], 7)
    terms = read(path, [0, 1]).terms
    wanted = [name for name in ordered if name.startswith(prefix)]
    numbers = terms.prefix(prefix)
    assert list(terms.between(numbers.start, numbers.stop)) == wanted
    assert terms.find(prefix) == (ordered.index(prefix) if prefix in names else -1)


def long_lists() -> tuple[list[int], list[Term]]:
    """Lists of every kind, some longer than a skip."""
    chance = random.Random(7)
    bases = [0, *accumulate(chance.randint(1, 400) for _ in range(3000))]
    terms: list[Term] = []
    for number, share in enumerate((0.4, 0.02, 0.00003, 0.1, 0.9)):
        wanted = int(share * bases[-1])
        positions = sorted(chance.sample(range(bases[-1]), wanted))
        documents = sorted({bisect_right(bases, at) - 1 for at in positions})
        codes = [chance.randint(100, 140) for _ in documents]
        terms.append((f"t{number}", positions, documents, codes, []))
    return bases, terms


def test_parts_of_long_lists_are_found_by_their_skips(tmp_path: Path) -> None:
    bases, terms = long_lists()
    write(tmp_path / "a", bases, terms, 2)
    write(tmp_path / "b", bases, terms, 5)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    postings, chance = read(tmp_path / "a", bases), random.Random(8)
    for name, positions, documents, codes, _ in terms:
        found = postings.find(name)
        assert found is not None
        for _ in range(50):
            low = chance.randint(0, bases[-1])
            high = low + chance.choice((0, 1, 300, 100_000))
            wanted = [at for at in positions if low <= at < high]
            assert list(plain.positions_between(found, low, high)) == wanted
            assert list(vector.positions_between(found, low, high)) == wanted
        best = sorted(zip((-code for code in codes), documents, strict=True))[:HEADS]
        expected = [(d, -c) for c, d in best] if len(codes) >= 1024 else []
        for decode in (plain, vector):
            assert list(zip(*decode.heads(found), strict=True)) == expected


def everything(path: Path, bases: list[int]) -> list[object]:
    """All that a file says, or an error."""
    postings = read(path, bases)
    found: list[object] = []
    for ordinal, name in enumerate(postings.terms):
        term = postings.at(ordinal)
        found += [name, list(plain.positions(term)), list(plain.documents(term))]
        found += [plain.codes(term), *plain.heads(term), term.members]
    return found


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The bytes with one thing done to them that disks and people do."""
    at, other = chance.randrange(len(data)), chance.randrange(len(data))
    kind = chance.choice(("flip", "cut", "grow", "swap", "zero"))
    if kind == "flip":
        return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
    if kind == "cut":
        return data[:at]
    if kind == "grow":
        return data[:at] + chance.randbytes(chance.randint(1, 40)) + data[at:]
    if kind == "zero":
        return data[:at] + bytes(min(512, len(data) - at)) + data[at + 512 :]
    low, high = sorted((at, other))
    moved = data[high : high + 64]
    return data[:low] + moved + data[low + len(moved) :]


def test_damage_is_told_or_does_not_matter(tmp_path: Path) -> None:
    bases, terms = long_lists()
    terms = [(n, p[:3000], d[:2000], c[:2000], m) for n, p, d, c, m in terms]
    path = tmp_path / "file"
    write(path, bases, terms, 5)
    sound, expected = path.read_bytes(), everything(path, bases)
    chance, told = random.Random(11), 0
    for _ in range(400):
        path.write_bytes(damaged(sound, chance))
        try:
            assert everything(path, bases) == expected
        except (IndexCorruptError, IndexFormatError) as error:
            assert str(path) in str(error)
            told += 1
    assert told > 300


def test_a_page_is_compared_when_it_is_touched(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with ColumnWriter(path, "x") as writer:
        writer.add("a", bytes(3 * PAGE))
    data = bytearray(path.read_bytes())
    data[16 + 2 * PAGE] = 1
    path.write_bytes(data)
    column = Columns(path, "x").column("a")
    assert bytes(column.slice(0, 2 * PAGE)) == bytes(2 * PAGE)
    with pytest.raises(IndexCorruptError, match="page 2 of a"):
        column.slice(2 * PAGE - 1, 2 * PAGE + 1)
    with pytest.raises(IndexCorruptError):
        Columns(path, "x").verify()


@pytest.mark.parametrize("content", [b"", b"x", bytes(1000), b"skcolumn" * 40])
def test_what_is_no_such_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises((IndexCorruptError, IndexFormatError)):
        Columns(path, "x")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with ColumnWriter(tmp_path / "file", "pages") as writer:
        writer.add("a", b"1")
    with pytest.raises(IndexCorruptError, match="does not hold terms"):
        Columns(tmp_path / "file", "terms")


def test_terms_out_of_order_are_refused(tmp_path: Path) -> None:
    terms: list[Term] = [("b", [0], [], [], []), ("a", [0], [], [], [])]
    with pytest.raises(ValueError, match="do not rise"):
        write(tmp_path / "file", [0, 1], terms, 2)
