"""Who shows a long page: the user's `PAGER`, less, or just the terminal?"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import PurePath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.text import Text

DEFAULT_PAGER = "less -R"
LESS_OPTIONS = "FR"  # leave if it all fits, let colours through
LINES_ABOVE = 2  # of the first match, so that its heading may be seen


def show_lines(lines: Iterable[Text], *, first: int = 1) -> None:
    """Shows lines on the terminal; a pager that is less starts at line `first`."""
    text = _with_escapes(lines)
    command = _pager()
    if command is None:
        sys.stdout.write(text)
        return
    if PurePath(command[0]).name == "less" and first > 1 + LINES_ABOVE:
        command.append(f"+{first - LINES_ABOVE}")
    _page_through(command, text)


def _with_escapes(lines: Iterable[Text]) -> str:
    """The lines as this terminal takes them: with its colours, or without."""
    from searchkit.cli.page import terminal

    console = terminal()
    with console.capture() as capture:
        for line in lines:
            console.print(line, no_wrap=True, overflow="ignore", crop=False)
    return capture.get()


def _pager() -> list[str] | None:
    """The command to run, or None where there is none or the terminal cannot page."""
    with suppress(ValueError):  # quotes that do not close
        command = shlex.split(os.environ.get("PAGER", DEFAULT_PAGER))
        is_dumb = os.environ.get("TERM", "dumb") == "dumb"
        if command and not is_dumb and shutil.which(command[0]):
            return command
    return None


def _page_through(command: list[str], text: str) -> None:
    """Runs the pager until the reader leaves it; Ctrl-C is the pager's meanwhile."""
    environment = {"LESS": LESS_OPTIONS, "LESSCHARSET": "utf-8", **os.environ}
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as pager:
            assert pager.stdin is not None
            with suppress(BrokenPipeError):  # the reader left early
                pager.stdin.write(text.encode("utf-8", "replace"))
                pager.stdin.close()
    finally:
        signal.signal(signal.SIGINT, before)
