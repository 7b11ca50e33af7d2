"""Random matchers and inhibition rules, and what they hold of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

Labels = Mapping[str, str]
NAMES = ("Disk", "Cpu", "Net")
CLUSTERS = ("eu", "us")
SEVERITIES = ("critical", "warning")
_VALUES = (
    ("alertname", NAMES),
    ("alertname", NAMES),
    ("cluster", CLUSTERS),
    ("cluster", CLUSTERS),
    ("severity", SEVERITIES),
    ("severity", SEVERITIES),
    ("instance", ("a", "b", "")),
    ("job", ("node", "")),
)


@dataclass(frozen=True)
class Condition:
    """One matcher."""

    name: str
    op: str
    value: str

    def holds(self, labels: Labels) -> bool:
        """Whether the label set has what it asks for."""
        value = labels.get(self.name, "")
        same = value == self.value
        if self.op in ("=~", "!~"):
            same = re.fullmatch(self.value, value) is not None
        return same == (self.op in ("=", "=~"))

    def __str__(self) -> str:
        return f'{self.name}{self.op}"{self.value}"'

    def sent(self) -> dict[str, Any]:
        """As a silence over the API has it."""
        is_regex, is_equal = self.op in ("=~", "!~"), self.op in ("=", "=~")
        return {"name": self.name, "value": self.value, "isRegex": is_regex, "isEqual": is_equal}


Conditions = tuple[Condition, ...]


@dataclass(frozen=True)
class Rule:
    """An inhibition rule. `old` ones are written as maps, as before Alertmanager 0.22."""

    source: Conditions
    target: Conditions
    equal: tuple[str, ...]
    old: bool

    def holds_back(self, source: Labels, target: Labels) -> bool:
        """Whether `source`, which fires, holds `target` back."""
        if not (hold(self.source, source) and hold(self.target, target)):
            return False
        if hold(self.source, target) and hold(self.target, source):
            return False
        return all(source.get(name, "") == target.get(name, "") for name in self.equal)

    def written(self) -> dict[str, Any]:
        """As in alertmanager.yml."""
        source, target = written(self.source, self.old), written(self.target, self.old)
        sides = [(f"source_{key}", each) for key, each in source.items()]
        sides += [(f"target_{key}", each) for key, each in target.items()]
        return {**dict(sides), "equal": list(self.equal)}


def hold(conditions: Conditions, labels: Labels) -> bool:
    """Whether the label set has all that they ask for."""
    return all(condition.holds(labels) for condition in conditions)


def written(conditions: Conditions, old: bool) -> dict[str, Any]:
    """As `matchers`, or as the maps `match` and `match_re`."""
    if not old:
        return {"matchers": [str(condition) for condition in conditions]}
    plain = {each.name: each.value for each in conditions if each.op == "="}
    regexes = {each.name: each.value for each in conditions if each.op == "=~"}
    return {"match": plain, "match_re": regexes}


def may_be_old(conditions: Conditions) -> bool:
    """Whether maps can say it."""
    names = {condition.name for condition in conditions}
    return len(names) == len(conditions) and all(each.op in ("=", "=~") for each in conditions)


def draw_condition(random: Random) -> Condition:
    """A matcher that some alerts have what it asks for."""
    name, values = random.choice(_VALUES)
    op = random.choice(("=", "=", "=~", "!=", "!~"))
    value = random.choice(values)
    if op in ("=~", "!~"):
        value = random.choice((f"{value}|none", f"{value[:-1]}.", f"{value}.*"))
    return Condition(name, op, value)


def draw_conditions(random: Random, most: int) -> Conditions:
    """One to `most` matchers, all different."""
    count = random.randrange(1, most + 1)
    return tuple({draw_condition(random): None for _ in range(count)})


def draw_rules(random: Random) -> list[Rule]:
    """Up to three inhibition rules, mostly of the usual kind: critical holds warning back."""
    return [_draw_rule(random) for _ in range(random.choice((0, 0, 0, 1, 1, 1, 2, 3)))]


def _draw_rule(random: Random) -> Rule:
    equal = random.choice(((), ("cluster",), ("cluster", "alertname"), ("nowhere",), ("instance",)))
    source: Conditions = (Condition("severity", "=", "critical"),)
    target: Conditions = (Condition("severity", "=", "warning"),)
    if random.random() < 0.4:
        source = draw_conditions(random, 2)
    if random.random() < 0.4:
        target = draw_conditions(random, 2)
    old = may_be_old(source) and may_be_old(target) and random.random() < 0.3
    return Rule(source, target, equal, old)
