"""The front door: what is answered is durable, what fails costs only itself."""

from collections.abc import Iterable

import anyio
import anyio.lowlevel
import pytest
from msgspec.structs import replace
from support.loop_bench import Bench, running
from support.small import configuration

from router.core import command as c
from router.core import event as e
from router.core.alert import Report
from router.core.moment import MINUTE, SECOND
from router.core.state import State
from router.core.stored import Stored
from router.errors import DiskFailed, DiskFull, StoreError
from router.runtime.loop import Loop


async def test_an_answer_waits_for_its_commit() -> None:
    async with running() as bench:
        bench.journal.hold()
        answered = anyio.Event()

        async def submit() -> None:
            await bench.loop.submit([bench.alert()])
            answered.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(submit)
            await anyio.wait_all_tasks_blocked()
            assert bench.loop.state.alerts, "it was decided …"
            assert not answered.is_set(), "… and not answered before it is on disk"
            bench.journal.release()
        assert answered.is_set()


async def test_a_read_waits_for_what_it_has_seen() -> None:
    async with running() as bench:
        bench.journal.hold()
        read = anyio.Event()

        async def settle() -> None:
            await bench.loop.settled()
            read.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(bench.loop.submit, [bench.alert()])
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(settle)
            await anyio.wait_all_tasks_blocked()
            assert not read.is_set()
            bench.journal.release()


async def test_events_that_wait_together_share_a_commit() -> None:
    async with running() as bench:
        bench.journal.hold()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(bench.loop.submit, [bench.alert()])
            await anyio.wait_all_tasks_blocked()
            for number in range(50):
                tasks.start_soon(bench.loop.submit, [bench.alert(instance=f"{number}")])
            await anyio.wait_all_tasks_blocked()
            bench.journal.release()
        assert len(bench.loop.state.alerts) == 51
        assert len(bench.journal.batches) <= 5


async def test_who_comes_again_at_once_shares_the_commit_of_who_waits() -> None:
    async with running(stopwatch=lambda: 1.0) as bench:
        bench.journal.hold()

        async def two_in_turn() -> None:
            await bench.loop.submit([bench.alert("warning")])
            for _ in range(5):  # The answer goes out, and the next request comes in.
                await anyio.lowlevel.checkpoint()
            await bench.loop.submit([bench.alert("warning", instance="again")])

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(two_in_turn)
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(bench.loop.submit, [bench.alert("warning", instance="waiting")])
            await anyio.wait_all_tasks_blocked()
            bench.journal.release()
        assert len(bench.loop.state.alerts) == 3
        assert len(bench.journal.batches) == 2


async def test_who_waits_is_decided_on_though_nobody_comes_again() -> None:
    async with running(stopwatch=lambda: 1.0) as bench:
        bench.journal.hold()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(bench.loop.submit, [bench.alert()])
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(bench.loop.submit, [bench.alert(instance="waiting")])
            await anyio.wait_all_tasks_blocked()
            bench.journal.release()
        assert len(bench.journal.batches) == 2


async def test_an_answer_is_not_kept_waiting_for_reports() -> None:
    async with running(stopwatch=lambda: 1.0) as bench:
        bench.journal.hold()
        order: list[str] = []

        async def answer() -> None:
            await bench.loop.submit([bench.alert()])
            await bench.loop.submit([], urgent=True)
            order.append("answer")

        async def late() -> None:
            await bench.loop.submit([bench.alert(instance="first")])
            for _ in range(5):
                await anyio.lowlevel.checkpoint()
            await bench.loop.submit([bench.alert(instance="again")])
            order.append("report")

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(answer)
            tasks.start_soon(late)
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(bench.loop.submit, [bench.alert(instance="waiting")])
            await anyio.wait_all_tasks_blocked()
            bench.journal.release()
        assert order == ["answer", "report"]
        assert len(bench.journal.batches) >= 3, "reports that came later have a commit of their own"


async def test_a_flush_that_is_due_at_once_needs_no_second_commit() -> None:
    async with running(stopwatch=lambda: 1.0) as bench:  # However busy the machine is.
        await bench.loop.submit([bench.alert()])
        kinds = {type(command) for command in bench.journal.batches[0]}
        assert {c.PutAlert, c.PutIncident, c.Enqueue} <= kinds
        assert bench.offered == [1, 3], "the two pages that are due now, after their commit"


async def test_answers_go_before_waiting_reports() -> None:
    async with running() as bench:
        await bench.loop.submit([bench.alert()])
        bench.journal.hold()
        order: list[str] = []

        async def submit(name: str, event: e.Event, urgent: bool) -> None:
            await bench.loop.submit([event], urgent=urgent)
            order.append(name)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(submit, "first", bench.alert(instance="a"), False)
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(submit, "report", bench.alert(instance="b"), False)
            tasks.start_soon(submit, "ack", e.Acknowledged(incident=1, by="ana", via="api"), True)
            await anyio.wait_all_tasks_blocked()
            bench.journal.release()
        assert order.index("ack") < order.index("report") or order == ["first", "ack", "report"]
        assert not bench.loop.state.incidents[1].ringing


