"""The operator's own words for messages, as the configuration brings them."""

from collections.abc import Mapping

import msgspec


class Templates(msgspec.Struct, frozen=True):
    """`messages` replace the built-in texts of these names, such as `email.html`.

    `macros` are what the single fields of integrations may call, by their names. `files` are Go
    templates as they were written, by their files' names.
    """

    messages: Mapping[str, str] = {}
    macros: Mapping[str, str] = {}
    files: Mapping[str, str] = {}


def is_template(text: str) -> bool:
    """Whether there is something to be filled in in a field, or it is sent as it stands."""
    return any(mark in text for mark in ("{{", "{%", "{#"))
