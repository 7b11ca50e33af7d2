"""The slash command `/tocsin`: `list`, `show N`, `ack N`, `snooze N 2h`, `escalate N` and more."""

import msgspec

from router.core import duration
from router.core.configuration import User
from router.core.event import (
    Acknowledged,
    Escalated,
    Noted,
    Resolved,
    Snoozed,
    Unacknowledged,
    Unsnoozed,
)
from router.core.incident import Incident, Status
from router.core.labels import decode
from router.core.labels import text as spell
from router.core.moment import HOUR, MINUTE
from router.web.rooms import Rooms
from router.web.text import clock, one_line, person

LISTED = 20
ALERTS_SHOWN = 10
NOTE_LONGEST = 2000

_HELP = (
    "`/tocsin list` shows what is open, `/tocsin show 7` incident 7; "
    "`/tocsin ack 7` takes it, `/tocsin unack 7` gives it back, `/tocsin snooze 7 2h` puts it off, "
    "`/tocsin unsnooze 7` ends that, `/tocsin escalate 7` calls the next step now, "
    "`/tocsin note 7 words` writes on its timeline, `/tocsin resolve 7` declares it over."
)
_VERBS = ("show", "ack", "unack", "resolve", "snooze", "unsnooze", "escalate", "note")
_NEWS = ("acknowledged", "resolved", "snoozed", "unsnoozed", "unacknowledged", "escalated")
Doing = Acknowledged | Unacknowledged | Resolved | Snoozed | Unsnoozed | Escalated | Noted
_MARKS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class Told(msgspec.Struct, frozen=True):
    """What the command says back: to the whole channel, or to the one who asked alone."""

    text: str
    public: bool = False


class Slash:
    """Understands and does what people type after `/tocsin`."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def answer(self, slack_user: str, typed: str) -> Told:
        """Do what was typed, in the name of whoever routes.toml says this Slack user is."""
        verb, *rest = typed.split() or ["help"]
        verb = verb.lower()
        if verb == "help":
            return Told(_HELP)
        user = self.user(slack_user)
        if user is None:
            return stranger(slack_user)
        if verb == "list":
            return self._list()
        if verb not in _VERBS:
            return Told(f"I do not know `{escape(one_line(verb, 40))}`. {_HELP}")
        number = _number(rest)
        if number is None:
            return Told(f"Which incident? For example `/tocsin {verb} 7`.")
        if verb == "show":
            return self._show(number)
        try:
            event = _event(verb, number, user.id, rest[1:])
        except ValueError as error:
            return Told(f"{escape(str(error))}.")
        return await self.act(event, number)

    async def act(self, event: Doing, number: int) -> Told:
        """Do it, and say what became of it: to everybody when it is news."""
        was_open = number in self._rooms.door.state.incidents
        outcome = (await self._rooms.door.submit([event], urgent=True))[0]
        answer = outcome.answer
        if outcome.error or answer is None:
            return Told("That could not be recorded. Please answer in another way.")
        is_news = was_open and answer.code in _NEWS
        said = answer.text[:1].upper() + answer.text[1:]
        return Told(f"{escape(said)}.", public=is_news)

    def _list(self) -> Told:
        incidents = sorted(self._rooms.door.state.incidents.values(), key=lambda i: i.number)
        if not incidents:
            return Told("Nothing is open.")
        lines = [self._line(incident) for incident in incidents[-LISTED:]]
        if len(incidents) > LISTED:
            lines.insert(0, f"The newest {LISTED} of {len(incidents)}:")
        return Told("\n".join(lines))

    def _show(self, number: int) -> Told:
        state = self._rooms.door.state
        incident = state.incidents.get(number)
        if incident is None:
            over = 0 < number <= state.last["incident"]
            return Told(
                f"Incident {number} is over." if over else f"There is no incident {number}."
            )
        firing = [alert for alert in state.alerts_of(incident.group) if alert.firing]
        lines = [self._line(incident), f"Opened {clock(incident.opened_at)}."]
        lines += [
            f"• {escape(one_line(spell(decode(a.labels)), 300))}" for a in firing[:ALERTS_SHOWN]
        ]
        if len(firing) > ALERTS_SHOWN:
            lines.append(f"… and {len(firing) - ALERTS_SHOWN} more.")
        return Told("\n".join(lines))

    def _line(self, incident: Incident) -> str:
        title = escape(one_line(incident.title, 150))
        age = _span(self._rooms.door.now().wall - incident.opened_at)
        standing = str(incident.status)
        if incident.status is Status.ACKNOWLEDGED:
            by = person(self._rooms.door.state, incident.answered_by)
            standing = f"acknowledged by {escape(by)}"
        elif incident.status is Status.SNOOZED:
            by = person(self._rooms.door.state, incident.snoozed_by)
            standing = f"snoozed by {escape(by)}"
        return f"*#{incident.number}* {incident.policy.priority} {title} ({standing}, {age})"

    def user(self, slack_user: str) -> User | None:
        """Who routes.toml says this Slack user is."""
        users = self._rooms.door.state.configuration.users.values()
        return next((user for user in users if slack_user and user.slack == slack_user), None)


def stranger(slack_user: str) -> Told:
    """What somebody hears whom routes.toml does not know."""
    known = escape(one_line(slack_user, 40))
    return Told(f'I do not know you yet. Add `slack = "{known}"` to your user in routes.toml.')


def escape(text: str) -> str:
    """Text as it is in Slack's mrkdwn: nobody can be mentioned, no link be made, by a label.

    docs.slack.dev, "Formatting message text": these three characters, and no others.
    """
    return text.translate(_MARKS)


def _event(verb: str, number: int, by: str, words: list[str]) -> Doing:
    """What a verb asks for.

    Raises:
        ValueError: a word is missing, or wrong.
    """
    match verb:
        case "ack":
            return Acknowledged(incident=number, by=by, via="slack")
        case "unack":
            return Unacknowledged(incident=number, by=by, via="slack")
        case "snooze":
            if not words:
                raise ValueError(f"For how long? For example `/tocsin snooze {number} 2h`")
            span = duration.parse(one_line(words[0], 40))
            return Snoozed(incident=number, span=span, by=by, via="slack")
        case "unsnooze":
            return Unsnoozed(incident=number, by=by, via="slack")
        case "escalate":
            return Escalated(incident=number, by=by, via="slack")
        case "note":
            said = one_line(" ".join(words), NOTE_LONGEST)
            return Noted(incident=number, by=by, via="slack", comment=said)
    return Resolved(incident=number, by=by, via="slack")


def _number(words: list[str]) -> int | None:
    text = words[0].lstrip("#") if words else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _span(microseconds: int) -> str:
    minutes = max(microseconds, 0) // MINUTE
    hours = minutes * MINUTE // HOUR
    return f"{hours} h {minutes - hours * 60} min" if hours else f"{minutes} min"
