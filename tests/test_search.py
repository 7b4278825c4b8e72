"""What a search finds, through the public names."""

import copy
import pickle
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from cases import Case, check, marked, not_found, read_cases
from conftest import Opened, ids, summed

import searchkit
from searchkit import Article, SearchEngine, SearchResult
from searchkit.engines.columns.postings import FEWEST_FOR_HEADS

CASES = read_cases("mixed_text.jsonl")
QUESTIONS = read_cases("questions.jsonl")


def told(result: SearchResult) -> list[str]:
    return [note.message for note in result.notes]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_mixed_text(case: Case, opened: Opened) -> None:
    check(case, opened)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["query"])
def test_shipped_articles_answer(
    question: dict[str, str], shipped: SearchEngine
) -> None:
    result = shipped.search(question["query"])
    assert result.hits[0].doc_id == question["first"]


BODIES = (
    "自注意力的复杂度是平方级。\n\n```python\nimport math\n```",
    "扫描的复杂度是线性的。",
    "# 注意力\n\n没有别的。",
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("复杂度", "ab"),
        ("复杂度 注意力", "abc"),
        ("+复杂度 +注意力", "a"),
        ("复杂度 AND 注意力", "a"),
        ("复杂度 -注意力", "b"),
        ("复杂度 NOT 注意力", "b"),
        ("-注意力", "b"),
        ("线性 OR import", "ab"),
        ("线性 | import", "ab"),
        ("线性 ｜ import", "ab"),
        ("(线性 OR import) 平方", "ab"),
        ("+(线性 OR import) +平方", "a"),
        ("“复杂度是线性”", "b"),
        ("「复杂度是线性」", "b"),
        ('"复杂度是线性"', "b"),
        ('复杂度 -"是线性"', "a"),
        ("in:heading 注意力", "c"),
        ("in:code import", "a"),
        ("in:prose import", ""),
        ("body:import", "a"),
        ("title:第1篇", "b"),
        ("imp*", "a"),
        ("*mpor*", "a"),
        ("imoprt~", "a"),
        ("path:b", "b"),
        ("复杂度 -path:b", "a"),
        ("云工开物", ""),
        ("", ""),
        ("(", ""),
        ("，", ""),
        ("path:a path:a", "a"),
    ],
)
def test_grammar(query: str, expected: str, opened: Opened) -> None:
    result = opened(*BODIES).search(query, limit=None)
    assert "".join(sorted(ids(result))) == expected


def test_phrase_does_not_cross_a_block(opened: Opened) -> None:
    engine = opened(
        "甲乙\n\n丙丁",
        "- 甲乙\n- 丙丁",
        "甲乙丙丁",
        "| 甲乙 | 丙丁 |\n|---|---|\n| 1 | 2 |",
    )
    assert ids(engine.search('"乙丙"', limit=None)) == ["c"]


def test_phrase_crosses_markup_and_soft_line_breaks(opened: Opened) -> None:
    engine = opened("见[官方\n文档](u)了解**梯度**`x`裁剪")
    assert ids(engine.search('"官方文档了解梯度x裁剪"')) == ["a"]


def test_articles_with_every_word_come_first(opened: Opened) -> None:
    engine = opened("甲壳 甲壳 甲壳 甲壳", "甲壳与乙醇", "乙醇")
    result = engine.search("甲壳 乙醇")
    assert ids(result)[0] == "b"
    assert (result.total, result.complete) == (3, 1)
    assert {hit.doc_id: hit.missing for hit in result.hits} == {
        "a": ("乙醇",),
        "b": (),
        "c": ("甲壳",),
    }


def test_a_question_need_not_be_found_word_by_word(opened: Opened) -> None:
    aside = "甲壳、乙醇、丙烯都在这里，" + "还有许多其他的词语" * 40
    about = Article("b", "甲壳与乙醇", "甲壳，乙醇。甲壳乙醇")
    engine = opened(aside, about, "丙烯丙烯", "别的", "另外的")
    question = engine.search("甲壳 乙醇 丙烯 是什么？")
    assert ids(question)[0] == "b"
    assert question.hits[0].missing == ("丙烯",)
    assert (question.total, question.complete) == (3, 1)
    assert ids(engine.search("甲壳 乙醇 丙烯"))[0] == "a"  # these are words
    assert ids(engine.search("甲壳 乙醇 是什么"))[0] == "b"  # has both


def test_what_answers_a_question_has_its_words_in_one_place(opened: Opened) -> None:
    aside = "还有许多其他的词语" * 40
    apart = f"甲壳。{aside}乙醇。{aside}丙烯。"
    engine = opened(apart, f"{aside}甲壳，丙烯，乙醇。{aside}", "别的", "另外的")
    words, question = "甲壳 乙醇 丙烯", "甲壳 乙醇 丙烯 是什么？"
    found = {h.doc_id: h.score for h in engine.search(question).hits}
    assert ids(engine.search(question)) == ["b", "a"]
    assert found["b"] == pytest.approx(engine.explain(question, "b").score)
    told = [str(engine.explain(query, "a")) for query in (words, question)]
    assert ["not all in one place" in each for each in told] == [False, True]
    assert "one place" not in str(engine.explain(question, "b"))


def test_the_words_of_a_question_are_together_by_any_name(opened: Opened) -> None:
    aside = "还有许多其他的词语" * 40
    named = "旋转位置编码（RoPE）"
    text = f"{aside}{{}}，乙醇，丙烯。{aside}旋转。{aside}"
    engine = opened(named, text.format("RoPE"), text.format("甲壳"), "别的", "另外的")
    question = "旋转位置编码 乙醇 丙烯 是什么？"
    told = [str(engine.explain(question, each)) for each in "bc"]
    assert ["not all in one place" in each for each in told] == [False, True]


