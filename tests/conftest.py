"""What several tests need: indexes to look into, the scripts of the repository."""

import importlib.util
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

import searchkit
from searchkit import Article, Config, SearchEngine
from searchkit.corpus import bilingual_file

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # jieba's source is older than its Python
    import jieba  # noqa: F401, so that tests may import it

# Each example may build an index. HYPOTHESIS_PROFILE=long looks at many more of them;
# no example has a deadline, since machines are shared.
settings.register_profile("short", max_examples=30, deadline=None)
settings.register_profile("long", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))

bilingual_file.PACKAGE = "searchkit_no_such_dictionary"  # though one may be installed

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data"

Opened = Callable[..., SearchEngine]


def script(name: str) -> ModuleType:
    """A script of `scripts/` as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"scripts/{name}.py")
    assert spec
    assert spec.loader
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def shipped_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the articles that come with searchkit."""
    index = tmp_path_factory.mktemp("shipped") / "index"
    report = searchkit.build(ROOT / "corpus", index)
    assert report.failures == ()
    return index


@pytest.fixture(scope="session")
def shipped(shipped_index: Path) -> Iterator[SearchEngine]:
    with searchkit.open(shipped_index) as engine:
        yield engine


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Builds articles (or bodies, with ids a, b, c …) and opens the index."""
    engines: list[SearchEngine] = []

    def open_articles(
        *articles: Article | str, bilingual: str = "installed"
    ) -> SearchEngine:
        index = tmp_path / f"index{len(engines)}"
        made = [
            Article(chr(97 + number), f"第{number}篇", article)
            if isinstance(article, str)
            else article
            for number, article in enumerate(articles)
        ]
        searchkit.build(made, index, config=Config(bilingual=bilingual))
        engines.append(searchkit.open(index))
        return engines[-1]

    yield open_articles
    for engine in engines:
        engine.close()


def ids(result: searchkit.SearchResult) -> list[str]:
    return [hit.doc_id for hit in result.hits]


def summed(told: searchkit.Explanation) -> float:
    """The parts of an explained score together."""
    return sum(float(line[:10]) for line in told.lines[1:-1] if line[:10].strip())
