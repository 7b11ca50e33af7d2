"""PagerDuty: one service by its Events v2 routing key, or by its v1 service key."""

from typing import Any

from router.config import http_config
from router.config.address import base_url
from router.config.channels.channel import Channel, Options, lacks, pointed, rows, texts
from router.config.table import Table
from router.config.vault import Vault
from router.core.http_options import HttpOptions
from router.core.integration import PagerdutyIntegration
from router.core.pagerduty_event import PagerdutyEvent, PagerdutyImage, PagerdutyLink

_NAMES = "description client client_url severity component group source"
_FIELDS = {**{name: name for name in _NAMES.split()}, "class": "class_"}


def _read(table: Table, vault: Vault) -> Options:
    key, service_key = vault.secret(table, "routing_key"), vault.secret(table, "service_key")
    if key and service_key:
        table.problem("routing_key is there too; give only one", "service_key")
    own: dict[str, Any] = {"v1": True} if service_key else {"v1": False} if key else {}
    own.update({_FIELDS[name]: text for name, text in texts(table, *_FIELDS).items()})
    if table.value("details", "a table such as [details]", dict) is not None:
        own["details"] = table.whole("details")
    if "images" in table:
        own["images"] = rows(table, "images", PagerdutyImage)
    if "links" in table:
        own["links"] = rows(table, "links", PagerdutyLink)
    return Options(
        send_resolved=table.flag("send_resolved", None),
        http=http_config.read(table, vault),
        routing_key=key or service_key,
        api_url=vault.address(table, "api_url", base_url),
        timeout=table.duration("timeout", None, zero=False),
        own=own,
    )


def _build(options: Options) -> tuple[PagerdutyIntegration, ...]:
    if options.routing_key is None:
        raise lacks("pagerduty", routing_key=None)
    fields = {name: value for name, value in options.own.items() if name != "v1"}
    v1 = options.own.get("v1", False)
    integration = PagerdutyIntegration(
        send_resolved=options.send_resolved is not False,
        http=options.http or HttpOptions(),
        routing_key=options.routing_key,
        v1=v1,
        event=PagerdutyEvent(**fields) if fields or v1 else None,
        timeout=options.timeout or 0,
    )
    return (pointed(integration, options.api_url),)


CHANNEL = Channel(shared=_read, own=_read, build=_build)