def test_in_a_question_the_form_of_a_word_is_worth_less(opened: Opened) -> None:
    engine = opened("caches, disk, graph", "cached, disk, graph", "others")
    words, question = "caches graph disk", "what are caches graph disk"
    told = [engine.explain(query, "b") for query in (words, question)]
    assert ["K1 1.2" in str(told[0]), "K1 1.5" in str(told[1])] == [True, True]
    scores = [
        {h.doc_id: h.score for h in engine.search(q).hits} for q in (words, question)
    ]
    assert scores[0]["a"] / scores[0]["b"] > scores[1]["a"] / scores[1]["b"] > 1
    assert scores[1]["b"] == pytest.approx(told[1].score)


@pytest.mark.parametrize(
    ("question", "stating", "other"),
    [
        ("什么是镜像？", "有人说了镜像是文件。", "有人说镜像，是文件。"),
        (
            "What is a mirror?",
            "They say it, a mirror is a copy.",
            "They say a mirror, it is a copy.",
        ),
    ],
)
def test_what_is_asked_for_is_what_an_answer_states(
    opened: Opened, question: str, stating: str, other: str
) -> None:
    assert ids(opened(other, stating).search(question)) == ["b", "a"]


def test_of_a_long_name_it_is_the_thing_that_is_stated(opened: Opened) -> None:
    of = "They say the edge of a mirror is bright."
    edge = "They say of a mirror: the edge is bright."
    engine = opened(of, edge, "They say that the mirror is bright.", "A mirror.")
    assert ids(engine.search("what is the edge of a mirror"))[0] == "b"


def test_of_a_name_of_several_words_it_is_the_last_that_is_stated(
    opened: Opened,
) -> None:
    first = "They say the mirror is bright, a mirror edge."
    last = "They say the mirror edge is bright, a mirror."
    assert ids(opened(first, last).search("what is the mirror edge"))[0] == "b"


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        ("为什么镜像缓存要压缩？", "镜像缓存压缩，因为大。", "镜像缓存压缩，虽然大。"),
        (
            "Why are mirror images cached?",
            "Mirror images cached because large.",
            "Mirror images cached although large.",
        ),
    ],
)
def test_why_is_answered_by_a_reason(
    opened: Opened, question: str, answer: str, other: str
) -> None:
    engine = opened(other, answer, "别的")
    assert ids(engine.search(question)) == ["b", "a"]
    assert engine.search(question).hits[0].score > engine.search(question).hits[1].score


def test_what_is_used_says_more_in_a_question_than_that_it_is(opened: Opened) -> None:
    engine = opened("路由", "使用 节点 缓存", "节点 缓存 路由", "路由")
    assert ids(engine.search("怎么使用节点的缓存路由"))[0] == "c"
    assert ids(engine.search("使用 节点"))[0] == "b"


def test_a_word_as_typed_is_first_among_many_of_its_stem(opened: Opened) -> None:
    """As where the best articles of a frequent word are kept."""
    many = FEWEST_FOR_HEADS
    engine = opened(
        *(Article(f"a{n:04}", "", "normalization " * 9) for n in range(many)),
        *(Article(f"b{n}", "", "the normal case") for n in range(3)),
    )
    assert ids(engine.search("normal", limit=3)) == ["b0", "b1", "b2"]


def test_rows_of_light_words_decide_nothing(opened: Opened) -> None:
    engine = opened("倒排索引都会被压缩", "倒排索引倒排索引", "别的")
    for question in ("倒排索引都会被", "在该倒排索引"):
        assert ids(engine.search(question))[0] == "b"


def test_question_words_decide_nothing(opened: Opened) -> None:
    engine = opened("倒排索引怎么样都行", "倒排索引的压缩：倒排索引用变长编码压缩")
    assert ids(engine.search("倒排索引怎么压缩"))[0] == "b"
    assert ids(engine.search("怎么")) == ["a"]
    engine = opened("倒排索引的压缩", "是什么样的压缩")
    assert engine.search("倒排索引是什么样的").complete == 1


def test_nothing_like_a_question_word_is_named(opened: Opened) -> None:
    """Who asks 是啥 has not mistyped 是否."""
    engine = opened("缓存是否有用")
    result = engine.search("缓存是啥")
    assert result.complete == 1
    assert not any("like it" in note.message for note in result.notes)


DATED = (
    Article("old", "旧", "缓存", ("系统",), date(2023, 5, 1)),
    Article("new", "新", "缓存", ("系统", "数据库"), date(2024, 2, 29)),
    Article("none", "无", "缓存 缓存 缓存"),
)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"since": "2024"}, ["new"]),
        ({"since": date(2023, 5, 1), "until": "2023-05"}, ["old"]),
        ({"until": "2024-02"}, ["new", "old"]),
        ({"topics": ["系统"]}, ["new", "old"]),
        ({"topics": ["系统", "数据库"]}, ["new"]),
        ({"topics": ["没有"]}, []),
        ({"sort": "date"}, ["new", "old", "none"]),
    ],
    ids=str,
)
def test_filters(
    options: dict[str, object], expected: list[str], opened: Opened
) -> None:
    result = opened(*DATED).search("缓存", **options)
    found = ids(result)
    assert (found if options.get("sort") else sorted(found)) == expected
    assert result.total == len(expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("缓存 since:2024-01", ["new"]),
        ("缓存 until:2023", ["old"]),
        ("缓存 date:2024-02", ["new"]),
        ("缓存 topic:数据库", ["new"]),
        ("缓存 -topic:数据库", ["none", "old"]),
    ],
)
def test_filters_in_the_query(query: str, expected: list[str], opened: Opened) -> None:
    assert sorted(ids(opened(*DATED).search(query))) == expected


def test_facets_count_all_matches(opened: Opened) -> None:
    result = opened(*DATED).search("缓存", limit=1)
    assert result.facets["topic"] == {"系统": 2, "数据库": 1}
    assert (result.total, len(result.hits)) == (3, 1)


