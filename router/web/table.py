"""Every way in from outside, in one table."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from aiohttp import web

from router.core.settings import Scope
from router.web import who
from router.web.actions import GOOD
from router.web.answers import Answers
from router.web.feeds import Feeds
from router.web.health import Probes
from router.web.heartbeats import Heartbeats
from router.web.incidents import Incidents
from router.web.ingest import Ingest
from router.web.overrides import Overrides
from router.web.receivers import Receivers
from router.web.refusal import Refused
from router.web.rooms import Rooms
from router.web.routes import Routes
from router.web.schedules import Schedules
from router.web.silences import Silences
from router.web.slack import Slack
from router.web.templates import TemplatesApi
from router.web.twilio import Twilio
from router.web.v2.alerts import Alerts
from router.web.v2.groups import Groups
from router.web.v2.lookup import Lookup
from router.web.v2.silences import SilencesApi
from router.web.v2.status import Status
from router.web.why import Why

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


_ANSWER = f"/api/v1/incidents/{{number}}/{{action:{'|'.join(GOOD)}}}"


class Endpoint(NamedTuple):
    """One method on one path.

    `scope` is what a token must allow; None where the handler sees to that itself (a source's
    token, a signed link, Slack's signature) or nobody is asked. `waits`: the answer depends on the
    state, so it leaves only when everything it was computed from is durable.
    """

    method: str
    path: str
    handler: Answering
    scope: Scope | None
    waits: bool = True


def endpoints(rooms: Rooms) -> list[Endpoint]:
    """All of them. There is no other: unknown paths are 404, and no page answers everything."""
    probes, ingest, incidents = Probes(rooms), Ingest(rooms), Incidents(rooms)
    heartbeats = Heartbeats(rooms)
    why, quiet, lookup = Why(rooms), Silences(rooms), Lookup()
    alerts, groups, silences, status = (
        Alerts(rooms, lookup),
        Groups(rooms, lookup),
        SilencesApi(rooms),
        Status(rooms),
    )
    return [
        Endpoint("POST", "/api/v2/alerts", ingest.alerts, None),
        Endpoint("GET", "/api/v2/alerts", alerts.index, "read"),
        Endpoint("GET", "/api/v2/alerts/groups", groups.index, "read"),
        Endpoint("GET", "/api/v2/receivers", status.receivers, "read"),
        Endpoint("GET", "/api/v2/status", status.show, "read"),
        Endpoint("GET", "/api/v2/silences", silences.index, "read"),
        Endpoint("POST", "/api/v2/silences", silences.post, "silence"),
        Endpoint("GET", "/api/v2/silence/{id}", silences.show, "read"),
        Endpoint("DELETE", "/api/v2/silence/{id}", silences.end, "silence"),
        Endpoint("POST", "/webhook/{source}", ingest.webhook, None),
        Endpoint("PUT", "/webhook/{source}", ingest.webhook, None),
        Endpoint("POST", "/webhook/{source}/{token}", ingest.webhook, None),
        Endpoint("PUT", "/webhook/{source}/{token}", ingest.webhook, None),
        Endpoint("POST", "/heartbeat/{name}", heartbeats.call, None),
        Endpoint("PUT", "/heartbeat/{name}", heartbeats.call, None),
        Endpoint("POST", "/heartbeat/{name}/{token}", heartbeats.call, None),
        Endpoint("PUT", "/heartbeat/{name}/{token}", heartbeats.call, None),
        Endpoint("GET", "/heartbeat/{name}", heartbeats.refuse, None, waits=False),
        Endpoint("GET", "/heartbeat/{name}/{token}", heartbeats.refuse, None, waits=False),
        Endpoint("GET", "/api/v1/heartbeats", heartbeats.index, "read"),
        *_about_incidents(rooms),
        Endpoint("GET", "/api/v1/alerts/search", why.index, "read"),
        Endpoint("GET", "/api/v1/alerts/{fingerprint}/history", why.history, "read"),
        Endpoint("POST", "/api/v1/receivers/test", Receivers(rooms).test, "admin"),
        Endpoint("POST", "/api/v1/routes/test", Routes(rooms).test, "read"),
        *_on_call(rooms),
        Endpoint("GET", "/api/v1/rejects", incidents.rejects, "read"),
        Endpoint("POST", "/api/v1/silences", quiet.make, "silence"),
        Endpoint("POST", "/api/v1/silences/preview", quiet.preview, "read"),
        Endpoint("POST", "/api/v1/templates/render", TemplatesApi(rooms).render, "read"),
        Endpoint("GET", "/health/live", probes.live, None, waits=False),
        Endpoint("HEAD", "/health/live", probes.live, None, waits=False),
        Endpoint("GET", "/health/ready", probes.ready, None, waits=False),
        Endpoint("HEAD", "/health/ready", probes.ready, None, waits=False),
        Endpoint("GET", "/health/startup", probes.startup, None, waits=False),
        Endpoint("HEAD", "/health/startup", probes.startup, None, waits=False),
        Endpoint("GET", "/-/healthy", probes.healthy, None, waits=False),
        Endpoint("HEAD", "/-/healthy", probes.healthy, None, waits=False),
        Endpoint("GET", "/-/ready", probes.prepared, None, waits=False),
        Endpoint("HEAD", "/-/ready", probes.prepared, None, waits=False),
        Endpoint("POST", "/-/reload", probes.reload, "admin", waits=False),
        Endpoint("POST", "/-/resume", probes.resume, "admin", waits=False),
        Endpoint("GET", "/metrics", probes.metrics, "read", waits=False),
    ]


def _on_call(rooms: Rooms) -> list[Endpoint]:
    schedules, overrides, feeds = Schedules(rooms), Overrides(rooms), Feeds(rooms)
    return [
        Endpoint("GET", "/api/v1/oncall", schedules.on_call, "read"),
        Endpoint("GET", "/api/v1/schedules", schedules.index, "read"),
        Endpoint("GET", "/api/v1/schedules/{name}", schedules.show, "read"),
        Endpoint("GET", "/api/v1/overrides", overrides.index, "read"),
        Endpoint("POST", "/api/v1/overrides", overrides.post, "answer"),
        Endpoint("DELETE", "/api/v1/overrides/{id}", overrides.remove, "answer"),
        Endpoint("POST", "/api/v1/swaps", overrides.swap, "answer"),
        Endpoint("GET", "/api/v1/ical", feeds.address, "read"),
        Endpoint("GET", "/ical/{token}.ics", feeds.show, None),
        Endpoint("HEAD", "/ical/{token}.ics", feeds.show, None),
    ]


def _about_incidents(rooms: Rooms) -> list[Endpoint]:
    """Incidents and the answers to them, wherever people give those."""
    answers, slack, incidents = Answers(rooms), Slack(rooms), Incidents(rooms)
    return [
        Endpoint("GET", "/a/{token}", answers.show, None),
        Endpoint("HEAD", "/a/{token}", answers.show, None),
        Endpoint("OPTIONS", "/a/{token}", answers.options, None, waits=False),
        Endpoint("POST", "/a/{token}", answers.take, None),
        Endpoint("POST", "/slack/command", slack.command, None),
        Endpoint("POST", "/slack/interactive", slack.press, None),
        Endpoint("POST", "/sms/twilio", Twilio(rooms).take, None),
        Endpoint("GET", "/api/v1/incidents", incidents.index, "read"),
        Endpoint("GET", "/api/v1/incidents/{number}", incidents.show, "read"),
        Endpoint("POST", "/api/v1/incidents", incidents.page, "answer"),
        Endpoint("POST", _ANSWER, incidents.answer, "answer"),
    ]


def guarded(endpoint: Endpoint, rooms: Rooms) -> Answering:
    """The endpoint's handler, once it is clear who asks; it waits for the disk if need be."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if endpoint.scope is not None:
            request[who.CALLER] = who.require(request, rooms, endpoint.scope)
        if not endpoint.waits:
            return await endpoint.handler(request)
        try:
            told = await endpoint.handler(request)
        except Refused:
            await rooms.door.settled()
            raise
        await rooms.door.settled()
        return told

    return answer
