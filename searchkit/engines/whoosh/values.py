"""What stands in the values of a posting list, and how is it written in columns?

Whoosh's formats hand a posting's value over as bytes that hold a pickle. Nothing here
unpickles: `items` reads the few opcodes that a list of numbers or of tuples of numbers
has, and takes nothing else. What it reads is kept as columns of integers, one row an
occurrence; the bytes are made anew for those who ask for them. Values of any other
format, or that say something else, are kept as they are.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, chain, pairwise
from typing import Any

from whoosh.formats import (
    CharacterBoosts,
    Characters,
    Format,
    Frequency,
    PositionBoosts,
    Positions,
)

from searchkit.engines.whoosh.integers import (
    pack_integers,
    unpack_integers,
)

NONE, OPAQUE, FREQUENCIES, OCCURRENCES = range(4)  # how the values of a list are kept

_FREQUENCY = struct.Struct("!I")
_SUM = struct.Struct("!f")
_COLUMNS = {  # format to the columns of an occurrence: position, start, length, boost
    Positions: ("position",),
    Characters: ("position", "start", "length"),
    PositionBoosts: ("position", "boost"),
    CharacterBoosts: ("position", "start", "length", "boost"),
}
_LIST = b"\x80\x02]q\x00"

Item = tuple[Any, ...]


class NotNumbersError(ValueError):
    """The bytes are not a list of numbers as Whoosh's formats write it."""


def pack_values(format_: Format, values: Sequence[bytes]) -> tuple[int, bytes, Any]:
    """The kind of the values, their bytes, and their frequencies if they have some."""
    if not any(values):
        return NONE, b"", None
    try:
        if type(format_) is Frequency:
            found = [_FREQUENCY.unpack(value)[0] for value in values]
            return FREQUENCIES, pack_integers(found), found
        if type(format_) in _COLUMNS:
            return _pack_occurrences(format_, values)
    except (NotNumbersError, struct.error):
        pass
    return OPAQUE, pack_integers([len(v) for v in values]) + b"".join(values), None


