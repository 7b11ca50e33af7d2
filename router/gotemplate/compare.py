"""Go's comparisons in templates, which take what is of one kind and refuse the rest."""

from typing import Any

from router.gotemplate.limits import GoError
from router.gotemplate.moments import Duration, Time
from router.gotemplate.values import KV, Data, Map, Method, Pair, Struct


def _kind(value: Any) -> str:
    if isinstance(value, Duration):
        return "int"
    for kind in (bool, str, int, float):
        if isinstance(value, kind):
            return kind.__name__
    raise GoError("invalid type for comparison")


def _basic(value: Any) -> Any:
    return value.nanos if isinstance(value, Duration) else value


def _comparable(value: Any) -> None:
    if isinstance(value, KV | Map | list | Method) or (
        isinstance(value, Struct) and not isinstance(value, Pair)
    ):
        raise GoError("non-comparable type")


def eq(*values: Any) -> bool:
    """Whether the first equals any of the others.

    Raises:
        GoError: they cannot be compared.
    """
    if not values:
        raise GoError("wrong number of args for eq: want at least 1 got 0")
    first, *others = values
    _comparable(first)
    if not others:
        raise GoError("missing argument for comparison")
    for other in others:
        _comparable(other)
        if _equal(first, other):
            return True
    return False


def _equal(first: Any, other: Any) -> bool:
    if first is None or other is None:
        return first is other
    if isinstance(first, Time | Pair | Data) or isinstance(other, Time | Pair | Data):
        if type(first) is not type(other):
            raise GoError("incompatible types for comparison")
        return bool(first == other)
    if _kind(first) != _kind(other):
        raise GoError("incompatible types for comparison")
    return bool(_basic(first) == _basic(other))


def ne(*values: Any) -> bool:
    """Whether two values differ."""
    _two("ne", values)
    return not eq(*values)


def lt(*values: Any) -> bool:
    """Whether the first of two values is the lesser."""
    _two("lt", values)
    first, other = values
    kind = _kind(first)
    if kind != _kind(other):
        raise GoError("incompatible types for comparison")
    if kind == "bool":
        raise GoError("invalid type for comparison")
    if kind == "str":
        return str(first).encode(errors="replace") < str(other).encode(errors="replace")
    return bool(_basic(first) < _basic(other))


def le(*values: Any) -> bool:
    """Whether the first of two values is not the greater."""
    return lt(*values) or eq(*values)


def gt(*values: Any) -> bool:
    """Whether the first of two values is the greater."""
    return not le(*values)


def ge(*values: Any) -> bool:
    """Whether the first of two values is not the lesser."""
    return not lt(*values)


def _two(name: str, values: tuple[Any, ...]) -> None:
    if len(values) != 2:
        raise GoError(f"wrong number of args for {name}: want 2 got {len(values)}")
