"""Small numbers in few bytes: seven bits a byte, the lowest first (LEB128)."""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST = 10  # bytes of a number below 2**64 and a little more


def encode(value: int) -> bytes:
    """A number of 0 or more.

    >>> encode(5), encode(300)
    (b'\\x05', b'\\xac\\x02')
    """
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def decode(data: Sequence[int], at: int) -> tuple[int, int]:
    """The number that begins at an index, and the index behind it.

    Raises: IndexError where the data ends, ValueError where no number does.

    >>> decode(b'\\xac\\x02', 0)
    (300, 2)
    """
    byte = data[at]
    if byte < 128:
        return byte, at + 1
    value, shift = byte & 127, 7
    for index in range(at + 1, at + _LONGEST):
        byte = data[index]
        value |= (byte & 127) << shift
        if byte < 128:
            return value, index + 1
        shift += 7
    raise ValueError("a number does not end")
