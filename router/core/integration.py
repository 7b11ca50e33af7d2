"""One way to reach somebody: a receiver's integration, or one contact method of a person.

Each holds everything its sender needs; settings shared by a channel are already merged in.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec

from router.core.http_options import HttpOptions, Tls
from router.core.pagerduty_event import PagerdutyEvent
from router.core.secret import Secret, secrets_in
from router.core.slack_attachment import SlackAttachment


class Integration(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What every integration has. `send_resolved` says whether it wants to hear of the end.

    `lacking` names where its addresses should have come from, those that are not there yet.
    """

    send_resolved: bool = True
    lacking: tuple[str, ...] = ()

    @cached_property
    def kind(self) -> str:
        """The channel's name, as routes.toml spells it."""
        return type(self).__name__.removesuffix("Integration").lower()

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Where what it lacks should have come from; empty when it can be used."""
        secrets = (secret.origin for secret in secrets_in(self) if secret.missing)
        return tuple(dict.fromkeys((*secrets, *self.lacking)))


class HttpIntegration(Integration, frozen=True, kw_only=True):
    """One that is reached by HTTP; `http` says how its requests are made."""

    http: HttpOptions = HttpOptions()


class SlackIntegration(HttpIntegration, frozen=True, kw_only=True):
    """A channel or person by bot token, or one channel by incoming webhook.

    With an `attachment` the message is worded by it and not by us. With `update_message` and a
    token, news edits the message. With `buttons` a page can be answered by pressing one below it.
    `timeout` is in microseconds, 0 for the usual one.
    """

    channel: str = ""
    token: Secret | None = None
    webhook_url: Secret | None = None
    api_url: str = "https://slack.com/api"
    attachment: SlackAttachment | None = None
    update_message: bool = False
    buttons: bool = False
    timeout: int = 0


class EmailIntegration(Integration, frozen=True, kw_only=True):
    """Mail by SMTP. `tls` is `starttls` (required), `implicit`, `none`, or `auto` by port.

    With `headers`, `html` or `text` it is worded by them and not by us. `threading` is `none` to
    thread a group's mails for ever, `daily` for one thread a day, or empty.
    """

    to: tuple[str, ...]
    sender: str
    smarthost: str
    username: str = ""
    password: Secret | None = None
    hello: str = ""
    tls: str = "auto"
    auth_secret: Secret | None = None
    auth_identity: str = ""
    headers: Mapping[str, str] = {}
    html: str | None = None
    text: str | None = None
    threading: str = ""
    tls_config: Tls = Tls()

    @property
    def worded(self) -> bool:
        """Whether the receiver says anything of the mail itself."""
        return bool(self.headers or self.html is not None or self.text is not None)


class SmsIntegration(HttpIntegration, frozen=True, kw_only=True):
    """A text message by Twilio's Messages API. With `replies`, people may text back."""

    to: str
    sender: str
    account: Secret
    token: Secret
    api_url: str = "https://api.twilio.com"
    replies: bool = False


class PagerdutyIntegration(HttpIntegration, frozen=True, kw_only=True):
    """PagerDuty's Events API v2, or v1, where `routing_key` is the key of a service.

    With an `event` it is worded by that and not by us. `timeout` is in microseconds, 0 for the
    usual one.
    """

    routing_key: Secret
    v1: bool = False
    api_url: str = "https://events.pagerduty.com"
    event: PagerdutyEvent | None = None
    timeout: int = 0


class Responder(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an Opsgenie alert is for; `type` is team, teams, user, escalation or schedule."""

    type: str
    id: str = ""
    name: str = ""
    username: str = ""


class OpsgenieIntegration(HttpIntegration, frozen=True, kw_only=True):
    """Opsgenie's Alert API v2, which Jira Service Management answers as well.

    A text that is None is ours.
    """

    api_key: Secret
    api_url: str = "https://api.opsgenie.com"
    message: str | None = None
    description: str | None = None
    source: str | None = None
    details: Mapping[str, str] = {}
    responders: tuple[Responder, ...] = ()
    entity: str = ""
    actions: str = ""
    tags: str = ""
    note: str = ""
    priority: str = ""
    update_alerts: bool = False


class WebhookIntegration(HttpIntegration, frozen=True, kw_only=True):
    """A POST of Alertmanager's webhook v4 body, signed when there is a `secret`.

    A `payload`, of any depth, is sent instead, its texts rendered.
    """

    url: Secret
    secret: Secret | None = None
    max_alerts: int = 0
    timeout: int = 10_000_000
    payload: Any = None


class AppriseIntegration(Integration, frozen=True, kw_only=True):
    """Any service Apprise knows, by its URL; the end goes to `resolved_url` if there is one.

    `{dedup_key}` in a URL stands for what is the same in all messages about one group or incident,
    the name of one of `parts` for what that says of each message. With `html` the text is HTML.
    """

    url: Secret
    resolved_url: Secret | None = None
    parts: Mapping[str, str] = {}
    html: bool = False
    words: Mapping[str, Any] = {}


class ConsoleIntegration(Integration, frozen=True, kw_only=True):
    """Prints to the terminal the service runs in."""
