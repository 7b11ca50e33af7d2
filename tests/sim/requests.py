"""Requests at the front door: what was asked, since when, and what it was answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from sim.answers import Answered
from sim.facts import Report
from sim.plot import RESOLVE_TIMEOUT, Plot

from router.core import event as e
from router.core.command import Answer
from router.core.moment import SECOND
from router.runtime.door import Outcome

if TYPE_CHECKING:
    from sim.auditor import Auditor

PROMPT = 2 * SECOND


class Requests:
    """Those that wait for an answer, by number. Each subject hears of what concerns it."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self._open: dict[int, tuple[int, Sequence[e.Event]]] = {}
        self._plots: dict[int, Plot] = {}
        self._filed: Plot | None = None
        self._count = 0

    def concern(self, incident: int) -> bool:
        """Whether somebody waits to hear that something was done about an incident."""
        asked = (one for _, events in self._open.values() for one in events)
        return any(isinstance(one, Answered) and one.incident == incident for one in asked)

    def died(self) -> None:
        """Nobody is answered any more."""
        self._open.clear()
        self._plots.clear()

    def invoked(self, events: Sequence[e.Event]) -> int:
        """Somebody asks for something."""
        auditor = self._auditor
        self._count += 1
        self._open[self._count] = (auditor.service, events)
        reports = [self._report(one) for one in events if isinstance(one, e.Reported)]
        if reports:
            auditor.facts.invoked(self._count, reports, auditor.service)
        for report in reports:
            if report.firing:
                auditor.cases.fires(report.key)
            if auditor.facts.alerts[report.key].firing is not report.firing:
                word = "fires" if report.firing else "ends"
                said = f"reported ({self._count}): {report.key[1]} {word} {report.as_of or ''}"
                auditor.history.note(report.key[0], said)
        for one in events:
            if isinstance(one, Answered):
                auditor.answers.asked(one)
            match one:
                case e.Reassigned():
                    auditor.calls.gives(one)
                case e.CheckedIn():
                    auditor.calling.asked()
                case e.Summoned():
                    auditor.calls.asks(one)
                case e.Overridden() | e.Swapped():
                    auditor.duty.asked(one)
                case e.OverrideRemoved():
                    auditor.duty.asked_back(one)
                case e.Silenced(silences=silences):
                    for silence in silences:
                        auditor.silences.put(silence, sure=False)
                case e.Reconfigured(text=text):
                    self._filed = auditor.plot or self._filed
                    auditor.plot, auditor.reloaded = None, auditor.service
                    self._plots[self._count] = auditor.plots[text.decode()]
        return self._count

    def answered(self, request: int, outcomes: Sequence[Outcome]) -> None:
        """They were told that it is done."""
        auditor = self._auditor
        at, events = self._open.pop(request)
        for one in events:
            if isinstance(one, e.Reported):
                cluster = self._report(one).key[0]
                auditor.history.note(cluster, f"answered ({request})")
                break
        late = auditor.service - at - auditor.time.missed(at)
        if late > PROMPT:
            auditor.wrong("", f"an answer took {late / SECOND:.0f} s: {_shown(events)}")
        without_room = self._without_room(request, events, outcomes)
        auditor.facts.answered(request, auditor.service, without_room)
        for one, outcome in zip(events, outcomes, strict=True):
            answer = next((x for x in outcome.commands if isinstance(x, Answer)), None)
            code = answer.code if answer else ""
            if isinstance(one, Answered):
                auditor.answers.answered(one, code, at)
            match one:
                case e.Reassigned():
                    auditor.calls.given(one, code, at)
                case e.CheckedIn():
                    auditor.calling.answered(at)
                case e.Summoned():
                    auditor.calls.asked(one, code, at)
                case e.Overridden() | e.Swapped():
                    auditor.duty.answered(one, code, outcome.commands)
                case e.OverrideRemoved():
                    auditor.duty.taken_back(one, code)
                case e.Silenced(silences=silences):
                    for silence in silences:
                        auditor.silences.put(silence, sure=True)
                case e.Raised():
                    auditor.hand.answered(one, answer)
                case e.Reconfigured() if request in self._plots:
                    auditor.plot, auditor.reloaded = self._plots.pop(request), auditor.service

    def _without_room(
        self, request: int, events: Sequence[e.Event], outcomes: Sequence[Outcome]
    ) -> set[int]:
        """Which of a request's reports were refused as their source has too many alerts."""
        auditor, found = self._auditor, set[int]()
        pairs = zip(events, outcomes, strict=True)
        reports = [(one, outcome) for one, outcome in pairs if isinstance(one, e.Reported)]
        asked = auditor.facts.of(request)
        for place, (event, outcome) in enumerate(reports):
            if any(isinstance(x, Answer) and x.code == "crowded" for x in outcome.commands):
                found.add(place)
                auditor.room.refused(request, asked[place])
                auditor.entries.refused(event)
        return found

    def refused(self, request: int) -> None:
        """They were told that it is not done."""
        auditor = self._auditor
        for one in self._open.pop(request)[1]:
            if isinstance(one, Answered):
                auditor.answers.refused(one)
            if isinstance(one, e.Reassigned):
                auditor.calls.given(one, "", auditor.service)
            if isinstance(one, e.Overridden | e.Swapped | e.OverrideRemoved):
                auditor.duty.refused(one)
        if self._plots.pop(request, None) and not self._plots:
            auditor.plot, auditor.reloaded = self._filed, auditor.service
        auditor.facts.refused(request)

    def _report(self, event: e.Reported) -> Report:
        auditor = self._auditor
        report = event.report
        labels = msgspec.json.decode(report.labels, type=dict[str, str])
        ahead = RESOLVE_TIMEOUT if report.ends_at is None else report.ends_at - auditor.machine.wall
        key = (labels["cluster"], labels["alertname"])
        return Report(key, ahead > 0, auditor.service + ahead, report.as_of)


def _shown(events: Sequence[e.Event]) -> str:
    return ", ".join(sorted({type(one).__name__ for one in events}))
