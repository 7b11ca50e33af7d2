"""How many alerts are told of, held back, or not looked at yet, for the metrics."""

from collections.abc import Sequence
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
    hushed = set[int]()
    for group in state.hushed.values():
        # A silence has one reason for all it holds back: few are different, each is read once.
        judged = {reasons: _of_alerts(reasons) for reasons in set(group.values())}
        if all(judged.values()):
            hushed.update(group)
        else:
            hushed.update([alert for alert, reasons in group.items() if judged[reasons]])
    held = sum([alert.firing for number in hushed if (alert := state.by_id.get(number))])
    loud = firing - held
    fresh = (number for number, group in state.groups.items() if not group.flushes)
    # Who is in several of them counts for each: there are no more of them than there are alerts.
    waiting = min(loud, sum(state.firing.get(number, 0) for number in fresh))
    return {"active": loud - waiting, "suppressed": held, "unprocessed": waiting}


def _of_alerts(reasons: Sequence[str]) -> bool:
    return any(reason.startswith(_OF_ALERTS) for reason in reasons)
