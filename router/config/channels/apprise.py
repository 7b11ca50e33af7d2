"""Apprise: the long tail of services, by Apprise's own addresses."""

from typing import Any

from router.config.address import any_url
from router.config.channels.channel import Channel, Options, Unusable, flags, secret, texts
from router.config.table import Table
from router.config.vault import Vault
from router.core.apprise_place import TOKEN_HOSTS, places
from router.core.integration import AppriseIntegration


def _shared(table: Table, vault: Vault) -> Options:
    return Options(send_resolved=table.flag("send_resolved", None))


def _own(table: Table, vault: Vault) -> Options:
    url = vault.secret(table, "url", any_url, is_address=True)
    own: dict[str, Any] = {**flags(table, "html")}
    if said := texts(table, "title", "text"):
        own["words"] = said
    end = vault.secret(table, "resolved_url", any_url, is_address=True)
    if end:
        own["resolved_url"] = end
    parts = table.table("parts")
    if found := texts(parts, *parts.names()):
        own["parts"] = found
        _check(table, [each.value for each in (url, end) if each and each.value], found)
    return _shared(table, vault).over(Options(url=url, own=own))


def _check(table: Table, urls: list[str], parts: dict[str, str]) -> None:
    """Each part must be somewhere, and may not say to which machine it goes."""
    found = {place.name: (url, place) for url in urls for place in places(url)}
    for name in parts if urls else ():
        if name not in found:
            table.problem(f"{{{name}}} does not stand in the url", "parts", name)
            continue
        url, place = found[name]
        scheme = url.partition("://")[0].lower()
        if place.where == "scheme" or (place.where == "host" and scheme not in TOKEN_HOSTS):
            what = "alerts would say which machine it goes to; write the host out"
            table.problem(what, "parts", name)


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
