"""The service as a whole: its address, its time zone, its key, and its last resort."""

from pathlib import Path

import msgspec

from router.config.address import base_url
from router.config.names import Names, targets
from router.config.table import Table
from router.config.vault import Vault
from router.config.zone import zone
from router.core.moment import HOUR, MINUTE
from router.core.settings import ServiceSettings


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What `[service]` says that decisions depend on."""

    fallback: tuple[str, ...]
    fallback_every: int
    resolve_timeout: int
    recovery_grace: int
    retention: int
    max_alerts: int


def rules(root: Table, names: Names) -> Rules:
    """The part of `[service]` that decisions depend on."""
    table = root.table("service")
    return Rules(
        fallback=targets(table, "fallback", names),
        fallback_every=table.duration("fallback_every", 30 * MINUTE, zero=False),
        resolve_timeout=table.duration("resolve_timeout", 5 * MINUTE, zero=False),
        recovery_grace=table.duration("recovery_grace", 15 * MINUTE),
        retention=table.duration("retention", 120 * HOUR, zero=False),
        max_alerts=table.number("max_alerts", 200_000, least=0, most=10_000_000),
    )


def settings(root: Table, vault: Vault, folder: Path) -> ServiceSettings:
    """The part of `[service]` that the process around the decisions needs."""
    table = root.table("service")
    file = table.text("secret_file", None)
    if file is not None and table.text("secret", None) is not None:
        table.problem("secret is there too; give only one", "secret_file")
    url = vault.address(table, "url", base_url)
    return ServiceSettings(
        url=url.value if url else "",
        timezone=table.parsed("timezone", zone, "UTC"),
        secret=vault.secret(table, "secret") if file is None else None,
        secret_file=str(folder / file) if file is not None else "",
    )
