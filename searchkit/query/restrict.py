"""Which documents, fields and zones does a query keep to?"""

from __future__ import annotations

from collections.abc import Iterable

from searchkit.analysis.folding import fold
from searchkit.analysis.languages import language_name
from searchkit.engines.plan import ALL_FIELDS, Filters
from searchkit.model import ZONES, Zone
from searchkit.query.notes import Notes
from searchkit.query.tree import Restriction
from searchkit.record import record, replace

_ZONES: dict[str, Zone] = {zone: zone for zone in ZONES}


@record
class Scope:
    """Where a query looks: filters on documents, fields, and parts of the body."""

    filters: Filters = Filters()
    fields: tuple[str, ...] = ALL_FIELDS
    zones: frozenset[Zone] | None = None
    languages: frozenset[str] | None = None

    @property
    def place(self) -> str:
        """What of an article is looked at, in a word or two; empty if it is all."""
        if self.languages:
            return f"{' or '.join(sorted(self.languages))} code"
        if self.zones:
            return " or ".join(sorted(self.zones))
        return self.fields[0] if len(self.fields) == 1 else ""


def scope_of(restrictions: Iterable[Restriction], notes: Notes) -> Scope:
    """All restrictions as one; what cannot be used is ignored with a note."""
    scope = Scope()
    for restriction in restrictions:
        narrowed = _narrowed(scope, restriction, notes)
        if narrowed:
            sign = "-" if restriction.excluded else ""
            notes.only(f"{sign}{restriction.name}:{restriction.value}")
            scope = narrowed
    return scope


def _narrowed(scope: Scope, restriction: Restriction, notes: Notes) -> Scope | None:
    if restriction.name == "path":
        return replace(scope, filters=_by_path(scope.filters, restriction))
    if restriction.excluded:
        notes.ignored(f"-{restriction.name}:{restriction.value}", "it takes no minus")
        return None
    if restriction.name == "lang":
        return _in_language(scope, restriction.value)
    if restriction.name == "in":
        return _within(scope, restriction.value, notes)
    return _by_date(scope, restriction, notes)


def _by_path(filters: Filters, restriction: Restriction) -> Filters:
    part = fold(restriction.value).text.strip("*")  # a part of a path needs none
    if restriction.excluded:
        return replace(filters, excluded_paths=(*filters.excluded_paths, part))
    return replace(filters, paths=(*filters.paths, part))


def _by_date(scope: Scope, restriction: Restriction, notes: Notes) -> Scope | None:
    from searchkit.query.dates import date_range

    days = date_range(restriction.value)
    if days is None:
        why = "a date looks like 2024, 2024-01 or 2024-01-31"
        notes.ignored(f"{restriction.name}:{restriction.value}", why)
        return None
    filters = scope.filters
    if restriction.name in ("since", "date"):
        filters = replace(filters, since=max(filters.since or days[0], days[0]))
    if restriction.name in ("until", "date"):
        filters = replace(filters, until=min(filters.until or days[1], days[1]))
    return replace(scope, filters=filters)


def _in_language(scope: Scope, language: str) -> Scope:
    """Fences of a language; of one of them if several are named."""
    languages = (scope.languages or frozenset()) | {language_name(language)}
    return replace(scope, fields=("body",), languages=languages)


def _within(scope: Scope, place: str, notes: Notes) -> Scope | None:
    if place.lower() == "title":
        return replace(scope, fields=("title",))
    zone = _ZONES.get(place.lower())
    if zone is None:
        why = f"it may be title, {', '.join(_ZONES)}"
        notes.ignored(f"in:{place}", why)
        return None
    zones = (scope.zones or frozenset()) | {zone}
    return replace(scope, fields=("body",), zones=zones)
