"""An article's translation is found by what the article calls its subjects."""

from collections import defaultdict
from collections.abc import Iterator
from math import log
from pathlib import Path
from random import Random

import numpy as np
import pytest
from conftest import ids

import searchkit
from searchkit import Article, Config, SearchEngine
from searchkit.engines.generation import counterparts
from searchkit.engines.generation.counterparts import (
    RareWords,
    aligned,
    chinese_words,
    telling,
)

SUBJECTS = (
    ("水平扩缩容", "Scaling Out", "配置阈值", "Setting Thresholds"),
    ("证书轮换", "Rotating Certificates", "检查有效期", "Checking Expiry"),
    ("节点排空", "Draining Nodes", "等待任务结束", "Waiting for Jobs"),
    ("镜像缓存", "Caching Images", "清理旧版本", "Pruning Old Versions"),
)
ALONE = Config(bilingual="none")
"""No vocabulary helps: what is found is found by what both quote."""

CODE = ("alfa", "bravo", "carol", "delta")
SAME = "概述", "Overview"


def article(number: int, *, chinese: bool, code: str | None = None) -> Article:
    """One of two languages' articles about a subject; `code` is what both quote."""
    own = code or CODE[number]
    title, other, heading, other_heading = SUBJECTS[number]
    if chinese:
        text = (
            f"这是关于它的说明。\n\n## {SAME[0]}\n\n在 `{own}ctl` 里使用 `{own}path`。"
        )
        text += f"\n\n## {heading}\n\n运行 `{own}cfg` 的方法和步骤。"
        return Article(f"{number}-z", title, text)
    text = f"All there is to say.\n\n## {SAME[1]}\n\nUse `{own}path` of `{own}ctl`."
    text += f"\n\n## {other_heading}\n\nHow to run `{own}cfg` then."
    return Article(f"{number}-e", other, text)


BOTH = [article(n, chinese=chinese) for n in range(4) for chinese in (True, False)]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    index = tmp_path_factory.mktemp("counterparts") / "index"
    searchkit.build(BOTH, index, config=ALONE)
    return searchkit.open(index)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("证书轮换", ["1-z", "1-e"]),
        ("rotating certificate", ["1-e", "1-z"]),
        ("检查 有效期", ["1-z", "1-e"]),
        ("Checking expiry?", ["1-e", "1-z"]),
    ],
)
def test_titles_and_headings_find_both_languages(
    query: str, expected: list[str], engine: SearchEngine
) -> None:
    result = engine.search(query)
    assert ids(result)[:2] == expected
    assert result.complete == 2
    assert any("also searched" in str(note) for note in result.notes)


def test_a_title_in_the_other_language_is_before_scattered_words(
    tmp_path: Path,
) -> None:
    text = "证书放在这里。" + "每个节点都有自己的一份说明。" * 40 + "密钥的轮换在那里。"
    scattered = [Article(f"s{n}", f"笔记 {n}", text) for n in range(3)]
    searchkit.build([*BOTH, *scattered], tmp_path, config=ALONE)
    with searchkit.open(tmp_path) as engine:
        result = engine.search("证书轮换")
        assert ids(result) == ["1-z", "1-e", "s0", "s1", "s2"]
        assert result.complete == 5
        assert ids(engine.search("证书轮换", limit=2, offset=1)) == ["1-e", "s0"]


def test_what_many_articles_have_is_one_name(engine: SearchEngine) -> None:
    assert sorted(ids(engine.search("概述"))) == sorted(a.doc_id for a in BOTH)


@pytest.mark.parametrize("query", ['"证书轮换"', "+证书轮换", "证书轮换 阈值"])
def test_only_what_was_typed_as_a_whole(query: str, engine: SearchEngine) -> None:
    assert "1-e" not in ids(engine.search(query))


def test_a_sign_beside_a_title_is_a_word_of_its_own(tmp_path: Path) -> None:
    """Who has the title in the other language does not have the sign."""
    signed = Article("5-z", "🚀", "🚀 证书轮换")
    searchkit.build([*BOTH, signed], tmp_path / "index", config=ALONE)
    with searchkit.open(tmp_path / "index") as engine:
        result = engine.search("🚀 证书轮换")
    assert (ids(result)[0], result.complete) == ("5-z", 1)
    assert len([note for note in result.notes if "also searched" in note.message]) == 1


