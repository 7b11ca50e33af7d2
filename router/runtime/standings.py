"""How many alerts are told of, held back, or not looked at yet, for the metrics."""

from operator import attrgetter

from router.core.state import State

_firing = attrgetter("firing")
_OF_ALERTS = ("inhibited:", "silence:", "maintenance:")  # An interval holds back a route.


def standings(state: State) -> dict[str, int]:
    """Firing alerts by Alertmanager's states, as the last flush of each group found them.

    `unprocessed` are those in a group that was not flushed yet. Only on the loop, and fast: of a
    hundred thousand alerts only those that are held back are looked at twice.
    """
    firing = sum(map(_firing, state.by_id.values()))
    held = {
        alert
        for hushed in state.hushed.values()
        for alert, reasons in hushed.items()
        if any(reason.startswith(_OF_ALERTS) for reason in reasons) and _fires(state, alert)
    }
    loud = firing - len(held)
    fresh = (number for number, group in state.groups.items() if not group.flushes)
    # Who is in several of them counts for each: there are no more of them than there are alerts.
    waiting = min(loud, sum(state.firing.get(number, 0) for number in fresh))
    return {"active": loud - waiting, "suppressed": len(held), "unprocessed": waiting}


def _fires(state: State, number: int) -> bool:
    alert = state.by_id.get(number)
    return alert is not None and alert.firing
