"""Calendars are fetched, kept, and served from the last good copy, over a real socket."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from support.servers import Answer, HttpServer

from router.boot import try_calendar
from router.core.ical import Event, write
from router.core.moment import DAY, HOUR
from router.core.secret import Secret
from router.core.settings import Subscription
from router.runtime.calendars import BYTES_MAX, Calendars

NOW = 1_800_000_000_000_000


def calendar(summary: str) -> bytes:
    return write("x", [Event("1@x", NOW, NOW + HOUR, summary)], NOW)


class Kept:
    """The calendars, and how often they changed."""

    def __init__(self, folder: Path) -> None:
        self.changes = 0
        self.calendars = Calendars(folder / "calendars", try_calendar, lambda: NOW // DAY * DAY)
        self.calendars.changed = self._changed

    async def _changed(self) -> None:
        self.changes += 1

    async def look(self, *wanted: Subscription) -> None:
        """Refresh these once."""
        self.calendars.use(wanted)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.calendars.run)
            with anyio.fail_after(10):
                while not self.calendars.rested:  # noqa: ASYNC110 - it tells nobody.
                    await anyio.sleep(0.005)
            tasks.cancel_scope.cancel()


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with HttpServer.open() as found:
        yield found


def at(server: HttpServer) -> Subscription:
    address = Secret("${ICAL}", f"{server.url}/secret.ics")
    return Subscription(name="schedules.primary.ical", address=address)


async def test_what_was_fetched_is_kept_and_told_once(kept: Kept, server: HttpServer) -> None:
    wanted = at(server)
    assert kept.calendars.kept(wanted) is None
    server.answers += [Answer(body=calendar("ana")), Answer(body=calendar("ana"))]
    await kept.look(wanted)
    await kept.look(wanted)
    assert (kept.calendars.kept(wanted), kept.changes) == (calendar("ana"), 1)
    server.answers += [Answer(body=calendar("bo"))]
    await kept.look(wanted)
    assert (kept.calendars.kept(wanted), kept.changes) == (calendar("bo"), 2)
    assert kept.calendars.away() == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(status=500), "it answers 500"),
        (Answer(status=302, headers={"Location": "http://10.0.0.1/"}), "it sends us elsewhere"),
        (Answer(status=200, body=b"<html>"), "it is no iCalendar"),
        (Answer(status=200, body=b"x" * (BYTES_MAX + 1)), "it is larger than 2048 KiB"),
        (Answer(reset=True), "it cannot be fetched"),
        (Answer(drop=True), "it cannot be fetched"),
    ],
)
async def test_whatever_goes_wrong_leaves_the_last_good_copy(
    answer: Answer, said: str, kept: Kept, server: HttpServer
) -> None:
    wanted = at(server)
    server.answers += [Answer(body=calendar("ana")), answer, answer]  # A GET may be repeated.
    await kept.look(wanted)
    await kept.look(wanted)
    assert kept.calendars.kept(wanted) == calendar("ana")
    assert kept.changes == 1
    (note,) = kept.calendars.away()
    assert note.startswith(f"calendar schedules.primary.ical: {said}")
    assert "secret" not in note


async def test_a_file_is_kept_as_long_as_it_is_good(kept: Kept, tmp_path: Path) -> None:
    path = tmp_path / "x.ics"
    wanted = Subscription(name="schedules.primary.ical", path=str(path))
    path.write_bytes(calendar("ana"))
    await kept.look(wanted)
    path.write_bytes(b"torn")
    await kept.look(wanted)
    path.unlink()
    await kept.look(wanted)
    assert kept.calendars.kept(wanted) == calendar("ana")
    (note,) = kept.calendars.away()
    assert "it cannot be read (No such file or directory)" in note


async def test_one_that_is_named_no_more_is_not_missed(kept: Kept, server: HttpServer) -> None:
    server.answers += [Answer(status=500)]
    await kept.look(at(server))
    assert kept.calendars.away()
    await kept.look()
    assert kept.calendars.away() == []
