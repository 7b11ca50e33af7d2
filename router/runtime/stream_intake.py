"""What the entries of a stream come to: submitted once each, or refused with a reason."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Protocol, TypeVar

import anyio
import msgspec
import structlog

from router.core.alert import Report
from router.core.event import Event, Received, Rejected, Reported
from router.errors import DecodeError, Overloaded, StoreError
from router.runtime.backoff import Backoff
from router.runtime.door import Door, Outcome
from router.runtime.stream_entry import Entry

T = TypeVar("T")

BODY_LONGEST = 65_536
_REASON_LONGEST = 1_000
_EVENTS_MOST = 512
_UNMOVED_MOST = 256
_log = structlog.get_logger("tocsin.stream")


class Batch(Protocol):
    """What a payload decodes to: the alerts that can be taken, and why others cannot."""

    @property
    def reports(self) -> Sequence[Report]:
        """The alerts to submit."""

    @property
    def problems(self) -> Sequence[str]:
        """One sentence for each alert that cannot be taken."""


class Decode(Protocol):
    """Reads the payload of an entry. `as_of` is when Redis took it, None when nobody knows."""

    def __call__(self, payload: bytes, *, now: int, as_of: int | None, cid: str) -> Batch:
        """The alerts of a payload.

        Raises:
            DecodeError: nothing of it can be read.
        """


class Seen(Protocol):
    """Asks the store which entries of a source were received before."""

    async def __call__(self, source: str, ids: Sequence[str]) -> set[str]:
        """Those of the ids that are known.

        Raises:
            StoreError: the disk does not answer.
        """


class Refused(msgspec.Struct, frozen=True):
    """An entry to be moved to the rejects, and why. `body` is capped."""

    entry: str
    reason: str
    body: bytes


class Settled(msgspec.Struct, frozen=True):
    """What became of some entries: `done` are durable or were before; `refused` cannot be taken."""

    done: list[str]
    refused: list[Refused]


class _Plan(msgspec.Struct):
    """One entry's events, and why it is to be moved to the rejects, if it is."""

    entry: Entry
    body: bytes
    events: list[Event]
    reason: str = ""


class Counts(msgspec.Struct):
    """Entries since the start: taken in, skipped because they were taken in before, refused."""

    received: int = 0
    repeated: int = 0
    rejected: int = 0


