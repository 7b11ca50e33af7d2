"""Stories of a rule with a bug: what it costs, and what it must not."""

from collections.abc import Callable

from msgspec.structs import replace
from support.configured import channel, configured, person, policy, route, step
from support.post_office import busy
from support.virtual import BEGAN, after
from support.world import Planted, World

from router.core import event as e
from router.core.configuration import Configuration, Contact, User
from router.core.integration import ConsoleIntegration, Integration
from router.core.interval import Interval
from router.core.matcher import Matcher
from router.core.notification import decode
from router.core.silence import Silence, expire
from router.core.tree import Tree

STEPS = policy("critical", step("5m", "user:ana"), step("5m", "user:bo"))


class Spoiled(Matcher, frozen=True):
    """Cannot look at the alert that is called Poison."""

    def test(self) -> Callable[[str], bool]:
        def look(value: str) -> bool:
            if value == "Poison":
                raise Planted("spoiled matcher")
            return False

        return look


SPOILED = (Spoiled("alertname", "!=", "x"),)


class Stopped(Interval, frozen=True):
    """A clock that has stopped."""

    def contains(self, wall: int) -> bool:
        raise Planted("spoiled interval")


class Lost(User, frozen=True):
    """Somebody whose contact rules cannot be read."""

    def contacts(self, urgency: str) -> tuple[Contact, ...]:
        raise Planted("spoiled person")


LOST = Lost(id="ana", methods={"sms": ConsoleIntegration()})


def house(*users: User) -> Configuration:
    return configured(
        route(
            "",
            route("severity=critical", policy="critical", wait="0s"),
            to="ops",
            by=("alertname",),
            wait="30s",
        ),
        users=users or [person("ana", "sms"), person("bo", "sms")],
        receivers=[channel("ops"), channel("boss")],
        policies=[STEPS],
        fallback=("receiver:boss",),
    )


def spoil_silences(world: World) -> Silence:
    silence = Silence(
        id="spoiled",
        matchers=SPOILED,
        starts_at=BEGAN.wall,
        ends_at=BEGAN.wall + after("99:00"),
    )
    world.submit(e.Silenced((silence,)))
    return silence


def test_a_group_that_cannot_be_flushed_waits_ever_longer_and_the_fallback_hears_of_it() -> None:
    world = World(house())
    silence = spoil_silences(world)
    world.fires("Poison")
    world.fires("Disk")
    assert world.until("0:04") == [
        "0:00:30 boss slack: notice, a rule failed",
        "0:00:30 ops slack: first notification: Disk",
        "0:01:30 boss slack: notice, a rule failed",
        "0:03:30 boss slack: notice, a rule failed",
    ]
    snapshot = decode(world.post.sent[0].row.payload)
    assert snapshot.note == (
        'Tocsin could not decide on group {}:{alertname="Poison"} and will try again: '
        "spoiled matcher"
    )
    assert snapshot.firing == 1
    world.restarts()
    assert world.until("0:15") == [
        "0:07:30 boss slack: notice, a rule failed",
    ]
    world.submit(e.Silenced((expire(silence, world.now.wall),)))
    assert world.until("0:16") == ["0:15:30 ops slack: first notification: Poison"]


def test_each_notice_is_its_own_message() -> None:
    world = World(house())
    spoil_silences(world)
    world.fires("Poison")
    world.until("2:00")
    keys = [sent.row.key for sent in world.post.sent]
    assert len(keys) > 5
    assert len(set(keys)) == len(keys)


def test_a_step_that_cannot_be_run_waits_and_the_fallback_rings() -> None:
    world = World(house(LOST, person("bo", "sms")))
    world.fires("Disk", severity="critical")
    world.fires("Cpu")
    assert world.until("0:02") == [
        "0:00 boss slack: notice, a rule failed",
        "0:00:30 ops slack: first notification: Cpu",
        "0:01 boss slack: notice, a rule failed",
    ]
    world.restarts()
    assert world.until("0:02:59") == []
    world.reloads(house())
    assert world.until("0:09") == ["0:03 ana sms: page, step 1", "0:08 bo sms: page, step 2"]
    assert world.incident().failures == 0


def test_while_a_step_fails_the_incident_can_be_answered() -> None:
    world = World(house(LOST))
    world.fires("Disk", severity="critical")
    assert world.at("0:00").acks(by="bo") == "acknowledged"
    assert world.until("9:00") == ["0:00 boss slack: notice, a rule failed"]


