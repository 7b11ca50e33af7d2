"""Alerts out of a real Redis stream, while Redis comes and goes."""

import json
from pathlib import Path

import anyio
from redis.asyncio import Redis
from support.eventually import eventually
from support.inbox import Inbox
from support.redis_server import RedisServer
from support.service import Service
from support.talk import fire, incidents

ROUTES = """
[users.ana]
webhook = "{inbox}/ana"
[policies.critical]
[[policies.critical.steps]]
notify = ["user:ana"]
wait = "1h"
[route]
policy = "critical"
group_by = ["alertname"]
group_wait = "0s"
group_interval = "300ms"
[sources.events]
kind = "redis"
url = "${{REDIS}}"
stream = "alerts"
"""


async def test_a_stream_pages_also_after_redis_was_away(tmp_path: Path) -> None:
    folder = tmp_path / "redis"
    folder.mkdir()
    redis = RedisServer(folder)
    await anyio.to_thread.run_sync(redis.start)
    try:
        async with Inbox() as inbox:
            routes = ROUTES.format(inbox=inbox.url)
            async with Service(tmp_path, routes, environ={"REDIS": redis.url}) as service:
                service.expect("redis")
                await add(redis, alertname="First")
                (page,) = await inbox.wait("/ana", event="page")
                assert page.json()["commonLabels"] == {"alertname": "First"}

                await anyio.to_thread.run_sync(redis.kill)
                await eventually("it is seen", lambda: is_degraded(service))
                await fire(service, alertname="Second")
                await inbox.wait("/ana", 2, event="page")

                await anyio.to_thread.run_sync(redis.start)
                await add(redis, alertname="Third")
                third = (await inbox.wait("/ana", 3, event="page"))[2]
                assert third.json()["commonLabels"] == {"alertname": "Third"}
                await eventually("all is well", lambda: is_well(service))

                await service.restart()
                await add(redis, alertname="First", ended=True)
                await inbox.wait("/ana", event="resolved")
                await eventually("nothing is pending", lambda: is_acknowledged(redis))
                assert len(inbox.to("/ana", event="page")) == 3, "no entry was taken twice"
                assert len(await incidents(service)) == 3
    finally:
        redis.kill()


async def add(redis: RedisServer, *, alertname: str, ended: bool = False) -> None:
    """Put an alert, or its end, on the stream."""
    status = "resolved" if ended else "firing"
    payload = json.dumps({"labels": {"alertname": alertname}, "status": status})
    async with Redis.from_url(redis.url) as client:
        await client.xadd("alerts", {"payload": payload})


async def is_acknowledged(redis: RedisServer) -> bool:
    """Whether every entry was acknowledged to Redis."""
    async with Redis.from_url(redis.url) as client:
        pending = await client.xpending("alerts", "tocsin")
        return bool(pending["pending"] == 0)


async def is_degraded(service: Service) -> bool:
    """Whether the service says that Redis is away, and that it takes alerts all the same."""
    ready = await service.get("/health/ready")
    assert ready.status == 200
    return "Redis" in str(ready.json().get("problems"))


async def is_well(service: Service) -> bool:
    """Whether nothing is degraded."""
    return bool((await service.get("/health/ready")).json()["status"] == "ok")
