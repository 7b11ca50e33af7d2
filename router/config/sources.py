"""Sources: where alerts come from."""

from typing import Literal

from router.config.address import redis_url
from router.config.name import address_part
from router.config.table import Table
from router.config.vault import Vault
from router.core.secret import Secret
from router.core.settings import HttpSource, RedisSource, Source

KINDS = ("alertmanager", "webhook", "redis")
API = "api"
"""The name of whoever uses `/api/v2/alerts` while no source says that it does."""


def read(root: Table, vault: Vault) -> tuple[Source, ...]:
    """The sources in the file's order, and one for `/api/v2/alerts` if none claims it."""
    tables = root.named("sources")
    sources = [_source(name, table, vault) for name, table in tables.items()]
    owners = [s.name for s in sources if isinstance(s, HttpSource) and s.alertmanager_api]
    for name in owners[1:]:
        what = f"/api/v2/alerts belongs to {owners[0]!r} already; one source at most has it"
        tables[name].problem(what, "alertmanager_api")
    if owners:
        return tuple(sources)
    if API in tables:
        what = f"the name {API!r} is for the source with alertmanager_api = true; add it, or rename"
        tables[API].problem(what)
    return (*sources, HttpSource(name=API, kind="alertmanager", alertmanager_api=True))


def _source(name: str, table: Table, vault: Vault) -> Source:
    if not address_part(name):
        table.problem("a source's name is part of an address: letters, digits, dots, _ and - only")
    kind = table.choice("kind", KINDS, None)
    table.need("kind", f"needs a kind: {', '.join(KINDS)}")
    if kind == "redis":
        return _redis(name, table, vault)
    if kind is None:
        # What kind it would be is not known, so no key of any kind is called unknown.
        _redis(name, table, vault, required=False)
    return _http(name, "webhook" if kind == "webhook" else "alertmanager", table, vault)


def _http(
    name: str, kind: Literal["alertmanager", "webhook"], table: Table, vault: Vault
) -> HttpSource:
    has_api = table.flag("alertmanager_api", False)
    if has_api and kind != "alertmanager":
        table.problem('is only for kind = "alertmanager"', "alertmanager_api")
    return HttpSource(
        name=name, kind=kind, alertmanager_api=has_api, token=vault.secret(table, "token")
    )


def _redis(name: str, table: Table, vault: Vault, *, required: bool = True) -> RedisSource:
    url = vault.secret(table, "url", redis_url, is_address=True)
    stream = table.text("stream", "")
    if required and "url" not in table and "url_file" not in table:
        table.absent("needs a url, such as redis://localhost:6379/0", "url", "url_file")
    if required:
        table.need("stream", "needs a stream")
    return RedisSource(
        name=name,
        url=url or Secret(table.findings.name, ""),
        stream=stream,
        group=table.text("group", "tocsin"),
        field=table.text("field", "payload"),
        consumer=table.text("consumer", "tocsin"),
        rejects=table.text("rejects", f"{stream}:rejects"),
    )
