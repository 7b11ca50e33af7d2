"""One server of each channel, and a routes.toml's receivers that point at them."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from support.channels import HOOK_SECRET, ROUTING_KEY
from support.servers import PagerdutyServer, SlackServer, TwilioServer, WebhookServer
from support.smtp import SmtpServer

CHANNELS = ("slack", "sms", "pagerduty", "webhook", "email", "apprise")
ENVIRON = {
    "SLACK_TOKEN": SlackServer.token,
    "TWILIO_SID": TwilioServer.account,
    "TWILIO_TOKEN": TwilioServer.token,
    "PAGERDUTY_KEY": ROUTING_KEY,
    "HOOK_SECRET": HOOK_SECRET,
}
SHARED = """
[channels.slack]
token = "${SLACK_TOKEN}"
[channels.email]
from = "Tocsin <tocsin@example.com>"
[channels.sms]
provider = "twilio"
account = "${TWILIO_SID}"
token = "${TWILIO_TOKEN}"
[channels.pagerduty]
routing_key = "${PAGERDUTY_KEY}"
[channels.webhook]
secret = "${HOOK_SECRET}"
timeout = "500ms"
"""


@dataclass(frozen=True)
class Outside:
    """The world the service speaks to."""

    slack: SlackServer
    sms: TwilioServer
    pagerduty: PagerdutyServer
    webhook: WebhookServer
    email: SmtpServer
    apprise: WebhookServer

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls) -> AsyncIterator["Outside"]:
        """Serve on loopback until left."""
        async with contextlib.AsyncExitStack() as stack:
            enter = stack.enter_async_context
            yield cls(
                slack=await enter(SlackServer.open()),
                sms=await enter(TwilioServer.open()),
                pagerduty=await enter(PagerdutyServer.open()),
                webhook=await enter(WebhookServer.open()),
                email=await enter(SmtpServer.open()),
                apprise=await enter(WebhookServer.open()),
            )

    def but(self, channel: str, other: "Outside") -> "Outside":
        """The same, with one channel's server taken from another world."""
        return replace(self, **{channel: getattr(other, channel)})

    def receiver(self, name: str, phone: str = "+15555550101") -> str:
        """A receiver with an integration of every channel; texts come from `phone`."""
        return f"""
[receivers.{name}]
slack = [{{ channel = "#{name}", api_url = "{self.slack.api_url}" }}]
sms = [{{ to = ["+15555550199"], from = "{phone}", api_url = "{self.sms.url}" }}]
pagerduty = [{{ api_url = "{self.pagerduty.url}" }}]
webhook = [{{ url = "{self.webhook.url}/{name}" }}]
email = [{{ to = ["{name}@example.com"], smarthost = "{self.email.smarthost}" }}]
apprise = [{{ url = "{self.apprise.apprise_url}/{name}" }}]
"""

    def messages(self, channel: str, word: str = "") -> int:
        """How many messages with this word in them a channel was asked to carry."""
        if channel == "email":
            return sum(word in mail.part("plain") for mail in self.email.mails)
        return sum(word.encode() in body for body in getattr(self, channel).bodies)
