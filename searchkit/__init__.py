"""Full-text search for technical articles in mixed 中文 and English.

import searchkit

searchkit.build("corpus", "index")
with searchkit.open("index") as engine:
    for hit in engine.search("旋转位置编码 RoPE").hits:
        print(hit.title, hit.snippets[0].text)

A name is imported when it is first used: a search in a new process needs few of them.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.api import SearchEngine, build, open
    from searchkit.config import Config
    from searchkit.errors import (
        ArticleNotFoundError,
        CollectionError,
        ConfigError,
        CorpusError,
        IndexCorruptError,
        IndexFormatError,
        IndexLockedError,
        IndexNotFoundError,
        IndexStoreError,
        QueryError,
        QuerySyntaxError,
        SearchkitError,
        UnknownFieldError,
    )
    from searchkit.model import (
        Article,
        BuildReport,
        Explanation,
        GlossaryPair,
        GlossaryPlace,
        Hit,
        IndexStats,
        Note,
        Progress,
        SearchResult,
        SectionHit,
        Snippet,
    )

__all__ = [
    "Article",
    "ArticleNotFoundError",
    "BuildReport",
    "CollectionError",
    "Config",
    "ConfigError",
    "CorpusError",
    "Explanation",
    "GlossaryPair",
    "GlossaryPlace",
    "Hit",
    "IndexCorruptError",
    "IndexFormatError",
    "IndexLockedError",
    "IndexNotFoundError",
    "IndexStats",
    "IndexStoreError",
    "Note",
    "Progress",
    "QueryError",
    "QuerySyntaxError",
    "SearchEngine",
    "SearchResult",
    "SearchkitError",
    "SectionHit",
    "Snippet",
    "UnknownFieldError",
    "build",
    "open",
]


def __getattr__(name: str) -> object:
    """A public name, from the module that has it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    for module in ("api", "config", "errors", "model"):
        found = import_module(f"{__name__}.{module}")
        if name in found.__dict__:
            globals()[name] = found.__dict__[name]
            return found.__dict__[name]
    raise AttributeError(name)


def __dir__() -> list[str]:
    return sorted(__all__)
