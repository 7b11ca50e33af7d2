"""Routes tried out: what would become of an alert with these labels, in the service as it runs."""

from datetime import datetime
from zoneinfo import ZoneInfo

import anyio
import msgspec
from aiohttp import web

from router.core.explanation import work_out
from router.core.labels import fingerprint, valid_name, valid_text
from router.core.moment import DAY, SECOND, from_datetime
from router.core.mute import muted_by
from router.core.quiet import in_words
from router.web import body
from router.web.explanation import explanation
from router.web.refusal import Refused, as_json
from router.web.rooms import Rooms
from router.web.sentences import quiet

HORIZON_MOST = 7 * DAY
LABELS_MOST = 200
_DECISIONS = 2_000  # A test of routes must not keep the processor from a page.


class _Posted(msgspec.Struct):
    labels: dict[str, str]
    at: str = ""
    for_seconds: float = 2 * 3600
    dead: list[str] = []


_posted = msgspec.json.Decoder(_Posted).decode


class Routes:
    """`/api/v1/routes`."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def test(self, request: web.Request) -> web.Response:
        """POST /api/v1/routes/test with `{"labels": {…}, "at", "for_seconds"}`: who is told when.

        `dead` are channels, such as `sms`, by which nothing can be sent meanwhile. The shape is
        that of `tocsin explain --json`; beside it `muted_now`, sentences about the silences and
        alerts that would keep such an alert quiet now, and its `fingerprint`.
        """
        posted = _read(await body.read(request, self._rooms.limits))
        labels = {name: value for name, value in posted.labels.items() if value}
        if not labels or not all(valid_name(n) and valid_text(v) for n, v in labels.items()):
            raise Refused(400, "an alert needs labels, and each of them a name and valid text")
        if len(labels) > LABELS_MOST:
            raise Refused(400, f"{len(labels)} labels are more than the {LABELS_MOST} looked at")
        state, wall = self._rooms.door.state, self._rooms.door.now().wall
        configuration = state.configuration
        at = _wall(posted.at, configuration.timezone) if posted.at else wall
        horizon = int(posted.for_seconds * SECOND)
        if not 0 < horizon <= HORIZON_MOST:
            raise Refused(400, "for_seconds must be more than nothing and at most a week")
        by = muted_by(state, labels, wall)
        told = await anyio.to_thread.run_sync(
            work_out, configuration, labels, at, horizon, _DECISIONS, frozenset(posted.dead)
        )
        muted = [quiet([reason], in_words(state, [reason])) for reason in by]
        shown = {"fingerprint": fingerprint(labels), "muted_now": muted}
        return as_json(explanation(told) | shown)


def _read(payload: bytes) -> _Posted:
    try:
        return _posted(payload)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Refused(400, f"the body cannot be read: {error}") from None


def _wall(text: str, zone: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        sentence = f"at={text[:40]!r} is no time; write it like 2026-05-01T12:30:00Z"
        raise Refused(400, sentence) from None
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)))
