"""How does a person judge hits: what is shown, and which key does what?"""

from __future__ import annotations

import codecs
import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from searchkit.cli.exits import say
from searchkit.cli.plain import snippet_text
from searchkit.cli.printable import printable
from searchkit.evaluation.judging import Judging, Question

try:
    import termios
    import tty
except ImportError:  # a system without terminals of this kind: lines, not keys
    termios = None  # type: ignore[assignment]  # where there is none

_GRADES = "0123"
_TURN_S = 0.2
_PROMPT = "0-3 grade, s skip, n next query, u undo, q quit: "
_END = ("q", "\x04", "")  # Ctrl-D is a key where each key is handed over


def walk(judging: Judging) -> bool:
    """Asks until all is judged or the person stops; whether there was anything."""
    actions: dict[str, Callable[[], object]] = {
        "s": judging.skip,
        "n": judging.next_query,
        "u": judging.undo,
    }
    asked = None
    try:
        with _key_by_key():
            while (question := judging.question()) is not None:
                if question != asked:
                    _show(question, asked)
                asked = question
                key = _key()
                if key in _END:
                    break
                if key in _GRADES:
                    judging.grade(int(key))
                elif key in actions:
                    actions[key]()
                else:
                    say(f"{printable(key)!r} is none of the keys.")
    except KeyboardInterrupt:
        say("")
    grades = "1 grade" if judging.graded == 1 else f"{judging.graded} grades"
    say(f"{grades} written to {printable(str(judging.path))}.")
    return asked is not None


def _show(question: Question, before: Question | None) -> None:
    if before is None or before.query_id != question.query_id:
        click.echo(
            f"\n{printable(question.query_id)}  "
            + click.style(printable(question.query), bold=True)
        )
    hit = question.hit
    click.echo(f"\n{question.number}/{question.count}  {printable(hit.title)}")
    click.echo(f"   {printable(hit.doc_id)}")
    for snippet in hit.snippets:
        click.echo(f"   {snippet.line}: {snippet_text(snippet)}")


@contextmanager
def _key_by_key() -> Iterator[None]:
    """Lets a terminal hand over each key as it is pressed, all the time: what is typed
    ahead between two questions would be lost if it were switched back and forth."""
    if termios is None or not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin, termios.TCSADRAIN)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _pressed(terminal: int) -> str:
    """The next key, waited for in turns: a Ctrl-C that comes just before a read begins
    would be seen only when the read is over."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    key = ""
    while not key:
        if select.select([terminal], [], [], _TURN_S)[0]:
            byte = os.read(terminal, 1)
            key = decoder.decode(byte, final=not byte)
            if not byte:
                break
    return key


def _key() -> str:
    """The next key; where there is no terminal, the next line, empty at the end."""
    if termios is not None and sys.stdin.isatty():
        click.echo(_PROMPT, nl=False)
        key = _pressed(sys.stdin.fileno())
        click.echo(printable(key))
        return key.lower()
    line = sys.stdin.readline()
    return line.strip().lower() or ("" if not line else " ")
