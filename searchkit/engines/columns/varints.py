"""Small numbers in few bytes: seven bits a byte, the lowest first (LEB128); or as many
bytes for each as the greatest of them needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

Width: TypeAlias = "Literal['B', 'H', 'I']"
WIDTHS: tuple[Width, ...] = ("B", "H", "I")
"""The type codes of integers by the number that stands for them."""

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


def narrowest(numbers: Iterable[int]) -> int:
    """The place in WIDTHS of the narrowest integers that hold the numbers.

    >>> narrowest([3, 256]), narrowest([])
    (1, 0)
    """
    most = max(numbers, default=0)
    return 0 if most < 1 << 8 else 1 if most < 1 << 16 else 2
