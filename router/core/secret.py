"""A value that may be used but never shown."""

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
