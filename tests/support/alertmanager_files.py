"""Writes random alertmanager.yml files, sound ones and ones with something wrong in them."""

import copy
from collections.abc import Callable
from random import Random
from typing import Any

from support.alertmanager_parts import ODD, OTHERS

Tree = dict[str, Any]

LABELS = ("alertname", "severity", "team", "service", "cluster")
VALUES = ("critical", "warning", "db", "web", "a b", 'say "hi"', "back\\slash", "", "é", "12:30")
PATTERNS = (".*", "a|b", "db.+", "web|db|", "[a-z]+", "crit.*", "\\d+", "^db$", "(?i)DB", ".")
RECEIVERS = ("ops", "db team", "null", "web.hook")
SPANS = ("30s", "5m", "1h30m", "1d", "2w", "0", "0s", "90s", "1y", "1h30m15s500ms")
KEYS = (
    "reciever",
    "recieverx",
    "match_ree",
    "<<",
    "name",
    "url",
    "continue",
    "yes",
    "send_resolved",
)


def quoted(text: str) -> str:
    """A scalar in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


class Files:
    """Builds trees of mappings, lists and raw scalars, breaks some, and writes them as YAML."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def sound(self) -> Tree:
        """A configuration with nothing wrong in it."""
        names = list(RECEIVERS[: self.random.randint(1, len(RECEIVERS))])
        found: Tree = {
            "global": self.globals_(),
            "route": self.route(names, 0),
            "receivers": [self.receiver(name) for name in names],
            "time_intervals": [self.interval("nights"), self.interval("weekends")],
        }
        if self.random.random() < 0.5:
            found["inhibit_rules"] = [self.rule() for _ in range(self.random.randint(0, 3))]
        if self.random.random() < 0.3:
            found["mute_time_intervals"] = [self.interval("old")]
        return found

    def broken(self, *, everything: bool = False) -> Tree:
        """A configuration with some random changes, most of them mistakes.

        With `everything` most of it is integrations, also of kinds that only Alertmanager has.
        """
        tree = self.everything() if everything else self.sound()
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            self._break(tree)
        return tree

    def everything(self) -> Tree:
        """One receiver with some of all the integrations Alertmanager 0.25 has."""
        kinds = self.random.sample(list(OTHERS), 3)
        receiver = {f"{kind}_configs": [copy.deepcopy(OTHERS[kind])] for kind in kinds}
        return {
            "global": {"smtp_from": "a@b.c"},
            "route": {"receiver": "ops"},
            "receivers": [{"name": "ops", **receiver}],
        }

    def text(self, tree: Any) -> str:
        """The tree as YAML, in block style."""
        return "\n".join(self._lines(tree, "")) + "\n"

    def globals_(self) -> Tree:
        found: Tree = {
            "smtp_smarthost": "mail.example.org:587",
            "smtp_from": "'Alerts <alerts@example.org>'",
            "slack_api_url": "https://hooks.slack.com/services/T/B/x",
        }
        self._some(
            found,
            resolve_timeout=lambda: self.random.choice(SPANS[:5]),
            smtp_require_tls=lambda: self.random.choice(("yes", "no", "true", "off")),
            smtp_auth_username=lambda: "alerts",
            smtp_auth_password=lambda: "'1234'",
            http_config=lambda: {"follow_redirects": "true"},
            pagerduty_url=lambda: "https://events.pagerduty.com/v2/enqueue",
        )
        return found

    def route(self, names: list[str], depth: int) -> Tree:
        found: Tree = {}
        if depth == 0 or self.random.random() < 0.7:
            found["receiver"] = quoted(self.random.choice(names))
        if depth:
            self._conditions(found, "match", "match_re", "matchers")
            self._some(
                found,
                mute_time_intervals=lambda: ["nights"],
                active_time_intervals=lambda: ["nights", "weekends"],
                **{"continue": lambda: self.random.choice(("true", "false", "yes"))},
            )
        self._some(
            found,
            group_by=lambda: self.random.choice((["alertname"], ["'...'"], ["team", "cluster"])),
            group_wait=lambda: self.random.choice(SPANS),
            group_interval=lambda: self.random.choice(SPANS[:5]),
            repeat_interval=lambda: self.random.choice(SPANS[:5]),
        )
        if depth < 3 and self.random.random() < (1.0 if depth == 0 else 0.5):
            below = self.random.randint(1, 3)
            found["routes"] = [self.route(names, depth + 1) for _ in range(below)]
        return found

    def receiver(self, name: str) -> Tree:
        found: Tree = {"name": quoted(name)}
        self._some(
            found,
            webhook_configs=lambda: [self.webhook() for _ in range(self.random.randint(1, 2))],
            slack_configs=lambda: [{"channel": "'#ops'", "send_resolved": "yes"}],
            email_configs=lambda: [{"to": "ana@example.org", "require_tls": "false"}],
            pagerduty_configs=lambda: [{"routing_key": "'0123'", "severity": "error"}],
        )
        return found

    def webhook(self) -> Tree:
        found: Tree = {"url": f"http://127.0.0.1:9/{self.random.randint(0, 99)}"}
        self._some(
            found,
            send_resolved=lambda: self.random.choice(("no", "true")),
            max_alerts=lambda: self.random.choice(("0", "5", "0x10")),
            http_config=lambda: {"basic_auth": {"username": "u", "password": "'p@:/'"}},
        )
        return found

    def rule(self) -> Tree:
        found: Tree = {}
        for side in ("source", "target"):
            self._conditions(found, f"{side}_match", f"{side}_match_re", f"{side}_matchers")
        self._some(found, equal=lambda: ["alertname", "cluster"])
        return found

    def interval(self, name: str) -> Tree:
        spec: Tree = {}
        self._some(
            spec,
            times=lambda: [{"start_time": "09:00", "end_time": "17:30"}],
            weekdays=lambda: ["monday:friday", "Sunday"],
            days_of_month=lambda: ["1:5", "-3:-1", "15"],
            months=lambda: ["january:march", "12"],
            years=lambda: ["2026:2028"],
            location=lambda: "Europe/Berlin",
        )
        return {"name": name, "time_intervals": [spec]}

    def labels(self) -> dict[str, str]:
        """Labels of an alert that some of the conditions are about."""
        names = self.random.sample(LABELS, self.random.randint(1, len(LABELS)))
        return {name: self.random.choice([v for v in VALUES if v]) for name in names}

    def matcher(self) -> str:
        """A condition as `matchers` has it."""
        name, op = self.random.choice(LABELS), self.random.choice(("=", "!=", "=~", "!~"))
        value = self.random.choice(VALUES if len(op) == 1 or op == "!=" else PATTERNS)
        if value and value.isalnum() and self.random.random() < 0.4:
            return f"{name}{op}{value}"
        return f"{name} {op} {quoted(value)}" if op == "=" else f"{name}{op}{quoted(value)}"

    def _conditions(self, found: Tree, match: str, match_re: str, matchers: str) -> None:
        def one(values: tuple[str, ...]) -> dict[str, str]:
            return {self.random.choice(LABELS): quoted(self.random.choice(values))}

        some = {match: lambda: one(VALUES), match_re: lambda: one(PATTERNS)}
        some[matchers] = lambda: [  # type: ignore[assignment,return-value]
            "'" + ", ".join(self.matcher() for _ in range(n)).replace("'", "''") + "'"
            for n in self.random.choices((1, 1, 2), k=self.random.randint(1, 2))
        ]
        self._some(found, **some)
        if not found.keys() & some.keys():
            found[match] = one(VALUES)

    def _some(self, found: Tree, **makers: Callable[[], Any]) -> None:
        for key, make in makers.items():
            if self.random.random() < 0.4:
                found[key] = make()

    def _break(self, tree: Any) -> None:
        parent = self.random.choice([each for each in _collections(tree) if each])
        keys = list(parent) if isinstance(parent, dict) else range(len(parent))
        key = self.random.choice(keys)
        kind = self.random.random()
        if kind < 0.6:
            parent[key] = self.random.choice(ODD)
        elif kind < 0.75:
            del parent[key]
        elif isinstance(parent, dict):
            parent[self.random.choice(KEYS) if kind < 0.9 else f"{key} "] = parent[key]
        else:
            parent.append(parent[key])

    def _lines(self, tree: Any, indent: str) -> list[str]:
        if isinstance(tree, dict) and tree:
            pairs = [
                self._pair(f"{indent}{key.strip()}:", each, indent) for key, each in tree.items()
            ]
            return [line for lines in pairs for line in lines]
        if isinstance(tree, list) and tree:
            items = [self._pair(f"{indent}-", each, indent) for each in tree]
            return [line for lines in items for line in lines]
        return [indent + _scalar(tree)]

    def _pair(self, head: str, value: Any, indent: str) -> list[str]:
        if isinstance(value, dict | list) and value:
            flat = isinstance(value, list) and all(isinstance(x, str) for x in value)
            if flat and self.random.random() < 0.5 and not any("{" in x for x in value):
                return [f"{head} [{', '.join(value)}]"]
            return [head, *self._lines(value, f"{indent}  ")]
        return [f"{head} {_scalar(value)}"]


def _scalar(value: Any) -> str:
    return value if isinstance(value, str) else "{}" if isinstance(value, dict) else "[]"


def _collections(tree: Any) -> list[Any]:
    if not isinstance(tree, dict | list):
        return []
    below = tree.values() if isinstance(tree, dict) else tree
    return [tree, *(found for each in below for found in _collections(each))]
