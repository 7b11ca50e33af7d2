"""Incidents by API: listed, shown with their timeline, answered."""

from typing import Any

import pytest
from support.site import Site, bearer

from router.core.incident import Status
from router.core.moment import MINUTE
from router.errors import DiskFull

FIELDS = {
    "number", "title", "status", "policy", "priority", "opened_at", "answered_at", "answered_by",
    "resolved_at", "next_step_at", "round", "step", "held", "muted", "exhausted", "version",
    "snoozed_by", "snoozed_until", "acknowledged_by", "answer_due_at", "answer_overdue",
    "assigned_to", "responders", "by_hand", "text",
}  # fmt: skip


async def get(here: Site, path: str, status: int = 200) -> Any:
    async with here.http.get(path) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def post(here: Site, path: str, status: int = 200, **sent: Any) -> Any:
    async with here.http.post(path, **sent) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def test_an_incident_is_listed_in_the_shape_that_is_promised(here: Site) -> None:
    assert await get(here, "/api/v1/incidents") == {"incidents": [], "next": None}
    number = await here.incident()
    listed = await get(here, "/api/v1/incidents")
    assert listed["next"] is None
    [shown] = listed["incidents"]
    assert set(shown) == FIELDS
    assert shown["number"] == number
    assert shown["status"] == "triggered"
    assert shown["policy"] == "critical"
    assert shown["opened_at"] == "2027-01-15T08:00:00.000Z"
    assert shown["next_step_at"] == "2027-01-15T08:05:00.000Z"
    assert shown["answered_by"] is shown["resolved_at"] is None


async def test_the_list_is_newest_first_in_pages_and_by_status(here: Site) -> None:
    for name in "abcde":
        await here.fire(alertname=name, severity="critical")
    await here.until(lambda: len(here.loop.state.incidents) == 5)
    await post(here, "/api/v1/incidents/2/ack")
    await post(here, "/api/v1/incidents/3/resolve")

    async def numbers(query: str) -> tuple[list[int], int | None]:
        listed = await get(here, f"/api/v1/incidents?{query}")
        return [shown["number"] for shown in listed["incidents"]], listed["next"]

    assert await numbers("") == ([5, 4, 3, 2, 1], None)
    assert await numbers("limit=2") == ([5, 4], 4)
    assert await numbers("limit=2&before=4") == ([3, 2], 2)
    assert await numbers("limit=2&before=2") == ([1], None)
    assert await numbers("status=open") == ([5, 4, 2, 1], None)
    assert await numbers("status=triggered") == ([5, 4, 1], None)
    assert await numbers("status=acknowledged") == ([2], None)
    assert await numbers("status=resolved") == ([3], None)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/incidents?status=closed", 400),
        ("/api/v1/incidents?limit=0", 400),
        ("/api/v1/incidents?limit=1001", 400),
        ("/api/v1/incidents?limit=-1", 400),
        ("/api/v1/incidents?limit=ten", 400),
        ("/api/v1/incidents?before=99999999999999999999", 400),
        ("/api/v1/incidents?before=1'--", 400),
        ("/api/v1/incidents/1", 404),
        ("/api/v1/incidents/0", 404),
        ("/api/v1/incidents/x", 404),
        ("/api/v1/incidents/٣", 404),
        ("/api/v1/incidents/99999999999999999999999", 404),
        ("/api/v1/rejects?limit=x", 400),
        ("/api/v1/nothing", 404),
    ],
)
async def test_a_question_that_makes_no_sense(path: str, status: int, here: Site) -> None:
    told = await get(here, path, status)
    assert list(told) == ["error"]


async def test_one_is_shown_with_its_alerts_and_its_whole_timeline(here: Site) -> None:
    number = await here.incident(host="db1")
    here.clock.move(MINUTE)
    await post(here, f"/api/v1/incidents/{number}/ack", json={"by": "ana"})
    shown = await get(here, f"/api/v1/incidents/{number}")
    assert set(shown) == FIELDS | {"alerts", "timeline"}
    assert (shown["status"], shown["answered_by"]) == ("acknowledged", "ana")
    [alert] = shown["alerts"]
    assert alert["labels"] == {"alertname": "Fire", "host": "db1", "severity": "critical"}
    assert (alert["status"], alert["source"], alert["ends_at"]) == ("firing", "prom", None)
    timeline = shown["timeline"]
    kinds = [record["kind"] for record in timeline]
    assert kinds.index("fired") < kinds.index("opened") < kinds.index("acknowledged")
    acknowledged = timeline[kinds.index("acknowledged")]
    assert (acknowledged["by"], acknowledged["via"]) == ("ana", "api")
    assert acknowledged["at"] == "2027-01-15T08:01:00.000Z"
    assert [record["seq"] for record in timeline] == sorted(record["seq"] for record in timeline)


