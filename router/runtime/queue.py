"""What was submitted and waits to be decided on: the gravest first, and each source in its turn."""

import asyncio
from collections import Counter, deque
from collections.abc import Iterator, Sequence

import msgspec

from router.core import event as e
from router.core.urgency import is_critical
from router.runtime.door import Outcome

EVENTS_MAX = 20_000  # Of all that waits; beyond it a source may have no more than its share.

_OVERTAKEN_MOST = 8


class Submission(msgspec.Struct):
    """Events that are decided together, and who waits for what comes of them.

    `urgent` is what people and providers said; of reports `source` is who sent them, and who
    `insists` does not come again.
    """

    events: Sequence[e.Event]
    done: "asyncio.Future[list[Outcome]]"
    urgent: bool = False
    source: str = ""
    insists: bool = False


class Line:
    """Submissions in their order, but one of each source before a second one of any."""

    def __init__(self) -> None:
        self._turns: dict[str, deque[Submission]] = {}  # Whose turn it is comes first.
        self._length = 0

    def __len__(self) -> int:
        """How many wait."""
        return self._length

    def __iter__(self) -> Iterator[Submission]:
        """All of them."""
        for own in self._turns.values():
            yield from own

    def put(self, submission: Submission) -> None:
        """Let it wait behind what its source has sent before."""
        self._turns.setdefault(submission.source, deque()).append(submission)
        self._length += 1

    def take(self) -> Submission:
        """The next one of at least one; after it, it is the others' turn."""
        source = next(iter(self._turns))
        own = self._turns.pop(source)
        submission = own.popleft()
        if own:
            self._turns[source] = own
        self._length -= 1
        return submission


class Queue:
    """Three lines: what people and providers said, reports of something critical, all others.

    Each goes before the next one, but now and then another report has its turn though something
    critical waits: who calls everything critical must not silence all others. `most` events may
    wait before each source has to keep to its share.
    """

    def __init__(self, most: int = EVENTS_MAX) -> None:
        self._most = most
        self.urgent = Line()
        self.critical = Line()
        self.reports = Line()
        self._overtaken = 0  # How many went before other reports since the last of those.
        self._again: Submission | None = None
        self._of = Counter[str]()  # Events by source, of those that are not urgent.
        self.events = 0

    def __bool__(self) -> bool:
        """Whether anybody waits."""
        return bool(self._again or self.reports or self.hurries)

    def __iter__(self) -> Iterator[Submission]:
        """All who wait."""
        if self._again is not None:
            yield self._again
        yield from self.urgent
        yield from self.critical
        yield from self.reports

    @property
    def hurries(self) -> bool:
        """Whether something waits that is not kept waiting for others."""
        return bool(self.urgent or self.critical)

    def has_room(self, events: Sequence[e.Event]) -> bool:
        """Whether reports may wait here, too. What is critical always may.

        When there are too many, those of one source may not take the room of another's.
        """
        own, count = self._of[_source(events)], len(events)
        if not own or self.events + count <= self._most or _is_critical(events):
            return True
        return own + count <= self._most // len(self._of)

    def put(self, submission: Submission) -> None:
        """Let it wait in the line where it belongs."""
        line = self.urgent
        if not submission.urgent:
            submission.source = _source(submission.events)
            line = self.critical if _is_critical(submission.events) else self.reports
        line.put(submission)
        self._count(submission, len(submission.events))

    def take(self) -> Submission | None:
        """The next one, if there is any."""
        submission, self._again = self._again, None
        if submission is None:
            line = self._next_line()
            if not line:
                return None
            submission = line.take()
        self._count(submission, -len(submission.events))
        return submission

    def _next_line(self) -> Line:
        if self.urgent:
            return self.urgent
        if self.critical and (self._overtaken < _OVERTAKEN_MOST or not self.reports):
            self._overtaken += 1
            return self.critical
        self._overtaken = 0
        return self.reports

    def put_back(self, submission: Submission) -> None:
        """It is the next one again."""
        self._again = submission
        self._count(submission, len(submission.events))

    def _count(self, submission: Submission, events: int) -> None:
        self.events += events
        if not submission.urgent:
            self._of[submission.source] += events
            if not self._of[submission.source]:
                del self._of[submission.source]


def _source(events: Sequence[e.Event]) -> str:
    first = events[0] if events else None
    if isinstance(first, e.Reported):
        return first.report.source
    return first.source if isinstance(first, e.Received | e.Rejected) else ""


def _is_critical(events: Sequence[e.Event]) -> bool:
    return any(is_critical(x.report.labels) for x in events if type(x) is e.Reported)
