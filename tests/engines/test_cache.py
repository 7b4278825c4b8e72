"""What was read lately is kept, within so many bytes."""

from hypothesis import given
from hypothesis import strategies as st

from searchkit.engines.cache import Cache

MOST = 100


def test_what_was_asked_for_last_stays() -> None:
    kept = Cache(MOST)
    for key in "abc":
        assert kept.get(key, lambda key=key: (key * 2, 40)) == key * 2
    assert [kept.peek(key) for key in "abc"] == [None, "bb", "cc"]
    assert kept.peek("b") == "bb"
    kept.get("d", lambda: ("dd", 40))
    assert [kept.peek(key) for key in "bcd"] == ["bb", None, "dd"]


def test_what_has_grown_takes_the_room_of_others() -> None:
    kept = Cache(MOST)
    for key in "ab":
        kept.get(key, lambda key=key: (key, 20))
    kept.weigh("b", 90)
    assert [kept.peek(key) for key in "ab"] == [None, "b"]
    kept.weigh("a", 90)  # which is gone
    kept.weigh("b", 10)
    kept.get("c", lambda: ("c", 50))
    assert [kept.peek(key) for key in "abc"] == [None, "b", "c"]


def test_one_cache_makes_room_for_another() -> None:
    lists = Cache(MOST)
    found = Cache(MOST // 2, out_of=lists)
    for key in "abc":
        lists.get(key, lambda key=key: (key, 30))
    found.get("f", lambda: ("f", 25))
    assert [lists.peek(key) for key in "abc"] == [None, "b", "c"]
    lists.get("d", lambda: ("d", 30))
    assert [lists.peek(key) for key in "bcd"] == [None, "c", "d"]
    assert found.peek("f") == "f"


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdefgh"),
            st.integers(0, MOST + 20),
            st.none() | st.integers(0, MOST + 20),
        ),
        max_size=40,
    )
)
def test_no_more_than_the_room_is_taken(
    steps: list[tuple[str, int, int | None]],
) -> None:
    kept = Cache(MOST)
    sizes: dict[str, int] = {}
    for key, size, grown in steps:
        if kept.peek(key) is None:
            sizes[key] = size
        kept.get(key, lambda key=key, size=size: (key, size))
        if grown is not None:
            kept.weigh(key, grown)
            sizes[key] = grown if kept.peek(key) is not None else sizes[key]
        there = [key for key in sizes if kept.peek(key) is not None]
        assert sum(sizes[key] for key in there) <= MOST
