"""Whether a simulated process lives, and its death."""

import asyncio

import anyio


class Killed(BaseException):
    """The process is no more: nothing of it runs on."""


class Pulse:
    """One process's. Whatever it does outside of itself asks here first."""

    def __init__(self) -> None:
        self.alive = True
        self.death = asyncio.Event()

    def kill(self) -> None:
        """As kill -9."""
        self.alive = False
        self.death.set()

    def check(self) -> None:
        """Go on only if it lives.

        Raises:
            Killed: it does not.
        """
        if not self.alive:
            raise Killed

    async def pause(self, seconds: float) -> None:
        """Let time pass; a dead process's task goes no further.

        Raises:
            Killed: it died meanwhile.
        """
        self.check()
        if seconds > 0:
            with anyio.move_on_after(seconds):
                await self.death.wait()
        self.check()
