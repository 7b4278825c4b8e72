"""`searchkit evaluate` and `searchkit judge`: how good is the ranking, who says so?"""

from __future__ import annotations

from pathlib import Path

import click

from searchkit.cli.exits import DONE, NONE_FOUND
from searchkit.cli.opening import settings
from searchkit.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.cli.evaluation_page import Evaluated
    from searchkit.evaluation.collection import Collection
    from searchkit.evaluation.trec import Run

with_corpus = click.option(
    "--corpus",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder of articles to search instead of the collection's own.",
)
with_kept_index = click.option(
    "--index",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder to keep the collection's index in.  [default: a temporary one]",
)


@click.command()
@click.argument(
    "collections",
    metavar="COLLECTION...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@with_corpus
@with_kept_index
@click.option(
    "--run",
    "written",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write what was found as a TREC run.",
)
@click.option(
    "--read-run",
    "read",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Score the TREC run in FILE instead of searching.",
)
@click.option(
    "--against",
    metavar="RUN",
    type=click.Path(path_type=Path),
    help="Compare with the TREC run in RUN, query by query.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def evaluate(
    collections: tuple[Path, ...],
    corpus: Path | None,
    index: Path | None,
    written: Path | None,
    read: Path | None,
    against: Path | None,
    as_json: bool,
) -> int:
    """Print how well searchkit ranks the articles of test collections.

    A COLLECTION is a folder with corpus.jsonl ({"id", "title", "text"} a line),
    queries.tsv (id, text) and qrels.tsv (query id, doc_id, grade); queries and qrels
    may be TREC's. Each mean stands over its 95 % confidence interval. With several
    collections FILE and RUN are folders, with a NAME.run for each.
    """
    from searchkit.cli.evaluation_page import evaluation_json, evaluation_lines
    from searchkit.evaluation.collection import read_collection

    several = len(collections) > 1
    if several and (index or corpus):
        raise click.UsageError("--index and --corpus take a single COLLECTION.")
    if read and (written or index):
        raise click.UsageError("--read-run searches nothing: no --run, no --index.")
    if several and written:
        written.mkdir(parents=True, exist_ok=True)
    known = [read_collection(folder, corpus=corpus) for folder in collections]
    results = []
    for collection in known:
        paths = [
            path / f"{collection.name}.run" if path and several else path
            for path in (written, read, against)
        ]
        evaluated = _evaluated(collection, index, *paths)
        if not as_json:
            click.echo("\n".join(evaluation_lines(evaluated)))
        results.append(evaluated)
    if as_json:
        click.echo(evaluation_json(results).encode("utf-8"))
    return DONE


def _evaluated(
    collection: Collection,
    index: Path | None,
    written: Path | None,
    read: Path | None,
    against: Path | None,
) -> Evaluated:
    from searchkit.cli.evaluation_page import Evaluated
    from searchkit.errors import CollectionError
    from searchkit.evaluation.report import changes, scores_by_kind
    from searchkit.evaluation.trec import read_run, write_run

    if not collection.judged():
        raise CollectionError(
            f"No query of {collection.name} has a relevant article.",
            path=collection.corpus,
            hint="`searchkit judge` writes judgements.",
        )
    other = read_run(against) if against else None
    run = read_run(read) if read else _search(collection, index)
    if written:
        write_run(written, run)
    return Evaluated(
        collection,
        scores_by_kind(collection, run),
        changes(collection, run, other) if other is not None else None,
    )


def _search(collection: Collection, index: Path | None) -> Run:
    import searchkit
    from searchkit.cli.building import build_bar, tell_failures
    from searchkit.evaluation import runner

    config = replace(settings(), snippets_per_hit=0)
    with runner.index_folder(index) as folder:
        with build_bar() as progress:
            report = runner.build_collection(
                collection, folder, config, progress=progress
            )
        tell_failures(report)
        with searchkit.open(folder, config=config) as engine, build_bar() as progress:
            return runner.run_queries(
                engine, collection.queries, collection.judged(), progress=progress
            )


@click.command()
@click.argument("collection", type=click.Path(path_type=Path))
@with_corpus
@with_kept_index
@click.option(
    "--depth",
    metavar="N",
    type=click.IntRange(min=1, max=1000),
    default=10,
    show_default=True,
    help="Hits of each query to judge.",
)
def judge(collection: Path, corpus: Path | None, index: Path | None, depth: int) -> int:
    """Show hits and write the grades you give them.

    COLLECTION is a folder with queries.tsv (id, tab, query a line) and corpus.jsonl,
    or a folder of articles named by --corpus. Grades go to its qrels.tsv at once: stop
    when you like, what has a grade is not asked again. Status: 0 done, 1 no hits.

    \b
    0 1 2 3    the grade: 0 is not relevant, 3 answers the query fully
    s          skip this hit       n    on to the next query
    u          undo the last       q    stop (as Ctrl-C or the end of input)
    """
    import searchkit
    from searchkit.cli.building import build_bar, tell_failures
    from searchkit.cli.judge_walk import walk
    from searchkit.evaluation import runner
    from searchkit.evaluation.collection import read_collection
    from searchkit.evaluation.judging import Judging

    known, config = read_collection(collection, corpus=corpus), settings()
    with runner.index_folder(index) as folder:
        with build_bar() as progress:
            report = runner.build_collection(known, folder, config, progress=progress)
        tell_failures(report)
        with searchkit.open(folder, config=config) as engine:
            judging = Judging(
                collection / "qrels.tsv",
                known.qrels,
                known.queries,
                lambda query: engine.search(query, limit=depth).hits,
            )
            return DONE if walk(judging) else NONE_FOUND
