"""Full-text search for technical articles in mixed 中文 and English.

import searchkit

searchkit.build("corpus", "index")
with searchkit.open("index") as engine:
    for hit in engine.search("旋转位置编码 RoPE").hits:
        print(hit.title, hit.snippets[0].text)
"""

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
    "Snippet",
    "UnknownFieldError",
    "build",
    "open",
]
