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
    from searchkit.engines.reader import Summary
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
    found = []
    for row, score in page.rows:
        number, title, doc_id = row.number, row.title, row.doc_id
        shown: tuple[Snippet, ...] = ()
        sections: tuple[SectionHit, ...] = ()
        if count:  # else the stored text need not be read
            text = reader.page(number)
            matches = marks.in_body(number, text)
            shown = snippets(text, matches, count=count, characters=width)
            sections = best_sections(text, matches)
        folded = page.folded.get(number, ())
        hit = Hit(
            doc_id=doc_id,
            title=title,
            topics=row.topics,
            date=row.date,
            path=path_of(row, doc_id),
            score=score,
            snippets=shown,
            title_highlights=title_highlights(title, marks.in_title(number)),
            missing=missing[number],
            sections=sections,
            folded=tuple([reader.texts("doc_id")[other] for other in folded]),
        )
        found.append(hit)
    return tuple(found)
