"""Whatever happens in whatever order: nobody is paged after an answer, and nobody is forgotten."""

import os
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.auditor import Auditor
from support.consistent import check_state, check_stored
from support.houses import CONFIGURATIONS, LABELS
from support.post_office import DAWDLES, FAILS, HANGS, LOSES, REFUSES, TAKES, busy, short
from support.world import World

from router.core import event as e
from router.core.labels import canonical, identity
from router.core.moment import DAY, HOUR, MINUTE, SECOND

MOODS = (FAILS, LOSES, REFUSES, HANGS, HANGS, DAWDLES, DAWDLES, busy("0:03"))
ENDS = {"takes": TAKES, "fails": FAILS, "loses": LOSES, "refuses": REFUSES}

names = st.sampled_from(tuple(LABELS))
configurations = st.sampled_from(tuple(CONFIGURATIONS))
then = st.sampled_from((0, 0, 1, 20, 31, 61, 150, 301, 601))
"""So many seconds pass after something has happened."""


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
        trouble=st.sampled_from([0.2, 0.6, 0.0]),
    )
    def begin(self, which: str, name: str, seed: int, trouble: float) -> None:
        chance = Random(seed)
        self.world.post.fate = lambda: chance.choice(MOODS) if chance.random() < trouble else TAKES
        self.world.reloads(CONFIGURATIONS[which])
        self.world.fires(name, **LABELS[name])

    @rule(name=names, lasts=st.sampled_from(["240:00", "0:04", "0:40", None]), then=then)
    def fires(self, name: str, lasts: str | None, then: int) -> None:
        self.world.fires(name, lasts=lasts, **LABELS[name])
        self.pass_seconds(then)

    @rule(name=names, then=then)
    def resolves(self, name: str, then: int) -> None:
        self.world.resolves(name, **LABELS[name])
        self.pass_seconds(then)

    @rule(name=names, old=st.sampled_from([0, 5, 400]), firing=st.booleans(), then=then)
    def queue_brings(self, name: str, old: int, firing: bool, then: int) -> None:
        as_of = self.world.now.wall - old * SECOND
        ends_at = self.world.now.wall + 10 * DAY if firing else as_of
        self.world.report(name, LABELS[name], ends_at, source="queue", as_of=as_of)
        self.pass_seconds(then)

    @rule(seconds=st.sampled_from((0, 150, 541, 1801, 3601, 5 * 3600)))
    def pass_seconds(self, seconds: int) -> None:
        self.world.run(self.world.now.service + seconds * SECOND)
        due = self.world.state.next_due()
        assert due is None or due > self.world.now.service, "a tick leaves nothing overdue"

    @rule(name=names, minutes=st.sampled_from([0, 1, 12, 300]), then=then)
    def silence(self, name: str, minutes: int, then: int) -> None:
        """For some minutes; for none, a silence is ended."""
        if minutes:
            ends_at = self.world.now.wall + minutes * MINUTE
            self.world.silence(f"alertname={name}", ends_at, name)
        elif self.world.state.silences.get(name):
            self.world.unsilences(name)
        self.pass_seconds(then)

    @precondition(lambda self: self.world.rows.incidents)
    @rule(
        back=st.sampled_from([0, 0, 1, 2]),
        by=st.sampled_from(["bo", "ana", "somebody"]),
        how=st.sampled_from(["acks", "unacks", "acks", "closes"]),
        then=then,
    )
    def answer(self, back: int, by: str, how: str, then: int) -> None:
        number = max(1, max(self.world.rows.incidents) - back)
        if how == "acks":
            self.world.acks(number, by=by)
        elif how == "unacks":
            self.world.unacks(number, by=by)
        else:
            self.world.closes(number, by=by)
        self.pass_seconds(then)

    @precondition(lambda self: self.world.rows.incidents)
    @rule(
        by=st.sampled_from(["bo", "ana"]),
        how=st.sampled_from(["snoozes", "unsnoozes", "escalates", "summons", "reassigns", "notes"]),
        then=then,
    )
    def move_on(self, by: str, how: str, then: int) -> None:
        number = max(self.world.rows.incidents)
        match how:
            case "snoozes":
                self.world.snoozes("1:30", number, by=by)
            case "unsnoozes":
                self.world.unsnoozes(number, by=by)
            case "escalates":
                self.world.escalates(number, by=by)
            case "summons":
                self.world.summons("bo", incident=number, by=by)
            case "reassigns":
                self.world.reassigns("bo", incident=number, by=by)
            case "notes":
                self.world.notes("hm", number, by=by)
        self.pass_seconds(then)

    @rule(then=then)
    def raise_one(self, then: int) -> None:
        self.world.raises("bo", "come", by="ana")
        self.pass_seconds(then)

    @rule(which=configurations, then=then)
    def reload(self, which: str, then: int) -> None:
        self.world.reloads(CONFIGURATIONS[which])
        self.pass_seconds(then)

    @precondition(lambda self: self.world.post.under_way)
    @rule(place=st.integers(0, 5), end=st.sampled_from(tuple(ENDS)), then=then)
    def land(self, place: int, end: str, then: int) -> None:
        flying = sorted({short(row.target) for row in self.world.post.under_way.values()})
        self.world.ends(flying[place % len(flying)], ENDS[end])
        self.pass_seconds(then)

    @precondition(lambda self: self.world.post.dawdling)
    @rule(place=st.integers(0, 5), then=then)
    def take_off(self, place: int, then: int) -> None:
        late = sorted({short(row.target) for row in self.world.post.dawdling.values()})
        self.world.begins(late[place % len(late)])
        self.pass_seconds(then)

    @rule(minutes=st.sampled_from([0, 0, 2, 200]), then=then)
    def crash(self, minutes: int, then: int) -> None:
        back = (self.world.passed + minutes * MINUTE) / SECOND
        self.world.restarts(back=f"0:00:{back:f}")
        self.pass_seconds(then)

    @precondition(lambda self: abs(self.jumped) < 2 * HOUR)
    @rule(minutes=st.sampled_from([-60, -1, 1, 60]))
    def set_clock(self, minutes: int) -> None:
        self.jumped += minutes * MINUTE
        self.world.set_clock(minutes * MINUTE)
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
        """Let everything heal, wait for more than a day, and ask what is still owed."""
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
        """B is explained by A, where the configuration in force says so."""
        state = self.world.state
        a, b = (canonical({"alertname": name, **LABELS[name]}) for name in "AB")
        explained = state.configuration is CONFIGURATIONS["stubborn"] and a in state.alerts
        return {identity(b)} if explained and state.alerts[a].firing else set()


LONG = bool(os.environ.get("TOCSIN_LONG"))
AnyOrder.TestCase.settings = settings(
    max_examples=3000 if LONG else 120,
    stateful_step_count=80 if LONG else 40,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestAnyOrder = AnyOrder.TestCase
