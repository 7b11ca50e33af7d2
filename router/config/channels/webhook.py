"""Webhooks: Alertmanager's body, posted to any address, signed when there is a secret."""

import re

from router.config import http_config
from router.config.address import http_url, or_template
from router.config.channels.channel import Channel, Options, Unusable, secret
from router.config.table import Table
from router.config.vault import Vault
from router.core.http_options import HttpOptions
from router.core.integration import WebhookIntegration
from router.core.moment import SECOND
from router.core.template import is_template

MAX_ALERTS = 100_000
TIMEOUT = 10 * SECOND
_names_host = re.compile(r"https?://[^/?#{\s]+[/?#]").match


def _shared(table: Table, vault: Vault) -> Options:
    return Options(
        send_resolved=table.flag("send_resolved", None),
        http=http_config.read(table, vault),
        secret=vault.secret(table, "secret"),
        max_alerts=table.number("max_alerts", None, least=0, most=MAX_ALERTS),
        timeout=table.duration("timeout", None, zero=False),
    )


def _own(table: Table, vault: Vault) -> Options:
    url = vault.secret(table, "url", or_template(http_url), is_address=True)
    if url is not None and is_template(url.value) and not _names_host(url.value):
        what = (
            "alerts say which host it goes to, and with what http_config sends; write the host out"
        )
        table.findings.warn(table.at("url"), what)
    own = {"payload": table.whole("payload")} if "payload" in table else {}
    return _shared(table, vault).over(Options(url=url, own=own))


def _build(options: Options) -> tuple[WebhookIntegration, ...]:
    if options.url is None:
        raise Unusable("needs a url")
    return (
        WebhookIntegration(
            send_resolved=options.send_resolved is not False,
            http=options.http or HttpOptions(),
            url=options.url,
            secret=options.secret,
            max_alerts=options.max_alerts or 0,
            timeout=options.timeout or TIMEOUT,
            **options.own,
        ),
    )


CHANNEL = Channel(
    shared=_shared,
    own=_own,
    build=_build,
    personal="webhook",
    check=http_url,
    address=lambda address: Options(url=secret(address)),
)
