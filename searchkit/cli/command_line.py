"""Which words on the command line are options, and which are the query?

People search for `--help`, and `-docker` means NOT docker. So in `search` only what
names an option is one; all else is a word of the query, wherever it stands. After `--`
every word is the query's.

click costs as much as four bare starts of the interpreter, and a search is what people
wait for. So a command line of `search` that needs no help, no completion and no message
is read here; whatever is not plainly right is left to click, which words it. That both
read the same is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from searchkit.cli.request import SearchRequest
from searchkit.model import SORTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def quick_request(args: Sequence[str]) -> SearchRequest | None:
    """What a command line asks `search` for; None if click has to say.

    >>> quick_request(["search", "容器", "--limit", "5"]).limit
    5
    >>> quick_request(["search", "--help"]) is quick_request(["stats"]) is None
    True
    """
    if args[:1] != ["search"]:
        return None
    options, words, as_typed = separate(args[1:], TAKES_VALUE)
    dubious = any(word.startswith("--") for word in words)
    dubious = dubious or limit_elsewhere(options, words, as_typed) is not None
    if dubious or not (words or as_typed) or {"-h", "--help"} & {*options}:
        return None
    request: dict[str, Any] = {"query": " ".join([*words, *as_typed])}
    topics: list[str] = []
    try:
        for name, value in _pairs(options):
            if name == "--topic":
                topics.append(value)
            else:
                field, read = _OPTIONS[name]
                request[field] = read(value)
    except ValueError:
        return None
    if "as_json" in request and "paths" in request:
        return None
    return SearchRequest(**request, topics=tuple(topics))


def separate(
    args: Sequence[str], takes_value: Mapping[str, bool]
) -> tuple[list[str], list[str], list[str]]:
    """`args` as options with their values, words, and the words after `--`.

    >>> separate(["容器", "-docker", "--limit", "5"], {"--limit": True})
    (['--limit', '5'], ['容器', '-docker'], [])
    """
    options: list[str] = []
    words: list[str] = []
    rest = iter(args)
    for arg in rest:
        if arg == "--":
            break
        name, has_value, _ = arg.partition("=")
        if name not in takes_value:
            words.append(arg)
            continue
        options.append(arg)
        if takes_value[name] and not has_value:
            options += _next_one(rest)
    return options, words, list(rest)


def limit_elsewhere(
    options: Sequence[str], words: Sequence[str], as_typed: Sequence[str]
) -> tuple[str, str] | None:
    """What other programs are told by how much to print, and how much: the `-n 5` or
    `-5` that a query ends with. None where `--limit` tells it, or is known not to.

    >>> limit_elsewhere([], ["容器", "-n", "5"], [])
    ('-n', '5')
    >>> limit_elsewhere([], ["容器", "-5"], [])
    ('-5', '5')
    """
    if as_typed or any(option.startswith("--limit") for option in options):
        return None
    before, last = ["", "", *words][-2:]
    if last.startswith("-") and last[1:].isdecimal():
        return last, last[1:]
    is_letter = before.startswith("-") and len(before) == 2 and before[1].isalpha()
    return (before, last) if is_letter and last.isdecimal() else None


def _next_one(rest: Iterator[str]) -> list[str]:
    return [value for value in [next(rest, None)] if value is not None]


def is_day(typed: str) -> bool:
    """Whether a text is a date, a month or a year.

    >>> is_day("2024-02"), is_day("2024-02-30"), is_day("soon")
    (True, False, False)
    """
    from searchkit.query.dates import date_range

    return date_range(typed) is not None


def _pairs(options: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each option with its value; a flag has an empty one.

    Raises: ValueError for one that has none where it should, or one too many.
    """
    rest = iter(options)
    for option in rest:
        name, given, value = option.partition("=")
        if TAKES_VALUE[name] and not given:
            found = next(rest, None)
            if found is None:
                raise ValueError(name)
            value = found
        elif given and not TAKES_VALUE[name]:
            raise ValueError(name)
        yield name, value


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit()):
        raise ValueError(typed)
    return int(typed)


def _day(typed: str) -> str:
    if not is_day(typed):
        raise ValueError(typed)
    return typed


def _sort(typed: str) -> str:
    if typed not in SORTS:
        raise ValueError(typed)
    return typed


def _text(typed: str) -> str:
    return typed


def _yes(_: str) -> bool:
    return True


_OPTIONS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "--index": ("index", _text),
    "--limit": ("limit", _number),
    "--offset": ("offset", _number),
    "--since": ("since", _day),
    "--until": ("until", _day),
    "--sort": ("sort", _sort),
    "--exact": ("exact", _yes),
    "--collapse": ("collapse", _yes),
    "--correct": ("correct", _yes),
    "--json": ("as_json", _yes),
    "--paths": ("paths", _yes),
}
TAKES_VALUE = {name: read is not _yes for name, (_, read) in _OPTIONS.items()}
TAKES_VALUE |= {"--topic": True, "--help": False, "-h": False}
"""Every option of `search` that is read here or left to click, and whether a value
follows it."""
