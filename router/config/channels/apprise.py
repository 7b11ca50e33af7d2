"""Apprise: the long tail of services, by Apprise's own addresses."""

from typing import Any

from router.config.address import any_url
from router.config.channels.channel import Channel, Options, Unusable, secret, texts
from router.config.table import Table
from router.config.vault import Vault
from router.core.integration import AppriseIntegration


def _shared(table: Table, vault: Vault) -> Options:
    return Options(send_resolved=table.flag("send_resolved", None))


def _own(table: Table, vault: Vault) -> Options:
    url = vault.secret(table, "url", any_url, is_address=True)
    own: dict[str, Any] = {}
    if said := texts(table, "title", "text"):
        own["words"] = said
    if end := vault.secret(table, "resolved_url", any_url, is_address=True):
        own["resolved_url"] = end
    return _shared(table, vault).over(Options(url=url, own=own))


def _build(options: Options) -> tuple[AppriseIntegration, ...]:
    if options.url is None:
        raise Unusable("needs a url")
    wants = options.send_resolved is not False
    return (AppriseIntegration(send_resolved=wants, url=options.url, **options.own),)


CHANNEL = Channel(
    shared=_shared,
    own=_own,
    build=_build,
    personal="apprise",
    check=any_url,
    address=lambda address: Options(url=secret(address)),
)
