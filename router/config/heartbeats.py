"""Heartbeats: calls that must keep coming."""

from collections.abc import Iterable

from router.config.name import address_part
from router.config.table import Table
from router.config.vault import Vault
from router.core.heartbeat import Heartbeat
from router.core.labels import valid_name
from router.core.moment import MINUTE

GRACE = 5 * MINUTE


def read(root: Table, vault: Vault) -> dict[str, Heartbeat]:
    """The heartbeats by name."""
    tables = root.named("heartbeats")
    return {name: _heartbeat(name, table, vault) for name, table in tables.items()}


def _heartbeat(name: str, table: Table, vault: Vault) -> Heartbeat:
    if not address_part(name):
        what = "name is part of an address: letters, digits, dots, _ and - only"
        table.problem(f"a heartbeat's {what}")
    table.need("every", 'needs how often it is to come, such as every = "1h"')
    return Heartbeat(
        name=name,
        every=table.duration("every", MINUTE, zero=False),
        grace=table.duration("grace", GRACE),
        labels=_texts(table, "labels", reserved=("heartbeat",)),
        annotations=_texts(table, "annotations"),
        token=vault.secret(table, "token"),
    )


def _texts(table: Table, key: str, reserved: Iterable[str] = ()) -> dict[str, str]:
    """A table of texts by names of labels."""
    below = table.table(key)
    found = {}
    for name in below.values:
        text = below.text(name, None)
        if name in reserved:
            below.problem("is the heartbeat's own name and cannot be set", name)
        elif not valid_name(name):
            below.problem("is no name of a label", name)
        elif text is not None:
            found[name] = text
    return found
