"""Articles in the other language are found, after those with the word.

By the vocabulary that searchkit brings, and by a dictionary.
"""

import gzip
import re
from pathlib import Path

import pytest
from conftest import Opened, ids

import searchkit
from searchkit import Article, Config, ConfigError, SearchEngine
from searchkit.analysis.bilingual import bilingual_key, bilingual_table
from searchkit.analysis.cedict import entries
from searchkit.analysis.folding import fold
from searchkit.analysis.scripts import is_han
from searchkit.analysis.tables import read_table
from searchkit.analysis.translations import VOCABULARY as VOCABULARY_FILE
from searchkit.analysis.translations import vocabulary
from searchkit.corpus.bilingual_file import read_bilingual
from searchkit.query.light import LIGHT

LINES = """\
# CC-CEDICT
部署 部署 [bu4 shu3] /to dispose/to deploy/deployment/
容器 容器 [rong2 qi4] /receptacle/vessel/(computing) container/
機器學習 机器学习 [ji1 qi4 xue2 xi2] /machine learning/
王 王 [Wang2] /surname Wang/CL:個|个[ge4]/
配置 配置 [pei4 zhi4] /to deploy/to allocate/configuration/
"""
ARTICLES = (
    Article("a", "容器", "把容器部署到节点。"),
    Article("b", "Containers", "Deploying a container to a node."),
    Article("c", "Vessel", "A ship is a vessel."),
    Article("d", "节点", "节点有名字。"),
    Article("e", "Learning", "Machine learning with a machine."),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cedict.txt"
    path.write_text(LINES, "utf-8")
    return path


VOCABULARY = dict(vocabulary())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("部署容器", "ab"),
        ("deploying containers", "ba"),
        ("分布式跟踪", "t"),
        ("記憶體", "nmr"),
        ("内存", "mnr"),
        ("memory", "rmn"),
    ],
)
def test_the_vocabulary_needs_no_dictionary(
    query: str, expected: str, opened: Opened
) -> None:
    """The article in the query's own words is first."""
    engine = opened(
        *ARTICLES,
        Article("m", "内存", "内存不足。"),
        Article("n", "記憶體", "記憶體不夠。"),
        Article("r", "RAM", "Out of memory."),
        Article("t", "Tracing", "A distributed trace."),
    )
    first, *others = ids(engine.search(query, limit=None))
    assert (first, {*others}) == (expected[0], {*expected[1:]})


@pytest.mark.parametrize("query", ["内存泄漏", "記憶體洩漏"])
def test_taiwans_word_and_the_mainlands_are_one(query: str, opened: Opened) -> None:
    engine = opened("内存泄漏。", "記憶體洩漏。", "Memory leaks.")
    lacking = {hit.doc_id: bool(hit.missing) for hit in engine.search(query).hits}
    assert lacking == {"a": False, "b": False, "c": True}


@pytest.mark.parametrize("query", ["命名空间", "名字空间", "删除命名空间"])
def test_two_words_for_the_same_are_one(query: str, opened: Opened) -> None:
    """Whether or not the glossary has an English name for one of them."""
    for body in ("删除命名空间。", "删除命名空间（namespace）以后。"):
        engine = opened(body, "删除名字空间。", "删除。")
        hits = engine.search(query).hits
        whole = {hit.doc_id for hit in hits if not hit.missing}
        assert whole == {"a", "b"}


def test_a_synonym_that_stands_nowhere_is_not_said(opened: Opened) -> None:
    notes = opened("懒加载。", "延迟。加载。").search("懒加载").notes
    assert not any("延迟加载" in note.message for note in notes)


def test_a_word_that_is_one_of_several_senses_is_only_likely(opened: Opened) -> None:
    """存档 means archive first of all, then also 保存."""
    (hit,) = opened("保存以后退出。").search("存档退出").hits
    assert hit.missing == ("存档",)


def test_a_synonym_that_is_no_word_is_looked_for_where_the_word_is_not(
    opened: Opened,
) -> None:
    """Finding 排程 by its characters takes longer than all other names."""
    assert ids(opened("排程。", "硬碟。").search("调度")) == ["a"]
    assert ids(opened("排程。", "调度。").search("调度")) == ["b"]
    engine = opened("排程。", "调度。", "A schedule.")
    assert set(ids(engine.search("scheduling"))) == {"a", "b", "c"}


def test_articles_with_every_word_come_before_translations(opened: Opened) -> None:
    engine = opened("deploy deploy deploy deploy", "部署的方法很多。" * 9, "部署 部署")
    assert ids(engine.search("deploy"))[0] == "a"
    assert set(ids(engine.search("部署"))[:2]) == {"b", "c"}


