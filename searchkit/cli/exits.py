"""How does a run end: with which status, and what does it say if it failed?

0 hits or done, 1 nothing found, 2 an error: one sentence and, if there is one, what to
do next, on standard error. A reader who closed the pipe has what they wanted: that is
no error. `SEARCHKIT_DEBUG=1` lets the traceback of anything unforeseen out.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from collections.abc import Callable

from searchkit.cli.printable import printable
from searchkit.errors import SearchkitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

FOUND = DONE = 0
NONE_FOUND = 1
FAILED = 2
INTERRUPTED = 128 + signal.SIGINT
_FULL = (errno.ENOSPC, errno.EFBIG, errno.EIO)
_TERMINATIONS = ("SIGTERM", "SIGHUP")  # by name: not every system has a terminal's end


class Terminated(BaseException):
    """The process was asked to end; raised so that locks and cursors are put back."""

    def __init__(self, number: int = signal.SIGTERM) -> None:
        super().__init__()
        self.status = 128 + number


def catch_termination() -> None:
    """Makes a request to end raise `Terminated` here; processes forked later just end.

    What is ignored stays so, as nohup wants it.
    """
    owner = os.getpid()

    def handle(number: int, _: object) -> NoReturn:
        if os.getpid() != owner:
            os._exit(128 + number)
        raise Terminated(number)

    for name in _TERMINATIONS:
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, handle)


def replace_unprintable() -> None:
    """Makes a character the terminal's encoding lacks a `?` instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def exit_status(action: Callable[[], int]) -> int:
    """The status `action` returns or its failure stands for; failures are printed."""
    try:
        status = action()
        _flush()
        return status
    except BaseException as error:  # noqa: BLE001, the last place that can word it
        return _status_of(error)
    finally:
        try:  # noqa: SIM105, contextlib is a fiftieth of a search in a new process
            _flush()
        except (OSError, ValueError):  # it takes nothing more, or is closed
            pass


def _status_of(error: BaseException) -> int:
    if isinstance(error.__cause__, (KeyboardInterrupt, Terminated)):
        error = error.__cause__  # so Python 3.11 tells that a class was being made
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else DONE
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, Terminated):
        return error.status
    if isinstance(error, BrokenPipeError) and _has_reader_left():
        return DONE
    if not isinstance(error, Exception) or _is_unforeseen_and_debugged(error):
        raise error
    complain(*_words_for(error))
    return FAILED


def _is_unforeseen_and_debugged(error: Exception) -> bool:
    foreseen = isinstance(error, (SearchkitError, OSError, MemoryError))
    return not foreseen and os.environ.get("SEARCHKIT_DEBUG", "") not in ("", "0")


def _words_for(error: Exception) -> tuple[str, str]:
    """One sentence and what to do next."""
    if isinstance(error, SearchkitError):
        return str(error), error.hint
    if isinstance(error, OSError):
        return _words_for_system(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory.", "Fewer processes may do: --jobs 1."
    return (
        f"Something unforeseen went wrong: {type(error).__name__}: {error}",
        "Please report it with what SEARCHKIT_DEBUG=1 prints for the same command.",
    )


def _words_for_system(error: OSError) -> tuple[str, str]:
    reason = error.strerror or str(error) or type(error).__name__
    if error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {reason}.", ""
    if error.errno in _FULL:  # whatever else is written names its file
        made = f"The output could not be written: {reason}."
        return made, "Make room where it goes, or send it elsewhere."
    return f"{reason}.", ""


def complain(message: str, hint: str = "") -> None:
    """Prints `searchkit: message`, and below it the hint, on standard error."""
    lines = [f"searchkit: {printable(message)}"]
    if hint:
        lines.append(f"hint: {printable(hint)}")
    try:  # noqa: SIM105, as above
        say("\n".join(lines))
    except OSError:  # nobody is left to tell
        pass


def say(text: str) -> None:
    """Prints lines that are not results on standard error."""
    if sys.stderr is not None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _has_reader_left() -> bool:
    """Whether standard output is a pipe that nobody reads any more."""
    import select

    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)  # errors are always reported
        return bool(poll.poll(0))
    except (AttributeError, OSError, ValueError):  # no poll, no output, closed
        return False


def leave(status: int) -> NoReturn:
    """Ends the process at once.

    All is written, and what Python would tear down goes with the process: that takes a
    sixteenth of a search, in which an interrupt would end a build that is done as if it
    was not.
    """
    os._exit(status)
