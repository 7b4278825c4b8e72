"""tantivy over jieba's words.

SnippetGenerator cuts the stored text of a field again, with the field's tokenizer, so
the words are stored as they are indexed: in small letters, a blank between any two.
That is the cheapest for tantivy: with the text as it was written, a control character
between its words and tantivy's `simple` tokenizer and lower-casing, snippets take about
twice the time. One writing thread gives few segments, which makes searches faster;
jieba is what the build waits for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tantivy

from systems import LIMIT, SNIPPET_CHARACTERS, Found, Query, read_corpus, words

_HEAP_BYTES = 400_000_000
_TOKENIZER = "blanks"


def build(corpus: Path, index: Path, *, jobs: int) -> None:
    """Index the corpus. `jobs` means nothing here."""
    made = tantivy.Index(_schema(), str(index))
    made.register_tokenizer(_TOKENIZER, _analyzer())
    writer = made.writer(_HEAP_BYTES, 1)
    for document in read_corpus(corpus):
        writer.add_document(
            tantivy.Document(
                text=words.spaced(document.whole),
                doc_id=document.doc_id,
                title=document.title,
                number=document.number,
            )
        )
    writer.commit()
    writer.wait_merging_threads()


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=True, tokenizer_name=_TOKENIZER)
    builder.add_text_field("doc_id", stored=True, tokenizer_name="raw")
    builder.add_text_field("title", stored=True, tokenizer_name="raw")
    builder.add_integer_field("number", stored=True, fast=True)
    return builder.build()


def _analyzer() -> Any:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


class Engine:
    """A reader that stays open."""

    def __init__(self, index: Path) -> None:
        self._index = tantivy.Index.open(str(index))
        self._index.register_tokenizer(_TOKENIZER, _analyzer())
        self._schema = self._index.schema
        self._searcher = self._index.searcher()

    def page(self, query: Query) -> Found:
        made = self._query(query)
        result = self._searcher.search(made, LIMIT)
        generator = tantivy.SnippetGenerator.create(
            self._searcher, made, self._schema, "text"
        )
        generator.set_max_num_chars(SNIPPET_CHARACTERS)
        documents = [self._searcher.doc(address) for _, address in result.hits]
        snippets = [generator.snippet_from_doc(document) for document in documents]
        return Found(
            result.count,
            tuple(document.get_first("number") for document in documents),
            tuple(snippet.to_html() for snippet in snippets),
        )

    def first(self, query: Query) -> Found:
        result = self._searcher.search(self._query(query), LIMIT, count=False)
        addresses = [address for _, address in result.hits]
        numbers = self._searcher.fast_field_values("number", addresses)
        return Found(None, tuple(numbers))

    def count(self, query: Query) -> int:
        return int(self._searcher.search(self._query(query), 1).count)

    def _query(self, query: Query) -> Any:
        found = [word for part in query.parts for word in words.words(part)]
        if query.operator == "prefix":
            return tantivy.Query.regex_query(self._schema, "text", f"{found[0]}.*")
        if query.operator == "phrase" and len(found) > 1:
            return tantivy.Query.phrase_query(self._schema, "text", list(found))
        leaves = [tantivy.Query.term_query(self._schema, "text", w) for w in found]
        if len(leaves) == 1:
            return leaves[0]
        must = query.operator == "and"
        occur = tantivy.Occur.Must if must else tantivy.Occur.Should
        return tantivy.Query.boolean_query([(occur, leaf) for leaf in leaves])
