"""Bounded load: connections that post distinct alerts and never post one again, and a stream."""

import contextlib
import json
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

import aiohttp
import anyio
import redis.asyncio as redis
from reliability.history import History, Sent
from reliability.sink import Sink
from support.service import Service

STREAM = "alerts"
GROUP = "tocsin"
FILLED_AT_ONCE = 500


class Load:
    """Hands alerts in until `stop` is set; everything it did is in the history.

    `pause` is the longest pause of a connection between two requests, in seconds. `news` is set at
    the next 2xx, and then another takes its place.
    """

    def __init__(self, history: History, seed: str, *, pause: float = 0.04) -> None:
        self._history = history
        self._seed = seed
        self._pause = pause
        self.stop = False
        self.news = anyio.Event()

    async def post(self, url: str, name: str, most: int) -> None:
        """One connection: batches of up to `most` alerts a request, one after another."""
        random = Random(f"{self._seed} {name}")
        timeout = aiohttp.ClientTimeout(total=10)
        connector = aiohttp.TCPConnector(limit=1)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            for number in count(1):
                if self.stop:
                    return
                sent = batch(random, f"{name}{number}", most)
                self._history.sent.append(sent)
                await self._post(session, f"{url}/api/v2/alerts", sent)
                await anyio.sleep(random.random() * self._pause)

    async def _post(self, session: aiohttp.ClientSession, url: str, sent: Sent) -> None:
        try:
            async with session.post(url, json=alerts_of(sent)) as reply:
                seen = self._history.statuses
                seen[reply.status] = seen.get(reply.status, 0) + 1
                if reply.status == 200:
                    sent.accepted = time.monotonic()
                    self.news.set()
                    self.news = anyio.Event()
        except (aiohttp.ClientError, TimeoutError):
            await anyio.sleep(0.02)

    async def add(self, url: str) -> None:
        """A producer of the Redis stream; who adds an entry has handed it in."""
        random = Random(f"{self._seed} stream")
        async with redis.Redis.from_url(url) as client:
            for number in count(1):
                if self.stop:
                    return
                sent = batch(random, f"r{number}", 5)
                self._history.sent.append(sent)
                await client.xadd(STREAM, {"payload": json.dumps(alerts_of(sent))})
                sent.accepted = time.monotonic()
                await anyio.sleep(random.random() * self._pause)

    async def silence(self, url: str) -> None:
        """A new silence every now and then, which concerns nobody."""
        random = Random(f"{self._seed} silences")
        async with aiohttp.ClientSession() as session:
            while not self.stop:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.post(f"{url}/api/v2/silences", json=a_silence()) as reply:
                        if reply.status == 200:
                            self._history.silences.append((await reply.json())["silenceID"])
                await anyio.sleep(random.random() * 0.4)

    async def answer(self, url: str, sink: Sink, share: float) -> None:
        """Acknowledge that share of the incidents some time after their first page."""
        random = Random(f"{self._seed} answers")
        seen = 0
        async with aiohttp.ClientSession() as session, anyio.create_task_group() as tasks:
            while not self.stop:
                for attempt in sink.attempts[seen:]:
                    new = attempt.step == 1 and attempt.incident not in self._history.answered
                    if attempt.event == "page" and new and random.random() < share:
                        self._history.answered[attempt.incident] = None
                        delay = random.random()
                        tasks.start_soon(self._answer, session, url, attempt.incident, delay)
                seen = len(sink.attempts)
                await anyio.sleep(0.02)

    async def _answer(
        self, session: aiohttp.ClientSession, url: str, number: int, delay: float
    ) -> None:
        await anyio.sleep(delay)
        while True:
            try:
                async with session.post(f"{url}/api/v1/incidents/{number}/ack") as reply:
                    assert reply.status == 200, f"{reply.status} {await reply.text()}"
            except aiohttp.ClientError:
                await anyio.sleep(0.05)
            else:
                self._history.answered[number] = time.monotonic()
                return


async def fill(service: Service, alerts: int, silences: int) -> list[str]:
    """Give a service so many alerts that fire on and are not told; the ids of so many silences."""
    ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for start in range(0, alerts, FILLED_AT_ONCE):
        numbers = range(start, min(alerts, start + FILLED_AT_ONCE))
        body = [{"labels": _background(n), "endsAt": ends} for n in numbers]
        reply = await service.post("/api/v2/alerts", body)
        assert reply.status == 200, reply
    replies = [await service.post("/api/v2/silences", a_silence()) for _ in range(silences)]
    return [reply.json()["silenceID"] for reply in replies]


def _background(number: int) -> dict[str, str]:
    shared = {"alertname": "Background", "background": "yes", "severity": "warning"}
    return {**shared, "batch": f"background{number // 100}", "n": f"background{number}"}


def a_silence() -> dict[str, object]:
    """A silence of something that never fires."""
    now = datetime.now(UTC)
    return {
        "matchers": [{"name": "n", "value": "nothing", "isRegex": False, "isEqual": True}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=8)).isoformat(),
        "createdBy": "test",
        "comment": "concerns nothing",
    }


async def drained(url: str) -> bool:
    """Whether every entry of the stream was read and XACKed."""
    async with redis.Redis.from_url(url, decode_responses=True) as client:
        (group,) = await client.xinfo_groups(STREAM)
        last = (await client.xinfo_stream(STREAM))["last-generated-id"]
        return bool(group["pending"] == 0 and group["last-delivered-id"] == last)


def batch(random: Random, name: str, most: int) -> Sent:
    """Up to so many new alerts that are a group of their own."""
    size = random.randint(1, most)
    return Sent(
        batch=name,
        alerts=tuple(f"{name}.{i}" for i in range(size)),
        paged=random.random() < 0.15,
        began=time.monotonic(),
    )


def alerts_of(sent: Sent) -> list[dict[str, object]]:
    """The body that reports them."""
    shared = {"alertname": "Load", "batch": sent.batch, "paged": "yes" if sent.paged else "no"}
    return [{"labels": {**shared, "n": n}} for n in sent.alerts]
