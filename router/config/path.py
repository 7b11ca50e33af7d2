"""Where in a TOML document something stands: the keys and indexes that lead to it."""

import re

Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+").fullmatch
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def spell(path: Path) -> str:
    """The path as a person would write it: `receivers."on call".slack[0].channel`."""
    spelt = ""
    for part in path:
        if isinstance(part, int):
            spelt += f"[{part}]"
        else:
            spelt += ("." if spelt else "") + _key(part)
    return spelt


def _key(key: str) -> str:
    if _BARE(key):
        return key
    return f'"{"".join(_ESCAPES.get(char, char) for char in key)}"'
