"""The auditor's verdict on the process: what is stuck, full, refused, unread or left alone."""

from collections.abc import Collection

import pytest
from support.hand_clock import HandClock
from support.small import configuration

from router.core.moment import SECOND, Now
from router.core.state import State
from router.core.stored import Stored
from router.runtime.auditor import Auditor


class Standing:
    """A loop as it might be."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.state = State(configuration(), Stored(instance="test-1"))
        self.disk_full = False
        self.refusing = False
        self.progress = 100.0
        self.aside: Collection[str] = ()

    def now(self) -> Now:
        return self.clock.now()


def names(auditor: Auditor) -> list[str]:
    """The names of what it finds."""
    return [finding.name for finding in auditor.findings()]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"progress": 94.0}, ["TocsinStuck"]),
        ({"disk_full": True}, ["TocsinDiskFull"]),
        ({"refusing": True}, ["TocsinSafeMode"]),
        ({"aside": ["incident 3", "group 4"]}, ["TocsinSetAside", "TocsinSetAside"]),
    ],
)
def test_what_is_wrong_with_the_loop_is_found(change: dict[str, object], found: list[str]) -> None:
    loop = Standing()
    for name, value in change.items():
        setattr(loop, name, value)
    assert names(Auditor(loop, stopwatch=lambda: 100.0)) == found


def test_a_stream_is_missed_when_it_has_been_away_for_a_minute_on_end() -> None:
    loop = Standing()
    away = ["queue"]
    auditor = Auditor(loop, away=lambda: away, stopwatch=lambda: 100.0)
    for _ in range(6):
        assert names(auditor) == []
        loop.clock.move(10 * SECOND)
    assert names(auditor) == []
    loop.clock.move(SECOND)
    [finding] = auditor.findings()
    assert (finding.name, finding.labels) == ("TocsinStreamUnread", (("source", "queue"),))
    away.clear()
    assert names(auditor) == []
    away.append("queue")
    assert names(auditor) == [], "a minute anew"


def test_its_figures_are_told_in_one_line() -> None:
    auditor = Auditor(Standing(), stopwatch=lambda: 100.0)
    auditor.findings()
    assert auditor.told() == (
        "oldest timer 0.0 s late, oldest delivery 0.0 s late, 0 deliveries,"
        " 0 open incidents, 0 alerts"
    )
