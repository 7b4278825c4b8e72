"""Do sources come out of their columns as they went in?"""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from searchkit.corpus.reader import SourceFile
from searchkit.indexing.sources import Source, Sources

given_sources = st.lists(
    st.builds(
        Source,
        st.text(max_size=5),
        st.integers(0, 1 << 40),
        st.sampled_from([b"", bytes(range(8)), b"\1" + bytes(7)]),
        st.sampled_from([None, SourceFile("a.md", Path("a.md"))]),
        st.integers(0, 1 << 40),
    ),
    max_size=20,
)


@given(given_sources)
def test_they_are_as_they_were(given: list[Source]) -> None:
    sources = Sources(given)
    assert [*sources] == given
    assert sources[1:3] == tuple(given[1:3])
    assert [*sources.doc_ids()] == [source.doc_id for source in given]
    assert sources.size_bytes == sum(source.size_bytes for source in given)


@given(given_sources)
def test_the_first_of_each_doc_id_is_kept_in_order(given: list[Source]) -> None:
    first: dict[str, Source] = {}
    repeated = []
    for source in given:
        if source.doc_id in first:
            repeated.append(source.doc_id)
        first.setdefault(source.doc_id, source)
    kept, again = Sources(given).in_order()
    assert [*kept] == [first[doc_id] for doc_id in sorted(first)]
    assert again == sorted(repeated)
