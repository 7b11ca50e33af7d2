"""What tests say to a running service, and what they ask it."""

from datetime import UTC, datetime
from typing import Any

from support.service import Reply, Service


def alert(*, ends: str | None = None, summary: str = "", **labels: str) -> dict[str, Any]:
    """One alert as Prometheus posts it; it is over from `ends` on."""
    annotations = {"summary": summary} if summary else {}
    posted: dict[str, Any] = {"labels": labels, "annotations": annotations}
    if ends is not None:
        posted["endsAt"] = ends
    return posted


async def fire(service: Service, *, summary: str = "", **labels: str) -> None:
    """Report one alert that fires."""
    reply = await service.post("/api/v2/alerts", [alert(summary=summary, **labels)])
    assert reply.status == 200, reply


async def end(service: Service, **labels: str) -> None:
    """Report that it is over."""
    posted = alert(ends=datetime.now(UTC).isoformat(), **labels)
    reply = await service.post("/api/v2/alerts", [posted])
    assert reply.status == 200, reply


async def incident(service: Service, number: int) -> dict[str, Any]:
    """An incident with its timeline."""
    reply = await service.get(f"/api/v1/incidents/{number}")
    assert reply.status == 200, reply
    shown: dict[str, Any] = reply.json()
    return shown


async def incidents(service: Service, **query: str) -> list[dict[str, Any]]:
    """The incidents, newest first."""
    reply = await service.get("/api/v1/incidents", params=query)
    assert reply.status == 200, reply
    found: list[dict[str, Any]] = reply.json()["incidents"]
    return found


async def answer(service: Service, number: int, action: str, **body: str) -> Reply:
    """`ack`, `unack` or `resolve` by the API."""
    return await service.post(f"/api/v1/incidents/{number}/{action}", body)


def records(shown: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The records of one kind in an incident's timeline."""
    return [record for record in shown["timeline"] if record["kind"] == kind]


def number_in(metrics: str, name: str) -> float | None:
    """The value of a metric that has no labels."""
    lines = (line.split() for line in metrics.splitlines() if line.startswith(f"{name} "))
    return next((float(line[1]) for line in lines), None)
