"""How is a value made that does not change?

`record` makes of an annotated class what `dataclasses.dataclass(frozen=True,
slots=True)` makes of it, in a seventh of the time and without importing `dataclasses`:
that alone takes a search in a new process a fifth of its time, and then a millisecond a
class. What is left out is left out on purpose: no order, no `InitVar`, no
`default_factory`, no inheritance of fields but from another record.
"""

from __future__ import annotations

from operator import attrgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from functools import cached_property
    from typing import Any, TypeVar

    from typing_extensions import dataclass_transform

    T = TypeVar("T")
    once = cached_property
else:

    def dataclass_transform(**_: Any) -> Any:
        return lambda function: function

    class once:  # noqa: N801, a decorator
        """What a method tells, told once and then an attribute.

        It is `functools.cached_property` as Python has it since 3.12: before, a lock
        was taken each time, and a search tells eight such things.
        """

        __slots__ = ("_name", "_tell")

        def __init__(self, tell: Any) -> None:
            self._tell = tell

        def __set_name__(self, _: Any, name: str) -> None:
            self._name = name

        def __get__(self, owner: Any, _: Any = None) -> Any:
            if owner is None:
                return self
            told = owner.__dict__[self._name] = self._tell(owner)
            return told


class FrozenError(AttributeError):
    """Raised when a field of a record is set or deleted."""


@dataclass_transform(frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """The class as an immutable value of its annotated fields.

    >>> @record
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(1), replace(Point(1), y=2) == Point(1, 2), len({Point(1), Point(1)})
    (Point(x=1, y=0), True, 1)
    """
    own = tuple(cls.__annotations__)
    inherited: tuple[str, ...] = getattr(cls, "__record_fields__", ())
    namespace = {k: v for k, v in vars(cls).items() if k not in _NOT_TAKEN_OVER}
    defaults = dict(getattr(cls, "__record_defaults__", {}))
    defaults |= {name: namespace.pop(name) for name in own if name in namespace}
    fields = inherited + tuple(name for name in own if name not in inherited)
    slots = tuple(name for name in own if name not in inherited)
    namespace |= {
        "__slots__": slots if inherited else (*slots, "__record_hash__"),
        "__record_fields__": fields,
        "__record_defaults__": defaults,
        "__match_args__": fields,
        "__record_values__": staticmethod(attrgetter(*fields)),
        "__record_count__": 0,
        "__init__": _first_init,
        "__eq__": _equal,
        "__hash__": _hash,
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__reduce__": _reduce,
    }
    namespace.setdefault("__repr__", _repr)
    made: Any = type(cls.__name__, cls.__bases__, namespace)
    return made  # type: ignore[no-any-return]  # a class like the one given


_FEW = 12  # values of a class that are filled one by one
_NOT_TAKEN_OVER = frozenset({"__dict__", "__weakref__"})


def replace(value: T, **changes: Any) -> T:
    """The record with other values in some fields.

    Raises: TypeError for a field that it has not.
    """
    return type(value)(**{**as_dict(value), **changes})


def told_when_read(record_type: type, name: str) -> None:
    """Let a field of records be given as a function, too, which tells it when it is
    read for the first time."""
    slot = getattr(record_type, name)

    def told(self: Any) -> Any:
        value = slot.__get__(self)
        if callable(value):
            value = value()
            slot.__set__(self, value)
        return value

    setattr(record_type, name, property(told, slot.__set__))


def default_of(record_type: type, name: str) -> Any:
    """The default of a field. Raises: KeyError if there is none."""
    return record_type.__record_defaults__[name]  # type: ignore[attr-defined]


def as_dict(value: Any) -> dict[str, Any]:
    """A record's fields by name; what they hold is left as it is."""
    return {name: getattr(value, name) for name in value.__record_fields__}


def as_tuple(value: Any) -> tuple[Any, ...]:
    """A record's fields in order; what they hold is left as it is."""
    return tuple(getattr(value, name) for name in value.__record_fields__)


def _first_init(self: Any, *values: Any, **named: Any) -> None:
    """Fill the first few values of a class; compile its `__init__` for the others.

    Most classes have few values or none in a run, and compiling costs as much as
    filling a hundred.
    """
    made = type(self)
    fields, defaults = made.__record_fields__, made.__record_defaults__
    filled = defaults | dict(zip(fields, values, strict=False)) | named
    twice = len(values) + len(named) > len(fields)
    made.__record_count__ += 1
    if made.__record_count__ < _FEW and not twice and filled.keys() == {*fields}:
        for name in fields:
            object.__setattr__(self, name, filled[name])
        return
    parameters = ", ".join(
        f"{name}=defaults[{name!r}]" if name in defaults else name for name in fields
    )
    body = "".join(f"\n    set_{name}(self, {name})" for name in fields)
    # The slots' own setters take two thirds of the time of object.__setattr__.
    space = {f"set_{name}": getattr(made, name).__set__ for name in fields}
    space["defaults"] = defaults
    exec(f"def __init__(self, {parameters}):{body or ' pass'}", space)
    made.__init__ = space["__init__"]
    made.__init__(self, *values, **named)


def _equal(self: Any, other: Any) -> Any:
    if type(self) is not type(other):
        return NotImplemented
    values = self.__record_values__
    return values(self) == values(other)


def _hash(self: Any) -> int:
    """Worked out once: the leaves of a query are looked up again and again."""
    try:
        return self.__record_hash__  # type: ignore[no-any-return]  # an int
    except AttributeError:
        made = hash(self.__record_values__(self))
        object.__setattr__(self, "__record_hash__", made)
        return made


def _refuse(self: Any, name: str, _: Any = None) -> None:
    raise FrozenError(f"{type(self).__name__}.{name} cannot be changed")


def _reduce(self: Any) -> tuple[Any, ...]:
    return type(self), as_tuple(self)


def _repr(self: Any) -> str:
    shown = ", ".join(f"{n}={getattr(self, n)!r}" for n in self.__record_fields__)
    return f"{type(self).__qualname__}({shown})"
