"""Asks of a state whether anything in it is overdue: whoever should be told by now has been."""

import msgspec

from router.core.moment import SECOND, Now
from router.core.notification import Delivery
from router.core.state import State

OVERDUE = 60 * SECOND
UNDER_WAY = 60 * SECOND  # What is being sent has so much longer: a sender gives up before.


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How late what is most late is, in microseconds, and how many incidents wait for nothing."""

    timer: int = 0
    delivery: int = 0
    urgent: int = 0
    forgotten: int = 0

    def findings(self, overdue: int, *, moving: bool) -> list[str]:
        """What is wrong. While deliveries leave (`moving`), those that are not urgent may queue."""
        found = []
        if self.timer > overdue:
            found.append(f"what is due waits since {self.timer // SECOND} s to be decided")
        late = self.urgent if moving else max(self.urgent, self.delivery)
        if late > overdue:
            found.append(f"a delivery waits since {late // SECOND} s to be sent")
        if self.forgotten:
            found.append(f"{self.forgotten} incidents ring and have no next step")
        return found


def audit(state: State, now: Now) -> Figures:
    """Look through everything that waits. Only on the loop: it cleans the heap of what waits."""
    due = state.next_due()
    heads = [state.deliveries[rows[0]] for rows in state.lanes.values()]
    late = [(row.urgency, _late(row, now)) for row in heads]
    ringing = (i for i in state.incidents.values() if i.ringing)
    return Figures(
        timer=max(now.service - due, 0) if due else 0,  # 0 is routing anew, which takes its time.
        delivery=max((age for _, age in late), default=0),
        urgent=max((age for urgency, age in late if urgency == 0), default=0),
        forgotten=sum(incident.next_due is None for incident in ringing),
    )


def _late(row: Delivery, now: Now) -> int:
    return max(now.service - row.due - (UNDER_WAY if row.claimed else 0), 0)