def test_results_can_be_kept_without_their_index(opened: Opened) -> None:
    result = opened(*DATED).search("缓存", limit=1)
    kept = pickle.loads(pickle.dumps(result))
    assert kept == copy.deepcopy(result) == result
    assert kept.facets["topic"] == {"系统": 2, "数据库": 1}


@pytest.mark.parametrize(
    "error",
    [
        searchkit.IndexFormatError(path="p", expected=1, found=2),
        searchkit.QuerySyntaxError("m", text="t", position=1),
        searchkit.UnknownFieldError("x", ["a"]),
    ],
    ids=repr,
)
def test_errors_come_whole_out_of_another_process(
    error: searchkit.SearchkitError,
) -> None:
    come = pickle.loads(pickle.dumps(error))
    assert (type(come), str(come), vars(come)) == (type(error), str(error), vars(error))


def test_pages_join_to_the_whole(shipped: SearchEngine) -> None:
    whole = ids(shipped.search("模型 训练", limit=None))
    pages = [
        ids(shipped.search("模型 训练", limit=7, offset=n)) for n in range(0, 49, 7)
    ]
    assert [doc_id for page in pages for doc_id in page] == whole
    assert len(whole) == shipped.search("模型 训练", limit=0).total


@pytest.mark.parametrize(
    "options",
    [{"limit": -1}, {"offset": -1}, {"since": "gestern"}, {"sort": "dates"}],
    ids=str,
)
def test_bad_options_are_refused(
    options: dict[str, object], shipped: SearchEngine
) -> None:
    with pytest.raises(ValueError, match=r"limit|date|sort"):
        shipped.search("x", **options)


def test_notes_say_what_became_of_each_part(opened: Opened) -> None:
    result = opened(*BODIES).search("复杂度 云工开物 imp* in:nowhere since:soon (")
    told = {(note.kind, note.part) for note in result.notes}
    assert {
        ("searched", "复杂度"),
        ("missing", "云工开物"),
        ("expanded", "imp*"),
        ("ignored", "in:nowhere"),
        ("ignored", "since:soon"),
    } <= told


@pytest.mark.parametrize(
    ("query", "near"),
    [("atention", "attention"), ("rotray", "rotary"), ("旋专", "旋转"), ("xyzzy", "")],
)
def test_what_is_not_found_is_told_with_words_like_it(
    query: str, near: str, opened: Opened
) -> None:
    engine = opened("attention is rotary", "旋转位置编码")
    (note,) = (n for n in engine.search(query).notes if n.kind == "missing")
    assert near in note.message
    assert ("like it" in note.message) is bool(near)


@pytest.mark.parametrize(
    ("query", "smaller"),
    [
        ("+复杂度 +没有这个", "复杂度"),
        ('"扫描的复杂度" +平方', '"扫描的复杂度"'),
        ("复杂度 since:2024", "without the filters"),
        ("云工开物", None),
        ('"复杂度 扫描"', "复杂度 扫描"),
        ("lang:rust 复杂度", "without the filters"),
        ("since:2024 date:2023 复杂度", "without the filters"),
    ],
)
def test_no_hits_come_with_a_smaller_query(
    query: str, smaller: str | None, opened: Opened
) -> None:
    engine = opened(*BODIES)
    result = engine.search(query)
    assert result.total == 0
    hints = [note.part for note in result.notes if note.kind == "hint"]
    assert hints[:1] == ([smaller] if smaller else [])
    if smaller and "filters" not in smaller:
        assert engine.search(smaller).total > 0


def test_snippet_tells_its_place(opened: Opened) -> None:
    body = "开头。\n\n# 前言\n\n## 细节\n\n第一句。\n这里有**梯度裁剪**的说明。\n"
    (hit,) = opened(body).search("梯度裁剪").hits
    snippet = hit.snippets[0]
    assert snippet.heading == ("前言", "细节")
    assert (snippet.line, snippet.zone) == (8, "prose")
    assert [snippet.text[a:b] for a, b in snippet.highlights] == ["梯度裁剪"]


def test_long_paragraph_is_cut_at_a_sentence(opened: Opened) -> None:
    body = "无关的话说了很多。" * 40 + "这里讲梯度裁剪。" + "后面还有别的话。" * 40
    (hit,) = opened(body).search("梯度裁剪").hits
    text = hit.snippets[0].text
    assert len(text) < 200
    assert "这里讲梯度裁剪。" in text
    assert text.strip("…").startswith("无关的话")


@pytest.mark.parametrize("query", ["旋转位置编码 RoPE", "为什么推理时显存不够而训练够"])
def test_explanation_adds_up(query: str, shipped: SearchEngine) -> None:
    hit = shipped.search(query).hits[0]
    told = shipped.explain(query, hit.doc_id)
    assert told.matched
    assert summed(told) == pytest.approx(hit.score, abs=0.01)
    assert told.score == pytest.approx(hit.score)


def test_explanation_of_a_miss_names_the_reason(opened: Opened) -> None:
    engine = opened(*BODIES)
    told = engine.explain("+复杂度 +线性", "a")
    assert not told.matched
    assert "线性" in str(told).splitlines()[-1]


def test_explanation_names_what_is_excluded(opened: Opened) -> None:
    told = opened(*BODIES).explain("复杂度 -线性", "b")
    assert str(told).endswith("it has 线性, which is excluded.")


def test_explanation_of_a_miss_tells_what_stands_there_instead(opened: Opened) -> None:
    engine = opened("rotary attention", "rotery attention")
    told = str(engine.explain("+rotary +attention", "b"))
    assert "it has rotery" in told


def test_suggestions_go_on_from_what_is_typed(shipped: SearchEngine) -> None:
    assert any("旋转位置编码" in text for text in shipped.suggest("旋转"))
    assert all("flashatt" in text.lower() for text in shipped.suggest("flashatt"))
    assert shipped.suggest("") == ()
    with pytest.raises(ValueError, match="limit"):
        shipped.suggest("旋转", limit=-1)


