"""How wide a silence is: what it would hit now, and whether that was probably not meant."""

from collections.abc import Sequence

import anyio.lowlevel
import msgspec
from aiohttp import web

from router.core.alert import Alert
from router.core.labels import decode
from router.core.matcher import Matcher, matches_all
from router.core.state import State
from router.web.refusal import Refused
from router.web.rooms import Rooms
from router.web.v2.query import TRUE

FORCED = "force:"  # A comment that begins so says that the breadth is meant, where no flag can.
MANY = 20  # From so many firing alerts on, half of them is too many to be silenced unasked.
_SLICE = 200  # So many are looked at before somebody else has a turn.


class Breadth(msgspec.Struct, frozen=True):
    """The firing alerts a silence would hit, of how many that fire."""

    matched: Sequence[Alert]
    firing: int
    negative: bool

    def warnings(self) -> list[str]:
        """Sentences about a silence that is probably wider than was meant."""
        found = []
        if self.negative:
            found.append("every matcher is negative: it silences whatever lacks these labels")
        if 2 * len(self.matched) > self.firing:
            count = len(self.matched)
            found.append(f"it silences {count} of the {self.firing} alerts that fire now")
        return found

    def objection(self, *, compatible: bool) -> str:
        """Why it needs force, or nothing.

        `compatible`: as little as can be refused without surprising clients of Alertmanager.
        """
        half = self.firing >= MANY and 2 * len(self.matched) > self.firing
        negative = self.negative and (not compatible or self.firing >= MANY)
        return self.warnings()[0 if negative else -1] if half or negative else ""


async def breadth(state: State, matchers: Sequence[Matcher]) -> Breadth:
    """What these matchers would hit now."""
    matched, firing = [], 0
    for looked, alert in enumerate([*state.alerts.values()], 1):
        if looked % _SLICE == 0:
            await anyio.lowlevel.checkpoint()
        if alert.firing:
            firing += 1
            if matches_all(matchers, decode(alert.labels)):
                matched.append(alert)
    return Breadth(matched, firing, all(matcher.is_negative for matcher in matchers))


def forced(request: web.Request, comment: str) -> bool:
    """Whether it was said that the breadth is meant."""
    return comment.startswith(FORCED) or request.query.get("force", "").lower() in TRUE


def refuse_too_much(rooms: Rooms, silence_id: str, size: int) -> None:
    """Refuse what `[api] max_silences` and `max_silence_bytes` leave no room for.

    Raises:
        Refused: 400.
    """
    api, kept = rooms.api(), rooms.door.state.silences
    if api.max_silence_bytes and size > api.max_silence_bytes:
        limit = f"(limit: {api.max_silence_bytes} bytes)"
        raise Refused(400, f"silence exceeded maximum size: {size} bytes {limit}")
    if api.max_silences and kept.get(silence_id) is None:
        count = len(kept.all())
        if count >= api.max_silences:
            limit = f"(limit: {api.max_silences}, which counts expired ones too)"
            raise Refused(400, f"exceeded maximum number of silences: {count} {limit}")
