"""What does a reader see of a text without markup?

Paragraphs parted by blank lines. Nothing is taken away: this is also how an article
is read that another reader gave up on. A text may be code: the name that a line defines
heads what follows, and is in the zone of headings.
"""

from __future__ import annotations

import re

from searchkit.corpus.builder import VisibleTextBuilder
from searchkit.model import VisibleText

# nDCG@10 of cosqa, functions of Python alone, dev and test (300 queries each): .376 and
# .399 with their names as any word, .396 and .419 so; of its other queries: .396 and
# .381, .401 and .403.
_DEFINITION = re.compile(
    r"""\s*(?:(?:abstract|async|const|default|export|final|private|protected|pub|public
            |static|unsafe)\s+)*
        (?:class|def|fn|func|function|interface|struct|trait)\s+
        (?:\([^)]*\)\s*)?  # what a method of Go belongs to
        (?P<name>\w+)\s*[(<:{]""",
    re.VERBOSE,
)


def read_plain(body: str, *, line_offset: int = 0) -> VisibleText:
    """Every line of the body, a block for each run of lines that are not blank."""
    builder = VisibleTextBuilder(line_offset=line_offset)
    for number, line in enumerate(body.split("\n"), start=1):
        if not line.strip():
            builder.end()
            continue
        builder.soft_break()
        builder.line(number)
        if defined := _DEFINITION.match(line):
            start, end = defined.span("name")
            builder.prose(line[:start])
            builder.name(line[start:end])
            builder.prose(line[end:])
        else:
            builder.prose(line)
    return builder.build()
