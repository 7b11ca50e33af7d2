"""Opsgenie, and Jira Service Management by the same API: an integration by its key."""

from typing import Any

from router.config import http_config
from router.config.address import base_url
from router.config.channels.channel import Channel, Options, flags, lacks, pointed, rows, texts
from router.config.table import Table
from router.config.vault import Vault
from router.core.http_options import HttpOptions
from router.core.integration import OpsgenieIntegration, Responder

RESPONDERS = ("team", "teams", "user", "escalation", "schedule")
_TEXTS = "message description source entity actions tags note priority"


def _read(table: Table, vault: Vault) -> Options:
    own: dict[str, Any] = {**texts(table, *_TEXTS.split()), **flags(table, "update_alerts")}
    details = table.table("details")
    if found := texts(details, *details.names()):
        own["details"] = found
    if "responders" in table:
        own["responders"] = rows(table, "responders", Responder, "type")
        for at, each in enumerate(own["responders"]):
            _check(table, at, each)
    return Options(
        send_resolved=table.flag("send_resolved", None),
        http=http_config.read(table, vault),
        routing_key=vault.secret(table, "api_key"),
        api_url=vault.address(table, "api_url", base_url),
        own=own,
    )


def _check(table: Table, at: int, responder: Responder) -> None:
    kind = responder.type
    if kind and "{{" not in kind and kind.lower() not in RESPONDERS:
        what = f"is not known here; known: {', '.join(RESPONDERS)}"
        table.problem(what, "responders", at, "type")
    if not (responder.id or responder.name or responder.username):
        table.problem("needs one of `id`, `name` and `username`", "responders", at)


def _build(options: Options) -> tuple[OpsgenieIntegration, ...]:
    if options.routing_key is None:
        raise lacks("opsgenie", api_key=None)
    integration = OpsgenieIntegration(
        send_resolved=options.send_resolved is not False,
        http=options.http or HttpOptions(),
        api_key=options.routing_key,
        **options.own,
    )
    return (pointed(integration, options.api_url),)


CHANNEL = Channel(shared=_read, own=_read, build=_build)
