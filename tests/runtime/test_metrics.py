"""The metrics say what happened, by the names that dashboards ask for."""

import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio
from prometheus_client.parser import text_string_to_metric_families
from support.configured import channel, configured, person, policy, route, step
from support.hand_clock import HandClock
from support.memory_journal import MemoryJournal

from router.core.alert import Report
from router.core.configuration import Configuration
from router.core.event import (
    Claimed,
    Delivered,
    Event,
    Failed,
    Rejected,
    Reported,
    Silenced,
    Swept,
)
from router.core.labels import canonical
from router.core.matcher import parse_list
from router.core.moment import HOUR, MINUTE, SECOND, Now
from router.core.silence import Silence
from router.core.state import State
from router.core.stored import Stored
from router.runtime.door import Outcome
from router.runtime.families import Reader
from router.runtime.loop import Loop
from router.runtime.metrics import Metrics

CONFIGURATION = configured(
    route("", route('severity="page"', policy="loud"), to="ops", by=("alertname",), wait="0s"),
    users=[person("ana", "sms")],
    receivers=[channel("ops")],
    policies=[policy("loud", step("5m", "user:ana"))],
)


LATER = configured(route("", to="ops", by=("alertname",), wait="30s"), receivers=[channel("ops")])


class Place:
    """A running loop and the metrics that watch it."""

    def __init__(self, configuration: Configuration) -> None:
        self.clock = HandClock()
        self.streams: dict[str, Reader] = {}
        state = State(configuration, Stored(instance="test-1"))
        self.loop = Loop(state, MemoryJournal(), self.clock, offer=self._offer)
        self.metrics = Metrics(self.loop, version="0.1.0", streams=lambda: self.streams)
        self.loop.observe = self.metrics.observe
        self.loop.repeated = self.metrics.repeated
        self.loop.committed = self.metrics.committed
        self.offered: list[int] = []

    def _offer(self, numbers: Sequence[int]) -> None:
        self.offered.extend(numbers)

    async def report(self, *, ends_in: int | None = HOUR, **labels: str) -> None:
        wall = self.clock.now().wall
        report = Report(
            labels=canonical(labels),
            ends_at=None if ends_in is None else wall + ends_in,
            source="prometheus",
        )
        await self.submit(Reported(report))

    async def submit(self, *events: Event) -> list[Outcome]:
        return await self.loop.submit(events, urgent=True)

    async def offer(self) -> int:
        """The number of the delivery that is due, once the loop has offered it."""
        with anyio.fail_after(5):
            while not self.offered:
                await self.submit()
        return self.offered.pop()

    async def samples(self) -> dict[str, float]:
        """Every sample as `name{label="value"}`, and its value."""
        found = {}
        await self.metrics.look()
        for family in text_string_to_metric_families(self.metrics.render().decode()):
            for sample in family.samples:
                labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
                found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
        return found


@asynccontextmanager
async def place(configuration: Configuration = CONFIGURATION) -> AsyncIterator[Place]:
    here = Place(configuration)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(here.loop.run)
        yield here
        tasks.cancel_scope.cancel()


async def test_alerts_are_counted_by_what_they_report_and_where_they_come_from() -> None:
    async with place() as here:
        await here.report(alertname="Up")
        await here.report(alertname="Up", ends_in=None)
        await here.report(alertname="Up", ends_in=-SECOND)
        samples = await here.samples()

    assert samples['alertmanager_alerts_received_total{status="firing",version="v2"}'] == 2
    assert samples['alertmanager_alerts_received_total{status="resolved",version="v2"}'] == 1
    ours = 'tocsin_alerts_received_total{source="prometheus",status="firing"}'
    assert samples[ours] == 2
    assert samples['tocsin_events_total{event="Reported"}'] == 3
    assert samples['tocsin_commands_total{command="PutGroup"}'] >= 1
    assert samples['tocsin_records_total{kind="fired"}'] == 1


