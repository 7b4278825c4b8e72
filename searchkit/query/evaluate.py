"""What does a query come to, with what is asked beside it?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from searchkit.analysis.folding import fold
from searchkit.engines.finder import Finder
from searchkit.engines.plan import Filters
from searchkit.engines.search import Evaluation
from searchkit.model import Note
from searchkit.query.parser import parse
from searchkit.query.planner import plan_query
from searchkit.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date

    from searchkit.engines.reader import GenerationReader


@record
class Conditions:
    """What is asked beside a query: topics, all of them needed, and inclusive days.

    With `exact` no other name of what was typed is searched, with `strict` a query that
    does not parse is an error.
    """

    topics: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    exact: bool = False
    strict: bool = False


NO_CONDITIONS = Conditions()


def evaluate(
    query: str, conditions: Conditions, reader: GenerationReader
) -> tuple[Evaluation, tuple[Note, ...]]:
    """The evaluation of a query, and what there is to say about its parts.

    Raises: QueryError only if it is to be strict.
    """
    parsed, ignored = parse(query, strict=conditions.strict)
    finder = Finder(reader)
    planned, notes = plan_query(parsed, finder, exact=conditions.exact)
    if conditions.topics or conditions.since or conditions.until:
        topics = _folded(conditions.topics)
        filters = _narrowed(planned.filters, topics, conditions)
        planned = replace(planned, filters=filters)
        notes = (*notes, *_unknown(topics, reader))
    return Evaluation(finder, planned), (*notes, *ignored)


def _narrowed(
    filters: Filters, topics: tuple[str, ...], conditions: Conditions
) -> Filters:
    """The filters of a query, and the conditions, too."""
    firsts = [day for day in (filters.since, conditions.since) if day]
    lasts = [day for day in (filters.until, conditions.until) if day]
    return replace(
        filters,
        topics=topics,
        since=max(firsts, default=None),
        until=min(lasts, default=None),
    )


def _unknown(topics: Iterable[str], reader: GenerationReader) -> Iterator[Note]:
    """A note for each folded topic that no article has."""
    names = reader.topic_names
    known = dict(zip(_folded(names), names, strict=True))
    for topic in topics:
        if topic not in known:
            from difflib import get_close_matches

            close = [known[name] for name in get_close_matches(topic, known)]
            like = f" (like it: {', '.join(close)})" if close else ""
            yield Note("filtered", topic, f"“{topic}” is no topic{like}")


def _folded(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(fold(text).text for text in texts)
