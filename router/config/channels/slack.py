"""Slack: a channel by bot token, or an incoming webhook; people by their Slack id."""

from router.config import http_config
from router.config.address import base_url, http_url
from router.config.channels import words
from router.config.channels.channel import Channel, Options, Unusable, lacking, pointed, value
from router.config.table import Table
from router.config.vault import Vault
from router.core.http_options import HttpOptions
from router.core.integration import SlackIntegration

NAME_MAX = 80


def slack_name(text: str) -> str:
    """A channel's name or id, or a member's id.

    Raises:
        ValueError: it is neither.
    """
    if " " in text or len(text) > NAME_MAX:
        raise ValueError("is no Slack channel or member; write it like #ops or U02ANA")
    return text


def _shared(table: Table, vault: Vault) -> Options:
    return Options(
        send_resolved=table.flag("send_resolved", None),
        http=http_config.read(table, vault),
        token=vault.secret(table, "token"),
        signing_secret=vault.secret(table, "signing_secret"),
        api_url=vault.address(table, "api_url", base_url),
    )


def _own(table: Table, vault: Vault) -> Options:
    own = words.read(table, words.SLACK)
    options = Options(
        own={"words": own} if own else {},
        send_resolved=table.flag("send_resolved", None),
        http=http_config.read(table, vault),
        channel=vault.address(table, "channel", slack_name),
        token=vault.secret(table, "token"),
        webhook_url=vault.secret(table, "webhook_url", http_url),
        api_url=vault.address(table, "api_url", base_url),
    )
    if options.token and options.webhook_url:
        table.problem("token is there too; give only one", "webhook_url")
    return options


def _build(options: Options) -> tuple[SlackIntegration, ...]:
    common = SlackIntegration(
        send_resolved=options.send_resolved is not False,
        http=options.http or HttpOptions(),
        lacking=lacking(options.channel),
        channel=value(options.channel),
        token=None if options.webhook_url else options.token,
        webhook_url=options.webhook_url,
        **options.own,
    )
    if options.webhook_url:
        return (common,)
    if options.token is None:
        raise Unusable("needs a token, here or in [channels.slack], or a webhook_url", "token")
    if options.channel is None:
        raise Unusable("needs a channel")
    return (pointed(common, options.api_url),)


CHANNEL = Channel(
    shared=_shared,
    own=_own,
    build=_build,
    personal="slack",
    check=slack_name,
    address=lambda address: Options(channel=address),
)
