"""What heartbeats do: a call counts, a lack of calls alerts, a new routes.toml expects others."""

from collections.abc import Mapping

from msgspec.structs import replace

from router.core import command as c
from router.core import intake
from router.core.alert import Report
from router.core.configuration import Configuration
from router.core.draft import Draft
from router.core.heartbeat import SOURCE, Beat, Heartbeat, annotations
from router.core.labels import canonical
from router.core.moment import DAY, HOUR

RENEWED = HOUR  # A missing heartbeat's alert is reported again so often …
LASTS = 3 * DAY  # … and would end by itself after so long.
EXCUSES = 2  # After so many returns of ours without a call, it is the heartbeat that is missing.


def checked_in(draft: Draft, name: str) -> None:
    """It called: its patience counts anew, and its alert ends. Answers `heard` or `unknown`."""
    heartbeat = draft.configuration.heartbeats.get(name)
    beat = draft.state.heartbeats.get(name)
    if heartbeat is None or beat is None:
        draft.answer("unknown")
        return
    now = draft.now
    _end(draft, beat)
    heard = replace(
        beat,
        seen_at=now.wall,
        counted=now.service,
        due=now.service + heartbeat.patience,
        excuses=0,
        missing_at=0,
        labels=b"",
    )
    draft.add(c.PutHeartbeat(heard))
    if beat.missing:
        draft.record("heartbeat_back", heartbeat=name, missing_at=beat.missing_at)
    draft.answer("heard")


def look(draft: Draft, number: int) -> None:
    """Its time has come: it is missing, or it is not expected any more."""
    beat = draft.state.heartbeats.numbered(number)
    if beat is None or beat.due > draft.now.service:
        return
    heartbeat = draft.configuration.heartbeats.get(beat.name)
    if heartbeat is None:
        _end(draft, beat)
        draft.add(c.DropHeartbeat(number))
        draft.record("heartbeat_removed", heartbeat=beat.name)
        return
    late = beat.counted + heartbeat.patience
    other = bool(beat.labels) and beat.labels != heartbeat.identity()
    if late > draft.now.service or other:
        # It was given more time, or its alert other labels: first the one that fires ends.
        _end(draft, beat)
        draft.add(c.PutHeartbeat(replace(beat, due=late, missing_at=0, labels=b"")))
        return
    _alert(draft, heartbeat, beat)


def _alert(draft: Draft, heartbeat: Heartbeat, beat: Beat) -> None:
    """Fire its alert, or fire it on. It began when the call was expected: a group that has waited
    since then waits no longer."""
    now = draft.now
    expected = now.wall - (now.service - beat.counted - heartbeat.every)
    missing = replace(
        beat,
        due=now.service + RENEWED,
        missing_at=beat.missing_at or now.wall,
        labels=heartbeat.identity(),
    )
    draft.add(c.PutHeartbeat(missing))
    if not beat.missing:
        draft.record("heartbeat_missing", heartbeat=beat.name, seen_at=beat.seen_at)
    report = Report(
        labels=missing.labels,
        annotations=canonical(annotations(heartbeat, beat)),
        starts_at=min(expected, now.wall),
        ends_at=now.wall + LASTS,
        source=SOURCE,
    )
    intake.report(draft, report)


def _end(draft: Draft, beat: Beat) -> None:
    if beat.labels:
        over = draft.now.wall
        intake.report(draft, Report(labels=beat.labels, ends_at=over, source=SOURCE))


def expect(
    draft: Draft, configuration: Configuration, excused: Mapping[str, Beat] | None = None
) -> None:
    """Expect the heartbeats of this configuration; what it changes is decided on one by one.

    Those that `returned` has *excused* in the same decision are seen as that has left them.
    """
    service, beats = draft.now.service, draft.state.heartbeats
    now = excused or {}
    number = beats.next_id()
    for name, heartbeat in configuration.heartbeats.items():
        beat = now.get(name) or beats.get(name)
        if beat is None:
            due = service + heartbeat.patience
            new = Beat(id=number, name=name, since_at=draft.now.wall, counted=service, due=due)
            draft.add(c.PutHeartbeat(new))
            number += 1
            continue
        due = service if beat.missing else beat.counted + heartbeat.patience
        if due != beat.due:
            draft.add(c.PutHeartbeat(replace(beat, due=due)))
    for beat in beats.all():
        if beat.name not in configuration.heartbeats:
            draft.add(c.PutHeartbeat(replace(beat, due=service)))


def returned(draft: Draft) -> dict[str, Beat]:
    """We were away, and a call may have found nobody: who was to call meanwhile calls again.

    It was expected `every` after the last call, give or take its grace. When our absence reached
    into that time its patience counts anew from now, but not more than twice in a row. Returns
    those it does so for.
    """
    found = {}
    service = draft.now.service
    for beat in draft.state.heartbeats.all():
        heartbeat = draft.configuration.heartbeats.get(beat.name)
        if heartbeat is None or beat.missing or beat.excuses == EXCUSES:
            continue
        if service >= beat.counted + heartbeat.every - heartbeat.grace:
            excused = replace(
                beat,
                counted=service,
                due=service + heartbeat.patience,
                excuses=beat.excuses + 1,
            )
            found[beat.name] = excused
            draft.add(c.PutHeartbeat(excused))
    return found
