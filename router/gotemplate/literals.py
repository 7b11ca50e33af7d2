"""Go's constants: numbers, characters and strings, as they are written in templates."""

import re

from router.gotemplate.lexer import Token
from router.gotemplate.nodes import TemplateError

_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\'\"])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.?))",
    re.DOTALL,
)
_SIMPLE = dict(zip("abfnrtv\\'\"", "\a\b\f\n\r\t\v\\'\"", strict=True))
_INT64 = 1 << 63
_GROUPS = re.compile(r"_(?![0-9a-fA-F])|(?<![0-9a-fA-FxXoObB])_")


def quoted(token: Token, file: str) -> str:
    """The text of a quoted or raw string.

    Raises:
        TemplateError: an escape in it means nothing.
    """
    if token.kind == "raw":
        return token.text[1:-1].replace("\r", "")
    return _unescaped(token, file, '"')


def char(token: Token, file: str) -> int:
    """The code point of a character constant.

    Raises:
        TemplateError: it is not one character.
    """
    found = _unescaped(token, file, "'")
    if len(found) != 1:
        raise TemplateError(file, token.line, f"malformed character constant: {token.text}")
    return ord(found)


def _unescaped(token: Token, file: str, quote: str) -> str:
    """The text between the quotes. `\\xff` and octal escapes are bytes, of which UTF-8 is made."""
    wrong = TemplateError(file, token.line, f"invalid syntax in {token.text[:80]}")

    def replaced(found: re.Match[str]) -> str:
        simple, octal, two, four, eight, _ = found.groups()
        if simple and (simple == quote or simple not in "'\""):
            return _SIMPLE[simple]
        if octal or two:
            byte = int(octal, 8) if octal else int(two, 16)
            if byte > 255:
                raise wrong
            return chr(byte) if byte < 128 or quote == "'" else chr(0xDC00 + byte)
        if four or eight:
            point = int(four or eight, 16)
            if point > 0x10FFFF or 0xD800 <= point < 0xE000:
                raise wrong
            return chr(point)
        raise wrong

    text = _ESCAPE.sub(replaced, token.text[1:-1])
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def number(token: Token, file: str) -> int | float:
    """An integer or a floating-point number.

    Raises:
        TemplateError: it is none, is too large, or is imaginary.
    """
    written = token.text
    bad = TemplateError(file, token.line, f"bad number syntax: {written!r}".replace("'", '"'))
    if written.endswith("i"):
        raise TemplateError(file, token.line, f"complex numbers are not supported: {written}")
    if _GROUPS.search(written):
        raise bad
    bare = written.replace("_", "").lower()
    sign, digits = (-1, bare[1:]) if bare.startswith("-") else (1, bare.removeprefix("+"))
    try:
        if digits.startswith("0x") and set(digits) & set(".p"):
            return sign * float.fromhex(digits)
        if digits.startswith(("0x", "0o", "0b")):
            found = int(digits, 0)
        elif set(digits) & set(".e"):
            return sign * float(digits)
        elif len(digits) > 1 and digits.startswith("0") and digits.isdecimal():
            found = int(digits, 8)
        else:
            found = int(digits)
    except (ValueError, OverflowError):
        raise bad from None
    if not -_INT64 <= sign * found < _INT64:
        raise TemplateError(file, token.line, f"integer overflow: {written}")
    return sign * found
