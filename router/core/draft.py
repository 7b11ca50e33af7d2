"""One decision in the making: the commands asked for so far, and what is known with them."""

from typing import Any

from msgspec.structs import replace

from router.core import command as c
from router.core.configuration import Configuration
from router.core.group import Group
from router.core.incident import Incident
from router.core.moment import Now
from router.core.notification import Delivery, LogEntry
from router.core.state import State
from router.core.subject import subject_of


class Draft:
    """Collects the commands of one decision over a state it never changes.

    Reading through the draft shows what the commands will have made of it.
    """

    __slots__ = (
        "_added",
        "_changed",
        "_groups",
        "_incidents",
        "_last",
        "_log",
        "_places",
        "commands",
        "now",
        "state",
    )

    def __init__(self, state: State, now: Now) -> None:
        self.state = state
        self.now = now
        self.commands: list[c.Command] = []
        self._last: dict[str, int] = {}
        self._groups: dict[int, Group] = {}
        self._places: dict[tuple[str, bytes], int] = {}
        self._incidents: dict[int, Incident] = {}
        self._added: list[Delivery] = []
        self._changed: dict[int, Delivery | None] = {}
        self._log: dict[str, LogEntry | None] = {}

    @property
    def configuration(self) -> Configuration:
        """The routes.toml in force."""
        return self.state.configuration

    def next_id(self, kind: str) -> int:
        """A fresh number of this kind, never used before."""
        number = self._last.get(kind, self.state.last[kind]) + 1
        self._last[kind] = number
        return number

    def add(self, command: c.Command) -> None:
        """Ask for a command that nothing else of this decision needs to see."""
        self.commands.append(command)

    def record(
        self, kind: str, *, alert: int = 0, group: int = 0, incident: int = 0, **detail: Any
    ) -> int:
        """Write one line of history; its number."""
        seq = self.next_id("record")
        self.commands.append(
            c.Record(
                seq=seq,
                at=self.now.wall,
                kind=kind,
                alert=alert,
                group=group,
                incident=incident,
                detail=detail,
            )
        )
        return seq

    def answer(self, code: str, text: str = "", incident: int = 0) -> None:
        """Tell the one who submitted the event what came of it."""
        self.commands.append(c.Answer(code, text, incident))

    def group(self, number: int) -> Group | None:
        """A group as this decision leaves it."""
        return self._groups.get(number) or self.state.groups.get(number)

    def group_at(self, route: str, labels: bytes) -> Group | None:
        """The group of a route with these canonical group labels."""
        number = self._places.get((route, labels))
        if number is None:
            number = self.state.group_ids.get((route, labels), 0)
        return self.group(number)

    def put_group(self, group: Group) -> None:
        """Make or change a group."""
        self._groups[group.id] = group
        self._places[(group.route, group.labels)] = group.id
        self.commands.append(c.PutGroup(group))

    def incident(self, number: int) -> Incident | None:
        """An open incident as this decision leaves it."""
        return self._incidents.get(number) or self.state.incidents.get(number)

    def put_incident(self, incident: Incident) -> None:
        """Open or change an incident."""
        self._incidents[incident.number] = incident
        self.commands.append(c.PutIncident(incident))

    def returning(self, group: int) -> bool:
        """Whether alerts of this group would bring a resolved incident back."""
        kept = self.state.lingering.at(group)
        mine = [i for i in self._incidents.values() if i.group == group]
        if kept is not None and kept.number not in self._incidents:
            mine.append(kept)
        return any(not i.open and i.next_due is not None for i in mine)

    def lane(self, lane: str) -> list[Delivery]:
        """The open deliveries of a lane, in the order they leave."""
        rows = [self.state.deliveries[row] for row in self.state.lanes.get(lane, ())]
        return self._current(rows) + [d for d in self._fresh() if d.lane == lane]

    def rows(self, subject: str, number: int) -> list[Delivery]:
        """The open deliveries about a `group` or an `incident`, oldest first."""
        rows = self._current(self.state.open_rows(subject, number))
        return rows + [d for d in self._fresh() if subject_of(d) == (subject, number)]

    def _current(self, rows: list[Delivery]) -> list[Delivery]:
        if not self._changed:
            return rows
        changed = (self._changed.get(row.id, row) for row in rows)
        return [row for row in changed if row is not None]

    def _fresh(self) -> list[Delivery]:
        return self._current(self._added)

    def enqueue(self, delivery: Delivery) -> None:
        """Put a new delivery into the outbox."""
        self._added.append(delivery)
        self.commands.append(c.Enqueue(delivery))

    def put_delivery(self, delivery: Delivery) -> None:
        """Change an open delivery."""
        self._changed[delivery.id] = delivery
        self.commands.append(c.PutDelivery(delivery))

    def close(self, delivery: Delivery, outcome: str) -> None:
        """Be done with a delivery."""
        self._changed[delivery.id] = None
        self.commands.append(c.CloseDelivery(delivery.id, outcome))

    def log(self, lane: str) -> LogEntry | None:
        """What a lane was last told, as this decision leaves it.

        Once that has expired it is news again; only what is owed is never forgotten.
        """
        entry = self._log[lane] if lane in self._log else self.state.log.get(lane)
        if entry is None or entry.incident or entry.expires_due > self.now.service:
            return entry
        return replace(entry, firing=frozenset(), resolved=frozenset())

    def told(self, subject: str, number: int) -> list[LogEntry]:
        """What each lane was told about a `group` or an `incident`."""
        entries = {e.lane: e for e in self.state.told(subject, number)}
        for lane, entry in self._log.items():
            if entry is None:
                entries.pop(lane, None)
            elif subject_of(entry) == (subject, number):
                entries[lane] = entry
        return list(entries.values())

    def put_log(self, entry: LogEntry) -> None:
        """Remember what a lane was told."""
        self._log[entry.lane] = entry
        self.commands.append(c.PutLog(entry))

    def drop_log(self, lane: str) -> None:
        """Forget what a lane was told."""
        self._log[lane] = None
        self.commands.append(c.DropLog(lane))