def test_a_translation_is_no_rarer_than_the_word(opened: Opened) -> None:
    """Where nothing has both words, a rare translation is not before a common word."""
    engine = opened(
        Article("mail", "论坛", "用电子邮件，电子书。"),
        Article("blank", "白屏", "白屏。"),
        *(Article(f"e{n}", "Desktop", "Electron and Electron apps") for n in range(9)),
        *(Article(f"o{n}", "Others", "Other articles") for n in range(30)),
    )
    found = ids(engine.search("electron 白屏", limit=None))
    assert (len(found), found[0], found[-1]) == (11, "blank", "mail")


def test_english_words_in_a_chinese_article_translate_nothing(opened: Opened) -> None:
    engine = opened("部署。", "代码里的 deploy 是一个词。", "They deploy it.")
    assert ids(engine.search("部署")) == ["a", "c"]
    assert engine.search("部署").notes[-1].message.endswith("(in 1 article)")


def test_another_title_is_not_paid_twice(opened: Opened) -> None:
    """The Chinese article is the better answer to a question that is its title."""
    both = [
        Article(f"{name}-{language}", title, f"{text} `{name}ctl` `{name}cfg`")
        for name, chinese, english in (
            ("alfa", "如何在集群中部署容器的镜像", "How to Deploy Container Images"),
            ("bravo", "网络策略", "Network Policies"),
            ("carol", "内存管理", "Memory Management"),
        )
        for language, title, text in (
            ("en", english, f"{english} in a cluster. All there is."),
            ("zh", chinese, "这是关于它的说明。"),
        )
    ]
    result = opened(*both).search(both[1].title)
    assert ids(result)[:2] == ["alfa-zh", "alfa-en"]
    assert result.complete == 2


def test_the_vocabulary_is_kept_in_order() -> None:
    lines = read_table(VOCABULARY_FILE).decode("utf-8").splitlines()
    words = [line.partition(" ")[0] for line in lines]
    assert words == sorted(set(words))
    assert lines == [f"{word} {', '.join(VOCABULARY[word])}" for word in words]


def test_a_line_is_a_chinese_word_and_its_names() -> None:
    assert [
        word for word, names in VOCABULARY.items() if not is_entry(word, names)
    ] == []


def is_entry(word: str, names: tuple[str, ...]) -> bool:
    """Whether a line is folded, each name said once, and no word is a light one."""
    texts = (word, *names)
    return (
        is_all_han(word)
        and len({bilingual_key(text) for text in texts}) == len(texts)
        and all(fold(text).text == text for text in texts)
        and LIGHT.isdisjoint(texts)
        and all(is_all_han(n) or re.fullmatch("[a-z]+( [a-z]+)*", n) for n in names)
    )


def is_all_han(text: str) -> bool:
    return all(map(is_han, text))


@pytest.fixture
def engine(tmp_path: Path, file: Path) -> SearchEngine:
    config = Config(bilingual=str(file))
    searchkit.build(ARTICLES, tmp_path / "index", config=config)
    return searchkit.open(tmp_path / "index")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("容器", ["a", "b", "c"]),
        ("container", ["b", "a"]),
        ("deploys", ["b", "a"]),
        ("机器学习", ["e"]),
        ("機器 學習", ["e"]),
        ("部署容器", ["a", "b", "c"]),
    ],
)
def test_translations_come_after_the_word_itself(
    query: str, expected: list[str], engine: SearchEngine
) -> None:
    assert ids(engine.search(query, limit=None)) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"容器"', {"a"}),
        ("节点 -容器", {"b", "d"}),
        ("title:vessel", {"c"}),
    ],
)
def test_what_is_quoted_or_excluded_is_as_typed(
    query: str, expected: set[str], engine: SearchEngine
) -> None:
    assert set(ids(engine.search(query, limit=None))) == expected


def test_what_is_needed_is_needed_as_typed(engine: SearchEngine) -> None:
    assert ids(engine.search("+容器 node", limit=None)) == ["a"]


def test_exact_leaves_translations_out(engine: SearchEngine) -> None:
    assert ids(engine.search("容器", exact=True)) == ["a"]


def test_a_note_says_what_was_searched(engine: SearchEngine) -> None:
    notes = [note.message for note in engine.search("容器").notes]
    assert "“容器” in translation: container, vessel (in 2 articles)" in notes


