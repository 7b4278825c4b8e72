"""`searchkit search`: what matches, in the form that is asked for."""

from __future__ import annotations

import click

from searchkit.cli import completion
from searchkit.cli.command_line import is_day
from searchkit.cli.options import with_index
from searchkit.cli.printable import printable
from searchkit.cli.request import SearchRequest, run_search
from searchkit.cli.words import QueryCommand
from searchkit.model import SORTS, Sort


def _day(_: click.Context, __: click.Parameter, typed: str | None) -> str | None:
    """What was typed, if it is a date, a month or a year."""
    if typed is None or is_day(typed):
        return typed
    message = f"{printable(typed)} is no date: 2024, 2024-01 or 2024-01-31."
    raise click.BadParameter(message)


@click.command(cls=QueryCommand)
@click.argument("query", nargs=-1, required=True)
@with_index
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=0),
    help="Hits to print; 0 is all.  [default: 10]",
)
@click.option(
    "--offset",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Hits to leave out first.",
)
@click.option(
    "--topic",
    "topics",
    metavar="T",
    multiple=True,
    shell_complete=completion.from_index(completion.topics),
    help="Only articles of this topic; of all, if given again.",
)
@click.option(
    "--since", metavar="D", callback=_day, help="From 2024, 2024-01 or 2024-01-31 on."
)
@click.option(
    "--until", metavar="D", callback=_day, help="Up to the end of such a date."
)
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    default="relevance",
    show_default=True,
    help="What comes first: the best or the newest.",
)
@click.option("--exact", is_flag=True, help="Only what is typed, by no other name.")
@click.option(
    "--collapse", is_flag=True, help="Fold copies and language twins into one hit."
)
@click.option(
    "--correct", is_flag=True, help="Search what words that hardly stand anywhere mean."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--paths", is_flag=True, help="Print one doc_id a line.")
def search(
    query: tuple[str, ...],
    index: str | None,
    limit: int | None,
    offset: int,
    topics: tuple[str, ...],
    since: str | None,
    until: str | None,
    sort: Sort,
    exact: bool,
    collapse: bool,
    correct: bool,
    as_json: bool,
    paths: bool,
) -> int:
    """Print the articles that match QUERY, best first.

    Words are joined by a blank; quotes that are meant for searchkit need others around
    them for the shell: '"旋转位置"'. A word with a dash is a word of the query unless
    it is an option of this command (-docker is NOT docker); after a lone -- all are.
    Status: 0 hits, 1 none, 2 error.

    \b
    QUERY  = any { ("OR" | "|") any }
    any    = { ["+" | "-" | "NOT"] item ["AND"] }
    item   = "(" QUERY ")" | [field ":"] value
    value  = "phrase" | prefix* | *infix* | term~ | $formula$ | text
    field  = title body topic path in lang since until date
    """
    if as_json and paths:
        raise click.UsageError("--json and --paths exclude each other.")
    request = SearchRequest(
        query=" ".join(query),
        index=index,
        limit=limit,
        offset=offset,
        topics=topics,
        since=since,
        until=until,
        sort=sort,
        exact=exact,
        collapse=collapse,
        correct=correct,
        as_json=as_json,
        paths=paths,
    )
    return run_search(request)
