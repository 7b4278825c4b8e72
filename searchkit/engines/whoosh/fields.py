"""Which fields does Whoosh see in a generation, and how does it ask for them?

A field is a stretch of each document's row of atoms (or its row of formulas), so its
terms are the index's terms and a phrase is consecutive atoms. Whoosh's own query parser
reaches them through `QueryAnalyzer`. Nothing can be written through these fields.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from whoosh.analysis import Analyzer, Token
from whoosh.fields import ID, STORED, FieldType, Schema
from whoosh.filedb.filestore import ReadOnlyError
from whoosh.formats import Format

from searchkit.analysis.analyzer import Word, words
from searchkit.analysis.chinese import JIEBA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

SEARCH_FIELDS = ("alias", "address", "body", "math", "title", "topic")


class Occurrences(Format):
    """A posting's value: its positions as native unsigned 32-bit integers."""

    def decode_frequency(self, value: bytes) -> int:
        return len(value) // 4

    def decode_weight(self, value: bytes) -> float:
        return float(len(value) // 4)

    def decode_positions(self, value: bytes) -> list[int]:
        return array("I", value).tolist()

    def decode_position_boosts(self, value: bytes) -> list[tuple[int, int]]:
        return [(position, 1) for position in self.decode_positions(value)]


class QueryAnalyzer(Analyzer):
    """searchkit's analysis as Whoosh's query parser asks for it.

    A value without state, so that it can be stored with the schema. `chars` is asked
    for by Whoosh for phrases alone.
    """

    def __eq__(self, other: object) -> bool:
        return isinstance(other, QueryAnalyzer)

    def __hash__(self) -> int:
        return hash(QueryAnalyzer)

    def __call__(
        self, value: str, *, chars: bool = False, **options: Any
    ) -> Iterator[Any]:
        token = Token(chars=chars, positions=True, boosts=True)
        position = 0
        for word in words(value):
            for text in word.atoms if chars else _terms(word):
                token.text, token.original, token.boost = text, text, 1.0
                token.pos, token.stopped = position, False
                token.startchar, token.endchar = word.start, word.end
                position += 1
                yield token


def _terms(word: Word) -> tuple[str, ...]:
    """The word itself if it is in the dictionary, else its atoms."""
    is_term = word.kind == "han" and JIEBA.knows(word.folded)
    return (word.folded,) if is_term else word.atoms


class SearchField(FieldType):
    """A field of analysed text with positions."""

    def __init__(self, *, stored: bool = False) -> None:
        self.format = Occurrences()
        self.analyzer = QueryAnalyzer()
        self.scorable = True
        self.indexed = True
        self.stored = stored
        self.unique = False
        self.spelling = False
        self.vector = None
        self.multitoken_query = "default"
        self.column_type = None

    def index(self, value: Any, **options: Any) -> NoReturn:
        refuse()


def refuse() -> NoReturn:
    """Raises: Whoosh's ReadOnlyError, for whatever would change a generation."""
    raise ReadOnlyError(
        "An index of searchkit cannot be changed through Whoosh: "
        "change the articles and run `searchkit build`."
    )


def schema() -> Schema:
    """The fields of every generation."""
    return Schema(
        title=SearchField(stored=True),
        alias=SearchField(),
        address=SearchField(),
        topic=SearchField(stored=True),
        body=SearchField(),
        math=SearchField(),
        doc_id=ID(stored=True, unique=True),
        path=STORED(),
        date=STORED(),
    )
