"""The glossary as lines to read, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from searchkit.cli.printable import escaped_json, printable
from searchkit.model import GlossaryPair, GlossaryPlace
from searchkit.record import as_dict

_INDENT = " " * 8


def glossary_lines(
    pairs: Iterable[GlossaryPair], *, with_places: bool, width: int | None = None
) -> Iterator[str]:
    """A line a pair: the number of articles and both names; below, where they stand.

    None is wider than `width` columns: paths are shortened, texts go below them.
    """
    for pair in pairs:
        left, right = pair.names
        yield from _fitted(f"{pair.count:>6}  {left} = {right}", width)
        for place in pair.places if with_places else ():
            yield from _place_lines(place, width)


def _place_lines(place: GlossaryPlace, width: int | None) -> Iterator[str]:
    where, text = f"{place.doc_id}:{place.line}", place.text
    if width is None:
        yield printable(f"{_INDENT}{where}: {text}")
        return
    from searchkit.cli.lines import shorten_middle

    yield _INDENT + shorten_middle(printable(where), width - len(_INDENT))
    yield from _fitted(f"{_INDENT}  {text}", width)


def _fitted(line: str, width: int | None) -> Iterator[str]:
    if width is None:
        yield printable(line)
        return
    from searchkit.cli.lines import hanging

    yield from hanging(printable(line), width, len(_INDENT) + 2)


def glossary_json(pairs: Iterable[GlossaryPair]) -> str:
    """An array of objects with `names`, `count` and `places`."""
    value = [
        {**as_dict(pair), "places": [*map(as_dict, pair.places)]} for pair in pairs
    ]
    return escaped_json(json.dumps(value, ensure_ascii=False, indent=2))
