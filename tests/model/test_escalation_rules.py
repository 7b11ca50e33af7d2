"""Whatever is done to an incident in whatever order: exactly those are paged who must be, when.

No page after an answer, none early, none lost, none to a person who was not on call.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support.configured import channel, configured, person, policy, route, step
from support.post_office import short
from support.reference import ACK_TIMEOUT, ROTA, ROUNDS, STEPS, Reference
from support.rota import layer, schedule
from support.virtual import spell
from support.world import World

from router.core.configuration import Configuration
from router.core.moment import SECOND

SEVERITIES = {"Odd": ("warning", 2), "Slow": ("warning", 2), "Down": ("critical", 4)}
REFERENCES = {
    "ana": "user:ana",
    "whoever": "schedule:primary",
    "bo": "team:bo",
    "cleo": "team:cleo",
}


def house(plan: str) -> Configuration:
    """The plan of the reference, as a configuration."""
    steps = [
        step(f"{wait}s", *(REFERENCES[who] for who in called), multi_ack=each)
        for wait, called, each in STEPS[plan]
    ]
    return configured(
        route(policy="critical", by=("cluster",), wait="0s", interval="1m", repeat="4h"),
        users=[
            person("ana", "push", later={"sms": "2m"}),
            person("bo", "sms"),
            person("cleo", "sms", later={"mail": "1m"}),
        ],
        teams={"bo": ("bo",), "cleo": ("cleo",)},
        receivers=[channel("boss")],
        policies=[policy("critical", *steps, rounds=ROUNDS, ack_timeout=f"{ACK_TIMEOUT}s")],
        schedules={
            "primary": schedule(layer(*ROTA[plan], every="hourly", start="2027-01-15 08:00"))
        },
        fallback=("receiver:boss",),
    )


HOUSES = {plan: house(plan) for plan in STEPS}
names = st.sampled_from(tuple(SEVERITIES))
people = st.sampled_from(("ana", "bo", "cleo"))
spans = st.sampled_from((0, 1, 30, 59, 60, 61, 119, 120, 300, 301, 900, 3600))


class Rules(RuleBasedStateMachine):
    """A world beside the reference. Everything that is sent arrives; no two incidents overlap."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(HOUSES["a"])
        self.reference = Reference()
        self.seen = (0, 0, 0)

    @initialize(name=names)
    def begin(self, name: str) -> None:
        self.fires(name, 0)

    @rule(name=names, then=spans)
    def fires(self, name: str, then: int) -> None:
        """For the first time, or once more."""
        word, grave = SEVERITIES[name]
        self.world.fires(name, severity=word, cluster="x", lasts="9000:00")
        self.reference.fires(name, grave)
        self.advance(then)

    @rule(name=names, then=spans)
    def ends(self, name: str, then: int) -> None:
        self.world.resolves(name, severity=SEVERITIES[name][0], cluster="x")
        self.reference.ends(name)
        self.advance(then)

    @rule(who=people, then=spans)
    def acks(self, who: str, then: int) -> None:
        self.world.acks(self.newest(), by=who)
        self.reference.acks(who)
        self.advance(then)

    @rule(who=people, then=spans)
    def unacks(self, who: str, then: int) -> None:
        self.world.unacks(self.newest(), by=who)
        self.reference.unacks()
        self.advance(then)

    @rule(minutes=st.sampled_from((1, 4, 90)), then=spans)
    def snoozes(self, minutes: int, then: int) -> None:
        self.world.snoozes(f"0:{minutes}", self.newest())
        self.reference.snoozes(minutes * 60)
        self.advance(then)

    @rule(then=spans)
    def unsnoozes(self, then: int) -> None:
        self.world.unsnoozes(self.newest())
        self.reference.unsnoozes()
        self.advance(then)

    @rule()
    def look(self) -> None:
        """Somebody sees how it stands, and may act on that later."""
        trouble = self.reference.trouble
        if trouble is not None:
            version = self.world.incident(trouble.number).version
            self.seen = (trouble.number, version, trouble.moves)

    @rule(then=spans, again=st.booleans())
    def escalates(self, then: int, again: bool) -> None:
        number, version, moves = self.seen
        for _ in range(1 + again):
            if number:
                self.world.escalates(number, version=version)
                self.reference.escalates(number, moves)
        self.advance(then)

    @rule(between=st.sampled_from((60, 120, 300)), then=spans)
    def escalates_what_was(self, between: int, then: int) -> None:
        """Acting on what was seen some minutes ago."""
        self.look()
        self.advance(between)
        self.escalates(then, False)

    @rule(who=people, then=spans)
    def closes(self, who: str, then: int) -> None:
        self.world.closes(self.newest(), by=who)
        self.reference.closes()
        self.advance(then)

    @rule(
        users=st.sampled_from((("ana",), ("bo",), ("cleo",), ("ana", "bo"), ())),
        start=st.sampled_from((-600, 0, 60, 1200)),
        length=st.sampled_from((61, 600, 7200)),
        then=spans,
    )
    def overrides(self, users: tuple[str, ...], start: int, length: int, then: int) -> None:
        """Others are on call for a while, or nobody; the last word counts."""
        now = self.world.passed // SECOND
        since, until = (f"0:00:{each}" for each in (now + start, now + start + length))
        said = self.world.overrides(since, until, *users)
        assert said == ("overridden" if start + length > 0 else "invalid")
        if said == "overridden":
            self.reference.overrides_with(max(start, 0), start + length, users)
        self.advance(then)

    @rule(who=people, then=spans)
    def summons(self, who: str, then: int) -> None:
        """Somebody is asked for help."""
        self.world.summons(f"user:{who}", incident=self.newest())
        self.reference.summons(who)
        self.advance(then)

    @rule(plan=st.sampled_from(tuple(STEPS)), then=spans)
    def reloads(self, plan: str, then: int) -> None:
        """Steps and schedule are edited: open incidents keep the first, and not the second."""
        self.world.reloads(HOUSES[plan])
        self.reference.plan = plan
        self.advance(then)

    @rule(seconds=spans)
    def advance(self, seconds: int) -> None:
        self.world.run(self.world.now.service + seconds * SECOND)
        self.reference.advance(seconds)

    @rule(seconds=st.sampled_from((0, 0, 20, 59, 60, 400, 7200)))
    def is_killed(self, seconds: int) -> None:
        """And is back so many seconds later."""
        back = self.world.passed + seconds * SECOND
        self.world.restarts(back=f"0:00:{back / SECOND:f}")
        self.reference.leap(seconds)
        self.advance(0)

    @invariant()
    def those_were_paged_who_had_to_be(self) -> None:
        paged = [
            (sent.passed // SECOND, short(sent.row.target))
            for sent in self.world.post.sent
            if sent.row.kind == "page"
        ]
        known, wanted = _in_order(paged), _in_order(self.reference.pages)
        assert known == wanted, f"at {spell(self.world.passed)}"
        trouble = self.reference.trouble
        assert list(self.world.state.incidents) == ([trouble.number] if trouble else [])

    def newest(self) -> int:
        return max(self.world.rows.incidents, default=1)

    def teardown(self) -> None:
        self.advance(6 * 3600)
        self.those_were_paged_who_had_to_be()


def _in_order(pages: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Those of one second in any order."""
    return sorted(pages)


LONG = bool(os.environ.get("TOCSIN_LONG"))
Rules.TestCase.settings = settings(
    max_examples=3000 if LONG else 100,
    stateful_step_count=80 if LONG else 30,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestRules = Rules.TestCase
