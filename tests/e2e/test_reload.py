"""routes.toml edited while the service runs: wholly in force, or not at all."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from support.eventually import eventually, steadily
from support.inbox import Inbox
from support.service import Service
from support.talk import answer, fire, incident, number_in, records

ROUTES = """
[service]
fallback = ["receiver:ops"]
[users.ana]
webhook = "{inbox}/ana"
[users.bo]
webhook = "{inbox}/bo"
[receivers.ops]
webhook = [{{ url = "{inbox}/ops" }}]
[receivers.other]
webhook = [{{ url = "{inbox}/other" }}]
[policies.slow]
[[policies.slow.steps]]
notify = ["user:ana"]
wait = "{wait}"
[[policies.slow.steps]]
notify = ["user:{second}"]
wait = "1h"
[route]
receiver = "{receiver}"
group_by = ["alertname"]
group_wait = "0s"
group_interval = "300ms"
[[route.routes]]
matchers = ['severity="critical"']
policy = "slow"
"""
BROKEN = """\
[service]
timezone = "Mars/Olympus"
fallbck = ["receiver:ops"]
[users.ana]
email = "nobody"
[receivers.ops]
webhook = [{ url = "ftp://x" }]
[policies.slow]
[[policies.slow.steps]]
notify = ["user:anna"]
wait = "soon"
[policies.empty]
[route]
receiver = "opps"
group_by = ["alertname"]
[[route.routes]]
matchers = ['severity=~"("']
receiver = "ops"
[[inhibit]]
source_matchers = ['severity="critical"']
target_matchers = ['severity']
"""
MISTAKES = {
    2: "service.timezone",
    3: "service.fallbck",
    5: "users.ana.email",
    7: "receivers.ops.webhook[0].url",
    10: "policies.slow.steps[0].notify[0]",
    11: "policies.slow.steps[0].wait",
    12: "policies.empty",
    14: "route.receiver",
    17: "route.routes[0].matchers[0]",
    21: "inhibit[0].target_matchers[0]",
}
SUCCESSFUL = "alertmanager_config_last_reload_successful"


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    """Where everything that leaves arrives."""
    async with Inbox() as inbox:
        yield inbox


@pytest.fixture
async def service(inbox: Inbox, tmp_path: Path) -> AsyncIterator[Service]:
    """A service that tells the inbox."""
    async with Service(tmp_path, routes(inbox)) as service:
        yield service


def routes(inbox: Inbox, *, receiver: str = "ops", second: str = "bo", wait: str = "1500ms") -> str:
    """The file, with what a test edits in it."""
    return ROUTES.format(inbox=inbox.url, receiver=receiver, second=second, wait=wait)


async def goes_to(service: Service, receiver: str) -> bool:
    """Whether the file in force sends everything to this receiver."""
    status = (await service.get("/api/v2/status")).json()
    in_force = yaml.safe_load(status["config"]["original"])
    return bool(in_force["route"]["receiver"] == receiver)


async def test_an_edit_is_live_within_a_second(service: Service, inbox: Inbox) -> None:
    service.write(routes(inbox, receiver="other"))
    await eventually("the edit is live", lambda: goes_to(service, "other"), seconds=1)
    await fire(service, alertname="A")
    await inbox.wait("/other")

    service.config.write_text(routes(inbox))  # As editors do that write in place.
    await eventually("the edit is live", lambda: goes_to(service, "ops"), seconds=1)
    await fire(service, alertname="B")
    await inbox.wait("/ops")


async def test_a_reload_can_be_asked_for_by_request_and_by_signal(
    service: Service, inbox: Inbox
) -> None:
    service.write(routes(inbox, receiver="other"))
    assert (await service.post("/-/reload")).status == 200
    assert await goes_to(service, "other"), "it is in force when the request is answered"
    service.write(routes(inbox))
    service.signal(signal.SIGHUP)
    await eventually("the edit is live", lambda: goes_to(service, "ops"), seconds=1)


async def test_links_follow_the_address_that_an_edit_names(service: Service, inbox: Inbox) -> None:
    await fire(service, alertname="A", severity="critical")
    (here,) = await inbox.wait("/ana", event="page")
    assert here.json()["incident"]["ackURL"].startswith(f"{service.url}/a/")
    public = '[service]\nurl = "https://alerts.example.com"'
    service.write(routes(inbox).replace("[service]", public))
    assert (await service.post("/-/reload")).status == 200
    await fire(service, alertname="B", severity="critical")
    (_, there) = await inbox.wait("/ana", 2, event="page")
    assert there.json()["incident"]["ackURL"].startswith("https://alerts.example.com/a/")


async def test_a_broken_edit_is_refused_with_all_ten_mistakes_and_changes_nothing(
    service: Service, inbox: Inbox
) -> None:
    service.expect("routes.toml was not taken over")
    service.write(BROKEN)
    refused = await service.post("/-/reload")
    assert refused.status == 500
    said = refused.text.removeprefix("failed to reload config: ").splitlines()
    told = dict(map(place, said))
    assert told == MISTAKES, refused.text
    assert "did you mean 'fallback'" in refused.text

    metrics = (await service.get("/metrics")).text
    assert number_in(metrics, SUCCESSFUL) == 0
    await eventually("all are in the log", lambda: set(said) <= refusals(service))
    ready = await service.get("/health/ready")
    assert (ready.status, ready.json()["status"]) == (200, "degraded")
    await fire(service, alertname="A", severity="critical")
    await inbox.wait("/ana", event="page")

    service.write(routes(inbox))
    assert (await service.post("/-/reload")).status == 200
    assert number_in((await service.get("/metrics")).text, SUCCESSFUL) == 1
    assert (await service.get("/health/ready")).json()["status"] == "ok"


def refusals(service: Service) -> set[str]:
    """What the log says is wrong with the file."""
    said = "routes.toml was not taken over"
    return {str(line["problem"]) for line in service.log() if line["event"] == said}


def place(sentence: str) -> tuple[int, str]:
    """The line and the key path a sentence begins with."""
    file, line, path, _ = sentence.split(":", 3)
    assert file == "routes.toml"
    return int(line), path.strip()


async def test_what_runs_keeps_its_policy_and_its_time_across_an_edit(
    service: Service, inbox: Inbox
) -> None:
    await fire(service, alertname="A", severity="critical")
    (ana,) = await inbox.wait("/ana", event="page")
    before = await incident(service, 1)
    service.write(routes(inbox, second="ana", wait="1h"))
    assert (await service.post("/-/reload")).status == 200
    after = await incident(service, 1)
    assert (after["policy"], after["step"]) == (before["policy"], before["step"])
    (bo,) = await inbox.wait("/bo", event="page")
    assert 1.4 <= bo.at - ana.at < 2.4, "its second step comes when it was going to"
    assert len(records(await incident(service, 1), "opened")) == 1

    await answer(service, 1, "resolve", by="ana")
    await fire(service, alertname="B", severity="critical")
    await inbox.wait("/ana", 2, event="page")
    await steadily(
        "a new incident has the new policy",
        lambda: len(inbox.to("/bo", event="page")) == 1,
        seconds=1.8,
    )


async def test_a_start_with_a_broken_file_serves_the_last_good_one(
    service: Service, inbox: Inbox
) -> None:
    assert await service.terminate() == 0
    service.expect("the last good routes.toml is served instead")
    service.write(BROKEN)
    await service.start()
    ready = (await service.get("/health/ready")).json()
    assert ready["status"] == "degraded"
    assert any("service.timezone" in problem for problem in ready["problems"]), ready
    assert number_in((await service.get("/metrics")).text, SUCCESSFUL) == 0
    await fire(service, alertname="A")
    await inbox.wait("/ops")
    service.write(routes(inbox, receiver="other"))
    await eventually("the mended file is live", lambda: goes_to(service, "other"), seconds=1)
    assert (await service.get("/health/ready")).json()["status"] == "ok"


async def test_a_first_start_with_a_broken_file_is_refused_with_every_mistake(
    tmp_path: Path,
) -> None:
    async with Service(tmp_path, BROKEN, starts=False) as service:
        await service.start(ready=False)
        assert await service.ended() == 2
        for line, path in MISTAKES.items():
            assert f"routes.toml:{line}: {path}: " in service.stderr
        assert "Traceback" not in service.stderr
        service.expect("")
