"""What a flush plans for one lane, by what it was told and what is on its way."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from support.configured import channel, configured, route

from router.core import command as c
from router.core import event as e
from router.core.alert import Alert
from router.core.engine import decide
from router.core.group import Group
from router.core.labels import canonical, identity
from router.core.matcher import parse_list
from router.core.moment import DAY, HOUR, MINUTE, Now
from router.core.notification import Delivery, LogEntry
from router.core.silence import Silence
from router.core.state import State
from router.core.stored import Stored
from router.core.waiting import Kind

NOW = Now(wall=1000 * HOUR, service=100 * HOUR)
NAMES = {"A": 1, "B": 2}
LABELS = {name: canonical({"alertname": name}) for name in NAMES}
IDENTITIES = {name: identity(labels) for name, labels in LABELS.items()}
TARGET = "receiver:ops/slack/0"
LANE = f"g1:{TARGET}"


class Told(NamedTuple):
    """What a lane was told: `AB-` firing, `-A` resolved; and what it is owed beside that."""

    what: str
    owed: str = ""
    hours_ago: float = 1
    expired: bool = False

    def entry(self) -> LogEntry:
        firing, resolved = spoken(self.what)
        return LogEntry(
            lane=LANE,
            target=TARGET,
            group=1,
            firing=frozenset(firing),
            resolved=frozenset(resolved),
            owed=frozenset((*firing, *(IDENTITIES[name] for name in self.owed))),
            sent_due=NOW.service - round(self.hours_ago * HOUR),
            sent_at=0,
            expires_due=NOW.service + (-1 if self.expired else HOUR),
        )


class Row(NamedTuple):
    """A delivery that waits, `flies`, or may have been sent already."""

    what: str
    flies: bool = False
    maybe: bool = False

    def delivery(self, number: int) -> Delivery:
        firing, resolved = spoken(self.what)
        return Delivery(
            id=number,
            key=f"k{number}",
            lane=LANE,
            kind="notification",
            target=TARGET,
            group=1,
            due=NOW.service,
            not_after=NOW.service + DAY,
            claimed=self.flies,
            maybe_sent=self.maybe,
            firing=tuple(firing),
            resolved=tuple(resolved),
        )


def spoken(what: str) -> tuple[list[int], list[int]]:
    """The identities told as firing and as resolved in `AB`, `A-B` or `-AB`."""
    firing, _, resolved = what.partition("-")
    return sorted(IDENTITIES[n] for n in firing), sorted(IDENTITIES[n] for n in resolved)


def flushed(
    alerts: str, told: Told | None, rows: Sequence[Row], *, silenced: str = "", ends: bool = True
) -> list[str]:
    """What a flush does to the lane of a group whose alerts are `AB` firing or `-AB` ended."""
    firing, _, ended = alerts.partition("-")
    stored = Stored(
        instance="test",
        alerts=[
            Alert(
                id=NAMES[name],
                labels=LABELS[name],
                starts_at=0,
                ends_at=NOW.wall,
                expires_due=NOW.service + DAY,
                updated_at=0,
                firing=name in firing,
            )
            for name in firing + ended
        ],
        groups=[
            Group(
                id=1,
                route="{}",
                route_key="{}",
                labels=canonical({}),
                receiver="ops",
                opened_at=0,
                next_due=NOW.service,
            )
        ],
        members=[(1, NAMES[name]) for name in firing + ended],
        log=[told.entry()] if told else [],
        deliveries=[row.delivery(number) for number, row in enumerate(rows, start=1)],
        silences=[
            Silence(
                id=name,
                matchers=parse_list(f"alertname={name}"),
                starts_at=0,
                ends_at=NOW.wall + HOUR,
            )
            for name in silenced
        ],
        last={"delivery": len(rows)},
    )
    house = configured(route(to="ops", repeat="4h"), receivers=[channel("ops", send_resolved=ends)])
    commands = decide(State(house, stored), e.Due(Kind.GROUP, 1), NOW)
    return [words for command in commands if (words := _words(command))]


def _words(command: c.Command) -> str:
    match command:
        case c.Enqueue(delivery=row):
            return f"{row.reason}: {_spell(row.firing, row.resolved)}"
        case c.CloseDelivery(id=number, outcome=outcome):
            return f"row {number} {outcome}"
        case c.PutLog(entry=entry):
            return f"log: {_spell(entry.firing, entry.resolved)}, owed {_spell(entry.owed, ())}"
    return ""


def _spell(firing: Sequence[int] | frozenset[int], resolved: Sequence[int] | frozenset[int]) -> str:
    names = {number: name for name, number in IDENTITIES.items()}
    text = "".join(sorted(names[number] for number in firing))
    return text + ("-" + "".join(sorted(names[n] for n in resolved)) if resolved else "")


@pytest.mark.parametrize(
    ("alerts", "told", "rows", "planned"),
    [
        pytest.param("A", None, [], ["first notification: A"], id="told of nothing yet"),
        pytest.param("-A", None, [], [], id="over before any word of it"),
        pytest.param("A", Told("A"), [], [], id="told already"),
        pytest.param("AB", Told("A"), [], ["new alerts added: AB"], id="one more"),
        pytest.param("A-B", Told("AB"), [], ["some alerts resolved: A-B"], id="one less"),
        pytest.param("-A", Told("A"), [], ["all alerts resolved: -A"], id="none left"),
        pytest.param(
            "A", Told("A", hours_ago=5), [], ["repeat interval elapsed: A"], id="long ago"
        ),
        pytest.param(
            "A", Told("A", expired=True), [], ["first notification: A"], id="so long it is news"
        ),
        pytest.param(
            "-A",
            Told("A", expired=True),
            [],
            ["all alerts resolved: -A"],
            id="an end is owed however long ago the beginning was told",
        ),
        pytest.param("A", None, [Row("A")], [], id="what waits says it"),
        pytest.param(
            "AB",
            None,
            [Row("A")],
            ["row 1 superseded", "first notification: AB"],
            id="what waits says too little",
        ),
        pytest.param("-A", None, [Row("A")], ["row 1 withdrawn"], id="what waits is over"),
        pytest.param(
            "-A",
            None,
            [Row("A", maybe=True)],
            ["row 1 superseded", "log: , owed A", "all alerts resolved: -A"],
            id="what waits is over but may have been told",
        ),
        pytest.param("A", None, [Row("A", maybe=True)], [], id="what may have been told is told"),
        pytest.param(
            "A",
            Told("AB"),
            [Row("AB")],
            ["row 1 withdrawn"],
            id="a repeat whose time has passed with it",
        ),
        pytest.param("A", None, [Row("A", flies=True)], [], id="what flies says it"),
        pytest.param(
            "AB", None, [Row("A", flies=True)], ["new alerts added: AB"], id="news behind a flight"
        ),
        pytest.param(
            "-A", None, [Row("A", flies=True)], ["all alerts resolved: -A"], id="an end behind it"
        ),
        pytest.param(
            "A",
            None,
            [Row("A", flies=True), Row("-A")],
            ["row 2 withdrawn"],
            id="an end behind a flight that is none any more",
        ),
        pytest.param(
            "AB",
            None,
            [Row("A", flies=True), Row("AB")],
            [],
            id="news behind a flight that wait already",
        ),
    ],
)
def test_a_flush_plans(alerts: str, told: Told | None, rows: list[Row], planned: list[str]) -> None:
    assert flushed(alerts, told, rows) == planned


@pytest.mark.parametrize(
    ("alerts", "silenced", "told", "rows", "planned"),
    [
        pytest.param("A", "A", None, [], [], id="nothing of what is silenced"),
        pytest.param("AB", "A", None, [], ["first notification: B"], id="of the other one"),
        pytest.param("A", "A", Told("A"), [], [], id="no end of what only is silenced"),
        pytest.param("A", "A", None, [Row("A")], ["row 1 withdrawn"], id="not what waits either"),
        pytest.param(
            "-A", "A", Told("A"), [], ["all alerts resolved: -A"], id="the end of what was told"
        ),
        pytest.param(
            "B-A", "A", Told("AB"), [], ["some alerts resolved: B-A"], id="the end of one of two"
        ),
        pytest.param("-A", "A", None, [], [], id="no end of what was not told"),
        pytest.param(
            "-A",
            "A",
            Told("B", owed="A"),
            [],
            ["all alerts resolved: -A"],
            id="the end of what was told before the last message",
        ),
    ],
)
def test_silenced_a_flush_plans(
    alerts: str, silenced: str, told: Told | None, rows: list[Row], planned: list[str]
) -> None:
    assert flushed(alerts, told, rows, silenced=silenced) == planned


@pytest.mark.parametrize(
    ("alerts", "told", "planned"),
    [
        pytest.param("AB", Told("A"), ["new alerts added: AB"], id="beginnings"),
        pytest.param("A-B", Told("AB"), [], id="no ends"),
        pytest.param("AB-", Told("AB", hours_ago=5), ["repeat interval elapsed: AB"], id="repeats"),
        pytest.param("-A", Told("A"), ["log: -A, owed A"], id="the last end clears the log"),
    ],
)
def test_who_wants_no_ends_is_told(alerts: str, told: Told, planned: list[str]) -> None:
    assert flushed(alerts, told, [], ends=False) == planned


def test_the_next_flush_is_one_interval_on_whatever_the_delay() -> None:
    for late, due in [(0, 5), (MINUTE, 5), (4 * MINUTE, 5), (6 * MINUTE, 11), (HOUR, 65)]:
        now = Now(NOW.wall + late, NOW.service + late)
        group = Group(
            id=1,
            route="{}",
            route_key="{}",
            labels=canonical({}),
            opened_at=0,
            next_due=NOW.service,
            incident=7,
        )
        state = State(configured(route(to="ops")), Stored(instance="test", groups=[group]))
        commands = decide(state, e.Due(Kind.GROUP, 1), now)
        (ticked,) = (command.group for command in commands if isinstance(command, c.PutGroup))
        assert ticked.next_due == NOW.service + due * MINUTE
