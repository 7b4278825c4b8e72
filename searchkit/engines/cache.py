"""What was read lately, lists and pages, is kept up to a number of bytes."""

from __future__ import annotations

from _thread import allocate_lock
from collections import OrderedDict
from collections.abc import Callable, Hashable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    Value = TypeVar("Value")


class Cache:
    """Values by key; those not asked for longest go first. Safe for many threads.

    A value may be made by two threads at once; the values are equal then.
    """

    def __init__(self, most_bytes: int, *, out_of: Cache | None = None) -> None:
        """With at most so many bytes; `out_of` makes room for what they are."""
        self._most = self._whole = most_bytes
        self._out_of = out_of
        self._bytes = 0
        self._lock = allocate_lock()
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], tuple[Value, int]]) -> Value:
        """The value of a key, made with its size in bytes if it is not kept."""
        found: Value | None = self.peek(key)
        if found is not None:
            return found
        value, size = make()
        with self._lock:
            if size <= self._most // 2 and key not in self._kept:
                self._kept[key] = value, size
                self._bytes += size
                self._make_room()
        return value

    def weigh(self, key: Hashable, size: int) -> None:
        """Note that a value has grown, or shrunk, to so many bytes."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept[key] = kept[0], size
                self._bytes += size - kept[1]
                self._make_room()

    def _make_room(self) -> None:
        while self._bytes > self._most:
            _, (_, freed) = self._kept.popitem(last=False)
            self._bytes -= freed
        if self._out_of:
            self._out_of._give_up(self._bytes)

    def _give_up(self, taken: int) -> None:
        with self._lock:
            self._most = self._whole - taken
            self._make_room()

    def peek(self, key: Hashable) -> Any:
        """The value of a key if it is kept, else None."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]
