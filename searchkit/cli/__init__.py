"""The terminal: how does one run of `searchkit` begin and end?

Each command parses, calls the library once and prints. Results go to standard output,
everything else to standard error. Nothing heavy is imported before a command needs it,
click included, so that Ctrl-C is caught from the first moment on.
"""

from __future__ import annotations

import os
import sys

from searchkit.cli.exits import (
    catch_termination,
    exit_status,
    leave,
    replace_unprintable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["main"]

COMPLETION_VARIABLE = "_SEARCHKIT_COMPLETE"
"""By which a shell asks for completions instead of a run."""


def main() -> NoReturn:
    """Runs the command line of this process and leaves with its exit status."""
    catch_termination()
    replace_unprintable()
    # No matrices are multiplied here, and numpy's library for that has a thread for
    # each core, which looks for work while numpy is imported: a third of its time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    leave(exit_status(_run))


def _run() -> int:
    if COMPLETION_VARIABLE not in os.environ:
        from searchkit.cli.command_line import quick_request

        request = quick_request(sys.argv[1:])
        if request is not None:
            from searchkit.cli.request import run_search

            return run_search(request)
    from searchkit.cli.program import program

    program.main(sys.argv[1:])
    return 0