def test_a_page_that_cannot_be_judged_any_more_waits_and_the_fallback_rings() -> None:
    world = World(house())
    world.post.next("ana sms", busy("0:01"))
    world.fires("Poison", severity="critical")
    world.at("0:00:30")
    silence = spoil_silences(world)
    assert world.until("0:02:30") == [
        "0:00 ana sms: page, step 1 (fails)",
        "0:01 boss slack: notice, a rule failed",
        "0:02 boss slack: notice, a rule failed",
    ]
    world.submit(e.Silenced((expire(silence, world.now.wall),)))
    assert world.until("0:04:59") == ["0:04 ana sms: page, step 1"]


def test_a_spoiled_interval_costs_the_routes_that_name_it() -> None:
    world = World(
        configured(
            route(
                "",
                route("severity=low", to="ops", muted=("night",)),
                to="ops",
                by=("alertname",),
                wait="30s",
            ),
            receivers=[channel("ops"), channel("boss")],
            intervals={"night": (Stopped(),)},
            fallback=("receiver:boss",),
        )
    )
    world.fires("Disk", severity="low")
    world.fires("Cpu")
    assert world.until("0:01") == [
        "0:00:30 boss slack: notice, a rule failed",
        "0:00:30 ops slack: first notification: Cpu",
    ]


def spoiled_tree() -> Configuration:
    return configured(
        route(
            "",
            route("alertname!=x", to="nobody"),
            route("", to="boss"),
            to="boss",
            by=("alertname",),
            wait="30s",
        ),
        receivers=[channel("ops"), channel("boss"), channel("nobody")],
        fallback=("receiver:boss",),
    )


def spoil(configuration: Configuration) -> Configuration:
    """The same, with a first route whose matcher cannot look at everything."""
    root = configuration.tree.root
    first, *others = root.routes
    return replace(
        configuration,
        tree=Tree(replace(root, routes=(replace(first, matchers=SPOILED), *others))),
    )


def test_an_alert_that_cannot_be_routed_is_refused_and_no_other() -> None:
    world = World(spoil(spoiled_tree()))
    assert world.fires("Poison") == "refused"
    assert world.fires("Disk") == ""
    assert world.until("1:00") == ["0:00:30 boss slack: first notification: Disk"]
    assert not [alert for alert in world.state.alerts if b"Poison" in alert]


def test_in_a_reload_only_the_alert_that_cannot_be_routed_stays_where_it_was() -> None:
    world = World(house())
    names = [f"A{number:03}" for number in range(40)]
    for name in (*names[:17], "Poison", *names[17:]):
        world.fires(name)
    world.until("0:01")
    world.reloads(spoil(spoiled_tree()))
    lines = world.until("0:02")
    assert sorted(line for line in lines if "first" in line) == [
        f"0:01 boss slack: first notification: {name}" for name in names
    ]
    assert [line for line in lines if "notice" in line] == [
        "0:01 boss slack: notice, a rule failed"
    ]
    groups = [world.state.groups[group] for group in world.state.by_id[18].groups]
    assert [group.receiver for group in groups] == ["ops"]
    world.restarts()
    assert world.until("0:03") == ["0:02 boss slack: notice, a rule failed"]
    world.at("0:04").resolves("Poison")
    assert world.until("0:06") == ["0:05:30 ops slack: all alerts resolved: -Poison"]


class Forgetful(Configuration, frozen=True, kw_only=True):
    """Cannot say what a receiver's target stands for, once the message to it has been taken."""

    def integration(self, target: str) -> Integration | None:
        if target.startswith("receiver:ops"):
            raise Planted("spoiled target")
        return super().integration(target)


def test_a_result_that_cannot_be_noted_is_as_good_as_none() -> None:
    plain = house()
    forgetful = Forgetful(**{name: getattr(plain, name) for name in plain.__struct_fields__})
    world = World(forgetful)
    world.fires("Disk", severity="critical")
    world.fires("Cpu")
    assert world.until("0:02") == [
        "0:00 ana sms: page, step 1",
        "0:00:30 ops slack: first notification: Cpu",
        "0:00:30 boss slack: notice, a rule failed",
        "0:01:30 ops slack: first notification: Cpu, again",
        "0:01:30 boss slack: notice, a rule failed",
    ]
    world.reloads(plain)
    world.at("0:03").resolves("Cpu")
    assert world.until("0:06") == [
        "0:02:30 ops slack: first notification: Cpu, again",
        "0:05 bo sms: page, step 2",
        "0:05:30 ops slack: all alerts resolved: -Cpu",
    ]