def test_every_match_of_one_article(opened: Opened) -> None:
    engine = opened("梯度\n\n别的\n\n梯度")
    assert [s.line for s in engine.matches("梯度", "a")] == [1, 5]


@pytest.mark.parametrize(
    "query",
    ["out of memory.", "`memory`", "`free memory` now", "memory．"],
)
def test_signs_around_a_pasted_word_hide_no_article(query: str, opened: Opened) -> None:
    engine = opened(
        "Memory and disk are full, now.",
        "It is out of memory. Free `memory` now",
        "```\nfree `memory` now, memory．\n```",
    )
    notes = [note.message for note in engine.search(query).notes]
    assert "“memory” is in 3 articles" in notes


@pytest.mark.parametrize("end", [":", ",", ";", "，", "："])
def test_what_goes_on_after_a_path_is_no_part_of_it(end: str, opened: Opened) -> None:
    engine = opened("dial `/run/docker.sock` now", f"`/run/docker.sock{end}` 没有", "x")
    assert {*ids(engine.search(f"/run/docker.sock{end}"))} == {"a", "b"}


def test_letters_of_an_unknown_name_are_not_searched(opened: Opened) -> None:
    engine = opened("a b c 1 2 3 9", "nginx pods", "f c9 2a1b")
    assert ids(engine.search("3f2a9c1b")) == []
    result = engine.search("pods nginx-7b-x2k4")
    assert ids(result) == ["b"]
    assert "“nginx-7b-x2k4” was not found; searched instead: nginx" in told(result)


def test_quotes_in_a_pasted_line_are_told_once(opened: Opened) -> None:
    engine = opened("cannot list pods in the API group at the scope", "别的")
    result = engine.search('cannot list "podsx" in API group "" at scope')
    assert [message for message in told(result) if "podsx" in message] == [
        "“podsx” was not found (like it: pods)"
    ]
    assert "“” was ignored: there is nothing in the quotes" in told(result)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kubectl get my-pod -o wide", "ab"),
        ("-o", "a"),
        ("docker run -it", "cde"),
        ("docker -it", "e"),
        ("docker -d", "c"),
        ("pods -o", "a"),
        ("docker NOT -it", "e"),
        ("(docker -it)", "e"),
        ("run OR -o", "cde"),
        ("docker OR -x", "abcde"),
        ("容器 -o", "e"),
        ("d -o", "e"),
        ("kubectl -n 1 -o", "ab"),
        ("docker -title:d", "ce"),
        ("docker -path:c", "e"),
        ("docker -x_1", "ce"),
        ("docker -ubuntu", "e"),
    ],
)
def test_a_dash_may_be_a_command_s_own(
    query: str, expected: str, opened: Opened
) -> None:
    """One letter behind a Latin word, or more where articles have them so."""
    engine = opened(
        "kubectl get pods -o wide",
        "o kubectl wide",
        "docker run -it ubuntu",
        "it may run",
        "docker 容器 d run",
    )
    assert "".join(sorted(ids(engine.search(query)))) == expected


def test_how_a_dash_was_read_is_told(opened: Opened) -> None:
    engine = opened("kubectl get -n x -o wide", "o 容器")
    notes = told(engine.search("get -n x -o wide"))
    assert [note for note in notes if "-" in note] == [
        "“-n” was searched; NOT n leaves it out",
        "“-n” is in 1 article",
        "“-o” is in 1 article",
    ]
    assert told(engine.search("容器 -o"))[1] == (
        'without “o”: 2 articles have it; in quotes, "-o" is searched'
    )


@pytest.mark.parametrize("name", ["--release", "__init__", "_source", "-9"])
def test_what_begins_a_name_is_a_part_of_it(name: str, opened: Opened) -> None:
    word = name.strip("-_")
    engine = opened(f"call `{name}` 一次", f"the {word} of it", "别的")
    result = engine.search(f"call {name}")
    assert ids(result) == ["a"]
    assert f"“{name}” is in 1 article" in told(result)


@pytest.mark.parametrize("name", ["config.yaml", "spec.backoff", "v2"])
def test_a_name_may_end_inside_a_camel_case_word(name: str, opened: Opened) -> None:
    text = "myConfig.yaml 里的 spec.backoffLimit 和 ControllerV2"
    assert ids(opened(text, "别的").search(name)) == ["a"]


def test_an_option_that_is_nowhere_is_searched_as_its_word(opened: Opened) -> None:
    engine = opened("a release of it", "别的")
    result = engine.search("--release")
    assert ids(result) == ["a"]
    assert "“--release” was not found; searched instead: release" in told(result)


def test_an_option_has_no_other_names(opened: Opened) -> None:
    engine = opened("cargo build --release", "发布和构建")
    assert ids(engine.search("--release")) == ["a"]
    assert {*ids(engine.search("release"))} == {"a", "b"}


@pytest.mark.parametrize("query", ["", " \u3000\n", "()", "（ ）"])
def test_an_empty_query_is_said_to_be_empty(query: str, opened: Opened) -> None:
    result = opened("梯度").search(query)
    assert (result.total, [*map(str, result.notes)]) == (0, ["the query is empty"])


def test_a_lone_quotation_mark_is_told_once(opened: Opened) -> None:
    assert told(opened("梯度").search('"')) == ['“"” was ignored: it is never closed']


def test_a_topic_that_no_article_has_is_named(opened: Opened) -> None:
    engine = opened(Article("a", "一", "梯度", ("Kubernetes",)))
    result = engine.search("梯度", topics=["kubernets", "KUBERNETES"])
    assert result.total == 0
    assert "“kubernets” is no topic (like it: Kubernetes)" in map(str, result.notes)
    assert not any("topic" in str(n) for n in engine.search("梯度", topics=()).notes)


def test_a_row_of_full_stops_is_still_searched(opened: Opened) -> None:
    assert ids(opened("等一下...", "没有").search("...")) == ["a"]


