"""How does Markdown with formulas and Chinese become lines for a terminal?

Rich lays it out; three things are mended. Formulas are kept as they were typed, for
Markdown would eat their backslashes. Paragraphs are wrapped beside Han characters, not
only at blanks. And what an entity such as `&#27;` decodes to is made printable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown, Paragraph
from rich.text import Text

from searchkit.cli.lines import wrap
from searchkit.cli.printable import printable, printable_lines

_CODE_OR_MATH = re.compile(
    r"^[ \t]*(?P<fence>`{3,}|~{3,}).*?(?:^[ \t]*(?P=fence)[`~]*|\Z)"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)(?P=ticks)(?!`)"
    r"|^(?P<indent>[ \t]*)\$\$(?P<display>(?:(?!\n\s*\n).)+?)\$\$[ \t]*$"
    r"|(?P<math>\$\$(?:(?!\n\s*\n).)+?\$\$|(?<![\\$])\$(?![\s$])[^$\n]*?(?<![\s\\])\$)",
    re.MULTILINE | re.DOTALL,
)
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


class _WrappedParagraph(Paragraph):
    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        for line in self.text.split("\n"):
            for start, end in wrap(line.plain, options.max_width):
                yield line[start:end]


class _ArticleMarkdown(Markdown):
    elements = {**Markdown.elements, "paragraph_open": _WrappedParagraph}  # noqa: RUF012, as rich has it


def markdown_lines(source: str, console: Console) -> Iterator[Text]:
    """`source` laid out in the console's width, a `Text` for each line."""
    page = _ArticleMarkdown(_with_math_kept(printable_lines(source)), hyperlinks=False)
    for segments in console.render_lines(page, pad=False):
        pieces = ((printable(piece.text), piece.style or "") for piece in segments)
        yield Text.assemble(*pieces)


def _with_math_kept(source: str) -> str:
    return _CODE_OR_MATH.sub(_keep, source)


def _keep(match: re.Match[str]) -> str:
    """Code as it is; `$$` on lines of its own as code; signs in `$` escaped."""
    if match["display"] is not None:
        indent, formula = match["indent"], match["display"].strip("\n")
        return f"{indent}```latex\n{indent}{formula.strip()}\n{indent}```"
    if match["math"] is not None:
        return _PUNCTUATION.sub(r"\\\1", match["math"])
    return match[0]
