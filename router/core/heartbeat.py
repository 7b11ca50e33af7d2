"""Heartbeats: calls that must keep coming. One that stays away is an alert."""

from collections.abc import Iterable, Mapping

import msgspec

from router.core.labels import canonical
from router.core.moment import to_datetime
from router.core.secret import Secret
from router.core.waiting import Kind, Waiting

ALERTNAME = "HeartbeatMissing"
SOURCE = "tocsin:heartbeats"
"""The source of their alerts; no source in routes.toml can have a colon in its name."""


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """A call that is expected `every` so often, give or take `grace`; both are microseconds.

    `labels` and `annotations` are those of the alert that its absence is. Without a `token` of its
    own it needs one of the API's that may ingest, wherever the API asks for those.
    """

    name: str
    every: int
    grace: int
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    token: Secret | None = None

    @property
    def patience(self) -> int:
        """How long after one call the next may come at the latest."""
        return self.every + self.grace

    def identity(self) -> bytes:
        """The canonical labels of its alert."""
        return canonical({"alertname": ALERTNAME, **self.labels, "heartbeat": self.name})


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """How one heartbeat fares.

    `since_at` is when it was configured, `seen_at` when it last called, 0 if never (wall times).
    `counted` is the service time from which its patience counts: the last call, or a return of
    ours after which it was given time anew, `excuses` times in a row. `due` is when to look again.
    While it is missing, `missing_at` says since when, and `labels` are those of its alert.
    """

    id: int
    name: str
    since_at: int
    seen_at: int = 0
    counted: int
    due: int
    excuses: int = 0
    missing_at: int = 0
    labels: bytes = b""

    @property
    def missing(self) -> bool:
        """Whether its alert fires."""
        return bool(self.missing_at)


class Beats:
    """How every heartbeat fares, by name; each waits for its due time."""

    def __init__(self, beats: Iterable[Beat], waiting: Waiting) -> None:
        self._waiting = waiting
        self._by_id: dict[int, Beat] = {}
        self._by_name: dict[str, Beat] = {}
        for beat in beats:
            self.put(beat)

    def put(self, beat: Beat) -> None:
        """A heartbeat is new or fares otherwise than before."""
        self._by_id[beat.id] = self._by_name[beat.name] = beat
        self._waiting.add(beat.due, Kind.HEARTBEAT, beat.id)

    def drop(self, number: int) -> None:
        """A heartbeat is expected no more."""
        beat = self._by_id.pop(number)
        del self._by_name[beat.name]

    def get(self, name: str) -> Beat | None:
        """The heartbeat with this name."""
        return self._by_name.get(name)

    def numbered(self, number: int) -> Beat | None:
        """The heartbeat with this id."""
        return self._by_id.get(number)

    def all(self) -> list[Beat]:
        """Every heartbeat, in the order they were configured."""
        return sorted(self._by_id.values(), key=lambda beat: beat.id)

    def next_id(self) -> int:
        """An id that none of them has."""
        return max(self._by_id, default=0) + 1

    def due_of(self, number: int) -> int | None:
        """When to look at one again."""
        beat = self._by_id.get(number)
        return beat.due if beat else None


def annotations(heartbeat: Heartbeat, beat: Beat) -> Mapping[str, str]:
    """What its alert says, unless routes.toml says it better."""
    last = f"was last heard at {_utc(beat.seen_at)}" if beat.seen_at else "was never heard"
    said = {
        "summary": f"Heartbeat {heartbeat.name} is missing",
        "description": f"It {last}; it is due every {_span(heartbeat.every)}, give or take"
        f" {_span(heartbeat.grace)}.{_excuse(beat)}",
    }
    return {**said, **heartbeat.annotations}


def _excuse(beat: Beat) -> str:
    if not beat.excuses:
        return ""
    times = "once" if beat.excuses == 1 else f"{beat.excuses} times"
    return f" Tocsin was away {times} since, and gave it time anew."


def _utc(wall: int) -> str:
    return to_datetime(wall).strftime("%Y-%m-%d %H:%M:%S UTC")


def _span(microseconds: int) -> str:
    """`1h30m`, `45s`, `0s`."""
    rest, parts = microseconds // 1_000_000, []
    for seconds, unit in ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
