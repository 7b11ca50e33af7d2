"""Judges a run by what was asked, answered, committed and sent; it shares no code with rules."""

import asyncio
from collections.abc import Mapping, Sequence

from sim.answers import Answers
from sim.attempts import Attempts
from sim.backlog import Backlog
from sim.calls import Calls
from sim.cases import Cases
from sim.crowd import Crowd
from sim.duty import Duty
from sim.entries import Entries
from sim.facts import Facts
from sim.hand import ByHand
from sim.heartbeat import Calling
from sim.history import History
from sim.machine import REST_SECONDS, Machine
from sim.outbox import Outbox, Row
from sim.plot import (
    CLUSTERS,
    HEARTBEAT,
    SEVERITIES,
    Plot,
    labels_of,
)
from sim.queues import Queues
from sim.requests import Requests
from sim.room import Room
from sim.silences import Silences
from sim.time_kept import TimeKept
from sim.weather import Swarm

from router.core import command as c
from router.core import event as e
from router.core.heartbeat import ALERTNAME
from router.core.labels import canonical, identity
from router.core.moment import MINUTE
from router.runtime.door import Observed, Outcome

HELD = 6 * MINUTE  # The longest group_interval, and a moment for the commits around it.


class Auditor:
    """Stands at the front door and at the disk. `cases` are the incidents."""

    def __init__(
        self, history: History, machine: Machine, plots: Mapping[str, Plot], swarm: Swarm
    ) -> None:
        self.history = history
        self.machine = machine
        self.time = TimeKept(machine)
        self.facts = Facts()
        self.plots = plots
        self.plot: Plot | None = plots[swarm.plot]
        self.reloaded = 0
        self._rerouting = False
        self.filled = 0
        self.silences = Silences(self)
        self.outbox = Outbox(self)
        self.cases = Cases(self)
        self.answers = Answers(self, self.cases.known)
        self.attempts = Attempts(self, self.cases.known)
        self.calls = Calls(self, self.cases.known)
        self.duty = Duty(self)
        self.hand = ByHand(self)
        self.crowd = Crowd(self)
        self.queues = Queues(self)
        self.room = Room(self, swarm.max_alerts)
        self.backlog = Backlog(self, swarm.most_waiting)
        self.entries = Entries(self)
        self.names = {
            identity(canonical(labels_of(cluster, name))): (cluster, name)
            for cluster in CLUSTERS
            for name in SEVERITIES
        }
        self.names[identity(HEARTBEAT.identity())] = ("pulse", ALERTNAME)
        self.calling = Calling(self)
        self.requests = Requests(self)
        self.commits = 0
        self.began = 0
        self.full = self.committing = False
        self._stamp = self.time.stamp()
        self._resting: asyncio.TimerHandle | None = None

    @property
    def service(self) -> int:
        return self.time.service()

    @property
    def wall(self) -> int:
        """What the wall clock said when the newest commit began."""
        return self._stamp[1]

    def wrong(self, about: str, sentence: str) -> None:
        """A promise was broken."""
        self.history.wrong(about, sentence)

    def invoked(self, events: Sequence[e.Event], *, urgent: bool, insists: bool) -> int:
        """Somebody asks for something; the number of the request."""
        request = self.requests.invoked(events)
        self.room.invoked(request, insists=insists)
        self.backlog.invoked(request, events, urgent=urgent, insists=insists)
        return request

    def answered(self, request: int, outcomes: Sequence[Outcome]) -> None:
        """They were told that it is done."""
        self.requests.answered(request, outcomes)
        self.room.over(request)
        self.backlog.over(request)

    def refused(self, request: int, *, turned_away: bool) -> None:
        """They were told that it is not done; `turned_away` as too much waits."""
        if turned_away:
            self.backlog.refused(request)
        self.requests.refused(request)
        self.room.over(request)
        self.backlog.over(request)

    def decided(self, observed: Sequence[Observed]) -> None:
        """No rule may fail."""
        for event, outcome in observed:
            if outcome.error:
                self.wrong("", f"a rule failed on {type(event).__name__}: {outcome.error}")

    def died(self) -> None:
        """The process is gone: of what it did not answer nothing is known."""
        since = self.service - self.reloaded - self.time.missed(self.reloaded)
        self._rerouting = since < MINUTE  # An edit moves alerts when the disk has room again.
        self.requests.died()
        self.room.died()
        self.backlog.died()
        self.facts.died(self.service)
        self.answers.died()
        self.calls.died()
        self.attempts.died()
        self.committing = False
        self.time.back("commit")
        self.time.away("dead")

    def boots(self, plot: Plot) -> None:
        """A process begins to look at the disk, and at routes.toml.

        Whatever the last one was answered of an edit, a full disk may have kept nothing of it.
        """
        self.time.started()
        self.facts.booted(self.service)
        if self.plot is not plot:
            self.plot, self.reloaded = plot, self.service
        self._goes_on_rerouting()

    def serves(self) -> None:
        """It takes requests."""
        self.time.back("dead")
        self._goes_on_rerouting()
        self.calling.serves()

    def _goes_on_rerouting(self) -> None:
        """Alerts that an edit had not moved yet find their groups while a process starts."""
        if self._rerouting:
            self.reloaded = self.service

    def wall_stepped(self) -> None:
        """Somebody set the clock."""
        self.silences.wall_stepped()
        self.duty.look()
        self.facts.stepped()
        self.entries.wall_stepped()

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
        self.room.committed(commands)
        self.entries.committed(commands)
        self.outbox.committed(commands)

    def stirred(self, cluster: str, incident: int) -> int:
        """When anything last happened that may change what is told of a cluster, or an incident."""
        case = self.cases.known.get(incident)
        if case is not None and self.requests.concern(incident):
            return self.service
        touched = case.stirred if case else 0
        steady = self.facts.steady_since(cluster, self.service)
        return max(touched, self.silences.stirred(cluster), self.reloaded, steady)

    def may_be_held(self, entry: Row) -> bool:
        """Whether it may be a page that waits for the end of what it rang for to be told."""
        case = self.cases.known.get(entry.row.incident)
        if entry.row.kind != "page" or entry.claimed or case is None:
            return False
        if any(self.facts.fires(key, self.service) for key in case.members):
            return False
        since = self.facts.steady_since(case.cluster, self.service)
        return self.service - since < HELD + self.time.missed(since)

    def look(self) -> None:
        """Once a minute: what may have changed by itself, or been forgotten for good."""
        self.silences.forget()
        self.duty.look()
        for cluster in self.facts.unsteady:
            self.stirred(cluster, 0)
        self.hand.look()
        self.calls.look()
        self.cases.look()

    def explained(self, key: tuple[str, str]) -> bool:
        """Whether another alert surely explains it."""
        if self.plot is None or not self.plot.explains or key[1] != "Odd":
            return False
        return self.facts.fires((key[0], "Down"), self.service)
