"""The values that travel between the layers."""

from __future__ import annotations

import pytest

from searchkit.model import Block, Blocks, Span

BLOCKS = (
    Block(0, 6, 0, (Span(0, 2, "prose"), Span(2, 6, "code"))),
    Block(7, 9, 1, ()),
    Block(9, 20, 1, (Span(10, 19, "math"),), "python"),
)


def test_blocks_in_columns_are_the_same_blocks() -> None:
    blocks = Blocks.of(BLOCKS)
    assert (*blocks,) == BLOCKS
    assert (len(blocks), blocks[1], blocks[-1]) == (3, BLOCKS[1], BLOCKS[2])
    with pytest.raises(IndexError):
        blocks[3]


def test_columns_of_the_same_blocks_are_equal() -> None:
    assert Blocks.of(BLOCKS) == Blocks.of(BLOCKS) != Blocks.of(BLOCKS[:2])
