"""What ends the loop is known by name, and a loop that is told so does not decide on it again."""

import contextlib
from collections.abc import Sequence

import anyio
import pytest
from support.hand_clock import HandClock
from support.memory_journal import MemoryJournal
from support.rows import Rows
from support.small import configuration, reported

from router.core import command as c
from router.core import event as e
from router.core.moment import MINUTE, Stamp
from router.core.state import State
from router.core.waiting import Kind
from router.errors import StoreError
from router.runtime.crashes import Suspects
from router.runtime.loop import Loop


class PoisonedJournal(MemoryJournal):
    """Cannot keep a change of the incidents with these numbers; all else is in its rows."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = Rows()
        self.poisoned: tuple[int, ...] = ()

    async def commit(self, commands: Sequence[c.Command], stamp: Stamp) -> None:
        for command in commands:
            if isinstance(command, c.PutIncident) and command.incident.number in self.poisoned:
                raise StoreError("datatype mismatch")
        self.rows.commit(commands)


class Bench:
    """A state with some incidents whose next steps are due in five minutes."""

    def __init__(self, incidents: int) -> None:
        self.clock = HandClock()
        self.journal = PoisonedJournal()
        self.state = State(configuration(), self.journal.stored)
        self._incidents = incidents

    async def live(self, *poisoned: int, suspects: Suspects | None = None, passes: int = 0) -> Loop:
        """Run a loop over what there is until it ends or nothing is due; what it was."""
        self.journal.poisoned = poisoned
        loop = Loop(self.state, self.journal, self.clock, stopwatch=lambda: 1.0)
        loop.leave_alone(suspects or Suspects())
        self.clock.move(passes)
        with anyio.move_on_after(0.3), contextlib.suppress(StoreError):
            await loop.run()
        return loop

    async def begin(self) -> None:
        """Let the incidents open and ring for the first time."""
        loop = Loop(self.state, self.journal, self.clock)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(loop.run)
            for number in range(self._incidents):
                labels = {"alertname": f"A{number}"}
                await loop.submit([reported(self.clock.now().wall, labels=labels)])
            await loop.drain()
            tasks.cancel_scope.cancel()
        assert len(self.state.incidents) == self._incidents
        self.clock.move(5 * MINUTE + 1)

    def reload(self) -> None:
        """Start anew from the same time: what was not committed is due again."""
        self.state = State(configuration(), self.journal.rows.load())


async def test_a_commit_that_fails_blames_all_that_was_due_in_it() -> None:
    bench = Bench(3)
    await bench.begin()
    loop = await bench.live(2)
    assert {"incident 1", "incident 2", "incident 3"} <= {*loop.suspects}


async def test_the_doubtful_are_decided_on_one_by_one_until_one_is_alone_to_blame() -> None:
    bench = Bench(3)
    await bench.begin()
    doubtful = frozenset((await bench.live(2)).suspects)
    bench.reload()
    loop = await bench.live(2, suspects=Suspects({}, doubtful))
    assert (loop.suspects, loop.mixed) == (["incident 2"], False)


async def test_the_guilty_is_left_alone_and_all_others_go_on() -> None:
    bench = Bench(3)
    await bench.begin()
    loop = await bench.live(2, suspects=Suspects({"incident 2": 1}))
    assert loop.suspects == []
    assert loop.aside == ["incident 2"]
    assert [i.ran for i in loop.state.incidents.values()] == [2, 1, 2]
    bench.reload()
    again = await bench.live()
    assert again.state.incidents[2].ran == 2, "it is not lost: mended, it goes on"


async def test_its_time_alone_over_it_is_tried_again_alone() -> None:
    bench = Bench(2)
    await bench.begin()
    loop = await bench.live(1, suspects=Suspects({"incident 1": 1}), passes=35 * MINUTE)
    assert (loop.suspects, loop.mixed) == (["incident 1"], False)


async def test_a_delivery_left_alone_is_neither_offered_nor_given_to_the_courier() -> None:
    bench = Bench(1)
    await bench.begin()
    offered: list[int] = []
    loop = Loop(bench.state, bench.journal, bench.clock, offer=offered.extend)
    [first, *_] = sorted(bench.state.deliveries)
    loop.leave_alone(Suspects({f"delivery {first}": 1}))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(loop.run)
        (outcome,) = await loop.submit([e.Claimed(first)], urgent=True)
        await loop.drain()
        tasks.cancel_scope.cancel()
    assert outcome.answer is not None
    assert outcome.answer.code == "wait"
    assert first not in offered
    assert not bench.state.deliveries[first].claimed


async def test_a_sweep_that_ended_the_process_waits_too() -> None:
    bench = Bench(1)
    await bench.begin()
    loop = Loop(bench.state, bench.journal, bench.clock)
    loop.leave_alone(Suspects({"sweep": 1}))
    seen: list[type] = []
    loop.observe = lambda observed: seen.extend(type(event) for event, _ in observed)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(loop.run)
        await loop.submit([e.Swept()], urgent=True)
        tasks.cancel_scope.cancel()
    assert e.Swept not in seen


async def test_what_cannot_be_applied_is_blamed_alone() -> None:
    class Unsound(State):
        """Cannot take a change of the second incident."""

        def apply(self, commands: object) -> None:
            for command in list(commands):  # type: ignore[call-overload]
                if isinstance(command, c.PutIncident) and command.incident.number == 2:
                    raise AttributeError("a bug")
                super().apply([command])

    bench = Bench(3)
    await bench.begin()
    bench.state.__class__ = Unsound
    loop = Loop(bench.state, bench.journal, bench.clock)
    with pytest.raises(AttributeError):
        await loop.run()
    assert (loop.suspects, loop.mixed) == (["incident 2"], False)
    assert Kind.INCIDENT.name.lower() in loop.suspects[0]
