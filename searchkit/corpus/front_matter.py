"""What does the author say about the article before it begins?

YAML between `---` lines or TOML between `+++` lines, at the very start. Only plain
values are read: no tags, and no YAML aliases, of which ten lines can hold a gigabyte.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from datetime import date, datetime

import yaml

from searchkit.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_FENCES = {"---": frozenset({"---", "..."}), "+++": frozenset({"+++"})}
_TOPIC_KEYS = ("topics", "tags", "categories")
_DATE = re.compile(r"\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DEEPEST = 100  # lists in lists; libyaml's loader crashes at some thousand
_NESTING = "[{-:?"  # every list or mapping in YAML needs one of its own
_TOML_LINE = re.compile(r"at line (\d+)")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@record
class FrontMatter:
    """What was said. `lines` is how many lines of the text it takes; 0: there is none.

    `warning` names what could not be used; the rest is used all the same.
    """

    title: str = ""
    topics: tuple[str, ...] = ()
    date: date | None = None
    aliases: tuple[str, ...] = ()
    lines: int = 0
    warning: str | None = None


class _UnreadableError(ValueError):
    """The block is no YAML or no TOML; `line` counts from its first fence."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(problem)
        self.line = line


def read_front_matter(text: str) -> FrontMatter:
    """The front matter of a text with `\\n` line ends.

    A text that begins with a `---` rule has none: its block does not end, or what is
    in it is not a mapping.
    """
    opening, _, rest = text.partition("\n")
    opening = opening.rstrip()
    if opening not in _FENCES:
        return FrontMatter()
    content = _lines_until(rest, _FENCES[opening])
    if content is None:
        return FrontMatter()
    taken = len(content) + 2
    try:
        values = _load(opening, "\n".join(content))
    except _UnreadableError as error:
        if not any(":" in line or "=" in line for line in content):
            return FrontMatter()
        problem = f"front matter: {error} in line {error.line}; indexed without it"
        return FrontMatter(lines=taken, warning=problem)
    if values is None and not "".join(content).strip():
        return FrontMatter(lines=taken)
    if not isinstance(values, dict):
        return FrontMatter()
    return _from_mapping(values, taken)


def _lines_until(text: str, closings: frozenset[str]) -> list[str] | None:
    content: list[str] = []
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end]
        if line.rstrip() in closings:
            return content
        content.append(line)
        start = end + 1
    return None


def _load(fence: str, content: str) -> object:
    return _load_toml(content) if fence == "+++" else _load_yaml(content)


def _load_yaml(content: str) -> object:
    try:
        if "*" in content or sum(map(content.count, _NESTING)) > _DEEPEST:
            _refuse_traps(content)
        return yaml.load(content, _PlainLoader)
    except _UnreadableError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 2 if mark else 1
        raise _UnreadableError(error.problem or "not YAML", line) from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise _UnreadableError("not YAML", 1) from error


def _refuse_traps(content: str) -> None:
    """Raise where there is an alias, or nesting that libyaml's loader crashes on."""
    depth = 0
    for event in yaml.parse(content, _PlainLoader):
        line = event.start_mark.line + 2 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise _UnreadableError("an alias (`*name`)", line)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _UnreadableError(f"more than {_DEEPEST} levels", line)


class _PlainLoader(_Loader):  # type: ignore[misc]  # the base is C or Python
    """YAML's safe subset with dates left as they are written."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if not tag.endswith(":timestamp")]
    for first, rules in _Loader.yaml_implicit_resolvers.items()
}


def _load_toml(content: str) -> object:
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        # The line is in no attribute before Python 3.14; "end of document" has none.
        match = _TOML_LINE.search(str(error))
        line = int(match.group(1)) if match else content.count("\n") + 1
        raise _UnreadableError("not TOML", line + 1) from error
    except (RecursionError, ValueError) as error:
        raise _UnreadableError("not TOML", 1) from error


def _from_mapping(values: Mapping[Any, object], lines: int) -> FrontMatter:
    values = {str(key).lower(): value for key, value in values.items()}
    written = values.get("date", values.get("datetime"))
    when = _date(written)
    is_lost = when is None and written not in (None, "")
    return FrontMatter(
        title=_text(values.get("title")),
        topics=_topics(values),
        date=when,
        aliases=_names(values.get("aliases", values.get("alias"))),
        lines=lines,
        warning=_no_date(written) if is_lost else None,
    )


def _text(value: object) -> str:
    is_plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return " ".join(str(value).split()) if is_plain else ""


def _topics(values: Mapping[str, object]) -> tuple[str, ...]:
    """The topics under the first key that has any; Hugo keeps them in a table."""
    tables = [values, values.get("taxonomies"), values.get("extra")]
    for table in tables:
        if isinstance(table, dict):
            for key in _TOPIC_KEYS:
                if names := _names(table.get(key)):
                    return names
    return ()


def _names(value: object) -> tuple[str, ...]:
    """A list, or a string with commas, as distinct names in the order written."""
    parts: Iterable[object] = ()
    if isinstance(value, str):
        parts = re.split("[,，]", value)
    elif isinstance(value, list):
        parts = value
    elif _text(value):
        parts = (value,)
    return tuple(dict.fromkeys(name for part in parts if (name := _text(part))))


def _no_date(written: object) -> str:
    return f"front matter: {written!s:.40} is no date; indexed without it"


def _date(value: object) -> date | None:
    """The day that is meant, in the author's own time zone."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    match = _DATE.match(str(value))
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None
