"""Whether a simulated process lives, and its death."""

import asyncio
from typing import Any


class Killed(BaseException):
    """The process is no more: nothing of it runs on."""


class Lost(Exception):
    """The connection to the process broke: nobody knows what it still did."""


class NoRoom(Exception):
    """Answered 503: there is no room for some of it. All else of it was taken."""


class Pulse:
    """One process's. Whatever it does outside of itself asks here first.

    `replies` are what clients wait for; death breaks their connections.
    """

    def __init__(self) -> None:
        self.alive = True
        self.death = asyncio.Event()
        self.replies: list[asyncio.Future[Any]] = []
        self._sleeping: dict[asyncio.Future[None], None] = {}

    def kill(self) -> None:
        """As kill -9."""
        self.alive = False
        self.death.set()
        for reply in self.replies:
            if not reply.done():
                reply.set_exception(Lost("the process died"))
        self.replies.clear()
        for waking in list(self._sleeping):
            _wake(waking)

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
            loop = asyncio.get_running_loop()
            waking: asyncio.Future[None] = loop.create_future()
            timer = loop.call_later(seconds, _wake, waking)
            self._sleeping[waking] = None
            try:
                await waking
            finally:
                timer.cancel()
                self._sleeping.pop(waking, None)
        self.check()


async def at_most(seconds: float, event: asyncio.Event) -> None:
    """Wait for an event, but so long only; after that it counts as set."""
    timer = asyncio.get_running_loop().call_later(seconds, event.set)
    try:
        await event.wait()
    finally:
        timer.cancel()


def _wake(waking: "asyncio.Future[None]") -> None:
    if not waking.done():
        waking.set_result(None)
