"""Discord: a channel, or a person's own one, by its webhook."""

from router.config import http_config
from router.config.address import http_url
from router.config.channels.channel import Channel, Options, Unusable, flags, secret, texts
from router.config.table import Table
from router.config.vault import Vault
from router.core.chat import DiscordIntegration
from router.core.http_options import HttpOptions

_TEXTS = ("title", "message", "content", "username", "avatar_url")


def _shared(table: Table, vault: Vault) -> Options:
    own = {**texts(table, *_TEXTS), **flags(table, "update_message")}
    http = http_config.read(table, vault)
    return Options(send_resolved=table.flag("send_resolved", None), http=http, own=own)


def _own(table: Table, vault: Vault) -> Options:
    url = vault.secret(table, "webhook_url", http_url, is_address=True)
    return _shared(table, vault).over(Options(webhook_url=url))


def _build(options: Options) -> tuple[DiscordIntegration, ...]:
    if options.webhook_url is None:
        raise Unusable("needs a webhook_url")
    return (
        DiscordIntegration(
            send_resolved=options.send_resolved is not False,
            http=options.http or HttpOptions(),
            webhook_url=options.webhook_url,
            **options.own,
        ),
    )


CHANNEL = Channel(
    shared=_shared,
    own=_own,
    build=_build,
    personal="discord",
    check=http_url,
    address=lambda address: Options(webhook_url=secret(address)),
)