@pytest.mark.parametrize("excluded", ["-docker.", "-docker,", "-docker。"])
def test_what_ends_a_sentence_does_not_narrow_an_exclusion(
    excluded: str, opened: Opened
) -> None:
    engine = opened("容器 docker 引擎", "容器 podman")
    assert ids(engine.search(f"容器 {excluded}")) == ["b"]


@pytest.mark.parametrize("sign", ["->", "::", "?.", "{}", "|", "*", "-", "。"])
def test_signs_are_searched_where_they_are_the_query(sign: str, opened: Opened) -> None:
    engine = opened(f"写成 a {sign} b 就行", "别的 a b")
    assert ids(engine.search(sign)) == ["a"]


@pytest.mark.parametrize("sign", ["->", "::", "<-", ">>>"])
def test_signs_of_code_are_searched_beside_words(sign: str, opened: Opened) -> None:
    engine = opened("怎么写函数", f"怎么写函数 {sign} 好")
    assert ids(engine.search(f"函数 {sign}")) == ["b", "a"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [("'static", "a"), ("'static pod", "ab"), ("'the static pod'", "ab")],
)
def test_a_quote_that_does_not_close_is_a_part_of_the_word(
    query: str, expected: str, opened: Opened
) -> None:
    engine = opened("fn f(x: &'static str)", "the static pod")
    assert "".join(sorted(ids(engine.search(query)))) == expected


@pytest.mark.parametrize("sign", ["—", "–", "/", "\\"])
def test_a_sign_that_parts_words_is_no_word(sign: str, opened: Opened) -> None:
    engine = opened("深度学习入门", f"深度学习 {sign} 别的")
    result = engine.search(f"深度学习 {sign} 入门")
    assert ids(result)[0] == "a"
    assert f"“{sign}” was ignored: it has no word" in [n.message for n in result.notes]


def test_unknown_article_is_named(shipped: SearchEngine) -> None:
    with pytest.raises(searchkit.ArticleNotFoundError, match="nowhere") as caught:
        shipped.article("nowhere")
    assert caught.value.hint


def test_what_was_asked_before_changes_no_answer(opened: Opened) -> None:
    """Words side by side, too, which are looked for in the documents of one page."""
    texts = [
        "甲乙丙",
        "丙丁。甲乙",
        "甲。乙",
        "丁丙乙甲",
        "甲乙",
        "memory leak",
        "leak",
    ]
    queries = ["甲 乙", "甲乙 丙", "乙 甲 丁", "memory leak", "leak OR 甲", "甲 -丙"]
    articles = [
        Article(f"{n:03}", "", f"{text}。{'字 ' * (n % 11)}")
        for n, text in enumerate(20 * texts)
    ]
    engine = opened(*articles)
    expected = [opened(*articles).search(query, limit=None).hits for query in queries]
    for limit in (1, 3, None):
        for _ in range(2):
            found = [engine.search(query, limit=limit).hits for query in queries]
            assert found == [hits[:limit] for hits in expected]


def test_one_text_is_asked_in_several_ways(opened: Opened) -> None:
    one = Article("a", "题", "RoPE (旋转位置编码) 甲", ("x",))
    engine = opened(one, Article("b", "题", "旋转位置编码 甲", ("y",)))
    query = "RoPE"
    assert [ids(engine.search(query, exact=e)) for e in (False, True, False)] == [
        ["a", "b"],
        ["a"],
        ["a", "b"],
    ]
    assert ids(engine.search(query, topics=("y",))) == ["b"]
    assert ids(engine.search(query)) == ["a", "b"]


def test_strict_query_raises_after_one_that_is_not(opened: Opened) -> None:
    engine = opened("甲")
    assert ids(engine.search("甲 (乙"))
    with pytest.raises(searchkit.QuerySyntaxError):
        engine.search("甲 (乙", strict=True)


def test_strict_query_raises(shipped: SearchEngine) -> None:
    with pytest.raises(searchkit.QuerySyntaxError):
        shipped.search("(注意力", strict=True)


def test_quotes_that_are_nowhere_do_not_empty_a_long_question(opened: Opened) -> None:
    engine = opened(Article("a", "Editors", "what you see while editing text"))
    question = 'articles on editors for editing text "what you see is what you get"'
    result = engine.search(question)
    assert ids(result) == ["a"]
    assert "what you see is what you get" in not_found(result)
    quoted = '"what you see is what you get"'
    assert ids(engine.search(f"editors editing text {quoted}")) == []
    assert ids(engine.search(f"editors while editing text {quoted}")) == ["a"]
    assert ids(engine.search(question.replace(' "', ' +"'))) == []


def test_words_of_a_long_question_need_no_blanks(opened: Opened) -> None:
    engine = opened(Article("a", "编辑器", "编辑文本时的显示"))
    assert ids(engine.search("编辑文本的编辑器怎么做到“所见即所得”")) == ["a"]
    assert ids(engine.search("编辑器“所见即所得”")) == []


def test_contractions_decide_nothing(opened: Opened) -> None:
    engine = opened(Article("a", "Parsers", "on parsers"), Article("b", "Id", "i d"))
    result = engine.search("I'd like's parsers")
    assert ids(result)[0] == "a"
    assert "I'd" not in result.hits[0].missing


def test_light_characters_beside_an_unknown_name(opened: Opened) -> None:
    engine = opened(Article("a", "榅桲", "榅桲是果树"), Article("b", "桃", "还是桃"))
    result = engine.search("榅桲还有什么")
    assert ids(result)[0] == "a"
    assert not {"榅桲", "榅桲还"} & set(result.hits[0].missing)


