"""Schedules by API: who is on call, and a schedule's shifts. See core/duty.py for the fields."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

import anyio
from aiohttp import web

from router.core import civil, duty
from router.core.configuration import Configuration
from router.core.moment import DAY
from router.core.override import ignored
from router.core.schedule import Schedule
from router.web.refusal import Refused, as_json
from router.web.rooms import Rooms

DAYS = 28
DAYS_MAX = 800

T = TypeVar("T")


class Schedules:
    """`/api/v1/oncall` and `/api/v1/schedules`: the file's schedules with the overrides made since.

    What looks far ahead is worked out in a thread, two at a time: a state's schedules never change
    but are replaced, and no page waits for a calendar.
    """

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._threads = anyio.CapacityLimiter(2)

    async def on_call(self, request: web.Request) -> web.Response:
        """GET /api/v1/oncall?at=&schedule=&user=: `{"at", "schedules": […]}`.

        With `user` it is `{"at", "user", "shifts": […]}`. `at` is now, or an ISO 8601 time, local
        to the zone of [service] unless it has an offset.
        """
        house = self._configuration()
        wall = self._moment(request, "at", house.timezone) or self._rooms.door.now().wall
        asked = request.query.get("schedule", "")
        schedules = [named(house, asked)] if asked else list(house.schedules.values())
        at = civil.iso(wall, civil.zone(house.timezone))
        user = request.query.get("user", "")
        if not user:
            found = await self._work(lambda: [duty.on_call(each, wall) for each in schedules])
            return as_json({"at": at, "schedules": found})
        if user not in house.users:
            raise Refused(404, f"no user {user[:80]!r}; known: {', '.join(house.users)}")
        shifts = await self._work(partial(duty.of_user, schedules, user, wall))
        return as_json({"at": at, "user": user, "shifts": shifts})

    async def index(self, request: web.Request) -> web.Response:
        """GET /api/v1/schedules?days=: `{"at", "schedules": […], "ignored": […]}`.

        Of each who is on call, as /oncall tells it, and how the coming `days` (84) are covered.
        `ignored` are sentences, one for each override that names what is no longer there.
        """
        house, wall = self._configuration(), self._rooms.door.now().wall
        until = wall + whole(request, "days", 84, DAYS_MAX) * DAY
        found = await self._work(
            lambda: [
                duty.covered(each, wall, until) | duty.on_call(each, wall)
                for each in house.schedules.values()
            ]
        )
        at = civil.iso(wall, civil.zone(house.timezone))
        lost = [*ignored(self._rooms.door.state, wall)]
        return as_json({"at": at, "schedules": found, "ignored": lost})

    async def show(self, request: web.Request) -> web.Response:
        """GET /api/v1/schedules/{name}?from=&to=: its shifts, from midnight and for 28 days.

        Times without an offset are local to the schedule.
        """
        schedule = named(self._configuration(), request.match_info["name"])
        zone = schedule.timezone
        now = self._rooms.door.now().wall
        start = self._moment(request, "from", zone) or civil.midnight(now, civil.zone(zone))
        end = self._moment(request, "to", zone) or civil.midnight(start, civil.zone(zone), DAYS)
        if end <= start:
            raise Refused(400, "to: does not lie after from")
        if end - start > DAYS_MAX * DAY:
            raise Refused(400, f"to: lies more than {DAYS_MAX} days after from")
        return as_json(await self._work(partial(duty.shown, schedule, start, end)))

    def _configuration(self) -> Configuration:
        return self._rooms.door.state.configuration

    def _moment(self, request: web.Request, name: str, zone: str) -> int | None:
        return moment(request.query.get(name, ""), name, zone)

    async def _work(self, work: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(work, limiter=self._threads)


def named(house: Configuration, name: str) -> Schedule:
    """The schedule of this name.

    Raises:
        Refused: 404; it names those that there are.
    """
    found = house.schedules.get(name)
    if found is None:
        known = ", ".join(house.schedules) or "there is none"
        raise Refused(404, f"no schedule {name[:80]!r}; known: {known}")
    return found


def moment(text: str, name: str, zone: str) -> int | None:
    """The time a client gave as `name`, local to `zone` unless it has an offset; None if it is "".

    Raises:
        Refused: 400.
    """
    if not text:
        return None
    try:
        return civil.parse(text, ZoneInfo(zone))
    except ValueError as error:
        raise Refused(400, f"{name}: {error}") from None


def whole(request: web.Request, name: str, default: int, most: int) -> int:
    """A whole number of the query, from 1 on.

    Raises:
        Refused: 400.
    """
    text = request.query.get(name, "") or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:20]) <= most:
        raise Refused(400, f"{name}={text[:40]!r} is no whole number from 1 to {most}")
    return int(text)
