"""Things a store keeps, small and alike, for tests that care about one field of them."""

from typing import Any

from router.core.alert import Alert
from router.core.configuration import Policy, Step
from router.core.group import Group
from router.core.incident import Incident
from router.core.moment import MINUTE, Now, Stamp
from router.core.notification import Delivery, LogEntry

WALL = 1_700_000_000_000_000

POLICY = Policy(name="critical", rounds=2, steps=(Step(("user:ana", "team:x"), 5 * MINUTE),))


def stamp(service: int = 0) -> Stamp:
    """The stamp of a commit at this service time."""
    return Stamp(Now(wall=WALL + service, service=service), service, "boot-1")


def alert(id_: int, **changes: Any) -> Alert:
    """A firing alert, as the store knows it."""
    fields: dict[str, Any] = {
        "labels": b'{"alertname":"Down","instance":"host-%d"}' % id_,
        "starts_at": WALL,
        "ends_at": WALL + 5 * MINUTE,
        "expires_due": 5 * MINUTE,
        "updated_at": WALL,
        "source": "prometheus",
    }
    fields |= changes
    return Alert(id=id_, **({"stored_ends_at": fields["ends_at"]} | fields))


def group(id_: int, **changes: Any) -> Group:
    """A group of the route `root`."""
    fields: dict[str, Any] = {
        "route": "root",
        "route_key": "{}",
        "labels": b'{"cluster":"c%d"}' % id_,
        "opened_at": WALL,
    }
    return Group(id=id_, **(fields | changes))


def incident(number: int, **changes: Any) -> Incident:
    """A triggered incident."""
    fields: dict[str, Any] = {"group": 1, "policy": POLICY, "opened_at": WALL}
    return Incident(number=number, **(fields | changes))


def delivery(id_: int, **changes: Any) -> Delivery:
    """A delivery that waits."""
    fields: dict[str, Any] = {
        "key": f"key-{id_}",
        "lane": "lane",
        "kind": "page",
        "target": "user:ana/sms",
        "due": 0,
        "not_after": MINUTE,
        "payload": b'{"status":"firing"}',
        "firing": (1, -2),
    }
    return Delivery(id=id_, **(fields | changes))


def log_entry(lane: str, **changes: Any) -> LogEntry:
    """What a lane was told."""
    fields: dict[str, Any] = {
        "target": "user:ana/sms",
        "group": 1,
        "firing": frozenset({1, -2}),
        "sent_due": 0,
        "sent_at": WALL,
        "expires_due": MINUTE,
    }
    return LogEntry(lane=lane, **(fields | changes))
