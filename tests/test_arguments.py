"""What becomes of arguments that the signatures do not allow, through the public names.

Each is refused by a sentence that names it; what numpy or pathlib mean by a number or a
path is taken.
"""

import pickle
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Opened, ids

import searchkit
from searchkit import Article, Config, SearchEngine

ARTICLE = Article("a", "RoPE", "旋转位置编码 attention", ("nlp",))


@pytest.fixture
def engine(opened: Opened) -> SearchEngine:
    return opened(ARTICLE, Article("b", "B", "attention", ("nlp", "ml")))


@pytest.mark.parametrize("wrong", [None, b"rope", 3, True, ["rope"], Path("rope")])
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("query", lambda engine, wrong: engine.search(wrong)),
        ("query", lambda engine, wrong: engine.explain(wrong, "a")),
        ("query", lambda engine, wrong: engine.matches(wrong, "a")),
        ("prefix", lambda engine, wrong: engine.suggest(wrong)),
        ("doc_id", lambda engine, wrong: engine.explain("rope", wrong)),
        ("doc_id", lambda engine, wrong: engine.matches("rope", wrong)),
        ("doc_id", lambda engine, wrong: engine.article(wrong)),
        ("each of topics", lambda e, wrong: e.search("a", topics=("nlp", wrong))),
    ],
)
def test_a_text_is_a_string(
    engine: SearchEngine, name: str, call: Callable[..., object], wrong: object
) -> None:
    said = re.escape(f"{name} is a string, not {wrong!r}")
    with pytest.raises(TypeError, match=f"^{said}$"):
        call(engine, wrong)


def test_a_name_of_the_glossary_is_a_string(engine: SearchEngine) -> None:
    with pytest.raises(TypeError, match="term is a string, not 3"):
        engine.glossary(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["3", b"3", 3.0, float("nan"), [3]])
@pytest.mark.parametrize("name", ["limit", "offset"])
def test_a_count_is_a_whole_number(engine: SearchEngine, name: str, wrong: Any) -> None:
    said = re.escape(f"{name} is a whole number, not {wrong!r}")
    with pytest.raises(TypeError, match=f"^{said}$"):
        engine.search("rope", **{name: wrong})
    if name == "limit":
        with pytest.raises(TypeError, match=f"^{said}$"):
            engine.suggest("r", limit=wrong)


@pytest.mark.parametrize("many", [np.int64(2), True, 10**30])
def test_a_count_may_be_another_integer(engine: SearchEngine, many: Any) -> None:
    assert ids(engine.search("attention", limit=many))[0] == "b"
    assert engine.suggest("r", limit=many)[0] == "RoPE"


def test_topics_may_be_any_iterable_of_strings(engine: SearchEngine) -> None:
    for topics in (["ml"], {"ml"}, np.array(["ml"]), iter(["ml"])):
        assert ids(engine.search("attention", topics=topics)) == ["b"]
    # The query as typed finds nothing: the filter holds for what is searched then, too.
    result = engine.search("atention", topics=iter(["ml"]), correct=True)
    assert ids(result) == ["b"]


@pytest.mark.parametrize("wrong", [None, "nlp", b"nlp", 3])
def test_topics_are_several(engine: SearchEngine, wrong: Any) -> None:
    said = re.escape(f"topics is an iterable of strings, not {wrong!r}")
    with pytest.raises(TypeError, match=f"^{said}$"):
        engine.search("rope", topics=wrong)


@pytest.mark.parametrize("wrong", [2024, b"2024", True, ["2024"], "soon", ""])
def test_a_date_is_told_from_anything_else(engine: SearchEngine, wrong: Any) -> None:
    with pytest.raises(ValueError, match="not a date"):
        engine.search("rope", since=wrong)


@pytest.mark.parametrize("wrong", [None, b"index", 3, ["index"]])
def test_an_index_is_a_path(wrong: Any) -> None:
    said = re.escape(f"index is the path of a folder, not {wrong!r}")
    for call in (searchkit.open, lambda index: searchkit.build([ARTICLE], index)):
        with pytest.raises(TypeError, match=f"^{said}$"):
            call(wrong)


@pytest.mark.parametrize("wrong", ["", "a\0b"])
def test_a_folder_has_a_name(wrong: str, tmp_path: Path) -> None:
    calls: tuple[tuple[str, Callable[[], object]], ...] = (
        ("index", lambda: searchkit.open(wrong)),
        ("index", lambda: searchkit.build([ARTICLE], wrong)),
        ("corpus", lambda: searchkit.build(wrong, tmp_path)),
    )
    for name, call in calls:
        with pytest.raises(ValueError, match=f"^{name} is the path of a folder, not"):
            call()


