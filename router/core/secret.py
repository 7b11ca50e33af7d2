"""A value that may be used but never shown."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec


class Secret(msgspec.Struct, frozen=True):
    """A credential or secret address, and where it came from.

    `origin` is what may be shown: `${SLACK_TOKEN}`, a file name, or `routes.toml`.
    `value` is empty while the environment variable or file it names is missing.
    """

    origin: str
    value: str

    def __repr__(self) -> str:
        return f"Secret({self.origin!r}, ***)"

    __str__ = __repr__

    @property
    def missing(self) -> bool:
        """Whether there is nothing to use yet."""
        return not self.value


def secrets_in(value: Any) -> Iterator[Secret]:
    """Every secret inside a value made of structs, mappings and sequences."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from secrets_in(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from secrets_in(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from secrets_in(item)
