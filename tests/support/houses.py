"""Three configurations between which a world may be switched at any moment, and four alerts."""

from router.core.configuration import Configuration
from router.core.interval import Interval
from support.configured import channel, configured, daily, inhibit, person, policy, route, step

LABELS = {
    "A": {"severity": "critical", "cluster": "x"},
    "B": {"severity": "critical", "cluster": "x"},
    "C": {"severity": "warning", "cluster": "x"},
    "D": {"severity": "info", "cluster": "y"},
}
PEOPLE = [person("ana", "push", later={"sms": "2m"}), person("bo", "sms")]
CHANNELS = [channel("ops"), channel("boss"), channel("dba")]
NEWS = daily("news", "10:00", "receiver:boss")


def plain() -> Configuration:
    """Critical alerts page, others go to a channel, the least of them once a day."""
    return configured(
        route(
            "",
            route("severity=critical", policy="critical", wait="0s"),
            route("severity=info", policy="news"),
            to="ops",
            by=("cluster",),
            interval="10m",
            repeat="1h",
        ),
        users=PEOPLE,
        receivers=CHANNELS,
        policies=[
            policy("critical", step("5m", "user:ana", "receiver:ops"), step("5m", "user:bo")),
            NEWS,
        ],
        fallback=("receiver:boss",),
    )


def stubborn() -> Configuration:
    """No fallback, no end of rounds, acknowledgements time out; one alert explains another."""
    return configured(
        route(
            "",
            route("severity=critical", policy="critical", to="boss", wait="30s"),
            to="ops",
            by=("cluster",),
            wait="10s",
            interval="9m",
            repeat="1h",
        ),
        users=[person("ana"), *PEOPLE[1:]],
        receivers=[channel("ops"), channel("boss", send_resolved=False)],
        policies=[
            policy(
                "critical",
                step("2m", "user:ana"),
                step("4m", "user:bo", "receiver:ops"),
                rounds=0,
                ack_timeout="20m",
            )
        ],
        rules=(inhibit("alertname=A", "alertname=B", "cluster"),),
    )


def crossed() -> Configuration:
    """Routes that continue, another grouping, and an hour of the day that is quiet."""
    return configured(
        route(
            "",
            route("alertname=~A|C", to="dba", by=(), go_on=True),
            route("alertname=D", policy="critical", wait="0s", muted=("lunch",)),
            policy="critical",
            by=("alertname",),
            interval="10m",
            repeat="1h",
        ),
        users=PEOPLE,
        receivers=CHANNELS,
        policies=[
            policy(
                "critical",
                step("5m", "user:ana"),
                step("1m", "user:bo"),
                rounds=2,
                flap_window="20m",
                answer_within="5m",
                on_edit="continue",
            )
        ],
        intervals={"lunch": (Interval(times=((9 * 60, 10 * 60),)),)},
        fallback=("receiver:boss",),
    )


CONFIGURATIONS = {"plain": plain(), "stubborn": stubborn(), "crossed": crossed()}
