"""Whatever is committed, in whatever order and batches, a start finds what a dict would hold."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_type_hints

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.things import POLICY, WALL, alert, delivery, group, stamp

from router.core import command as c
from router.core.alert import Alert
from router.core.configuration import Digest, Policy
from router.core.group import Group
from router.core.incident import Incident, Status
from router.core.matcher import Matcher
from router.core.notification import Delivery, LogEntry
from router.core.override import PostedOverride
from router.core.schedule import Override
from router.core.silence import Silence
from router.core.stored import Stored
from router.store.store import Store

INTEGERS = st.integers(-(2**63), 2**63 - 1)
IDS = st.integers(1, 3)
NAMES = st.sampled_from(["lane-a", "lane-b", "lane-c"])
BY_HINT: dict[Any, st.SearchStrategy[Any]] = {
    int: INTEGERS,
    int | None: st.none() | INTEGERS,
    str: st.text(max_size=8),
    bytes: st.binary(max_size=12),
    bool: st.booleans(),
    tuple[int, ...]: st.lists(INTEGERS, max_size=3).map(tuple),
    frozenset[int]: st.frozensets(INTEGERS, max_size=3),
    tuple[str, ...]: st.lists(st.text(max_size=4), max_size=3).map(tuple),
    Policy: st.sampled_from([POLICY, Policy(name="", digest=Digest(at=1, days=(0,)))]),
    Status: st.sampled_from(Status),
}


def things(kind: type[Any], **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any value of a core type, field by field."""
    hints = {name: BY_HINT.get(hint, st.nothing()) for name, hint in get_type_hints(kind).items()}
    return st.builds(kind, **(hints | fixed))


ALERTS = things(Alert, id=IDS, groups=st.just(()), repeats=st.just(0)).map(
    lambda a: replace(a, stored_ends_at=a.ends_at)
)
SILENCES = things(
    Silence,
    id=NAMES,
    matchers=st.just((Matcher("team", "=~", "a.*"),)),
    annotations=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)


def _override(id_: int, comment: str) -> PostedOverride:
    change = Override(start=WALL, end=WALL + id_, replace=(("ana", "bo"),))
    return PostedOverride(
        id=id_, schedule="primary", change=change, part_of=1, created_at=WALL, comment=comment
    )


COMMANDS: st.SearchStrategy[c.Command] = st.one_of(
    ALERTS.map(c.PutAlert),
    IDS.map(c.DropAlert),
    st.builds(c.PutTombstone, INTEGERS, INTEGERS),
    st.builds(c.PutTombstone, IDS, INTEGERS),
    IDS.map(c.DropTombstone),
    things(Group, id=IDS).map(c.PutGroup),
    IDS.map(c.DropGroup),
    st.builds(c.Join, IDS, IDS),
    st.builds(c.Leave, IDS, IDS),
    st.builds(c.Join, IDS, IDS),
    st.builds(c.Leave, IDS, IDS),
    things(Incident, number=IDS).map(c.PutIncident),
    things(Delivery, id=IDS).map(c.Enqueue),
    things(Delivery, id=IDS).map(c.PutDelivery),
    st.builds(c.CloseDelivery, IDS, st.just("delivered")),
    things(LogEntry, lane=NAMES).map(c.PutLog),
    NAMES.map(c.DropLog),
    SILENCES.map(c.PutSilence),
    NAMES.map(c.DropSilence),
    st.builds(_override, IDS, st.text(max_size=4)).map(c.PutOverride),
    IDS.map(c.DropOverride),
    st.just(c.Answer("ok")),
)


