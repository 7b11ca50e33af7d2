"""Watches a world from outside and says which promise was broken. It shares no code with the rules.

It knows what was submitted, what the timeline says, and what reached the far side.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from router.core import event as e
from router.core.alert import Alert
from router.core.command import Answer, Command, Enqueue, Record
from router.core.incident import Status
from router.core.labels import decode, identity
from router.core.moment import HOUR, MINUTE
from router.core.notification import Delivery
from router.core.silence import Silence
from support.virtual import spell
from support.world import World

LATE = MINUTE

# What may bring a step forward, and what may let the count of steps jump.
_HURRIES = {"nobody_reached", "rings_again", "unmuted", "muted", "stopped", "restarted"}
_DELAYS = {"acknowledged", "held", "muted", "fallback", "started", "snoozed", "resolved"}
_JUMPS = {"worsened", "muted", "unmuted", "fallback", "exhausted", "nobody", "snoozed"}
_ANEW = {"reassigned", "restarted", "reopened", "continued", "snoozed", "forced"}
"""After these the steps are others, or begin anywhere."""


class Auditor:
    """Looks at one world as long as it lives."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._taken: set[int] = set()
        self._summoned: set[str] = set()
        self._over: set[int] = set()
        self._paged: set[tuple[int, str]] = set()
        self._ended: set[tuple[int, str]] = set()
        self._wanted_ends: dict[int, set[str]] = {}
        self._believes: set[tuple[int, str, int]] = set()
        self._pages: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
        self._calls: Counter[tuple[int, str]] = Counter()
        self._last: dict[str, tuple[int, Delivery]] = {}
        self._tried: defaultdict[str, set[str]] = defaultdict(set)
        self._closed: dict[int, int] = {}
        self._silences: dict[str, Silence] = {}
        self._steps: dict[int, tuple[int, Record, set[str]]] = {}
        self.told: dict[int, int] = {}
        world.watchers.append(self._watch)
        world.post.on_begin = self._begin
        world.post.on_arrival = self._arrive

    def _watch(self, event: e.Event, commands: Sequence[Command]) -> None:
        answer = next((c.code for c in commands if isinstance(c, Answer)), "")
        match event:
            case e.Acknowledged() if answer == "acknowledged":
                self._taken.add(event.incident)
            case e.Unacknowledged() if answer == "unacknowledged":
                self._taken.discard(event.incident)
            case e.Snoozed() if answer == "snoozed":
                self._taken.add(event.incident)
            case e.Summoned() if answer == "summoned" and event.incident in self._taken:
                self._summoned.update(self._asked(commands, event.incident))
            case e.Resolved() if answer == "resolved" and event.incident not in self._over:
                assert self._is_noted(commands, event.incident), "resolved without a word"
                closed = self._world.incident(event.incident).group
                self._closed[closed] = self._world.now.service
            case e.Reconfigured():
                self._closed.clear()
                self._forget_what_is_gone()
            case e.Started():
                for _, _, since in self._steps.values():
                    since.add("started")
            case e.Silenced():
                self._silences.update({silence.id: silence for silence in event.silences})
            case e.Claimed() if answer == "claimed":
                self._claimed(self._world.state.deliveries[event.delivery])
        for command in commands:
            if isinstance(command, Record) and command.incident:
                self._note(command)
            elif isinstance(command, Record) and command.kind == "fired":
                self._closed.pop(command.group, None)

    def _asked(self, commands: Sequence[Command], number: int) -> set[str]:
        """The keys of pages that somebody asked for though the incident is taken."""
        mine = (c.delivery for c in commands if isinstance(c, Enqueue))
        return {row.key for row in mine if (row.kind, row.incident) == ("page", number)}

    def _is_noted(self, commands: Sequence[Command], number: int) -> bool:
        return any(
            isinstance(c, Record) and (c.kind, c.incident) == ("resolved", number) for c in commands
        )

    def _note(self, record: Record) -> None:
        number = record.incident
        if record.kind in ("escalated", "fallback", "unmuted", "summoned"):
            self._calls.update((number, target) for target in record.detail["targets"])
        match record.kind:
            case "opened":
                closed = self._closed.pop(record.group, -HOUR)
                again = self._world.now.service - closed
                assert again >= HOUR, f"{number} opens though nothing is new"
            case "rings_again":
                self._taken.discard(number)
            case "reopened":
                self._wanted_ends.pop(number, None)
                self._over.discard(number)
                self._taken.discard(number)
                if self._world.incident(number).status is Status.ACKNOWLEDGED:
                    self._taken.add(number)
            case "resolved":
                self._over.add(number)
                self._wanted_ends[number] = self._who_wants_ends()
            case "escalated" if record.detail["targets"]:
                self._step(number, record)
        if record.kind in _ANEW:
            self._steps.pop(number, None)
        if number in self._steps:
            self._steps[number][2].add(record.kind)

    def _step(self, number: int, record: Record) -> None:
        """Steps come in their order, and none before the one before has had its time."""
        before = self._steps.get(number)
        self._steps[number] = (self._world.now.service, record, set())
        if before is None:
            return
        at, last, since = before
        steps = self._world.incident(number).policy.steps
        passed = self._world.now.service - at
        wait = steps[last.detail["step"] - 1].wait
        early = passed < wait - LATE and not since & _HURRIES
        late = passed > wait + LATE and not since & _DELAYS
        assert not early, f"{number} went on after {spell(passed)}, not {spell(wait)}"
        assert not late, f"{number} went on only after {spell(passed)}, not {spell(wait)}"
        between = range(last.detail["step"] + 1, last.detail["step"] + 1 + len(steps))
        following = [(step - 1) % len(steps) + 1 for step in between]
        silent = [steps[step - 1].notify for step in following]
        assert silent
        skipped = following[: following.index(record.detail["step"])]
        assert since & _JUMPS or all(self._reaches_nobody(number, step) for step in skipped), (
            f"incident {number} skipped the steps {skipped}"
        )

    def _reaches_nobody(self, number: int, step: int) -> bool:
        return any(
            r.incident == number and r.detail.get("step") == step and not r.detail["targets"]
            for r in self._world.records("escalated")
        )

    def _begin(self, row: Delivery) -> None:
        number = row.incident
        if row.kind == "page":
            asked = number not in self._taken or row.key in self._summoned
            assert asked, f"a page of {number} begins though it is taken"
            assert number not in self._over, f"a page of {number} begins though it is over"
            assert row.firing, f"a page of {number} speaks of nothing"
            self._pages[number, row.target].add(row.key)
            alerts = self._world.state.alerts_of(row.group)
            there = any(a.firing for a in alerts) or self._world.incident(number).raised
            assert there, f"a page of {number} begins though nothing fires"
        if row.kind == "acknowledged":
            assert number in self._taken, f"{number} is told to be taken, and is not"
        if row.kind == "resolved":
            assert number in self._over, f"{number} is told to be over, and is not"
            self._ended.add((number, row.target))

    def _claimed(self, row: Delivery) -> None:
        """Nothing leaves for alerts that are all silenced.

        When its group has none left of those it names, it rings for what fires there now.
        """
        self._tried[row.lane].add(row.key)
        if row.kind not in ("page", "notification") or row.resolved or not row.firing:
            return
        here = self._world.state.alerts_of(row.group)
        named = [alert for alert in here if identity(alert.labels) in row.firing]
        about = named or [alert for alert in here if alert.firing]
        quiet = about and all(map(self._is_silenced, about))
        assert not quiet, f"{row.key} leaves into a silence"

    def _is_silenced(self, alert: Alert) -> bool:
        wall, labels = self._world.now.wall, decode(alert.labels)
        return any(
            labels[silence.matchers[0].name] == silence.matchers[0].value
            for silence in self._silences.values()
            if silence.starts_at <= wall < silence.ends_at
        )

    def _arrive(self, row: Delivery) -> None:
        if row.kind == "page":
            self._paged.add((row.incident, row.target))
            self._ended.discard((row.incident, row.target))  # It came back, and they know.
        if row.kind in ("page", "notification"):
            self.told.update(dict.fromkeys(row.firing, self._world.now.service))
        if row.kind == "notification" and not row.incident and self._wants_ends(row.target):
            self._is_news(row)
            self._believes |= {(row.group, row.target, known) for known in row.firing}
            self._believes -= {(row.group, row.target, known) for known in row.resolved}

    def _is_news(self, row: Delivery) -> None:
        """A channel is not told the same twice in an hour, which all routes have as repeat.

        Unless nobody knows whether it was told something else in between.
        """
        now = self._world.now.service
        at, last = self._last.get(row.lane, (now - HOUR, row))
        same = (last.firing, last.resolved) == (row.firing, row.resolved)
        tried = self._tried.pop(row.lane, set()) | {last.key}
        doubted = any(self._world.post.doubts[key] for key in tried - {row.key})
        sure = not doubted and last.key != row.key
        assert not (same and sure) or now - at >= HOUR, f"{row.lane} is told the same again"
        self._last[row.lane] = (now, row)

    def _wants_ends(self, target: str) -> bool:
        integration = self._world.state.configuration.integration(target)
        return integration is not None and integration.send_resolved

    def _who_wants_ends(self) -> set[str]:
        targets = {target for _, target in self._paged}
        targets |= {row.target for row in self._world.state.deliveries.values()}
        return {target for target in targets if self._wants_ends(target)}

    def _forget_what_is_gone(self) -> None:
        self._believes = {b for b in self._believes if self._wants_ends(b[1])}
        self._last.clear()

    def check_repeats(self) -> None:
        """No message arrived twice, unless nobody could know that it had; none came uncalled."""
        post = self._world.post
        for key, times in post.arrived.items():
            assert times <= 1 + post.doubts[key], f"{key} arrived {times} times"
        for page, keys in self._pages.items():
            called = self._calls[page]
            assert len(keys) <= called, f"{page} had {len(keys)} pages, was called {called} times"

    def check_ends(self) -> None:
        """Given time, everybody who was told of a beginning was told of the end."""
        for number, target in self._paged:
            wanted = target in self._wanted_ends.get(number, ())
            told = (number, target) in self._ended
            assert told or not wanted, f"{target} was paged for {number} and not told of its end"
        firing = {identity(a.labels) for a in self._world.state.by_id.values() if a.firing}
        for group, target, known in self._believes:
            assert known in firing, f"{target} still believes {known} of group {group} fires"

    def check_told(self, since: int, muted: set[int]) -> None:
        """Given time, everything that fires was told to somebody, or was taken by somebody."""
        state = self._world.state
        taken = {state.incidents[n].group for n in self._taken if n in state.incidents}
        mine = {
            i.group
            for i in state.incidents.values()
            if i.number in self._taken and i.answered_by == "bo"
        }
        for alert in state.by_id.values():
            known = identity(alert.labels)
            if not alert.firing or known in muted:
                continue
            assert not mine & set(alert.groups) or known in self.told, f"bo took {alert.labels!r}"
            if taken & set(alert.groups):
                continue
            assert self.told.get(known, -1) >= since, f"nobody was told of {alert.labels!r}"
