"""How many of all matches have each topic?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

TYPE_CHECKING = False
if TYPE_CHECKING:
    from searchkit.engines.search import Evaluation


class Facets(Mapping[str, Mapping[str, int]]):
    """How many of all matches have each topic, by "topic"; counted when asked for.

    Also after the engine was closed: what is needed is mapped as long as this lives.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        evaluation.finder.reader.keep_topics()

    @cached_property
    def _counts(self) -> Mapping[str, Mapping[str, int]]:
        return {"topic": self._evaluation.topic_counts()}

    def __getitem__(self, name: str) -> Mapping[str, int]:
        return self._counts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    def __repr__(self) -> str:
        return repr(self._counts)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled and copied are the counts, without the index behind them."""
        return dict, ({name: dict(counts) for name, counts in self._counts.items()},)
