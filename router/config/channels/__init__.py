"""The channels of routes.toml: one file each says which keys it reads and what it makes of them."""

from router.config.channels import apprise, console, email, pagerduty, slack, sms, webhook
from router.config.channels.channel import Channel, Options, Shared, Unusable

__all__ = ["CHANNELS", "Channel", "Options", "Shared", "Unusable"]

CHANNELS: dict[str, Channel] = {
    "slack": slack.CHANNEL,
    "sms": sms.CHANNEL,
    "email": email.CHANNEL,
    "pagerduty": pagerduty.CHANNEL,
    "webhook": webhook.CHANNEL,
    "apprise": apprise.CHANNEL,
    "console": console.CHANNEL,
}
