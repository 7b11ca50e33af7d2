"""Random routing trees, written as alertmanager.yml, and followed by hand."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from differential import intervals
from differential.conditions import (
    Condition,
    Conditions,
    Labels,
    Rule,
    draw_conditions,
    draw_rules,
    hold,
    may_be_old,
    written,
)


@dataclass(frozen=True)
class Options:
    """What an alert's group goes by; spans are milliseconds."""

    receiver: str = "r0"
    group_by: tuple[str, ...] = ()
    wait: int = 500
    interval: int = 2000
    repeat: int = 3_600_000


@dataclass
class Node:
    """A route. `own` is what it says itself, `options` with what it inherits."""

    conditions: Conditions
    options: Options
    own: dict[str, Any]
    routes: list["Node"] = field(default_factory=list)
    goes_on: bool = False
    old: bool = False

    def muted(self, at: float, turn: float) -> bool:
        """Whether a time interval keeps it quiet then."""
        return intervals.muted(self.own, at, turn)


@dataclass
class Setup:
    """A whole configuration. `by_cluster` says that every group is of one cluster at most.

    At second `turn` of the sequence, never for 0, a minute of the clock on the wall begins; with
    it the time interval "early" ends and "late" begins.
    """

    root: Node
    receivers: dict[str, list[dict[str, Any]]]
    rules: list[Rule]
    resolve_timeout: int
    by_cluster: bool
    turn: int

    def places(self, labels: Labels) -> list[tuple[str, Node]]:
        """The group key and the route of each group that an alert belongs to."""
        return [
            (f"{key}:{_text(_group(node.options, labels))}", node)
            for key, node in _follow(self.root, "{}", labels)
        ]

    def yml(self, inbox: str, began: int = 0) -> str:
        """As alertmanager.yml, in YAML that is JSON, for a sequence that begins then."""
        receivers = [
            {"name": name, "webhook_configs": _addressed(hooks, inbox, name)}
            for name, hooks in self.receivers.items()
        ]
        content = {
            "global": {"resolve_timeout": f"{self.resolve_timeout}ms"},
            "route": _written(self.root),
            "receivers": receivers,
            "inhibit_rules": [rule.written() for rule in self.rules],
            "time_intervals": intervals.written(began + self.turn if self.turn else 0),
        }
        return json.dumps(content, indent=1)


def draw_setup(random: Random, *, turns: bool = False) -> Setup:
    """A tree of some routes, three receivers, and perhaps inhibition rules.

    Every first flush comes half a second after a whole one, and every interval is of whole
    seconds: what happens at whole seconds is never near a flush.
    """
    by_cluster = random.random() < 0.5
    turn = random.randrange(3, 10) if turns else 0
    receivers = {f"r{number}": _draw_hooks(random) for number in range(3)}
    own = _draw_own(random, by_cluster) | {"receiver": "r0"}
    if by_cluster or random.random() < 0.8:
        own = {"group_by": ("cluster",) if by_cluster else ("alertname",)} | own
    own = {"wait": 500, "interval": 2000, "repeat": 3_600_000} | own
    root = Node((), Options(**_options(own)), own)
    _draw_routes(random, root, by_cluster, turns)
    timeout = random.choice((3_250, 300_000))
    return Setup(root, receivers, draw_rules(random), timeout, by_cluster, turn)


def _draw_hooks(random: Random) -> list[dict[str, Any]]:
    return [
        {"send_resolved": random.random() < 0.7, "max_alerts": random.choice((0, 0, 0, 1, 2))}
        for _ in range(random.choice((1, 1, 2)))
    ]


def _draw_own(random: Random, by_cluster: bool) -> dict[str, Any]:
    own: dict[str, Any] = {}
    if random.random() < 0.6:
        names = ("alertname", "severity", "instance", "job")
        labels = random.sample(names, random.randrange(3))
        labels = random.choice((labels, labels, ["..."]))
        own["group_by"] = (*labels, *(["cluster"] if by_cluster and labels != ["..."] else []))
        if not own["group_by"]:
            del own["group_by"]
    if random.random() < 0.5:
        own["wait"] = random.choice((500, 1500))
    if random.random() < 0.5:
        own["interval"] = random.choice((2000, 3000))
    if random.random() < 0.5:
        own["repeat"] = random.choice((2500, 4500, 3_600_000))
    return own


def _draw_routes(
    random: Random, above: Node, by_cluster: bool, turns: bool, depth: int = 0
) -> None:
    taken = set()
    for _ in range(random.randrange(1, 4) if depth == 0 else random.randrange(3)):
        conditions, old = draw_conditions(random, 2), random.random() < 0.2
        old = old and may_be_old(conditions)
        conditions = tuple(map(_anchored, conditions)) if old else conditions
        if _key(conditions) in taken:
            continue  # Two siblings with one key share a log entry there.
        taken.add(_key(conditions))
        own = _draw_own(random, by_cluster) | intervals.draw(random, turns)
        if random.random() < 0.7:
            own["receiver"] = random.choice(("r0", "r1", "r2"))
        options = Options(**(vars(above.options) | _options(own)))
        node = Node(conditions, options, own, goes_on=random.random() < 0.4, old=old)
        above.routes.append(node)
        if depth < 2:
            _draw_routes(random, node, by_cluster, turns, depth + 1)


def _options(own: dict[str, Any]) -> dict[str, Any]:
    return {name: own[name] for name in vars(Options()) if name in own}


def _follow(node: Node, key: str, labels: Labels) -> Iterator[tuple[str, Node]]:
    found = False
    for child in node.routes:
        if hold(child.conditions, labels):
            found = True
            yield from _follow(child, f"{key}/{_key(child.conditions)}", labels)
            if not child.goes_on:
                break
    if not found:
        yield key, node


def _anchored(condition: Condition) -> Condition:
    """As a key names what `match_re` says."""
    if condition.op != "=~":
        return condition
    return Condition(condition.name, condition.op, f"^(?:{condition.value})$")


def _bare(condition: Condition) -> Condition:
    value = condition.value.removeprefix("^(?:").removesuffix(")$")
    return Condition(condition.name, condition.op, value)


def _key(conditions: Conditions) -> str:
    order = ("=", "!=", "=~", "!~")
    ordered = sorted(conditions, key=lambda each: (each.name, each.value, order.index(each.op)))
    return f"{{{','.join(map(str, ordered))}}}"


def _group(options: Options, labels: Labels) -> dict[str, str]:
    if options.group_by == ("...",):
        return dict(labels)
    return {name: labels[name] for name in options.group_by if name in labels}


def _text(labels: Labels) -> str:
    pairs = (f'{name}="{labels[name]}"' for name in sorted(labels))
    return f"{{{', '.join(pairs)}}}"


def _written(node: Node) -> dict[str, Any]:
    own = dict(node.own)
    content: dict[str, Any] = {}
    for ours, theirs in _SPANS.items():
        if ours in own:
            content[theirs] = f"{own.pop(ours)}ms"
    if "group_by" in own:
        own["group_by"] = list(own["group_by"])
    if node.conditions:
        conditions = tuple(map(_bare, node.conditions)) if node.old else node.conditions
        content |= written(conditions, node.old)
    if node.goes_on:
        content["continue"] = True
    if node.routes:
        content["routes"] = [_written(child) for child in node.routes]
    return {**own, **content}


_SPANS = {"wait": "group_wait", "interval": "group_interval", "repeat": "repeat_interval"}


def _addressed(hooks: list[dict[str, Any]], inbox: str, name: str) -> list[dict[str, Any]]:
    return [{"url": f"{inbox}/{name}/{number}", **hook} for number, hook in enumerate(hooks)]
