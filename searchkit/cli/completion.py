"""What can the word at the cursor become? Never an error, never a message."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

import click
from click.shell_completion import get_completion_class, shell_complete

from searchkit.cli import COMPLETION_VARIABLE
from searchkit.cli.printable import printable
from searchkit.config import load_config

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.api import SearchEngine

PROGRAM = "searchkit"
VARIABLE = COMPLETION_VARIABLE
SHELLS = ("bash", "zsh", "fish")

Completer = Callable[[click.Context, click.Parameter, str], list[str]]


def script(shell: str, program: click.Command) -> str:
    """What the shell is to evaluate."""
    completion = get_completion_class(shell)
    assert completion is not None  # click has all of SHELLS
    return completion(program, {}, PROGRAM, VARIABLE).source()


def answer(program: click.Command) -> bool:
    """Prints the completions, if that is what the shell asks for in this run."""
    instruction = os.environ.get(VARIABLE)
    if not instruction:
        return False
    try:
        shell_complete(program, {}, PROGRAM, VARIABLE, instruction)
    except Exception:  # noqa: BLE001, a message would land in the user's command line
        return True
    return True


def topics(engine: SearchEngine) -> Iterable[str]:
    """The topics of the index's articles."""
    return engine.stats().topics


def doc_ids(engine: SearchEngine) -> Iterable[str]:
    """The `doc_id` of each of its articles."""
    return engine.doc_ids()


def from_index(values: Callable[[SearchEngine], Iterable[str]]) -> Completer:
    """A completer with those of `values` that begin with what is typed."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
        import searchkit

        try:
            index = ctx.params.get("index") or load_config(os.environ, "")[0].index
            with searchkit.open(index) as engine:
                found = [v for v in values(engine) if v.startswith(incomplete)]
        except Exception:  # noqa: BLE001, no completion is the right answer
            return []
        return [value for value in found if printable(value) == value]

    return complete
