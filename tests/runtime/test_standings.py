"""Alerts are counted by their standing a slice at a time, however much changes meanwhile."""

from collections.abc import Coroutine
from typing import Any

from support.configured import channel, configured, route

from router.core.alert import Alert
from router.core.command import (
    Command,
    DropAlert,
    DropGroup,
    Hushed,
    Join,
    Leave,
    PutAlert,
    PutGroup,
)
from router.core.group import Group
from router.core.labels import canonical
from router.core.state import State
from router.core.stored import Stored
from router.runtime.standings import SLICE, standings

MANY = 3 * SLICE
CONFIGURATION = configured(route("", to="ops"), receivers=[channel("ops")])


def alert(number: int, *, firing: bool = True) -> Alert:
    labels = canonical({"alertname": f"A{number}"})
    return Alert(
        id=number,
        labels=labels,
        starts_at=0,
        ends_at=1,
        expires_due=1,
        updated_at=0,
        firing=firing,
    )


def group(number: int, *, flushes: int) -> Group:
    labels = canonical({"group": str(number)})
    return Group(id=number, route="", route_key="{}", labels=labels, opened_at=0, flushes=flushes)


def known(*commands: Command) -> State:
    state = State(CONFIGURATION, Stored(instance="test-1"))
    state.apply([*commands])
    return state


def many(state: State) -> None:
    """A flushed group, of which a silence holds back every second alert."""
    state.apply([PutGroup(group(1, flushes=1))])
    for number in range(1, MANY + 1):
        state.apply([PutAlert(alert(number)), Join(1, number)])
    state.apply([Hushed(1, dict.fromkeys(range(1, MANY, 2), ("silence:s1",)))])


def slices(counting: Coroutine[Any, Any, dict[str, int]], steps: int) -> None:
    for _ in range(steps):
        counting.send(None)


async def test_alerts_of_many_slices_are_all_counted() -> None:
    state = known()
    many(state)

    found = await standings(state)

    assert found == {"active": MANY // 2, "suppressed": MANY // 2, "unprocessed": 0}


async def test_who_is_held_back_in_two_groups_is_counted_once() -> None:
    first, second = (PutGroup(group(number, flushes=1)) for number in (1, 2))
    held = {7: ("inhibited:5",)}
    state = known(
        first, second, PutAlert(alert(7)), Join(1, 7), Join(2, 7), Hushed(1, held), Hushed(2, held)
    )

    assert await standings(state) == {"active": 0, "suppressed": 1, "unprocessed": 0}


async def test_an_interval_holds_back_a_route_and_no_alert() -> None:
    hushed = Hushed(1, {7: ("interval:night",), 8: ("interval:night", "maintenance:m1")})
    both = [PutAlert(alert(number)) for number in (7, 8)]
    state = known(PutGroup(group(1, flushes=1)), *both, Join(1, 7), Join(1, 8), hushed)

    assert await standings(state) == {"active": 1, "suppressed": 1, "unprocessed": 0}


def test_the_loop_goes_on_between_two_slices() -> None:
    state = known()
    many(state)
    counting = standings(state)

    slices(counting, MANY // SLICE + 1)  # It could not, had it not let go of the loop so often.
    counting.close()


def test_what_changes_between_two_slices_does_no_harm() -> None:
    state = known()
    many(state)
    counting = standings(state)
    slices(counting, 1)
    for number in range(1, MANY + 1):
        state.apply([PutAlert(alert(number, firing=False)), Leave(1, number), DropAlert(number)])
    state.apply([DropGroup(1), PutGroup(group(2, flushes=0)), PutAlert(alert(MANY + 1))])
    state.apply([Join(2, MANY + 1)])

    found: dict[str, int] = {}
    try:
        while True:
            counting.send(None)
    except StopIteration as end:
        found = end.value

    assert found == {"active": 0, "suppressed": 0, "unprocessed": 1}
