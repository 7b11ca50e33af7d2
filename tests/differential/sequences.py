"""Random sequences of what happens: alerts, their ends, silences, and looks at it all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from differential.configurations import (
    CLUSTERS,
    NAMES,
    SEVERITIES,
    Condition,
    Setup,
    draw_condition,
)
from differential.groups import Groups, Name, named

FOREVER = 1e9


@dataclass
class Step:
    """One thing that happens `at` seconds; `told` is its line in the ledger."""

    at: float
    told: str
    alerts: list[dict[str, Any]] = field(default_factory=list)
    silence: str = ""
    body: dict[str, Any] | None = None
    ends: bool = False
    look: str = ""


@dataclass
class Hush:
    """A silence, as the sequence knows it."""

    name: str
    conditions: tuple[Condition, ...]
    start: float
    end: float
    comment: str

    def holds(self, labels: dict[str, str], at: float) -> bool:
        """Whether it silences these labels then."""
        within = self.start <= at < self.end
        return within and all(condition.holds(labels) for condition in self.conditions)


class Sequence:
    """Draws one sequence for a setup; `steps` in order of time, `groups` as they come to be.

    A start or end in a step is in seconds of the sequence, as a number: whoever plays it turns
    it into a time.
    """

    def __init__(self, random: Random, setup: Setup, seconds: int) -> None:
        self.setup = setup
        self.steps: list[Step] = []
        self.hushes: list[Hush] = []
        self.groups = Groups(setup, self.muted)
        self._random = random
        self._timeouts: set[Name] = set()
        self._starts: dict[Name, float] = {}
        self._alerts = [named(each) for each in _draw_alerts(random)]
        self._olds = 0
        for second in range(seconds):
            self._draw(float(second))
        self.groups.advance(seconds + 4.75)
        self.steps.append(Step(seconds + 3.75, "the end", look="/api/v2/alerts"))

    def muted(self, name: Name, at: float) -> bool:
        """Whether a silence or another alert holds this one back then."""
        labels = dict(name)
        if any(hush.holds(labels, at) for hush in self.hushes):
            return True
        firing = [dict(each) for each in self.groups.firing(at)]
        rules = self.setup.rules
        return any(rule.holds_back(source, labels) for rule in rules for source in firing)

    def _draw(self, at: float) -> None:
        self.groups.advance(at)
        moves: list[Callable[[float], None]] = [self._fire, self._fire, self._fire, self._end]
        moves += [self._end, self._repeat, self._hush, self._unhush, self._rehush]
        if at == 0:
            moves = [self._fire, self._fire]
        for move in self._random.sample(moves, 2):
            move(at)
        if self._random.random() < 0.15 and self.setup.by_cluster:
            self._old(at + 0.5)
        if self._random.random() < 0.5:
            self.steps.append(Step(at + 0.75, "look", look=self._query()))

    def _fire(self, at: float) -> None:
        quiet = [name for name in self._alerts if self.groups.ends.get(name, 0) <= at]
        chosen = self._random.sample(quiet, min(len(quiet), self._random.randrange(1, 4)))
        rare = self._random.random() < 0.05
        chosen = [name for name in chosen if rare or not self.groups.would_revive(name)]
        self._post(at, [self._begin(name, at) for name in chosen], "fire")

    def _begin(self, name: Name, at: float) -> dict[str, Any]:
        alert: dict[str, Any] = {"labels": dict(name)}
        if self._random.random() < 0.5:
            alert["annotations"] = {"summary": f"since {at:g}", "runbook": "book"}
        if self._random.random() < 0.5:
            alert["startsAt"] = at
        kind = self._random.random()
        if kind < 0.25:
            alert["endsAt"] = at + self._random.randrange(2, 7) + 0.25
        elif kind < 0.4:
            alert["endsAt"] = at + 600
        if self._random.random() < 0.3:
            alert["generatorURL"] = "http://prometheus.example/graph"
        self._timeouts.discard(name)
        if "endsAt" not in alert:
            self._timeouts.add(name)
        self._starts[name] = alert.get("startsAt", alert.get("endsAt", at))
        self.groups.fire(name, at, self._end_of(alert, at))
        return alert

    def _end_of(self, alert: dict[str, Any], at: float) -> float:
        return float(alert.get("endsAt", at + self.setup.resolve_timeout / 1000))

    def _old(self, at: float) -> None:
        """One that began long ago, alone in groups of its own: they cannot wait for others."""
        self._olds += 1
        labels = {"alertname": self._random.choice(NAMES), "cluster": f"old{self._olds}"}
        labels["severity"] = "warning"  # The others inhibit, and it begins when those are flushed.
        name = named(labels)
        self._alerts.append(name)
        alert = {"labels": labels, "startsAt": at - 60, "endsAt": at + 600}
        self._starts[name] = at - 60
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
        firing = self.groups.firing(at)
        chosen = self._random.sample(firing, min(len(firing), 2))
        alerts: list[dict[str, Any]] = []
        for name in chosen:
            alert: dict[str, Any] = {"labels": dict(name), "startsAt": at}
            alert["annotations"] = {"summary": f"again at {at:g}"}
            if self._random.random() < 0.6:
                alert["endsAt"] = at + self._random.choice((2.25, 4.25, 600))
            end, known = self._end_of(alert, at), self.groups.ends[name]
            start = self._starts[name]
            if start < end < known or start < at < known:
                self._starts[name] = min(start, at)
                end = end if name in self._timeouts else max(end, known)
            else:
                self._starts[name] = at
            # The flag is the newer report's, whichever end was kept.
            (self._timeouts.discard if "endsAt" in alert else self._timeouts.add)(name)
            self.groups.ends[name] = end
            alerts.append(alert)
        self._post(at, alerts, "repeat")

    def _post(self, at: float, alerts: list[dict[str, Any]], what: str) -> None:
        if alerts:
            told = "; ".join(_tell(alert) for alert in alerts)
            self.steps.append(Step(at, f"{what} {told}", alerts=alerts))

    def _hush(self, at: float) -> None:
        number = len(self.hushes) + 1
        start = at + self._random.choice((0, 0, 0, 2))
        conditions = tuple(
            draw_condition(self._random) for _ in range(self._random.randrange(1, 4))
        )
        end = start + self._random.choice((2, 3, 5, 600))
        hush = Hush(f"s{number}", conditions, start, end, f"number {number}")
        self.hushes.append(hush)
        self._post_hush(at, hush, "silence", known=False)

    def _post_hush(self, at: float, hush: Hush, what: str, *, known: bool) -> None:
        body = {
            "matchers": [_matcher(condition) for condition in hush.conditions],
            "startsAt": hush.start,
            "endsAt": hush.end,
            "createdBy": "ana",
            "comment": hush.comment,
        }
        told = f"{what} {hush.name} {', '.join(map(str, hush.conditions))}"
        told += f" from {hush.start:g} to {hush.end:g}"
        step = Step(at, told, silence=hush.name, body=body | ({"id": hush.name} if known else {}))
        self.steps.append(step)

    def _unhush(self, at: float) -> None:
        hush = self._some_hush(at)
        if hush is not None:
            hush.end = at
            hush.start = min(hush.start, at)
            self.steps.append(Step(at, f"expire {hush.name}", silence=hush.name, ends=True))

    def _rehush(self, at: float) -> None:
        """Change the text and the end of one that holds."""
        hush = self._some_hush(at)
        if hush is not None and hush.start < at:
            hush.end = at + self._random.choice((2, 5, 600))
            hush.comment += ", changed"
            self._post_hush(at, hush, "change", known=True)

    def _some_hush(self, at: float) -> Hush | None:
        going = [hush for hush in self.hushes if hush.end > at]
        return self._random.choice(going) if going else None

    def _query(self) -> str:
        receiver = self._random.choice(("r0", "r[12]", "r."))
        queries = ["?silenced=false", "?inhibited=false", "?active=false", f"?receiver={receiver}"]
        queries += [f"?filter=cluster%3D{CLUSTERS[0]}", "?filter=severity!%3Dcritical", ""]
        queries += ["?filter=alertname%3D~%22D.*%7CNet%22&filter=nothing%3D%22%22"]
        path = self._random.choice(("/api/v2/alerts", "/api/v2/alerts/groups"))
        return path + self._random.choice(queries)


def _draw_alerts(random: Random) -> list[dict[str, str]]:
    alerts = []
    for name in NAMES:
        for cluster in CLUSTERS:
            for severity in SEVERITIES:
                labels = {"alertname": name, "cluster": cluster, "severity": severity}
                if random.random() < 0.4:
                    labels["instance"] = random.choice(("a", "b"))
                if random.random() < 0.2:
                    labels["job"] = "node"
                alerts.append(labels)
    return alerts


def _matcher(condition: Condition) -> dict[str, Any]:
    return {
        "name": condition.name,
        "value": condition.value,
        "isRegex": condition.op in ("=~", "!~"),
        "isEqual": condition.op in ("=", "=~"),
    }


def _tell(alert: dict[str, Any]) -> str:
    labels = ",".join(f"{value}" for value in alert["labels"].values())
    times = "".join(
        f" {word} {alert[key]:g}"
        for word, key in (("from", "startsAt"), ("to", "endsAt"))
        if key in alert
    )
    return labels + times
