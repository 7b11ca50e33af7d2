"""The routes.toml in force: an edit that a full disk refused is taken over once there is room."""

import anyio
import msgspec
from msgspec.structs import replace
from support.hand_clock import HandClock
from support.memory_journal import MemoryJournal
from support.small import configuration

from router.core.configuration import Configuration
from router.core.moment import MINUTE
from router.core.state import State
from router.errors import DiskFull
from router.runtime.live import Live
from router.runtime.loop import Loop


class _File(msgspec.Struct, frozen=True):
    configuration: Configuration
    text: bytes
    warnings: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


async def test_an_edit_that_a_full_disk_refused_is_in_force_once_there_is_room() -> None:
    before = _File(configuration(), b"before")
    longer = replace(before.configuration, resolve_timeout=9 * MINUTE)
    journal, taken = MemoryJournal(), anyio.Event()
    loop = Loop(State(before.configuration, journal.stored), journal, HandClock())

    async def changed(_file: _File) -> None:
        taken.set()

    edited = _File(longer, b"edited")
    live = Live(before, [], lambda: edited, loop, changed, lambda _well: None)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(loop.run)
        await anyio.wait_all_tasks_blocked()
        journal.failures.append(DiskFull("no room"))
        journal.room = False
        assert await live.reload() == ["no room"]
        tasks.start_soon(loop.probe_disk, 0.01)
        tasks.start_soon(live.resume, 0.01)
        assert (live.loaded, loop.state.filed) == (before, before.configuration)
        journal.room = True
        with anyio.fail_after(10.0):
            await taken.wait()
        assert (live.problems, live.loaded, loop.state.filed) == ([], edited, longer)
        tasks.cancel_scope.cancel()