async def test_one_that_is_over_is_still_shown(here: Site) -> None:
    number = await here.incident()
    await post(here, f"/api/v1/incidents/{number}/resolve", json={"by": "bo"})
    shown = await get(here, f"/api/v1/incidents/{number}")
    assert (shown["status"], shown["alerts"]) == ("resolved", [])
    assert shown["timeline"][-1]["kind"] == "resolved"


async def test_ack_unack_and_resolve(here: Site) -> None:
    number = await here.incident()
    path = f"/api/v1/incidents/{number}"
    told = await post(here, f"{path}/ack", json={"by": "ana", "via": "cli", "comment": "on it"})
    assert told["code"] == "acknowledged"
    assert told["text"] == f"incident {number} acknowledged by ana"
    assert told["incident"]["status"] == "acknowledged"
    assert (await post(here, f"{path}/ack", json={"by": "ana"}))["code"] == "already"
    assert (await post(here, f"{path}/ack", json={"by": "bo"}))["code"] == "already"
    assert here.loop.state.incidents[number].answered_by == "ana"
    assert (await post(here, f"{path}/unack"))["code"] == "unacknowledged"
    assert here.loop.state.incidents[number].status is Status.TRIGGERED
    assert (await post(here, f"{path}/unack"))["code"] == "already"
    told = await post(here, f"{path}/resolve", data=b"")
    assert (told["code"], told["incident"]["status"]) == ("resolved", "resolved")
    assert (await post(here, f"{path}/resolve"))["code"] == "resolved", "doing it twice is fine"
    assert (await post(here, f"{path}/ack", 409))["code"] == "resolved"
    assert (await post(here, f"{path}/unack", 409))["code"] == "resolved"
    assert "error" in await post(here, "/api/v1/incidents/99/ack", 404)
    via = [r.detail["via"] for r in await here.store.timeline(number) if r.kind == "acknowledged"]
    assert via == ["cli"]


async def test_without_a_name_it_is_the_tokens(abroad: Site) -> None:
    alert = [{"labels": {"alertname": "Fire", "severity": "critical"}}]
    async with abroad.http.post(
        "/api/v2/alerts", json=alert, headers=bearer("tok-ingest")
    ) as answer:
        assert answer.status == 200
    await abroad.until(lambda: abroad.loop.state.incidents)
    await post(abroad, "/api/v1/incidents/1/ack", headers=bearer("tok-answer"))
    assert abroad.loop.state.incidents[1].answered_by == "hand"


@pytest.mark.parametrize(
    ("sent", "by"),
    [
        pytest.param({}, "api", id="no body"),
        pytest.param({"json": {}}, "api", id="an empty body"),
        pytest.param({"json": {"by": " \n\u202e "}}, "api", id="a name that cannot be seen"),
        pytest.param({"json": {"by": "Ana\n Lima\x00"}}, "Ana Lima", id="a name on two lines"),
        pytest.param({"json": {"by": "x" * 999}}, "x" * 80, id="an endless name"),
    ],
)
async def test_who_answers_is_a_name_of_one_line(sent: Any, by: str, here: Site) -> None:
    number = await here.incident()
    await post(here, f"/api/v1/incidents/{number}/ack", **sent)
    assert here.loop.state.incidents[number].answered_by == by


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"by": 1}', b'{"via": "slack"}', b"\xff", b"[" * 100_000]
)
async def test_an_answer_that_cannot_be_read_changes_nothing(body: bytes, here: Site) -> None:
    number = await here.incident()
    told = await post(here, f"/api/v1/incidents/{number}/ack", 400, data=body)
    assert told["error"].startswith("the body cannot be read: ")
    assert here.loop.state.incidents[number].status is Status.TRIGGERED


async def test_an_answer_that_could_not_be_kept_is_no_answer(here: Site) -> None:
    number = await here.incident()
    here.door.raises = DiskFull("the disk is full")
    told = await post(here, f"/api/v1/incidents/{number}/ack", 503)
    assert told == {"error": "the disk is full"}
    here.door.raises, here.door.error = None, "AssertionError: a bug"
    assert "a bug" in (await post(here, f"/api/v1/incidents/{number}/ack", 500))["error"]


async def test_rejected_bodies_are_listed_newest_first(here: Site) -> None:
    for body in (b"one", b"two \xff"):
        await post(here, "/webhook/prom", 400, data=body)
    listed = (await get(here, "/api/v1/rejects"))["rejects"]
    assert [kept["body"] for kept in listed] == ["two \ufffd", "one"]
    assert set(listed[0]) == {"at", "source", "reason", "body"}
    assert len((await get(here, "/api/v1/rejects?limit=1"))["rejects"]) == 1
