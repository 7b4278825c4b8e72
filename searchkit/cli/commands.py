"""What can be asked of `searchkit`? One short function a command.

Each reads its settings, calls the library once, prints, and returns the exit status.
The library and rich are imported where they are used, so that help comes at once.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from pathlib import Path

import click

from searchkit.cli import completion
from searchkit.cli.evaluation_commands import evaluate, judge
from searchkit.cli.exits import DONE, FAILED, FOUND, NONE_FOUND, complain
from searchkit.cli.opening import find_article, open_engine, places, settings
from searchkit.cli.options import with_index
from searchkit.cli.printable import printable
from searchkit.cli.request import is_terminal, utf8
from searchkit.cli.search_command import search
from searchkit.config import load_config
from searchkit.errors import REBUILD, IndexLockedError
from searchkit.model import IndexStats


def _seconds(_: click.Context, __: click.Parameter, given: float) -> float:
    """What was given, unless it is no number: `nan` is in every range."""
    if math.isnan(given):
        raise click.BadParameter("nan is no number of seconds.")
    return given


@click.command()
@click.argument("corpus", required=False, type=click.Path())
@with_index
@click.option("--full", is_flag=True, help="Analyse every article anew.")
@click.option("--quiet", is_flag=True, help="Say only what went wrong; for cron.")
@click.option(
    "--strict",
    is_flag=True,
    help="Keep the old index if any article is skipped or noticed.",
)
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(0, 1024),
    help="Processes; 0 is one a core.  [default: 0]",
)
@click.option(
    "--wait",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    callback=_seconds,
    default=0,
    help="Wait so long for another build to end.  [default: 0]",
)
@click.option(
    "--rollback", is_flag=True, help="Have the index before the last build answer."
)
def build(
    corpus: str | None,
    index: str | None,
    full: bool,
    quiet: bool,
    strict: bool,
    jobs: int | None,
    wait: float,
    rollback: bool,
) -> int:
    """Bring the index up to date with the folder CORPUS.

    CORPUS is `corpus` unless it is configured. The index answers as before until the
    new one is complete. Articles that cannot be read are named and skipped.
    """
    from searchkit.cli.building import build_with_bar, summary

    if rollback and (corpus or full or strict or jobs or wait):
        raise click.UsageError("--rollback builds nothing: it goes with --index only.")
    config = settings(corpus=corpus, index=index, jobs=jobs)
    if rollback:
        return _roll_back(Path(config.index), quiet=quiet)
    try:
        report = build_with_bar(
            config, full=full, strict=strict, quiet=quiet, wait_s=wait
        )
    except IndexLockedError as error:
        if not quiet:
            raise
        complain(str(error))
        return DONE
    if not quiet:
        click.echo(summary(report))
    return DONE


def _roll_back(index: Path, *, quiet: bool) -> int:
    from searchkit.engines.generations import read_manifest
    from searchkit.engines.publishing import rollback

    generation = rollback(index)
    if not quiet:
        built_at = read_manifest(generation).built_at
        click.echo(printable(f"{generation} answers, built {built_at}"))
    return DONE


@click.command()
@click.argument("doc_id", shell_complete=completion.from_index(completion.doc_ids))
@click.option("--query", metavar="Q", help="Highlight what matches Q, and begin there.")
@with_index
def show(doc_id: str, query: str | None, index: str | None) -> int:
    """Print an article: a page on a terminal, else its Markdown.

    DOC_ID is what `search --paths` prints; the path of the file does, too. PAGER is
    the pager, `less -R` if it is not set.
    """
    from searchkit.cli.article_page import article_page, article_source

    with open_engine(settings(index=index)) as engine:
        article = find_article(engine, doc_id)
        if not is_terminal():
            click.echo(article_source(article))
            return DONE
        from searchkit.cli.page import terminal
        from searchkit.cli.pager import show_lines

        matches = engine.matches(query, article.doc_id) if query else ()
        path = places(engine).shown(article.doc_id, article.path)
        lines, first = article_page(article, path, matches, terminal())
    show_lines(lines, first=first)
    return DONE


@click.command()
@with_index
def topics(index: str | None) -> int:
    """Print every topic and its number of articles, most first."""
    with open_engine(settings(index=index)) as engine:
        counts = engine.stats().topics
    for topic, count in counts.items():
        click.echo(f"{count:>6}  {printable(topic)}")
    return DONE


@click.command()
@click.argument("prefix")
@with_index
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Completions to print.",
)
def suggest(prefix: str, index: str | None, limit: int) -> int:
    """Print how PREFIX may go on, best first. Status: 0 some, 1 none, 2 error."""
    with open_engine(settings(index=index)) as engine:
        completions = engine.suggest(utf8(prefix), limit=limit)
    for text in completions:
        click.echo(printable(text))
    return FOUND if completions else NONE_FOUND


@click.command()
@click.argument("query")
@click.argument("doc_id", shell_complete=completion.from_index(completion.doc_ids))
@with_index
def explain(query: str, doc_id: str, index: str | None) -> int:
    """Print why an article ranks where it does.

    Or why QUERY does not match it. DOC_ID as in `show`; both in quotes if need be.
    """
    from searchkit.cli.explanation_page import explanation_lines

    with open_engine(settings(index=index)) as engine:
        explanation = engine.explain(utf8(query), find_article(engine, doc_id).doc_id)
    for line in explanation_lines(explanation, _width()):
        click.echo(line)
    return DONE


def _width() -> int | None:
    """The columns of the terminal that is printed on, if there is one."""
    if not is_terminal():
        return None
    from searchkit.cli.page import terminal_width

    return terminal_width()


@click.command()
@with_index
@click.option(
    "--why", metavar="TERM", help="Only pairs with TERM, and where they stand."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def glossary(index: str | None, why: str | None, as_json: bool) -> int:
    """Print the names that mean the same.

    And how many articles say so, the most first.

    `search` looks for all names of what is typed. Status: 0 some, 1 none, 2 error.
    """
    from searchkit.cli.glossary_page import glossary_json, glossary_lines

    with open_engine(settings(index=index)) as engine:
        pairs = engine.glossary(utf8(why) if why is not None else None)
    if as_json:
        click.echo(glossary_json(pairs).encode("utf-8"))
    else:
        for line in glossary_lines(pairs, with_places=why is not None, width=_width()):
            click.echo(line)
    return FOUND if pairs else NONE_FOUND


@click.command()
@with_index
def stats(index: str | None) -> int:
    """Print the size and the versions of the index."""
    with open_engine(settings(index=index)) as engine:
        for name, value in _stats_rows(engine.stats()):
            click.echo(f"{name:<16}{printable(value)}")
    return DONE


def _stats_rows(stats: IndexStats) -> Iterator[tuple[str, str]]:
    yield "articles", f"{stats.documents:,}"
    yield "topics", f"{len(stats.topics):,}"
    yield "terms", f"{stats.terms:,}"
    yield "text", _size(stats.text_bytes)
    yield "index", _size(stats.size_bytes)
    yield "corpus", stats.corpus or "not a folder"
    yield "built", stats.built_at
    yield "generation", str(stats.generation)
    yield "format", str(stats.format_version)
    yield "analyzer", stats.analyzer


def _size(size_bytes: int) -> str:
    """`5.9 MB`, in powers of 1,000."""
    size, unit = float(size_bytes), "bytes"
    for larger in ("kB", "MB", "GB"):
        if size >= 1000:
            size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"


@click.command()
@with_index
@click.option(
    "--against-text",
    "strings",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    help="Also search N strings drawn from the articles, and scan for them.",
)
@click.option(
    "--seed",
    metavar="S",
    type=int,
    default=1,
    show_default=True,
    help="Which strings are drawn.",
)
def check(index: str | None, strings: int, seed: int) -> int:
    """Verify every file of the index. Status: 0 sound, 2 problems, a line each."""
    from searchkit.cli.building import check_bar

    configured = settings(index=index)
    with open_engine(configured) as engine:
        with check_bar() as told:
            problems = list(engine.check(told))
        articles = engine.stats().documents
    if strings:
        problems += _differences(configured.index, strings, seed)
    for problem in problems:
        click.echo(printable(problem))
    if problems:
        count = len(problems)
        complain(f"The index has {count} problem{'s' * (count != 1)}.", REBUILD)
        return FAILED
    click.echo(f"sound: {articles} article{'s' * (articles != 1)}")
    return DONE


def _differences(index: str, strings: int, seed: int) -> Iterator[str]:
    """What search and scan do not agree on, a line each."""
    from searchkit.evaluation.completeness import compare_with_text

    result = compare_with_text(index, strings, seed=seed)
    click.echo(
        f"{result.strings} strings in quotes, {result.absent} of them nowhere, "
        f"{result.found} finds: {len(result.disagreements)} differ from a scan"
    )
    for one in result.disagreements:
        yield f'"{one.wanted}": missed {one.missed[:3]}, too many {one.extra[:3]}'


@click.command()
@with_index
def config(index: str | None) -> int:
    """Print every setting, its value and where it comes from."""
    _, loaded = load_config(os.environ, "")
    origins = {**loaded, "index": "--index"} if index else loaded
    in_force = settings(index=index)
    for name, origin in origins.items():
        value = getattr(in_force, name)
        if isinstance(value, tuple):  # as searchkit.toml has it
            value = json.dumps(value, ensure_ascii=False)
        click.echo(f"{name:<20}{printable(str(value)):<20} {printable(origin)}")
    return DONE


COMMANDS = (
    build,
    search,
    show,
    topics,
    suggest,
    explain,
    glossary,
    stats,
    check,
    evaluate,
    judge,
    config,
)
