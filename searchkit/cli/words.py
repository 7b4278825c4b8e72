"""Which words of a query only look like options?

A word that all but spells an option is refused with a did-you-mean, for a mistyped
option searched for as a word would answer another question. `command_line` says what
else is a word of the query.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches

import click

from searchkit.cli.command_line import limit_elsewhere, separate
from searchkit.cli.exits import say
from searchkit.cli.printable import printable

LOOKS_LIKE = 0.8  # `--limt` and `--topics` are typos; `--index-url` is a word


class QueryCommand(click.Command):
    """A command whose arguments are a query: dashes do not make a word an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options, words, taken_as_typed = separate(args, self._takes_value(ctx))
        if not ctx.resilient_parsing:  # completion must stay silent
            for word in _unknown_options(words):
                _note_or_refuse(word, self._takes_value(ctx), ctx)
            if meant := limit_elsewhere(options, words, taken_as_typed):
                _note_limit(*meant)
        everything = [*options, "--", *words, *taken_as_typed]
        if _lacks_value(options, self._takes_value(ctx)):
            everything = options  # else the dashes would be its value
        return super().parse_args(ctx, everything)

    def _takes_value(self, ctx: click.Context) -> dict[str, bool]:
        """Every option's names, and whether a value follows."""
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        return {name: not option.is_flag for option in options for name in option.opts}


def _lacks_value(options: Sequence[str], takes_value: Mapping[str, bool]) -> bool:
    """Whether no value follows the last option, which takes one."""
    rest = iter(options)
    return any(
        takes_value[name] and not given and next(rest, None) is None
        for name, given, _ in (option.partition("=") for option in rest)
    )


def _unknown_options(words: Sequence[str]) -> list[str]:
    return [word for word in words if word.startswith("--") and len(word) > 2]


def _note_or_refuse(word: str, known: Collection[str], ctx: click.Context) -> None:
    name = word.partition("=")[0]
    close = get_close_matches(name, list(known), n=1, cutoff=LOOKS_LIKE)
    if close:
        raise click.UsageError(
            f"There is no option {printable(name)}. Did you mean {close[0]}? "
            f"To search for {printable(name)}, put it after a lone `--`.",
            ctx,
        )
    say(f"searchkit: {printable(word)} is no option and is searched for as a word.")


def _note_limit(word: str, number: str) -> None:
    meant = f"Did you mean --limit {printable(number)}?"
    say(f"searchkit: {printable(word)} is no option but part of the query. {meant}")
