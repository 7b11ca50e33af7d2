"""The channels of routes.toml: one file each says which keys it reads and what it makes of them."""

from router.config.channels import (
    apprise,
    console,
    discord,
    email,
    mattermost,
    msteamsv2,
    opsgenie,
    pagerduty,
    slack,
    sms,
    telegram,
    webhook,
)
from router.config.channels.channel import Channel, Options, Shared, Unusable

__all__ = ["CHANNELS", "Channel", "Options", "Shared", "Unusable"]

CHANNELS: dict[str, Channel] = {
    "slack": slack.CHANNEL,
    "sms": sms.CHANNEL,
    "email": email.CHANNEL,
    "pagerduty": pagerduty.CHANNEL,
    "opsgenie": opsgenie.CHANNEL,
    "discord": discord.CHANNEL,
    "telegram": telegram.CHANNEL,
    "msteamsv2": msteamsv2.CHANNEL,
    "mattermost": mattermost.CHANNEL,
    "webhook": webhook.CHANNEL,
    "apprise": apprise.CHANNEL,
    "console": console.CHANNEL,
}
