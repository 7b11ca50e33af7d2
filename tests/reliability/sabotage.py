"""`tocsin`, broken on purpose: `python sabotage.py NAME[,NAME…] serve …`. For tests alone.

What judges the service must find each of these faults, or it judges nothing.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from router.core import engine, escalation, flush, intake, sending
from router.core import event as e
from router.core.alert import Report
from router.core.command import Command, PutAlert, PutIncident
from router.core.draft import Draft
from router.core.labels import decode
from router.core.moment import MINUTE, Now, Stamp
from router.core.notification import Delivery
from router.core.state import State
from router.runtime import clock, sweeping
from router.runtime.clock import SystemClock
from router.runtime.courier import Courier
from router.runtime.decider import Batch
from router.runtime.loop import Loop
from router.senders.webhook import WebhookSender
from router.store import store, writer
from router.store.retention import Retention
from router.store.store import Store

SLOW_DISK_SECONDS = 0.02
HASTE = 3


def reply_before_commit() -> None:
    """Answers are released before the commit, which a slow disk makes last."""
    commit = Loop._commit

    async def hasty(self: Loop, batch: Batch) -> bool:
        for submission, outcomes in batch.decided:
            if not submission.done.done():
                submission.done.set_result(outcomes)
        await asyncio.sleep(SLOW_DISK_SECONDS)
        return await commit(self, batch)

    setattr(Loop, "_commit", hasty)  # noqa: B010 - mypy forbids to assign methods


def synchronous_normal() -> None:
    """A commit returns before it is on the disk."""
    _synchronous("NORMAL")


def synchronous_off() -> None:
    """Nothing waits for the disk."""
    _synchronous("OFF")


def _synchronous(value: str) -> None:
    full = "PRAGMA synchronous = FULL"
    assert full in writer._SETTINGS
    settings = tuple(f"PRAGMA synchronous = {value}" if s == full else s for s in writer._SETTINGS)
    setattr(writer, "_SETTINGS", settings)  # noqa: B010


def hasty_clock() -> None:
    """Service time goes too fast, so that steps come early."""
    now = SystemClock.now
    begin: list[int] = []

    def hasty(self: SystemClock) -> Now:
        true = now(self)
        begin[:] = begin or [true.service]
        return Now(wall=true.wall, service=begin[0] + HASTE * (true.service - begin[0]))

    setattr(SystemClock, "now", hasty)  # noqa: B010


def wall_clock() -> None:
    """Waits go by the wall clock."""
    setattr(clock, "_boot", lambda: time.time_ns() // 1000)  # noqa: B010


def skipped_step() -> None:
    """After its first step every incident goes on with its third."""
    advance = escalation._advance

    def skipping(draft: Draft, incident: Any) -> Any:
        after = advance(draft, incident)
        return advance(draft, after) if incident.step == 0 else after

    setattr(escalation, "_advance", skipping)  # noqa: B010


def sent_twice() -> None:
    """Every webhook is posted twice, with no reason to."""
    send = WebhookSender.send

    async def twice(self: WebhookSender, *args: Any) -> Any:
        await send(self, *args)
        return await send(self, *args)

    setattr(WebhookSender, "send", twice)  # noqa: B010


def deaf() -> None:
    """An acknowledgement is answered, and changes nothing."""
    engine._RULES[e.Acknowledged] = lambda draft, _event: draft.answer("acknowledged")


def untold() -> None:
    """The timeline does not say what failed or may have arrived."""
    record = sending._record

    def silent(draft: Draft, kind: str, row: Delivery, **detail: Any) -> None:
        if kind not in ("failed", "unknown"):
            record(draft, kind, row, **detail)

    setattr(sending, "_record", silent)  # noqa: B010


def poison() -> None:
    """A rule raises for whatever bears the label poison="intake", "flush", "step" and so on."""
    take, tell, run = intake.report, flush.flush, escalation.run

    def bad_intake(draft: Draft, report: Report) -> None:
        _raise_for("intake", decode(report.labels))
        take(draft, report)

    def bad_flush(draft: Draft, number: int) -> None:
        _raise_for_group("flush", draft, number)
        tell(draft, number)

    def bad_run(draft: Draft, number: int) -> None:
        _raise_for_group("step", draft, draft.state.incidents[number].group)
        run(draft, number)

    intake.report, flush.flush, escalation.run = bad_intake, bad_flush, bad_run
    _poison_rule("claim", e.Claimed)
    _poison_rule("delivered", e.Delivered)


def _poison_rule(word: str, event_type: type[Any]) -> None:
    rule: Callable[[Draft, Any], None] = engine._RULES[event_type]

    def bad(draft: Draft, event: Any) -> None:
        row = draft.state.deliveries.get(event.delivery)
        if row is not None:
            _raise_for_group(word, draft, row.group, notices=row.kind == "notice")
        rule(draft, event)

    engine._RULES[event_type] = bad


def _raise_for_group(word: str, draft: Draft, number: int, *, notices: bool = False) -> None:
    group = draft.state.groups.get(number)
    if group is not None and not notices:
        _raise_for(word, decode(group.labels))


def _raise_for(word: str, labels: dict[str, str]) -> None:
    if labels.get("poison") == word:
        raise AttributeError(f"planted in {word}")


def broken_apply() -> None:
    """What was decided cannot be applied for an alert that bears poison="apply"."""
    apply = State.apply

    def bad(self: State, commands: Sequence[Command]) -> None:
        for command in commands:
            if isinstance(command, PutAlert):
                _raise_for("apply", decode(command.alert.labels))
        apply(self, commands)

    setattr(State, "apply", bad)  # noqa: B010


def broken_commit() -> None:
    """A transaction with an alert that bears poison="commit" fails half-way."""
    commit = Store._commit

    def bad(self: Store, commands: Sequence[Command], stamp: Stamp, db: Any) -> None:
        for command in commands:
            if isinstance(command, PutAlert):
                _raise_for("commit", decode(command.alert.labels))
        commit(self, commands, stamp, db)

    setattr(Store, "_commit", bad)  # noqa: B010


def broken_step_apply() -> None:
    """The second step of an incident of an alert that bears poison="apply" cannot be applied."""
    apply = State.apply

    def bad(self: State, commands: Sequence[Command]) -> None:
        for command in commands:
            _raise_for_second_step("apply", self, command)
        apply(self, commands)

    setattr(State, "apply", bad)  # noqa: B010


def broken_step_commit() -> None:
    """The second step of an incident of an alert that bears poison="commit" cannot be kept."""
    states: list[State] = []
    begin, commit = State.__init__, Store._commit

    def remember(self: State, *args: Any) -> None:
        states[:] = [self]
        begin(self, *args)

    def bad(self: Store, commands: Sequence[Command], stamp: Stamp, db: Any) -> None:
        for command in commands:
            _raise_for_second_step("commit", states[0], command)
        commit(self, commands, stamp, db)

    setattr(State, "__init__", remember)  # noqa: B010
    setattr(Store, "_commit", bad)  # noqa: B010


def _raise_for_second_step(word: str, state: State, command: Command) -> None:
    if isinstance(command, PutIncident) and command.incident.ran > 1:
        group = state.groups.get(command.incident.group)
        _raise_for(word, decode(group.labels) if group else {})


def hanging_commit() -> None:
    """A transaction with an alert that bears poison="hang" never ends."""
    commit = Store._commit

    def bad(self: Store, commands: Sequence[Command], stamp: Stamp, db: Any) -> None:
        for command in commands:
            if isinstance(command, PutAlert) and b'"poison":"hang"' in command.alert.labels:
                time.sleep(600)
        commit(self, commands, stamp, db)

    setattr(Store, "_commit", bad)  # noqa: B010


def lost_pages() -> None:
    """The courier never hears of pages."""
    offer, reserve = Courier.offer, Courier.reserve

    def is_other(self: Courier, number: int) -> bool:
        row = self._door.state.deliveries.get(number)
        return row is not None and row.kind != "page"

    def deaf_offer(self: Courier, numbers: Sequence[int]) -> None:
        offer(self, [number for number in numbers if is_other(self, number)])

    def deaf_reserve(self: Courier, number: int) -> bool:
        return is_other(self, number) and reserve(self, number)

    setattr(Courier, "offer", deaf_offer)  # noqa: B010
    setattr(Courier, "reserve", deaf_reserve)  # noqa: B010


def short_memory() -> None:
    """No fault: what is over is deleted after two minutes, so that an hour shows what months do."""
    brief = Retention(records=2 * MINUTE, incidents=2 * MINUTE, seen=2 * MINUTE)
    setattr(store, "Retention", lambda: brief)  # noqa: B010
    setattr(sweeping, "SWEEP_SECONDS", 10.0)  # noqa: B010


def hoarder() -> None:
    """A hundred bytes of every report are kept for ever."""
    take, hoard = intake.report, list[bytes]()

    def hoarding(draft: Draft, report: Report) -> None:
        hoard.append(bytes(100))
        take(draft, report)

    intake.report = hoarding


FAULTS = {
    fault.__name__: fault
    for fault in (
        reply_before_commit,
        synchronous_normal,
        synchronous_off,
        hasty_clock,
        wall_clock,
        skipped_step,
        sent_twice,
        deaf,
        untold,
        poison,
        broken_apply,
        broken_commit,
        broken_step_apply,
        broken_step_commit,
        hanging_commit,
        lost_pages,
        short_memory,
        hoarder,
    )
}

if __name__ == "__main__":
    for name in sys.argv.pop(1).split(","):
        FAULTS[name]()

    from router.cli.main import main

    main()
