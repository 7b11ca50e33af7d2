"""How wide a silence is: what it would hit now, and whether that was probably not meant."""

from collections.abc import Sequence

import anyio.lowlevel
import msgspec
from aiohttp import web

from router.core.alert import Alert
from router.core.labels import decode
from router.core.matcher import Matcher, matches_all
from router.core.state import State
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
