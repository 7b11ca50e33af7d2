"""How many alerts are told of, held back, or not looked at yet, for the metrics."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TypeVar

from router.core.state import State

T = TypeVar("T")

SLICE = 4_000  # So many are counted in a row, in about half a millisecond.
_OF_ALERTS = ("inhibited:", "silence:", "maintenance:")  # An interval holds back a route.


async def standings(state: State) -> dict[str, int]:
    """Firing alerts by Alertmanager's states, as the last flush of each group found them.

    `unprocessed` are those in a group that was not flushed yet. Only on the loop, which others use
    between slices: what changes meanwhile may be counted as it was or as it is, but once.
    """
    hushed = await _hushed(state)
    firing = held = fresh = 0
    for alerts in _slices([*state.by_id.values()]):
        numbers = [alert.id for alert in alerts if alert.firing]
        firing += len(numbers)
        held += len(hushed.intersection(numbers))
        await asyncio.sleep(0)
    for groups in _slices([*state.groups.values()]):
        fresh += sum([state.firing.get(group.id, 0) for group in groups if not group.flushes])
        await asyncio.sleep(0)
    loud = firing - held
    # Who is in several of them counts for each: there are no more of them than there are alerts.
    waiting = min(loud, fresh)
    return {"active": loud - waiting, "suppressed": held, "unprocessed": waiting}


async def _hushed(state: State) -> set[int]:
    """The alerts of which, at the last flush, nobody was told for a reason of their own."""
    hushed = set[int]()
    # A silence has one reason for all it holds back: few are different, each is read once.
    judged: dict[tuple[str, ...], bool] = {}
    groups = [*state.hushed.values()]  # Each is replaced by a flush, and never changed.
    for found in _slices(chain.from_iterable(group.items() for group in groups)):
        for alert, reasons in found:
            if (ours := judged.get(reasons)) is None:
                ours = judged[reasons] = _of_alerts(reasons)
            if ours:
                hushed.add(alert)
        await asyncio.sleep(0)
    return hushed


def _slices(things: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(things)
    while some := [*islice(rest, SLICE)]:
        yield some


def _of_alerts(reasons: Sequence[str]) -> bool:
    return any(reason.startswith(_OF_ALERTS) for reason in reasons)
