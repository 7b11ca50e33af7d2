"""What would become of one alert if nobody answered: the same decisions, run ahead of the clock."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from router.core import event as e
from router.core.alert import Report
from router.core.command import Command, Record
from router.core.configuration import Configuration
from router.core.engine import decide
from router.core.group import Group
from router.core.labels import canonical
from router.core.moment import DAY, Now
from router.core.state import State
from router.core.stored import Stored
from router.core.waiting import Kind

DECISIONS_MAX = 100_000

_TOLD = frozenset(
    ("opened", "unreachable", "exhausted", "nobody", "muted", "unmuted", "answer_overdue")
)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that would happen, `after` microseconds from the report.

    `kind` is that of a delivery that leaves (`page`, `notification`, `notice`) to `target`,
    `failed` for one that could not, at its first attempt, or `opened`, `muted`, `unmuted`,
    `unreachable` (`target` reaches nobody), `exhausted`, `nobody`, `answer_overdue` (by now
    somebody ought to have answered), or at last `cut` when more would happen than is worth
    telling. `reason` says why, in words.
    """

    after: int
    kind: str
    target: str = ""
    reason: str = ""
    group: int = 0
    incident: int = 0


def place(configuration: Configuration, labels: Mapping[str, str], now: Now) -> list[Group]:
    """The groups a first alert with these labels opens, in the order of their routes."""
    world = _World(configuration, now)
    world.report(labels, DAY)
    return list(world.state.groups.values())


def forecast(
    configuration: Configuration,
    labels: Mapping[str, str],
    now: Now,
    horizon: int,
    *,
    dead: Collection[str] = (),
    decisions: int = DECISIONS_MAX,
) -> list[Entry]:
    """What would happen, in order, in the `horizon` microseconds after a first alert.

    It goes on firing, nothing else fires, nothing is silenced, every delivery succeeds at once,
    and nobody answers. By channels that are `dead` (`sms`) nothing can be sent. After so many
    decisions it is cut.
    """
    world = _World(configuration, now, dead)
    world.report(labels, horizon + DAY)
    for _ in range(decisions):
        if not world.step(now.service + horizon):
            return world.entries
    world.note("cut", reason=f"more than {decisions} decisions")
    return world.entries


class _World:
    """A service with nothing in it, whose clock leaps to whatever is due next."""

    def __init__(self, configuration: Configuration, now: Now, dead: Collection[str] = ()) -> None:
        self._dead = dead
        self.state = State(configuration, Stored(instance="forecast"))
        self.entries: list[Entry] = []
        self._began = self._now = now

    def report(self, labels: Mapping[str, str], lasts: int) -> None:
        wall = self._now.wall
        report = Report(labels=canonical(labels), starts_at=wall, ends_at=wall + lasts)
        self._do(e.Reported(report))

    def step(self, until: int) -> bool:
        """Do what is due next; whether there was anything before `until` has passed."""
        due = self.state.next_due()
        if due is None or due > until:
            return False
        ahead = max(due - self._now.service, 0)
        self._now = Now(self._now.wall + ahead, self._now.service + ahead)
        taken = self.state.take_due(self._now.service)
        assert taken is not None, "what is due can be taken"
        kind, item = taken
        if kind is Kind.DELIVERY:
            self._deliver(item)
        else:
            self._do(e.Due(kind, item))
        return True

    def note(
        self, kind: str, *, target: str = "", reason: str = "", group: int = 0, incident: int = 0
    ) -> None:
        after = self._now.service - self._began.service
        self.entries.append(
            Entry(
                after=after,
                kind=kind,
                target=target,
                reason=reason,
                group=group,
                incident=incident,
            )
        )

    def _deliver(self, number: int) -> None:
        self._do(e.Claimed(number))
        row = self.state.deliveries.get(number)
        if row is None or not row.claimed:
            return
        integration = self.state.configuration.integration(row.target)
        dead = integration is not None and integration.kind in self._dead
        if not dead or row.attempt == 1:
            self.note(
                "failed" if dead else row.kind,
                target=row.target,
                reason=row.reason,
                group=row.group,
                incident=row.incident,
            )
        self._do(e.Failed(delivery=number, error="dead") if dead else e.Delivered(delivery=number))

    def _do(self, event: e.Event) -> None:
        commands = decide(self.state, event, self._now)
        self.state.apply(commands)
        self._tell(commands)

    def _tell(self, commands: Sequence[Command]) -> None:
        for command in commands:
            if isinstance(command, Record) and command.kind in _TOLD:
                detail = command.detail
                self.note(
                    command.kind,
                    target=detail.get("target", ""),
                    reason=detail.get("policy", "") or ", ".join(detail.get("by", ())),
                    group=command.group,
                    incident=command.incident,
                )