@pytest.mark.parametrize("wrong", [None, 3, b"corpus", ARTICLE])
def test_a_corpus_is_a_folder_or_articles(wrong: Any, tmp_path: Path) -> None:
    said = "^corpus is a folder or an iterable of searchkit.Article, not "
    with pytest.raises(TypeError, match=said):
        searchkit.build(wrong, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"jobs": "2"}, "jobs is a whole number, not '2'"),
        ({"jobs": 2.5}, "jobs is a whole number, not 2.5"),
        ({"wait_s": "2"}, "wait_s is a number of seconds, not '2'"),
        ({"wait_s": None}, "wait_s is a number of seconds, not None"),
        ({"wait_s": float("nan")}, "wait_s is 0 or more, not nan"),
        ({"wait_s": -1}, "wait_s is 0 or more, not -1"),
        ({"config": "x"}, "config is a searchkit.Config, not 'x'"),
    ],
)
def test_options_of_a_build(options: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(said)}$"):
        searchkit.build([ARTICLE], tmp_path, **options)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"snippets_per_hit": -1}, "must be 0 or more, not -1"),
        ({"snippet_characters": "9"}, "must be a whole number, not '9'"),
        ({"jobs": False}, "must be a whole number, not False"),
        ({"glossary": None}, "must be a text in quotes, not None"),
        ({"dictionaries": "words.txt"}, "must be a list of paths"),
    ],
)
def test_settings_of_a_program_are_checked_like_those_of_the_file(
    settings: Any, said: str, engine: SearchEngine
) -> None:
    (name,) = settings
    config = Config(**settings)
    index = engine.index_path.parent
    for call in (
        lambda: searchkit.open(index, config=config),
        lambda: searchkit.build([ARTICLE], index, config=config),
    ):
        with pytest.raises(searchkit.ConfigError, match=f"^{name} in .* {said}") as it:
            call()
        assert it.value.hint.startswith(f"{name} is: ")


def test_paths_in_settings_may_be_paths(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("旋转位置编码\n", "utf-8")
    config = Config(dictionaries=[words])  # type: ignore[arg-type]
    index = tmp_path / "index"
    searchkit.build([ARTICLE], index, config=config)
    with searchkit.open(index, config=config) as opened:
        assert ids(opened.search("旋转位置编码")) == ["a"]


def test_a_setting_that_names_no_file_is_refused(tmp_path: Path) -> None:
    device = "/dev/zero"
    if not Path(device).exists():
        pytest.skip("has no such device")
    for settings in (
        {"dictionaries": (device,)},
        {"glossary": device},
        {"bilingual": device},
    ):
        config = Config(**settings)  # type: ignore[arg-type]
        with pytest.raises(searchkit.ConfigError, match="/dev/zero cannot be read"):
            searchkit.build([ARTICLE], tmp_path / "index", config=config)


def test_an_engine_is_not_pickled(engine: SearchEngine) -> None:
    with pytest.raises(TypeError, match="open the index in each process"):
        pickle.dumps(engine)


def test_closing_while_others_search_is_no_damage(engine: SearchEngine) -> None:
    engines = [searchkit.open(engine.index_path.parent) for _ in range(200)]
    said: list[str] = []

    def search() -> None:
        for one in engines:
            try:
                one.search("attention rope")
            except Exception as error:  # noqa: BLE001, PERF203
                said.append(str(error))

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for one in engines:
        one.close()
    for thread in threads:
        thread.join()
    assert {words.partition(";")[0] for words in said} == {"the engine is closed"}


def test_a_topic_that_an_article_names_twice_counts_once(opened: Opened) -> None:
    engine = opened(Article("a", "A", "word", ("nlp", "ml", "nlp")))
    assert engine.search("word").facets["topic"] == {"nlp": 1, "ml": 1}
    assert engine.stats().topics == {"nlp": 1, "ml": 1}


@pytest.mark.parametrize("wrong", [-5, 10**30, True, "3"])
def test_lines_before_a_body_are_a_number_of_lines(wrong: Any, tmp_path: Path) -> None:
    articles = [ARTICLE, Article("x", "X", "word", line_offset=wrong)]
    report = searchkit.build(articles, tmp_path)
    ((name, why),) = report.failures
    assert (name, report.added) == ("x", 1)
    assert why.startswith("its line_offset is no whole number from 0 to ")


def test_a_build_removes_no_file_but_its_own(tmp_path: Path) -> None:
    (tmp_path / "notes.new").write_text("mine", "utf-8")
    (tmp_path / "folder.new").mkdir()
    left_by_a_build_that_died = tmp_path / "articles.new"
    left_by_a_build_that_died.write_text("", "utf-8")
    searchkit.build([ARTICLE], tmp_path)
    assert (tmp_path / "notes.new").read_text("utf-8") == "mine"
    assert (tmp_path / "folder.new").is_dir()
    assert not left_by_a_build_that_died.exists()


def test_articles_that_end_in_an_error_leave_nothing(engine: SearchEngine) -> None:
    def articles() -> Iterator[Article]:
        yield Article("c", "C", "new")
        raise RuntimeError("mine")

    index = engine.index_path.parent
    before = sorted(path.name for path in index.iterdir())
    with pytest.raises(RuntimeError, match="mine"):
        searchkit.build(articles(), index)
    assert sorted(path.name for path in index.iterdir()) == before
    assert engine.refresh() is engine


@pytest.mark.parametrize("wrong", ["2024-00", "2024-0-1", "2024-01-00", "0000"])
def test_no_month_or_day_is_numbered_0(engine: SearchEngine, wrong: str) -> None:
    with pytest.raises(ValueError, match="not a date"):
        engine.search("rope", until=wrong)
