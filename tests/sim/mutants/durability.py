"""Bugs in when things are committed, and of clocks and wake-ups."""

import asyncio
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sim.mutants.planting import Patch, mutant

from router.core import command as c
from router.core import event as e
from router.core.moment import SECOND, Now, Stamp
from router.core.notification import Delivery
from router.runtime import courier
from router.runtime.clock import SystemClock
from router.runtime.courier import Courier
from router.runtime.door import Outcome
from router.runtime.loop import Loop
from router.runtime.queue import Submission


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
        (Courier, "reserve", lambda _self, _number: False),
        (courier, "wanted", lambda _state, _number: True),
    ]


@mutant
def sent_while_its_claim_is_committed() -> Sequence[Patch]:
    commit = Loop._commit

    async def hasty(self: Loop, batch: Any) -> bool:
        self.offer(batch.ready)
        return await commit(self, batch)

    return [(Loop, "_commit", hasty)]


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
def a_repetition_is_answered_before_what_it_repeats_is_kept() -> Sequence[Patch]:
    carry_on = Loop._carry_on_at_once

    def rash(self: Loop, events: Any) -> int:
        committing, self._committing = self._committing, None
        try:
            return carry_on(self, events)
        finally:
            self._committing = committing

    return [(Loop, "_carry_on_at_once", rash)]


@mutant
def a_wake_up_is_lost() -> Sequence[Patch]:
    async def enqueue(
        self: Loop, events: Any, *, urgent: bool = False, insists: bool = False
    ) -> Any:
        done = asyncio.get_running_loop().create_future()
        self._queue.put(Submission(events, done, urgent, insists=insists))
        return await done

    return [(Loop, "_enqueue", enqueue)]


@mutant
def the_courier_is_not_told() -> Sequence[Patch]:
    async def silent(self: Loop, batch: Any) -> None:
        pass

    return [(Loop, "_dispatch", silent)]
