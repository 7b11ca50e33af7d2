"""The load: bodies of alerts as Prometheus writes them, and a client that costs little itself."""

import asyncio
import json
import time
from collections.abc import Iterable, Sequence

BATCH = 64  # What Prometheus sends at most in one request.


def rfc3339(wall: float) -> str:
    """A wall time in seconds as Prometheus writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(wall)) + f".{int(wall % 1 * 1000):03d}Z"


def alert(
    number: int, starts: float, ends: float, *, word: str = "a", spread: int = 1000
) -> object:
    """One alert of seven labels and three annotations; `spread` counts the alertnames there are."""
    return {
        "labels": {
            "alertname": f"DiskWillFill{number % spread}",
            "cluster": "eu-1",
            "instance": f"host{number}:9100",
            "job": "node",
            "mountpoint": "/data",
            "severity": "warning",
            "team": "storage",
        },
        "annotations": {
            "description": f"Host {number} has {word} disk that will be full in about 4 hours",
            "runbook_url": "https://runbooks.example.com/disk",
            "summary": f"Disk filling on host{number} {word}",
        },
        "startsAt": rfc3339(starts),
        "endsAt": rfc3339(ends),
        "generatorURL": "http://prom:9090/graph?g0.expr=x&g0.tab=1",
    }


def bodies(
    numbers: Sequence[int],
    starts: float,
    ends: float,
    *,
    size: int = BATCH,
    word: str = "a",
    spread: int = 1000,
) -> list[bytes]:
    """The alerts with these numbers, so many in each body. Starts must stay what they were."""
    batches = (numbers[at : at + size] for at in range(0, len(numbers), size))
    return [
        encode(alert(n, starts, ends, word=word, spread=spread) for n in batch) for batch in batches
    ]


def probe(name: str) -> bytes:
    """A body with one new critical alert, which is told of at once."""
    now = time.time()
    labels = {"alertname": "Probe", "kind": "probe", "probe": name, "severity": "critical"}
    one = {"labels": labels, "startsAt": rfc3339(now), "endsAt": rfc3339(now + 600)}
    return encode([one])


def encode(alerts: Iterable[object]) -> bytes:
    """A body of them, without blanks."""
    return json.dumps([*alerts], separators=(",", ":")).encode()


class Client:
    """One connection that is kept open. Answers with the status `refused` are good ones, too."""

    def __init__(self, port: int, *, refused: int = 200) -> None:
        self._port = port
        self._good = (b"http/1.1 200", f"http/1.1 {refused}".encode())
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes, path: str = "/api/v2/alerts") -> bytes:
        """Send a body; the answer's.

        Raises:
            RuntimeError: the answer was not 200.
        """
        length = f"Content-Type: application/json\r\nContent-Length: {len(body)}"
        head = f"POST {path} HTTP/1.1\r\nHost: bench\r\n{length}\r\n\r\n"
        return await self._ask(head.encode() + body)

    async def get(self, path: str) -> bytes:
        """The body at a path.

        Raises:
            RuntimeError: the answer was not 200.
        """
        return await self._ask(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())

    async def _ask(self, request: bytes) -> bytes:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"transfer-encoding: chunked" in head:
            body = await _chunked(reader)
        else:
            body = await reader.readexactly(_length(head))
        if not head.startswith(self._good):
            raise RuntimeError(f"{head[:40]!r}: {body[:200]!r}")
        return body

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def _length(head: bytes) -> int:
    at = head.find(b"content-length:")
    return int(head[at + 15 : head.find(b"\r\n", at)]) if at >= 0 else 0


async def _chunked(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)


async def pour(
    port: int,
    waiting: Iterable[bytes],
    connections: int,
    path: str = "/api/v2/alerts",
    *,
    refused: int = 200,
) -> float:
    """Post all bodies, each connection its next one when it was answered; the seconds it took.

    An answer with the status `refused` is an answer.
    """
    queue = iter(waiting)

    async def work() -> None:
        client = Client(port, refused=refused)
        try:
            for body in queue:
                await client.post(body, path)
        finally:
            client.close()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    return time.perf_counter() - began


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
