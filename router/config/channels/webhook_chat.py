"""Chats that are reached by the address of a webhook: all that their channels have in common."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from router.config import http_config
from router.config.address import http_url
from router.config.channels.channel import Channel, Options, Unusable, lacks, secret
from router.config.table import Table
from router.config.vault import Vault
from router.core.chat import DiscordIntegration, MattermostIntegration, Msteamsv2Integration
from router.core.http_options import HttpOptions

Kind = type[DiscordIntegration] | type[MattermostIntegration] | type[Msteamsv2Integration]


def to_people(kind: Kind, own: Callable[[Table], Mapping[str, Any]], personal: str) -> Channel:
    """A channel whose webhook leads to one place, which can be a person's own.

    `own` reads the fields that only this chat has; `personal` is the key of a user's table.
    """

    def shared(table: Table, vault: Vault) -> Options:
        return _usual(table, vault, own)

    def entry(table: Table, vault: Vault) -> Options:
        return shared(table, vault).over(_address(table, vault))

    return Channel(
        shared=shared,
        own=entry,
        build=partial(_build, kind, Unusable("needs a webhook_url")),
        personal=personal,
        check=http_url,
        address=lambda address: Options(webhook_url=secret(address)),
    )


def to_channels(name: str, kind: Kind, own: Callable[[Table], Mapping[str, Any]]) -> Channel:
    """A channel whose one webhook may serve many places, and so may stand in `[channels.name]`."""

    def read(table: Table, vault: Vault) -> Options:
        return _usual(table, vault, own).over(_address(table, vault))

    build = partial(_build, kind, lacks(name, webhook_url=None))
    return Channel(shared=read, own=read, build=build)


def _usual(table: Table, vault: Vault, own: Callable[[Table], Mapping[str, Any]]) -> Options:
    http = http_config.read(table, vault)
    return Options(send_resolved=table.flag("send_resolved", None), http=http, own=own(table))


def _address(table: Table, vault: Vault) -> Options:
    return Options(webhook_url=vault.secret(table, "webhook_url", http_url, is_address=True))


def _build(kind: Kind, unusable: Unusable, options: Options) -> tuple[Any, ...]:
    if options.webhook_url is None:
        raise unusable
    integration = kind(
        send_resolved=options.send_resolved is not False,
        http=options.http or HttpOptions(),
        webhook_url=options.webhook_url,
        **options.own,
    )
    return (integration,)
