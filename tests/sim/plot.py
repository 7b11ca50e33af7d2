"""What routes.toml says in a simulation, twice: for the product, and as a table for the auditor."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace
from support.configured import configured, daily, heartbeat, inhibit, policy, receiver, route, step
from support.small import secret

from router.core.configuration import Configuration, Contact, User
from router.core.integration import (
    EmailIntegration,
    SlackIntegration,
    SmsIntegration,
    WebhookIntegration,
)
from router.core.layer import Layer
from router.core.limit import Limit
from router.core.moment import HOUR, MINUTE, SECOND
from router.core.schedule import Schedule

SEVERITIES = {"Down": "critical", "Slow": "high", "Odd": "warning", "Note": "info"}
RANKS = ("info", "warning", "high", "critical")
CLUSTERS = {
    "alpha": "prometheus",
    "beta": "prometheus",
    "gamma": "cron",
    "delta": "once",
    "omega": "queue",
}
HEARTBEAT = heartbeat("nightly", "10m", "5m", cluster="pulse", severity="warning")
RESOLVE_TIMEOUT = 5 * MINUTE
GRACE = 15 * MINUTE


ANA = {"user:ana/slack": 0, "user:ana/sms": 2 * MINUTE}
BO = {"user:bo/email": 0}
PEOPLE = {"user:ana": ANA, "user:bo": BO}
DUTY = "schedule:duty"  # As a target: whoever is on call when the step runs.
OPS = {"receiver:ops/slack/0": 0, "receiver:ops/webhook/0": 0}
BOSS = ("receiver:boss/slack/0",)
DBA = ("receiver:dba/slack/0",)
DEAF = frozenset(DBA)  # Told of beginnings only.


class Told(msgspec.Struct, frozen=True):
    """One destination of a severity: the targets that hear of its alerts, and how often."""

    targets: tuple[str, ...]
    wait: int
    interval: int
    repeat: int


class Ladder(msgspec.Struct, frozen=True):
    """An escalation policy: whom each step reaches how long after it runs, and how long it waits.

    A step may reach whoever is on call: DUTY. After the last of `rounds` the fallback rings;
    0 rounds never end.
    """

    steps: tuple[Mapping[str, int], ...]
    waits: tuple[int, ...]
    rounds: int
    ack_timeout: int = 0

    def is_over(self, round_: int) -> bool:
        """Whether there is no such round, counted from 0."""
        return 0 < self.rounds <= round_

    def after(self, round_: int, step: int) -> tuple[int, int]:
        """The round and the step that follow."""
        return (round_ + 1, 0) if step + 1 == len(self.steps) else (round_, step + 1)


class Plot(msgspec.Struct, frozen=True):
    """One routes.toml: what the product is given, and what it comes to by severity."""

    name: str
    configuration: Configuration
    told: Mapping[str, tuple[Told, ...]]
    policies: Mapping[str, str]
    fallback: tuple[str, ...] = BOSS
    explains: bool = False  # While a critical alert fires, warnings of its cluster are quiet.
    gathered: tuple[str, ...] = ()  # Severities told once a day.
    limits: Mapping[str, tuple[tuple[int, int], ...]] = {}  # Messages in a time, by contact.


LADDERS = {
    "critical": Ladder(({**ANA, **OPS}, {DUTY: 0}), (5 * MINUTE, 5 * MINUTE), 2),
    "forever": Ladder((ANA, {DUTY: 0}), (2 * MINUTE, 4 * MINUTE), 0, 20 * MINUTE),
    "crossed": Ladder((ANA, BO), (5 * MINUTE, MINUTE), 2),
    "user:bo": Ladder((BO,), (5 * MINUTE,), 3),
}


def _sms(to: str) -> SmsIntegration:
    return SmsIntegration(to=to, sender=f"{to}00", account=secret("account"), token=secret("token"))


def _slack(channel: str, *, send_resolved: bool = True) -> SlackIntegration:
    return SlackIntegration(channel=channel, token=secret("xoxb"), send_resolved=send_resolved)


_BO_EMAIL = EmailIntegration(  # The one destination here that takes two messages at a time.
    to=("bo@example.org",), sender="tocsin@example.org", smarthost="mail.example.org:25"
)
_PEOPLE = (
    User(
        id="ana",
        methods={"slack": _slack("U-ANA"), "sms": _sms("+1555001")},
        urgent=(Contact("slack"), Contact("sms", 2 * MINUTE)),
    ),
    User(id="bo", methods={"email": _BO_EMAIL}),
)
LIMITS = {
    "user:ana/slack": (),
    "user:ana/sms": ((1, MINUTE), (3, 10 * MINUTE)),
    "user:bo/email": ((1, MINUTE),),
}
STORM = (3, 10 * SECOND)
_LIMITED = tuple(
    replace(
        user,
        limits={
            via: tuple(Limit(*each) for each in LIMITS[f"user:{user.id}/{via}"])
            for via in user.methods
        },
    )
    for user in _PEOPLE
)
_RECEIVERS = (
    receiver("ops", _slack("#ops"), WebhookIntegration(url=secret("http://hook.example/a"))),
    receiver("boss", _slack("#boss")),
    receiver("dba", _slack("#dba", send_resolved=False)),
)
_SCHEDULES = {"duty": Schedule(name="duty", layers=(Layer(turns=(("bo",),)),))}
_PULSE = route("cluster=pulse", to="ops", by=("cluster",))
_URGENT = "severity=~critical|high"


def _plain() -> Plot:
    """Urgent alerts page, others go to a channel, the least of them once a day."""
    ops = (Told(tuple(OPS), 30 * SECOND, 5 * MINUTE, HOUR),)
    return Plot(
        "plain",
        configured(
            route(
                "",
                _PULSE,
                route(_URGENT, policy="critical", wait="0s"),
                route("severity=info", policy="news"),
                to="ops",
                by=("cluster",),
                repeat="1h",
            ),
            users=_PEOPLE,
            receivers=_RECEIVERS,
            schedules=_SCHEDULES,
            heartbeats=(HEARTBEAT,),
            policies=[
                policy(
                    "critical",
                    step("5m", "user:ana", "receiver:ops"),
                    step("5m", DUTY),
                    rounds=2,
                ),
                daily("news", "10:00", "receiver:boss"),
            ],
            fallback=("receiver:boss",),
        ),
        told={"critical": (), "high": (), "warning": ops, "info": ()},
        policies={"critical": "critical", "high": "critical"},
        gathered=("info",),
    )


def _forever() -> Plot:
    """No fallback and no end of rounds; acknowledgements time out; one alert explains another."""
    dba = (Told(DBA, 30 * SECOND, 3 * MINUTE, HOUR),)
    ops = (Told(tuple(OPS), 10 * SECOND, 3 * MINUTE, HOUR),)
    return Plot(
        "forever",
        configured(
            route(
                "",
                _PULSE,
                route(_URGENT, policy="forever", to="dba", wait="30s"),
                to="ops",
                by=("cluster",),
                wait="10s",
                interval="3m",
                repeat="1h",
            ),
            users=_PEOPLE,
            receivers=_RECEIVERS,
            schedules=_SCHEDULES,
            heartbeats=(HEARTBEAT,),
            policies=[
                policy(
                    "forever",
                    step("2m", "user:ana"),
                    step("4m", DUTY),
                    rounds=0,
                    ack_timeout="20m",
                )
            ],
            rules=(inhibit("severity=critical", "severity=warning", "cluster"),),
        ),
        told={"critical": dba, "high": dba, "warning": ops, "info": ops},
        policies={"critical": "forever", "high": "forever"},
        fallback=(),
        explains=True,
    )


def _crossed() -> Plot:
    """Routes that go on, groups of one alert, and a policy for everything."""
    dba = (Told(DBA, 30 * SECOND, 5 * MINUTE, HOUR),)
    return Plot(
        "crossed",
        configured(
            route(
                "",
                _PULSE,
                route("severity=~critical|warning", to="dba", by=("cluster",), go_on=True),
                route("alertname!=Never", policy="crossed", wait="0s"),
                to="ops",
                by=("cluster", "alertname"),
                repeat="1h",
            ),
            users=_LIMITED,
            receivers=_RECEIVERS,
            schedules=_SCHEDULES,
            heartbeats=(HEARTBEAT,),
            policies=[policy("crossed", step("5m", "user:ana"), step("1m", "user:bo"), rounds=2)],
            fallback=("receiver:boss",),
        ),
        told={"critical": dba, "warning": dba, "high": (), "info": ()},
        policies=dict.fromkeys(RANKS, "crossed"),
        limits=LIMITS,
    )


PLOTS = {plot.name: plot for plot in (_plain(), _forever(), _crossed())}


def plots_with(max_alerts: int) -> dict[str, Plot]:
    """All of them, where a source may have so many alerts."""
    return {
        name: replace(plot, configuration=replace(plot.configuration, max_alerts=max_alerts))
        for name, plot in PLOTS.items()
    }


def labels_of(cluster: str, name: str) -> dict[str, str]:
    """The labels of an alert."""
    return {"alertname": name, "cluster": cluster, "severity": SEVERITIES[name]}
