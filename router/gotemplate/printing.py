"""How Go's fmt prints a value: `%v`, and what print and println make of several."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from router.gotemplate.limits import GoError, joined
from router.gotemplate.moments import Duration, Time
from router.gotemplate.values import KV, Data, Map, Struct, type_of

_DEEP = 20


def shown(value: Any, *, nil: str = "<nil>") -> str:
    """The value as `%v` prints it; at the top, an action's `<no value>` differs from `<nil>`."""
    return nil if value is None else plain(value)


def plain(value: Any, each: Callable[[Any], str] | None = None, *, plus: bool = False) -> str:
    """`%v`, or with *plus* `%+v`; *each* prints what is in lists, maps and structs."""
    each = each or (lambda inner: plain(inner, plus=plus))
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return str(value)
        case int():
            return str(value)
        case float():
            return general(value)
        case Time() | Duration():
            return str(value)
        case KV():
            return _map(value.values, each)
        case Map():
            return _map(dict(value), each)
        case Struct():
            names = value.printed if isinstance(value, Data) else value.fields
            parts = [each(getattr(value, name)) for name in names]
            if plus:
                parts = [f"{name}:{part}" for name, part in zip(names, parts, strict=True)]
            return f"{{{joined(parts, ' ')}}}"
        case list() | tuple():
            return f"[{joined(map(each, value), ' ')}]"
        case None:
            return "<nil>"
    raise GoError(f"can't print a value of type {type_of(value)}")


def _map(values: dict[str, Any], each: Callable[[Any], str]) -> str:
    parts = [f"{each(name)}:{each(values[name])}" for name in sorted(values)]
    return f"map[{joined(parts, ' ')}]"


def general(value: float, precision: int = -1, low: int = -4, high: int = 6) -> str:
    """A float as `%g` prints it: by default the shortest digits that tell it from any other."""
    if math.isnan(value) or math.isinf(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    mantissa, _, exponent = (
        f"{value:.{max(precision, 1) - 1}e}" if precision >= 0 else _shortest(value)
    ).partition("e")
    sign, digits = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    digits = digits.replace(".", "").rstrip("0") or "0"
    power = int(exponent)
    if precision >= 0:
        high = max(precision, 1)
    if power < low or power >= high:
        rest = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{rest}e{'-' if power < 0 else '+'}{abs(power):02}"
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    whole = digits[: power + 1].ljust(power + 1, "0")
    rest = digits[power + 1 :]
    return f"{sign}{whole}{f'.{rest}' if rest else ''}"


def _shortest(value: float) -> str:
    """`repr`, with one digit before the point and an exponent."""
    text = repr(value)
    sign = "-" if text.startswith("-") else ""
    mantissa, _, exponent = text.lstrip("-").partition("e")
    whole, _, rest = mantissa.partition(".")
    rest = rest if rest != "0" else ""
    power = int(exponent or 0) + len(whole) - 1
    digits = f"{whole}{rest}"
    stripped = digits.lstrip("0")
    if not stripped:
        return f"{sign}0e0"
    power -= len(digits) - len(stripped)
    return f"{sign}{stripped[0]}.{stripped[1:]}e{power}"


def print_(*values: Any) -> str:
    """Go's Sprint: a space between two values of which neither is a text."""
    parts: list[str] = []
    for at, value in enumerate(values):
        between = at and not isinstance(value, str) and not isinstance(values[at - 1], str)
        parts.append(f" {shown(value)}" if between else shown(value))
    return joined(parts)


def println(*values: Any) -> str:
    """Go's Sprintln: spaces between, and a line's end."""
    return joined([*_spaced(values), "\n"])


def _spaced(values: Sequence[Any]) -> list[str]:
    return [f"{' ' if at else ''}{shown(value)}" for at, value in enumerate(values)]
