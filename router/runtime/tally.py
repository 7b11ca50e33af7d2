"""Counts what the loop decided, as plain numbers: no rule ever touches a counter."""

import re
from collections import Counter
from collections.abc import Sequence

from router.core import event as e
from router.core.alert import Report
from router.core.command import Record, RefreshAlert
from router.core.state import State
from router.runtime.door import Observed, Outcome

# Why an attempt failed, in Alertmanager's words: refused for good, no answer, not now.
_WORDS = {"401": "authError", "403": "authError", "429": "rateLimited"}
REASONS = (
    *("clientError", "contextDeadlineExceeded", "serverError", "other"),
    *("authError", "rateLimited"),
)
_answered = re.compile(r": answered (\d{3})\b").search
_ATTEMPTS = frozenset(("sent", "failed", "unknown"))


# Why nobody was told, in Alertmanager's words; what is ours alone has its own.
SUPPRESSED = {
    "inhibited": "inhibition",
    "interval": "mute_time_interval",
    "silence": "silence",
}
_SUPPRESSED_BY = (*SUPPRESSED.values(), "active_time_interval", "maintenance")


class Tally:
    """Numbers that only grow, each keyed by the values of its labels.

    Only the loop's thread adds; others may read at any time.
    """

    def __init__(self) -> None:
        self.events: Counter[type] = Counter()
        self.commands: Counter[type] = Counter()
        self.rule_failures: Counter[type] = Counter()
        self.records: Counter[str] = Counter()
        self.received: Counter[tuple[str, str]] = Counter()  # (source, status)
        self.rejects: Counter[str] = Counter()  # source
        self.attempts: Counter[str] = Counter()  # integration
        self.suppressed: Counter[str] = Counter(dict.fromkeys(_SUPPRESSED_BY, 0))
        self.failures: Counter[tuple[str, str]] = Counter()  # (integration, reason)

    def add(self, observed: Sequence[Observed], wall: int) -> None:
        """Count the events that were decided at *wall*, and what they led to."""
        events = [event for event, _ in observed]
        commands = [command for _, outcome in observed for command in outcome.commands]
        happened, done = Counter(map(type, events)), Counter(map(type, commands))
        self.events.update(happened)
        self.commands.update(done)
        if failed := [type(event) for event, outcome in observed if outcome.error]:
            self.rule_failures.update(failed)
        if Record in done:
            self.records.update([command.kind for command in commands if type(command) is Record])
        if e.Reported in happened:
            self._receive([event.report for event in events if type(event) is e.Reported], wall)
        if e.Rejected in happened:
            self.rejects.update([event.source for event in events if type(event) is e.Rejected])
        if happened.keys() - {e.Reported}:  # No report is an attempt to send.
            for event, outcome in observed:
                if type(event) is not e.Reported:
                    self._attempts(event, outcome)

    def repeat(self, sources: Counter[str]) -> None:
        """Count the reports of each source that only carried on what fires."""
        count = sources.total()
        self.events[e.Reported] += count
        self.commands[RefreshAlert] += count
        for source, reports in sources.items():
            self.received[source, "firing"] += reports

    def _receive(self, reports: Sequence[Report], wall: int) -> None:
        ends = Counter([(report.source, report.ends_at) for report in reports])
        for (source, ends_at), count in ends.items():  # A batch holds few different ends.
            firing = ends_at is None or ends_at > wall
            self.received[source, "firing" if firing else "resolved"] += count

    def suppress(self, state: State, number: int) -> None:
        """Count the alerts that a group's flush told nobody of, each by its first reason."""
        hushed = state.hushed.get(number)
        group = state.groups.get(number)
        if not hushed or group is None:
            return
        route = state.configuration.tree.routes.get(group.route)
        active = route.active_time_intervals if route else ()
        for reasons in hushed.values():
            kind, _, name = reasons[0].partition(":")
            word = SUPPRESSED.get(kind, kind)
            if kind == "interval" and name in active:
                word = "active_time_interval"
            self.suppressed[word] += 1

    def _attempts(self, event: e.Event, outcome: Outcome) -> None:
        for record in outcome.commands:
            if type(record) is Record and record.kind in _ATTEMPTS:
                integration = _integration(record.detail["target"])
                self.attempts[integration] += 1
                if record.kind != "sent":
                    self.failures[integration, _reason(event)] += 1


def _integration(target: str) -> str:
    """The kind of integration a delivery's target names."""
    kind, _, rest = target.partition(":")
    return rest.rpartition("/")[2] if kind == "user" else rest.rsplit("/", 2)[1]


def _reason(event: e.Event) -> str:
    if not isinstance(event, e.Failed):
        return "other"
    said = _answered(event.error)
    if said and said[1] in _WORDS:
        return _WORDS[said[1]]
    if event.permanent:
        return "clientError"
    return "contextDeadlineExceeded" if event.ambiguous else "serverError"
