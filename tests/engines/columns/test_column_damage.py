"""Bytes that are not those that were written never pass for an index, nor crash."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from spaces import KIND, Entry, Space, long_space, read, write

from searchkit.engines.columns import plain, vector
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.columns.postings import Postings, TermPostings
from searchkit.errors import IndexCorruptError, IndexFormatError

TOLD = "damage was told"
MODULES = (plain, vector)


def small_space() -> Space:
    """Lists of every kind, cut short, and some more terms."""
    space = long_space()
    entries = {
        name: Entry(e.positions[:700], e.documents[:1200], e.codes[:1200], e.members)
        for name, e in space.entries.items()
    }
    entries |= {f"i{number:02}": Entry([number * 999]) for number in range(60)}
    return Space(space.bases, dict(sorted(entries.items())))


def everything(postings: Postings) -> list[object]:
    """All that an index says; TOLD where it says that it is damaged."""
    count = len(postings.terms)
    return [
        told(lambda: list(postings.terms)),
        told(lambda: postings.terms.find("i30")),
        told(lambda: postings.terms.prefix("i")),
        told(lambda: [v.tolist() for v in vector.all_positions(postings, 0, count)]),
        told(lambda: [v.tolist() for v in vector.all_members(postings, 0, count)]),
        *(said for number in range(count) for said in of_term(postings, number)),
    ]


def of_term(postings: Postings, ordinal: int) -> list[object]:
    try:
        term = postings.at(ordinal)
    except IndexCorruptError:
        return [TOLD] * 7
    said: list[object] = [term.members]
    for of_one in ("positions", "documents", "codes"):
        both = [told(decoder(getattr(module, of_one), term)) for module in MODULES]
        assert both[0] == both[1]
        said.append(both[0])
    said.append(told(lambda: [[*row] for row in plain.heads(term)]))
    lows, highs = (1000, 300_000), (200_000, 400_000)
    said.append(told(lambda: plain.positions_in_rows(term, lows, highs)))
    said.append(told(lambda: vector.positions_in_rows((term,), lows, highs).tolist()))
    return said


def decoder(
    decode: Callable[[TermPostings], Iterable[int]], term: TermPostings
) -> Callable[[], object]:
    return lambda: [*decode(term)]


def told(read_it: Callable[[], object]) -> object:
    try:
        return read_it()
    except IndexCorruptError:
        return TOLD


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The bytes with one thing done to them that disks and people do."""
    at = chance.randrange(len(data) + 1)
    length = chance.randint(1, 12)
    return data[:at] + chance.choice(
        (
            bytes(byte ^ 1 << chance.randrange(8) for byte in data[at : at + 1])
            + data[at + 1 :],
            b"",
            chance.randbytes(length) + data[at:],
            data[at + length :],
            bytes(len(data[at : at + 600])) + data[at + 600 :],
            b"\xff" * len(data[at : at + length]) + data[at + length :],
        )
    )


def test_damage_on_disk_is_told_or_does_not_matter(tmp_path: Path) -> None:
    space, path = small_space(), tmp_path / "file"
    write(path, space)
    sound, expected = path.read_bytes(), everything(read(path, space.bases))
    assert TOLD not in expected
    chance, times_told = random.Random(11), 0
    for _ in range(100):
        path.write_bytes(damaged(sound, chance))
        try:
            found = everything(read(path, space.bases))
        except (IndexCorruptError, IndexFormatError):
            times_told += 1
            continue
        pairs = zip(found, expected, strict=True)
        assert all(said in (TOLD, right) for said, right in pairs)
        times_told += TOLD in found
    assert times_told > 50


@pytest.mark.parametrize(
    "column",
    [
        "text.data",
        "text.starts",
        "text.sizes",
        "text.terms",
        "text.blocks",
        "text.count",
    ],
)
def test_columns_made_by_somebody_else_do_no_harm(tmp_path: Path, column: str) -> None:
    """Their checksums are right; nothing but damage is ever raised."""
    space, chance = small_space(), random.Random(12)
    write(tmp_path / "sound", space)
    sound = {n: bytes(c.whole()) for n, c in Columns(tmp_path / "sound", KIND).items()}
    times_told = 0
    for number in range(20):
        path = tmp_path / f"{number}"
        with ColumnWriter(path, KIND) as writer:
            for name, data in sound.items():
                writer.add(name, damaged(data, chance) if name == column else data)
        try:
            times_told += TOLD in everything(read(path, space.bases))
        except IndexCorruptError:
            times_told += 1
    assert times_told > 5
