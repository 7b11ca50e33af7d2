"""The two notations of matchers that Alertmanager reads: the classic one and the UTF-8 one.

Both give (name, operator, value); whether the value is a pattern RE2 takes is not asked here.
"""

import re
from typing import NamedTuple

Parts = tuple[str, str, str]

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
SPACE += "\u200a\u2028\u2029\u202f\u205f\u3000"
RESERVED = frozenset(SPACE + "{}!=~,\\\"'`")

_HOW = '; write it like severity="critical", with =, !=, =~ or !~'

_CLASSIC = re.compile(r"[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|=|!=|!~)[\t\n\f\r ]*")
_CLASSIC_ESCAPE = re.compile(r'\\(["n\\])')
_CLASSIC_TOKEN = re.compile(r'\\.|"|[^\\"]+|\\', re.DOTALL)

_SKIP = re.compile(f"[{SPACE}]*")
_TOKEN = re.compile(
    r'(?P<brace>[{}])|(?P<comma>,)|(?P<op>=~|=|!=|!~)|(?P<quoted>"(?:[^"\\]|\\.)*")'
    rf"|(?P<plain>[^{re.escape(''.join(sorted(RESERVED)))}]+)",
    re.DOTALL,
)
_GO_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\\"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))"
)
_GO_SIMPLE = dict(zip('abfnrtv\\"', '\a\b\f\n\r\t\v\\"', strict=True))


class MatcherError(ValueError):
    """A matcher cannot be used; the message says what is wrong with which text."""


def classic(text: str) -> Parts:
    """One matcher in the classic notation.

    Only `\\"`, `\\n` and `\\\\` are escapes in a value, quoted or not; another backslash is itself.

    Raises:
        MatcherError: it is none.
    """
    found = _CLASSIC.match(text)
    if found is None:
        raise MatcherError(f"bad matcher format: {text}{_HOW}")
    inner = raw = text[found.end() :].rstrip("\t\n\f\r ")
    tokens = _CLASSIC_TOKEN.findall(raw)
    quoted = tokens[:1] == ['"']
    if quoted:
        if len(tokens) < 2 or tokens[-1] != '"':
            raise _unescaped_quote(raw)
        inner, tokens = raw[1:-1], tokens[1:-1]
    if '"' in tokens:
        raise _unescaped_quote(raw)
    value = _CLASSIC_ESCAPE.sub(lambda m: "\n" if m[1] == "n" else m[1], inner)
    return found[1], found[2], value


def _unescaped_quote(raw: str) -> MatcherError:
    return MatcherError(
        f"matcher value contains unescaped double quote: {raw}; "
        'put the whole value in double quotes and write \\" for one inside'
    )


def classic_list(text: str) -> list[Parts]:
    """Matchers in the classic notation, split at commas that no quotes enclose.

    Raises:
        MatcherError: one of them is none.
    """
    pieces = [""]
    quoted = escaped = False
    for char in text.removeprefix("{").removesuffix("}"):
        if char == "," and not quoted:
            pieces.append("")
            continue
        if char == '"' and not escaped:
            quoted = not quoted
        elif char != ",":
            escaped = char == "\\" and not escaped
        pieces[-1] += char
    last = pieces.pop().strip(SPACE)
    return [classic(piece) for piece in ([*pieces, last] if last else pieces)]


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int

    def error(self, why: str) -> MatcherError:
        return MatcherError(f"{self.start}:{self.end}: {self.text}: {why}")

    def unexpected(self, wanted: str) -> MatcherError:
        return self._replace(text=f"unexpected {self.text}").error(f"expected {wanted}")


def utf8(text: str) -> Parts:
    """One matcher in the UTF-8 notation, between braces or without.

    Raises:
        MatcherError: it is none, or more than one.
    """
    found = utf8_list(text)
    if len(found) != 1:
        raise MatcherError(f"expected 1 matcher, found {len(found)}: {text}{_HOW}")
    return found[0]


def utf8_list(text: str) -> list[Parts]:
    """Matchers in the UTF-8 notation, between braces or without.

    Raises:
        MatcherError: the message says at which characters, from 0, the notation is broken.
    """
    tokens = _scan(text)
    braced = tokens[0].text == "{"
    if braced:
        tokens.pop(0)
    found = []
    while tokens[0].kind in ("quoted", "plain"):
        found.append(_take(tokens))
        if tokens[0].kind != "comma":
            break
        tokens.pop(0)
    else:
        if tokens[0].kind != "end" and tokens[0].text != "}":
            wanted = "a matcher or close brace after comma" if found else "label name"
            raise tokens[0].unexpected(wanted)
    return _closed(tokens, braced, found)


def _closed(tokens: list[_Token], braced: bool, found: list[Parts]) -> list[Parts]:
    """What was found, once the rest is the closing brace or nothing, as the opening one asks."""
    token = tokens[0]
    if token.text == "}":
        if not braced:
            raise token.error("expected opening brace")
        token = tokens[1]
        if token.kind != "end":
            raise token.unexpected("end of input")
    elif token.kind != "end":
        raise token.unexpected("a comma or close brace")
    elif braced:
        raise MatcherError(f"0:{token.end}: end of input: expected close brace")
    return found


def _take(tokens: list[_Token]) -> Parts:
    name, op, value, *_ = tokens
    if op.kind != "op":
        raise op.unexpected("an operator such as '=', '!=', '=~' or '!~'")
    if value.kind not in ("quoted", "plain"):
        raise value.unexpected("label value")
    del tokens[:3]
    return _unquoted(name), op.text, _unquoted(value)


def _scan(text: str) -> list[_Token]:
    tokens = []
    at = _SKIP.match(text).end()  # type: ignore[union-attr]
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise _Token("", text[at], at, at + 1).error("invalid input")
        tokens.append(_Token(found.lastgroup, found[0], at, found.end()))
        at = _SKIP.match(text, found.end()).end()  # type: ignore[union-attr]
    end = _Token("end", "end of input", at, at)
    return [*tokens, end, end]


def _unquoted(token: _Token) -> str:
    """A token's value: a quoted one is read as a string of Go, and must come out as UTF-8."""
    if token.kind == "plain":
        return token.text
    parts = []
    at = 1
    while at < len(token.text) - 1:
        char = token.text[at]
        found = _GO_ESCAPE.match(token.text, at) if char == "\\" else None
        if char == "\n" or (char == "\\" and found is None):
            raise token.error("invalid input")
        parts.append(_unescaped(found) if found else char.encode(errors="surrogatepass"))
        at = found.end() if found else at + 1
    try:
        return b"".join(parts).decode()
    except UnicodeDecodeError as error:
        raise token.error("invalid input") from error


def _unescaped(escape: re.Match[str]) -> bytes:
    """The bytes an escape stands for; for what Go refuses, a byte that UTF-8 never has."""
    simple, two, octal, short, long = escape.groups()
    if simple:
        return _GO_SIMPLE[simple].encode()
    if two or octal:
        return min(int(two, 16) if two else int(octal, 8), 0xFF).to_bytes()
    code = int(short or long, 16)
    return chr(code).encode(errors="surrogatepass") if code < 0x110000 else b"\xff"
