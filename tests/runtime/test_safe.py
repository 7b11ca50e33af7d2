"""Safe mode ends by itself, or when somebody says so."""

import anyio
import pytest

from router.runtime.safe import SafeMode


class Door:
    """What takes no alerts."""

    def __init__(self, refusing: bool) -> None:
        self.refusing = refusing


async def test_after_a_quiet_while_it_is_over() -> None:
    door = Door(True)
    with anyio.fail_after(5):
        await SafeMode(door, quiet=0.05).run()
    assert not door.refusing


async def test_somebody_may_end_it_at_once() -> None:
    door = Door(True)
    mode = SafeMode(door, quiet=600)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(mode.run)
        await anyio.wait_all_tasks_blocked()
        assert door.refusing
        assert mode.end()
        assert not door.refusing
    assert not mode.end(), "it is over already"


@pytest.mark.parametrize("refusing", [False])
async def test_a_service_that_is_not_in_it_waits_for_nothing(refusing: bool) -> None:
    with anyio.fail_after(1):
        await SafeMode(Door(refusing), quiet=600).run()
