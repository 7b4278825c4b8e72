"""How are stored values written without pickles?

As JSON, in which what JSON has no word for stands in an object with the one key "$":
its kind and its parts. Reading makes values of a fixed set of types and nothing else.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TAG = "$"
_PLAIN = (str, int, float, bool, type(None))


def dumps(value: Any) -> bytes:
    """The value in one line of UTF-8.

    Raises: ValueError for a value of a type that cannot be stored; Whoosh's writer
    leaves a document out for that, and for nothing else.
    """
    return _ENCODER.encode(_encoded(value)).encode("utf-8", "surrogatepass")


def loads(data: bytes) -> Any:
    """The inverse of `dumps`.

    Raises: ValueError, KeyError or TypeError for what `dumps` does not write.

    >>> loads(dumps({"size": (1, 2.5), "date": date(2024, 5, 17)}))
    {'size': (1, 2.5), 'date': datetime.date(2024, 5, 17)}
    """
    return _DECODER.decode(data.decode("utf-8", "surrogatepass"))


def _encoded(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is list:
        return [_encoded(item) for item in value]
    if kind is dict:
        return _encoded_dict(value)
    for tag, (type_, encode, _) in _TYPES.items():
        if kind is type_:
            return {_TAG: [tag, encode(value)]}
    if isinstance(value, (str, int, float)):
        return value
    raise ValueError(
        f"A value of {kind.__name__} cannot be stored; turn it into text, bytes, "
        "numbers, dates, or lists, tuples, sets and dictionaries of them."
    )


def _encoded_dict(value: dict[Any, Any]) -> Any:
    if _TAG not in value and all(type(key) is str for key in value):
        return {key: _encoded(item) for key, item in value.items()}
    pairs = [[_encoded(key), _encoded(item)] for key, item in value.items()]
    return {_TAG: ["dict", pairs]}


def _decoded(value: dict[str, Any]) -> Any:
    if _TAG not in value:
        return value
    tag, parts = value[_TAG]
    return dict(parts) if tag == "dict" else _TYPES[tag][2](parts)


def _encoded_items(value: Any) -> list[Any]:
    return [_encoded(item) for item in value]


_TYPES: dict[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "tuple": (tuple, _encoded_items, tuple),
    "bytes": (bytes, lambda v: base64.b85encode(v).decode("ascii"), base64.b85decode),
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "timedelta": (
        timedelta,
        lambda v: [v.days, v.seconds, v.microseconds],
        lambda parts: timedelta(*parts),
    ),
    "decimal": (Decimal, str, Decimal),
    "set": (set, lambda v: sorted(map(_encoded, v), key=json.dumps), set),
    "frozenset": (
        frozenset,
        lambda v: sorted(map(_encoded, v), key=json.dumps),
        frozenset,
    ),
    "complex": (complex, lambda v: [v.real, v.imag], lambda parts: complex(*parts)),
}

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(object_hook=_decoded)
