"""Whoosh's segments in columns say what its own segments say."""

import io
import pickle
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import columns, fields, formats, query, sorting
from whoosh.analysis import LowercaseFilter, RegexTokenizer
from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import RamStorage
from whoosh.index import FileIndex, create_in, open_dir
from whoosh.matching import ReadTooFar
from whoosh.qparser import QueryParser
from whoosh.searching import Searcher

from searchkit.engines.whoosh import integers, tagged
from searchkit.engines.whoosh.codec import ColumnCodec
from searchkit.errors import IndexCorruptError

CORPUS = ROOT / "corpus"
ATOMS = RegexTokenizer(r"[一-鿿]|[A-Za-z0-9]+") | LowercaseFilter()
SCHEMA = fields.Schema(
    doc_id=fields.ID(stored=True, unique=True),
    topic=fields.KEYWORD(stored=True, sortable=True),
    size=fields.NUMERIC(stored=True, sortable=True),
    body=fields.TEXT(analyzer=ATOMS, stored=True, vector=True),
)
QUERIES = (
    "的",
    "softmax",
    "没有这个词",
    '"注意力"',
    '"attention is"~3',
    "模型 训练",
    "model OR 数据 OR the",
    "的 NOT the",
    "tra*",
    "m*del*",
    "size:[100 TO 9000]",
    "topic:search AND 索引",
    "[tra TO tre]",
    "atention~1",
)

Articles = list[dict[str, Any]]


@pytest.fixture(scope="module")
def articles() -> Articles:
    found = sorted(CORPUS.rglob("*.md"))[::2]
    return [
        {
            "doc_id": path.name,
            "topic": path.parent.name,
            "size": path.stat().st_size,
            "body": path.read_text("utf-8"),
        }
        for path in found
    ]


def write(folder: Path, codec: Any, articles: Articles) -> FileIndex:
    """Three segments, some documents deleted, one updated, then a little more."""
    folder.mkdir()
    index = create_in(str(folder), SCHEMA)
    third = len(articles) // 3
    for part in (articles[:third], articles[third : 2 * third], articles[2 * third :]):
        with index.writer(codec=codec) as writer:
            writer.merge = False
            for article in part:
                writer.add_document(**article)
    with index.writer(codec=codec) as writer:
        writer.merge = False
        writer.delete_by_term("topic", "diffusion")
        writer.update_document(**articles[1] | {"body": "softmax 的 model"})
    return index


def merged(index: FileIndex, codec: Any) -> FileIndex:
    index.writer(codec=codec).commit(optimize=True)
    return open_dir(index.storage.folder)