class Model:
    """What a store should hold, in dicts."""

    def __init__(self) -> None:
        self.alerts: dict[int, Alert] = {}
        self.groups: dict[int, Group] = {}
        self.members: set[tuple[int, int]] = set()
        self.incidents: dict[int, Incident] = {}
        self.deliveries: dict[int, Delivery] = {}
        self.log: dict[str, LogEntry] = {}
        self.silences: dict[str, Silence] = {}
        self.overrides: dict[int, PostedOverride] = {}
        self.tombstones: dict[int, int] = {}
        self.last = {"alert": 0, "group": 0, "incident": 0, "delivery": 0, "record": 0}

    def possible(self, command: c.Command) -> bool:
        """Whether the rules could decide this now: they only let in who exists."""
        if isinstance(command, c.Join):
            return command.group in self.groups and command.alert in self.alerts
        if isinstance(command, c.DropAlert):  # Its groups let it go before.
            return all(alert != command.id for _, alert in self.members)
        if isinstance(command, c.DropGroup):  # It is empty then.
            return all(group != command.id for group, _ in self.members)
        return True

    def take(self, command: c.Command) -> None:
        match command:
            case c.PutAlert(alert):
                self.alerts[alert.id] = alert
                self._used("alert", alert.id)
            case c.DropAlert(id=id_):
                self.alerts.pop(id_, None)
            case c.PutTombstone(identity, at):
                self.tombstones[identity] = at
            case c.DropTombstone(identity):
                self.tombstones.pop(identity, None)
            case c.PutGroup(group):
                self.groups[group.id] = group
                self._used("group", group.id)
            case c.DropGroup(id=id_):
                self.groups.pop(id_, None)
            case c.Join(group, alert):
                self.members.add((group, alert))
            case c.Leave(group, alert):
                self.members.discard((group, alert))
            case c.PutIncident(incident):
                self.incidents[incident.number] = incident
                self._used("incident", incident.number)
            case _:
                self._take_told(command)

    def _take_told(self, command: c.Command) -> None:
        match command:
            case c.Enqueue(delivery):
                self.deliveries[delivery.id] = delivery
                self._used("delivery", delivery.id)
            case c.PutDelivery(delivery) if known := self.deliveries.get(delivery.id):
                self.deliveries[delivery.id] = replace(
                    delivery, payload=known.payload, firing=known.firing, resolved=known.resolved
                )
            case c.CloseDelivery(id=id_):
                self.deliveries.pop(id_, None)
            case c.PutLog(entry):
                self.log[entry.lane] = entry
            case c.DropLog(lane):
                self.log.pop(lane, None)
            case c.PutSilence(silence):
                self.silences[silence.id] = silence
            case c.DropSilence(id=name):
                self.silences.pop(name, None)
            case c.PutOverride(override):
                self.overrides[override.id] = override
            case c.DropOverride(id=id_):
                self.overrides.pop(id_, None)

    def _used(self, kind: str, id_: int) -> None:
        self.last[kind] = max(self.last[kind], id_)

    def agrees(self, stored: Stored) -> None:
        """Compare it with what a store gives back."""
        assert {a.id: a for a in stored.alerts} == self.alerts
        assert {g.id: g for g in stored.groups} == self.groups
        assert sorted(self.members) == sorted(stored.members)
        unresolved = {n: i for n, i in self.incidents.items() if i.open or i.next_due is not None}
        assert {i.number: i for i in stored.incidents} == unresolved
        assert [self.deliveries[id_] for id_ in sorted(self.deliveries)] == stored.deliveries
        assert {e.lane: e for e in stored.log} == self.log
        assert {s.id: s for s in stored.silences} == self.silences
        assert {o.id: o for o in stored.overrides} == self.overrides
        assert (stored.tombstones, stored.last) == (self.tombstones, self.last)


# Something to join, leave and change from the start.
KNOWN: list[c.Command] = [
    *(c.PutGroup(group(n)) for n in (1, 2, 3)),
    *(c.PutAlert(alert(n)) for n in (1, 2, 3)),
    *(c.Join(n, n) for n in (1, 2, 3)),
    *(c.Enqueue(delivery(n)) for n in (1, 2, 3)),
]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([KNOWN, []]), st.lists(st.lists(COMMANDS, max_size=25), max_size=4))
def test_any_commands_in_any_batches(
    known: list[c.Command], batches: list[list[c.Command]]
) -> None:
    async def scenario(data: Path) -> None:
        model = Model()
        async with Store.open(data, ballast_bytes=0) as store:
            for batch in [known, *batches]:
                decided: list[c.Command] = []
                for command in batch:
                    if model.possible(command):
                        model.take(command)
                        decided.append(command)
                await store.commit(decided, stamp())
                model.agrees(await store.load())
            found = [await store.incident(number) for number in model.incidents]
            assert found == [*model.incidents.values()]
        async with Store.open(data, ballast_bytes=0) as store:
            model.agrees(await store.load())

    with TemporaryDirectory() as folder:
        anyio.run(scenario, Path(folder))