def test_both_languages_are_one_hit_on_request(engine: SearchEngine) -> None:
    hits = engine.search("概述", collapse=True).hits
    assert {(hit.doc_id[0], hit.folded[0][0], len(hit.folded)) for hit in hits} == {
        (str(n), str(n), 1) for n in range(4)
    }


def test_exact_leaves_it_out(engine: SearchEngine) -> None:
    assert ids(engine.search("证书轮换", exact=True)) == ["1-z"]


def test_other_subjects_are_no_counterparts(tmp_path: Path) -> None:
    strangers = ("oscar", "papa", "romeo", "sierra")
    english = [article(n, chinese=False, code=strangers[n]) for n in range(4)]
    chinese = [article(n, chinese=True) for n in range(4)]
    searchkit.build([*chinese, *english], tmp_path / "index", config=ALONE)
    with searchkit.open(tmp_path / "index") as engine:
        assert ids(engine.search("证书轮换")) == ["1-z"]
        assert engine.check() == ()


def test_the_history_of_an_index_cannot_be_seen(tmp_path: Path) -> None:
    at_once = searchkit.build(BOTH, tmp_path / "one").index_path
    searchkit.build(BOTH[::2], tmp_path / "two")
    searchkit.build(BOTH[1:], tmp_path / "two")
    by_steps = searchkit.build(BOTH, tmp_path / "two").index_path
    one, two = (p / "counterparts" for p in (at_once, by_steps))
    assert one.read_bytes() == two.read_bytes()
    with searchkit.open(tmp_path / "two") as engine:
        assert engine.check() == ()


def test_headings_are_aligned_if_they_are_as_many() -> None:
    chinese, english = ("题", "甲", "乙"), ("Title", "One", "Two")
    assert [*aligned(chinese, english)] == [*zip(chinese, english, strict=True)]
    assert [*aligned(chinese, english[:2])] == [("题", "Title")]
    assert [*aligned(("Title", "甲"), ("Title", "One"))] == [("甲", "One")]


@pytest.mark.parametrize("at_once", [1, 10, 1 << 18])
@pytest.mark.parametrize("seed", range(4))
def test_pairs_are_the_same_however_many_are_joined_at_once(
    seed: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counterparts, "_PAIRS_AT_ONCE", at_once)
    random = Random(seed)
    subjects = [range(9 * n, 9 * n + 9) for n in range(20)]
    texts = [set(random.sample(subjects[n // 2], 7)) for n in range(40)]
    for text in texts:
        text.update(random.sample(range(180, 210), 3))
    holders = [[n for n in range(40) if word in texts[n]] for word in range(210)]
    rare = RareWords(40)
    words = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}".encode() for n in range(210)]
    lists = [*holders, [*range(0, 40, 2)]]
    terms, counts = [*words, "的".encode()], np.array([*map(len, lists)])
    told = telling(counts, chinese_words(terms))
    documents = [np.array(one) for one, tell in zip(lists, told, strict=True) if tell]
    rare.add(terms, counts, np.concatenate(documents))
    found = [*rare.counterparts()]
    assert found == [*_expected(holders)]
    assert found


def _expected(holders: list[list[int]]) -> Iterator[tuple[int, int]]:
    """What `RareWords.counterparts` says it gives, one pair after the other."""
    shared: defaultdict[tuple[int, int], float] = defaultdict(float)
    most: defaultdict[int, float] = defaultdict(float)
    weight = log(40 / 2)
    for documents in holders:
        chinese = [n for n in documents if n % 2 == 0]
        others = [n for n in documents if n % 2]
        if len(documents) == 2 and chinese and others:  # of 40, a twentieth
            shared[chinese[0], others[0]] += weight
            for document in documents:
                most[document] += weight
    for (one, other), count in sorted(shared.items()):
        next_ones = [
            n
            for pair, n in shared.items()
            if pair != (one, other) and (pair[0] == one or pair[1] == other)
        ]
        enough = count >= max(2 * weight, 0.6 * max(most[one], most[other]))
        if enough and count > 1.3 * max(next_ones, default=0):
            yield one, other