@pytest.fixture(scope="module", params=["segments", "merged"])
def pair(
    request: pytest.FixtureRequest,
    articles: Articles,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[FileIndex, FileIndex]:
    """The same documents by Whoosh's codec and by ours."""
    folder = tmp_path_factory.mktemp("pair")
    stock, ours = W3Codec(), ColumnCodec(blocklimit=4)
    indexes = (
        write(folder / "stock", stock, articles),
        write(folder / "ours", ours, articles),
    )
    if request.param == "merged":
        return merged(indexes[0], stock), merged(indexes[1], ours)
    return indexes


def hits(index: FileIndex, text: str, limit: int | None) -> list[tuple[Any, ...]]:
    with index.searcher() as searcher:
        parsed = QueryParser("body", SCHEMA).parse(text)
        found = searcher.search(parsed, limit=limit)
        return [(hit.docnum, round(hit.score, 9), hit.fields()) for hit in found]


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("limit", [None, 5])
def test_hits_and_scores_are_those_of_the_stock_codec(
    text: str, limit: int | None, pair: tuple[FileIndex, FileIndex]
) -> None:
    stock, ours = pair
    assert hits(ours, text, limit) == hits(stock, text, limit)


def test_statistics_are_those_of_the_stock_codec(
    pair: tuple[FileIndex, FileIndex],
) -> None:
    facts = []
    for index in pair:
        with index.reader() as reader:
            infos = [(term, *facts_of(info)) for term, info in reader]
            lengths = [
                (reader.doc_field_length(number, "body"), reader.field_length("body"))
                for number in reader.all_doc_ids()
            ]
            facts.append((infos, lengths, list(reader.all_terms())))
    assert facts[0] == facts[1]


def facts_of(info: Any) -> tuple[float, ...]:
    lengths = info.min_length(), info.max_length()
    ids = info.min_id(), info.max_id()
    return (info.weight(), info.max_weight(), info.doc_frequency(), *ids, *lengths)


def test_postings_values_and_spans_are_those_of_the_stock_codec(
    pair: tuple[FileIndex, FileIndex],
) -> None:
    facts = []
    for index in pair:
        with index.reader() as reader:
            leaves = [leaf for leaf, _ in reader.leaf_readers()]
            found = []
            for leaf in leaves:
                for text in ("的", "softmax", "the"):
                    if ("body", text) not in leaf:
                        continue
                    matcher = leaf.postings("body", text)
                    while matcher.is_active():
                        spans = [span.start for span in matcher.spans()]
                        found.append((matcher.id(), matcher.weight(), matcher.value()))
                        found.append((matcher.value_as("frequency"), spans, 0))
                        matcher.next()
            facts.append(found)
    assert facts[0] == facts[1]


def test_vectors_columns_and_suggestions(pair: tuple[FileIndex, FileIndex]) -> None:
    facts = []
    for index in pair:
        with index.searcher() as searcher:
            reader = searcher.reader()
            numbers = list(reader.all_doc_ids())[:5]
            vectors = [list(reader.vector_as("frequency", n, "body")) for n in numbers]
            by_size = searcher.search(query.Every(), sortedby="size", limit=None)
            groups = searcher.search(query.Every(), groupedby="topic", limit=None)
            facts.append(
                (
                    vectors,
                    [hit["doc_id"] for hit in by_size],
                    groups.groups(),
                    searcher.corrector("body").suggest("atention"),
                    sorted(reader.terms_within("body", "softmux", 2)),
                    [hit["doc_id"] for hit in more_like(searcher)],
                )
            )
    assert facts[0] == facts[1]


def more_like(searcher: Any) -> Any:
    return searcher.search(query.Term("body", "softmax"))[0].more_like_this("body")


def test_a_matcher_skips_as_one_that_steps(articles: Articles, tmp_path: Path) -> None:
    index = merged(write(tmp_path / "ours", ColumnCodec(), articles), ColumnCodec())
    choices = random.Random(7)
    with index.reader() as reader:
        for text in ("的", "the", "a", "softmax"):
            ids = list(reader.postings("body", text).all_ids())
            for target in [0, *choices.choices(range(len(articles) + 2), k=20)]:
                matcher = reader.postings("body", text)
                matcher.skip_to(target)
                expected = [number for number in ids if number >= target]
                assert list(rest(matcher)) == expected
            with pytest.raises(ReadTooFar):
                matcher.skip_to(0)


def rest(matcher: Any) -> Iterator[int]:
    while matcher.is_active():
        yield matcher.id()
        matcher.next()


WORDS = st.lists(st.sampled_from(["甲", "乙", "a", "b", "c"]), max_size=400).map(
    " ".join
)
FORMATS = {
    "existence": formats.Existence,
    "frequency": formats.Frequency,
    "positions": formats.Positions,
    "characters": formats.Characters,
    "position_boosts": formats.PositionBoosts,
    "character_boosts": formats.CharacterBoosts,
}


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, deadline=None)
@given(texts=st.lists(WORDS, min_size=1, max_size=8), boost=st.sampled_from([1.0, 2.5]))
def test_every_format_gives_back_what_it_was_given(
    name: str, texts: list[str], boost: float
) -> None:
    format_ = FORMATS[name](field_boost=boost)
    field = fields.FieldType(
        format=format_, analyzer=RegexTokenizer(r"\S"), scorable=True
    )
    field.indexed = True
    postings = sorted(
        (term, number, weight, value, length)
        for number, text in enumerate(texts)
        for term, length, weight, value in field.index(text)
    )
    storage, codec = RamStorage(), ColumnCodec(blocklimit=2)
    segment = codec.new_segment(storage, "MAIN")
    writer = codec.field_writer(storage, segment)
    writer.start_field("body", field)
    last = None
    for term, number, weight, value, length in postings:
        if term != last:
            if last is not None:
                writer.finish_term()
            writer.start_term(term)
            last = term
        writer.add(number, weight, value, length)
    if last is not None:
        writer.finish_term()
    writer.finish_field()
    writer.close()
    reader = codec.terms_reader(storage, segment)
    found = []
    for _, term in reader.terms():
        matcher = reader.matcher("body", term, format_)
        while matcher.is_active():
            number = matcher.id()
            found.append((term, number, matcher.weight(), matcher.value()))
            given_value = next(p[3] for p in postings if p[:2] == (term, number))
            for kind in ("frequency", *FORMATS):
                if format_.supports(kind):
                    decoded = format_.decode_as(kind, given_value)
                    assert matcher.value_as(kind) == decoded
            matcher.next()
    reader.close()
    assert found == [posting[:4] for posting in postings]