async def test_a_repetition_that_a_rule_fails_on_costs_its_neighbours_nothing() -> None:
    async with running() as bench:
        spoiled, sound = bench.alert(instance="a"), bench.alert(instance="b")
        await bench.loop.submit([spoiled, sound])
        alerts = bench.loop.state.alerts
        alerts[spoiled.report.labels].ends_at = None  # type: ignore[assignment]
        outcomes = await bench.loop.submit([sound, spoiled, sound])
        assert [bool(outcome.error) for outcome in outcomes] == [False, True, False]
        assert alerts[sound.report.labels].repeats == 2
        rejects = [x for b in bench.journal.batches for x in b if isinstance(x, c.PutReject)]
        assert [reject.body for reject in rejects] == [
            b'{"labels":%b,"annotations":{}}' % spoiled.report.labels
        ]


async def test_a_rule_that_fails_costs_that_event_and_keeps_the_report() -> None:
    async with running() as bench:
        broken = e.Reported(Report(labels=b"no json at all", starts_at=1, source="prometheus"))
        outcomes = await bench.loop.submit([bench.alert(), broken, bench.alert(instance="b")])
        assert [bool(outcome.error) for outcome in outcomes] == [False, True, False]
        assert len(bench.loop.state.alerts) == 2
        rejects = [x for b in bench.journal.batches for x in b if isinstance(x, c.PutReject)]
        assert [reject.body for reject in rejects] == [
            b'{"labels":no json at all,"annotations":{}}'
        ]


async def test_a_full_disk_refuses_alerts_until_there_is_room() -> None:
    async with running() as bench:
        bench.journal.failures.append(DiskFull("no room"))
        with pytest.raises(DiskFull):
            await bench.loop.submit([bench.alert()])
        assert not bench.loop.state.alerts, "what was not kept is not known"
        assert not bench.loop.accepting
        assert not bench.journal.ballast, "the ballast makes room for answers and pages"
        with pytest.raises(DiskFull):
            await bench.loop.submit([bench.alert()])
        with anyio.move_on_after(0.1):
            await bench.loop.probe_disk(0.01)
        await bench.loop.submit([bench.alert()])
        assert bench.journal.ballast


async def test_an_edit_that_a_full_disk_refuses_leaves_the_old_file_in_force() -> None:
    async with running() as bench:
        before = bench.loop.state.filed
        edited = replace(before, resolve_timeout=before.resolve_timeout + MINUTE)
        bench.journal.failures.append(DiskFull("no room"))
        with pytest.raises(DiskFull):
            await bench.loop.submit([e.Reconfigured(edited, b"edited")], urgent=True)
        assert bench.loop.state.filed == bench.loop.state.configuration == before
        await bench.loop.submit([e.Reconfigured(edited, b"edited")], urgent=True)
        assert bench.loop.state.filed == edited
        bench.journal.failures.append(DiskFull("no room"))
        with pytest.raises(DiskFull):
            await bench.loop.submit([bench.alert()], urgent=True)
        assert bench.loop.state.filed == edited, "what was kept stays in force"


async def test_a_disk_without_any_room_is_not_tried_again_and_again() -> None:
    async with running() as bench:
        loads: list[int] = []
        load = bench.journal.load

        async def counted() -> Stored:
            loads.append(1)
            return await load()

        bench.journal.load = counted  # type: ignore[method-assign]
        await anyio.wait_all_tasks_blocked()
        bench.journal.room = False
        bench.journal.failures.append(DiskFull("no room"))
        with pytest.raises(DiskFull):
            await bench.loop.submit([bench.alert()])
        for _ in range(3):
            with pytest.raises(DiskFull):
                await bench.loop.submit([e.Swept()], urgent=True)
        await bench.loop.submit([e.Failed(delivery=7, error="refused")], urgent=True)
        assert len(loads) == 1, "the state is read anew once, not for whatever cannot be kept"
        bench.journal.room = True
        await bench.loop.submit([e.Swept()], urgent=True)


async def test_a_disk_that_was_full_before_the_start_is_known_to_be_full_at_once() -> None:
    bench = Bench()
    bench.journal.room = False
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(bench.loop.run)
        await anyio.wait_all_tasks_blocked()
        assert (bench.loop.disk_full, bench.loop.accepting) == (True, False)
        assert not bench.journal.ballast, "the ballast makes room for answers and pages"
        bench.journal.room = True
        with anyio.move_on_after(0.1):
            await bench.loop.probe_disk(0.01)
        assert bench.loop.accepting
        tasks.cancel_scope.cancel()


