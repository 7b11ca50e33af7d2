"""Runs blocking calls beside the event loop, on threads that cannot hold up the program's end."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


async def on_daemon_thread(call: Callable[[], _T]) -> _T:
    """The call's result, or its error.

    Cancelling the wait leaves the thread to its own end. An executor would not do: the
    interpreter joins its threads at exit, and one stuck in a dead socket delays that.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def settle(result: _T | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(result)  # type: ignore[arg-type]
        else:
            done.set_exception(error)

    def run() -> None:
        result: _T | None = None
        error: BaseException | None = None
        try:
            result = call()
        except BaseException as raised:  # noqa: BLE001 - handed on to whoever waits, whatever it is
            error = raised
        with contextlib.suppress(RuntimeError):  # The loop has ended: nobody waits any more.
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="tocsin-blocking", daemon=True).start()
    return await done
