"""What Prometheus may know of this process, by Alertmanager's names and by our own (`tocsin_…`)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import anyio
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from router.core import event as e
from router.core.moment import SECOND, Now
from router.core.state import State
from router.core.waiting import Kind
from router.runtime import log
from router.runtime.door import Observed
from router.runtime.families import Look, Reader, Reloads, Stream, constants, look, looked, tallied
from router.runtime.standings import standings
from router.runtime.tally import Tally
from router.runtime.traffic import Traffic

_COMMIT_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
_COMMIT_COMMANDS = (1, 4, 16, 64, 256, 1024, 4096, 16384)
_SENDING_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30)


class Watched(Protocol):
    """The loop, as metrics see it."""

    disk_full: bool

    @property
    def state(self) -> State: ...

    @property
    def queued(self) -> int: ...

    def now(self) -> Now:
        """This instant on both clocks."""


class Metrics(Collector):
    """Watches the loop and what is told of the rest; nothing of it decides anything.

    `streams` are the readers of Redis sources by name.
    """

    def __init__(
        self,
        loop: Watched,
        *,
        version: str = "",
        streams: Callable[[], Mapping[str, Reader]] = dict,
        registry: CollectorRegistry | None = None,
    ) -> None:
        self._loop = loop
        self._streams = streams
        self._registry = registry = registry or CollectorRegistry()
        self._constants = tuple(constants(version))
        self._tally = Tally()
        self._reloads = Reloads()
        self.traffic = Traffic()
        self._seen: Look | None = None
        self._commit = Histogram(
            "tocsin_commit_seconds",
            "How long a commit took.",
            buckets=_COMMIT_SECONDS,
            registry=registry,
        )
        self._commands = Histogram(
            "tocsin_commit_commands",
            "How many commands a commit held.",
            buckets=_COMMIT_COMMANDS,
            registry=registry,
        )
        self._sending = Histogram(
            "alertmanager_notification_latency_seconds",
            "How long an attempt to send took.",
            ["integration"],
            buckets=_SENDING_SECONDS,
            registry=registry,
        )
        self._sending_of: dict[str, Histogram] = {}
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        registry.register(self)

    def observe(self, observed: Sequence[Observed]) -> None:
        """Count the events of a batch and what they led to, after its commit."""
        self._tally.add(observed, self._loop.now().wall)
        for event, _ in observed:
            if type(event) is e.Due and event.kind == Kind.GROUP:
                self._tally.suppress(self._loop.state, event.id)

    def repeated(self, sources: Counter[str]) -> None:
        """Count the reports, by source, that only carried on what fires."""
        self._tally.repeat(sources)

    def committed(self, seconds: float, commands: int) -> None:
        """A commit of so many commands took so long."""
        self._commit.observe(seconds)
        self._commands.observe(commands)

    def attempted(self, integration: str, seconds: float) -> None:
        """An attempt to send took so long, whatever came of it."""
        child = self._sending_of.get(integration)
        if child is None:
            child = self._sending_of[integration] = self._sending.labels(integration)
        child.observe(seconds)

    def reloaded(self, well: bool, wall: int, text: bytes = b"") -> None:
        """routes.toml was read at *wall*, well or not; `text` is what is in force now."""
        at = wall / SECOND if well else self._reloads.succeeded_at
        self._reloads = Reloads(well, at, text)

    async def look(self) -> None:
        """Take what the gauges are made of. Only on the loop, which goes on meanwhile."""
        alerts = await standings(self._loop.state)
        streams = self._streams().items()
        self._seen = look(
            self._loop.state,
            self._loop.now(),
            alerts=alerts,
            queued=self._loop.queued,
            disk_full=self._loop.disk_full,
            log_dropped=log.dropped(),
            streams={name: Stream(reader.connected, reader.lag) for name, reader in streams},
        )

    def render(self) -> bytes:
        """Everything in Prometheus' text format, as of the last look. In any thread."""
        return generate_latest(self._registry)

    async def exposition(self) -> bytes:
        """Look, on the loop, and render in a thread, which sees no more than was looked at."""
        await self.look()
        return await anyio.to_thread.run_sync(self.render)

    def collect(self) -> Iterator[Metric]:
        """What the registry asks for."""
        yield from self._constants
        yield from tallied(self._tally)
        yield from self._reloads.families()
        yield from self.traffic.families()
        if self._seen is not None:
            yield from looked(self._seen)