async def test_a_start_without_any_room_is_kept_in_memory() -> None:
    async with running() as bench:
        bench.journal.failures.append(DiskFull("no room"))
        first: list[e.Event] = [e.Started(), e.Rejected("a", "b", b"c")]
        assert len(await bench.loop.submit(first, urgent=True)) == 2
        assert bench.loop.disk_full


async def test_results_of_sends_are_kept_in_memory_while_the_disk_is_full() -> None:
    async with running() as bench:
        await bench.loop.submit([bench.alert()])
        state = bench.loop.state
        bench.journal.stored.alerts = [replace(a, groups=()) for a in state.by_id.values()]
        bench.journal.stored.groups = list(state.groups.values())
        bench.journal.stored.incidents = list(state.incidents.values())
        bench.journal.stored.deliveries = list(state.deliveries.values())
        bench.journal.failures.append(DiskFull("no room"))
        (claimed,) = await bench.loop.submit([e.Claimed(1)], urgent=True)
        assert claimed.answer is not None
        assert claimed.answer.code == "claimed", "the page is committed, so it is sent"
        await bench.loop.submit([e.Delivered(delivery=1)], urgent=True)
        closed = [x for x in bench.journal.batches[-1] if isinstance(x, c.CloseDelivery)]
        claims = [x for x in bench.journal.batches[-1] if isinstance(x, c.PutDelivery)]
        assert closed, "the result is on disk with the first commit that works"
        assert claims, "and so is the claim before it"


async def test_who_was_away_says_so_before_anything_is_decided() -> None:
    async with running() as bench:
        seen: list[type] = []
        bench.loop.observe = lambda observed: seen.extend(type(event) for event, _ in observed)
        await bench.loop.submit([bench.alert()])
        bench.clock.move(9 * SECOND)
        await bench.loop.submit([bench.alert()])
        assert e.Returned not in seen, "nobody misses us for so short a time"
        seen.clear()
        bench.clock.move(11 * SECOND)
        await bench.loop.submit([bench.alert()])
        assert seen[0] is e.Returned
        bench.journal.failures.append(DiskFull("no room"))
        with pytest.raises(DiskFull):
            await bench.loop.submit([bench.alert(instance="b")])
        seen.clear()
        await bench.loop.submit([e.Swept()], urgent=True)
        assert seen[0] is e.Returned, "what could not be kept counts as not heard"


async def test_any_other_failure_of_the_disk_ends_the_loop() -> None:
    bench = Bench()
    bench.journal.failures.append(StoreError("input/output error"))
    with pytest.RaisesGroup(StoreError, StoreError):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(bench.loop.run)
            tasks.start_soon(bench.loop.submit, [bench.alert()])


@pytest.mark.parametrize(
    ("failure", "blamed"),
    [
        (DiskFailed("disk I/O error"), []),
        (StoreError("it cannot be written as it is"), ["sweep"]),
    ],
    ids=["a disk that fails", "what cannot be written"],
)
async def test_nothing_is_blamed_for_a_broken_disk(failure: StoreError, blamed: list[str]) -> None:
    bench = Bench()
    bench.loop.state.apply([c.PutTombstone(1, 1)])  # A sweep has something to forget.
    bench.journal.failures.append(failure)
    with pytest.RaisesGroup(StoreError, StoreError):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(bench.loop.run)
            tasks.start_soon(bench.loop.submit, [e.Swept()])
    assert bench.loop.suspects == blamed


class Unsound(State):
    """A state that cannot take what was decided."""

    def apply(self, commands: Iterable[c.Command]) -> None:
        if any(commands):
            raise AttributeError("a bug")


async def test_whoever_waits_when_the_loop_ends_is_told_so_and_whoever_comes_later() -> None:
    bench = Bench()
    loop = Loop(Unsound(configuration(), bench.journal.stored), bench.journal, bench.clock)
    refused: list[str] = []

    async def submit() -> None:
        with pytest.raises(StoreError, match="is ending; come again"):
            await loop.submit([bench.alert()])
        refused.append("told")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(submit)
        tasks.start_soon(submit)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(AttributeError, match="a bug"):
            await loop.run()
        await submit()
    assert len(refused) == 3


async def test_what_becomes_due_while_nothing_happens_is_decided_on_time() -> None:
    async with running() as bench:
        await bench.loop.submit([bench.alert()])
        bench.clock.move(5 * MINUTE)
        await bench.loop.drain()
        with anyio.fail_after(3):
            while bench.loop.state.incidents[1].step != 0:
                await bench.loop.drain()
        assert bench.loop.state.incidents[1].round == 1


async def test_draining_returns_when_everything_submitted_is_durable() -> None:
    async with running() as bench:
        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(bench.loop.submit, [bench.alert(instance=f"{number}")])
            await anyio.lowlevel.checkpoint()
            await bench.loop.drain()
        kept = [x for b in bench.journal.batches for x in b if isinstance(x, c.PutAlert)]
        assert len(kept) == 20
