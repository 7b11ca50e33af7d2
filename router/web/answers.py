"""Answer links: `/a/{token}` shows the incident to whoever looks, and answers for who presses."""

from collections.abc import Mapping
from urllib.parse import parse_qs

import msgspec
import structlog
from aiohttp import web

from router.core.alert import Alert
from router.core.command import Answer
from router.core.event import Acknowledged
from router.core.incident import Incident, Status
from router.core.labels import decode
from router.core.link import Link
from router.runtime.links import LinkError
from router.web import body, page
from router.web.buttons import DONE, Pressed, choices, morning, pressed
from router.web.envelope import CID
from router.web.page import NAME_LONGEST, AlertView, IncidentView
from router.web.refusal import Refused
from router.web.rooms import Rooms
from router.web.text import clock, one_line, person

ALERTS_SHOWN = 20

_NOTHING = "This link does not lead anywhere. It may have expired, or be incomplete."
_OVER = "This incident is over. There is nothing left to acknowledge."
_log = structlog.get_logger("tocsin.answer")
_annotations = msgspec.json.Decoder(dict[str, str]).decode


class Answers:
    """What happens behind the links in pages. Reading them changes nothing, however often."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def show(self, request: web.Request) -> web.Response:
        """GET and HEAD: the incident, its alerts, and a button while it rings."""
        link = self._link(request)
        return page.incident(self._view(link, self._open(link)))

    async def options(self, request: web.Request) -> web.Response:
        """OPTIONS: what may be asked, of any link, right or wrong."""
        return web.Response(status=204, headers={"Allow": "GET, HEAD, POST, OPTIONS"})

    async def take(self, request: web.Request) -> web.Response:
        """POST: acknowledge, or what `do` says. Repeating it shows the same page again."""
        link = self._link(request)
        incident = self._open(link)
        form = _form(await body.read(request, self._rooms.limits))
        by = self._who(link, form)
        if not by:
            return page.incident(self._view(link, incident, problem="Please say who you are."), 400)
        event = pressed(form, link.incident, by, lambda: self._tomorrow(link))
        if event is None:
            return page.incident(
                self._view(link, incident, problem="There is no such button."), 400
            )
        outcome = (await self._rooms.door.submit([event], urgent=True))[0]
        if outcome.error:
            raise Refused(500, "This could not be recorded. Please answer in another way.")
        _log.info(
            "answered",
            action=type(event).__name__,
            incident=link.incident,
            by=by,
            target=link.target,
            cid=request[CID],
            remote=request.remote,
            agent=one_line(request.headers.get("User-Agent", ""), 200),
        )
        return page.incident(
            self._view(link, self._open(link), problem=_refusal(event, outcome.answer))
        )

    def _link(self, request: web.Request) -> Link:
        """What the link allows; whatever is wrong with it, the answer is the same."""
        door = self._rooms.door
        try:
            link = self._rooms.signer().read(request.match_info["token"], door.now().wall)
        except LinkError:
            raise Refused(404, _NOTHING) from None
        if link.instance != door.state.instance or link.action != "ack":
            raise Refused(404, _NOTHING)
        return link

    def _open(self, link: Link) -> Incident:
        """The incident the link speaks of, if it is not over."""
        incident = self._rooms.door.state.incidents.get(link.incident)
        if incident is not None:
            return incident
        raise Refused(410, _OVER)

    def _tomorrow(self, link: Link) -> int:
        """Microseconds until tomorrow morning where the person is that the link was sent to."""
        configuration, wall = self._rooms.door.state.configuration, self._rooms.door.now().wall
        user = configuration.users.get(_owner(link)) if link.target.startswith("user:") else None
        zone = user.timezone if user and user.timezone else configuration.timezone
        return morning(wall, zone) - wall

    def _who(self, link: Link, form: Mapping[str, str]) -> str:
        """The person a link was sent to; in a shared channel, the name typed in and the channel."""
        if link.target.startswith("user:"):
            return _owner(link)
        name = one_line(form.get("who", ""), NAME_LONGEST)
        return f"{name} (via {_owner(link)})" if name else ""

    def _view(self, link: Link, incident: Incident, problem: str = "") -> IncidentView:
        state = self._rooms.door.state
        firing = [alert for alert in state.alerts_of(incident.group) if alert.firing]
        shared = not link.target.startswith("user:")
        return IncidentView(
            number=incident.number,
            title=one_line(incident.title, 300),
            standing=self._standing(incident, self._zone(link)),
            mood="ringing" if incident.ringing else "taken",
            choices=choices(incident),
            version=incident.version,
            channel=_owner(link) if shared else "",
            person="" if shared else person(state, _owner(link)),
            alerts=tuple(map(_alert_view, firing[:ALERTS_SHOWN])),
            more=max(len(firing) - ALERTS_SHOWN, 0),
            problem=problem,
        )

    def _zone(self, link: Link) -> str:
        users = self._rooms.door.state.configuration.users
        user = users.get(_owner(link)) if link.target.startswith("user:") else None
        return (user.timezone if user else "") or "UTC"

    def _standing(self, incident: Incident, zone: str) -> str:
        if incident.status is Status.ACKNOWLEDGED:
            by = person(self._rooms.door.state, incident.answered_by)
            return f"Acknowledged by {by} at {clock(incident.answered_at, zone)}."
        if incident.status is Status.SNOOZED and incident.next_due is not None:
            by, now = person(self._rooms.door.state, incident.snoozed_by), self._rooms.door.now()
            until = clock(now.wall + incident.next_due - now.service, zone)
            return f"Snoozed by {by} until {until}."
        since = f"since {clock(incident.opened_at, zone)}"
        if incident.held:
            return f"Nobody has answered {since}, but nothing fires at the moment."
        return f"Nobody has answered {since}."


def _refusal(event: Pressed, answer: Answer | None) -> str:
    """The sentence to show when what was pressed could not be done; nothing when it was."""
    if answer is None or answer.code in DONE or isinstance(event, Acknowledged):
        return ""
    return f"{answer.text[:1].upper()}{answer.text[1:]}."


def _form(posted: bytes) -> dict[str, str]:
    """The fields of the form; nothing when the body is none."""
    try:
        form = parse_qs(posted.decode(), max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in form.items()}


def _owner(link: Link) -> str:
    """Whom a link was sent to: the user's id, or the receiver's name."""
    _, _, rest = link.target.partition(":")
    return rest.rpartition("/")[0] if link.target.startswith("user:") else rest.rsplit("/", 2)[0]


def _alert_view(alert: Alert) -> AlertView:
    annotations: Mapping[str, str] = _annotations(alert.annotations)
    summary = annotations.get("summary") or annotations.get("description", "")
    web_address = alert.url.startswith(("http://", "https://"))
    return AlertView(
        labels=tuple(decode(alert.labels).items()),
        summary=summary,
        url=alert.url if web_address else "",
    )
