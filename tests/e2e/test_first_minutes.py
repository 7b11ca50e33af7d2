"""What somebody sees who has just cloned it: the shipped routes.toml, and no credentials."""

import re
from pathlib import Path

import pytest
from support.eventually import eventually
from support.service import Service
from support.shell import tocsin
from support.talk import incident

SHIPPED = Path(__file__).parents[2] / "routes.toml"
SECRETS = ("SLACK_TOKEN", "PAGERDUTY_KEY", "SMTP_PASSWORD", "TWILIO_SID", "TWILIO_TOKEN")


async def test_the_shipped_file_pages_to_the_terminal_and_the_link_answers(tmp_path: Path) -> None:
    service = Service(tmp_path, config=SHIPPED, args=["--console"])
    async with service:
        ready = await service.get("/health/ready")
        assert (ready.status, ready.json()["status"]) == (200, "degraded")
        assert all(name in ready.text for name in SECRETS)

        sent = await told(service, "send", "alertname=DiskFull", "severity=critical")
        assert sent.strip().startswith("reported")
        links = await eventually("a page with a link", lambda: paged(service.stdout))
        assert {"sms", "slack", "pagerduty"} <= {name for name, _ in links}
        path = "/" + links[0][1].split("/", 3)[3]
        assert "DiskFull" in (await service.get(path)).text
        assert (await incident(service, 1))["status"] == "triggered"
        assert (await service.post(path, b"who=Ana")).status == 200
        assert (await incident(service, 1))["status"] == "acknowledged"

        assert "DiskFull" in await told(service, "incidents")
        assert "acknowledged" in await told(service, "incidents", "1")
        await told(service, "unack", "1")
        assert (await incident(service, 1))["status"] == "triggered"
        await told(service, "ack", "1")
        assert (await incident(service, 1))["status"] == "acknowledged"
        await told(service, "resolve", "1")
        assert (await incident(service, 1))["status"] == "resolved"


async def told(service: Service, *words: str) -> str:
    """What a command says that speaks with the service."""
    done = await tocsin(*words, "--url", service.url)
    assert done.code == 0, done
    return done.out


def paged(printed: str) -> list[tuple[str, str]]:
    """The channels that pages were printed for, and the link in each, once three are there."""
    found = re.findall(r"^(\w+): \[FIRING.*?(http://\S+/a/\S+)", printed, re.DOTALL | re.MULTILINE)
    return found if len(found) >= 3 else []


async def test_without_the_console_every_missing_secret_is_named(tmp_path: Path) -> None:
    async with Service(tmp_path, config=SHIPPED, starts=False) as service:
        await service.start(ready=False)
        assert await service.ended() == 2
        for name in SECRETS:
            assert f"${{{name}}} is not set" in service.stderr
        assert "--console" in service.stderr
        assert "Traceback" not in service.stderr
        service.expect("")


@pytest.mark.parametrize("command", ["check", "explain"])
async def test_the_shipped_file_can_be_checked_and_explained(command: str) -> None:
    words = ["severity=critical"] if command == "explain" else []
    done = await tocsin(command, "--config", str(SHIPPED), *words)
    assert done.code == 0, done
    if command == "explain":
        places = [done.out.index(who) for who in ("devops_lead", "engineering_manager", "cto")]
        assert places == sorted(places), done.out