@pytest.mark.parametrize("value", [b"", b"x", b"\0\0\0\1\x80\x02]q\x00c", b"\0" * 40])
def test_values_of_another_kind_come_back_but_are_not_decoded(value: bytes) -> None:
    storage, codec = RamStorage(), ColumnCodec()
    segment = codec.new_segment(storage, "MAIN")
    writer = codec.field_writer(storage, segment)
    writer.start_field("body", fields.TEXT())
    writer.start_term(b"term")
    writer.add(3, 1.0, value, 1)
    writer.finish_term()
    writer.close()
    matcher = codec.terms_reader(storage, segment).matcher(
        "body", b"term", formats.Positions()
    )
    assert (matcher.id(), matcher.value()) == (3, value)
    if value:
        with pytest.raises(ValueError, match="does not tell"):
            matcher.value_as("positions")


NUMBERS = st.one_of(
    st.integers(0, 300), st.integers(65_000, 66_000), st.integers(0, 2**40)
)


@given(st.lists(NUMBERS, max_size=700))
def test_integers_come_back(values: list[int]) -> None:
    packed = memoryview(b"--" + integers.pack_integers(values) + b"rest")
    found, end = integers.unpack_integers(packed, 2, len(values))
    assert (list(found), bytes(packed[end:])) == (values, b"rest")


@given(st.lists(NUMBERS, max_size=700).map(sorted))
def test_rising_integers_come_back(values: list[int]) -> None:
    packed = memoryview(integers.pack_rising(values))
    found, end = integers.unpack_integers(packed, 0, len(values), rising=True)
    assert (list(found), end) == (values, len(packed))


def test_a_list_that_is_too_long_is_refused() -> None:
    packed = memoryview(integers.pack_integers([1, 2, 3]))[:-1]
    with pytest.raises(ValueError, match="longer than"):
        integers.unpack_integers(packed, 0, 3)


SIMPLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    st.dates(),
    st.datetimes(timezones=st.sampled_from([None, timezone.utc])),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
)
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(st.one_of(st.text(), st.just("$"), st.integers()), inner),
        st.sets(st.integers()),
        st.frozensets(st.text()),
    ),
    max_leaves=12,
)


def same(left: Any, right: Any) -> bool:
    """Equal, and of the same types all through."""
    if type(left) is not type(right) or left != right:
        return False
    if isinstance(left, (list, tuple)):
        return all(map(same, left, right))
    if isinstance(left, dict):
        return all(same(item, right[key]) for key, item in left.items())
    return True


@given(VALUES)
def test_stored_values_come_back_with_their_types(value: Any) -> None:
    assert same(tagged.loads(tagged.dumps(value)), value)


def test_a_value_that_cannot_be_stored_leaves_its_document_out(tmp_path: Path) -> None:
    index = create_in(str(tmp_path), fields.Schema(value=fields.STORED()))
    with index.writer(codec=ColumnCodec()) as writer:
        writer.add_document(value="first")
        with pytest.raises(ValueError, match="BytesIO cannot be stored"):
            writer.add_document(value=io.BytesIO())
        writer.add_document(value=("last", Decimal("1.50"), time(3), timedelta(2)))
    with index.reader() as reader:
        assert [stored["value"] for stored in reader.all_stored_fields()] == [
            "first",
            ("last", Decimal("1.50"), time(3), timedelta(2)),
        ]