async def test_attempts_are_counted_by_integration_and_failures_by_reason() -> None:
    async with place() as here:
        await here.report(alertname="Slow")
        number = await here.offer()
        await here.submit(Claimed(number))
        await here.submit(Failed(delivery=number, error="429", retry_after=SECOND))
        here.clock.move(MINUTE)
        await here.submit(Claimed(number), Failed(delivery=number, error="?", ambiguous=True))
        here.clock.move(MINUTE)
        await here.submit(Claimed(number), Delivered(delivery=number))
        samples = await here.samples()

    assert samples['alertmanager_notifications_total{integration="slack"}'] == 3
    assert samples['alertmanager_notification_requests_total{integration="slack"}'] == 3
    assert samples['alertmanager_notification_requests_failed_total{integration="slack"}'] == 2
    failed = "alertmanager_notifications_failed_total"
    assert samples[f'{failed}{{integration="slack",reason="serverError"}}'] == 1
    assert samples[f'{failed}{{integration="slack",reason="contextDeadlineExceeded"}}'] == 1
    assert samples[f'{failed}{{integration="slack",reason="clientError"}}'] == 0
    assert samples['alertmanager_notifications_total{integration="email"}'] == 0


async def test_a_refused_key_and_a_rate_limit_are_told_from_other_refusals() -> None:
    failed = "alertmanager_notifications_failed_total"
    said = {
        "slack ${A}: answered 403 no": "authError",
        "slack ${A}: answered 401": "authError",
        "slack ${A}: answered 429 slower": "rateLimited",
        "slack ${A}: answered 400 4290": "clientError",
    }
    async with place() as here:
        for error in said:
            await here.report(alertname=error)
            number = await here.offer()
            await here.submit(Claimed(number), Failed(delivery=number, error=error, permanent=True))
        samples = await here.samples()

    for reason, count in {"authError": 2, "rateLimited": 1, "clientError": 1}.items():
        assert samples[f'{failed}{{integration="slack",reason="{reason}"}}'] == count
        assert samples[f'{failed}{{integration="telegram",reason="{reason}"}}'] == 0


async def test_a_page_to_a_person_counts_for_the_channel_it_takes() -> None:
    async with place() as here:
        await here.report(alertname="Fire", severity="page")
        number = await here.offer()
        await here.submit(Claimed(number), Failed(delivery=number, error="no", permanent=True))
        samples = await here.samples()

    failed = "alertmanager_notifications_failed_total"
    assert samples[f'{failed}{{integration="sms",reason="clientError"}}'] == 1
    assert samples['tocsin_records_total{kind="gave_up"}'] == 1


async def test_what_waits_is_shown_with_its_age() -> None:
    async with place() as here:
        await here.report(alertname="Fire", severity="page")
        await here.offer()
        before = await here.samples()
        here.clock.move(7 * MINUTE)
        after = await here.samples()

    assert before['tocsin_incidents{status="triggered"}'] == 1
    assert before['tocsin_incidents{status="acknowledged"}'] == 0
    assert before["tocsin_outbox_deliveries"] == 1
    assert before["tocsin_outbox_oldest_seconds"] == 0
    assert after["tocsin_outbox_oldest_seconds"] == 7 * 60
    assert before["tocsin_due_lateness_seconds"] == 0
    assert after["tocsin_due_lateness_seconds"] > 0
    assert before['alertmanager_alerts{state="active"}'] == 1
    assert before["alertmanager_dispatcher_aggregation_groups"] == 1


async def test_alerts_are_counted_by_what_the_last_flush_found() -> None:
    async with place() as here:
        now = here.clock.now().wall
        matchers = parse_list("alertname=Quiet")
        silence = Silence(id="a", matchers=matchers, starts_at=now, ends_at=now + HOUR)
        await here.submit(Silenced((silence,)))
        await here.report(alertname="Quiet")
        await here.report(alertname="Loud")
        await here.report(alertname="Over", ends_in=-SECOND)
        await here.offer()
        samples = await here.samples()

    assert samples['alertmanager_alerts{state="active"}'] == 1
    assert samples['alertmanager_alerts{state="suppressed"}'] == 1
    assert samples['alertmanager_alerts{state="unprocessed"}'] == 0


async def test_an_alert_whose_group_still_waits_is_unprocessed() -> None:
    async with place(LATER) as here:
        await here.report(alertname="Up")
        before = await here.samples()
        here.clock.move(MINUTE)
        await here.offer()
        after = await here.samples()

    for samples, (waiting, active) in ((before, (1, 0)), (after, (0, 1))):
        assert samples['alertmanager_alerts{state="unprocessed"}'] == waiting
        assert samples['alertmanager_alerts{state="active"}'] == active


async def test_rounds_of_upkeep_are_counted() -> None:
    async with place() as here:
        await here.submit(Swept())
        samples = await here.samples()

    for name in ("nflog", "silences"):
        assert samples[f"alertmanager_{name}_maintenance_total"] == 1
        assert samples[f"alertmanager_{name}_maintenance_errors_total"] == 0
        assert samples[f"alertmanager_{name}_query_errors_total"] == 0
        assert samples[f"alertmanager_{name}_gossip_messages_propagated_total"] == 0


