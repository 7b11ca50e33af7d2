"""Killed with many active alerts and silences: how soon is it ready again, and what is left?"""

import json
import signal
import time
from pathlib import Path

from bench.figures import Figure
from bench.load import Client, bodies, pour, rfc3339
from bench.server import serving

_SILENCES = 200


async def measure(kind: str, folder: Path, scale: float) -> dict[Figure, float]:
    """Fill a fresh server, kill it, start it again."""
    many = int(100_000 * scale)
    now = time.time()
    with serving(kind, folder) as server:
        await pour(server.port, bodies(range(many), now, now + 3600), 4)
        client = Client(server.port)
        for number in range(_SILENCES):
            await client.post(_silence(number, now), "/api/v2/silences")
        client.close()
        server.stop(signal.SIGKILL)
        ready = server.start()
        client = Client(server.port)
        alerts = json.loads(await client.get("/api/v2/alerts"))
        silences = json.loads(await client.get("/api/v2/silences"))
        client.close()
    after = f"after kill -9 with {many:,} active"
    return {
        Figure(f"{after}: ready again", "s", "≤ 3 s"): ready,
        Figure(f"{after}: alerts kept", "", "all", less=False): len(alerts),
        Figure(f"{after}: of {_SILENCES} silences kept", "", "all", less=False): len(silences),
    }


def _silence(number: int, now: float) -> bytes:
    matcher = {"name": "instance", "value": f"gone{number}", "isRegex": False, "isEqual": True}
    silence = {
        "matchers": [matcher],
        "startsAt": rfc3339(now),
        "endsAt": rfc3339(now + 3600),
        "createdBy": "bench",
        "comment": "for the benchmark",
    }
    return json.dumps(silence).encode()
