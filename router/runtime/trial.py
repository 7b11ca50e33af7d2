"""Sends a test by the very senders that page, and tells what became of it at each integration."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

import anyio
import msgspec
import structlog

from router.core.integration import Integration
from router.core.labels import canonical
from router.core.moment import MINUTE, SECOND, Now
from router.core.notification import AlertSnapshot, Snapshot
from router.core.outgoing import Outgoing, Receipt
from router.errors import DeliveryError, PermanentDeliveryError, Withdrawn

TRIALS_MOST = 6  # In a minute: a test rings people, and costs money.
PATIENCE_SECONDS = 12.0
_CLOSING = frozenset(("pagerduty", "opsgenie"))  # They keep what fires until they hear of its end.

_log = structlog.get_logger("tocsin.trial")


class Sending(Protocol):
    """Knows how to say something to an integration."""

    async def send(
        self, outgoing: Outgoing, integration: Integration, wanted: Callable[[], bool]
    ) -> Receipt:
        """Say it once. Raises DeliveryError, PermanentDeliveryError or Withdrawn."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a test at one integration. `retried`: a page would be tried again."""

    target: str
    integration: str
    ok: bool
    seconds: float
    detail: str = ""
    error: str = ""
    retried: bool = False


class Trials:
    """Tests of receivers and of people's contact methods, a few in a minute.

    `url` is how people reach us.
    """

    def __init__(self, sending: Sending, now: Callable[[], Now], url: Callable[[], str]) -> None:
        self._sending = sending
        self._now = now
        self._url = url
        self._begun: deque[int] = deque()

    def admit(self) -> int:
        """Begin a test: 0, or the seconds after which there may be another one."""
        service = self._now().service
        while self._begun and self._begun[0] <= service - MINUTE:
            self._begun.popleft()
        if len(self._begun) >= TRIALS_MOST:
            return (self._begun[0] + MINUTE - service) // SECOND + 1
        self._begun.append(service)
        return 0

    async def run(self, name: str, by: str, targets: Mapping[str, Integration]) -> list[Trial]:
        """Send it to all targets at once; what became of each, in their order."""
        results: dict[str, Trial] = {}

        async def one(target: str, integration: Integration) -> None:
            results[target] = await self._try(name, by, target, integration)

        async with anyio.create_task_group() as tasks:
            for target, integration in targets.items():
                tasks.start_soon(one, target, integration)
        return [results[target] for target in targets]

    async def _try(self, name: str, by: str, target: str, integration: Integration) -> Trial:
        started = anyio.current_time()
        detail, error, retried = "", "", False
        try:
            if lacking := integration.missing:
                raise PermanentDeliveryError(f"cannot be sent until there is {', '.join(lacking)}")
            with anyio.fail_after(PATIENCE_SECONDS):
                detail = await self._say(name, by, target, integration)
        except DeliveryError as failure:
            error, retried = str(failure), not isinstance(failure, PermanentDeliveryError)
        except Withdrawn:
            error = "it was not begun"
        except TimeoutError:
            error, retried = f"no answer within {PATIENCE_SECONDS:g} s: it may have arrived", True
        except Exception as failure:  # noqa: BLE001 - a sender's or library's bug: the others go on
            _log.exception("a sender broke", target=target)
            error = f"{type(failure).__name__} in the sender; see the log"
        _log.info("tested", target=target, by=by, ok=not error, error=error)
        return Trial(
            target=target,
            integration=integration.kind,
            ok=not error,
            seconds=round(anyio.current_time() - started, 3),
            detail=detail,
            error=error,
            retried=retried,
        )

    async def _say(self, name: str, by: str, target: str, integration: Integration) -> str:
        outgoing = self._outgoing(name, by, target)
        receipt = await self._sending.send(outgoing, integration, lambda: True)
        if integration.kind in _CLOSING and integration.send_resolved:
            ended = msgspec.structs.replace(outgoing, snapshot=_ended(outgoing), ref=receipt.ref)
            await self._sending.send(ended, integration, lambda: True)
        return receipt.detail

    def _outgoing(self, name: str, by: str, target: str) -> Outgoing:
        wall, service = self._now().wall, self._now().service
        labels = {"alertname": "TocsinTest", "receiver": name, "severity": "info"}
        summary = f"This is a test of {name}{f', asked for by {by}' if by else ''}. All is well."
        key = f"test-{wall}-{service}-{target}"
        alert = AlertSnapshot(
            firing=True,
            labels=msgspec.Raw(canonical(labels)),
            annotations=msgspec.Raw(canonical({"summary": summary})),
            starts_at=wall,
            ends_at=wall + 5 * MINUTE,
        )
        snapshot = Snapshot(
            status="firing",
            reason="test",
            group_key=f'{{}}/test:{{alertname="TocsinTest"}}/{wall}',
            group_labels={"alertname": "TocsinTest"},
            alerts=(alert,),
            firing=1,
            resolved=0,
            receiver=name,
            severity="info",
        )
        return Outgoing(
            key=key,
            subject=snapshot.group_key,
            attempt=1,
            kind="notification",
            target=target,
            snapshot=snapshot,
            at=wall,
            external_url=self._url(),
        )


def _ended(outgoing: Outgoing) -> Snapshot:
    """The same alert as over."""
    replace = msgspec.structs.replace
    alerts = tuple(replace(a, firing=False, ends_at=outgoing.at) for a in outgoing.snapshot.alerts)
    return replace(outgoing.snapshot, status="resolved", alerts=alerts, firing=0, resolved=1)
