"""What does searchkit find for the queries of a collection?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from searchkit.config import Config
from searchkit.errors import CollectionError, IndexStoreError
from searchkit.evaluation.collection import Collection, read_articles
from searchkit.model import BuildReport, Progress, ProgressCallback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.api import SearchEngine

DEPTH = 1000  # hits of a query that a run keeps, as TREC does


@contextmanager
def index_folder(kept: Path | None) -> Iterator[Path]:
    """The folder of an index: `kept`, or a temporary one that is gone afterwards."""
    if kept:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="searchkit-") as temporary:
        yield Path(temporary) / "index"


def build_collection(
    collection: Collection,
    index: Path,
    config: Config,
    *,
    progress: ProgressCallback | None = None,
) -> BuildReport:
    """Brings the index of a collection's articles up to date.

    Raises: CollectionError (also if `index` is that of other articles, which would be
    lost), CorpusError, ConfigError, IndexStoreError.
    """
    from searchkit.api import build

    corpus = collection.corpus
    indexed = _indexed_folder(index)
    if indexed and indexed.resolve() != corpus.resolve():
        raise CollectionError(
            f"The index in {index} is of {indexed} and not of the collection.",
            path=index,
            hint="Choose another folder with --index, or leave it out.",
        )
    return build(
        corpus if corpus.is_dir() else read_articles(corpus),
        index,
        jobs=config.jobs or None,
        config=config,
        progress=progress,
    )


def _indexed_folder(index: Path) -> Path | None:
    """The folder whose articles an index has; None if it has none, or no index is."""
    from searchkit.api import open as open_index

    try:
        with open_index(index) as engine:
            return engine.corpus_path
    except IndexStoreError:
        return None  # nothing that a build would take away


def run_queries(
    engine: SearchEngine,
    queries: Mapping[str, str],
    query_ids: Iterable[str],
    *,
    progress: ProgressCallback | None = None,
) -> dict[str, tuple[str, ...]]:
    """The first `DEPTH` doc_ids for each query, searched as if it were typed."""
    chosen = tuple(query_ids)
    run = {}
    for done, query_id in enumerate(chosen):
        if progress:
            progress(Progress("searching", done, len(chosen), 0, 0))
        hits = engine.search(queries[query_id], limit=DEPTH).hits
        run[query_id] = tuple(hit.doc_id for hit in hits)
    return run
