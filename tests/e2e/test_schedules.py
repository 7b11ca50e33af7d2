"""A real process: overrides outlive kill -9, calendars are edited and spoiled."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.eventually import eventually
from support.inbox import Inbox
from support.service import Service
from support.shell import tocsin
from support.talk import fire

ROUTES = """
[users.ana]
webhook = "{inbox}/ana"
shift_notices = true
[users.bo]
webhook = "{inbox}/bo"
[users.cy]
webhook = "{inbox}/cy"
[schedules.primary]
ical = "primary.ics"
[receivers.ops]
webhook = [{{ url = "{inbox}/ops" }}]
[policies.slow]
rounds = "forever"
[[policies.slow.steps]]
notify = ["schedule:primary"]
wait = "1h"
[service]
fallback = ["receiver:ops"]
[route]
policy = "slow"
group_by = ["alertname"]
group_wait = "0s"
"""


def calendar(summary: str) -> bytes:
    start = datetime.now(UTC) - timedelta(days=3)
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDURATION:PT24H\r\nRRULE:FREQ=DAILY\r\n"
        f"SUMMARY:{summary}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


async def on_call(service: Service) -> list[str]:
    told = (await service.get("/api/v1/oncall")).json()
    found: list[str] = told["schedules"][0]["on_call"]
    return found


async def test_an_override_outlives_kill_9_and_pages_whom_it_names(tmp_path: Path) -> None:
    (tmp_path / "primary.ics").write_bytes(calendar("bo"))
    async with Inbox() as inbox, Service(tmp_path, ROUTES.format(inbox=inbox.url)) as service:
        assert await on_call(service) == ["bo"]
        done = await tocsin(
            *("override", "add", "primary", "--user", "cy", "--for", "1h", "--by", "dora"),
            environ={"TOCSIN_URL": service.url},
        )
        assert done.code == 0, done.err
        service.kill()
        await service.start()
        assert await on_call(service) == ["cy"]
        (kept,) = (await service.get("/api/v1/overrides")).json()["overrides"]
        assert (kept["by"], kept["users"], kept["state"]) == ("dora", ["cy"], "active")
        await fire(service, alertname="Down")
        await inbox.wait("/cy")
        gone = await service.request("DELETE", f"/api/v1/overrides/{kept['id']}")
        assert gone.status == 200
        assert await on_call(service) == ["bo"]


def kept(copies: Path) -> list[bytes]:
    """What the copies of calendars say; a name that goes away meanwhile counts as not yet there."""
    try:
        return [each.read_bytes() for each in copies.iterdir()]
    except FileNotFoundError:
        return []


async def test_a_calendar_is_edited_and_then_spoiled(tmp_path: Path) -> None:
    path = tmp_path / "primary.ics"
    path.write_bytes(calendar("bo"))

    async def is_ana() -> bool:
        return await on_call(service) == ["ana"]

    async with Inbox() as inbox, Service(tmp_path, ROUTES.format(inbox=inbox.url)) as service:
        assert await on_call(service) == ["bo"]
        path.write_bytes(calendar("ana"))
        await eventually("Ana is on call", is_ana)
        await inbox.wait("/ana")  # She hears that her shift has begun.
        good = path.read_bytes()
        copies = tmp_path / "data" / "calendars"
        # While one is replaced, the new one lies beside it.
        await eventually("a copy is kept", lambda: kept(copies) == [good])
        path.write_bytes(b"spoiled")
        said = "the last good copy is used"
        await eventually("it is told", lambda: said in service.stderr)
        assert await is_ana()
        await service.restart()
        assert await is_ana()
