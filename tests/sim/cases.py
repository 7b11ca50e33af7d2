"""The incidents as the auditor sees them: their steps, their answers, and what was sent of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from sim.plot import LADDERS, PLOTS, RANKS, SEVERITIES

from router.core import event as e
from router.core.moment import HOUR, MINUTE, SECOND
from router.core.notification import Delivery
from router.core.outgoing import Outgoing

if TYPE_CHECKING:
    from sim.auditor import Auditor, Row

PROMPT = 2 * SECOND
LATE = MINUTE
FALLBACK = 30 * MINUTE
_SPELLS = {"nobody answered", "nobody could be reached"}


class Run(msgspec.Struct):
    """One step that was run: when, when it had been planned for, which, and why.

    It may have been `planned` so much earlier as `doubt` says.
    """

    at: int
    planned: int
    doubt: int
    step: int
    round: int
    reason: str
    targets: dict[str, int]


class Case(msgspec.Struct):
    """An incident. `taken` and `over` are None while an answer to a person is on its way.

    `worst` is the gravest its pages named, `peak` what may have fired before it was taken.
    """

    number: int
    cluster: str
    policy: str
    members: tuple[tuple[str, str], ...]
    opened: int
    runs: list[Run] = []
    taken: bool | None = False
    taken_at: int = 0
    worst: int = 0
    peak: int = 0
    over: bool | None = False
    stirred: int = 0
    hurried: bool = False
    page_at: int = 0


class Flight(msgspec.Struct):
    """What is known of the attempts at one key. `life` counts the processes that died."""

    state: str = "new"
    life: int = 0
    taken: bool = False
    refused: bool = False
    attempts: int = 0


class Cases:
    """All incidents, by number, and the attempts of every key."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self.known: dict[int, Case] = {}
        self.flights: dict[str, Flight] = {}
        self.life = 0
        self.last_page: dict[str, int] = {}
        self.believes: dict[tuple[str, str], dict[str, tuple[bool, int]]] = {}

    def asked(self, event: e.Acknowledged | e.Unacknowledged | e.Resolved) -> None:
        """A person answers."""
        case = self.known.get(event.incident)
        if case is None:
            return
        case.stirred = self._auditor.service
        self._auditor.history.note(
            case.cluster, f"asked: {type(event).__name__} {event.incident} by {event.by}"
        )
        match event:
            case e.Acknowledged():
                case.taken = case.taken or None
            case e.Unacknowledged():
                case.taken = None
            case e.Resolved():
                case.over = case.over or None

    def answered(self, event: e.Acknowledged | e.Unacknowledged | e.Resolved, code: str) -> None:
        """And is answered."""
        case = self.known.get(event.incident)
        if case is None:
            return
        case.stirred = self._auditor.service
        self._auditor.history.note(
            case.cluster, f"answered: {type(event).__name__} {event.incident}: {code}"
        )
        if code == "resolved":
            case.over = True
        elif isinstance(event, e.Unacknowledged):
            case.taken = False
        elif isinstance(event, e.Acknowledged):
            if case.taken is not True:  # Since when, only the first to be answered knows.
                case.taken_at = self._auditor.service if code == "acknowledged" else 0
            case.taken = True
            if code == "acknowledged":
                self._check_withdrawn(case)

    def _check_withdrawn(self, case: Case) -> None:
        for entry in self._auditor.open.values():
            row = entry.row
            waits = row.incident == case.number and not entry.claimed
            if waits and row.kind == "page":
                self._auditor.wrong(case.cluster, f"{row.key} still waits though it is taken")

    def died(self) -> None:
        """Whatever was under way was cut off."""
        self.life += 1
        for flight in self.flights.values():
            if flight.state == "flying":
                flight.state = "cut off"

    def stir(self, cluster: str) -> None:
        """Something about this cluster may change what is sent."""
        for case in self.known.values():
            if case.cluster == cluster:
                case.stirred = self._auditor.service

    def taken(self, case: Case) -> bool:
        """Whether it surely is acknowledged, and nothing can have ended that."""
        ladder = LADDERS[case.policy]
        since = self._auditor.service - case.taken_at
        if ladder.ack_timeout and since > ladder.ack_timeout - MINUTE:
            return False
        return case.taken is True and not self._worse(case)

    def _worse(self, case: Case) -> bool:
        """Whether a graver alert may have begun since it was taken."""
        facts = self._auditor.facts
        for (cluster, name), alert in facts.alerts.items():
            graver = RANKS.index(SEVERITIES[name]) > case.worst
            if cluster == case.cluster and graver and not facts.over((cluster, name)):
                return True
            assert alert.cluster == cluster
        return False

    def ran(self, fresh: Sequence[Row]) -> None:
        """A commit put these deliveries into the outbox."""
        pages: dict[int, list[Delivery]] = {}
        for entry in fresh:
            if entry.row.kind == "page":
                pages.setdefault(entry.row.incident, []).append(entry.row)
        for number, rows in pages.items():
            seen: Any = msgspec.json.decode(rows[0].payload)
            case = self.known.get(number) or self._open(number, seen)
            self._run(case, seen, rows)
            told = [self._auditor.names[n] for row in rows for n in row.firing]
            ranks = [RANKS.index(SEVERITIES[name]) for _, name in told]
            case.worst = max([case.worst, *ranks])

    def _open(self, number: int, seen: Any) -> Case:
        labels, policy = seen["group_labels"], seen["incident"]["policy"]
        wide = {s for p in PLOTS.values() for s, name in p.policies.items() if name == policy}
        members = tuple(
            (cluster, name)
            for cluster, name in self._auditor.facts.alerts
            if cluster == labels["cluster"]
            and labels.get("alertname", name) == name
            and SEVERITIES[name] in wide
        )
        case = Case(number, labels["cluster"], policy, members, self._auditor.began)
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
        case.page_at = at
        if self.taken(case):
            auditor.wrong(case.cluster, f"incident {case.number} rings though it is taken")
        case.taken = False
        if case.over:
            auditor.wrong(case.cluster, f"incident {case.number} rings though it is over")
        ladder = LADDERS[case.policy]
        if run.reason.startswith("step "):
            wanted = ladder.steps[run.step]
            if set(wanted) != set(targets):
                auditor.wrong(case.cluster, f"step {run.step + 1} rings {sorted(targets)}")
        if ladder.rounds and run.reason.startswith("step ") and run.round >= ladder.rounds:
            auditor.wrong(case.cluster, f"incident {case.number} begins round {run.round + 1}")
        if case.runs and auditor.stirred(case.cluster, case.number) < case.runs[-1].at:
            self._follows(case, case.runs[-1], run)
        elif not case.runs and run.reason.startswith("step ") and (run.step or run.round):
            told = {auditor.names[n][1] for row in rows for n in row.firing}
            if not auditor.hushed(case.cluster, at - 2 * HOUR) and told != {"Odd"}:
                auditor.wrong(case.cluster, f"incident {case.number} begins with {run.reason}")
        case.runs.append(run)

    def _follows(self, case: Case, before: Run, run: Run) -> None:
        """Nothing happened in between: it must be the next step, at its time."""
        auditor, ladder = self._auditor, LADDERS[case.policy]
        spelt, rings = before.reason.startswith("step "), run.reason in _SPELLS
        if auditor.plot is None or not (spelt or before.reason in _SPELLS):
            return
        wait, place = FALLBACK, (0, 0)
        if spelt:
            last = before.step + 1 == len(ladder.steps)
            wait = ladder.waits[before.step]
            place = (before.round + 1, 0) if last else (before.round, before.step + 1)
        ends = bool(ladder.rounds) and place[0] >= ladder.rounds
        wanted = set(auditor.plot.fallback) if ends or not spelt else set(ladder.steps[place[1]])
        idle = not wanted  # Nobody is rung now; half an hour from then the steps begin again.
        if idle:
            wait, place, ends, wanted = wait + FALLBACK, (0, 0), False, set(ladder.steps[0])
            spelt = True
        right = rings if ends or not spelt else (run.round, run.step) == place
        if not right or set(run.targets) != wanted:
            said = f"{run.reason} of round {run.round}, after {before.reason} of {before.round}"
            auditor.wrong(case.cluster, f"incident {case.number} goes on with {said}")
        planned = before.planned + wait
        if not idle:
            self._in_time(case, run, planned, before.doubt)
        if not idle and run.at - planned < LATE - PROMPT - before.doubt and not rings:
            run.planned, run.doubt = planned, before.doubt
        if rings:
            run.doubt = 0

    def _in_time(self, case: Case, run: Run, planned: int, doubt: int) -> None:
        auditor, number = self._auditor, case.number
        late = run.at - planned
        if late < -PROMPT - doubt:
            auditor.wrong(case.cluster, f"incident {number} is {-late / SECOND:.0f} s early")
        elif late > PROMPT + auditor.time.missed(planned):
            auditor.wrong(case.cluster, f"incident {number} is {late / SECOND:.0f} s late")

    def closes(self, row: Delivery) -> None:
        """A commit planned to tell of an incident's end."""
        case, auditor = self.known.get(row.incident), self._auditor
        if case is None or case.over is not False or auditor.reloaded > case.opened:
            return
        told = {
            n
            for entry in auditor.rows.values()
            if entry.row.incident == case.number
            for n in entry.row.firing
        }
        if any(auditor.facts.fires(auditor.names[n], auditor.service) for n in told):
            auditor.wrong(case.cluster, f"incident {case.number} ends, and its alerts fire")

    def begins(self, outgoing: Outgoing) -> None:
        """The first byte of a message leaves."""
        entries = self._auditor.crowd.entries(outgoing)
        self._auditor.crowd.begins(outgoing, entries)
        self._auditor.history.count("sends")
        for entry in entries:
            self._begins(entry)

    def _begins(self, entry: Row) -> None:
        auditor, key = self._auditor, entry.row.key
        about, row = entry.cluster, entry.row
        flight = self.flights.setdefault(key, Flight())
        auditor.history.note(about, f"begins {row.kind} {key} to {row.target}")
        if entry.closed or not (entry.claimed or auditor.full):
            auditor.wrong(about, f"{key} is sent without a claim")
        if flight.state == "flying":
            auditor.wrong(about, f"{key} is sent twice at once")
        if flight.state in ("taken", "refused") and flight.life == self.life:
            auditor.wrong(about, f"{key} is sent again though it was {flight.state}")
        self._in_order(entry)
        flight.state, flight.life = "flying", self.life
        flight.attempts += 1
        case = self.known.get(row.incident)
        if row.kind == "page" and case is not None:
            self._page(case, row, key)

    def _in_order(self, entry: Row) -> None:
        for other in self._auditor.open.values():
            flight = self.flights.get(other.row.key)
            if self._auditor.full and flight is not None and flight.state != "flying":
                continue  # It may be over: that is kept in memory until there is room.
            if other.row.lane == entry.row.lane and other.row.id < entry.row.id:
                text = f"{entry.row.key} overtakes {other.row.key}"
                self._auditor.wrong(entry.cluster, text)

    def _page(self, case: Case, row: Delivery, key: str) -> None:
        auditor = self._auditor
        self.last_page[case.cluster] = auditor.service
        if self.taken(case):
            auditor.wrong(case.cluster, f"{key} begins though {case.number} is taken")
        if case.over:
            auditor.wrong(case.cluster, f"{key} begins though {case.number} is over")
        if all(auditor.facts.over(member) for member in case.members):
            auditor.wrong(case.cluster, f"{key} begins though nothing fires any more")
        if row.reason.startswith("step ") and not case.hurried:
            entry = auditor.rows[row.id]
            after = LADDERS[case.policy].steps[int(row.reason[5:]) - 1].get(row.target, 0)
            early = entry.at + after - auditor.service
            if early > 0:
                auditor.wrong(case.cluster, f"{key} leaves {early / SECOND:.0f} s early")

    def arrives(self, outgoing: Outgoing) -> None:
        """A provider has it."""
        self._auditor.history.count("arrivals")
        for entry in self._auditor.crowd.entries(outgoing):
            self._arrives(entry.row)

    def _arrives(self, row: Delivery) -> None:
        auditor = self._auditor
        self.flights[row.key].taken = True
        entry = auditor.rows[row.id]
        if entry.claimed:
            self.believe(row)
        else:  # Whether a process that dies now will know of it cannot be said.
            entry.unclaimed = True

    def believe(self, row: Delivery) -> None:
        """Whoever got a notification believes it."""
        auditor = self._auditor
        if row.kind != "notification" or row.incident or row.reason == "digest":
            return
        for numbers, fires in ((row.firing, True), (row.resolved, False)):
            for number in numbers:
                known = self.believes.setdefault(auditor.names[number], {})
                known[row.target] = (fires, auditor.service)

    def ends(self, outgoing: Outgoing, outcome: str) -> None:
        """The attempt is over, as far as the sender knows."""
        for entry in self._auditor.crowd.entries(outgoing):
            self._ends(entry, outcome)

    def _ends(self, entry: Row, outcome: str) -> None:
        flight = self.flights[entry.row.key]
        self._auditor.history.note(entry.cluster, f"{outcome}: {entry.row.key}")
        flight.state = outcome
        flight.refused |= outcome == "refused"
        case = self.known.get(entry.row.incident)
        if case is not None and outcome != "taken":
            case.hurried = True
            if outcome == "refused":
                case.stirred = self._auditor.service

    def was_taken(self, key: str) -> bool:
        """Whether a provider took it and said so."""
        flight = self.flights.get(key)
        return flight is not None and flight.taken and flight.state == "taken"

    def was_told(self, lane: str) -> bool:
        """Whether a message of this lane was taken, as far as its sender knows."""
        entries = (e for e in self._auditor.rows.values() if e.row.lane == lane)
        return any(self.was_taken(entry.row.key) for entry in entries)

    def was_refused(self, key: str) -> bool:
        """Whether a provider refused it for good."""
        flight = self.flights.get(key)
        return flight is not None and flight.refused
