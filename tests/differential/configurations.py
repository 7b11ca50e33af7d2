"""Random routing trees, written as alertmanager.yml and as routes.toml, and followed by hand."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

Labels = Mapping[str, str]
NAMES = ("Disk", "Cpu", "Net")
CLUSTERS = ("eu", "us")
SEVERITIES = ("critical", "warning")


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

    conditions: tuple[Condition, ...]
    options: Options
    own: dict[str, Any]
    routes: list["Node"] = field(default_factory=list)
    goes_on: bool = False


@dataclass(frozen=True)
class Rule:
    """An inhibition rule with one matcher on each side."""

    source: Condition
    target: Condition
    equal: tuple[str, ...]

    def holds_back(self, source: Labels, target: Labels) -> bool:
        """Whether `source`, which fires, holds `target` back."""
        if not (self.source.holds(source) and self.target.holds(target)):
            return False
        if self.source.holds(target) and self.target.holds(source):
            return False
        return all(source.get(name, "") == target.get(name, "") for name in self.equal)


@dataclass
class Setup:
    """A whole configuration. `by_cluster` says that every group is of one cluster at most."""

    root: Node
    receivers: dict[str, list[dict[str, Any]]]
    rules: list[Rule]
    resolve_timeout: int
    by_cluster: bool

    def places(self, labels: Labels) -> list[tuple[str, Options]]:
        """The group key and the options of each group that an alert belongs to."""
        return [
            (f"{key}:{_text(_group(node.options, labels))}", node.options)
            for key, node in _follow(self.root, "{}", labels)
        ]

    def yml(self, inbox: str) -> str:
        """As alertmanager.yml, in YAML that is JSON."""
        receivers = [
            {"name": name, "webhook_configs": _addressed(hooks, inbox, name)}
            for name, hooks in self.receivers.items()
        ]
        rules = [
            {
                "source_matchers": [str(rule.source)],
                "target_matchers": [str(rule.target)],
                "equal": list(rule.equal),
            }
            for rule in self.rules
        ]
        written = {
            "global": {"resolve_timeout": f"{self.resolve_timeout}ms"},
            "route": _written(self.root),
            "receivers": receivers,
            "inhibit_rules": rules,
            "time_intervals": [
                {"name": "always", "time_intervals": [{"months": ["1:12"]}]},
                {"name": "never", "time_intervals": [{"years": ["1990"]}]},
            ],
        }
        return json.dumps(written, indent=1)


def draw_setup(random: Random) -> Setup:
    """A tree of up to nine routes, three receivers, and perhaps an inhibition rule.

    Every first flush comes half a second after a whole one, and every interval is of whole
    seconds: what happens at whole seconds is never near a flush.
    """
    by_cluster = random.random() < 0.5
    receivers = {f"r{number}": _draw_hooks(random) for number in range(3)}
    own = _draw_own(random, by_cluster) | {"receiver": "r0"}
    own = {"group_by": ("cluster",) if by_cluster else ("alertname",), "wait": 500} | own
    own = {"interval": 2000, "repeat": 3_600_000} | own
    root = Node((), Options(**_options(own)), own)
    _draw_routes(random, root, by_cluster, depth=0)
    timeout = random.choice((3_250, 300_000))
    return Setup(root, receivers, _draw_rules(random), timeout, by_cluster)


def draw_condition(random: Random) -> Condition:
    """A matcher that some alerts have what it asks for."""
    name, values = random.choice(
        (("alertname", NAMES), ("cluster", CLUSTERS), ("severity", SEVERITIES))
    )
    op = random.choice(("=", "=", "=~", "!=", "!~"))
    value = random.choice(values)
    if op in ("=~", "!~"):
        value = random.choice((f"{value}|none", f"{value[:-1]}.", f"{value}.*"))
    return Condition(name, op, value)


def _draw_hooks(random: Random) -> list[dict[str, Any]]:
    return [
        {"send_resolved": random.random() < 0.7, "max_alerts": random.choice((0, 0, 0, 1, 2))}
        for _ in range(random.choice((1, 1, 2)))
    ]


def _draw_own(random: Random, by_cluster: bool) -> dict[str, Any]:
    own: dict[str, Any] = {}
    if random.random() < 0.6:
        labels = random.sample(("alertname", "severity"), random.randrange(3))
        labels = random.choice((labels, ["..."]))
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


def _draw_routes(random: Random, above: Node, by_cluster: bool, depth: int) -> None:
    taken = set()
    for _ in range(random.randrange(1, 4) if depth == 0 else random.randrange(3)):
        conditions = tuple({draw_condition(random) for _ in range(random.choice((1, 1, 2)))})
        if _key(conditions) in taken:
            continue  # Two siblings with one key share a log entry there.
        taken.add(_key(conditions))
        own = _draw_own(random, by_cluster)
        if random.random() < 0.7:
            own["receiver"] = random.choice(("r0", "r1", "r2"))
        if random.random() < 0.1:
            which = random.choice(("mute_time_intervals", "active_time_intervals"))
            own[which] = [random.choice(("always", "never"))]
        options = Options(**(vars(above.options) | _options(own)))
        node = Node(conditions, options, own, goes_on=random.random() < 0.4)
        above.routes.append(node)
        if depth == 0:
            _draw_routes(random, node, by_cluster, depth + 1)


def _draw_rules(random: Random) -> list[Rule]:
    rules = []
    if random.random() < 0.6:
        equal = random.choice(((), ("cluster",), ("cluster", "alertname"), ("nowhere",)))
        source = Condition("severity", "=", "critical")
        rules.append(Rule(source, random.choice((_WARNING, draw_condition(random))), equal))
    return rules


_WARNING = Condition("severity", "=", "warning")


def _options(own: dict[str, Any]) -> dict[str, Any]:
    return {name: own[name] for name in vars(Options()) if name in own}


def _follow(node: Node, key: str, labels: Labels) -> Iterator[tuple[str, Node]]:
    found = False
    for child in node.routes:
        if all(condition.holds(labels) for condition in child.conditions):
            found = True
            yield from _follow(child, f"{key}/{_key(child.conditions)}", labels)
            if not child.goes_on:
                break
    if not found:
        yield key, node


def _key(conditions: tuple[Condition, ...]) -> str:
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
    written: dict[str, Any] = {}
    for ours, theirs in _SPANS.items():
        if ours in own:
            written[theirs] = f"{own.pop(ours)}ms"
    if "group_by" in own:
        own["group_by"] = list(own["group_by"])
    if node.conditions:
        written["matchers"] = [str(condition) for condition in node.conditions]
    if node.goes_on:
        written["continue"] = True
    if node.routes:
        written["routes"] = [_written(child) for child in node.routes]
    return {**own, **written}


_SPANS = {"wait": "group_wait", "interval": "group_interval", "repeat": "repeat_interval"}


def _addressed(hooks: list[dict[str, Any]], inbox: str, name: str) -> list[dict[str, Any]]:
    return [{"url": f"{inbox}/{name}/{number}", **hook} for number, hook in enumerate(hooks)]
