"""Reports that only carry on what fires: they wait for a batch only when there is one."""

from collections import Counter

import anyio
import pytest
from msgspec.structs import replace
from support.loop_bench import running

from router.core import event as e
from router.core.moment import MINUTE, SECOND
from router.errors import StoreError
from router.runtime import crashes


def again(first: e.Reported, ends_in: int) -> e.Reported:
    """The same alert, with another end."""
    assert first.report.starts_at is not None
    return e.Reported(replace(first.report, ends_at=first.report.starts_at + ends_in))


async def test_nothing_is_written_or_waited_for() -> None:
    async with running() as bench:
        first = bench.alert()
        await bench.loop.submit([first])
        commits = len(bench.journal.batches)
        turn = bench.loop.progress
        (outcome,) = await bench.loop.submit([again(first, 67 * MINUTE)])
        assert not outcome.error
        assert len(bench.journal.batches) == commits
        assert bench.loop.progress == turn, "the loop had no turn for it"
        (alert,) = bench.loop.state.alerts.values()
        assert alert.ends_at == alert.starts_at + 67 * MINUTE
        assert bench.repeats == Counter(prometheus=1)


async def test_what_is_being_written_is_waited_for() -> None:
    async with running() as bench:
        first = bench.alert()
        bench.journal.hold()
        answered = anyio.Event()

        async def repeat() -> None:
            await bench.loop.submit([again(first, 67 * MINUTE)])
            answered.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(bench.loop.submit, [first])
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(repeat)
            await anyio.wait_all_tasks_blocked()
            assert not answered.is_set(), "what it repeats may yet be lost"
            bench.journal.release()
        assert answered.is_set()


async def test_one_that_comes_later_does_not_overtake_what_waits() -> None:
    async with running() as bench:
        first = bench.alert()
        await bench.loop.submit([first])
        ended = e.Reported(replace(first.report, ends_at=bench.clock.now().wall))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(bench.loop.submit, [ended])
            tasks.start_soon(bench.loop.submit, [again(first, 67 * MINUTE)])
        (alert,) = bench.loop.state.alerts.values()
        assert alert.firing, "it ended, and began again after that"
        assert not bench.repeats


async def test_those_in_front_of_others_are_taken_once() -> None:
    async with running() as bench:
        one, two = bench.alert(instance="one"), bench.alert(instance="two")
        await bench.loop.submit([one, two])
        new = bench.alert(instance="new")
        events = [again(one, 67 * MINUTE), again(one, 68 * MINUTE), new, again(two, 69 * MINUTE)]
        outcomes = await bench.loop.submit(events)
        assert [len(outcome.commands) > 0 for outcome in outcomes] == [False, False, True, False]
        alerts = bench.loop.state.alerts
        assert [alerts[x.report.labels].repeats for x in (one, two, new)] == [2, 1, 0]
        assert bench.repeats == Counter(prometheus=3)


async def test_an_earlier_end_after_a_later_one_is_decided_by_the_rules() -> None:
    async with running() as bench:
        first = bench.alert()
        await bench.loop.submit([first])
        await bench.loop.submit([again(first, 69 * MINUTE), again(first, 67 * MINUTE)])
        (alert,) = bench.loop.state.alerts.values()
        assert alert.ends_at == alert.starts_at + 69 * MINUTE


async def test_after_an_absence_that_is_noticed_first() -> None:
    async with running() as bench:
        first = bench.alert()
        await bench.loop.submit([first])
        turn = bench.loop.progress
        bench.clock.move(11 * SECOND)
        await bench.loop.submit([again(first, 67 * MINUTE)])
        assert bench.loop.progress > turn, "the loop looked at the clock before"


async def test_they_wait_while_others_are_decided_on_alone() -> None:
    async with running() as bench:
        first = bench.alert()
        await bench.loop.submit([first])
        bench.loop.leave_alone(crashes.Suspects(doubtful=frozenset({"incident 7"})))
        turn = bench.loop.progress
        await bench.loop.submit([again(first, 67 * MINUTE)])
        assert bench.loop.progress > turn


async def test_nobody_is_answered_once_the_loop_has_ended() -> None:
    async with running() as bench:
        first = bench.alert()
        await bench.loop.submit([first])
    with pytest.raises(StoreError, match="is ending; come again"):
        await bench.loop.submit([again(first, 67 * MINUTE)])
