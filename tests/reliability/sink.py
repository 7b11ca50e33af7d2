"""Where everything the service sends arrives; now and then it refuses, or hangs up."""

import time
from random import Random

from aiohttp import web
from reliability.history import Attempt
from support.inbox import Inbox, Letter


class Sink(Inbox):
    """Takes webhooks and writes down each attempt.

    `faulty` is the share of requests to `/notify` that are refused or hung up on: pages are not,
    so that their order and their times can be judged exactly.
    """

    def __init__(self, random: Random | None = None, *, faulty: float = 0.0) -> None:
        super().__init__()
        self._random = random or Random(0)
        self._faulty = faulty
        self.attempts: list[Attempt] = []

    async def _take(self, request: web.Request) -> web.Response:
        at = time.monotonic()
        body = await request.read()
        letter = Letter(at, request.path, request.headers.copy(), body)
        outcome = self._outcome(request.path)
        self.letters.append(letter)
        self.attempts.append(_attempt(letter, outcome))
        if outcome == "dropped" and request.transport is not None:
            request.transport.abort()
        return web.Response(status=503 if outcome == "refused" else 200)

    def _outcome(self, path: str) -> str:
        if path == "/notify" and self._random.random() < self._faulty:
            return self._random.choice(("refused", "dropped"))
        return "taken"


def _attempt(letter: Letter, outcome: str) -> Attempt:
    body = letter.json()
    incident = body.get("incident") or {}
    firing = [a["labels"] for a in body["alerts"] if a["status"] == "firing"]
    return Attempt(
        at=letter.at,
        path=letter.path,
        key=letter.headers.get("Idempotency-Key", ""),  # A rival has none.
        number=int(letter.headers.get("X-Tocsin-Attempt", 1)),
        event=incident.get("event", "notification"),
        outcome=outcome,
        batch=body["groupLabels"].get("batch", ""),
        firing=frozenset(labels.get("n", "") for labels in firing),
        incident=incident.get("number", 0),
        step=incident.get("step", 0),
    )
