"""What was packed comes back; damage is told, and never makes much."""

import random
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from searchkit.engines.packing import (
    Packing,
    packed,
    packed_with_size,
    unpacked,
    unpacked_with_size,
)

TEXTS = [path.read_bytes() for path in sorted((ROOT / "corpus").rglob("*.md"))]
MEGABYTE = 1 << 20


@given(st.binary(), st.binary())
def test_anything_comes_back(data: bytes, known: bytes) -> None:
    assert unpacked(packed(data), len(data)) == data
    assert unpacked(packed(data, known), len(data), known) == data
    assert unpacked_with_size(packed_with_size(data)) == data


@pytest.mark.parametrize("size", [255, 256, 65_791, 65_792, 3 * MEGABYTE])
def test_any_size_comes_back(size: int) -> None:
    data = random.Random(size).randbytes(size)
    assert unpacked(packed(data + data), 2 * size) == data + data
    assert unpacked(packed(data, data), size, data) == data


def test_what_the_reader_has_takes_few_bytes() -> None:
    data = random.Random(0).randbytes(9000)
    assert len(packed(data)) > 9000
    assert len(packed(data[1000:] + b"new", data)) < 50


def test_words_take_less_than_their_bytes_though_nothing_is_repeated() -> None:
    data = "注意力机制的位置编码 attention is computed over all tokens".encode()
    assert len(packed(data)) < 0.7 * len(data)


def test_a_sample_is_like_what_the_reader_has() -> None:
    data = random.Random(0).randbytes(9000)
    packing = Packing(data)
    found = packing.packed(data[1000:] + b"new")
    assert len(found) < 50
    assert Packing(data).unpacked(found, 8003) == data[1000:] + b"new"


def test_bytes_do_not_depend_on_what_was_packed_before() -> None:
    found = [packed(text) for text in TEXTS]
    assert [packed(text) for text in reversed(TEXTS)] == found[::-1]
    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(packed, TEXTS)] == found
        assert [*pool.map(unpacked, found, map(len, TEXTS))] == TEXTS


@pytest.mark.parametrize("known", [b"", bytes(100)], ids=["alone", "beside another"])
def test_nothing_larger_than_promised_is_made(known: bytes) -> None:
    bomb = packed(bytes(20 * MEGABYTE), known)
    tracemalloc.start()
    for promised in (0, 1000, MEGABYTE):
        with pytest.raises(ValueError, match="promised"):
            unpacked(bomb, promised, known)
    with pytest.raises(ValueError, match="promised"):
        unpacked(bomb[:50], (1 << 32) - 1, known)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * MEGABYTE
    with pytest.raises(ValueError, match="promised"):
        unpacked(bomb, 20 * MEGABYTE + 1, known)
    assert len(unpacked(bomb, 20 * MEGABYTE, known)) == 20 * MEGABYTE


def test_damage_is_told_or_makes_as_many_bytes() -> None:
    chance = random.Random(1)
    told = 0
    for text in TEXTS * 20:
        changed = bytearray(packed(text))
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        if chance.random() < 0.2:
            del changed[chance.randrange(len(changed)) :]
        try:
            assert len(unpacked(bytes(changed), len(text))) == len(text)
        except ValueError:
            told += 1
    assert told > len(TEXTS)
