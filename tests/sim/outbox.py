"""The outbox as it was committed: what each delivery says, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from sim.hand import BY_HAND
from sim.plot import DEAF, SEVERITIES

from router.core import command as c
from router.core.moment import MINUTE
from router.core.notification import Delivery

if TYPE_CHECKING:
    from sim.auditor import Auditor


class Row(msgspec.Struct):
    """A delivery as it was committed, and what became of it."""

    row: Delivery
    cluster: str
    at: int
    claimed: bool = False
    claimed_at: int = 0
    closed: str = ""
    granted: int = 0
    begun: int = 0  # So often on a full disk, which could not take the claims: they come later.
    unclaimed: bool = False  # It arrived so.


class Outbox:
    """Every delivery there was, by number; those not yet closed; and whose each key is."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self.rows: dict[int, Row] = {}
        self.open: dict[int, Row] = {}
        self.keys: dict[str, int] = {}

    def committed(self, commands: Sequence[c.Command]) -> None:
        """A commit is durable."""
        fresh: list[Row] = []
        for command in commands:
            match command:
                case c.Enqueue(delivery=row):
                    fresh.append(self._enqueued(row))
                case c.PutDelivery(delivery=row):
                    self._changed(row)
        self._auditor.cases.ran(fresh)
        for command in commands:
            if isinstance(command, c.CloseDelivery):
                self._closed(self.rows[command.id], command.outcome)

    def _enqueued(self, row: Delivery) -> Row:
        auditor = self._auditor
        seen: Any = msgspec.json.decode(row.payload)
        group = seen["group_labels"]
        cluster = group.get("cluster", BY_HAND if "incident" in group else "")
        entry = self.rows[row.id] = self.open[row.id] = Row(row, cluster, auditor.began)
        auditor.history.note(cluster, f"planned {row.kind} {row.key} to {row.target}: {row.reason}")
        if row.key in self.keys:
            auditor.wrong(cluster, f"two deliveries have the key {row.key}")
        self.keys[row.key] = row.id
        for number in row.firing:
            if cluster != BY_HAND:
                self._tells_firing(entry, auditor.names[number])
        for number in row.resolved:
            own, name = auditor.names[number]
            if auditor.facts.fires((own, name), auditor.service):
                auditor.wrong(cluster, f"{row.key} says that {name} of {own} ended, and it fires")
        if row.kind == "resolved":
            auditor.cases.closes(row)
        return entry

    def _tells_firing(self, entry: Row, key: tuple[str, str]) -> None:
        auditor = self._auditor
        about, name = entry.row.key, f"{key[1]} of {key[0]}"
        if auditor.facts.over(key):
            auditor.wrong(entry.cluster, f"{about} says that {name} fires, and it is over")
        if auditor.silences.hold(key[0]):
            auditor.wrong(entry.cluster, f"{about} speaks of {name}, which is silenced")
        if auditor.explained(key):
            auditor.wrong(entry.cluster, f"{about} speaks of {name}, which is inhibited")
        by_route = entry.row.kind == "notification" and not entry.row.incident
        if by_route and not self._is_meant(entry.row, key):
            said = f"{about} tells {entry.row.target} of {name}, as routes.toml no longer says"
            auditor.wrong(entry.cluster, said)

    def _is_meant(self, row: Delivery, key: tuple[str, str]) -> bool:
        """Whether the file in force names the target, or did when what runs began."""
        auditor, plot = self._auditor, self._auditor.plot
        since = auditor.service - auditor.reloaded
        if (
            key[1] not in SEVERITIES
            or plot is None
            or since < MINUTE + auditor.time.missed(auditor.reloaded)
        ):
            return True
        cases = auditor.cases.known.values()
        runs = any(key in c.members and c.opened <= auditor.reloaded and not c.over for c in cases)
        if runs or row.reason == "digest" or self._believed(row.firing, row.target):
            return True
        severity = auditor.facts.alerts[key].severity
        return any(row.target in told.targets for told in plot.told[severity])

    def _changed(self, row: Delivery) -> None:
        auditor = self._auditor
        entry = self.rows[row.id]
        if row.key != entry.row.key:
            auditor.wrong(entry.cluster, f"{entry.row.key} has become {row.key}")
        if row.turn == "granted":
            entry.granted = entry.granted or auditor.began
        else:
            entry.granted = 0
        if row.claimed and not entry.claimed:
            self._claimed(entry)
        if row.claimed or entry.claimed:
            auditor.queues.moves(row.target)
        entry.claimed = row.claimed
        entry.row = row

    def _claimed(self, entry: Row) -> None:
        auditor = self._auditor
        row = entry.row
        entry.claimed_at = auditor.began
        by_hand = entry.cluster == BY_HAND
        rings = row.kind in ("page", "notification") and row.firing and not row.resolved
        if rings and not by_hand and not entry.begun:
            quiet = all(auditor.silences.hold(auditor.names[n][0]) for n in row.firing)
            if quiet:
                auditor.wrong(entry.cluster, f"{row.key} was claimed while it is silenced")
        entry.begun = max(entry.begun - 1, 0)

    def _closed(self, entry: Row, outcome: str) -> None:
        auditor = self._auditor
        row, entry.closed = entry.row, outcome
        if entry.claimed:
            auditor.queues.moves(row.target)
        if outcome == "delivered":
            auditor.crowd.taken(row)
        del self.open[row.id]
        behind = [
            other.row
            for other in self.open.values()
            if other.row.lane == row.lane and other.row.id > row.id
        ]
        match outcome:
            case "delivered":
                good = auditor.attempts.was_taken(row.key)
                if entry.unclaimed:
                    auditor.attempts.believe(row)
            case "failed":
                good = (
                    auditor.attempts.was_refused(row.key)
                    or auditor.began - entry.at > 23 * 60 * MINUTE
                )
            case "superseded" if behind:
                good = True
            case "withdrawn" if row.kind == "resolved":
                good = not auditor.attempts.was_told(row.lane)  # The page it follows never arrived.
            case _:
                good = auditor.stirred(entry.cluster, row.incident) >= entry.at
                if row.kind == "acknowledged":
                    over = any(other.kind == "resolved" for other in behind)
                    good = good or over or not auditor.attempts.was_told(row.lane)
                elif row.resolved and not row.firing:
                    good = good or not self._believed(row.resolved, row.target)
                elif row.kind == "notification":
                    # It was planned for what then was never told.
                    ended = () if row.target in DEAF else row.resolved
                    known = self._believed(row.firing, row.target, every=True)
                    good = good or (known and not self._believed(ended, row.target))
        if not good:
            auditor.wrong(
                entry.cluster, f"{row.key} to {row.target} ended as {outcome}, for nothing"
            )
        auditor.history.note(entry.cluster, f"closed {row.key} as {outcome}")

    def nobody_waits_for_an_end(self) -> None:
        """All is over: whoever was rung was sent word of it, whatever became of that."""
        rung: dict[str, Row] = {}
        for _, entry in sorted(self.rows.items()):
            if entry.row.kind == "page" and entry.closed == "delivered":
                rung[entry.row.lane] = entry
            elif entry.row.kind == "resolved":
                rung.pop(entry.row.lane, None)
        for entry in rung.values():
            said = f"{entry.row.key} rang {entry.row.target}, who never heard of its end"
            self._auditor.wrong(entry.cluster, said)

    def _believed(self, numbers: Sequence[int], target: str, *, every: bool = False) -> bool:
        """Whether a target had been told of one of these, or of every one, that it fires."""
        auditor = self._auditor
        told = [auditor.attempts.believes.get(auditor.names[number], {}) for number in numbers]
        fires = [known.get(target, (False, 0))[0] for known in told]
        return all(fires) if every else any(fires)
