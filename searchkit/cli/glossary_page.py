"""The glossary as lines to read, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from searchkit.cli.printable import escaped_json
from searchkit.model import GlossaryPair
from searchkit.record import as_dict


def glossary_lines(
    pairs: Iterable[GlossaryPair], *, with_places: bool
) -> Iterator[str]:
    """A line a pair: the number of articles and both names; below, where they stand."""
    for pair in pairs:
        left, right = pair.names
        yield f"{pair.count:>6}  {left} = {right}"
        for place in pair.places if with_places else ():
            yield f"        {place.doc_id}:{place.line}: {place.text}"


def glossary_json(pairs: Iterable[GlossaryPair]) -> str:
    """An array of objects with `names`, `count` and `places`."""
    value = [
        {**as_dict(pair), "places": [*map(as_dict, pair.places)]} for pair in pairs
    ]
    return escaped_json(json.dumps(value, ensure_ascii=False, indent=2))
