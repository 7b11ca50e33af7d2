"""Go's Sprintf."""

import re
from collections.abc import Sequence
from fractions import Fraction
from math import copysign, frexp, isfinite
from typing import Any

from router.gotemplate.limits import TEXT_MAX, GoError, joined
from router.gotemplate.moments import Duration, Named, Time
from router.gotemplate.printing import general, plain
from router.gotemplate.values import KV, Map, Struct, type_of

_VERB = re.compile(r"%([+\-# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(.)?", re.DOTALL)
_WIDEST = 1000
_INT_VERBS = "bcdoOqxXU"
_FLOAT_VERBS = "eEfFgG"
_STRING_VERBS = "sqxX"


class _Spec:
    """One verb with its flags."""

    def __init__(self, flags: str, width: int | None, precision: int | None, verb: str) -> None:
        self._flags = flags
        self.minus, self.plus, self.sharp = "-" in flags, "+" in flags, "#" in flags
        self.space, self.zero = " " in flags, "0" in flags and "-" not in flags
        self.width, self.precision, self.verb = width, precision, verb

    def of(self, verb: str) -> "_Spec":
        """The same for another verb."""
        return _Spec(self._flags, self.width, self.precision, verb)

    def padded(self, text: str, *, numeric: bool = False) -> str:
        if self.width is None or len(text) >= self.width:
            return text
        if self.minus:
            return text.ljust(self.width)
        if self.zero and numeric:
            sign = text[0] if text[:1] in ("+", "-", " ") else ""
            return sign + text[len(sign) :].rjust(self.width - len(sign), "0")
        return text.rjust(self.width, "0" if self.zero else " ")


def printf(*arguments: Any) -> str:
    """Sprintf of a layout and its values.

    Raises:
        GoError: there is no layout, or the text would be too long.
    """
    if not arguments or not isinstance(arguments[0], str):
        got = type_of(arguments[0]) if arguments else "nothing"
        raise GoError(f"wrong type for value; expected string; got {got}")
    template, values = str(arguments[0]), arguments[1:]
    if "%[" in template:
        raise GoError("argument indexes such as %[1]d are not supported")
    parts: list[str] = []
    used = at = 0
    while found := _VERB.search(template, at):
        parts.append(template[at : found.start()])
        text, used = _verb(found, values, used)
        parts.append(text)
        at = found.end()
    parts.append(template[at:])
    if used < len(values):
        extra = [f"{type_of(v)}={plain(v)}" if v is not None else "<nil>" for v in values[used:]]
        parts.append(f"%!(EXTRA {', '.join(extra)})")
    return joined(parts)


def _verb(found: re.Match[str], values: Sequence[Any], used: int) -> tuple[str, int]:
    flags, verb = found[1], found[4]
    width, used, bad = _number(found[2], values, used, "%!(BADWIDTH)")
    if width is not None and width < 0:
        flags, width = f"{flags}-", -width
    dotted = "." in found[0][: len(found[0]) - (1 if verb else 0)]
    precision, used, worse = _number(found[3], values, used, "%!(BADPREC)")
    precision = 0 if dotted and precision is None else precision
    if verb is None:
        return f"{bad}{worse}%!(NOVERB)", used
    if verb == "%":
        return "%", used
    if used >= len(values):
        return f"{bad}{worse}%!{verb}(MISSING)", used
    spec = _Spec(flags, width, precision, verb)
    return f"{bad}{worse}{_one(values[used], spec)}", used + 1


def _number(
    written: str | None, values: Sequence[Any], used: int, bad: str
) -> tuple[int | None, int, str]:
    if written is None:
        return None, used, ""
    if written != "*":
        number = int(written[:9])
    else:
        found = values[used] if used < len(values) else None
        used += 1
        if type(found) is not int:
            return None, used, bad
        number = found
    if abs(number) > _WIDEST:
        raise GoError(f"a width or precision of printf is more than {_WIDEST}")
    return number, used, ""


def _one(value: Any, spec: _Spec) -> str:
    verb = spec.verb
    if verb == "T":
        return spec.padded(type_of(value))
    if value is None:
        return spec.padded("<nil>") if verb == "v" else f"%!{verb}(<nil>)"
    if verb == "v" and spec.sharp:
        return spec.padded(_syntax(value))
    if isinstance(value, Time | Duration | Named) and verb in "vsqxX":
        return _string(str(value), spec)
    match value:
        case bool():
            return spec.padded(plain(value)) if verb in "tv" else _bad(value, spec)
        case str():
            return _string(str(value), spec) if verb in _STRING_VERBS + "v" else _bad(value, spec)
        case int():
            return _integer(value, spec)
        case Duration():
            return _integer(value.nanos, spec)
        case float():
            return _float(value, spec)
    if isinstance(value, KV | Map | Struct | list):
        inner = spec.of(verb)
        return plain(value, lambda each: _one(each, inner), plus=spec.plus and verb == "v")
    return _bad(value, spec)


def _bad(value: Any, spec: _Spec) -> str:
    """What Go prints of a value the verb is not for; flags and precision count all the same."""
    inner = spec.of("v")
    return f"%!{spec.verb}({type_of(value)}={_one(value, inner)})"


