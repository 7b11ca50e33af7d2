"""Stories of the dead man's switch: a sign of life nobody can silence, and nothing else sees."""

from support.configured import channel, configured, inhibit, route
from support.consistent import check_state, check_stored
from support.post_office import FAILS, HANGS, TAKES
from support.world import World

from router.core import event as e
from router.core.configuration import Configuration, Deadman
from router.core.integration import WebhookIntegration
from router.core.interval import Interval
from router.core.maintenance import Maintenance
from router.core.matcher import parse_list
from router.core.moment import MINUTE
from router.core.notification import decode
from router.core.secret import Secret

URL = WebhookIntegration(url=Secret("test", "https://hc-ping.com/x"))


def house(switch: Deadman | None) -> Configuration:
    """Everything that could keep anything quiet does so, always."""
    everything = parse_list("alertname=~.+")
    return configured(
        route("", route("alertname=~.+", to="ops", muted=("always",)), to="ops", wait="0s"),
        receivers=[channel("ops"), channel("watch")],
        intervals={"always": (Interval(),)},
        rules=(inhibit("alertname=~.+", "alertname=~.+"),),
        maintenance=[Maintenance(name="all", matchers=everything, intervals=(Interval(),))],
        deadman=switch,
    )


def vouch(world: World, count: int = 3) -> list[str]:
    """A sign of life a minute."""
    for _ in range(count):
        world.submit(e.Vouched("all is well"))
        world.run(world.now.service + MINUTE)
    return [str(sent) for sent in world.post.sent]


def test_nothing_that_keeps_alerts_quiet_stops_it() -> None:
    world = World(house(Deadman(integration=URL)))
    world.silences("alertname=~.+", until="99:00")
    world.fires("NodeDown")
    sent = vouch(world)
    assert [line.partition(" ")[0] for line in sent] == ["0:00", "0:01", "0:02"]
    assert all("dead man's switch" in line for line in sent)


def test_it_is_no_alert_no_group_and_leaves_nothing_behind() -> None:
    world = World(house(Deadman(integration=URL, receiver="watch")))
    sent = vouch(world)
    assert len(sent) == 6, "to its own address and to the receiver"
    state = world.state
    for left in (state.alerts, state.groups, state.incidents, state.deliveries, state.log):
        assert not left
    check_state(state)
    check_stored(state, world.rows)


def test_one_that_could_not_leave_gives_way_to_the_next() -> None:
    world = World(house(Deadman(integration=URL)))
    world.post.fate = lambda: FAILS
    vouch(world, 5)
    assert len(world.state.deliveries) <= 1
    check_state(world.state)
    world.post.fate = lambda: TAKES
    before = len(world.post.sent)
    vouch(world, 1)
    assert world.post.sent[before:]
    assert not world.state.deliveries


def test_while_one_is_under_way_the_next_waits_behind_it() -> None:
    world = World(house(Deadman(integration=URL)))
    world.post.fate = lambda: HANGS
    vouch(world, 4)
    assert len(world.state.deliveries) == 2, "the one under way, and the newest"
    world.restarts()
    world.post.fate = lambda: TAKES
    vouch(world, 1)
    assert not world.state.deliveries


def test_it_says_how_things_are() -> None:
    world = World(house(Deadman(integration=URL)))
    world.submit(e.Vouched("oldest timer 0.1 s late"))
    [row] = world.state.deliveries.values()
    snapshot = decode(row.payload)
    assert snapshot.note == "Tocsin is well: oldest timer 0.1 s late"
    assert row.not_after == world.now.service + MINUTE, "stale, it says nothing"


def test_without_one_nothing_is_sent() -> None:
    world = World(house(None))
    assert world.submit(e.Vouched("well")) == "unknown"
    assert vouch(world) == []