def test_a_row_of_characters_is_cut_at_its_particles(opened: Opened) -> None:
    rest = ("榅", "榅", "榅的", "于榅", "桲的", "桲")
    engine = opened("桃子，梨", "桃子，榅", *rest)
    assert ids(engine.search("榅的桃子")) == ["b", "a"]  # what holds 榅 seldom is 榅的
    assert ids(engine.search("桲的桃子"))[0] == "g"  # may be a word
    assert ids(engine.search("于榅桃子"))[0] == "f"  # or a name
    assert ids(engine.search("榅以桃子")) == ["b", "a"]  # stands nowhere
    assert ids(engine.search("榅的")) == ["e"]


def test_generics_are_found_as_they_are_written(opened: Opened) -> None:
    engine = opened("word2vec 的 t 值，vec 与 t", "`f(x: Vec<T>)`", "`Vec<Foo>`")
    assert ids(engine.search("Vec<T>")) == ["b"]
    assert ids(engine.search("Foo<Bar>")) == ["c"]  # stands nowhere, so its words
    assert ids(engine.search("logs <foo>")) == ["c"]


def test_british_and_american_spellings_are_one_word(opened: Opened) -> None:
    engine = opened("behaviour of optimisers", "behavior of optimizers")
    for query in ("behaviours", "optimizer behavior", "OPTIMISER"):
        assert {*ids(engine.search(query))} == {"a", "b"}
    assert ids(engine.search("behaviour"))[0] == "a"
    assert ids(engine.search('"behaviour"')) == ["a"]


def test_an_owner_is_a_form_of_its_name(opened: Opened) -> None:
    engine = opened("the logs of Envoy", "Envoy's logs", "logs")
    assert {*ids(engine.search("Envoy's"))} == {"a", "b"}
    assert {*ids(engine.search("envoy’s"))} == {"a", "b"}
    assert ids(engine.search('"Envoy\'s"')) == ["b"]


def test_the_colon_of_a_sentence_makes_no_name(opened: Opened) -> None:
    engine = opened("1.27：StatefulSet 删除", "StatefulSet in 1.27", "std::vector")
    assert {*ids(engine.search("1.27：StatefulSet"))} == {"a", "b"}
    assert ids(engine.search("std：：vector")) == ["c"]


@pytest.mark.parametrize("query", ["梯度 .", "梯度 *,", "梯度 e.g."])
def test_lone_signs_beside_words_are_nothing(opened: Opened, query: str) -> None:
    engine = opened("梯度", "句. e.g. *,")
    assert ids(engine.search(query))[:1] == ["a"]
    assert engine.search(query).hits[0].missing == ()


def test_a_closed_engine_says_so(tmp_path: Path) -> None:
    searchkit.build([Article("a", "A", "甲")], tmp_path)
    engine = searchkit.open(tmp_path)
    engine.search("甲")
    engine.close()
    engine.close()
    for call in (engine.search, engine.suggest, engine.article):
        with pytest.raises(ValueError, match="closed"):
            call("甲")


def test_an_engine_tells_its_index(tmp_path: Path) -> None:
    searchkit.build([Article("a", "一", "梯度")], tmp_path)
    with searchkit.open(tmp_path) as engine:
        assert repr(engine) == f"<SearchEngine on {str(tmp_path)!r}>"
    assert repr(engine).endswith(", closed>")


def test_characters_typed_with_blanks_between_them_are_words(opened: Opened) -> None:
    engine = opened("如何安装猫", "如果任何人安静地装好", "猫狗鱼鸟都安静", "狗")
    result = engine.search("如 何 安 装 猫")
    assert result.hits[0].doc_id == "a"
    assert "b" not in ids(result)
    assert "“如 何 安 装 猫” was read as “如何安装猫”" in told(result)
    assert ids(engine.search("如 何 安 装 猫", exact=True))[:2] == ["a", "b"]
    assert "“如 何 安 装” was read as “如何安装”" in told(engine.search("如 何 安 装"))
    for query in ("猫 狗 鱼 鸟", "如 何", "如 何 猫", "+如 +何 +安 +装"):
        assert not any("was read as" in note for note in told(engine.search(query)))


def test_a_field_that_a_blank_follows_is_a_word_with_a_hint(opened: Opened) -> None:
    engine = opened(Article("a", "安装", "安装"), "the title of 安装")
    assert told(engine.search("title: 安装"))[-1] == (
        "“title:” was searched; title: is a field if no blank follows it"
    )
    for query in ("title:安装", "安装 title:", "a: 安装"):
        assert not any("is a field" in note for note in told(engine.search(query)))


@pytest.mark.parametrize("query", ["*ctl", "kube*proxy", "the *args"])
def test_a_wildcard_where_there_is_none_is_noted(opened: Opened, query: str) -> None:
    notes = opened("kubectl, kube proxy, args").search(query).notes
    assert "*" in [note.part for note in notes if note.kind == "ignored"]


def test_three_patterns_are_searched(opened: Opened) -> None:
    result = opened("alpha beta gamma delta").search("alp* bet* gam* del*")
    assert [(note.kind, note.part) for note in result.notes] == [
        ("expanded", "alp*"),
        ("expanded", "bet*"),
        ("expanded", "gam*"),
        ("ignored", "del*"),
    ]


def test_a_prefix_may_be_of_a_name_of_letters_and_digits(opened: Opened) -> None:
    engine = opened("GPT-4o 标注", "GPT-5", "gpt 4")
    assert ids(engine.search("gpt-4*")) == ["a"]


def test_a_prefix_may_end_with_the_hyphen_of_a_name(opened: Opened) -> None:
    engine = opened("kubectl-convert", "kubectl.exe", "kubectl convert", "kube-proxy")
    result = engine.search("kubectl-*")
    assert ids(result) == ["a"]
    assert told(result) == ["“kubectl-*” was expanded to 1 term: kubectlconvert"]


@pytest.mark.parametrize("query", ['猫 -"狗鱼"', "猫 -(狗鱼)", "猫 -(狗鱼 OR 鸟鸣)"])
def test_whatever_is_excluded_is_said_to_be(opened: Opened, query: str) -> None:
    result = opened("猫", "猫和狗鱼", "狗鱼").search(query)
    assert ids(result) == ["a"]
    assert "without “狗鱼”: 2 articles have it" in told(result)