async def test_commits_are_measured() -> None:
    async with place() as here:
        await here.report(alertname="Up")
        samples = await here.samples()

    assert samples["tocsin_commit_seconds_count"] >= 1
    assert samples["tocsin_commit_commands_sum"] >= 4


async def test_a_rejected_body_counts_for_its_source() -> None:
    async with place() as here:
        await here.submit(Rejected("grafana", "no JSON", b"{"))
        samples = await here.samples()

    assert samples['tocsin_rejects_total{source="grafana"}'] == 1
    assert samples['alertmanager_alerts_invalid_total{version="v2"}'] == 1


async def test_silences_are_counted_by_their_state() -> None:
    async with place() as here:
        now = here.clock.now().wall
        spans = {"a": (-HOUR, HOUR), "b": (HOUR, 2 * HOUR), "c": (-2 * HOUR, -HOUR)}
        silences = [
            Silence(id=i, matchers=parse_list("a=b"), starts_at=now + x, ends_at=now + y)
            for i, (x, y) in spans.items()
        ]
        await here.submit(Silenced(tuple(silences)))
        samples = await here.samples()

    for state in ("active", "pending", "expired"):
        assert samples[f'alertmanager_silences{{state="{state}"}}'] == 1


async def test_a_broken_edit_shows_until_it_is_mended() -> None:
    async with place() as here:
        here.metrics.reloaded(True, 1_000 * SECOND, b"one")
        good = await here.samples()
        here.metrics.reloaded(False, 2_000 * SECOND, b"one")
        broken = await here.samples()

    successful = "alertmanager_config_last_reload_successful"
    at = "alertmanager_config_last_reload_success_timestamp_seconds"
    assert (good[successful], good[at]) == (1, 1_000)
    assert (broken[successful], broken[at]) == (0, 1_000)
    # The first six bytes of the MD5 of `one`, which is f97c5d29941b…, little-endian.
    assert good["alertmanager_config_hash"] == 0x1B94295D7CF9


async def test_streams_and_a_full_disk_are_shown() -> None:
    class Stream:
        connected = True
        lag: int | None = 12

    async with place() as here:
        here.streams["events"] = Stream()
        here.loop.disk_full = True
        samples = await here.samples()

    assert samples['tocsin_stream_connected{source="events"}'] == 1
    assert samples['tocsin_stream_lag{source="events"}'] == 12
    assert samples["tocsin_disk_full"] == 1


async def test_the_version_that_dashboards_ask_for_is_there() -> None:
    async with place() as here:
        samples = await here.samples()

    (theirs,) = [name for name in samples if name.startswith("alertmanager_build_info")]
    assert 'version="0.34.0"' in theirs
    assert samples['tocsin_build_info{version="0.1.0"}'] == 1
    assert samples["process_cpu_seconds_total"] > 0


async def test_what_is_known_is_looked_at_on_the_loop_alone() -> None:
    """The loop changes it meanwhile, and to look for what is due next tidies a heap."""
    async with place() as here:
        looked: list[str] = []

        class Watched:
            disk_full = False
            queued = 0

            @property
            def state(self) -> State:
                looked.append(threading.current_thread().name)
                return here.loop.state

            def now(self) -> Now:
                return here.clock.now()

        text = await Metrics(Watched()).exposition()

    assert b"alertmanager_dispatcher_aggregation_groups 0.0" in text
    assert set(looked) == {threading.main_thread().name}


async def test_the_exposition_can_be_made_in_a_thread_while_the_loop_goes_on() -> None:
    async with place() as here:
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                await here.metrics.look()
                tasks.start_soon(anyio.to_thread.run_sync, here.metrics.render)
            for number in range(500):
                await here.report(alertname=f"A{number}")
        samples = await here.samples()

    assert samples["alertmanager_dispatcher_aggregation_groups"] == 500


async def test_attempts_are_measured_by_integration() -> None:
    async with place() as here:
        here.metrics.attempted("console", 0.2)
        here.metrics.attempted("console", 3.0)
        samples = await here.samples()

    latency = "alertmanager_notification_latency_seconds"
    assert samples[f'{latency}_count{{integration="console"}}'] == 2
    assert samples[f'{latency}_sum{{integration="console"}}'] == 3.2
