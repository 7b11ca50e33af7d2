"""Judges a run by what was asked, answered, committed and sent; it shares no code with rules."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from sim.answers import Answered, Answers
from sim.attempts import Attempts
from sim.cases import Cases
from sim.crowd import Crowd
from sim.facts import Facts, Report
from sim.hand import BY_HAND, ByHand
from sim.history import History
from sim.machine import REST_SECONDS, Machine
from sim.plot import PLOTS, RESOLVE_TIMEOUT, Plot, labels_of
from sim.queues import Queues
from sim.time_kept import TimeKept

from router.core import command as c
from router.core import event as e
from router.core.command import Answer
from router.core.labels import canonical, identity
from router.core.moment import DAY, MINUTE, SECOND
from router.core.notification import Delivery
from router.core.silence import Silence
from router.runtime.decider import Observed
from router.runtime.door import Outcome

PROMPT = 2 * SECOND


class Quiet(msgspec.Struct):
    """A silence that was asked for: of one cluster, and until when by the wall.

    It is `sure` once it was answered for; `spoke` is when it last held, or may have.
    """

    cluster: str
    starts_at: int
    ends_at: int
    at: int
    sure: bool = False
    spoke: int = 0


class Row(msgspec.Struct):
    """A delivery as it was committed, and what became of it."""

    row: Delivery
    cluster: str
    at: int
    claimed: bool = False
    claimed_at: int = 0
    closed: str = ""
    granted: int = 0
    begun: bool = False  # On a full disk, which could not take the claim: it comes later.
    unclaimed: bool = False  # It arrived so.


class Auditor:
    """Stands at the front door and at the disk. `cases` are the incidents, `rows` the outbox."""

    def __init__(self, history: History, machine: Machine, plot: Plot) -> None:
        self.history = history
        self.machine = machine
        self.time = TimeKept(machine)
        self.facts = Facts()
        self.plot: Plot | None = plot
        self.reloaded = 0
        self.stepped = self.filled = 0
        self.silences: dict[str, Quiet] = {}
        self.rows: dict[int, Row] = {}
        self.open: dict[int, Row] = {}
        self.keys: dict[str, int] = {}
        self.cases = Cases(self)
        self.answers = Answers(self, self.cases.known)
        self.attempts = Attempts(self, self.cases.known)
        self.hand = ByHand(self)
        self.crowd = Crowd(self)
        self.queues = Queues(self)
        self.names = {
            identity(canonical(labels_of(cluster, name))): (cluster, name)
            for cluster, name in self.facts.alerts
        }
        self.requests: dict[int, tuple[int, Sequence[e.Event]]] = {}
        self.commits = 0
        self.began = 0
        self.full = self.committing = False
        self._stamp = self.time.stamp()
        self._resting: asyncio.TimerHandle | None = None
        self._plots: dict[int, Plot] = {}
        self._count = 0

    @property
    def service(self) -> int:
        return self.time.service()

    def wrong(self, about: str, sentence: str) -> None:
        """A promise was broken."""
        self.history.wrong(about, sentence)

    def invoked(self, events: Sequence[e.Event]) -> int:
        """Somebody asks for something."""
        self._count += 1
        self.requests[self._count] = (self.service, events)
        reports = [self._report(one) for one in events if isinstance(one, e.Reported)]
        if reports:
            self.facts.invoked(self._count, reports, self.service)
        for report in reports:
            if report.firing:
                self.cases.fires(report.key)
            if self.facts.alerts[report.key].firing is not report.firing:
                word = "fires" if report.firing else "ends"
                said = f"reported ({self._count}): {report.key[1]} {word} {report.as_of or ''}"
                self.history.note(report.key[0], said)
        for one in events:
            if isinstance(one, Answered):
                self.answers.asked(one)
            match one:
                case e.Silenced(silences=silences):
                    for silence in silences:
                        self._silencing(silence, sure=False)
                case e.Reconfigured(text=text):
                    self.plot, self.reloaded = None, self.service
                    self._plots[self._count] = PLOTS[text.decode()]
        return self._count

    def answered(self, request: int, outcomes: Sequence[Outcome]) -> None:
        """They were told that it is done."""
        at, events = self.requests.pop(request)
        for one in events:
            if isinstance(one, e.Reported):
                cluster = self._report(one).key[0]
                self.history.note(cluster, f"answered ({request})")
                break
        late = self.service - at - self.time.missed(at)
        if late > PROMPT:
            self.wrong("", f"an answer took {late / SECOND:.0f} s: {_shown(events)}")
        self.facts.answered(request, self.service)
        for one, outcome in zip(events, outcomes, strict=True):
            answer = next((x for x in outcome.commands if isinstance(x, Answer)), None)
            code = answer.code if answer else ""
            if isinstance(one, Answered):
                self.answers.answered(one, code, at)
            match one:
                case e.Silenced(silences=silences):
                    for silence in silences:
                        self._silencing(silence, sure=True)
                case e.Raised():
                    self.hand.answered(one, answer)
                case e.Reconfigured() if request in self._plots:
                    self.plot, self.reloaded = self._plots.pop(request), self.service

    def refused(self, request: int) -> None:
        """They were told that it is not done."""
        for one in self.requests.pop(request)[1]:
            if isinstance(one, Answered):
                self.answers.refused(one)
        self.facts.refused(request)

    def decided(self, observed: Sequence[Observed]) -> None:
        """No rule may fail."""
        for event, outcome in observed:
            if outcome.error:
                self.wrong("", f"a rule failed on {type(event).__name__}: {outcome.error}")

    def died(self) -> None:
        """The process is gone: of what it did not answer nothing is known."""
        self.requests.clear()
        self.facts.died(self.service)
        self.answers.died()
        self.attempts.died()
        self.committing = False
        self.time.back("commit")
        self.time.away("dead")

    def boots(self) -> None:
        """A process begins to look at the disk."""
        self.time.started()
        self.facts.booted(self.service)

    def serves(self) -> None:
        """It takes requests."""
        self.time.back("dead")

    def wall_stepped(self) -> None:
        """Somebody set the clock."""
        self.stepped = self.service
        self._forget()
        self.facts.stepped()

    def _forget(self) -> None:
        """A silence long past may be deleted, and does not hold again by a clock set back."""
        for quiet in self.silences.values():
            quiet.sure = quiet.sure and self.machine.wall < quiet.ends_at + DAY

    def busy(self) -> None:
        """A commit begins: what is decided in it was decided now."""
        self.began = self.service
        self._stamp = self.time.stamp()
        self.committing = True
        self.time.away("commit")

    def idle(self, *, full: bool) -> None:
        """It is over; `full` when there was no room, and nothing of it is durable."""
        self.full, self.committing = full, False
        self.time.back("commit")
        if full:
            self.filled = self.service
            self._rests()

    def _rests(self) -> None:
        """There was no room: what is due waits for a moment before the next attempt."""
        self.time.away("full")
        if self._resting is not None:
            self._resting.cancel()
        loop = asyncio.get_running_loop()
        self._resting = loop.call_later(REST_SECONDS + 1.0, self.time.back, "full")

    def committed(self, commands: Sequence[c.Command]) -> None:
        """It is durable."""
        self.commits += 1
        self.time.stamped(self._stamp)
        fresh: list[Row] = []
        for command in commands:
            match command:
                case c.Enqueue(delivery=row):
                    fresh.append(self._enqueued(row))
                case c.PutDelivery(delivery=row):
                    self._changed(row)
        self.cases.ran(fresh)
        for command in commands:
            if isinstance(command, c.CloseDelivery):
                self._closed(self.rows[command.id], command.outcome)

    def _enqueued(self, row: Delivery) -> Row:
        seen: Any = msgspec.json.decode(row.payload)
        group = seen["group_labels"]
        cluster = group.get("cluster", BY_HAND if "incident" in group else "")
        entry = self.rows[row.id] = self.open[row.id] = Row(row, cluster, self.began)
        self.history.note(cluster, f"planned {row.kind} {row.key} to {row.target}: {row.reason}")
        if row.key in self.keys:
            self.wrong(cluster, f"two deliveries have the key {row.key}")
        self.keys[row.key] = row.id
        for number in row.firing:
            if cluster != BY_HAND:
                self._tells_firing(entry, self.names[number])
        for number in row.resolved:
            own, name = self.names[number]
            if self.facts.fires((own, name), self.service):
                self.wrong(cluster, f"{row.key} says that {name} of {own} ended, and it fires")
        if row.kind == "resolved":
            self.cases.closes(row)
        return entry

    def _tells_firing(self, entry: Row, key: tuple[str, str]) -> None:
        about, name = entry.row.key, f"{key[1]} of {key[0]}"
        if self.facts.over(key):
            self.wrong(entry.cluster, f"{about} says that {name} fires, and it is over")
        if self.silenced(key[0]):
            self.wrong(entry.cluster, f"{about} speaks of {name}, which is silenced")
        if self.explained(key):
            self.wrong(entry.cluster, f"{about} speaks of {name}, which is inhibited")

    def _changed(self, row: Delivery) -> None:
        entry = self.rows[row.id]
        if row.key != entry.row.key:
            self.wrong(entry.cluster, f"{entry.row.key} has become {row.key}")
        if row.turn == "granted":
            entry.granted = entry.granted or self.began
        else:
            entry.granted = 0
        if row.claimed and not entry.claimed:
            self._claimed(entry)
        if row.claimed or entry.claimed:
            self.queues.moves(row.target)
        entry.claimed = row.claimed
        entry.row = row

    def _claimed(self, entry: Row) -> None:
        row = entry.row
        entry.claimed_at = self.began
        by_hand = entry.cluster == BY_HAND
        rings = row.kind in ("page", "notification") and row.firing and not row.resolved
        if rings and not by_hand and not entry.begun:
            quiet = all(self.silenced(self.names[n][0]) for n in row.firing)
            if quiet:
                self.wrong(entry.cluster, f"{row.key} was claimed while it is silenced")
        entry.begun = False

    def _closed(self, entry: Row, outcome: str) -> None:
        row, entry.closed = entry.row, outcome
        if entry.claimed:
            self.queues.moves(row.target)
        if outcome == "delivered":
            self.crowd.taken(row)
        del self.open[row.id]
        later = any(
            other.row.lane == row.lane and other.row.id > row.id for other in self.open.values()
        )
        match outcome:
            case "delivered":
                good = self.attempts.was_taken(row.key)
                if entry.unclaimed:
                    self.attempts.believe(row)
            case "failed":
                good = (
                    self.attempts.was_refused(row.key) or self.began - entry.at > 23 * 60 * MINUTE
                )
            case "superseded" if later:
                good = True
            case "withdrawn" if row.kind == "resolved":
                good = not self.attempts.was_told(row.lane)  # The page it follows never arrived.
            case _:
                good = self.stirred(entry.cluster, row.incident) >= entry.at
                if row.kind == "acknowledged":
                    good = good or not self.attempts.was_told(row.lane)
                elif row.resolved and not row.firing:
                    good = good or not self._believed(row)
        if not good:
            self.wrong(entry.cluster, f"{row.key} to {row.target} ended as {outcome}, for nothing")
        self.history.note(entry.cluster, f"closed {row.key} as {outcome}")

    def _believed(self, row: Delivery) -> bool:
        """Whether a target had ever been told that what is said to have ended fires."""
        told = (self.attempts.believes.get(self.names[number], {}) for number in row.resolved)
        return any(known.get(row.target, (False, 0))[0] for known in told)

    def stirred(self, cluster: str, incident: int) -> int:
        """When anything last happened that may change what is told of a cluster, or an incident."""
        case = self.cases.known.get(incident)
        touched = case.stirred if case else 0
        quiet = [self._spoke(q) for q in self.silences.values() if q.cluster == cluster]
        steady = self.facts.steady_since(cluster, self.service)
        return max(touched, *quiet, self.reloaded, steady)

    def _spoke(self, quiet: Quiet) -> int:
        if self.machine.wall < quiet.ends_at + 2 * MINUTE:
            quiet.spoke = self.service
        return quiet.spoke

    def look(self) -> None:
        """Once a minute: what may have changed by itself, or been forgotten for good."""
        self._forget()
        for cluster in self.facts.unsteady:
            self.stirred(cluster, 0)
        self.hand.look()

    def silenced(self, cluster: str) -> bool:
        """Whether all of it surely is."""
        wall = self.machine.wall
        if self.service - self.stepped < MINUTE:
            return False
        return any(
            q.sure and q.cluster == cluster and q.starts_at <= wall < q.ends_at
            for q in self.silences.values()
        )

    def hushed(self, cluster: str, since: int | None = None) -> bool:
        """Whether it may be silenced, or may have been since then."""
        then = self.service if since is None else since
        mine = (q for q in self.silences.values() if q.cluster == cluster)
        return any(self.machine.wall < q.ends_at or self._spoke(q) >= then for q in mine)

    def acknowledged(self, entry: str, *, durable: bool) -> None:
        """A stream entry need not come again."""
        if not durable:
            self.wrong("omega", f"entry {entry} was acknowledged and is not on the disk")

    def explained(self, key: tuple[str, str]) -> bool:
        """Whether another alert surely explains it."""
        if self.plot is None or not self.plot.explains or key[1] != "Odd":
            return False
        return self.facts.fires((key[0], "Down"), self.service)

    def _silencing(self, silence: Silence, *, sure: bool) -> None:
        cluster, before = silence.matchers[0].value, self.silences.get(silence.id)
        ends_at = silence.ends_at if sure or before is None else before.ends_at
        quiet = Quiet(cluster, silence.starts_at, ends_at, self.service, sure, self.service)
        self.silences[silence.id] = quiet
        self.cases.stir(cluster)

    def _report(self, event: e.Reported) -> Report:
        report = event.report
        labels = msgspec.json.decode(report.labels, type=dict[str, str])
        ahead = RESOLVE_TIMEOUT if report.ends_at is None else report.ends_at - self.machine.wall
        key = (labels["cluster"], labels["alertname"])
        return Report(key, ahead > 0, self.service + ahead, report.as_of)


def _shown(events: Sequence[e.Event]) -> str:
    return ", ".join(sorted({type(one).__name__ for one in events}))
