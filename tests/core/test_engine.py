"""A decision changes nothing, and depends on nothing but the state, the event and the time."""

from copy import deepcopy
from random import Random
from typing import Any

import pytest
from support.consistent import durable
from support.houses import CONFIGURATIONS, LABELS
from support.post_office import DAWDLES, FAILS, HANGS, LOSES, REFUSES, TAKES
from support.world import World

from router.core import event as e
from router.core.alert import Report
from router.core.engine import decide
from router.core.labels import canonical
from router.core.matcher import parse_list
from router.core.moment import DAY, HOUR, MINUTE
from router.core.schedule import Override
from router.core.silence import Silence
from router.core.state import State
from router.core.waiting import Kind


def lived(seed: int) -> World:
    """A world in which much is under way."""
    chance, world = Random(seed), World(CONFIGURATIONS["plain"])
    world.post.fate = lambda: chance.choice([TAKES, FAILS, LOSES, REFUSES, HANGS, DAWDLES])
    for name in (*LABELS, *LABELS):
        world.fires(name, **LABELS[name])
        world.run(world.now.service + chance.randrange(8) * MINUTE)
        world.reloads(CONFIGURATIONS[chance.choice(list(CONFIGURATIONS))])
    return world


def everything(state: State) -> dict[str, Any]:
    """The state as plain values, those only memory holds included."""
    memory = (state.leaving, state.firing, state.reroute, state.grace, state.unheard)
    alerts = dict(state.by_id)
    return deepcopy({**durable(state), "memory": memory, "all": alerts})


def events(world: World) -> list[e.Event]:
    """One of each, aimed at what there is."""
    labels = canonical({"alertname": "A", **LABELS["A"]})
    report = Report(labels=labels, ends_at=world.now.wall + DAY, source="prometheus")
    ended = Report(labels=labels, ends_at=world.now.wall, as_of=world.now.wall)
    new = Report(labels=canonical({"alertname": "New"}), source="another")
    silence = Silence(
        id="x",
        matchers=parse_list("a=b"),
        starts_at=world.now.wall,
        ends_at=world.now.wall + HOUR,
    )
    found: list[e.Event] = [e.Reported(report), e.Reported(ended), e.Reported(new)]
    found += [e.Started(), e.Swept(), e.Silenced((silence,)), e.Received("queue", "1-1")]
    found += [e.Rejected("queue", "no JSON", b"x")]
    found += [e.CheckedIn("backup"), e.CheckedIn("unknown"), e.Returned(), e.Vouched("well")]
    for beat in world.state.heartbeats.all():
        found += [e.Due(Kind.HEARTBEAT, beat.id), e.Stopped(Kind.HEARTBEAT, beat.id, "spoiled")]
    found += [e.Raised(to="bo", text="come", by="ana", via="test", key="k")]
    start, end = world.now.wall, world.now.wall + HOUR
    change = Override(start=start, end=end, users=("ana",))
    who: Any = {"by": "ana", "via": "test"}
    found += [e.Overridden(schedule="primary", overrides=(change,), **who)]
    found += [
        e.Swapped(schedule="primary", user="ana", taker="bo", start=start, end=end, **who),
        e.OverrideRemoved(id=1, **who),
    ]
    found += [e.Reconfigured(configuration, b"") for configuration in CONFIGURATIONS.values()]
    for number in world.state.incidents:
        found.append(e.Acknowledged(incident=number, by="ana", via="test"))
        found.append(e.Unacknowledged(incident=number, by="ana", via="test"))
        found.append(e.Resolved(incident=number, by="ana", via="test"))
        found.append(e.Snoozed(incident=number, span=HOUR, by="ana", via="test"))
        found.append(e.Unsnoozed(incident=number, by="ana", via="test"))
        found.append(e.Escalated(incident=number, by="ana", via="test"))
        found.append(e.Reassigned(incident=number, to=("bo",), by="ana", via="test"))
        found.append(e.Summoned(incident=number, to=("bo",), by="ana", via="test"))
        found.append(e.Noted(incident=number, comment="hm", by="ana", via="test"))
        found.append(e.Stopped(Kind.INCIDENT, number, "spoiled"))
    for number in world.state.deliveries:
        found += [e.Claimed(number), e.Delivered(delivery=number), e.Skipped(number)]
        found.append(e.Failed(delivery=number, error="503", permanent=number % 2 == 0))
        found.append(e.Stopped(Kind.DELIVERY, number, "spoiled"))
    for number in world.state.groups:
        found += [e.Due(Kind.GROUP, number), e.Stopped(Kind.GROUP, number, "spoiled")]
    for number in world.state.by_id:
        found += [e.Due(Kind.ALERT, number), e.Stopped(Kind.ALERT, number, "spoiled")]
    found += [e.Due(Kind.INCIDENT, number) for number in world.state.incidents]
    found += [e.Due(Kind.REROUTE, 0), e.Stopped(Kind.REROUTE, 0, "spoiled")]
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_decision_changes_nothing_and_is_made_again_alike(seed: int) -> None:
    world = lived(seed)
    assert world.state.incidents
    for event in events(world):
        if isinstance(event, e.Stopped | e.Due) and event.kind is Kind.REROUTE:
            world.reloads(CONFIGURATIONS["crossed"])
        before = everything(world.state)
        commands = decide(world.state, event, world.now)
        again = decide(world.state, event, world.now)
        assert everything(world.state) == before, f"{event} changed the state"
        assert again == commands, f"{event} was decided in two ways"


@pytest.mark.parametrize("seed", range(5))
def test_the_same_history_leads_to_the_same_state(seed: int) -> None:
    first, second = lived(seed), lived(seed)
    assert everything(first.state) == everything(second.state)
    assert [str(sent) for sent in first.post.sent] == [str(sent) for sent in second.post.sent]
    assert first.rows.records == second.rows.records


def test_every_event_has_a_rule() -> None:
    kinds = {type(event) for event in events(lived(0))}
    assert kinds == set(e.Event.__args__)
