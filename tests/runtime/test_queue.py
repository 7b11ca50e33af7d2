"""In what order things are decided on when much waits, and who is asked to come again."""

from collections.abc import AsyncIterator, Sequence
from itertools import count
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from msgspec.structs import replace
from support.loop_bench import Bench, running
from support.small import reported

from router.core import event as e
from router.errors import Overloaded
from router.runtime.queue import EVENTS_MAX, Queue, Submission

ACK = e.Acknowledged(incident=1, by="ana", via="api")


def alert(source: str, name: str, severity: str = "warning") -> e.Reported:
    made = reported(1_800_000_000_000_000, severity, {"instance": name})
    return e.Reported(replace(made.report, source=source))


def of(source: str, name: str, severity: str = "warning", count: int = 1) -> list[e.Event]:
    """So many alerts that a source sends at once."""
    return [alert(source, f"{name}{number}", severity) for number in range(count)]


class Waiting:
    """A queue, and the names of what is in it."""

    def __init__(self, most: int = EVENTS_MAX) -> None:
        self.queue = Queue(most)
        self._names: dict[int, str] = {}

    def put(self, name: str, events: Sequence[e.Event], *, urgent: bool = False) -> None:
        nobody: Any = None
        submission = Submission(events, nobody, urgent)
        self._names[id(submission)] = name
        self.queue.put(submission)

    def order(self) -> list[str]:
        """All of it, as it is taken."""
        found = []
        while submission := self.queue.take():
            found.append(self._names[id(submission)])
        return found


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


def test_answers_go_before_what_is_critical_and_that_before_all_else(waiting: Waiting) -> None:
    waiting.put("warning", of("prometheus", "a"))
    waiting.put("mixed", [*of("prometheus", "b"), *of("prometheus", "c", "critical")])
    waiting.put("ack", [ACK], urgent=True)
    waiting.put("page", of("cron", "d", "page"))
    assert waiting.order() == ["ack", "mixed", "page", "warning"]


def test_each_source_has_its_turn(waiting: Waiting) -> None:
    for number in range(4):
        waiting.put(f"loud {number}", of("loud", f"{number}"))
    waiting.put("quiet 0", of("quiet", "a"))
    waiting.put("late 0", [e.Received("late", "1-1"), *of("late", "b")])
    waiting.put("quiet 1", of("quiet", "c"))
    taken = waiting.order()
    assert taken == ["loud 0", "quiet 0", "late 0", "loud 1", "quiet 1", "loud 2", "loud 3"]


def test_a_source_has_its_turn_among_what_is_critical_too(waiting: Waiting) -> None:
    for number in range(3):
        waiting.put(f"loud {number}", of("loud", f"{number}", "critical"))
    waiting.put("quiet", of("quiet", "a", "critical"))
    assert waiting.order() == ["loud 0", "quiet", "loud 1", "loud 2"]


def test_who_calls_everything_critical_does_not_silence_others(waiting: Waiting) -> None:
    waiting.put("warning", of("quiet", "a"))
    waiting.put("another", of("quiet", "b"))
    for number in range(20):
        waiting.put(f"{number}", of("loud", f"{number}", "critical"))
    taken = waiting.order()
    assert (taken.index("warning"), taken.index("another")) == (8, 17)


def test_what_is_put_back_is_next_again(waiting: Waiting) -> None:
    waiting.put("first", of("prometheus", "a"))
    waiting.put("second", of("prometheus", "b", "critical"))
    taken = waiting.queue.take()
    assert taken is not None
    waiting.queue.put_back(taken)
    waiting.put("ack", [ACK], urgent=True)
    assert (len([*waiting.queue]), waiting.queue.events) == (3, 3)
    assert waiting.order() == ["second", "ack", "first"]
    assert not waiting.queue
    assert waiting.queue.events == 0


def test_one_source_cannot_take_the_room_of_another() -> None:
    waiting = Waiting(10)
    waiting.put("loud", of("loud", "a", count=10))
    assert not waiting.queue.has_room(of("loud", "b"))
    assert waiting.queue.has_room(of("loud", "c", "critical")), "what is critical is not refused"
    assert waiting.queue.has_room(of("quiet", "d", count=3))
    waiting.put("quiet", of("quiet", "d", count=3))
    assert waiting.queue.has_room(of("quiet", "e", count=2)), "half of it is its own"
    assert not waiting.queue.has_room(of("quiet", "f", count=3))
    waiting.queue.take()
    assert waiting.queue.has_room(of("loud", "g"))


@pytest.fixture
async def full() -> AsyncIterator[Bench]:
    """A loop that commits, while as much waits as may."""
    async with running(most_waiting=10) as bench:
        await bench.loop.submit([bench.alert()])
        bench.journal.hold()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(bench.loop.submit, of("prometheus", "first"))
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(bench.loop.submit, of("prometheus", "many", count=10))
            await anyio.wait_all_tasks_blocked()
            yield bench
            bench.journal.release()


async def test_to_drain_is_to_wait_for_all_whoever_has_the_next_turn() -> None:
    slow = count()
    async with running(stopwatch=lambda: 0.01 * next(slow)) as bench:  # One a batch.
        done: list[str] = []

        async def submit(name: str) -> None:
            await bench.loop.submit(of("prometheus", name))
            done.append(name)

        async with anyio.create_task_group() as tasks:
            for name in ("first", "second", "third"):
                tasks.start_soon(submit, name)
            await anyio.lowlevel.checkpoint()
            await bench.loop.drain()
            await anyio.lowlevel.checkpoint()
            assert done == ["first", "second", "third"]


async def test_who_comes_again_is_asked_to(full: Bench) -> None:
    with pytest.raises(Overloaded, match="10 events are waiting"):
        await full.loop.submit(of("prometheus", "one too many"))
    assert full.loop.turned_away == 1


@pytest.mark.parametrize(
    ("events", "options"),
    [
        pytest.param([ACK], {"urgent": True}, id="an answer"),
        pytest.param(of("prometheus", "worst", "critical"), {}, id="something critical"),
        pytest.param(of("cron", "other"), {}, id="another source"),
        pytest.param(of("prometheus", "once"), {"insists": True}, id="who does not come again"),
    ],
)
async def test_others_are_not_refused(
    events: list[e.Event], options: dict[str, bool], full: Bench
) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: full.loop.submit(events, **options))
        await anyio.wait_all_tasks_blocked()
        full.journal.release()
    assert full.loop.turned_away == 0
    assert not full.loop.queued
