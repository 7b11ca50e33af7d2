"""Receivers: named sets of integrations."""

from router.config.channels import CHANNELS, Shared, Unusable
from router.config.channels.channel import texts
from router.config.table import Table
from router.config.vault import Vault
from router.core.configuration import Receiver
from router.core.integration import Integration


def shared(root: Table, vault: Vault) -> Shared:
    """What `[channels.…]` says for everybody who uses a channel."""
    tables = root.table("channels")
    return {name: each.shared(tables.table(name), vault) for name, each in CHANNELS.items()}


def read(root: Table, vault: Vault, shared: Shared) -> dict[str, Receiver]:
    """The receivers by name, each with its integrations in the order the file lists them."""
    return {
        name: Receiver(name, tuple(_integrations(table, vault, shared)), _labels(name, table))
        for name, table in root.named("receivers").items()
    }


def _labels(receiver: str, above: Table) -> dict[str, str]:
    table = above.table("labels")
    found = texts(table, *table.names())
    if found.get("name", receiver) != receiver:
        table.problem("is the receiver's own name, or left out", "name")
    return found


def _integrations(table: Table, vault: Vault, shared: Shared) -> list[Integration]:
    found: dict[str, list[Integration]] = {}
    for kind, channel in CHANNELS.items():
        found[kind] = []
        for entry in table.tables(kind):
            options = channel.own(entry, vault).over(shared[kind])
            try:
                found[kind].extend(channel.build(options))
            except Unusable as error:
                elsewhere = [("channels", kind, key) for key in error.keys]
                unless = [*map(entry.at, entry.known), *elsewhere]
                entry.findings.absent(entry.path, str(error), unless)
    return [each for kind in table.values for each in found.get(kind, ())]
