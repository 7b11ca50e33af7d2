"""What waits, by the service time at which it is due.

Each thing has one entry that counts, never later than it is due. One whose subject has moved on
stays where it is, and is dropped or put off when it comes to the top.
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


class Waiting:
    """A heap of (due, kind, id). `due_of` says when a thing is really due, None when it is not."""

    def __init__(self, due_of: Callable[[Kind, int], int | None]) -> None:
        self._due_of = due_of
        self._heap: list[tuple[int, Kind, int]] = []
        self._entry: dict[int, int] = {}  # The due time of the entry that counts, by _key.

    def add(self, due: int, kind: Kind, item: int) -> None:
        """Let it wait until *due*, if it does not wait for an earlier time already."""
        if self._is_first(due, kind, item):
            heappush(self._heap, (due, kind, item))

    def extend(self, entries: Iterable[tuple[int, Kind, int]]) -> None:
        """Let many wait at once."""
        self._heap.extend(entry for entry in entries if self._is_first(*entry))
        heapify(self._heap)

    def next_due(self) -> int | None:
        """When the next thing is due; None when nothing waits."""
        while self._heap:
            due, kind, item = self._heap[0]
            if self._holds(due, kind, item):
                return due
            heappop(self._heap)
            self._put_off(due, kind, item)
        return None

    def soonest(self) -> int | None:
        """A time before which nothing is due, at no cost; something may really be due later."""
        return self._heap[0][0] if self._heap else None

    def take(self, service: int) -> tuple[Kind, int] | None:
        """Remove and return the most overdue thing, or None when nothing is due yet."""
        while self._heap and self._heap[0][0] <= service:
            due, kind, item = heappop(self._heap)
            if self._holds(due, kind, item):
                del self._entry[_key(kind, item)]
                return kind, item
            self._put_off(due, kind, item)
        return None

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
