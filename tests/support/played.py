"""The shipped routes.toml played out: real loop, courier and senders, local providers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import msgspec

from router.config.load import Loaded, load
from router.core.alert import Report
from router.core.command import Record
from router.core.event import Reported
from router.core.integration import EmailIntegration, SmsIntegration
from router.core.labels import canonical
from router.core.moment import DAY, SECOND, Now
from router.core.notification import Delivery
from router.core.outgoing import Outgoing
from router.core.state import State
from router.core.stored import Stored
from router.runtime.compose import compose
from router.runtime.courier import Courier
from router.runtime.links import Signer
from router.runtime.loop import Loop
from router.senders.senders import Senders
from support.hand_clock import HandClock
from support.leaping_sockets import LeapingSockets
from support.memory_journal import MemoryJournal
from support.servers import Answer, PagerdutyServer, Request, SlackServer, TwilioServer
from support.smtp import SmtpServer

SHIPPED = Path(__file__).parents[2] / "routes.toml"
ENVIRON = {
    "PAGERDUTY_KEY": "0123456789abcdef0123456789abcdef",
    "SLACK_TOKEN": SlackServer.token,
    "SMTP_PASSWORD": SmtpServer.password,
    "TWILIO_SID": TwilioServer.account,
    "TWILIO_TOKEN": TwilioServer.token,
}
Told = list[tuple[float, str]]
"""Second and target of each attempt that reached a provider."""


class Performed(msgspec.Struct, frozen=True):
    """What providers were handed; `refused` and `again` are what was not taken, by its attempt."""

    taken: Told
    refused: Told
    again: Told
    requests: int


class LoopClock(HandClock):
    """Goes with the event loop's time."""

    def now(self) -> Now:
        passed = round(asyncio.get_running_loop().time() * SECOND)
        began = super().now()
        return Now(began.wall + passed, began.service + passed)


class DeadTwilio(TwilioServer):
    """Answers nothing but 503."""

    dead = False

    def success(self, request: Request) -> Answer:
        if self.dead:
            return self.refuses(20503, "Service unavailable", status=503)
        return super().success(request)


class Providers:
    """The far sides of every channel that the shipped file uses."""

    def __init__(
        self, slack: SlackServer, twilio: DeadTwilio, pagerduty: PagerdutyServer, smtp: SmtpServer
    ) -> None:
        self.slack, self.twilio, self.pagerduty, self.smtp = slack, twilio, pagerduty, smtp

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["Providers"]:
        """Serve until left."""
        async with (
            SlackServer.open() as slack,
            DeadTwilio.open() as twilio,
            PagerdutyServer.open() as pagerduty,
            SmtpServer.open() as smtp,
        ):
            slack.channel_id = ""
            yield cls(slack, twilio, pagerduty, smtp)

    def routes(self) -> bytes:
        """The shipped file, pointed here; nothing else of it is changed."""
        text = SHIPPED.read_text("utf-8")
        for old, new in (
            ("[channels.slack]\n", f'[channels.slack]\napi_url = "{self.slack.api_url}"\n'),
            ("[channels.sms]\n", f'[channels.sms]\napi_url = "{self.twilio.url}"\n'),
            ('"smtp.example.com:587"\n', f'"{self.smtp.smarthost}"\ntls = "none"\n'),
            ('username = "tocsin"\npassword = "${SMTP_PASSWORD}"\n', ""),
            (
                "[channels.email]\n",
                f'[channels.pagerduty]\napi_url = "{self.pagerduty.url}"\n[channels.email]\n',
            ),
        ):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return text.encode()

    def told(self, loaded: Loaded) -> Told:
        """Everything that came, under the names of those it was meant for, in order."""
        people = loaded.configuration.users
        names: dict[str, str] = {}
        for user in people.values():
            for via, method in user.methods.items():
                if isinstance(method, SmsIntegration | EmailIntegration):
                    to = method.to if isinstance(method.to, str) else method.to[0]
                    names[to] = f"user:{user.id}/{via}"
        names |= {"ops@example.com": "receiver:ops/email/0"}
        names |= {"#critical-alerts": "receiver:critical/slack/0", "#ops": "receiver:ops/slack/0"}
        found = [(r.at, names[r.json()["channel"]]) for r in self.slack.requests]
        found += [(r.at, names[r.form()["To"]]) for r in self.twilio.requests]
        found += [(r.at, "receiver:critical/pagerduty/0") for r in self.pagerduty.requests]
        found += [(mail.at, names[to]) for mail in self.smtp.mails for to in mail.recipients]
        return sorted(found)


async def play(labels: dict[str, str], seconds: float, *, dead_sms: bool) -> Performed:
    """Fire one alert and answer nothing for so long; what every provider was handed, and when."""
    async with Providers.open() as providers, Senders.open(console=False) as senders:
        providers.twilio.dead = dead_sms
        loaded = load(providers.routes(), folder=SHIPPED.parent, environ=ENVIRON)
        senders.use(loaded.templates)
        clock = LoopClock()
        journal = MemoryJournal(Stored(instance="forecast"))
        loop = Loop(State(loaded.configuration, journal.stored), journal, clock)
        signer = Signer([b"a key that is long enough for anyone"])

        def composed(row: Delivery) -> Outgoing:
            return compose(row, loop.state, signer, "https://alerts.example.com", clock.now())

        courier = Courier(loop, senders, composed)
        loop.offer = courier.offer
        loop.reserve = courier.reserve
        running = asyncio.get_running_loop()
        assert isinstance(running, LeapingSockets)
        running.wait_for(lambda: courier.under_way > 0)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(loop.run)
            tasks.start_soon(courier.run)
            began, wall = running.time(), clock.now().wall
            fired = Report(labels=canonical(labels), starts_at=wall, ends_at=wall + DAY)
            await loop.submit([Reported(fired)])
            await anyio.sleep(seconds)
            tasks.cancel_scope.cancel()
        running.wait_for(lambda: True)
        told = [(at - began, target) for at, target in providers.told(loaded)]
        commands = [command for batch in journal.batches for command in batch]
        records = [c for c in commands if isinstance(c, Record) and c.kind == "failed"]
        failed = [
            ((r.at - wall) / SECOND, r.detail["target"], r.detail["attempt"]) for r in records
        ]
        first = [(at, target) for at, target, attempt in failed if attempt == 1]
        again = [(at, target) for at, target, attempt in failed if attempt > 1]
        taken = [each for each in told if not (dead_sms and each[1].endswith("/sms"))]
        return Performed(taken, first, again, len(told))
