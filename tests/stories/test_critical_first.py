"""Stories of much that is overdue at once: what is critical is done first."""

from support.configured import channel, configured, person, policy, route, step
from support.world import World

HOUSE = configured(
    route(
        "",
        route("severity=critical", policy="p", by=("alertname",), wait="30s"),
        to="ops",
        by=("alertname",),
        wait="30s",
    ),
    users=[person("ana", "push")],
    receivers=[channel("ops")],
    policies=[policy("p", step("5m", "user:ana"))],
)


def test_a_critical_page_does_not_wait_behind_a_thousand_overdue_warnings() -> None:
    world = World(HOUSE)
    for number in range(1000):
        world.fires(f"Disk{number}", severity="warning")
    world.fires("Fire", severity="critical")
    world.restarts(back="0:10")  # Everything has been due for ten minutes.
    world.at("0:11")
    order = [sent.who for sent in world.post.sent]
    assert len(order) == 1001
    assert order.index("ana push") < 50