class Values:
    """The values of one posting list, read when they are asked for."""

    __slots__ = (
        "_at",
        "_bounds",
        "_columns",
        "_count",
        "_data",
        "_end",
        "format",
        "kind",
    )

    def __init__(
        self, format_: Format, kind: int, data: memoryview, at: int, count: int
    ) -> None:
        self.format = format_
        self.kind = kind
        self._data, self._at, self._count = data, at, count
        self._end = at
        self._bounds: Any = None
        self._columns: dict[str, Any] = {}

    def value(self, number: int) -> bytes:
        """The value of a posting as its format writes it."""
        if self.kind == NONE:
            return b""
        if self.kind == OPAQUE:
            return bytes(self._slice("bytes", number))
        if self.kind == FREQUENCIES:
            return _FREQUENCY.pack(self.frequency(number))
        return self._encoded(number)

    def value_as(self, number: int, name: str) -> Any:
        """The value as "frequency", "positions", "characters" and so on."""
        reader = _READERS.get(name) if self.kind == OCCURRENCES else None
        if reader and self.format.supports(name):
            return reader(self, number)
        if name == "frequency" and self.kind == FREQUENCIES:
            return self.frequency(number)
        if self.kind == OPAQUE and type(self.format) in _COLUMNS:
            raise ValueError(f"a value does not tell its {name}: it is not numbers")
        return self.format.decoder(name)(self.value(number))

    def frequency(self, number: int) -> int:
        """How often the term stands in the document. Not for NONE and OPAQUE."""
        bounds = self._bounds or self._read_bounds()
        return int(bounds[number + 1] - bounds[number])

    def frequencies(self) -> Sequence[int]:
        """All frequencies. Not for NONE and OPAQUE."""
        bounds = self._bounds or self._read_bounds()
        return [end - start for start, end in pairwise(bounds)]

    def positions(self, number: int) -> list[int]:
        """Where the term stands in the document. For OCCURRENCES."""
        return list(accumulate(self._slice("position", number)))

    def characters(self, number: int) -> list[tuple[int, int, int]]:
        """Position, first character and end of each occurrence."""
        found, end = [], 0
        for position, start, length in zip(
            self.positions(number),
            map(_signed, self._slice("start", number)),
            map(_signed, self._slice("length", number)),
            strict=True,
        ):
            start += end
            end = start + length
            found.append((position, start, end))
        return found

    def position_boosts(self, number: int) -> list[tuple[int, float]]:
        """Position and boost of each occurrence."""
        return list(zip(self.positions(number), self.boosts(number), strict=True))

    def character_boosts(self, number: int) -> list[tuple[int, int, int, float]]:
        """Position, first character, end and boost of each occurrence."""
        rows = zip(self.characters(number), self.boosts(number), strict=True)
        return [(*row, boost) for row, boost in rows]

    def boosts(self, number: int) -> Sequence[float]:
        """The boost of each occurrence; 1 where the format has none."""
        if "boost" not in _COLUMNS[type(self.format)]:
            return [1] * self.frequency(number)
        if (self._columns or self._read_columns())["boost"] is None:
            return [1.0] * self.frequency(number)
        found: Sequence[float] = self._slice("boost", number)
        return found

    def _slice(self, name: str, number: int) -> Any:
        columns = self._columns or self._read_columns()
        return columns[name][self._bounds[number] : self._bounds[number + 1]]

    def _encoded(self, number: int) -> bytes:
        names = _COLUMNS[type(self.format)]
        if names == ("position",):
            return _encoded_positions(self._slice("position", number))
        if "boost" not in names:
            return bytes(self.format.encode(self.characters(number)))
        if "start" not in names:
            return bytes(self.format.encode(self.position_boosts(number)))
        return bytes(self.format.encode(self.character_boosts(number))[0])

    def _read_bounds(self) -> Sequence[int]:
        """Where the occurrences (or bytes) of each posting begin, and the end."""
        at = self._at
        bounds: Sequence[int]
        if self.kind == OCCURRENCES:
            at += 1
            if self._data[at - 1] & _ONCE:
                bounds = range(self._count + 1)
                self._end, self._bounds = at, bounds
                return bounds
        counts, self._end = unpack_integers(self._data, at, self._count)
        bounds = array("q", accumulate(counts, initial=0))
        self._bounds = bounds
        return bounds

    def _read_columns(self) -> dict[str, Any]:
        data, total = self._data, (self._bounds or self._read_bounds())[-1]
        at = self._end
        columns: dict[str, Any] = {}
        if self.kind == OPAQUE:
            columns["bytes"] = data[at : at + total]
        for name in _COLUMNS[type(self.format)] if self.kind == OCCURRENCES else ():
            if name != "boost":
                columns[name], at = unpack_integers(data, at, total)
            elif data[self._at] & _UNBOOSTED:
                columns[name] = None
            else:
                columns[name] = struct.unpack_from(f"<{total}d", data, at)
        self._columns = columns
        return columns


_ONCE, _UNBOOSTED = 1, 2  # every frequency is 1; every boost is 1.0


def _pack_occurrences(
    format_: Format, values: Iterable[bytes]
) -> tuple[int, bytes, list[int]]:
    if type(format_) is Positions:
        deltas = list(map(_positions, values))
        counts = list(map(len, deltas))
        columns: Sequence[Any] = (list(chain.from_iterable(deltas)),)
    else:
        rows = [_items(format_, value) for value in values]
        counts = list(map(len, rows))
        columns = list(zip(*chain.from_iterable(rows), strict=True))
    return OCCURRENCES, _pack_columns(format_, counts, columns), counts


def _pack_columns(
    format_: Format, counts: Sequence[int], columns: Sequence[Any]
) -> bytes:
    names = _COLUMNS[type(format_)]
    once = max(counts) == 1
    boosts = columns[names.index("boost")] if "boost" in names else ()
    unboosted = all(boost == 1.0 for boost in boosts)
    parts = [bytes((_ONCE * once | _UNBOOSTED * unboosted,))]
    if not once:
        parts.append(pack_integers(counts))
    for name, column in zip(names, columns, strict=True):
        if name == "position":
            parts.append(pack_integers(column))
        elif name != "boost":
            parts.append(pack_integers([_unsigned(value) for value in column]))
    if not unboosted:
        parts.append(struct.pack(f"<{len(boosts)}d", *boosts))
    return b"".join(parts)