def _string(text: str, spec: _Spec) -> str:
    if spec.verb in "xX":
        raw = text.encode()
        raw = raw if spec.precision is None else raw[: spec.precision]
        digits = raw.hex(" ") if spec.space else raw.hex()
        return spec.padded(digits if spec.verb == "x" else digits.upper())
    text = text if spec.precision is None else text[: spec.precision]
    if spec.verb == "q":
        back = spec.sharp and "`" not in text and "\n" not in text
        text = f"`{text}`" if back else quoted(text, ascii_only=spec.plus)
    return spec.padded(text)


def _integer(value: int, spec: _Spec) -> str:
    verb = "d" if spec.verb == "v" else spec.verb
    if verb in _FLOAT_VERBS or verb not in _INT_VERBS:
        return _bad(value, spec)
    if verb in "cqU":
        point = value if 0 <= value <= 0x10FFFF and not 0xD800 <= value < 0xE000 else 0xFFFD
        if verb == "U":
            return spec.padded(f"U+{value:04X}{f' {chr(point)!r}' if spec.sharp else ''}")
        return spec.padded(chr(point) if verb == "c" else _quoted_char(chr(point)))
    kinds = {"d": "d", "b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}
    digits = format(abs(value), kinds[verb])
    if spec.precision is not None:
        digits = digits.rjust(spec.precision, "0") if value or spec.precision else ""
    prefix = {"x": "0x", "X": "0X", "o": "0", "b": "0b"}.get(verb, "") if spec.sharp else ""
    prefix = "0o" if verb == "O" else prefix
    sign = (
        "-" if value < 0 else "+" if spec.plus and spec.verb != "v" else " " if spec.space else ""
    )
    if spec.precision is not None:
        spec.zero = False
    if spec.zero and spec.width:
        digits = digits.rjust(spec.width - len(sign), "0")
    return spec.padded(f"{sign}{prefix}{digits}")


def _float(value: float, spec: _Spec) -> str:
    verb = spec.verb
    if verb not in _FLOAT_VERBS + "xXv":
        return _bad(value, spec)
    if verb in "eEfF":
        precision = 6 if spec.precision is None else spec.precision
        text = format(value, f".{precision}{verb}")
        text = {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}.get(text.lower(), text)
    elif verb in "xX" and isfinite(value):
        text = _hexadecimal(value, spec)
    else:
        precision = -1 if spec.precision is None else spec.precision
        text = general(value, precision)
        text = text.upper() if verb == "G" else text
    if spec.plus and verb != "v" and text[0] not in "+-":
        text = f"+{text}"
    elif spec.space and text[0] not in "+-":
        text = f" {text}"
    return spec.padded(text, numeric=True)


def _hexadecimal(value: float, spec: _Spec) -> str:
    """With a mantissa from 1 to 2, rounded to even, and an exponent of two."""
    mantissa, exponent = frexp(abs(value))
    digits = int(mantissa * 2**53)  # One before the point, and thirteen of four bits behind it.
    kept = 13 if spec.precision is None else min(spec.precision, 13)
    scale = 16 ** (13 - kept)
    digits = round(Fraction(digits, scale))
    if digits >= 2 * 16**kept:
        digits, exponent = digits // 2, exponent + 1
    whole, rest = divmod(digits, 16**kept)
    behind = f"{rest:0{kept}x}" if kept else ""
    behind = behind.rstrip("0") if spec.precision is None else behind.ljust(spec.precision, "0")
    exponent = exponent - 1 if value else 0
    sign = "-" if copysign(1, value) < 0 else ""
    text = f"{sign}0x{whole}{'.' if behind else ''}{behind}p{exponent:+03d}"
    return text.upper() if spec.verb == "X" else text


def _quoted_char(char: str) -> str:
    inner = quoted(char)[1:-1]
    return "'" + inner.replace('\\"', '"').replace("'", "\\'") + "'"


def quoted(text: str, *, ascii_only: bool = False) -> str:
    """The text as a Go string constant."""
    if len(text) > TEXT_MAX:
        raise GoError("a text is too long")
    simple = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    simple |= {"\v": "\\v", "\\": "\\\\", '"': '\\"'}
    shown = []
    for char in text:
        point = ord(char)
        if char in simple:
            shown.append(simple[char])
        elif (char.isprintable() and not ascii_only) or 32 <= point < 127:
            shown.append(char)
        elif point < 128:
            shown.append(f"\\x{point:02x}")
        else:
            shown.append(f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}")
    return f'"{"".join(shown)}"'


def _syntax(value: Any) -> str:
    """`%#v`, for what a template may want to look at."""
    match value:
        case str():
            return quoted(value)
        case bool() | int() | float():
            return plain(value)
        case KV():
            return _syntax_map("template.KV", value.values)
        case Struct():
            parts = [f"{name}:{_syntax(getattr(value, name))}" for name in value.fields]
            return f"{value.type_name}{{{joined(parts, ', ')}}}"
        case list():
            return f"{type_of(value)}{{{joined(map(_syntax, value), ', ')}}}"
    raise GoError(f"%#v of {type_of(value)} is not supported")


def _syntax_map(name: str, values: dict[str, str]) -> str:
    parts = [f"{quoted(key)}:{_syntax(values[key])}" for key in sorted(values)]
    return f"{name}{{{joined(parts, ', ')}}}"
