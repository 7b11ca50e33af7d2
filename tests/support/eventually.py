"""Waits for something to become true, with a deadline and a telling failure."""

import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

import anyio

T = TypeVar("T")


@overload
async def eventually(
    what: str, condition: Callable[[], Awaitable[T]], *, seconds: float = ..., every: float = ...
) -> T: ...
@overload
async def eventually(
    what: str, condition: Callable[[], T], *, seconds: float = ..., every: float = ...
) -> T: ...
async def eventually(
    what: str, condition: Callable[[], Any], *, seconds: float = 10.0, every: float = 0.02
) -> Any:
    """The first truthy value of `condition`, asked again and again.

    Raises:
        AssertionError: it was not so within `seconds`; says `what`, and the value last seen. An
            assertion that the condition makes itself counts as not yet true.
    """
    give_up = time.monotonic() + seconds
    seen: object = None
    while True:
        try:
            value = condition()
            found = await value if inspect.isawaitable(value) else value
            if found:
                return found
            seen = found
        except AssertionError as error:
            seen = error
        if time.monotonic() > give_up:
            raise AssertionError(f"not within {seconds:g} s: {what}; last seen: {seen!r}")
        await anyio.sleep(every)


async def steadily(
    what: str, condition: Callable[[], object], *, seconds: float, every: float = 0.02
) -> None:
    """Watch a condition hold for that long. For what must not happen, where nothing can be awaited.

    Raises:
        AssertionError: it did not hold; says `what`.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert condition(), f"it did not stay so: {what}"
        await anyio.sleep(every)
