"""How are lists of integers written in few bytes?

A list is written in units of 1, 2 or 4 bytes, little-endian. A value v takes
v // MAX units of MAX (255, 65535 or 2**32 - 1) and one of v % MAX, so no unit but the
escapes has the value MAX, and a running sum over all units is right at each unit that
is no escape. The width is the one that makes the list shortest. A header says the
width and how many escapes there are; the number of values is known to the reader.
Long lists are handled by numpy, short ones are not worth its calls.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate

from searchkit.engines.columns import varints

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import numpy as np

Integers = Sequence[int]

_LONG = 256  # values, from where on numpy is faster
_CODES = ("B", "H", "I")  # typecodes of units by width code; 1, 2 and 4 bytes
_MAXIMA = (0xFF, 0xFFFF, 0xFFFFFFFF)


def pack_integers(values: Integers) -> bytes:
    """Integers from 0 on as a header and units."""
    if not values:
        return b""
    if len(values) >= _LONG:
        return _pack_long(values)
    largest, count = max(values), len(values)
    if largest < 0xFF:
        return b"\0" + bytes(values)
    if largest < 0xFFFF and sum([value // 0xFF for value in values]) >= count:
        return b"\1" + array("H", values).tobytes()
    sizes = [sum([v // m + 1 for v in values]) << c for c, m in enumerate(_MAXIMA)]
    code = sizes.index(min(sizes))
    maximum = _MAXIMA[code]
    units = array(_CODES[code])
    for value in values:
        escapes, rest = divmod(value, maximum)
        units.extend([maximum] * escapes)
        units.append(rest)
    return varints.encode((len(units) - len(values)) << 2 | code) + units.tobytes()


def pack_rising(values: Integers) -> bytes:
    """Integers that never fall, as their differences."""
    if len(values) < _LONG:
        return pack_integers(
            [
                value - before
                for value, before in zip(values, [0, *values], strict=False)
            ]
        )
    import numpy as np

    return _pack_long(np.diff(_whole(values), prepend=0))


def unpack_integers(
    data: memoryview, at: int, count: int, *, rising: bool = False
) -> tuple[array[int], int]:
    """What `pack_integers` (or `pack_rising`) has written there, and where it ends."""
    if not count:
        return array("q"), at
    header, at = varints.decode(data, at)
    code, total = header & 3, count + (header >> 2)
    end = at + (total << code)
    if code > 2 or end > len(data):
        raise ValueError("a list of integers is longer than its record")
    if count >= _LONG:
        return _unpack_long(data[at:end], code, rising=rising), end
    units = array(_CODES[code], bytes(data[at:end]))
    if total == count:
        return array("q", accumulate(units) if rising else units), end
    maximum = _MAXIMA[code]
    sums = [
        total
        for total, unit in zip(accumulate(units), units, strict=True)
        if unit != maximum
    ]
    if not rising:
        sums = [value - before for value, before in zip(sums, [0, *sums], strict=False)]
    return array("q", sums), end


def as_array(values: Any) -> array[int]:
    """A column of numpy as an array, whose items are plain integers."""
    found = array("q")
    found.frombytes(values.astype("int64", copy=False).tobytes())
    return found


def _pack_long(values: Any) -> bytes:
    import numpy as np

    whole = _whole(values)
    sizes = [(int((whole // m).sum()) + len(whole)) << c for c, m in enumerate(_MAXIMA)]
    code = sizes.index(min(sizes))
    maximum = _MAXIMA[code]
    escapes, rest = np.divmod(whole, maximum)
    units = np.full(sizes[code] >> code, maximum, dtype=f"<u{1 << code}")
    units[np.cumsum(escapes + 1) - 1] = rest
    return varints.encode((len(units) - len(whole)) << 2 | code) + units.tobytes()


def _unpack_long(data: memoryview, code: int, *, rising: bool) -> array[int]:
    import numpy as np

    units = np.frombuffer(data, dtype=f"<u{1 << code}")
    is_value = units != _MAXIMA[code]
    if not rising and is_value.all():
        return as_array(units)
    sums = np.cumsum(units, dtype=np.int64)[is_value]
    return as_array(sums if rising else np.diff(sums, prepend=0))


def _whole(values: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    import numpy as np

    if isinstance(values, array):
        return np.frombuffer(values, dtype=f"i{values.itemsize}").astype(np.int64)
    return np.asarray(values, dtype=np.int64)