def test_an_english_name_is_highlighted_only_where_it_counts(opened: Opened) -> None:
    """Not in a Chinese article, where it is part of a command or of another's name."""
    engine = opened("部署的命令是 deploy。", "They deploy it.")
    marked = {
        hit.doc_id: [hit.snippets[0].text[s:e] for s, e in hit.snippets[0].highlights]
        for hit in engine.search("部署").hits
    }
    assert marked == {"a": ["部署"], "b": ["deploy"]}


def test_a_translation_is_highlighted_and_explained(engine: SearchEngine) -> None:
    hit = engine.search("容器").hits[1]
    (snippet, *_) = hit.snippets
    start, end = snippet.highlights[0]
    assert snippet.text[start:end].lower() == "container"
    lines = "\n".join(engine.explain("容器", "b").lines)
    assert "a translation" in lines


def test_an_article_is_not_said_to_have_the_word(engine: SearchEngine) -> None:
    assert engine.search("容器").hits[1].missing == ("容器",)


def test_what_was_asked_before_changes_nothing(engine: SearchEngine) -> None:
    queries = (
        "容器",
        "title:容器",
        "in:code 容器",
        "部署 容器",
        "container",
        "in:title 容器",
    )

    def answers(one: SearchEngine, *, backwards: bool) -> list[object]:
        order = [*reversed(queries)] if backwards else [*queries]
        found = {}
        for query in order:
            result = one.search(query)
            found[query] = result.total, result.complete, result.notes, result.hits
        return [found[query] for query in queries]

    first = answers(engine, backwards=False)
    assert answers(engine, backwards=True) == first
    with searchkit.open(engine.index_path.parent) as other:
        assert answers(other, backwards=True) == first


def test_check_reads_the_translations(engine: SearchEngine, tmp_path: Path) -> None:
    assert engine.check() == ()
    (file,) = (tmp_path / "index").glob("generation-*/translations")
    data = bytearray(file.read_bytes())
    data[20] ^= 1
    file.write_bytes(data)
    assert "translations" in engine.check()[0]


def test_a_build_takes_the_dictionary_up_and_leaves_it(
    tmp_path: Path, file: Path
) -> None:
    index = tmp_path / "other"
    for bilingual, found in (
        ("none", 1),
        (str(file), 3),
        ("installed", 2),
        ("none", 1),
    ):
        searchkit.build(ARTICLES, index, config=Config(bilingual=bilingual))
        with searchkit.open(index) as engine:
            assert engine.search("容器").total == found


def test_the_next_build_takes_the_translations_over(tmp_path: Path, file: Path) -> None:
    index, config = tmp_path / "other", Config(bilingual=str(file))
    first = searchkit.build(ARTICLES[:3], index, config=config)
    before = (first.index_path / "translations").read_bytes()
    second = searchkit.build(ARTICLES, index, config=config)
    assert (second.index_path / "translations").read_bytes() == before


def test_a_packed_dictionary_is_read(tmp_path: Path, file: Path) -> None:
    packed = tmp_path / "cedict.txt.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert [*read_bilingual(str(packed)).lines()] == LINES.splitlines()


@pytest.mark.parametrize("data", [b"\x1f\x8bno gzip", "王".encode("gb18030")])
def test_a_bad_dictionary_is_an_error(tmp_path: Path, data: bytes) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(data)
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        searchkit.build(ARTICLES, tmp_path / "other", config=Config(bilingual=str(bad)))
    assert caught.value.key == "bilingual"
    with pytest.raises(ConfigError, match="cannot be read"):
        read_bilingual(str(tmp_path / "absent"))


@pytest.mark.parametrize(
    ("glosses", "names"),
    [
        ("to deploy/deployment", ("deploy", "deployment")),
        ("safe; secure/safety; security", ("safe", "secure", "safety", "security")),
        ("(of a (big) ship) to leave port", ("leave port",)),
        ("to tell sb/an open-source license", ("tell", "open source license")),
        ("what one says when one is asked", ()),
        ("surname Li/variant of 李[Li3]/CL:個|个[ge4]", ()),
    ],
)
def test_names_are_taken_from_glosses(glosses: str, names: tuple[str, ...]) -> None:
    found = [*entries([f"字 字 [zi4] /{glosses}/"])]
    assert found == ([("字", names)] if names else [])


def test_words_that_mean_it_first_come_first() -> None:
    table = bilingual_table(entries(LINES.splitlines()))
    assert table["deploy"] == ["配置", "部署"]
    assert "wang" not in table


def test_a_single_character_translates_no_english_word() -> None:
    table = bilingual_table([("字", ("character",)), ("字符", ("character",))])
    assert table["charact"] == ["字符"]
    assert table["字"] == ["character"]
