"""Calendars for people: `/ical/{token}.ics` by a secret address, and what that address is."""

from functools import partial

import anyio
from aiohttp import web

from router.core import ical
from router.core.configuration import Configuration
from router.runtime.feeds import Feed
from router.web.refusal import Refused, as_json
from router.web.rooms import Rooms
from router.web.schedules import named

_UNKNOWN = "this is no calendar's address, or not any more; ask for the new one"


class Feeds:
    """Shifts as iCalendar. Whoever has the address may read them, and nothing else."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._threads = anyio.CapacityLimiter(1)

    async def show(self, request: web.Request) -> web.Response:
        """GET /ical/{token}.ics: the calendar; 404 for any other token, whatever is wrong."""
        feed = self._rooms.signer().feeds.read(request.match_info["token"])
        house = self._rooms.door.state.configuration
        if feed is None or _version(house, feed) != feed.version:
            raise Refused(404, _UNKNOWN)
        wall = self._rooms.door.now().wall
        work = partial(_written, house, feed, wall)
        text = await anyio.to_thread.run_sync(work, limiter=self._threads)
        headers = {
            "Content-Type": "text/calendar; charset=utf-8",
            "Content-Disposition": 'inline; filename="shifts.ics"',
            "Cache-Control": "private, max-age=300",
            "Referrer-Policy": "no-referrer",
        }
        return web.Response(body=text, headers=headers)

    async def address(self, request: web.Request) -> web.Response:
        """GET /api/v1/ical?user= or ?schedule=: `{"url"}`, the secret address of a calendar."""
        house = self._rooms.door.state.configuration
        user, schedule = (request.query.get(name, "") for name in ("user", "schedule"))
        if bool(user) == bool(schedule):
            raise Refused(400, "whose calendar: give user or schedule")
        if user and user not in house.users:
            raise Refused(404, f"no user {user[:80]!r}; known: {', '.join(house.users)}")
        if schedule:
            named(house, schedule)
        feed = Feed("user", user) if user else Feed("schedule", schedule)
        feed = Feed(feed.kind, feed.name, _version(house, feed) or 0)
        base = house.url or f"{request.scheme}://{request.host}"
        return as_json({"url": f"{base}/ical/{self._rooms.signer().feeds.token(feed)}.ics"})


def _version(house: Configuration, feed: Feed) -> int | None:
    """The version an address must have to count; None when whose it is is gone."""
    known = house.users if feed.kind == "user" else house.schedules
    found = known.get(feed.name)
    return found.ical_version if found else None


def _written(house: Configuration, feed: Feed, wall: int) -> bytes:
    if feed.kind == "user":
        user = house.users[feed.name]
        name = f"On call: {user.name or user.id}"
        return ical.write(name, ical.of_user(house.schedules.values(), feed.name, wall), wall)
    schedule = house.schedules[feed.name]
    return ical.write(schedule.name, ical.of_schedule(schedule, house.users, wall), wall)