QUERIES_OF_ANY_KIND = (
    "正文:rope",
    "price:[-3 TO 0]",
    "when:20240517",
    "flag:true",
    "grams:意力",
)


def test_names_and_terms_of_any_kind(tmp_path: Path) -> None:
    schema = fields.Schema()
    schema.add("正文", fields.TEXT(stored=True, sortable=True, vector=True))
    schema.add("price", fields.NUMERIC(float, stored=True, sortable=True))
    schema.add("when", fields.DATETIME(stored=True, sortable=True))
    schema.add("flag", fields.BOOLEAN(stored=True))
    schema.add("grams", fields.NGRAM(stored=True))
    schema.add("color", fields.COLUMN(columns.RefBytesColumn()))
    document = {
        "正文": "旋转 rope",
        "price": -2.5,
        "when": datetime(2024, 5, 17, 3, 4),
        "flag": True,
        "grams": "注意力",
    }
    index = create_in(str(tmp_path), schema)
    with index.writer(codec=ColumnCodec()) as writer:
        writer.add_document(**document, color=b"red")
        writer.add_document()
    with index.searcher() as searcher:
        for text in QUERIES_OF_ANY_KIND:
            found = searcher.search(QueryParser("正文", schema).parse(text))
            assert [hit.fields() for hit in found] == [document], text
        assert list(searcher.reader().column_reader("color")) == [b"red", b""]
        assert searcher.reader().stored_fields(1) == {}


def test_a_column_may_be_added_later(tmp_path: Path) -> None:
    index = create_in(str(tmp_path), fields.Schema(size=fields.NUMERIC(stored=True)))
    with index.writer(codec=ColumnCodec()) as writer:
        for size in (3, 1, 2):
            writer.add_document(size=size)
    with index.writer(codec=ColumnCodec()) as writer:
        sorting.add_sortable(writer, "size", sorting.StoredFieldFacet("size"))
    with index.searcher() as searcher:
        found = searcher.search(query.Every(), sortedby="size")
        assert [hit["size"] for hit in found] == [1, 2, 3]


def test_no_pickle_is_loaded_but_the_table_of_contents(
    articles: Articles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = write(tmp_path / "ours", ColumnCodec(), articles)
    reader = index.reader()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a pickle is loaded")

    for module in ("whoosh.formats", "whoosh.columns", "whoosh.codec.whoosh3"):
        monkeypatch.setattr(f"{module}.loads", refuse)
    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    with Searcher(reader) as searcher:
        for text in QUERIES:
            parsed = QueryParser("body", SCHEMA).parse(text)
            for hit in searcher.search(parsed, limit=5, terms=True):
                assert hit.fields()["body"]
                assert hit.matched_terms() is not None
        number = searcher.document_number(doc_id="position-encodings.md")
        assert dict(reader.vector(number, "body").items_as("positions"))["的"]
        assert list(reader.column_reader("size"))


@pytest.mark.parametrize("suffix", [".postings", ".documents"])
def test_damage_is_told(suffix: str, articles: Articles, tmp_path: Path) -> None:
    index = create_in(str(tmp_path), SCHEMA)
    with index.writer(codec=ColumnCodec()) as writer:
        for article in articles:
            writer.add_document(**article)
    (path,) = tmp_path.glob(f"*{suffix}")
    data = bytearray(path.read_bytes())
    for at in range(1000, len(data) - 1000, 1000):
        data[at] ^= 255
    path.write_bytes(data)

    def read_all() -> None:
        with index.reader() as reader:
            for field, text in reader.all_terms():
                list(reader.postings(field, text).all_ids())
            list(reader.all_stored_fields())

    with pytest.raises(IndexCorruptError):
        read_all()


def test_dates_are_dates() -> None:
    assert type(tagged.loads(tagged.dumps([date(2024, 1, 2)]))[0]) is date
