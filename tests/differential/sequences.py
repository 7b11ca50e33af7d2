"""Random sequences of what happens: alerts, their ends, silences, and looks at it all."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from differential.conditions import NAMES
from differential.configurations import Setup
from differential.groups import Groups, Name, named
from differential.happenings import Alert, Step, draw_alerts, draw_look, tell
from differential.hushes import Hushes


@dataclass
class Known:
    """What was last reported of an alert: its start, whether its end was made up, the report."""

    start: float
    timeout: bool
    report: Alert


class Sequence:
    """Draws one sequence for a setup; `steps` in order of time, `groups` as they come to be.

    A start or end in a step is in seconds of the sequence, as a number: whoever plays it turns
    it into a time.
    """

    def __init__(self, random: Random, setup: Setup, seconds: int) -> None:
        self.setup = setup
        self.steps: list[Step] = []
        self.hushes = Hushes(random, self.steps)
        self.groups = Groups(setup, self.muted)
        self._random = random
        self._known: dict[Name, Known] = {}
        self._alerts = [named(each) for each in draw_alerts(random)]
        self._olds = 0
        for second in range(seconds):
            self._draw(float(second))
        self.groups.advance(seconds + 4.75)
        self.steps.append(Step(seconds + 3.75, "the end", look="/api/v2/alerts"))

    def muted(self, name: Name, at: float) -> bool:
        """Whether a silence or another alert holds this one back then."""
        labels = dict(name)
        if self.hushes.hold(labels, at):
            return True
        firing = [dict(each) for each in self.groups.firing(at)]
        rules = self.setup.rules
        return any(rule.holds_back(source, labels) for rule in rules for source in firing)

    def _draw(self, at: float) -> None:
        self.groups.advance(at)
        moves: list[Callable[[float], None]] = [self._fire, self._fire, self._fire, self._end]
        moves += [self._end, self._repeat, self._again, self.hushes.begin, self.hushes.expire]
        moves += [self.hushes.change, self.hushes.replace]
        if at == 0:
            moves = [self._fire, self._fire]
        for move in self._random.sample(moves, 2):
            move(at)
        if self._random.random() < 0.15 and self.setup.by_cluster:
            self._old(at + 0.5)
        if self._random.random() < 0.5:
            look = draw_look(self._random, self.hushes.all)
            self.steps.append(Step(at + 0.75, f"look {look}", look=look))

    def _fire(self, at: float) -> None:
        quiet = [name for name in self._alerts if self.groups.ends.get(name, 0) <= at]
        chosen = self._random.sample(quiet, min(len(quiet), self._random.randrange(1, 4)))
        rare = self._random.random() < 0.05
        chosen = [name for name in chosen if rare or not self.groups.would_revive(name)]
        alerts = [self._begin(name, at) for name in chosen]
        if alerts and self._random.random() < 0.1:
            twice = alerts[0] | {"annotations": {"summary": "the second of two"}}
            alerts.append(twice)
            self._report(named(twice["labels"]), twice, at)
        if alerts and self._random.random() < 0.1:
            alerts.insert(0, {"labels": {"": "no name"}})
        self._post(at, alerts, "fire")

    def _begin(self, name: Name, at: float) -> Alert:
        alert: Alert = {"labels": dict(name)}
        if self._random.random() < 0.5:
            alert["annotations"] = {"summary": f"since {at:g}", "runbook": "book"}
        if self._random.random() < 0.5:
            alert["startsAt"] = at + self._random.choice((0, 0, 0, 1))
        kind = self._random.random()
        if kind < 0.25:
            alert["endsAt"] = at + self._random.randrange(2, 7) + 0.25
        elif kind < 0.4:
            alert["endsAt"] = at + 600
        if self._random.random() < 0.3:
            alert["generatorURL"] = "http://prometheus.example/graph"
        self._report(name, alert, at)
        self.groups.fire(name, at, self.groups.ends[name])
        return alert

    def _report(self, name: Name, alert: Alert, at: float) -> None:
        """Follow what a report of a firing alert makes of what is known of it."""
        end = float(alert.get("endsAt", at + self.setup.resolve_timeout / 1000))
        start = float(alert.get("startsAt", end if "endsAt" in alert else at))
        before, known = self._known.get(name), self.groups.ends.get(name, 0.0)
        if before and (before.start < end < known or before.start < start < known):
            start = min(before.start, start)
            if known > max(at, end) and not before.timeout:
                end = known
        self._known[name] = Known(start, "endsAt" not in alert, alert)
        self.groups.ends[name] = end

    def _old(self, at: float) -> None:
        """One that began long ago, alone in groups of its own: they cannot wait for others."""
        self._olds += 1
        labels = {"alertname": self._random.choice(NAMES), "cluster": f"old{self._olds}"}
        labels["severity"] = "warning"  # The others inhibit, and it begins when those are flushed.
        name = named(labels)
        self._alerts.append(name)
        alert: Alert = {"labels": labels, "startsAt": at - 60, "endsAt": at + 600}
        self._known[name] = Known(at - 60, False, alert)
        self.groups.fire(name, at, at + 600, old=True)
        self._post(at, [alert], "fire, begun a minute ago")

    def _end(self, at: float) -> None:
        firing = [name for name in self.groups.firing(at) if self.groups.ends[name] > at]
        chosen = self._random.sample(firing, min(len(firing), self._random.randrange(1, 3)))
        if self._random.random() < 0.05:
            chosen += [name for name, end in self.groups.ends.items() if end <= at][:1]
        for name in chosen:
            self.groups.end(name, at)
        self._post(at, [{"labels": dict(name), "endsAt": at} for name in chosen], "end")

    def _repeat(self, at: float) -> None:
        """Report what fires once more, with other words and times."""
        firing = self.groups.firing(at)
        alerts: list[Alert] = []
        for name in self._random.sample(firing, min(len(firing), 2)):
            alert: Alert = {"labels": dict(name)}
            if self._random.random() < 0.8:
                alert["startsAt"] = at
            if self._random.random() < 0.8:
                alert["annotations"] = {"summary": f"again at {at:g}"}
            if self._random.random() < 0.6:
                alert["endsAt"] = at + self._random.choice((2.25, 4.25, 600))
            self._report(name, alert, at)
            alerts.append(alert)
        self._post(at, alerts, "repeat")

    def _again(self, at: float) -> None:
        """Report what fires once more, word for word, with an empty label beside the others."""
        firing = [name for name in self.groups.firing(at) if self._still(name, at)]
        alerts: list[Alert] = []
        for name in self._random.sample(firing, min(len(firing), 3)):
            alert = self._known[name].report
            self._report(name, alert, at)
            alerts.append(alert | {"labels": alert["labels"] | {"empty": ""}})
        self._post(at, alerts, "again")

    def _still(self, name: Name, at: float) -> bool:
        """Whether the last report of it says that it fires."""
        return float(self._known[name].report.get("endsAt", at + 1)) > at

    def _post(self, at: float, alerts: list[Alert], what: str) -> None:
        if alerts:
            told = "; ".join(map(tell, alerts))
            self.steps.append(Step(at, f"{what} {told}", alerts=alerts))
