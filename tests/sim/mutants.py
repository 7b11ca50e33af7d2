"""Bugs to plant in the product, each a small change at run time, which the simulation must find."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec.structs import replace

from router.core import (
    answer,
    engine,
    escalation,
    flush,
    intake,
    membership,
    merge,
    opening,
    page,
    plan,
    sending,
    upkeep,
)
from router.core import command as c
from router.core import event as e
from router.core.alert import Alert
from router.core.draft import Draft
from router.core.group import Group
from router.core.incident import Incident
from router.core.moment import MINUTE, SECOND, Now, Stamp
from router.core.mute import muted_by
from router.core.notification import Delivery, reason_to_notify
from router.core.reach import reach
from router.core.state import State
from router.runtime import courier
from router.runtime.clock import SystemClock
from router.runtime.courier import Courier
from router.runtime.door import Outcome
from router.runtime.loop import Loop
from router.runtime.stream_intake import Intake

Patch = tuple[Any, Any, Any]
MUTANTS: dict[str, Callable[[], Sequence[Patch]]] = {}


def mutant(make: Callable[[], Sequence[Patch]]) -> Callable[[], Sequence[Patch]]:
    """A bug by its name, and what to replace for it."""
    MUTANTS[make.__name__.replace("_", " ")] = make
    return make


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The product has this bug."""
    undo = []
    for where, attribute, value in MUTANTS[name]():
        was = where[attribute] if isinstance(where, dict) else getattr(where, attribute)
        undo.append((where, attribute, was))
        _put(where, attribute, value)
    try:
        yield
    finally:
        for where, attribute, value in reversed(undo):
            _put(where, attribute, value)


def _put(where: Any, attribute: Any, value: Any) -> None:
    if isinstance(where, dict):
        where[attribute] = value
    else:
        setattr(where, attribute, value)


@mutant
def delivered_is_committed_before_the_send() -> Sequence[Patch]:
    attempt = Courier._attempt

    async def early(self: Courier, row: Delivery, integration: Any) -> e.Event:
        await self._door.submit([e.Delivered(delivery=row.id)], urgent=True)
        return await attempt(self, row, integration)

    return [(Courier, "_attempt", early)]


@mutant
def sent_without_a_committed_claim() -> Sequence[Patch]:
    deliver = Courier._deliver

    async def hasty(self: Courier, row: Delivery) -> None:
        integration = self._door.state.configuration.integration(row.target)
        claimed = self._door.state.deliveries.get(row.id)
        if claimed is None or claimed.claimed or claimed.attempt:
            await deliver(self, row)
            return
        result = await self._attempt(replace(claimed, attempt=1), integration)
        await self._door.submit([e.Claimed(row.id)], urgent=True)
        await self._door.submit([result], urgent=True)

    return [
        (Courier, "_deliver", hasty),
        (courier, "wanted", lambda _state, _number: True),
    ]


@mutant
def timers_in_a_transaction_of_their_own() -> Sequence[Patch]:
    commit = Loop._commit

    async def torn(self: Loop, batch: Any) -> bool:
        timers = [x for x in batch.commands if isinstance(x, c.PutIncident)]
        others = [x for x in batch.commands if not isinstance(x, c.PutIncident)]
        if timers and others:
            await self._journal.commit(others, self._clock.stamp())
            batch.commands[:] = timers
        return await commit(self, batch)

    return [(Loop, "_commit", torn)]


@mutant
def waits_go_by_the_wall_clock() -> Sequence[Patch]:
    now, stamp = SystemClock.now, SystemClock.stamp
    begin: dict[SystemClock, Now] = {}

    def by_wall(self: SystemClock) -> Now:
        true = now(self)
        first = begin.setdefault(self, true)
        return Now(wall=true.wall, service=first.service + true.wall - first.wall)

    def stamped(self: SystemClock) -> Stamp:
        return replace(stamp(self), now=by_wall(self))

    return [(SystemClock, "now", by_wall), (SystemClock, "stamp", stamped)]


@mutant
def time_stands_still_while_the_process_is_away() -> Sequence[Patch]:
    def resume(_self: SystemClock, last: Stamp | None) -> int:
        return last.now.service if last else 86_400 * SECOND

    return [(SystemClock, "_resume", resume)]


@mutant
def answers_leave_before_the_commit() -> Sequence[Patch]:
    commit = Loop._commit

    async def hasty(self: Loop, batch: Any) -> bool:
        for submission, outcomes in batch.decided:
            if not submission.done.done():
                submission.done.set_result(outcomes)
        return await commit(self, batch)

    return [(Loop, "_commit", hasty)]


@mutant
def a_full_disk_is_not_undone() -> Sequence[Patch]:
    async def shrug(self: Loop, batch: Any, _error: Exception) -> None:
        self.disk_full = True
        self._release(batch)

    return [(Loop, "_undo", shrug)]


@mutant
def results_are_forgotten_while_the_disk_is_full() -> Sequence[Patch]:
    def forget(_self: Loop, submission: Any) -> None:
        if not submission.done.done():
            submission.done.set_result([Outcome() for _ in submission.events])

    return [(Loop, "_keep_in_memory", forget)]


