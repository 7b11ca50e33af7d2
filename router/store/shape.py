"""How a core type lies in a table: its columns, its row, and back."""

import struct
from collections.abc import Callable, Iterable
from enum import Enum
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar, get_origin, get_type_hints

import msgspec

from router.store.rows import Row, Value, flat, to_json

T = TypeVar("T", bound=msgspec.Struct)

_PLAIN = (int, str, bytes, int | None)
_IDENTITIES = (tuple[int, ...], frozenset[int])


class _Form(NamedTuple):
    """What a field's value is in a row, where it is not itself, and what it is again."""

    store: Callable[[Any], Any] | None
    restore: Callable[[Any], Any]


class Shape(Generic[T]):
    """A type's fields as columns, in the order it declares them, but for those in `without`.

    Numbers, text and bytes lie there as they are, sets of identities packed, all else as JSON.
    """

    def __init__(self, kind: type[T], *, without: Iterable[str] = ()) -> None:
        self._kind = kind
        left_out = set(without)
        self.fields = tuple(name for name in kind.__struct_fields__ if name not in left_out)
        self.columns = tuple(map(column, self.fields))
        hints = get_type_hints(kind)
        forms = ((place, name, _form(hints[name])) for place, name in enumerate(self.fields))
        special = [(place, name, form) for place, name, form in forms if form is not None]
        self._store = [(place, form.store) for place, _, form in special if form.store]
        self._restore = [(name, form.restore) for _, name, form in special]
        self._values = attrgetter(*self.fields)

    def row(self, thing: T) -> Row:
        """The values of the columns."""
        plain: Row = self._values(thing)
        if not self._store:
            return plain
        values = [*plain]
        for place, store in self._store:
            values[place] = store(values[place])
        return tuple(values)

    def rows(self, things: Iterable[T]) -> list[Value]:
        """The columns of all of them, one row after another."""
        make = self.row if self._store else self._values
        return flat(map(make, things))

    def of(self, row: Row) -> T:
        """The thing whose row begins so.

        Raises:
            msgspec.ValidationError, ValueError: a column holds what the field cannot be.
        """
        values = dict(zip(self.fields, row, strict=False))
        for name, restore in self._restore:
            values[name] = restore(values[name])
        return self._kind(**values)


def column(field: str) -> str:
    """The column's name for a field: the same, unless SQL has another use for the word."""
    return "grp" if field == "group" else field


def _form(hint: Any) -> _Form | None:
    if hint in _PLAIN:
        return None
    if hint is bool:
        return _Form(None, bool)
    if hint in _IDENTITIES:
        return _Form(pack, unpack if get_origin(hint) is tuple else _unpack_set)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _Form(attrgetter("value"), hint)
    return _Form(to_json, msgspec.json.Decoder(hint).decode)


def pack(identities: Iterable[int]) -> bytes:
    """Signed 64-bit integers as bytes, in their order."""
    numbers = tuple(identities)
    return struct.pack(f"<{len(numbers)}q", *numbers)


def unpack(packed: bytes) -> tuple[int, ...]:
    """The integers that were packed."""
    return struct.unpack(f"<{len(packed) // 8}q", packed)


def _unpack_set(packed: bytes) -> frozenset[int]:
    return frozenset(unpack(packed))
