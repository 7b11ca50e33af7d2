"""The incidents: every step that is run must be the right one, at its time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from sim.calls import is_asked_for
from sim.case import WOKEN, Case, Run, step_of
from sim.hand import BY_HAND
from sim.plot import DUTY, LADDERS, PLOTS, RANKS, SEVERITIES, Ladder, Plot

from router.core.moment import HOUR, MINUTE, SECOND
from router.core.notification import Delivery

if TYPE_CHECKING:
    from sim.auditor import Auditor
    from sim.outbox import Row

Way = tuple[int, int] | str  # A round, and a step in it; or why the last resort is rung.
PROMPT = 2 * SECOND
LATE = MINUTE
FALLBACK = 30 * MINUTE
_SILENT = 40 * MINUTE  # Half an hour between fallbacks is the longest pause, a step's wait before.
_ANSWERED = "nobody answered"
_REACHED = "nobody could be reached"
_SPELLS = {_ANSWERED, _REACHED}


class Cases:
    """All incidents, by number."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self.known: dict[int, Case] = {}

    def stir(self, cluster: str) -> None:
        """Something about this cluster may change what is sent."""
        for case in self.known.values():
            if case.cluster == cluster:
                case.stirred = self._auditor.service
                self._auditor.answers.look(case)

    def ran(self, fresh: Sequence[Row]) -> None:
        """A commit put these deliveries into the outbox."""
        pages: dict[tuple[int, bool], list[Row]] = {}
        for entry in fresh:
            if entry.row.kind == "page":
                run = (entry.row.incident, is_asked_for(entry))
                pages.setdefault(run, []).append(entry)
        for (number, beside), entries in pages.items():
            if beside:
                self._auditor.calls.ran(number, entries)
                continue
            rows = [entry.row for entry in entries]
            seen: Any = msgspec.json.decode(rows[0].payload)
            case = self.known.get(number) or self._open(number, seen)
            self._run(case, seen, rows)
            told = self._told(rows)
            ranks = [RANKS.index(SEVERITIES[name]) for name in told]
            if max(ranks, default=0) > case.worst:
                case.worst, case.rose_at = max(ranks), self._auditor.began

    def _told(self, rows: Sequence[Delivery]) -> set[str]:
        names = self._auditor.names  # None of them is what a page by hand tells of.
        return {names[n][1] for row in rows for n in row.firing if n in names}

    def _open(self, number: int, seen: Any) -> Case:
        labels, policy = seen["group_labels"], seen["incident"]["policy"]
        ladders = (LADDERS[policy],)
        if "cluster" not in labels:
            self.known[number] = Case(number, BY_HAND, ladders, (), self._auditor.began)
            return self.known[number]
        wide = {s for p in PLOTS.values() for s, name in p.policies.items() if name == policy}
        members = tuple(
            (cluster, name)
            for cluster, name in self._auditor.facts.alerts
            if cluster == labels["cluster"]
            and labels.get("alertname", name) == name
            and SEVERITIES[name] in wide
        )
        case = Case(number, labels["cluster"], ladders, members, self._auditor.began)
        self.known[number] = case
        for member in members:
            if not self._auditor.facts.over(member):
                case.peak = max(case.peak, RANKS.index(SEVERITIES[member[1]]))
        return case

    def fires(self, key: tuple[str, str]) -> None:
        """Somebody reports that an alert fires."""
        for case in self.known.values():
            if case.cluster == key[0] and case.taken is not True:
                case.peak = max(case.peak, RANKS.index(SEVERITIES[key[1]]))

    def _run(self, case: Case, seen: Any, rows: Sequence[Delivery]) -> None:
        auditor, at = self._auditor, self._auditor.began
        place = seen["incident"]
        targets = {row.target: row.due for row in rows}
        doubt = min(auditor.time.missed(at - LATE - PROMPT), LATE)
        run = Run(at, at, doubt, place["step"], place["round"], rows[0].reason, targets)
        case.page_at, case.ended = at, False
        if auditor.answers.taken(case):
            auditor.wrong(case.cluster, f"incident {case.number} rings though it is taken")
        auditor.answers.wakes(case, run)
        case.taken, case.asleep = False, None if case.undoing else False
        if case.over:
            auditor.wrong(case.cluster, f"incident {case.number} rings though it is over")
        if step_of(run.reason) is not None:
            self._is_right(case, run)
        if case.runs and auditor.stirred(case.cluster, case.number) < case.runs[-1].at:
            self._follows(case, case.runs[-1], run)
        elif not case.runs and run.reason.startswith("step ") and (run.step or run.round):
            told = self._told(rows)
            if not auditor.silences.may_hold(case.cluster, at - 2 * HOUR) and told != {"Odd"}:
                auditor.wrong(case.cluster, f"incident {case.number} begins with {run.reason}")
        case.runs.append(run)

    def _is_right(self, case: Case, run: Run) -> None:
        """A step rings whom its policy says, in one of its rounds."""
        fitting = [
            one
            for one in case.ladders
            if run.step < len(one.steps) and self._rings_these(one.steps[run.step], run)
        ]
        if not fitting and run.reason == WOKEN and self._finds_nobody(case, run):
            run.reason = _REACHED
            return
        if not fitting:
            said = f"step {run.step + 1} of {case.number} rings {sorted(run.targets)}"
            self._auditor.wrong(case.cluster, said)
        elif not case.giving:
            case.ladders = tuple(fitting)
        if all(one.is_over(run.round) for one in case.ladders):
            said = f"incident {case.number} begins round {run.round + 1}"
            self._auditor.wrong(case.cluster, said)

    def _rings_these(self, step: Mapping[str, int], run: Run) -> bool:
        return set(run.targets) in self._auditor.duty.meant(step, self._auditor.wall)

    def _finds_nobody(self, case: Case, run: Run) -> bool:
        """Whether the last resort may have been rung from the first step on."""
        plot = self._auditor.plot
        if plot is not None and set(run.targets) != set(plot.fallback):
            return False
        return any(_REACHED in self._ways(one, (0, 0), reached=False) for one in case.ladders)

    def _ways(self, ladder: Ladder, place: tuple[int, int], *, reached: bool) -> Iterator[Way]:
        """What may come now, from a place in a ladder on.

        A step that reaches nobody gives its turn to the next at once; when all have, the last
        resort is rung. The ladder is over if somebody was `reached` in one of its rounds.
        """
        for _ in ladder.steps:
            if ladder.is_over(place[0]):
                break
            yield place
            if set() not in self._auditor.duty.meant(ladder.steps[place[1]], self._auditor.wall):
                return
            place = ladder.after(*place)
        yield _ANSWERED if reached and ladder.is_over(place[0]) else _REACHED

    def _follows(self, case: Case, before: Run, run: Run) -> None:
        """Nothing happened in between: it must be the next step, at its time."""
        auditor, ladder, plot = self._auditor, case.ladders[0], self._auditor.plot
        spelt, rings = step_of(before.reason) is not None, run.reason in _SPELLS
        if len(case.ladders) > 1 or auditor.duty.may_ring_nobody(case):
            return
        if plot is None or not (spelt or before.reason in _SPELLS):
            return
        wait, place = FALLBACK, (0, 0)
        if spelt:  # Else the steps begin again: somebody may be there then.
            wait, place = ladder.waits[before.step], ladder.after(before.round, before.step)
        ways: list[Way] = [_ANSWERED]
        if before.reason != _ANSWERED:
            ways = list(self._ways(ladder, place, reached=spelt))
        here: Way = run.reason if rings else (run.round, run.step)
        over = not _SPELLS.isdisjoint(ways) or (spelt and self._may_have_ended(ladder, place))
        idle = not plot.fallback and here not in ways and over
        if idle:  # Nobody is rung now; half an hour from then the steps begin again.
            wait, ways = wait + FALLBACK, list(self._ways(ladder, (0, 0), reached=False))
        if here not in ways or not self._rings_these(_whom(ladder, here, plot), run):
            said = f"{run.reason} of round {run.round}, after {before.reason} of {before.round}"
            auditor.wrong(case.cluster, f"incident {case.number} goes on with {said}")
        planned, passed = before.planned + wait, here != ways[0]
        if not idle:
            self._in_time(case, run, planned, before.doubt)
        late = run.at - planned >= LATE - PROMPT - before.doubt
        if rings or passed:
            run.doubt = 0
        elif not idle and not late:
            run.planned, run.doubt = planned, before.doubt

    def _may_have_ended(self, ladder: Ladder, place: tuple[int, int]) -> bool:
        """Whether all that was left of a ladder asked for whoever was on call, and found nobody."""
        for _ in ladder.steps:
            if ladder.is_over(place[0]):
                break
            if set(ladder.steps[place[1]]) != {DUTY}:
                return False
            place = ladder.after(*place)
        return self._auditor.duty.was_nobody

    def _in_time(self, case: Case, run: Run, planned: int, doubt: int) -> None:
        auditor, number = self._auditor, case.number
        late = run.at - planned
        if late < -PROMPT - doubt:
            auditor.wrong(case.cluster, f"incident {number} is {-late / SECOND:.0f} s early")
        elif late > PROMPT + auditor.time.missed(planned):
            auditor.wrong(case.cluster, f"incident {number} is {late / SECOND:.0f} s late")

    def look(self) -> None:
        """Once a minute: whatever fires and was not answered rings again in its time."""
        for case in self.known.values():
            self._auditor.answers.look(case)
        newest = {key: case for _, case in sorted(self.known.items()) for key in case.members}
        for key, case in newest.items():
            if case.over is False and case.taken is False and not case.giving:
                self._rings(case, key)

    def _rings(self, case: Case, key: tuple[str, str]) -> None:
        auditor = self._auditor
        stirred = auditor.stirred(case.cluster, case.number)
        since = max(case.page_at, stirred)
        if auditor.service - since < _SILENT + auditor.time.missed(since):
            return
        if case.ended or auditor.reloaded > case.opened or auditor.answers.may_sleep(case):
            return
        if auditor.duty.may_ring_nobody(case):
            return
        rows = (entry for entry in auditor.outbox.rows.values() if entry.closed == "delivered")
        if stirred > case.page_at and not any(e.row.incident == case.number for e in rows):
            return  # It may have ended, and nobody was there to be told.
        if auditor.facts.fires(key, auditor.service) and not auditor.explained(key):
            auditor.wrong(case.cluster, f"incident {case.number} rings no more")

    def closes(self, row: Delivery) -> None:
        """A commit planned to tell of an incident's end."""
        case, auditor = self.known.get(row.incident), self._auditor
        if case is not None:
            case.ended = True
        if case is None or case.over is not False or auditor.reloaded > case.opened:
            return
        if case.cluster == BY_HAND:
            auditor.wrong(BY_HAND, f"incident {case.number} ends by itself")
            return
        told = {
            n
            for entry in auditor.outbox.rows.values()
            if entry.row.incident == case.number
            for n in entry.row.firing
        }
        if any(auditor.facts.fires(auditor.names[n], auditor.service) for n in told):
            auditor.wrong(case.cluster, f"incident {case.number} ends, and its alerts fire")


def _whom(ladder: Ladder, way: Way, plot: Plot) -> Mapping[str, int]:
    """Whom it reaches to go on this way."""
    return dict.fromkeys(plot.fallback, 0) if isinstance(way, str) else ladder.steps[way[1]]
