"""Spells texts, constants and names as jinja2 reads them."""

import re

_MARKS = re.compile(r"\{(?=[{%#])|\r|\{$")
_WORDS = """
and or not in is if else elif endif for endfor set endset macro endmacro true false none True
False None with endwith block call filter import include extends from recursive loop data
namespace range self super caller varargs kwargs raw do break continue indexed each fail negated
ignore missing without context as import autoescape trans pluralize print
"""
_RESERVED = frozenset(_WORDS.split())


class Names:
    """Names that are not taken yet, near to those wanted."""

    def __init__(self, taken: frozenset[str]) -> None:
        self._taken = set(taken | _RESERVED)

    def new(self, wanted: str) -> str:
        """A name like this, which is taken from now on."""
        name = spelt(wanted)
        found, count = name, 2
        while found in self._taken:
            found, count = f"{name}_{count}", count + 1
        self._taken.add(found)
        return found


def spelt(name: str) -> str:
    """The name with nothing in it that jinja2 does not take in one."""
    found = re.sub(r"\W", "_", name, flags=re.ASCII) or "x"
    return f"x{found}" if found[0].isdigit() else found


def raw(text: str) -> str:
    """A text as it must stand in a jinja2 template to come out as it is."""
    return _MARKS.sub(lambda found: f"{{{{ {constant(found[0])} }}}}", text)


def comment(text: str) -> str:
    """A comment; what would end it too early is broken up."""
    return f"{{#{text.replace('#}', '# }').replace(chr(13), '')}#}}"


def constant(value: bool | int | float | str) -> str:
    """A constant as an expression."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{"".join(map(_spelt, value))}"'
    if isinstance(value, float):
        text = repr(value)
        return text if "." in text or "e" not in text else text.replace("e", ".0e")
    return str(value)


def _spelt(char: str) -> str:
    known = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    if char in known:
        return known[char]
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def singular(name: str) -> str:
    """What one of these might be called: `alert` for `Alerts`, `pair` for `SortedPairs`."""
    known = {"Firing": "alert", "Resolved": "alert", "SortedPairs": "pair", "Names": "name"}
    if name in known:
        return known[name]
    lower = name.lower()
    return lower[:-1] if lower.endswith("s") and len(lower) > 2 else "item"
