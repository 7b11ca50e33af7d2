"""The metrics that are looked up when they are asked for, by Alertmanager's names and our own."""

from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import md5
from typing import Any, Protocol, TypeVar

import msgspec
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from router.core.configuration import Configuration
from router.core.event import Swept
from router.core.heartbeat import Beat
from router.core.incident import Status
from router.core.moment import SECOND, Now
from router.core.notification import Delivery
from router.core.silence import Silence
from router.core.state import State
from router.runtime.tally import REASONS, Tally

ALERTMANAGER_VERSION = "0.34.0"  # Whose metrics these are; dashboards ask for it.

K = TypeVar("K")

_KINDS = (
    *("slack", "email", "sms", "pagerduty", "opsgenie", "discord", "telegram", "msteamsv2"),
    *("mattermost", "webhook", "apprise", "console"),
)
_API = "v2"


class Reader(Protocol):
    """Reads a stream. `lag` is how many entries it has not read yet; None when that is unknown."""

    connected: bool
    lag: int | None


class Stream(msgspec.Struct, frozen=True):
    """How a reader fared at one moment."""

    connected: bool
    lag: int | None


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What was there at one moment. Taken on the loop, so that a thread may count it."""

    now: Now
    alerts: Mapping[str, int]
    groups: int
    configuration: Configuration
    incidents: Mapping[str, int]
    overdue: int
    deliveries: tuple[Delivery, ...]
    silences: tuple[Silence, ...]
    heartbeats: tuple[Beat, ...]
    next_due: int | None
    queued: int
    disk_full: bool
    log_dropped: int
    streams: Mapping[str, Stream]


def look(
    state: State,
    now: Now,
    *,
    alerts: Mapping[str, int],
    queued: int = 0,
    disk_full: bool = False,
    log_dropped: int = 0,
    streams: Mapping[str, Stream] | None = None,
) -> Look:
    """A look at the state and beside it, where `alerts` were counted by their standing.

    Only on the loop: it cleans the heap of what waits.
    """
    return Look(
        now=now,
        alerts=alerts,
        groups=len(state.groups),
        configuration=state.configuration,
        incidents=Counter(incident.status.value for incident in state.incidents.values()),
        overdue=sum(i.late and i.answer_due is not None for i in state.incidents.values()),
        deliveries=tuple(state.deliveries.values()),
        silences=state.silences.all(),
        heartbeats=tuple(state.heartbeats.all()),
        next_due=state.next_due(),
        queued=queued,
        disk_full=disk_full,
        log_dropped=log_dropped,
        streams=streams or {},
    )


def looked(seen: Look) -> Iterator[Metric]:
    """Gauges of a look."""
    conf, now = seen.configuration, seen.now
    help_ = "Firing alerts by state."
    yield _gauge("alertmanager_alerts", help_, _singles(seen.alerts), "state")
    yield _one("alertmanager_dispatcher_aggregation_groups", "Groups.", seen.groups)
    states = Counter({"active": 0, "pending": 0, "expired": 0})
    states.update(silence.state(now.wall) for silence in seen.silences)
    yield _gauge("alertmanager_silences", "Silences by state.", _singles(states), "state")
    yield _one("alertmanager_receivers", "Configured receivers.", len(conf.receivers))
    kinds = Counter(i.kind for r in conf.receivers.values() for i in r.integrations)
    help_ = "Configured integrations by type."
    yield _gauge("alertmanager_integrations", help_, _singles(kinds), "type")
    yield _one("alertmanager_inhibition_rules", "Configured inhibition rules.", len(conf.inhibit))
    open_ = {(s.value,): seen.incidents.get(s.value, 0) for s in Status if s != Status.RESOLVED}
    yield _gauge("tocsin_incidents", "Open incidents by status.", open_, "status")
    help_ = "Open incidents that nobody answered in time, and nobody has yet."
    yield _one("tocsin_incidents_overdue", help_, seen.overdue)
    yield _one("tocsin_outbox_deliveries", "Deliveries not done yet.", len(seen.deliveries))
    oldest = min((row.due for row in seen.deliveries), default=now.service)
    help_ = "How long the oldest delivery that is due has waited."
    yield _one("tocsin_outbox_oldest_seconds", help_, max(now.service - oldest, 0) / SECOND)
    late = 0 if seen.next_due is None else max(now.service - seen.next_due, 0)
    help_ = "How long what is due next has been due."
    yield _one("tocsin_due_lateness_seconds", help_, late / SECOND)
    yield _one("tocsin_queued_events", "Events waiting to be decided.", seen.queued)
    yield _one("tocsin_disk_full", "Whether alerts are refused for want of room.", seen.disk_full)
    yield from _beats(seen.heartbeats)
    connected = {(name,): float(s.connected) for name, s in seen.streams.items()}
    yield _gauge("tocsin_stream_connected", "Whether a stream is read.", connected, "source")
    lags = {(name,): s.lag for name, s in seen.streams.items() if s.lag is not None}
    yield _gauge("tocsin_stream_lag", "Entries of a stream not read yet.", lags, "source")
    help_ = "Log lines that nobody read in time."
    yield _counter("tocsin_log_dropped", help_, {(): seen.log_dropped})


def _beats(heartbeats: tuple[Beat, ...]) -> Iterator[Metric]:
    missing = {(beat.name,): float(beat.missing) for beat in heartbeats}
    help_ = "Whether a heartbeat is missing."
    yield _gauge("tocsin_heartbeat_missing", help_, missing, "heartbeat")
    heard = {(beat.name,): beat.seen_at / SECOND for beat in heartbeats}
    help_ = "When a heartbeat last called; 0 if never."
    yield _gauge("tocsin_heartbeat_last_seen_timestamp_seconds", help_, heard, "heartbeat")


def tallied(tally: Tally) -> Iterator[Metric]:
    """Counters of a tally."""
    statuses = Counter({"firing": 0, "resolved": 0})
    for (_, status), count in _copy(tally.received):
        statuses[status] += count
    received = {(status, _API): count for status, count in statuses.items()}
    labels = ("status", "version")
    yield _counter("alertmanager_alerts_received", "Alerts received.", received, *labels)
    invalid = {(_API,): sum(count for _, count in _copy(tally.rejects))}
    yield _counter("alertmanager_alerts_invalid", "Bodies not taken.", invalid, "version")
    yield from _notifications(tally)
    yield from _upkeep(tally)
    name, help_ = "alertmanager_notifications_suppressed", "Alerts that a flush told nobody of."
    yield _counter(name, help_, _singles(dict(_copy(tally.suppressed))), "reason")
    for name, help_, counts, label in (
        ("tocsin_events", "Events decided.", _by_type(tally.events), "event"),
        ("tocsin_commands", "Commands committed.", _by_type(tally.commands), "command"),
        ("tocsin_rule_failures", "Failed rules.", _by_type(tally.rule_failures), "event"),
        ("tocsin_records", "Lines of history.", _singles(dict(_copy(tally.records))), "kind"),
        ("tocsin_rejects", "Bodies not taken.", _singles(dict(_copy(tally.rejects))), "source"),
    ):
        yield _counter(name, help_, counts, label)
    overdue = {(): tally.records["answer_overdue"]}
    yield _counter("tocsin_answers_overdue", "Incidents nobody answered in time.", overdue)
    by_source = dict(_copy(tally.received))
    yield _counter("tocsin_alerts_received", "Alerts received.", by_source, "source", "status")


def _upkeep(tally: Tally) -> Iterator[Metric]:
    """The sweep forgets of silences and of the notification log what is past keeping."""
    rounds, failed = {(): tally.events[Swept]}, {(): tally.rule_failures[Swept]}
    for name in ("nflog", "silences"):
        prefix = f"alertmanager_{name}_maintenance"
        yield _counter(prefix, "Rounds of upkeep.", rounds)
        yield _counter(f"{prefix}_errors", "Rounds of upkeep that failed.", failed)


def _notifications(tally: Tally) -> Iterator[Metric]:
    """Every attempt counts as a notification and as a request: a failing one shows at once."""
    attempts = {(kind,): 0 for kind in _KINDS}
    attempts |= {(kind,): count for kind, count in _copy(tally.attempts)}
    failures = {(kind, reason): 0 for (kind,) in attempts for reason in REASONS}
    failures |= dict(_copy(tally.failures))
    failed = Counter(dict.fromkeys(attempts, 0))
    for (kind, _), count in failures.items():
        failed[(kind,)] += count
    tried, broken = "Attempts to send.", "Attempts to send that failed."
    one, two = ("integration",), ("integration", "reason")
    yield _counter("alertmanager_notifications", tried, attempts, *one)
    yield _counter("alertmanager_notifications_failed", broken, failures, *two)
    yield _counter("alertmanager_notification_requests", tried, attempts, *one)
    yield _counter("alertmanager_notification_requests_failed", broken, failed, *one)


def constants(version: str) -> Iterator[Metric]:
    """What never changes while the process runs."""
    ours = {(version,): 1}
    yield _gauge("tocsin_build_info", "The version of this program.", ours, "version")
    theirs = {(ALERTMANAGER_VERSION, f"tocsin-{version}", "tocsin"): 1}
    help_ = "The Alertmanager whose API and metrics these are like."
    labels = ("version", "revision", "branch")
    yield _gauge("alertmanager_build_info", help_, theirs, *labels)
    yield _one("alertmanager_cluster_enabled", "Whether there is a cluster.", 0)
    yield from _never()


def _never() -> Iterator[Metric]:
    """What cannot happen here, by names that dashboards ask for.

    Silences and the notification log are looked up in memory, and nothing gossips; no number of
    groups or alerts is refused.
    """
    none = {(): 0}
    for name in ("nflog", "silences"):
        help_ = "Messages passed on to peers; there are none."
        yield _counter(f"alertmanager_{name}_gossip_messages_propagated", help_, none)
        yield _counter(f"alertmanager_{name}_query_errors", "Queries that failed.", none)
    name = "alertmanager_dispatcher_aggregation_group_limit_reached"
    yield _counter(name, "Groups refused for a limit; there is none.", none)
    yield _one("alertmanager_alerts_per_alert_limit", "No limit of alerts with one name.", 0)


class Reloads(msgspec.Struct, frozen=True):
    """How the last readings of routes.toml went: the last one, and the last that succeeded."""

    succeeded: bool = True
    succeeded_at: float = 0.0
    text: bytes = b""

    def families(self) -> Iterator[Metric]:
        """Gauges of them. The hash is the first 48 bits of the file's MD5."""
        name = "alertmanager_config_last_reload_successful"
        yield _one(name, "Whether the last reload succeeded.", self.succeeded)
        name = "alertmanager_config_last_reload_success_timestamp_seconds"
        yield _one(name, "When the last successful reload was.", self.succeeded_at)
        digest = md5(self.text, usedforsecurity=False).digest()[:6]
        value = int.from_bytes(digest, "little")
        yield _one("alertmanager_config_hash", "Hash of the routes.toml in force.", value)


_Values = Mapping[Any, float]  # Keyed by the values of the labels.


def _one(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value=float(value))


def _gauge(name: str, documentation: str, values: _Values, *labels: str) -> Metric:
    family = GaugeMetricFamily(name, documentation, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def _counter(name: str, documentation: str, values: _Values, *labels: str) -> Metric:
    family = CounterMetricFamily(name, documentation, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def _singles(counts: Mapping[str, int]) -> dict[tuple[str, ...], float]:
    return {(name,): count for name, count in counts.items()}


def _by_type(counts: Counter[type]) -> dict[tuple[str, ...], float]:
    return {(kind.__name__,): count for kind, count in _copy(counts)}


def _copy(counts: Counter[K]) -> list[tuple[K, int]]:
    return list(counts.items())  # The loop goes on counting meanwhile.
