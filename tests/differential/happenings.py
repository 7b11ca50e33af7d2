"""What may happen in a sequence: alerts that are posted, silences, looks at it all."""

from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

from differential.conditions import (
    CLUSTERS,
    NAMES,
    SEVERITIES,
    Conditions,
    Labels,
    draw_condition,
    hold,
)

Alert = dict[str, Any]


@dataclass
class Step:
    """One thing that happens `at` seconds; `told` is its line in the ledger.

    The id in the `body` of a silence is the name of one in the sequence, as `silence` is.
    """

    at: float
    told: str
    alerts: list[Alert] = field(default_factory=list)
    silence: str = ""
    body: dict[str, Any] | None = None
    ends: bool = False
    look: str = ""


@dataclass
class Hush:
    """A silence, as the sequence knows it."""

    name: str
    conditions: Conditions
    start: float
    end: float
    comment: str

    def holds(self, labels: Labels, at: float) -> bool:
        """Whether it silences these labels then."""
        return self.start <= at < self.end and hold(self.conditions, labels)

    def body(self) -> dict[str, Any]:
        """As it is posted, its times in seconds of the sequence."""
        return {
            "matchers": [condition.sent() for condition in self.conditions],
            "startsAt": self.start,
            "endsAt": self.end,
            "createdBy": "ana",
            "comment": self.comment,
        }

    def __str__(self) -> str:
        conditions = ", ".join(map(str, self.conditions))
        return f"{self.name} {conditions} from {self.start:g} to {self.end:g}"


def draw_alerts(random: Random) -> list[dict[str, str]]:
    """The label sets of a sequence, some with labels that others lack."""
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


def draw_look(random: Random, hushes: list[Hush]) -> str:
    """Something to ask, with filters."""
    if hushes and random.random() < 0.2:
        some = random.choice(hushes).conditions
        chosen = random.sample(some, random.randrange(1, len(some) + 1))
        return "/api/v2/silences?" + "&".join(f"filter={quote(str(each))}" for each in chosen)
    words = [f"{flag}={_flag(random)}" for flag in _FLAGS if random.random() < 0.3]
    if random.random() < 0.3:
        words.append(f"receiver={random.choice(('r0', 'r[12]', 'r.', 'r', 'r0|r2'))}")
    while random.random() < 0.4:
        words.append(f"filter={quote(str(draw_condition(random)))}")
    path = random.choice(("/api/v2/alerts", "/api/v2/alerts/groups"))
    random.shuffle(words)
    return f"{path}?{'&'.join(words)}"


def tell(alert: Alert) -> str:
    """An alert that is posted, in a few words."""
    times = "".join(
        f" {word} {alert[key]:g}"
        for word, key in (("from", "startsAt"), ("to", "endsAt"))
        if key in alert
    )
    return ",".join(alert["labels"].values()) + times


def _flag(random: Random) -> str:
    return random.choice(("false", "false", "true"))


_FLAGS = ("active", "silenced", "inhibited", "unprocessed")
