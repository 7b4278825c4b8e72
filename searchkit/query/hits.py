"""What does a page of results say of each article?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from searchkit.engines.page import damage_told
from searchkit.model import Hit, SectionHit, Snippet
from searchkit.query.marks import Marks
from searchkit.query.sections import best_sections
from searchkit.query.snippet import snippets, title_highlights

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from _typeshed import StrPath

    from searchkit.config import Config
    from searchkit.engines.page import Page
    from searchkit.engines.search import Evaluation, Ranked
    from searchkit.query.marks import Matches

    Sections: TypeAlias = tuple[SectionHit, ...] | Callable[[], tuple[SectionHit, ...]]


def hits(
    evaluation: Evaluation,
    page: Ranked,
    config: Config,
    paths_of: Callable[[Sequence[int], Sequence[str]], Sequence[str | None]],
) -> tuple[Hit, ...]:
    """The hits of a page; `paths_of` tells from numbers and each `doc_id` where the
    files are.

    Raises: page.DAMAGE.
    """
    reader = evaluation.reader
    numbers = [row.number for row, _ in page.rows]
    missing = evaluation.missing_of_hits(numbers)
    count, width = config.snippets_per_hit, config.snippet_characters
    texts = reader.texts("doc_id")
    doc_ids = texts.several(numbers)
    titles = reader.texts("title").several(numbers)
    marks = Marks(evaluation, numbers, titles=None if count else titles)
    paths = paths_of(numbers, doc_ids)
    shown: list[tuple[Snippet, ...]] = [()] * len(numbers)
    sections: list[Sections] = [()] * len(numbers)
    if count:  # else the stored text need not be read
        # A step for all hits, then the next: that is faster than all steps for each.
        pages = reader.pages(numbers)
        found = [*map(marks.in_body, numbers, pages)]
        shown = [
            snippets(text, matches, count=count, characters=width)
            for text, matches in zip(pages, found, strict=True)
        ]
        sections = [
            partial(_sections, reader.path, text, matches) if matches.positions else ()
            for text, matches in zip(pages, found, strict=True)
        ]
    folded = {n: tuple(texts.several(others)) for n, others in page.folded.items()}
    return tuple(
        [
            Hit(
                doc_id=doc_id,
                title=title,
                topics=row.topics,
                date=row.date,
                path=path,
                score=score,
                snippets=fragments,
                title_highlights=title_highlights(title, marks.in_title(row.number)),
                missing=missing[row.number],
                sections=best,
                folded=folded.get(row.number, ()),
            )
            for (row, score), doc_id, title, path, fragments, best in zip(
                page.rows, doc_ids, titles, paths, shown, sections, strict=True
            )
        ]
    )


def _sections(path: StrPath, page: Page, matches: Matches) -> tuple[SectionHit, ...]:
    """The best sections of a hit, also after the engine was closed: what was not
    unpacked of its page stays mapped.

    Raises: IndexCorruptError.
    """
    with damage_told(path):
        return best_sections(page, matches)