def test_what_lacks_a_word_can_be_excluded(opened: Opened) -> None:
    engine = opened("猫", "猫和鱼", "猫，狗，鱼")
    assert ids(engine.search("猫 -(狗 OR -鱼)")) == ["b"]


def test_one_of_several_alternatives_is_enough(opened: Opened) -> None:
    engine = opened("容器 docker", "容器 podman", "容器", "docker")
    hits = engine.search("容器 (docker OR podman)").hits
    assert {hit.doc_id: hit.missing for hit in hits} == {
        "a": (),
        "b": (),
        "d": ("容器",),
    }
    assert not any(hit.missing for hit in engine.search("docker OR podman").hits)


def test_an_alternative_of_several_words_may_lack_one(opened: Opened) -> None:
    engine = opened("容器 docker", "容器", "podman")
    hits = engine.search("docker 容器 OR podman").hits
    assert {hit.doc_id: hit.missing for hit in hits} == {
        "a": (),
        "b": ("docker", "podman"),
        "c": (),
    }


def test_titles_are_highlighted_where_no_snippets_are_shown(opened: Opened) -> None:
    titles = {
        "getUserName of GPT-4o": ("user gpt-4o", {"getUserName", "GPT-4o"}),
        "Networking 与網 絡": ("network 网络", {"Networking", "網 絡"}),
        "ＴＬＳ in C++ and café": ("tls c++ cafe", {"ＴＬＳ", "C++", "café"}),
        "深度学习的學習率": ('"学习率" 深度学习', {"學習率", "深度学习"}),
        "Normalization, normally": ("normal", {"Normalization", "normally"}),
        "旋转位置编码（RoPE）": ("rope", {"RoPE", "旋转位置编码"}),
    }
    index = opened(*[Article(title, title, "正文 text") for title in titles]).index_path
    bare = searchkit.Config(snippets_per_hit=0)
    with searchkit.open(index.parent, config=bare) as engine:
        for title, (query, expected) in titles.items():
            result = engine.search(query)
            assert marked(result, title) == expected


def test_what_a_hit_lacks_is_said_once(opened: Opened) -> None:
    (hit,) = opened("神经").search("神经網路／神经網路").hits
    assert hit.missing == ("網路",)


COMMON = ["kubernetes and 卷积神经网络"] * 60


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("kubenetes", "did you mean: kubernetes (60 articles)"),
        ("kubenetes and", "did you mean: kubernetes and (60 articles)"),
        ("卷机神经网络", "did you mean: 卷积神经网络 (60 articles)"),
    ],
)
def test_a_typing_error_that_stands_somewhere(
    opened: Opened, typed: str, hint: str
) -> None:
    engine = opened(
        *COMMON,
        "kubenetes 令牌卷机制",
        Article("title", "卷积神经网络", "卷积神经网络"),
    )
    result = engine.search(typed, limit=1)
    (said,) = [note.message for note in result.notes if note.kind == "hint"]
    assert said.replace("61", "60") == hint
    assert not any(note.kind == "corrected" for note in result.notes)
    assert engine.search(typed, correct=True).complete >= 60


def test_what_brings_no_more_articles_is_not_offered(opened: Opened) -> None:
    others = ["别的"] * 60  # so that it is no word that says nothing
    engine = opened(*COMMON, *others, "kubenetes 令牌", "kubernetes 令牌")
    assert not any(n.kind == "hint" for n in engine.search("kubenetes 令牌").notes)
    assert any(n.kind == "hint" for n in engine.search("kubenetes").notes)


def test_a_name_that_is_read_alike_is_corrected_once(opened: Opened) -> None:
    engine = opened(Article("a", "卷积神经网络", "卷积神经网络"), "神经网络", "卷积")
    result = engine.search("卷机神经网络", correct=True)
    corrected = [note.part for note in result.notes if note.kind == "corrected"]
    assert corrected == ["卷机神经网络"]


@pytest.mark.parametrize("typed", ['"kubenetes"', "kubernetes", "title:kubenetes x"])
def test_no_typing_error_is_guessed(opened: Opened, typed: str) -> None:
    result = opened(*COMMON, Article("title", "kubenetes", "x")).search(typed)
    assert not any(note.kind == "hint" for note in result.notes)


@pytest.mark.parametrize("operator", ["!=", "=>", "+=", "=="])
def test_an_operator_alone_is_searched_as_it_is_written(
    opened: Opened, operator: str
) -> None:
    engine = opened(f"`a {operator} b`", "`a = b`", "a b")
    assert ids(engine.search(operator)) == ["a"]
    assert ids(engine.search(f"a {operator} b"))[0] == "a"


def test_an_operator_that_stands_nowhere_is_its_sign(opened: Opened) -> None:
    assert ids(opened("`a = b`", "a b").search("!=")) == ["a"]


@pytest.mark.parametrize("between", ["vs", "vs.", "versus", "和"])
def test_nobody_lacks_the_word_for_a_comparison(opened: Opened, between: str) -> None:
    result = opened("猫很安静，狗很吵", "猫").search(f"猫 {between} 狗")
    assert result.complete == 1


def test_a_field_of_nothing_is_noted(opened: Opened) -> None:
    result = opened("猫").search("猫 title:()")
    assert told(result) == [
        "“猫” is in 1 article",
        "“title:()” was ignored: there is nothing in it",
    ]


def test_a_part_of_a_path_may_have_asterisks_around_it(opened: Opened) -> None:
    engine = opened(Article("notes/a.md", "甲", "猫"), Article("b.txt", "乙", "猫"))
    for query in ("猫 path:*.md", "猫 path:notes/*", "猫 -path:*.txt"):
        assert ids(engine.search(query)) == ["notes/a.md"]


