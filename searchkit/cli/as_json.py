"""A result as one JSON object: a contract for programs, names as in the library."""

from __future__ import annotations

import json

from searchkit.cli.printable import escaped_json
from searchkit.model import Hit, Note, SearchResult, SectionHit, Snippet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def result_json(result: SearchResult) -> str:
    """`result` as JSON with Chinese as it is and what drives terminals escaped."""
    document = {
        "query": result.query,
        "total": result.total,
        "collapsed": result.collapsed,
        "took_ms": round(result.took_ms, 3),
        "notes": [_note(note) for note in result.notes],
        "facets": {name: dict(counts) for name, counts in result.facets.items()},
        "hits": [_hit(hit) for hit in result.hits],
    }
    return escaped_json(json.dumps(document, ensure_ascii=False, indent=2))


def _note(note: Note) -> dict[str, str]:
    return {"kind": note.kind, "part": note.part, "message": note.message}


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "doc_id": hit.doc_id,
        "title": hit.title,
        "topics": list(hit.topics),
        "date": hit.date.isoformat() if hit.date else None,
        "path": hit.path,
        "score": hit.score,
        "sections": [_section(section) for section in hit.sections],
        "snippets": [_snippet(snippet) for snippet in hit.snippets],
        "folded": list(hit.folded),
    }


def _section(section: SectionHit) -> dict[str, Any]:
    return {"heading": list(section.heading), "line": section.line}


def _snippet(snippet: Snippet) -> dict[str, Any]:
    return {
        "text": snippet.text,
        "highlights": [list(highlight) for highlight in snippet.highlights],
        "heading": list(snippet.heading),
        "line": snippet.line,
        "zone": snippet.zone,
    }