@mutant
def a_wake_up_is_lost() -> Sequence[Patch]:
    async def enqueue(self: Loop, events: Any, queue: Any) -> Any:
        from asyncio import get_running_loop

        from router.runtime.decider import Submission

        done = get_running_loop().create_future()
        queue.append(Submission(events, done))
        self._queued += len(events)
        return await done

    return [(Loop, "_enqueue", enqueue)]


@mutant
def the_courier_is_not_told() -> Sequence[Patch]:
    release = Loop._release

    def silent(self: Loop, batch: Any) -> None:
        batch.ready.clear()
        release(self, batch)

    return [(Loop, "_release", silent)]


@mutant
def withdrawing_is_forgotten() -> Sequence[Patch]:
    return [(answer, "withdraw", lambda _draft, _incident: None)]


@mutant
def an_answer_is_ignored_when_a_send_begins() -> Sequence[Patch]:
    return [(courier, "wanted", lambda _state, _number: True)]


@mutant
def an_answer_is_kept_in_memory_only() -> Sequence[Patch]:
    commit = Loop._commit

    async def partly(self: Loop, batch: Any) -> bool:
        batch.commands[:] = [
            x
            for x in batch.commands
            if not (isinstance(x, c.PutIncident) and x.incident.answered_at)
        ]
        return await commit(self, batch)

    return [(Loop, "_commit", partly)]


@mutant
def a_silence_is_ignored_at_the_claim() -> Sequence[Patch]:
    return [(sending, "silent", lambda _draft, _row: False)]


@mutant
def silences_are_ignored_by_steps() -> Sequence[Patch]:
    return [(page, "audible", lambda _state, _group, alerts, _wall: list(alerts))]


@mutant
def inhibition_is_ignored_at_the_flush() -> Sequence[Patch]:
    def only_silences(state: State, labels: Any, wall: int) -> tuple[str, ...]:
        return tuple(x for x in muted_by(state, labels, wall) if not x.startswith("inhibited"))

    return [(flush, "muted_by", only_silences)]


@mutant
def keys_are_made_of_the_group() -> Sequence[Patch]:
    row = page._row

    def by_group(draft: Draft, incident: Incident, *rest: Any) -> Delivery:
        made = row(draft, incident, *rest)
        return replace(made, key=made.key.replace(f"-i{incident.number}.", f"-g{incident.group}p"))

    return [(page, "_row", by_group)]


@mutant
def another_attempt_has_another_key() -> Sequence[Patch]:
    failed = engine._RULES[e.Failed]

    def rekeyed(draft: Draft, event: Any) -> None:
        failed(draft, event)
        for at, command in enumerate(draft.commands):
            if isinstance(command, c.PutDelivery):
                row = command.delivery
                draft.commands[at] = c.PutDelivery(replace(row, key=f"{row.key}~"))

    return [(engine._RULES, e.Failed, rekeyed)]


@mutant
def an_unknown_outcome_counts_as_sent() -> Sequence[Patch]:
    failed = engine._RULES[e.Failed]

    def hopeful(draft: Draft, event: Any) -> None:
        if event.ambiguous:
            sending.delivered(draft, e.Delivered(delivery=event.delivery))
        else:
            failed(draft, event)

    return [(engine._RULES, e.Failed, hopeful)]


@mutant
def an_unknown_outcome_is_given_up() -> Sequence[Patch]:
    failed = engine._RULES[e.Failed]

    def final(draft: Draft, event: Any) -> None:
        failed(draft, e.Failed(delivery=event.delivery, error="", permanent=event.ambiguous))

    return [(engine._RULES, e.Failed, final)]


@mutant
def a_start_forgets_what_was_being_sent() -> Sequence[Patch]:
    return [(engine._RULES, e.Started, lambda _draft, _event: None)]


@mutant
def a_start_takes_what_was_being_sent_for_sent() -> Sequence[Patch]:
    def hopeful(draft: Draft, _event: Any) -> None:
        for row in list(draft.state.deliveries.values()):
            if row.claimed:
                sending.delivered(draft, e.Delivered(delivery=row.id))

    return [(engine._RULES, e.Started, hopeful)]


@mutant
def a_start_skips_a_step() -> Sequence[Patch]:
    def skipping(draft: Draft, _event: Any) -> None:
        upkeep.started(draft)
        for incident in list(draft.state.incidents.values()):
            if incident.ringing and incident.next_due is not None:
                draft.put_incident(escalation._advance(draft, incident))

    return [(engine._RULES, e.Started, skipping)]


@mutant
def a_start_begins_the_wait_anew() -> Sequence[Patch]:
    def patient(draft: Draft, _event: Any) -> None:
        upkeep.started(draft)
        for incident in list(draft.state.incidents.values()):
            if incident.ringing and incident.next_due is not None:
                due = draft.now.service + 5 * MINUTE
                draft.put_incident(replace(incident, next_due=due, step_due=due))

    return [(engine._RULES, e.Started, patient)]


@mutant
def steps_drift() -> Sequence[Patch]:
    return [(escalation, "LATE", -1)]


