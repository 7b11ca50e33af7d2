"""The reporter: one alert for each trouble, resolved when it is over, and never about itself."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import anyio
import pytest
from msgspec.structs import replace
from support.hand_clock import HandClock
from support.memory_journal import MemoryJournal
from support.small import configuration, reported

from router.core import event as e
from router.core import meta
from router.core.command import Record
from router.core.configuration import Configuration
from router.core.labels import decode
from router.core.moment import MINUTE, SECOND
from router.core.state import State
from router.core.tree import Tree
from router.errors import DiskFull
from router.runtime.door import Outcome
from router.runtime.loop import Loop
from router.runtime.reporter import EACH, QUIET, Reporter, Trouble

SLOW = Trouble("TocsinOverdue", "a delivery waits since 90 s to be sent")


def own(receiver: str = "pager") -> Configuration:
    """A small configuration with a route for reports."""
    small = configuration()
    route = meta.route(receiver, "", group_wait=0)
    return replace(small, tree=Tree(small.tree.root, route))


class Bench:
    """A reporter at a real front door, and the troubles it sees when it looks."""

    def __init__(self, configured: Configuration | None = None) -> None:
        self.clock = HandClock()
        self.journal = MemoryJournal()
        state = State(configured or own(), self.journal.stored)
        self.loop = Loop(state, self.journal, self.clock)
        self.troubles: list[Trouble] = []
        self.reporter = Reporter(self.loop, self._look)
        self.loop.observe = self.reporter.observe

    def _look(self) -> Iterator[Trouble]:
        return iter(self.troubles)

    def firing(self) -> dict[str, dict[str, str]]:
        """The labels of the reports that fire, by the name of each."""
        alerts = [a for a in self.loop.state.by_id.values() if a.source == meta.SOURCE and a.firing]
        return {decode(a.labels)["alertname"]: decode(a.labels) for a in alerts}

    async def turns(self, count: int = 1, every: int = SECOND) -> None:
        """Let so much time pass, a turn of the reporter each."""
        for _ in range(count):
            self.clock.move(every)
            await self.reporter.turn()


@asynccontextmanager
async def running(configured: Configuration | None = None) -> AsyncIterator[Bench]:
    bench = Bench(configured)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(bench.loop.run)
        yield bench
        tasks.cancel_scope.cancel()


async def test_what_is_wrong_is_an_alert_until_it_is_over() -> None:
    async with running() as bench:
        await bench.turns(5)
        assert bench.firing() == {}
        bench.troubles = [SLOW]
        await bench.turns(30)
        assert bench.firing()["TocsinOverdue"] == {
            "alertname": "TocsinOverdue", "service": "tocsin", "severity": "warning"
        }  # fmt: skip
        [alert] = bench.loop.state.by_id.values()
        assert decode(alert.annotations) == {"summary": SLOW.text}
        [group] = bench.loop.state.groups.values()
        assert (group.route, group.receiver) == (meta.ROUTE, "pager")
        bench.troubles = []
        await bench.turns(59)
        assert "TocsinOverdue" in bench.firing(), "a moment without it is not the end"
        await bench.turns(2)
        assert bench.firing() == {}


async def test_a_trouble_that_lasts_is_one_alert_and_does_not_end_by_itself() -> None:
    async with running() as bench:
        bench.troubles = [SLOW]
        await bench.turns(40, MINUTE)
        assert len(bench.firing()) == 1
        fired = [x for b in bench.journal.batches for x in b if isinstance(x, Record)]
        assert sum(record.kind == "fired" for record in fired) == 1


async def test_what_an_earlier_run_left_is_resolved_when_it_is_over() -> None:
    async with running() as bench:
        bench.troubles = [SLOW]
        await bench.turns(1)
        again = Reporter(bench.loop, lambda: iter(()))
        await again.turn()
        assert bench.firing() == {}


async def test_rules_that_fail_are_one_alert_for_each_kind_of_event() -> None:
    async with running() as bench:
        for _ in range(7):
            event = e.Acknowledged(incident=1, by="ana", via="test")
            bench.reporter.observe([(event, Outcome(error="KeyError: 1"))])
        await bench.turns(1)
        assert bench.firing()["TocsinRuleFailed"]["event"] == "Acknowledged"
        [alert] = bench.loop.state.by_id.values()
        assert decode(alert.annotations) == {
            "summary": "a rule failed: KeyError: 1", "description": "7 times"
        }  # fmt: skip
        await bench.turns(1, QUIET + 1)
        assert bench.firing() == {}


async def test_a_few_bodies_that_cannot_be_read_are_nobody_s_business() -> None:
    async with running() as bench:
        for _ in range(4):
            await bench.loop.submit([e.Rejected("grafana", "no JSON", b"x")])
        await bench.turns(1)
        assert bench.firing() == {}
        await bench.loop.submit([e.Rejected("grafana", "no JSON", b"x")])
        await bench.turns(1)
        assert bench.firing()["TocsinRejects"]["source"] == "grafana"


def gave_up(target: str, group: int = 0) -> tuple[e.Event, Outcome]:
    """A delivery that was given up."""
    detail = {"target": target, "error": "401 Unauthorized"}
    record = Record(seq=1, at=0, kind="gave_up", group=group, detail=detail)
    return e.Failed(delivery=1, error="401", permanent=True), Outcome((record,))


async def test_a_delivery_that_was_given_up_is_reported_by_its_target() -> None:
    async with running() as bench:
        bench.reporter.observe([gave_up("user:ana/sms")])
        await bench.turns(1)
        assert bench.firing()["TocsinGaveUp"]["target"] == "user:ana/sms"


async def test_many_of_a_kind_are_told_in_one() -> None:
    async with running() as bench:
        bench.reporter.observe([gave_up(f"user:u{n}/sms") for n in range(3 * EACH)])
        await bench.turns(1)
        fires = [a for a in bench.loop.state.by_id.values() if a.firing]
        assert len(fires) == EACH + 1
        assert len(bench.loop.state.groups) == 1


async def test_a_report_that_could_not_be_told_is_not_reported() -> None:
    async with running() as bench:
        bench.troubles = [SLOW]
        await bench.turns(1)
        [group] = bench.loop.state.groups
        bench.reporter.observe([gave_up("user:ana/sms", group)])
        bench.reporter.observe([gave_up("receiver:pager/pagerduty/0")])
        await bench.turns(1)
        assert set(bench.firing()) == {"TocsinOverdue"}


async def test_without_a_route_nothing_is_reported_and_what_fires_ends() -> None:
    async with running() as bench:
        bench.troubles = [SLOW]
        await bench.turns(1)
        await bench.loop.submit([e.Reconfigured(configuration(), b"")])
        await bench.turns(1)
        assert bench.firing() == {}
    async with running(configuration()) as bench:
        bench.troubles = [SLOW]
        await bench.turns(3)
        assert not bench.loop.state.by_id


async def test_what_cannot_be_kept_now_is_reported_when_it_can() -> None:
    async with running() as bench:
        bench.troubles = [SLOW]
        bench.journal.failures.append(DiskFull("no room"))
        await bench.turns(1)
        assert bench.firing() == {}
        await bench.turns(1)
        assert set(bench.firing()) == {"TocsinOverdue"}


@pytest.mark.parametrize("severity", ["critical", "warning"])
async def test_alerts_of_others_are_no_trouble(severity: str) -> None:
    async with running() as bench:
        await bench.loop.submit([reported(bench.clock.now().wall, severity)])
        await bench.turns(3)
        assert bench.firing() == {}
