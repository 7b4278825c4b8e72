"""Which days does a date mean that somebody typed?"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime

_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?", re.ASCII)


def date_range(text: str) -> tuple[date, date] | None:
    """The first and last day of a year, a month or a day; None for anything else.

    >>> date_range("2024-02")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    match = _DATE.fullmatch(text.strip())
    if not match:
        return None
    year, month, day = match.groups()
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if day:
        return first, first
    last_month = first.month if month else 12
    return first, first.replace(
        month=last_month, day=calendar.monthrange(first.year, last_month)[1]
    )


def day_of(value: date | str, *, last: bool) -> date:
    """The day of a date; of a year or a month its first or last.

    Raises: ValueError for what is no date.

    >>> day_of("2024-02", last=True)
    datetime.date(2024, 2, 29)
    """
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    days = date_range(value) if isinstance(value, str) else None
    if days is None:
        raise ValueError(f"not a date (2024, 2024-01 or 2024-01-31): {value!r}")
    return days[last]