def test_a_word_that_stands_elsewhere_is_not_said_to_be_mistyped(
    opened: Opened,
) -> None:
    engine = opened("print point", "```python\npoint\n```")
    not_there = "“print” was not found in any python code"
    assert not_there in told(engine.search("lang:python print"))
    assert "“prinf” was not found (like it: print)" in told(engine.search("prinf"))


def test_the_parts_of_a_name_are_said_as_they_were_typed(opened: Opened) -> None:
    result = opened("a TLS page").search("TLS／SSL")
    assert told(result)[0] == ("“TLS／SSL” was not found; searched instead: TLS, SSL")
    assert result.hits[0].missing == ("TLS／SSL", "SSL")


@pytest.mark.skipif(sys.platform == "win32", reason="has no fork")
def test_numpy_may_come_at_any_moment_of_a_search(shipped_index: Path) -> None:
    code = """
import os, sys, searchkit
from searchkit.engines import reader

engine = searchkit.open(sys.argv[1])
for power in range(6, 13):  # one lies between its work and twice as much
    reader.MOST_PLAIN = 2**power
    if not os.fork():
        found = engine.search("的 path:nowhere")
        assert (found.total, found.notes[-1].kind) == (0, "hint")
        os._exit(0)
    assert os.wait()[1] == 0, power
"""
    command = [sys.executable, "-c", code, str(shipped_index)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    "query", ["vec![1, 2]", "fill(1, 2)", "x[:, 0]", "Rc<RefCell<T>>", "错误: 找不到"]
)
def test_signs_as_they_were_typed_come_first(query: str, opened: Opened) -> None:
    apart = " 与 ".join(re.findall(r"\w+", query))
    result = opened(f"{apart}，这样写就行了", f"写成 {query}", "别的").search(query)
    assert ids(result)[0] == "b"
    assert "a" in ids(result)


def test_signs_between_words_need_not_be_there(opened: Opened) -> None:
    engine = opened("位置与旋转", "旋转位置", "别的")
    assert ids(engine.search("旋转、位置"))[0] == "b"


@pytest.mark.parametrize("address", ["::1", "p->next", "a||b"])
def test_signs_of_code_are_a_part_of_what_has_them(
    address: str, opened: Opened
) -> None:
    words = re.sub(r"\W+", " ", address)
    assert ids(opened(f"写 {words} 吧", f"写 {address} 吧").search(address)) == ["b"]


def test_a_word_of_the_question_is_not_missed(opened: Opened) -> None:
    result = opened("线程和进程的区别").search("有啥区别")
    assert not_found(result) == set()
    assert any(n.kind == "ignored" and n.part == "有啥" for n in result.notes)
    assert not_found(opened("线程").search("有啥")) == {"有啥"}


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("title:梯度", "title"),
        ("topic:梯度", "topic"),
        ("in:code 梯度", "code"),
        ("lang:py 梯度", "python code"),
    ],
)
def test_where_a_word_is_not_is_told(query: str, place: str, opened: Opened) -> None:
    assert f"“梯度” was not found in any {place}" in told(opened("梯度").search(query))


def test_where_a_word_is_counted_is_told(opened: Opened) -> None:
    engine = opened(Article("a", "梯度", "梯度"), Article("b", "别的", "梯度"))
    result = engine.search("title:梯度")
    assert "“梯度” is in the title of 1 article" in told(result)


def test_several_dates_hold_together(opened: Opened) -> None:
    days = [date(2022, 5, 1), date(2023, 5, 1), date(2024, 5, 1)]
    articles = [Article(str(day.year), "一", "梯度", date=day) for day in days]
    engine = opened(*articles)
    assert ids(engine.search("梯度 since:2024 date:2023")) == []
    assert ids(engine.search("梯度 since:2022 since:2023 until:2023-12")) == ["2023"]
    assert ids(engine.search("梯度 until:2023 until:2022")) == ["2022"]
    assert ids(engine.search("梯度 since:2023", since="2024")) == ["2024"]
    assert ids(engine.search("梯度 since:2024", since="2023")) == ["2024"]
    assert ids(engine.search("梯度 until:2023", until="2022")) == ["2022"]
    assert ids(engine.search("梯度 until:2022", until="2023")) == ["2022"]


def test_pinyin_as_an_input_method_leaves_it_is_read(opened: Opened) -> None:
    result = opened("容器", "rong and qi").search("rong'qi")
    assert ids(result) == ["a"]
    assert "“rong'qi” was read as pinyin: 容器" in told(result)


def test_a_contraction_is_found_as_it_is_typed(opened: Opened) -> None:
    assert ids(opened("it is here", "it's here").search("it's")) == ["b"]


@pytest.mark.parametrize("name", ["rope.md", "notes/rope.md", "notes/rope.md:12"])
def test_the_name_of_a_file_is_offered_as_a_path(name: str, opened: Opened) -> None:
    engine = opened(Article("notes/rope.md", "一", "旋转"), Article("b.md", "二", "md"))
    path = "path:" + name.partition(":")[0]
    assert f"did you mean: {path} (1 article)" in told(engine.search(name))
    assert ids(engine.search(path)) == ["notes/rope.md"]
    hints = [n.part for n in engine.search("nowhere.md").notes if n.kind == "hint"]
    assert hints == []


def test_no_word_of_a_formula_is_cut(opened: Opened) -> None:
    result = opened("a softmax", "$(X)_{ij}$ of $s o f$").search("softmax(X)_{ij}")
    assert "softmax" in {note.part for note in result.notes if note.kind == "searched"}
    assert not any("sof," in message for message in told(result))


def test_a_smaller_query_is_not_of_particles(opened: Opened) -> None:
    engine = opened(Article("a", "不是的", "甲"), Article("b", "存在", "乙"))
    hints = [
        n.part for n in engine.search("title:不存在的词").notes if n.kind == "hint"
    ]
    assert hints == ["title:存在"]
