"""What all channels have in common: options from two places, merged into an integration."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, get_type_hints

import msgspec

from router.config.table import Table
from router.config.vault import Address, Check, Vault
from router.core.http_options import HttpOptions
from router.core.integration import Integration
from router.core.secret import Secret


class Unusable(ValueError):
    """The options do not suffice. The message says what an entry of a receiver needs.

    `keys` are those of `[channels.x]` that are lacking.
    """

    def __init__(self, message: str, *keys: str) -> None:
        super().__init__(message)
        self.keys = keys


def lacks(channel: str, **options: object) -> Unusable:
    """The reason why not all of these options are there, which may be shared ones."""
    keys = [key for key, option in options.items() if option is None]
    return Unusable(f"needs {_listed(keys)}, here or in [channels.{channel}]", *keys)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What one table says of a channel; a field it does not name is None or empty.

    `own` are fields that only one channel has, by the names its integration gives them.
    """

    send_resolved: bool | None = None
    channel: Address | None = None
    to: tuple[Address, ...] = ()
    token: Secret | None = None
    signing_secret: Secret | None = None
    webhook_url: Secret | None = None
    api_url: Address | None = None
    smarthost: Address | None = None
    sender: Address | None = None
    username: Address | None = None
    password: Secret | None = None
    hello: str | None = None
    tls: str | None = None
    account: Secret | None = None
    routing_key: Secret | None = None
    url: Secret | None = None
    secret: Secret | None = None
    max_alerts: int | None = None
    timeout: int | None = None
    http: HttpOptions | None = None
    own: Mapping[str, Any] = {}

    def over(self, shared: "Options") -> "Options":
        """These options, and the shared ones where these name none."""
        values = {name: getattr(self, name) for name in self.__struct_fields__ if name != "own"}
        named = {name: value for name, value in values.items() if value not in (None, ())}
        return msgspec.structs.replace(shared, **named, own={**shared.own, **self.own})


Kind = TypeVar("Kind", bound=Integration)
Shared = Mapping[str, Options]


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """One channel. `shared` and `own` read its keys in `[channels.x]` and in a receiver.

    `build` makes the integrations of one entry of a receiver; it raises Unusable. `personal` is
    the key of a user's table that reaches her by it, empty when none does, `check` what that must
    be, and `address` makes the options of what was found there.
    """

    shared: Callable[[Table, Vault], Options]
    own: Callable[[Table, Vault], Options]
    build: Callable[[Options], tuple[Integration, ...]]
    personal: str = ""
    check: Check = str
    address: Callable[[Address], Options] = lambda _: Options()


def texts(table: Table, *keys: str) -> dict[str, str]:
    """The texts of a table by their keys; an empty one is said, and not the same as none."""
    found = {key: table.value(key, "text", str) for key in keys}
    return {key: text for key, text in found.items() if text is not None}


def flags(table: Table, *keys: str) -> dict[str, bool]:
    """What a table says is true or false."""
    found = {key: table.flag(key, None) for key in keys}
    return {key: said for key, said in found.items() if said is not None}


Row = TypeVar("Row", bound=msgspec.Struct)


def rows(table: Table, key: str, kind: type[Row], *needed: str) -> tuple[Row, ...]:
    """An array of tables as structs of texts and flags, each with what it needs."""
    return tuple(row(each, kind, *needed) for each in table.tables(key))


def row(table: Table, kind: type[Row], *needed: str) -> Row:
    """A table as a struct of texts and flags; other fields are left as they are by default."""
    hints = get_type_hints(kind)
    found: dict[str, Any] = {
        **texts(table, *(name for name, hint in hints.items() if hint in (str, str | None))),
        **flags(table, *(name for name, hint in hints.items() if hint in (bool, bool | None))),
    }
    for name in needed:
        if not found.get(name):
            table.absent(f"needs `{name}`", name)
    return kind(**dict.fromkeys(needed, "") | found)


def lacking(*addresses: Address | None) -> tuple[str, ...]:
    """Where the addresses should have come from, those that are missing."""
    return tuple(dict.fromkeys(a.origin for a in addresses if a and a.missing))


def value(address: Address | None) -> str:
    """The address as text; empty when there is none."""
    return address.value if address else ""


def secret(address: Address) -> Secret:
    """An address as a secret."""
    return Secret(address.origin, address.value)


def pointed(integration: Kind, api_url: Address | None) -> Kind:
    """The integration, sent to another host when the file names one."""
    if api_url is None:
        return integration
    away = (*integration.lacking, *lacking(api_url))
    return msgspec.structs.replace(integration, api_url=api_url.value, lacking=away)
