"""What waits, by the service time at which it is due.

Entries are never removed: one whose subject has moved on is dropped when it comes to the top.
"""

from collections.abc import Callable
from enum import IntEnum
from heapq import heapify, heappop, heappush


class Kind(IntEnum):
    """What can wait. Of things due at the same instant, lower kinds come first."""

    ALERT = 0  # A firing alert that was not repeated ends.
    GROUP = 1  # A group is flushed.
    INCIDENT = 2  # A step runs, an acknowledgement times out, the fallback rings again.
    DELIVERY = 3  # A delivery may leave.
    REROUTE = 4  # Alerts find their place in a new routing tree.


class Waiting:
    """A heap of (due, kind, id). `due_of` says when a thing is really due, None when it is not."""

    def __init__(self, due_of: Callable[[Kind, int], int | None]) -> None:
        self._due_of = due_of
        self._heap: list[tuple[int, Kind, int]] = []

    def add(self, due: int, kind: Kind, item: int) -> None:
        """Let it wait until *due*."""
        heappush(self._heap, (due, kind, item))

    def extend(self, entries: list[tuple[int, Kind, int]]) -> None:
        """Let many wait at once."""
        self._heap.extend(entries)
        heapify(self._heap)

    def next_due(self) -> int | None:
        """When the next thing is due; None when nothing waits."""
        while self._heap:
            due, kind, item = self._heap[0]
            actual = self._due_of(kind, item)
            if actual is not None and actual <= due:
                return due
            heappop(self._heap)
            if actual is not None:
                heappush(self._heap, (actual, kind, item))
        return None

    def soonest(self) -> int | None:
        """A time before which nothing is due, at no cost; something may really be due later."""
        return self._heap[0][0] if self._heap else None

    def take(self, service: int) -> tuple[Kind, int] | None:
        """Remove and return the most overdue thing, or None when nothing is due yet."""
        while self._heap and self._heap[0][0] <= service:
            due, kind, item = heappop(self._heap)
            actual = self._due_of(kind, item)
            if actual is not None and actual <= due:
                return kind, item
            if actual is not None:
                heappush(self._heap, (actual, kind, item))
        return None
