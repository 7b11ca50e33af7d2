"""Whatever happens in whatever order: nobody is paged after an answer, and nobody is forgotten."""

import os
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.auditor import Auditor
from support.configured import channel, configured, daily, inhibit, person, policy, route, step
from support.consistent import check_state, check_stored
from support.post_office import DAWDLES, FAILS, HANGS, LOSES, REFUSES, TAKES, busy, short
from support.world import World

from router.core import event as e
from router.core.configuration import Configuration
from router.core.interval import Interval
from router.core.labels import canonical, identity
from router.core.moment import DAY, HOUR, MINUTE, SECOND

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
            route("severity=critical", policy="critical", to="ops", wait="30s"),
            to="ops",
            by=("cluster",),
            wait="10s",
            interval="9m",
            repeat="1h",
        ),
        users=[person("ana"), *PEOPLE[1:]],
        receivers=[channel("ops", send_resolved=False), channel("boss")],
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
        policies=[policy("critical", step("5m", "user:ana"), step("1m", "user:bo"), rounds=2)],
        intervals={"lunch": (Interval(times=((9 * 60, 10 * 60),)),)},
        fallback=("receiver:boss",),
    )


CONFIGURATIONS = {"plain": plain(), "stubborn": stubborn(), "crossed": crossed()}
REPLIES = {
    "takes": TAKES,
    "fails": FAILS,
    "loses": LOSES,
    "refuses": REFUSES,
    "hangs": HANGS,
    "dawdles": DAWDLES,
    "is busy": busy("0:03"),
}
WAITS = (0, 1, 20, 31, 61, 150, 300, 541, 601, 1801, 3601, 5 * 3600)

names = st.sampled_from(tuple(LABELS))
configurations = st.sampled_from(tuple(CONFIGURATIONS))


class AnyOrder(RuleBasedStateMachine):
    """A world with three configurations, four alerts, two people, and all the bad luck there is."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(CONFIGURATIONS["plain"])
        self.auditor = Auditor(self.world)
        self.jumped = 0

    @initialize(
        which=configurations,
        name=names,
        seed=st.integers(0, 2**16),
        trouble=st.sampled_from([0.0, 0.2, 0.6]),
    )
    def begin(self, which: str, name: str, seed: int, trouble: float) -> None:
        chance = Random(seed)
        moods = tuple(REPLIES.values())[1:]
        self.world.post.fate = lambda: chance.choice(moods) if chance.random() < trouble else TAKES
        self.world.reloads(CONFIGURATIONS[which])
        self.world.fires(name, **LABELS[name])

    @rule(name=names, lasts=st.sampled_from([None, "0:04", "0:40", "240:00"]))
    def fires(self, name: str, lasts: str | None) -> None:
        self.world.fires(name, lasts=lasts, **LABELS[name])

    @rule(name=names)
    def resolves(self, name: str) -> None:
        self.world.resolves(name, **LABELS[name])

    @rule(name=names, seconds=st.sampled_from([0, 5, 400]), firing=st.booleans())
    def queue_brings(self, name: str, seconds: int, firing: bool) -> None:
        as_of = self.world.now.wall - seconds * SECOND
        ends_at = self.world.now.wall + 10 * DAY if firing else as_of
        self.world.report(name, LABELS[name], ends_at, source="queue", as_of=as_of)

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: int) -> None:
        self.world.run(self.world.now.service + seconds * SECOND)
        due = self.world.state.next_due()
        assert due is None or due > self.world.now.service, "a tick leaves nothing overdue"

    @rule(name=names, minutes=st.sampled_from([1, 12, 300]))
    def silence(self, name: str, minutes: int) -> None:
        self.world.silence(f"alertname={name}", self.world.now.wall + minutes * MINUTE, name)

    @precondition(lambda self: self.world.state.silences.all())
    @rule(data=st.data())
    def unsilence(self, data: st.DataObject) -> None:
        found = sorted(silence.id for silence in self.world.state.silences.all())
        self.world.unsilences(data.draw(st.sampled_from(found)))

    @precondition(lambda self: self.world.rows.incidents)
    @rule(
        data=st.data(), by=st.sampled_from(["ana", "bo", "somebody"]), how=st.sampled_from("aauc")
    )
    def answer(self, data: st.DataObject, by: str, how: str) -> None:
        last = max(self.world.rows.incidents)
        number = data.draw(st.integers(max(1, last - 2), last))
        if how == "a":
            self.world.acks(number, by=by)
        elif how == "u":
            self.world.unacks(number, by=by)
        else:
            self.world.closes(number, by=by)

    @rule(which=configurations)
    def reload(self, which: str) -> None:
        self.world.reloads(CONFIGURATIONS[which])

    @precondition(lambda self: self.world.post.under_way)
    @rule(data=st.data(), reply=st.sampled_from(["takes", "takes", "fails", "loses", "refuses"]))
    def land(self, data: st.DataObject, reply: str) -> None:
        flying = sorted({short(row.target) for row in self.world.post.under_way.values()})
        who = data.draw(st.sampled_from(flying))
        self.world.ends(who, REPLIES[reply])

    @precondition(lambda self: self.world.post.dawdling)
    @rule(data=st.data())
    def take_off(self, data: st.DataObject) -> None:
        late = sorted({short(row.target) for row in self.world.post.dawdling.values()})
        self.world.begins(data.draw(st.sampled_from(late)))

    @rule(minutes=st.sampled_from([0, 0, 2, 200]))
    def crash(self, minutes: int) -> None:
        back = (self.world.passed + minutes * MINUTE) / SECOND
        self.world.restarts(back=f"0:00:{back:f}")

    @precondition(lambda self: abs(self.jumped) < 2 * HOUR)
    @rule(minutes=st.sampled_from([-60, -1, 1, 60]))
    def set_clock(self, minutes: int) -> None:
        self.jumped += minutes * MINUTE
        self.world.set_clock(minutes * MINUTE)

    @rule()
    def sweep(self) -> None:
        self.world.submit(e.Swept())

    @invariant()
    def nothing_waits_in_vain(self) -> None:
        check_state(self.world.state)

    @invariant()
    def a_start_would_find_what_is_known(self) -> None:
        check_stored(self.world.state, self.world.rows)

    @invariant()
    def no_message_is_doubled(self) -> None:
        self.auditor.check_repeats()

    def teardown(self) -> None:
        """Let everything heal, wait a day, and ask what is still owed."""
        world = self.world
        world.post.heal()
        for row in list(world.post.dawdling.values()):
            world.begins(short(row.target))
        for row in list(world.post.under_way.values()):
            world.ends(short(row.target), TAKES)
        healed = world.now.service
        world.run(healed + DAY + 12 * HOUR)
        check_state(world.state)
        check_stored(world.state, world.rows)
        self.auditor.check_repeats()
        self.auditor.check_ends()
        self.auditor.check_told(healed, self._muted())

    def _muted(self) -> set[int]:
        """B explains itself by A where the configuration in force says so."""
        state = self.world.state
        labels = {name: canonical({"alertname": name, **LABELS[name]}) for name in LABELS}
        explained = (
            state.configuration is CONFIGURATIONS["stubborn"] and labels["A"] in state.alerts
        )
        fires = explained and state.alerts[labels["A"]].firing
        return {identity(labels["B"])} if fires else set()


LONG = bool(os.environ.get("TOCSIN_LONG"))
AnyOrder.TestCase.settings = settings(
    max_examples=3000 if LONG else 150,
    stateful_step_count=100 if LONG else 60,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestAnyOrder = AnyOrder.TestCase
