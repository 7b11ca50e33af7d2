"""Bugs in what is known of alerts, and in what receivers are told of them."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace
from sim.mutants.planting import Patch, mutant

from router.core import (
    flush,
    intake,
    membership,
    merge,
    plan,
    sending,
)
from router.core.alert import Alert
from router.core.draft import Draft
from router.core.group import Group
from router.core.moment import Now
from router.core.notification import reason_to_notify
from router.core.state import State
from router.runtime.stream_intake import Intake


@mutant
def a_flush_drops_an_alert() -> Sequence[Patch]:
    look = flush._look

    def careless(draft: Draft, group: Group, route: Any) -> Any:
        flushed = look(draft, group, route)
        return replace(flushed, told=flushed.told[:1])

    return [(flush, "_look", careless)]


@mutant
def an_edited_receiver_is_not_taken_over() -> Sequence[Patch]:
    return [(membership, "_fits", lambda _group, _route: True)]


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
def a_resolved_alert_stays_in_its_group() -> Sequence[Patch]:
    return [(membership, "settle", lambda _draft, _number, _just_told=None: None)]
