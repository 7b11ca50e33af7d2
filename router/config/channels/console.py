"""The console: prints to the terminal the service runs in."""

from router.config.channels.channel import Channel, Options
from router.config.table import Table
from router.config.vault import Vault
from router.core.integration import ConsoleIntegration


def _read(table: Table, vault: Vault) -> Options:
    return Options(send_resolved=table.flag("send_resolved", None))


def _build(options: Options) -> tuple[ConsoleIntegration, ...]:
    return (ConsoleIntegration(send_resolved=options.send_resolved is not False),)


CHANNEL = Channel(shared=_read, own=_read, build=_build)
