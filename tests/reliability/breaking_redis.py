"""Everything that may happen to a Redis under the service, each mended again at the end."""

import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import anyio
import redis.asyncio as redis
from redis.exceptions import ResponseError
from reliability.history import History, Sent
from reliability.load import GROUP, STREAM, alerts_of, batch
from reliability.process import Process
from support.eventually import eventually
from support.redis_server import RedisServer

PAUSED_SECONDS = 9.0  # Longer than the service waits for an answer.


class Queue:
    """A producer of the stream, who knows which entry had what in it, and what Redis lost."""

    def __init__(self, server: RedisServer, history: History, seed: str) -> None:
        self.server = server
        self._history = history
        self._random = Random(seed)
        self._entries: dict[str, Sent] = {}
        self._count = 0

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Any]:
        """A connection of its own."""
        async with redis.Redis.from_url(self.server.url, decode_responses=True) as client:
            yield client

    async def add(self, count: int) -> None:
        """So many entries; who adds one has handed it in."""
        async with self.client() as client:
            for _ in range(count):
                self._count += 1
                sent = batch(self._random, f"q{self._count}", 5)
                self._history.sent.append(sent)
                entry = await client.xadd(STREAM, {"payload": json.dumps(alerts_of(sent))})
                sent.accepted = anyio.current_time()
                self._entries[entry] = sent

    async def lose(self) -> int:
        """Redis is about to lose all; how many entries nobody can be blamed for.

        What was acknowledged to it stays promised. The service must stand still meanwhile.
        """
        async with self.client() as client:
            (group,) = await client.xinfo_groups(STREAM)
            kept = await client.xpending_range(STREAM, GROUP, "-", "+", 100_000)
        last = _order(group["last-delivered-id"])
        pending = {one["message_id"] for one in kept}
        lost = [e for e in self._entries if _order(e) > last or e in pending]
        for entry in lost:
            self._entries.pop(entry).accepted = None
        return len(lost)


def _order(entry: str) -> tuple[int, int]:
    milliseconds, _, count = entry.partition("-")
    return int(milliseconds), int(count)


async def killed(queue: Queue, process: Process) -> None:
    """kill -9 of a Redis that keeps what it answered."""
    await anyio.to_thread.run_sync(queue.server.kill)
    await degraded(process)
    await anyio.to_thread.run_sync(queue.server.start)


async def restarted_empty(queue: Queue, process: Process) -> None:
    """Killed, and all it kept is gone."""
    async with _frozen(process):
        await queue.lose()
        await anyio.to_thread.run_sync(queue.server.kill)
        queue.server.empty()
    await degraded(process)
    await anyio.to_thread.run_sync(queue.server.start)


async def trimmed(queue: Queue, process: Process) -> None:
    """XTRIM past what was not read yet."""
    async with _frozen(process), queue.client() as client:
        await queue.add(20)
        assert await queue.lose()
        await client.xtrim(STREAM, maxlen=0, approximate=False)


async def paused(queue: Queue, process: Process) -> None:
    """It stands still for longer than anybody waits for it, and goes on."""
    queue.server.signal(signal.SIGSTOP)
    try:
        await degraded(process)
    finally:
        queue.server.signal(signal.SIGCONT)


async def without_stream(queue: Queue, process: Process) -> None:
    """The stream is deleted."""
    async with _frozen(process), queue.client() as client:
        await queue.lose()
        await client.delete(STREAM)


async def without_group(queue: Queue, process: Process) -> None:
    """The group is deleted, the entries are not: all are read again, and known again."""
    async with queue.client() as client:
        await client.xgroup_destroy(STREAM, GROUP)


async def of_wrong_type(queue: Queue, process: Process) -> None:
    """A string is in the stream's place."""
    async with queue.client() as client:
        async with _frozen(process):
            await queue.lose()
            await client.set(STREAM, "text")
        await degraded(process)
        await client.delete(STREAM)


async def with_another_password(queue: Queue, process: Process) -> None:
    """It asks for a password that the service does not have."""
    async with queue.client() as client:
        await client.config_set("requirepass", "another")
        await client.auth("another")
        await client.client_kill_filter(_type="normal", skipme=True)
        await degraded(process)
        await client.config_set("requirepass", "")


async def with_a_dead_consumer(queue: Queue, process: Process) -> None:
    """Somebody else took entries and died; they come when their time is over."""
    async with _frozen(process), queue.client() as client:
        await queue.add(5)
        await client.xreadgroup(GROUP, "dead", {STREAM: ">"}, count=5)
        await client.xclaim(STREAM, GROUP, "dead", 0, await _ids(client), idle=120_000)


async def _ids(client: Any) -> list[str]:
    return [one["message_id"] for one in await client.xpending_range(STREAM, GROUP, "-", "+", 100)]


TROUBLES: tuple[Callable[[Queue, Process], Awaitable[None]], ...] = (
    killed,
    trimmed,
    with_another_password,
    without_stream,
    of_wrong_type,
    restarted_empty,
    without_group,
    paused,
    with_a_dead_consumer,
)


@asynccontextmanager
async def _frozen(process: Process) -> AsyncIterator[None]:
    """The service stands still."""
    process.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.signal(signal.SIGCONT)


async def degraded(process: Process) -> None:
    """Wait until the service says that Redis is away, and takes alerts all the same."""

    async def told() -> bool:
        ready = await process.get("/health/ready")
        assert ready.status == 200
        return "Redis" in ready.text

    await eventually("readiness is degraded", told, seconds=20)


async def settled(queue: Queue) -> bool:
    """Whether all that is in Redis was read and acknowledged."""
    async with queue.client() as client:
        try:
            (group,) = await client.xinfo_groups(STREAM)
            last = (await client.xinfo_stream(STREAM))["last-generated-id"]
        except (ResponseError, ValueError):
            return False
        return bool(group["pending"] == 0 and _order(group["last-delivered-id"]) >= _order(last))
