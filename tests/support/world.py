"""A whole service in virtual time: told in stories, or driven at random."""

from collections.abc import Callable, Mapping

from router.core import event as e
from router.core.alert import Report
from router.core.command import Answer, Command, Record
from router.core.configuration import Configuration
from router.core.engine import decide
from router.core.incident import Incident
from router.core.labels import canonical
from router.core.matcher import parse_list
from router.core.moment import Now
from router.core.schedule import Override
from router.core.sending import wanted
from router.core.silence import Silence, expire
from router.core.state import State
from router.core.waiting import Kind
from support.post_office import PostOffice, Reply
from support.rows import Rows
from support.virtual import BEGAN, after, spell

BUSY_LOOP = 5_000  # So many decisions at one instant mean that time stands still.


class Planted(Exception):
    """What a rule raises that a test has spoiled."""


Watcher = Callable[[e.Event, list[Command]], None]


class World:
    """The state, the rows it is rebuilt from, a post office, and time that moves when told to.

    `at` lets everything happen up to a time and is where a story goes on; `until` returns what
    was sent since it was last asked. What a spoiled rule fails on is refused or stopped, as the
    loop does it; `failed` says why. `answers` are all that were given.
    """

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.rows = Rows()
        self.post = PostOffice()
        self.state = State(configuration, self.rows.load())
        self.now = BEGAN
        self.watchers: list[Watcher] = []
        self.failed: list[str] = []
        self.answers: list[Answer] = []
        self._seen = 0

    @property
    def passed(self) -> int:
        """Microseconds of service time since the beginning."""
        return self.now.service - BEGAN.service

    def at(self, text: str) -> "World":
        """Let everything happen up to and at this time."""
        assert after(text) >= self.passed, f"{text} is over: it is {spell(self.passed)}"
        self.run(BEGAN.service + after(text))
        return self

    def until(self, text: str) -> list[str]:
        """What was sent since the last time this was asked, up to and at this time."""
        self.at(text)
        new, self._seen = self.post.sent[self._seen :], len(self.post.sent)
        return [str(sent) for sent in new]

    def fires(self, name: str, *, lasts: str | None = "240:00", **labels: str) -> str:
        """A source reports an alert; `lasts` None leaves its end to resolve_timeout."""
        ends_at = self.now.wall + after(lasts) if lasts else None
        return self.report(name, labels, ends_at)

    def resolves(self, name: str, **labels: str) -> str:
        """A source reports that an alert has ended."""
        return self.report(name, labels, self.now.wall)

    def report(
        self,
        name: str,
        labels: Mapping[str, str],
        ends_at: int | None,
        *,
        source: str = "prometheus",
        as_of: int | None = None,
        starts: str | None = None,
    ) -> str:
        """One report; `as_of` is when a queue took it. What it was answered."""
        return self.submit(
            e.Reported(
                Report(
                    labels=canonical({"alertname": name, **labels}),
                    starts_at=BEGAN.wall + after(starts) if starts else self.now.wall,
                    ends_at=ends_at,
                    source=source,
                    as_of=as_of,
                )
            )
        )

    def acks(self, incident: int = 1, *, by: str) -> str:
        """Somebody acknowledges."""
        return self.submit(e.Acknowledged(incident=incident, by=by, via="test"))

    def unacks(self, incident: int = 1, *, by: str) -> str:
        """Somebody gives it back."""
        return self.submit(e.Unacknowledged(incident=incident, by=by, via="test"))

    def closes(self, incident: int = 1, *, by: str) -> str:
        """Somebody declares it over."""
        return self.submit(e.Resolved(incident=incident, by=by, via="test"))

    def calls(self, heartbeat: str) -> str:
        """A heartbeat calls."""
        return self.submit(e.CheckedIn(heartbeat))

    def snoozes(self, span: str, incident: int = 1, *, by: str = "ana") -> str:
        """Somebody puts it off."""
        return self.submit(e.Snoozed(incident=incident, span=after(span), by=by, via="test"))

    def unsnoozes(self, incident: int = 1, *, by: str = "ana") -> str:
        """Somebody ends the snooze."""
        return self.submit(e.Unsnoozed(incident=incident, by=by, via="test"))

    def escalates(self, incident: int = 1, *, by: str = "ana", version: int = 0) -> str:
        """Somebody wants the next step now."""
        return self.submit(e.Escalated(incident=incident, by=by, via="test", version=version))

    def reassigns(self, *to: str, incident: int = 1, by: str = "ana") -> str:
        """Somebody gives it to others."""
        return self.submit(e.Reassigned(incident=incident, to=to, by=by, via="test"))

    def summons(self, *to: str, incident: int = 1, by: str = "ana") -> str:
        """Somebody wants others paged as well."""
        return self.submit(e.Summoned(incident=incident, to=to, by=by, via="test"))

    def notes(self, comment: str, incident: int = 1, *, by: str = "ana") -> str:
        """Somebody writes on the timeline."""
        return self.submit(e.Noted(incident=incident, comment=comment, by=by, via="test"))

    def raises(self, to: str, text: str, *, by: str = "ana", key: str = "") -> str:
        """Somebody pages by hand."""
        return self.submit(e.Raised(to=to, text=text, by=by, via="test", key=key))

    def silences(self, matchers: str, *, until: str, name: str = "quiet") -> None:
        """A silence begins now."""
        self.silence(matchers, BEGAN.wall + after(until), name)

    def silence(self, matchers: str, ends_at: int, name: str) -> None:
        """A silence begins now, and ends at a wall time."""
        silence = Silence(
            id=name,
            matchers=parse_list(matchers),
            starts_at=self.now.wall,
            ends_at=ends_at,
            created_by="ana",
        )
        self.submit(e.Silenced((silence,)))

    def unsilences(self, name: str = "quiet") -> None:
        """A silence is ended."""
        silence = self.state.silences.get(name)
        assert silence is not None
        self.submit(e.Silenced((expire(silence, self.now.wall),)))

    def overrides(self, since: str, until: str, *users: str, on: str = "primary") -> str:
        """Somebody puts these on call for a while."""
        start, end = BEGAN.wall + after(since), BEGAN.wall + after(until)
        change = Override(start=start, end=end, users=users)
        return self.submit(e.Overridden(schedule=on, overrides=(change,), by="boss", via="test"))

    def swaps(self, since: str, until: str, user: str, taker: str, on: str = "primary") -> str:
        """Somebody takes another's turns for a while."""
        start, end = BEGAN.wall + after(since), BEGAN.wall + after(until)
        return self.submit(
            e.Swapped(
                schedule=on, user=user, taker=taker, start=start, end=end, by="boss", via="test"
            )
        )

    def reloads(self, configuration: Configuration) -> None:
        """routes.toml is edited."""
        self.configuration = configuration
        self.submit(e.Reconfigured(configuration, b""))

    def restarts(self, *, back: str | None = None, edited: Configuration | None = None) -> None:
        """Killed now; it starts again at once, or when it is `back`, with what was `edited`."""
        self.post.crash()
        if back is not None:
            self._leap(BEGAN.service + after(back))
        self.configuration = edited or self.configuration
        self.state = State(self.configuration, self.rows.load())
        self.state.recover(self.now.service)
        self.submit(e.Started())
        if edited is not None:
            self.submit(e.Reconfigured(edited, b""))

    def begins(self, who: str) -> None:
        """What dawdled on its way to somebody is about to leave."""
        self._carry(self.post.begin(who, self.passed, self._wanted))

    def ends(self, who: str, reply: Reply) -> None:
        """What was under way to somebody ends so."""
        self._carry(self.post.end(who, reply))

    def set_clock(self, jump: int) -> None:
        """Somebody sets the wall clock; service time does not notice."""
        self.now = Now(self.now.wall + jump, self.now.service)

    def incident(self, number: int = 1) -> Incident:
        """An incident, open or resolved."""
        return self.rows.incidents[number]

    def told(self, kind: str) -> list[str]:
        """When the timeline has an entry of this kind."""
        return [spell(r.at - BEGAN.wall) for r in self.rows.records if r.kind == kind]

    def records(self, kind: str) -> list[Record]:
        """The timeline's entries of this kind."""
        return [record for record in self.rows.records if record.kind == kind]

    def submit(self, event: e.Event) -> str:
        """One event through the front door: decided, committed, applied. What it was answered."""
        try:
            commands = decide(self.state, event, self.now)
        except Planted as error:
            self.failed.append(str(error))
            return "refused"
        self.rows.commit(commands)
        self.state.apply(commands)
        for watch in self.watchers:
            watch(event, commands)
        answers = [command for command in commands if isinstance(command, Answer)]
        self.answers += answers
        return answers[0].code if answers else ""

    def run(self, service: int) -> None:
        """Let everything happen up to and at this service time."""
        busy = 0
        while (due := self.state.next_due()) is not None and due <= service:
            busy = 0 if due > self.now.service else busy + 1
            assert busy < BUSY_LOOP, f"time stands still at {spell(self.passed)}"
            self._leap(due)
            self._turn()
        self._leap(service)

    def _leap(self, service: int) -> None:
        ahead = max(service - self.now.service, 0)
        self.now = Now(self.now.wall + ahead, self.now.service + ahead)

    def _turn(self) -> None:
        item = self.state.take_due(self.now.service)
        assert item is not None, "what is due can be taken"
        kind, number = item
        event = e.Claimed(number) if kind is Kind.DELIVERY else e.Due(kind, number)
        answer = self.submit(event)
        if answer == "refused":
            self._stop(kind, number)
        elif answer == "claimed":
            row = self.state.deliveries[number]
            self._carry(self.post.take(row, self.passed, self._wanted))

    def _wanted(self, number: int) -> bool:
        return wanted(self.state, number)

    def _carry(self, event: e.Event | None) -> None:
        if event is not None and self.submit(event) == "refused":
            assert isinstance(event, e.Delivered | e.Failed | e.Skipped)
            self._stop(Kind.DELIVERY, event.delivery)

    def _stop(self, kind: Kind, number: int) -> None:
        stopped = self.submit(e.Stopped(kind, number, self.failed[-1]))
        assert stopped != "refused", f"nothing can be set aside: {self.failed[-1]}"
