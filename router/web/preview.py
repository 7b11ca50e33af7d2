"""What a silence would hold back if it began now: to look at before it is made."""

import anyio.lowlevel
from aiohttp import web

from router.core.labels import decode, fingerprint
from router.core.matcher import matches_all
from router.web import body
from router.web.refusal import as_json
from router.web.rooms import Rooms
from router.web.v2 import posted

LISTED = 100  # So many of the alerts are named.
_SLICE = 200  # So many are looked at before somebody else has a turn.


class Preview:
    """`/api/v1/silences/preview`."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def silence(self, request: web.Request) -> web.Response:
        """POST `{"matchers": […]}`, as a silence has them: which firing alerts they match.

        `{"matched", "firing", "alerts": […], "warnings": […]}`; `alerts` are the first hundred,
        and a warning is a sentence about a silence that is probably wider than was meant.
        """
        matchers = posted.matchers(await body.read(request, self._rooms.limits))
        firing, matched, alerts = 0, 0, []
        for looked, alert in enumerate([*self._rooms.door.state.alerts.values()], 1):
            if looked % _SLICE == 0:
                await anyio.lowlevel.checkpoint()
            if not alert.firing:
                continue
            firing += 1
            labels = decode(alert.labels)
            if matches_all(matchers, labels):
                matched += 1
                if matched <= LISTED:
                    alerts.append({"fingerprint": fingerprint(labels), "labels": labels})
        warnings = []
        if all(matcher.is_negative for matcher in matchers):
            warnings.append("every matcher is negative: it silences whatever lacks these labels")
        if 2 * matched > firing:
            warnings.append(f"it silences {matched} of the {firing} alerts that fire now")
        told = {"matched": matched, "firing": firing, "alerts": alerts, "warnings": warnings}
        return as_json(told)
