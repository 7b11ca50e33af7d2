"""Short words for the configurations that tests need."""

from collections.abc import Mapping, Sequence

from router.core.configuration import (
    Configuration,
    Contact,
    Deadman,
    Digest,
    Policy,
    Receiver,
    Step,
    User,
)
from router.core.heartbeat import Heartbeat
from router.core.inhibition import InhibitRule
from router.core.integration import ConsoleIntegration, Integration, SlackIntegration
from router.core.interval import Interval
from router.core.maintenance import Maintenance
from router.core.matcher import parse_list
from router.core.moment import HOUR, MINUTE, SECOND
from router.core.route import Plan, Route, build
from router.core.schedule import Schedule
from router.core.tree import Tree

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR}


def span(text: str) -> int:
    """The microseconds of `90s`, `5m` or `4h`."""
    return int(text[:-1]) * _UNITS[text[-1]]


def route(
    matchers: str = "",
    *routes: Plan,
    to: str | None = None,
    policy: str | None = None,
    by: tuple[str, ...] | None = None,
    wait: str | None = None,
    interval: str | None = None,
    repeat: str | None = None,
    muted: tuple[str, ...] = (),
    active: tuple[str, ...] = (),
    go_on: bool = False,
) -> Plan:
    """A route as routes.toml would write it; `to` names its receiver."""
    return Plan(
        matchers=parse_list(matchers),
        receiver=to,
        policy=policy,
        group_by=by,
        group_wait=span(wait) if wait else None,
        group_interval=span(interval) if interval else None,
        repeat_interval=span(repeat) if repeat else None,
        mute_time_intervals=muted,
        active_time_intervals=active,
        continue_=go_on,
        routes=routes,
    )


def person(name: str, *methods: str, later: Mapping[str, str] | None = None) -> User:
    """Somebody who can be reached by these methods, those in `later` so long after the page."""
    delays = {via: span(after) for via, after in (later or {}).items()}
    return User(
        id=name,
        methods={via: ConsoleIntegration() for via in (*methods, *delays)},
        urgent=tuple(Contact(via, delays.get(via, 0)) for via in (*methods, *delays)),
    )


def channel(name: str, *, send_resolved: bool = True) -> Receiver:
    """A receiver with one Slack channel."""
    return Receiver(name, (SlackIntegration(channel=f"#{name}", send_resolved=send_resolved),))


def receiver(name: str, *integrations: Integration) -> Receiver:
    """A receiver with these integrations."""
    return Receiver(name, integrations)


def step(wait: str, *notify: str, multi_ack: bool = False, id: str = "") -> Step:
    """A step that tells these and waits so long for an answer."""
    return Step(notify, span(wait), multi_ack, id)


def policy(
    name: str,
    *steps: Step,
    rounds: int = 1,
    ack_timeout: str = "0s",
    answer_within: str = "0s",
    flap_window: str = "0s",
    on_edit: str = "keep",
) -> Policy:
    """An escalation policy."""
    return Policy(
        name=name,
        steps=steps,
        rounds=rounds,
        ack_timeout=span(ack_timeout),
        answer_within=span(answer_within),
        flap_window=span(flap_window),
        on_edit=on_edit,
    )


def daily(name: str, at: str, *notify: str, timezone: str = "UTC") -> Policy:
    """A policy that gathers, and tells these once a day."""
    hours, minutes = at.split(":")
    digest = Digest(at=int(hours) * 60 + int(minutes), timezone=timezone, notify=notify)
    return Policy(name=name, digest=digest)


def inhibit(source: str, target: str, *equal: str) -> InhibitRule:
    """While `source` fires, `target` is held back."""
    return InhibitRule(parse_list(source), parse_list(target), equal)


def heartbeat(name: str, every: str, grace: str, **labels: str) -> Heartbeat:
    """A call that is expected so often."""
    return Heartbeat(name=name, every=span(every), grace=span(grace), labels=labels)


def configured(
    root: Plan,
    *,
    users: Sequence[User] = (),
    receivers: Sequence[Receiver] = (),
    policies: Sequence[Policy] = (),
    teams: Mapping[str, tuple[str, ...]] | None = None,
    rules: tuple[InhibitRule, ...] = (),
    intervals: Mapping[str, tuple[Interval, ...]] | None = None,
    fallback: tuple[str, ...] = (),
    schedules: Mapping[str, Schedule] | None = None,
    heartbeats: Sequence[Heartbeat] = (),
    maintenance: Sequence[Maintenance] = (),
    deadman: Deadman | None = None,
    meta: Route | None = None,
) -> Configuration:
    """A whole configuration around a routing tree."""
    return Configuration(
        tree=Tree(build(root), meta),
        deadman=deadman,
        users={user.id: user for user in users},
        receivers={found.name: found for found in receivers},
        policies={found.name: found for found in policies},
        teams=teams or {},
        schedules=schedules or {},
        inhibit=rules,
        intervals=intervals or {},
        heartbeats={found.name: found for found in heartbeats},
        maintenance={found.name: found for found in maintenance},
        fallback=fallback,
    )