@mutant
def late_steps_come_in_a_burst() -> Sequence[Patch]:
    return [(escalation, "LATE", 10**15)]


@mutant
def a_step_is_skipped() -> Sequence[Patch]:
    advance = escalation._advance

    def far(draft: Draft, incident: Incident) -> Incident:
        return advance(draft, advance(draft, incident) if incident.round else incident)

    return [(escalation, "_advance", far)]


@mutant
def a_step_reaches_one_target_less() -> Sequence[Patch]:
    def fewer(*arguments: Any) -> tuple[dict[str, int], list[str]]:
        targets, empty = reach(*arguments)
        if len(targets) > 3:
            targets.popitem()
        return targets, empty

    return [(page, "reach", fewer)]


@mutant
def contact_delays_are_ignored() -> Sequence[Patch]:
    def at_once(*arguments: Any) -> tuple[dict[str, int], list[str]]:
        targets, empty = reach(*arguments)
        return dict.fromkeys(targets, 0), empty

    return [(page, "reach", at_once)]


@mutant
def the_fallback_is_forgotten() -> Sequence[Patch]:
    def never(draft: Draft, incident: Incident, *_rest: Any) -> None:
        due = draft.now.service + 365 * 24 * 60 * MINUTE
        draft.put_incident(replace(incident, exhausted=True, next_due=due, step_due=due))

    return [(escalation, "_ring_fallback", never)]


@mutant
def a_flush_drops_an_alert() -> Sequence[Patch]:
    look = flush._look

    def careless(draft: Draft, group: Group, route: Any) -> Any:
        flushed = look(draft, group, route)
        return replace(flushed, told=flushed.told[:1])

    return [(flush, "_look", careless)]


@mutant
def repeats_come_an_interval_late() -> Sequence[Patch]:
    def lazy(*arguments: Any, repeat_interval: int, **others: Any) -> str:
        return reason_to_notify(*arguments, repeat_interval=3 * repeat_interval, **others)

    return [(plan, "reason_to_notify", lazy)]


@mutant
def ends_are_not_told() -> Sequence[Patch]:
    def silent(entry: Any, firing: Any, resolved: Any, **others: Any) -> str:
        return reason_to_notify(entry, firing, resolved, **others) if firing else ""

    after = _owes_nothing(plan.after)
    return [(plan, "reason_to_notify", silent), (plan, "after", after), (sending, "after", after)]


def _owes_nothing(after: Callable[..., Any]) -> Callable[..., Any]:
    def forgetful(*arguments: Any, **others: Any) -> Any:
        return replace(after(*arguments, **others), owed=frozenset())

    return forgetful


@mutant
def a_hold_is_not_lifted() -> Sequence[Patch]:
    return [(membership, "_lift", lambda _draft, _group: None)]


@mutant
def nothing_is_held() -> Sequence[Patch]:
    return [(membership, "ended", lambda _draft, _alert, _number: None)]


@mutant
def grace_after_a_start_is_forgotten() -> Sequence[Patch]:
    def ends_due(_self: State, alert: Alert) -> int:
        return alert.expires_due

    return [(State, "ends_due", ends_due)]


@mutant
def a_known_alert_does_not_fire_again() -> Sequence[Patch]:
    merged = merge.merge

    def stubborn(old: Alert, new: Alert, now: Now) -> Alert:
        found = merged(old, new, now)
        return found if old.firing else replace(found, firing=False)

    return [(intake, "merge", stubborn)]


@mutant
def old_entries_overtake_new_ones() -> Sequence[Patch]:
    return [(intake, "_late", lambda _known, _new, _report: False)]


@mutant
def stream_entries_are_acknowledged_before_the_commit() -> Sequence[Patch]:
    submit = Intake._submit

    async def hasty(self: Intake, plans: Any, settled: Any) -> None:
        from asyncio import ensure_future

        tasks = self.__dict__.setdefault("tasks", [])
        tasks.append(ensure_future(submit(self, plans, type(settled)([], []))))
        settled.done.extend(plan.entry.id for plan in plans)

    return [(Intake, "_submit", hasty)]


@mutant
def a_worse_alert_does_not_ring() -> Sequence[Patch]:
    return [(opening, "_carry_on", lambda _draft, _group, _incident, _firing: None)]


@mutant
def a_new_incident_begins_with_its_second_step() -> Sequence[Patch]:
    def opened(draft: Draft, group: Group, policy: Any, firing: Any) -> None:
        first = opening_open(draft, group, policy, firing)
        number = draft.next_id("incident") - 1
        incident = draft.incident(number)
        if incident is not None:
            draft.put_incident(replace(incident, step=1))
        return first

    opening_open = opening._open
    return [(opening, "_open", opened)]


@mutant
def a_resolved_alert_stays_in_its_group() -> Sequence[Patch]:
    return [(membership, "settle", lambda _draft, _number, _just_told=None: None)]


@mutant
def lanes_do_not_keep_their_order() -> Sequence[Patch]:
    def head(self: State, lane: str) -> Delivery | None:
        rows = self.lanes.get(lane)
        return self.deliveries[rows[-1]] if rows else None

    return [(State, "lane_head", head)]
