"""What waits, by the service time at which it is due.

Each thing has one entry that counts, never later than it is due. One whose subject has moved on
stays where it is, and is dropped or put off when it comes to the top. Of what is overdue the urgent
comes first: behind ten thousand warnings nothing critical waits longer than a few of them take.
"""

from collections.abc import Callable, Iterable
from enum import IntEnum
from heapq import heapify, heappop, heappush


class Kind(IntEnum):
    """What can wait. Of things due at the same instant, lower kinds come first."""

    ALERT = 0  # A firing alert that was not repeated ends.
    GROUP = 1  # A group is flushed.
    INCIDENT = 2  # A step runs, an acknowledgement times out, the fallback rings again.
    DELIVERY = 3  # A delivery may leave.
    REROUTE = 4  # Alerts find their place in a new routing tree.
    HEARTBEAT = 5  # A heartbeat has not called in time.
    SHIFT = 6  # One looks whose shift has begun or ended.


LEFT_ALONE = 1000  # So many entries that count no more are not worth to be sorted out.
LOOKED_AT = 256  # So many overdue things are sorted by urgency with each one that is taken.


class Waiting:
    """A heap of (due, kind, id), and one of those that are overdue, the urgent first.

    `due_of` says when a thing is really due, None when it is not, `is_urgent` whether it overtakes.
    """

    def __init__(
        self,
        due_of: Callable[[Kind, int], int | None],
        is_urgent: Callable[[Kind, int], bool] = lambda _kind, _item: False,
    ) -> None:
        self._due_of = due_of
        self._is_urgent = is_urgent
        self._heap: list[tuple[int, Kind, int]] = []
        self._overdue: list[tuple[bool, int, Kind, int]] = []
        self._entry: dict[int, int] = {}  # The due time of the entry that counts, by _key.
        self._dropped = 0

    def add(self, due: int, kind: Kind, item: int) -> None:
        """Let it wait until *due*, if it does not wait for an earlier time already."""
        if self._is_first(due, kind, item):
            heappush(self._heap, (due, kind, item))

    def extend(self, entries: Iterable[tuple[int, Kind, int]]) -> None:
        """Let many wait at once."""
        self._heap.extend(entry for entry in entries if self._is_first(*entry))
        heapify(self._heap)

    def drop(self, kind: Kind, item: int) -> None:
        """It waits no more. Its entry goes with many others, else it would stay until it is due."""
        if self._entry.pop(_key(kind, item), None) is None:
            return
        self._dropped += 1
        if self._dropped > len(self._heap) // 2 + LEFT_ALONE:
            self._dropped = 0
            entry = self._entry
            self._heap = [one for one in self._heap if entry.get(_key(one[1], one[2])) == one[0]]
            heapify(self._heap)

    def next_due(self) -> int | None:
        """When the next thing is due; None when nothing waits."""
        while self._overdue:
            _, due, kind, item = self._overdue[0]
            if self._holds(due, kind, item):
                return due
            heappop(self._overdue)
            self._put_off(due, kind, item)
        while self._heap:
            due, kind, item = self._heap[0]
            if self._holds(due, kind, item):
                return due
            heappop(self._heap)
            self._put_off(due, kind, item)
        return None

    def soonest(self) -> int | None:
        """A time before which nothing is due, at no cost; something may really be due later."""
        if self._overdue:
            return self._overdue[0][1]
        return self._heap[0][0] if self._heap else None

    def take(self, service: int) -> tuple[Kind, int] | None:
        """Remove and return what is overdue, the urgent and then the oldest first; or None."""
        self._sort_out(service)
        while self._overdue:
            _, due, kind, item = heappop(self._overdue)
            if self._holds(due, kind, item):
                del self._entry[_key(kind, item)]
                return kind, item
            self._put_off(due, kind, item)
            self._sort_out(service)
        return None

    def _sort_out(self, service: int) -> None:
        """See what has become due, and how urgent it is: some of it, should it be much."""
        heap = self._heap
        for _ in range(LOOKED_AT):
            if not heap or heap[0][0] > service:
                return
            due, kind, item = heappop(heap)
            alone = not self._overdue and (not heap or heap[0][0] > service)
            urgent = not alone and self._is_urgent(kind, item)
            heappush(self._overdue, (not urgent, due, kind, item))

    def _is_first(self, due: int, kind: Kind, item: int) -> bool:
        key = _key(kind, item)
        known = self._entry.get(key)
        if known is not None and known <= due:
            return False
        self._entry[key] = due
        return True

    def _holds(self, due: int, kind: Kind, item: int) -> bool:
        if self._entry.get(_key(kind, item)) != due:
            return False
        actual = self._due_of(kind, item)
        return actual is not None and actual <= due

    def _put_off(self, due: int, kind: Kind, item: int) -> None:
        """What came to the top and was not due waits for its real time, if it has one."""
        key = _key(kind, item)
        if self._entry.get(key) != due:
            return
        del self._entry[key]
        actual = self._due_of(kind, item)
        if actual is not None:
            self.add(actual, kind, item)


def _key(kind: Kind, item: int) -> int:
    return item * 8 + kind