def _items(format_: Format, value: bytes) -> Sequence[Item]:
    """What a value says of its occurrences, a tuple for each.

    Raises: NotNumbersError for a value that would not come back as it is.
    """
    names = _COLUMNS[type(format_)]
    header = 8 if "boost" in names else 4
    rows = items(value[header:])
    if not rows or _FREQUENCY.pack(len(rows)) != value[:4]:
        raise NotNumbersError
    for row in rows:
        if not isinstance(row, tuple) or len(row) != len(names) or row[0] < 0:
            raise NotNumbersError
        if "boost" in names and type(row[-1]) is not float:
            raise NotNumbersError
        if any(type(number) is not int for number in row[: len(names) - (header == 8)]):
            raise NotNumbersError
    if "boost" in names and not _sum_is(format_, rows, value[4:8]):
        raise NotNumbersError
    return rows


def _sum_is(format_: Format, rows: Sequence[Item], packed: bytes) -> bool:
    total = sum(row[-1] for row in rows)
    if type(format_) is CharacterBoosts:
        total *= format_.field_boost
    return _SUM.pack(total) == packed


def _positions(value: bytes) -> Sequence[int]:
    """The differences of positions in a value of the format `Positions`.

    Raises: NotNumbersError for a value that would not come back as it is.
    """
    if len(value) < 13 or value[4:9] != _LIST:
        raise NotNumbersError
    count = _FREQUENCY.unpack_from(value)[0]
    body, end = (value[9:-2], b"a.") if count == 1 else (value[10:-2], b"e.")
    if value[-2:] == end:  # nearly all: one large number at most, and small ones
        if body[::2] == b"K" * count and len(body) == 2 * count:
            return body[1::2]
        rest = body[3:]
        if rest[::2] == b"K" * (count - 1) and body[:1] == b"M":
            return [body[1] | body[2] << 8, *rest[1::2]]
    deltas = items(value[4:])
    if len(deltas) != count or any(type(d) is not int or d < 0 for d in deltas):
        raise NotNumbersError
    return deltas


def _encoded_positions(deltas: Sequence[int]) -> bytes:
    from pickle import dumps

    return _FREQUENCY.pack(len(deltas)) + dumps(list(deltas), 2)


def _unsigned(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _signed(value: int) -> int:
    return -(value + 1 >> 1) if value & 1 else value >> 1


_READERS: dict[str, Callable[[Values, int], Any]] = {
    "frequency": Values.frequency,
    "positions": Values.positions,
    "characters": Values.characters,
    "position_boosts": Values.position_boosts,
    "character_boosts": Values.character_boosts,
}

_PUT, _LONG_PUT = b"q"[0], b"r"[0]
_NUMBERS = {  # opcodes of numbers
    b"K"[0]: struct.Struct("<B"),
    b"M"[0]: struct.Struct("<H"),
    b"J"[0]: struct.Struct("<i"),
    b"G"[0]: struct.Struct(">d"),
}
_TUPLES = {0x85: 1, 0x86: 2, 0x87: 3}  # opcodes of tuples of known length


def items(data: bytes) -> list[Any]:
    """The list of numbers, or of tuples of numbers, that these bytes pickle.

    Nothing is called or imported: any other opcode is refused.

    Raises: NotNumbersError.
    """
    if not data.startswith(_LIST) or data[-1:] != b".":
        raise NotNumbersError
    found: list[Any] = []
    stack: list[Any] = []
    marks: list[int] = []
    at, end = len(_LIST), len(data) - 1
    try:
        while at < end:
            opcode = data[at]
            at += 1
            if opcode in _NUMBERS:
                number = _NUMBERS[opcode]
                stack.extend(number.unpack_from(data, at))
                at += number.size
            elif opcode in _TUPLES:
                size = _TUPLES[opcode]
                stack[-size:] = [tuple(stack[-size:])]
            elif opcode in (_PUT, _LONG_PUT):
                at += 1 if opcode == _PUT else 4
            elif opcode == b"("[0]:
                marks.append(len(stack))
            elif opcode == b"t"[0]:
                mark = marks.pop()
                stack[mark:] = [tuple(stack[mark:])]
            elif opcode in b"ea":
                mark = marks.pop() if opcode == b"e"[0] else len(stack) - 1
                found += stack[mark:]
                del stack[mark:]
            else:
                raise NotNumbersError
    except (IndexError, struct.error):
        raise NotNumbersError from None
    if stack or marks:
        raise NotNumbersError
    return found
