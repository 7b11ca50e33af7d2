"""Names that are part of an address."""

import re

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII).fullmatch


def address_part(name: str) -> bool:
    """Whether a name can stand in an address as it is."""
    return _NAME(name) is not None
