"""Why an article ranks where it does, as lines to read."""

from __future__ import annotations

from collections.abc import Iterator

from searchkit.cli.printable import printable
from searchkit.model import Explanation

_LINE_INDENT = 2  # of what does not fit
_SUM_INDENT = 14  # beside the numbers


def explanation_lines(
    explanation: Explanation, width: int | None = None
) -> Iterator[str]:
    """The lines of the explanation; none is wider than `width` columns."""
    lines = [printable(line) for line in explanation.lines]
    if width is None:
        yield from lines
        return
    from searchkit.cli.lines import hanging, shorten_middle

    path = printable(explanation.doc_id)
    first = lines[0].replace(path, shorten_middle(path, width), 1)
    yield from hanging(first, width, _LINE_INDENT)
    for line in lines[1:]:
        yield from hanging(line, width, _SUM_INDENT)
