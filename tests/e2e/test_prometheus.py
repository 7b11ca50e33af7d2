"""A real Prometheus and a real Alertmanager page through the service."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.eventually import eventually
from support.inbox import Inbox
from support.program import Program
from support.servers import Answer, HttpServer, Request
from support.service import Service, free_port
from support.talk import answer, incident, incidents

ROUTES = """
[users.ana]
webhook = "{inbox}/ana"
[receivers.ops]
webhook = [{{ url = "{inbox}/ops" }}]
[policies.critical]
[[policies.critical.steps]]
notify = ["user:ana", "receiver:ops"]
wait = "1h"
[route]
policy = "critical"
group_by = ["alertname", "cluster"]
group_wait = "0s"
group_interval = "500ms"
[sources.prometheus]
kind = "alertmanager"
alertmanager_api = true
[sources.alertmanager]
kind = "alertmanager"
"""
PROMETHEUS = """
global:
  evaluation_interval: 500ms
  scrape_interval: 500ms
  scrape_timeout: 500ms
  external_labels: {{ cluster: eu-1 }}
rule_files: [rules.yml]
scrape_configs:
  - job_name: queue
    static_configs: [{{ targets: ["{exporter}"] }}]
alerting:
  alertmanagers:
    - api_version: v2
      static_configs: [{{ targets: ["127.0.0.1:{port}"] }}]
"""
RULES = """
groups:
  - name: example
    rules:
      - alert: QueueLong
        expr: queue_jobs > 0
        labels: { severity: critical }
        annotations: { summary: "The queue holds {{ $value }} jobs" }
"""
ALERTMANAGER = """
route: {{ receiver: tocsin, group_by: [alertname], group_wait: 0s, group_interval: 1s }}
receivers:
  - name: tocsin
    webhook_configs: [{{ url: "http://127.0.0.1:{port}/webhook/alertmanager" }}]
"""


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    """Where everything that leaves arrives."""
    async with Inbox() as inbox:
        yield inbox


class Exporter(HttpServer):
    """What Prometheus scrapes."""

    jobs = 42

    def success(self, request: Request) -> Answer:
        """The metric."""
        text = f"queue_jobs {self.jobs}\n".encode()
        return Answer(status=200, body=text, headers={"Content-Type": "text/plain"})


@pytest.fixture
async def exporter() -> AsyncIterator[Exporter]:
    """A queue that is too long."""
    async with Exporter.open() as exporter:
        yield exporter


@pytest.fixture
async def service(inbox: Inbox, tmp_path: Path) -> AsyncIterator[Service]:
    """A service that pages the inbox."""
    async with Service(tmp_path / "tocsin", ROUTES.format(inbox=inbox.url)) as service:
        yield service


async def test_a_rule_that_fires_in_prometheus_pages_and_its_end_is_told(
    service: Service, inbox: Inbox, exporter: Exporter, tmp_path: Path
) -> None:
    folder, port = tmp_path / "prometheus", free_port()
    folder.mkdir()
    written = PROMETHEUS.format(port=service.port, exporter=exporter.url.removeprefix("http://"))
    (folder / "prometheus.yml").write_text(written)
    (folder / "rules.yml").write_text(RULES)
    command = ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--rules.alert.resend-delay=500ms"]
    url = f"http://127.0.0.1:{port}"
    async with Program(folder, command, f"{url}/-/ready"):
        (page,) = await inbox.wait("/ana", event="page", seconds=20)
        (alert,) = page.json()["alerts"]
        assert alert["labels"] == {
            "alertname": "QueueLong",
            "cluster": "eu-1",
            "instance": exporter.url.removeprefix("http://"),
            "job": "queue",
            "severity": "critical",
        }
        assert alert["annotations"] == {"summary": "The queue holds 42 jobs"}
        assert "/graph?g0.expr=" in alert["generatorURL"]
        first = await _end(service)
        await eventually("Prometheus repeats it", lambda: _moved(service, first))
        assert (await answer(service, 1, "ack", by="ana")).status == 200

        exporter.jobs = 0
        (over,) = await inbox.wait("/ana", event="resolved", seconds=20)
        assert [a["status"] for a in over.json()["alerts"]] == ["resolved"]
        await inbox.wait("/ops", event="resolved")
    assert len(inbox.to("/ana", event="page")) == 1, "however often Prometheus repeats it"
    assert [i["status"] for i in await incidents(service)] == ["resolved"]


async def _end(service: Service) -> str:
    (alert,) = (await service.get("/api/v2/alerts")).json()
    ends_at: str = alert["endsAt"]
    return ends_at


async def _moved(service: Service, first: str) -> bool:
    return await _end(service) > first


async def test_an_alertmanager_pages_through_its_webhook_and_the_end_is_told(
    service: Service, inbox: Inbox, tmp_path: Path
) -> None:
    folder, port = tmp_path / "alertmanager", free_port()
    folder.mkdir()
    (folder / "alertmanager.yml").write_text(ALERTMANAGER.format(port=service.port))
    command = ["prometheus-alertmanager", "--config.file=alertmanager.yml", "--storage.path=data"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    url = f"http://127.0.0.1:{port}"
    labels = {"alertname": "QueueLong", "cluster": "eu-1", "severity": "critical"}
    posted = {"labels": labels, "annotations": {"summary": "Long"}, "generatorURL": "http://p/g"}
    async with Program(folder, command, f"{url}/-/ready"):
        assert (await service.post(f"{url}/api/v2/alerts", [posted])).status == 200
        (page,) = await inbox.wait("/ana", event="page")
        (alert,) = page.json()["alerts"]
        assert alert["labels"] == labels
        assert alert["annotations"] == {"summary": "Long"}
        assert alert["generatorURL"] == "http://p/g"
        assert (await incident(service, 1))["status"] == "triggered"

        ended = {**posted, "endsAt": datetime.now(UTC).isoformat()}
        assert (await service.post(f"{url}/api/v2/alerts", [ended])).status == 200
        await inbox.wait("/ana", event="resolved")
        await inbox.wait("/ops", event="resolved")
    assert [i["status"] for i in await incidents(service)] == ["resolved"]
