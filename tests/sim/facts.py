"""What sources and people may rely on: told by what they asked and what they were answered."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from sim.plot import CLUSTERS, GRACE, RESOLVE_TIMEOUT, SEVERITIES

from router.core.heartbeat import ALERTNAME, SOURCE
from router.core.moment import SECOND


class Condition(msgspec.Struct):
    """One alert, as whoever reported it must believe it is known.

    `firing` is None while that is in doubt. `until` is the service time up to which a firing one
    is known to fire without another report, `as_of` that of the newest report by a queue,
    `began` of the one that changed it, `heard` of one that may have been
    taken before a process died. `asked` is what reports under way say, None where that is in doubt.
    """

    cluster: str
    name: str
    source: str
    firing: bool | None = False
    until: int = 0
    as_of: int = 0
    began: int = 0
    heard: int = 0
    asked: dict[int, bool | None] = {}
    overlap: set[bool | None] = set()

    @property
    def severity(self) -> str:
        return SEVERITIES[self.name]


class Report(msgspec.Struct, frozen=True):
    """What one report says of one alert; `until` is how long it fires without another."""

    key: tuple[str, str]
    firing: bool
    until: int
    as_of: int | None


class Facts:
    """Every alert's condition. `unsteady` is when a cluster's were last in motion or in doubt."""

    def __init__(self) -> None:
        self.alerts = {
            (cluster, name): Condition(cluster, name, source)
            for cluster, source in CLUSTERS.items()
            for name in SEVERITIES
        }
        missing = Condition("pulse", ALERTNAME, SOURCE, firing=None)  # Judged elsewhere.
        self.alerts[missing.cluster, missing.name] = missing
        self.unsteady = dict.fromkeys((*CLUSTERS, missing.cluster), 0)
        self._of: dict[str, list[Condition]] = {}
        for alert in self.alerts.values():
            self._of.setdefault(alert.cluster, []).append(alert)
        self._asked: dict[int, list[Report]] = {}
        self._grace: dict[str, int] = {}
        self._moved = Counter[str]()
        self._before: dict[int, dict[str, tuple[int, int]]] = {}

    def invoked(self, request: int, reports: Iterable[Report], service: int) -> None:
        """A request with these reports reached the front door."""
        self._asked[request] = list(reports)
        clusters = {report.key[0] for report in self._asked[request]}
        self._before[request] = {one: (self._moved[one], self.unsteady[one]) for one in clusters}
        for report in self._asked[request]:
            alert = self.alerts[report.key]
            self._hear(alert.source, service)
            self.look(alert, service)
            if not alert.asked:
                alert.overlap.clear()
            alert.asked[request] = report.firing
            if alert.firing is not report.firing:
                self.unsteady[alert.cluster] = service
        for report in self._asked[request]:  # Of several in one request the last one counts.
            self.alerts[report.key].overlap.add(self.alerts[report.key].asked[request])

    def of(self, request: int) -> Sequence[Report]:
        """What a request that was not answered yet reports."""
        return self._asked.get(request, ())

    def answered(self, request: int, service: int, without_room: Collection[int] = ()) -> None:
        """It was answered: it is so now, unless others were asked for at the same time.

        Nothing was done of those for which there was no room, which are told by their places.
        """
        for place, report in enumerate(self._asked.pop(request, ())):
            alert = self.alerts[report.key]
            alert.asked.pop(request, None)
            if place in without_room:
                continue
            if report.as_of is not None and report.as_of < alert.as_of:
                # One older than a repeat, and not older than what began it, is taken for newer.
                if alert.firing is not report.firing and report.as_of >= alert.began:
                    alert.firing = None
                continue
            if alert.firing is not report.firing:
                alert.began = 0 if alert.firing is None else report.as_of or 0
            alert.as_of = report.as_of or alert.as_of
            if alert.firing is not report.firing:
                self.unsteady[alert.cluster] = service
                self._moved[alert.cluster] += 1
            clear = len(alert.overlap) == 1
            if report.as_of is not None and report.as_of < alert.heard:
                clear = False
            alert.firing = report.firing if clear else None
            alert.until = max(alert.until, report.until) if report.firing else 0
        before = self._before.pop(request, {})
        if without_room:
            self._was_still(before)

    def _was_still(self, before: Mapping[str, tuple[int, int]]) -> None:
        """What was refused for want of room moved nothing, however often its source comes again."""
        for cluster, (moved, unsteady) in before.items():
            if self._moved[cluster] == moved:
                self.unsteady[cluster] = unsteady

    def stepped(self) -> None:
        """The wall clock was set: what is being asked for may be taken as an end, or as none."""
        for request, reports in self._asked.items():
            for report in reports:
                alert = self.alerts[report.key]
                alert.asked[request] = None
                alert.overlap |= {True, False}

    def refused(self, request: int) -> None:
        """It was refused: nothing of it was done."""
        self._before.pop(request, None)
        for report in self._asked.pop(request, ()):
            self.alerts[report.key].asked.pop(request, None)

    def died(self, service: int) -> None:
        """The process is gone, and with it whatever was not answered: done, or not."""
        for request in list(self._asked):
            for report in self._asked.pop(request):
                alert = self.alerts[report.key]
                alert.asked.pop(request, None)
                alert.heard = max(alert.heard, report.as_of or 0)
                if alert.firing is not report.firing:
                    alert.firing = None
                    self.unsteady[alert.cluster] = service
                    self._moved[alert.cluster] += 1
        self._before.clear()
        for alert in self.alerts.values():
            self.look(alert, service)

    def booted(self, service: int) -> None:
        """Whatever fired goes on until its source was heard again and had its time."""
        for alert in self.alerts.values():
            if alert.firing:
                alert.until = max(alert.until, service + GRACE)
        self._grace = dict.fromkeys(set(CLUSTERS.values()), service + GRACE)

    def _hear(self, source: str, service: int) -> None:
        """A source that is heard again has its usual time from then on."""
        end = self._grace.pop(source, None)
        if end is None:
            return
        for alert in self.alerts.values():
            if alert.source == source and alert.firing and alert.until == end:
                alert.until = min(service + RESOLVE_TIMEOUT, end)

    def look(self, alert: Condition, service: int) -> None:
        """See whether it may have ended by itself meanwhile."""
        if alert.firing and service >= alert.until - SECOND:
            alert.firing = None
        if alert.firing is None:
            self.unsteady[alert.cluster] = service

    def fires(self, key: tuple[str, str], service: int) -> bool:
        """Whether it is sure to be known as firing."""
        alert = self.alerts[key]
        self.look(alert, service)
        return alert.firing is True and all(asked is True for asked in alert.asked.values())

    def over(self, key: tuple[str, str]) -> bool:
        """Whether it is sure to be known as resolved."""
        alert = self.alerts[key]
        return alert.firing is False and not any(
            asked is not False for asked in alert.asked.values()
        )

    def steady_since(self, cluster: str, service: int) -> int:
        """Since when nothing about a cluster's alerts has changed, or may have."""
        for alert in self._of.get(cluster, ()):
            self.look(alert, service)
            if alert.asked and any(asked is not alert.firing for asked in alert.asked.values()):
                self.unsteady[cluster] = service
        return self.unsteady.get(cluster, 0)


def firing(facts: Facts, cluster: str, severities: Sequence[str], service: int) -> list[str]:
    """The names of a cluster's alerts of these severities that surely fire."""
    return [
        name
        for (own, name), alert in facts.alerts.items()
        if own == cluster and alert.severity in severities and facts.fires((own, name), service)
    ]
