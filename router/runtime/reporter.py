"""Reports what is wrong with the service itself, as alerts on the route of `[meta]`."""

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

import anyio
import msgspec
import structlog

from router.core import event as e
from router.core.alert import Report
from router.core.command import Record
from router.core.labels import canonical
from router.core.meta import ROUTE, SOURCE
from router.core.moment import MINUTE, Now
from router.errors import RouterError
from router.runtime.door import Door, Observed, Outcome

TICK_SECONDS = 1.0
HOLD = MINUTE  # What is not seen for so long is over …
QUIET = 15 * MINUTE  # … and what only happens, when it has not happened again.
RENEWED = MINUTE
LASTS = 10 * MINUTE  # Its alert ends by itself after so long, should we not be able to say so.
EACH = 20  # So many of one name are told apart.
REJECTS, REJECTS_WITHIN = 5, 10 * MINUTE  # A few bodies that cannot be read are somebody's typo.

_log = structlog.get_logger("tocsin.meta")


class Trouble(msgspec.Struct, frozen=True):
    """Something that is wrong: the name of its alert, what to say, and what tells it from others.

    It is over when it was not reported again for `hold` microseconds.
    """

    name: str
    text: str
    labels: tuple[tuple[str, str], ...] = ()
    severity: str = "warning"
    hold: int = HOLD


class _Known:
    def __init__(self, trouble: Trouble, now: Now) -> None:
        self.trouble = trouble
        self.since = now.wall
        self.until = now.service + trouble.hold
        self.count = 0
        self.renewed: int | None = None


class Reporter:
    """Turns troubles into alerts: one for each, however often it happens, resolved when it is over.

    `look` says what is wrong now. What happens on the route of `[meta]` itself is never reported:
    a failure to report would lead to a report, and so on for ever.
    """

    def __init__(
        self,
        door: Door,
        look: Callable[[], Iterable[Trouble]],
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._door = door
        self._look = look
        self._sleep = sleep
        self._known: dict[bytes, _Known] = {}
        self._left: set[bytes] | None = None
        self._rejects: defaultdict[str, deque[int]] = defaultdict(deque)

    async def run(self) -> None:
        """Report until cancelled."""
        while True:
            await self.turn()
            await self._sleep(TICK_SECONDS)

    def observe(self, observed: Sequence[Observed]) -> None:
        """Note what went wrong in a batch, after its commit."""
        for event, outcome in observed:
            if outcome.error or type(event) is e.Rejected:
                self._failed(event, outcome)
            if type(event) is e.Reported:  # No report ends a delivery.
                continue
            for command in outcome.commands:
                if type(command) is Record and command.kind in ("gave_up", "stopped"):
                    self._recorded(command)

    def note(self, trouble: Trouble) -> None:
        """Something is wrong, or goes on being wrong."""
        now = self._door.now()
        labels = _labels(trouble)
        known = self._known.get(labels)
        if known is None and self._crowded(trouble):
            trouble = msgspec.structs.replace(trouble, labels=(("others", "true"),))
            labels = _labels(trouble)
            known = self._known.get(labels)
        if known is None:
            known = self._known[labels] = _Known(trouble, now)
        known.trouble = trouble
        known.count += 1
        known.until = now.service + trouble.hold

    async def turn(self) -> None:
        """Bring the alerts into line with what is wrong now."""
        if self._left is None:
            alerts = self._door.state.by_id.values()
            self._left = {a.labels for a in alerts if a.source == SOURCE and a.firing}
        if self._door.state.configuration.tree.meta is None:
            self._left |= {k for k, known in self._known.items() if known.renewed is not None}
            self._known.clear()
        else:
            for trouble in self._look():
                self.note(trouble)
        events = [*self._over(), *self._firing()]
        if not events:
            return
        try:
            await self._door.submit(events, urgent=True)
        except RouterError as error:
            _log.warning("what is wrong cannot be reported now", error=str(error))
            for known in self._known.values():
                known.renewed = None
            self._left |= {event.report.labels for event in events} - self._known.keys()

    def _over(self) -> Iterator[e.Reported]:
        now, left = self._door.now(), self._left
        assert left is not None, "what an earlier run left was looked up"
        for labels in [k for k, known in self._known.items() if known.until <= now.service]:
            if self._known.pop(labels).renewed is not None:
                left.add(labels)
        for labels in left - self._known.keys():
            yield e.Reported(Report(labels=labels, ends_at=now.wall, source=SOURCE))
        left.clear()

    def _firing(self) -> Iterator[e.Reported]:
        now = self._door.now()
        for labels, known in self._known.items():
            if known.renewed is not None and now.service < known.renewed + RENEWED:
                continue
            known.renewed = now.service
            times = f"{known.count} times" if known.trouble.hold == QUIET else ""
            said = {"summary": known.trouble.text, "description": times}
            yield e.Reported(
                Report(
                    labels=labels,
                    annotations=canonical({name: text for name, text in said.items() if text}),
                    starts_at=min(known.since, now.wall),
                    ends_at=now.wall + LASTS,
                    source=SOURCE,
                )
            )

    def _crowded(self, trouble: Trouble) -> bool:
        same = (known for known in self._known.values() if known.trouble.name == trouble.name)
        return sum(1 for _ in same) >= EACH

    def _failed(self, event: e.Event, outcome: Outcome) -> None:
        """A rule failed on an event, or a body was rejected. What was due has a record instead."""
        if isinstance(event, e.Rejected):
            self._rejected(event)
            return
        if isinstance(event, e.Due | e.Stopped) or _is_ours(event):
            return
        labels = (("event", type(event).__name__),)
        text = f"a rule failed: {outcome.error}"
        self.note(Trouble("TocsinRuleFailed", text, labels, "critical", QUIET))

    def _rejected(self, event: e.Rejected) -> None:
        service, recent = self._door.now().service, self._rejects[event.source]
        recent.append(service)
        while recent[0] <= service - REJECTS_WITHIN or len(recent) > REJECTS:
            recent.popleft()
        if len(recent) == REJECTS:
            text = f"what {event.source} sends cannot be read: {event.reason[:500]}"
            labels = (("source", event.source),)
            self.note(Trouble("TocsinRejects", text, labels, "warning", QUIET))

    def _recorded(self, record: Record) -> None:
        group = self._door.state.groups.get(record.group)
        target = str(record.detail.get("target", ""))
        if (group is not None and group.route == ROUTE) or target in self._targets():
            _log.error("a report of ours failed", kind=record.kind, detail=record.detail)
            return
        error = record.detail.get("error", "")
        if record.kind == "gave_up":
            text = f"gave up telling {target}: {error}"
            self.note(Trouble("TocsinGaveUp", text, (("target", target),), "critical", QUIET))
            return
        what = str(record.detail.get("what", ""))
        text = f"a rule failed on {what}: {error}"
        labels = (("event", what.partition(" ")[0]),)
        self.note(Trouble("TocsinRuleFailed", text, labels, "critical", QUIET))

    def _targets(self) -> set[str]:
        """Where reports go to: what cannot be told there is not told there again."""
        configuration = self._door.state.configuration
        route = configuration.tree.meta
        return {*configuration.targets(route.receiver)} if route else set()


def _is_ours(event: e.Event) -> bool:
    return isinstance(event, e.Reported) and event.report.source == SOURCE


def _labels(trouble: Trouble) -> bytes:
    own = {"alertname": trouble.name, "severity": trouble.severity, "service": "tocsin"}
    return canonical({**own, **dict(trouble.labels)})
