"""What was submitted and waits to be decided on."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence

import msgspec

from router.core.event import Event
from router.runtime.door import Outcome


class Submission(msgspec.Struct):
    """Events that are decided together, and who waits for what comes of them."""

    events: Sequence[Event]
    done: "asyncio.Future[list[Outcome]]"


class Queue:
    """Two lines: whatever is in `urgent` goes before all that is in `waiting`."""

    def __init__(self) -> None:
        self.urgent: deque[Submission] = deque()
        self.waiting: deque[Submission] = deque()
        self.events = 0  # In both.

    def __bool__(self) -> bool:
        """Whether anybody waits."""
        return bool(self.urgent or self.waiting)

    def __iter__(self) -> Iterator[Submission]:
        """All of it, in its order."""
        yield from self.urgent
        yield from self.waiting

    def put(self, submission: Submission, *, urgent: bool = False) -> None:
        """Let it wait at the end of its line."""
        (self.urgent if urgent else self.waiting).append(submission)
        self.events += len(submission.events)

    def take(self) -> Submission | None:
        """The next one, if there is any."""
        line = self.urgent or self.waiting
        if not line:
            return None
        submission = line.popleft()
        self.events -= len(submission.events)
        return submission

    def put_back(self, submission: Submission) -> None:
        """It is the next one again."""
        self.urgent.appendleft(submission)
        self.events += len(submission.events)
