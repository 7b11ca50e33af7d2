"""PagerDuty: one service by its Events v2 routing key."""

from router.config import http_config
from router.config.address import base_url
from router.config.channels import words
from router.config.channels.channel import Channel, Options, lacks, pointed
from router.config.table import Table
from router.config.vault import Vault
from router.core.http_options import HttpOptions
from router.core.integration import PagerdutyIntegration


def _own(table: Table, vault: Vault) -> Options:
    own = words.read(table, words.PAGERDUTY)
    return _shared(table, vault).over(Options(own={"words": own} if own else {}))


def _shared(table: Table, vault: Vault) -> Options:
    return Options(
        send_resolved=table.flag("send_resolved", None),
        http=http_config.read(table, vault),
        routing_key=vault.secret(table, "routing_key"),
        api_url=vault.address(table, "api_url", base_url),
    )


def _build(options: Options) -> tuple[PagerdutyIntegration, ...]:
    if options.routing_key is None:
        raise lacks("pagerduty", routing_key=None)
    integration = PagerdutyIntegration(
        send_resolved=options.send_resolved is not False,
        http=options.http or HttpOptions(),
        routing_key=options.routing_key,
        **options.own,
    )
    return (pointed(integration, options.api_url),)


CHANNEL = Channel(shared=_shared, own=_own, build=_build)
