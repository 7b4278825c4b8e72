"""Tags are read as they were written: one by one, many at once, in stretches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.analysis.analyzer import BLANK, LOOSE
from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.generation.tags import TagWriter
from searchkit.engines.tags import Tags
from searchkit.errors import IndexCorruptError

RUNS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2, 3, LOOSE, LOOSE | 3]),
        st.sampled_from([0, BLANK]),
        st.integers(1, 700),
    ),
    max_size=30,
)


def written(path: Path, tags: list[int], cuts: list[int]) -> Path:
    path.unlink(missing_ok=True)
    with ColumnWriter(path, "documents") as writer:
        of_tags = TagWriter(writer, len(tags))
        for piece in np.split(np.array(tags, np.uint8), cuts):
            of_tags.add(piece)
        of_tags.finish()
    return path


def opened(path: Path) -> Tags:
    return Tags(Columns(path, "documents"))


@given(runs=RUNS, cuts=st.lists(st.integers(0, 5000), max_size=4), data=st.data())
def test_all_ways_read_what_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    runs: list[tuple[int, int, int]],
    cuts: list[int],
    data: st.DataObject,
) -> None:
    every = [zone | blank for zone, blank, size in runs for _ in range(size)]
    path = tmp_path_factory.getbasetemp() / "tags"
    pieces = sorted(min(cut, len(every)) for cut in cuts)
    tags = opened(written(path, every, pieces))
    assert tags.between(0, len(every)).tolist() == every
    if not every:
        return
    place = st.integers(0, len(every) - 1)
    low, high = sorted((data.draw(place), data.draw(place)))
    assert tags.between(low, high).tolist() == every[low:high]
    places = data.draw(st.lists(place, min_size=1, max_size=50))
    assert [tags[at] for at in places] == [every[at] for at in places]
    zones = [every[at] & ~BLANK for at in places]
    assert [tags.zone(at) for at in places] == zones
    assert tags.zones(np.array(places)).tolist() == zones
    assert tags.of(np.array(places)).tolist() == [every[at] for at in places]


def test_pieces_leave_no_trace(tmp_path: Path) -> None:
    tags = [0] * 300 + [2] * 500 + [2 | BLANK] * 13 + [LOOSE]
    whole = written(tmp_path / "tags", tags, []).read_bytes()
    for cuts in ([300], [1, 2, 3], [256, 512], [299, 801]):
        assert written(tmp_path / "tags", tags, cuts).read_bytes() == whole


@pytest.mark.parametrize("position", [-1, 2000, 1 << 40])
def test_a_position_that_is_nowhere_is_damage(tmp_path: Path, position: int) -> None:
    tags = opened(written(tmp_path / "tags", [1] * 1000, []))
    with pytest.raises(IndexCorruptError):
        tags[position]
