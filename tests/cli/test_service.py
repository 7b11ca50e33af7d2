"""Commands that talk to a running service, and to what only looks like one."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.command import Done
from support.hand_clock import RunningClock
from support.servers import Answer, HttpServer
from support.shell import tocsin
from support.site import ROUTES, TOKENS, Site, site

FIRE = ("send", "alertname=Fire", "severity=critical")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, clock=RunningClock()) as running:
        yield running


@pytest.fixture
async def impostor() -> AsyncIterator[HttpServer]:
    async with HttpServer.open() as server:
        yield server


async def at(place: Site, *arguments: str) -> Done:
    """A command to this service, which must succeed."""
    ran = await tocsin(*arguments, environ={"TOCSIN_URL": place.address})
    assert ran.code == 0, ran.err
    return ran


async def test_an_alert_goes_from_the_shell_to_an_incident_and_back(here: Site) -> None:
    assert (await at(here, "incidents")).out == "No incident is open.\n"

    sent = await at(here, *FIRE, "--annotation", "summary=It burns")
    assert sent.out == f"reported at {here.address}; see `tocsin incidents`\n"
    await here.until(lambda: 1 in here.loop.state.incidents)

    head, row = (await at(here, "incidents")).out.splitlines()
    assert head.split() == ["N", "STATUS", "POLICY", "OPENED", "WHAT"]
    assert row.split()[:3] == ["1", "triggered", "critical"]
    assert row.endswith("Fire")

    shown = await at(here, "incidents", "1")
    assert shown.out.splitlines()[0] == "Incident 1: Fire"
    assert "alertname=Fire severity=critical" in shown.out
    for kind in ("fired", "opened", "escalated"):
        assert f" {kind} " in shown.out
    assert shown.out.count("policy=critical") == 1

    taken = await at(here, "ack", "1", "--by", "ana")
    assert taken.out == "incident 1 acknowledged by ana\n"
    assert (await at(here, "incidents")).out.splitlines()[1].endswith("by ana")
    assert (await at(here, "unack", "1")).out == "incident 1 rings again\n"
    assert (await at(here, "resolve", "1", "--by", "ana")).out == "incident 1 resolved by ana\n"

    assert (await at(here, "incidents")).out == "No incident is open.\n"
    listed = json.loads((await at(here, "incidents", "--status", "all", "--json")).out)
    assert [incident["status"] for incident in listed["incidents"]] == ["resolved"]
    timeline = json.loads((await at(here, "incidents", "1", "--json")).out)["timeline"]
    (answered,) = [line for line in timeline if line["kind"] == "acknowledged"]
    assert (answered["by"], answered["via"]) == ("ana", "cli")


async def test_an_incident_is_put_off_handed_on_and_written_on(here: Site) -> None:
    await at(here, *FIRE)
    await here.until(lambda: 1 in here.loop.state.incidents)
    snoozed = await at(here, "snooze", "1", "--for", "2h", "--by", "ana", "--comment", "a drill")
    assert snoozed.out.startswith("incident 1 snoozed until ")
    assert " by ana until " in (await at(here, "incidents")).out
    assert (await at(here, "unsnooze", "1")).out == "incident 1 rings again\n"
    escalated = await at(here, "escalate", "1", "--by", "ana")
    assert escalated.out == "incident 1 goes on with its next step now\n"
    stale = await at(here, "escalate", "1", "--as-of", "1", "--by", "bo")
    assert stale.out == "incident 1 has escalated already; nothing was done\n"
    added = await at(here, "responders", "add", "1", "bo", "--by", "ana")
    assert added.out == "user:bo paged for incident 1\n"
    given = await at(here, "reassign", "1", "user:bo", "--by", "ana")
    assert given.out == "incident 1 is with user:bo now\n"
    assert (await at(here, "note", "1", "so be it")).out == "noted on incident 1\n"
    shown = (await at(here, "incidents", "1")).out
    for words in (
        "snoozed by ana until 20",
        "via cli: a drill",
        "escalated by ana via cli",
        "ana asked for user:bo via cli",
        "reassigned by ana to user:bo via cli",
        "noted via cli: so be it",
        "assigned to",
        "responders",
    ):
        assert words in shown


async def test_somebody_is_paged_by_hand_once_a_key(here: Site) -> None:
    arguments = ("page", "ana", "the freezer is open", "--by", "bo", "--key", "k")
    assert (await at(here, *arguments)).out == "incident 1 pages user:ana\n"
    assert (await at(here, *arguments)).out == "incident 1 was raised already\n"
    shown = (await at(here, "incidents", "1")).out
    assert "bo paged user:ana via cli: the freezer is open" in shown
    assert "answer due" in shown
    ran = await tocsin("page", "anna", "x", environ={"TOCSIN_URL": here.address})
    assert (ran.code, "did you mean 'ana'?" in ran.err) == (2, True)
    assert (await at(here, "resolve", "1", "--by", "bo")).out == "incident 1 resolved by bo\n"


async def test_an_alert_that_was_sent_goes_on_for_a_day_unless_it_is_resolved(here: Site) -> None:
    await at(here, *FIRE)
    (alert,) = here.loop.state.by_id.values()
    assert alert.firing
    assert abs(alert.ends_at - alert.starts_at - 24 * 3600 * 1_000_000) < 1_000_000

    resolved = await at(here, *FIRE, "--resolve")
    assert resolved.out.startswith("resolved at ")
    await here.until(lambda: not any(a.firing for a in here.loop.state.by_id.values()))


async def test_answering_without_a_name_is_answering_as_whoever_is_logged_in(here: Site) -> None:
    await here.incident()
    ran = await tocsin("ack", "1", environ={"TOCSIN_URL": here.address, "LOGNAME": "carol"})
    assert ran.out == "incident 1 acknowledged by carol\n"


async def test_an_incident_that_does_not_exist_is_said_to(here: Site) -> None:
    for arguments in (["incidents", "7"], ["ack", "7"]):
        ran = await tocsin(*arguments, environ={"TOCSIN_URL": here.address})
        assert ran.code == 2
        assert ran.err.startswith("tocsin: ")
        assert "7" in ran.err


async def test_what_could_not_be_taken_is_listed_with_the_reason(here: Site) -> None:
    assert "could be taken" in (await at(here, "rejects")).out
    async with here.http.post("/webhook/prom", data=b"\x1b[31m{") as answer:
        assert answer.status == 400

    ran = await at(here, "rejects")
    assert "prom" in ran.out.splitlines()[0]
    assert "\x1b" not in ran.out
    (reject,) = json.loads((await at(here, "rejects", "--json")).out)["rejects"]
    assert reject["source"] == "prom"


async def test_where_a_token_is_needed_it_is_asked_for_and_then_names_who_answers(
    tmp_path: Path,
) -> None:
    async with site(tmp_path, local=False, routes=ROUTES + TOKENS) as here:
        environ = {"TOCSIN_URL": here.address}
        refused = await tocsin("incidents", environ=environ)
        assert refused.code == 2
        assert "set $TOCSIN_TOKEN or use --token" in refused.err

        listed = await tocsin("incidents", environ={**environ, "TOCSIN_TOKEN": "tok-read"})
        assert listed.code == 0
        wrong = await tocsin("ack", "1", "--token", "tok-read", environ=environ)
        assert (wrong.code, "'eye' may not answer" in wrong.err) == (2, True)


async def test_a_token_is_not_carried_to_where_an_answer_points(impostor: HttpServer) -> None:
    async with HttpServer.open() as elsewhere:
        location = {"Location": f"{elsewhere.url}/api/v1/incidents"}
        impostor.answers.append(Answer(302, b"", location))
        ran = await tocsin("incidents", "--url", impostor.url, "--token", "tok-secret")

        assert ran.code == 2
        assert f"sends us to {elsewhere.url}" in ran.err
        assert impostor.requests[0].headers["Authorization"] == "Bearer tok-secret"
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(Answer(200, b"<html>"), "is not Tocsin", id="a web page"),
        pytest.param(Answer(200, b"[1]"), "is not Tocsin", id="other JSON"),
        pytest.param(Answer(500, b"boom"), "answered 500 and no reason", id="an error page"),
        pytest.param(Answer(503, b'{"error": "no room"}'), "no room", id="a busy service"),
        pytest.param(Answer(raw=b"SSH-2.0\r\n"), "nothing answers", id="another protocol"),
        pytest.param(Answer(reset=True), "nothing answers", id="a reset"),
    ],
)
async def test_what_only_looks_like_a_service_gets_a_sentence(
    impostor: HttpServer, answer: Answer, said: str
) -> None:
    impostor.answers.append(answer)
    ran = await tocsin("incidents", "--url", impostor.url)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


async def test_no_proxy_is_asked_for_what_is_on_this_machine(here: Site) -> None:
    environ = {"TOCSIN_URL": here.address, "http_proxy": "http://127.0.0.1:1"}
    assert (await tocsin("incidents", environ=environ)).code == 0


async def test_nothing_listening_says_how_to_start_it() -> None:
    ran = await tocsin("incidents", "--url", "http://127.0.0.1:1")
    assert ran.code == 2
    assert "start it with `tocsin serve`" in ran.err
