"""What does a page of results say of each article?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from searchkit.model import Hit, SectionHit, Snippet
from searchkit.query.marks import Marks
from searchkit.query.sections import best_sections
from searchkit.query.snippet import snippets, title_highlights

if TYPE_CHECKING:
    from searchkit.config import Config
    from searchkit.engines.reader import GenerationReader, Summary
    from searchkit.engines.search import Evaluation, Ranked


def hits(
    evaluation: Evaluation,
    page: Ranked,
    config: Config,
    path_of: Callable[[Summary, str], str | None],
) -> tuple[Hit, ...]:
    """The hits of a page; `path_of` tells where the file of a `doc_id` is.

    Raises: page.DAMAGE.
    """
    reader = evaluation.reader
    numbers = [row.number for row, _ in page.rows]
    missing = evaluation.missing_of_hits(numbers)
    marks = Marks(evaluation, numbers)
    count, width = config.snippets_per_hit, config.snippet_characters
    doc_ids = reader.texts("doc_id").several(numbers)
    titles = reader.texts("title").several(numbers)
    shown: list[tuple[Snippet, ...]] = [()] * len(numbers)
    sections: list[tuple[SectionHit, ...]] = [()] * len(numbers)
    if count:  # else the stored text need not be read
        # A step for all hits, then the next: that is faster than all steps for each.
        pages = [reader.page(number) for number in numbers]
        found = [*map(marks.in_body, numbers, pages)]
        shown = [
            snippets(text, matches, count=count, characters=width)
            for text, matches in zip(pages, found, strict=True)
        ]
        sections = [*map(best_sections, pages, found)]
    return tuple(
        [
            Hit(
                doc_id=doc_id,
                title=title,
                topics=row.topics,
                date=row.date,
                path=path_of(row, doc_id),
                score=score,
                snippets=fragments,
                title_highlights=title_highlights(title, marks.in_title(row.number)),
                missing=missing[row.number],
                sections=best,
                folded=_folded(reader, page, row.number),
            )
            for (row, score), doc_id, title, fragments, best in zip(
                page.rows, doc_ids, titles, shown, sections, strict=True
            )
        ]
    )


def _folded(reader: GenerationReader, page: Ranked, number: int) -> tuple[str, ...]:
    """The `doc_id` of what is folded into a document of the page."""
    others = page.folded.get(number)
    return tuple(reader.texts("doc_id").several(others)) if others else ()
