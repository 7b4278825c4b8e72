"""What is `searchkit`? The group of all commands, and their way to an exit status."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from difflib import get_close_matches

import click

from searchkit.cli import completion
from searchkit.cli.commands import COMMANDS
from searchkit.cli.exits import DONE, FAILED, complain, exit_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HELP_NAMES = {"help_option_names": ["-h", "--help"]}


class Program(click.Group):
    """A group whose commands return an exit status, and whose errors are one line."""

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> Any:
        """Runs a command and raises SystemExit with its status."""
        if completion.answer(self):
            sys.exit(DONE)
        arguments = list(sys.argv[1:] if args is None else args)
        sys.exit(exit_status(lambda: self._status(arguments)))

    def _status(self, arguments: list[str]) -> int:
        typed = [*arguments]  # click takes away what it has read
        try:
            with self.make_context(completion.PROGRAM, arguments) as context:
                return self.invoke(context) or DONE
        except click.exceptions.Exit as leaving:  # after --help and --version
            return leaving.exit_code
        except click.UsageError as error:
            complain(error.format_message(), self._hint(error, typed))
            return FAILED

    def _hint(self, error: click.UsageError, typed: Sequence[str]) -> str:
        """What to type instead."""
        first, usual = typed[0], "`{} --help` shows what there is."
        if first in self.commands:
            return usual.format(f"{completion.PROGRAM} {first}")
        if isinstance(error, click.NoSuchOption):
            known = {
                o for c in self.commands.values() for p in c.params for o in p.opts
            }
            if error.option_name in known:
                return f"{error.option_name} belongs behind the name of a command."
        elif not get_close_matches(first, self.commands):
            return f"`{shlex.join([completion.PROGRAM, 'search', *typed])}` searches."
        return usual.format(completion.PROGRAM)


@click.group(
    cls=Program,
    name=completion.PROGRAM,
    context_settings=HELP_NAMES,
    invoke_without_command=True,
    epilog="Settings: flags, SEARCHKIT_* variables, searchkit.toml; see `config`.",
)
@click.version_option(package_name="searchkit", message="%(prog)s %(version)s")
@click.pass_context
def program(context: click.Context) -> None:
    """Full-text search for technical articles in mixed 中文 and English.

    \b
    searchkit build                      index the folder `corpus`
    searchkit search 旋转位置编码 RoPE    ranked articles, matches highlighted
    searchkit show attention/rope.md     read one of them
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@program.command("completion")
@click.argument("shell", type=click.Choice(completion.SHELLS))
def print_completion(shell: str) -> None:
    """Print the completion script of a shell.

    For bash: eval "$(searchkit completion bash)" in ~/.bashrc; likewise for zsh. For
    fish: searchkit completion fish > ~/.config/fish/completions/searchkit.fish
    """
    click.echo(completion.script(shell, program))


for command in COMMANDS:
    program.add_command(command)