class Intake:
    """Brings entries to the door, in order, and waits there for as long as it is shut."""

    def __init__(
        self,
        name: str,
        field: str,
        *,
        door: Door,
        decode: Decode,
        seen: Seen,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self.counts = Counts()
        self._name = name
        self._field = field.encode()
        self._door = door
        self._decode = decode
        self._seen = seen
        self._sleep = sleep
        self._backoff = Backoff()
        self._waiting = False
        self._unmoved: dict[str, Refused] = {}

    async def take(self, entries: Sequence[Entry]) -> Settled:
        """Submit what was not seen before. When this returns, all of it is durable.

        An entry's events are in one submit; several entries may share one. They take their turn
        however much else waits, as no more are read meanwhile. Safe mode and a disk that fails are
        waited out, however long it takes.
        """
        again = [self._unmoved[e.id] for e in entries if e.id in self._unmoved]
        entries = [entry for entry in entries if entry.id not in self._unmoved]
        ids = [entry.id for entry in entries]
        seen = await self._patiently(lambda: self._seen(self._name, ids)) if ids else set()
        self.counts.repeated += len(seen)
        settled = Settled([entry for entry in ids if entry in seen], again)
        plans = [self._plan(entry) for entry in entries if entry.id not in seen]
        for some in _portions(plans):
            await self._submit(some, settled)
        return settled

    def forget(self, entry: str) -> None:
        """A refused entry has been moved: it does not come again."""
        self._unmoved.pop(entry, None)

    def _plan(self, entry: Entry) -> _Plan:
        body = entry.fields.get(self._field)
        if not entry.fields:
            return self._refuse(entry, b"", "it was trimmed from the stream before it was read")
        if body is None:
            reason = f"it has no field {self._field.decode()!r}, only {entry.names()}"
            return self._refuse(entry, entry.text(), reason)
        now = self._door.now().wall
        cid = f"{self._name}/{entry.id}"
        try:
            batch = self._decode(body, now=now, as_of=entry.as_of(now), cid=cid)
        except DecodeError as error:
            return self._refuse(entry, body, str(error))
        except Exception as error:  # noqa: BLE001 - a decoder's bug costs the entry it met
            _log.exception("a decoder failed", source=self._name, entry=entry.id)
            return self._refuse(entry, body, f"our decoder failed: {type(error).__name__}")
        if batch.problems and not batch.reports:
            return self._refuse(entry, body, "; ".join(batch.problems))
        events: list[Event] = [Received(self._name, entry.id), *map(Reported, batch.reports)]
        if batch.problems:
            refused = self._refuse(entry, body, "; ".join(batch.problems))
            return _Plan(entry, body, [*events, *refused.events], refused.reason)
        return _Plan(entry, body, events)

    def _refuse(self, entry: Entry, body: bytes, reason: str) -> _Plan:
        reason = reason[:_REASON_LONGEST]
        rejected = Rejected(self._name, f"entry {entry.id}: {reason}", body[:BODY_LONGEST])
        return _Plan(entry, body, [rejected], reason)

    async def _submit(self, plans: Sequence[_Plan], settled: Settled) -> None:
        events = [event for plan in plans for event in plan.events]
        outcomes = await self._put(events) if events else []
        failed = self._failed(plans, outcomes)
        if failed:
            await self._put(failed)
        for plan in plans:
            if plan.reason:
                settled.refused.append(self._refused(plan))
                self.counts.rejected += 1
            else:
                settled.done.append(plan.entry.id)
                self.counts.received += 1

    async def _put(self, events: Sequence[Event]) -> list[Outcome]:
        return await self._patiently(lambda: self._door.submit(events, insists=True))

    def _refused(self, plan: _Plan) -> Refused:
        """What to move; remembered until it is moved, so that it is told of once."""
        refused = Refused(plan.entry.id, plan.reason, plan.body[:BODY_LONGEST])
        if len(self._unmoved) < _UNMOVED_MOST:
            self._unmoved[refused.entry] = refused
        return refused

    def _failed(self, plans: Sequence[_Plan], outcomes: Sequence[Outcome]) -> list[Event]:
        """Give each plan its reason that was not taken; what to tell the door of it.

        An alert for which there was no room is kept by the door, at once with its entry.
        """
        rejected: list[Event] = []
        start = 0
        for plan in plans:
            own = outcomes[start : start + len(plan.events)]
            start += len(plan.events)
            error = next(filter(None, map(_trouble, own)), "")
            if error:
                told = self._refuse(plan.entry, plan.body, error)
                rejected += told.events if any(one.error for one in own) else []
                plan.reason = f"{plan.reason}; {told.reason}" if plan.reason else told.reason
        return rejected

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                result = await attempt()
            except Overloaded as error:
                self._wait("overloaded", error)
                await self._sleep(error.retry_after)
            except StoreError as error:
                self._wait("the disk fails", error)
                await self._sleep(self._backoff.next())
            else:
                break
        if self._waiting:
            self._waiting = False
            self._backoff.reset()
            _log.info("stream entries are taken again", source=self._name)
        return result

    def _wait(self, why: str, error: Exception) -> None:
        if not self._waiting:
            self._waiting = True
            _log.warning("stream entries wait", source=self._name, why=why, error=str(error))


def _trouble(outcome: Outcome) -> str:
    """Why what was submitted was not taken; empty when it was."""
    if outcome.error:
        return f"a rule failed on it: {outcome.error}"
    return outcome.no_room


def _portions(plans: Sequence[_Plan]) -> Iterator[list[_Plan]]:
    """The plans in order, in portions for one submit each; an entry is never divided."""
    some: list[_Plan] = []
    size = 0
    for plan in plans:
        if some and size + len(plan.events) > _EVENTS_MOST:
            yield some
            some, size = [], 0
        some.append(plan)
        size += len(plan.events)
    if some:
        yield some
