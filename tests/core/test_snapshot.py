"""The picture a message carries: which alerts, in which order, and what they come to."""

from router.core.alert import Alert
from router.core.group import Group
from router.core.labels import canonical, decode
from router.core.snapshot import take

GROUP = Group(
    id=1,
    route="{}",
    route_key="{}",
    labels=canonical({"cluster": "eu"}),
    receiver="ops",
    opened_at=0,
)


def alert(number: int, firing: bool = True, **labels: str) -> Alert:
    return Alert(
        id=number,
        labels=canonical({"alertname": "Disk", **labels}),
        starts_at=1,
        ends_at=2,
        expires_due=0,
        updated_at=0,
        firing=firing,
    )


def test_alerts_come_in_alertmanagers_order() -> None:
    alerts = [alert(1), alert(2, instance="b"), alert(3, job="z"), alert(4, instance="a")]
    shown = take(GROUP, alerts, "step 1").alerts
    labels = [decode(bytes(found.labels)) for found in shown]
    assert [found.get("job", found.get("instance", "")) for found in labels] == ["z", "a", "b", ""]


def test_what_is_left_out_is_counted_and_ended_ones_are_left_out_first() -> None:
    alerts = [alert(n, firing=n % 2 == 0, instance=f"{n}") for n in range(10)]
    snapshot = take(GROUP, alerts, "step 1", limit=6)
    assert [found.firing for found in snapshot.alerts] == [True] * 5 + [False]
    assert (snapshot.firing, snapshot.resolved, snapshot.truncated) == (5, 5, 4)


def test_it_fires_while_one_of_them_does() -> None:
    assert take(GROUP, [alert(1), alert(2, firing=False)], "x").status == "firing"
    assert take(GROUP, [alert(2, firing=False)], "x").status == "resolved"
    assert take(GROUP, [], "x").status == "resolved"


def test_its_severity_is_the_worst_that_fires() -> None:
    alerts = [alert(1, severity="warning"), alert(2, firing=False, severity="critical")]
    assert take(GROUP, alerts, "x").severity == "warning"
    assert take(GROUP, [alerts[1]], "x").severity == "critical"


def test_it_names_its_group() -> None:
    snapshot = take(GROUP, [alert(1)], "first notification", note="a word")
    assert snapshot.group_key == '{}:{cluster="eu"}'
    assert snapshot.group_labels == {"cluster": "eu"}
    assert (snapshot.receiver, snapshot.reason, snapshot.note) == (
        "ops",
        "first notification",
        "a word",
    )
