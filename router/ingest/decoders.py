"""The way each kind of source is read, with what a decoder needs to know of the moment."""

from collections.abc import Callable, Mapping

from router.core.alert import Alert
from router.core.settings import HttpSource
from router.ingest import alertmanager_api, entry, generic, webhook
from router.ingest.decoded import Decoded, Origin
from router.ingest.keys import Keys


class Decoders:
    """Reads bodies and stream entries. What sources call their alerts is remembered by source.

    `alerts` gives the alerts known at the moment, `wall` the wall time, `resolve_timeout` how long
    an alert fires that came without an end.
    """

    def __init__(
        self,
        alerts: Callable[[], Mapping[bytes, Alert]],
        wall: Callable[[], int],
        resolve_timeout: Callable[[], int],
    ) -> None:
        self._alerts = alerts
        self._wall = wall
        self._resolve_timeout = resolve_timeout
        self._keys: dict[str, Keys] = {}

    def api(self, body: bytes, *, source: HttpSource, cid: str) -> Decoded:
        """A body of `POST /api/v2/alerts`. Raises DecodeError."""
        return alertmanager_api.decode(
            body,
            now_wall=self._wall(),
            source=source.name,
            cid=cid,
            known=self._alerts(),
            resolve_timeout=self._resolve_timeout(),
        )

    def webhook(self, body: bytes, *, source: HttpSource, cid: str) -> Decoded:
        """A body of `POST /webhook/{source}`, by the source's kind. Raises DecodeError."""
        origin = Origin(now=self._wall(), source=source.name, cid=cid)
        if source.kind == "alertmanager":
            return webhook.decode(body, origin)
        return generic.decode(body, origin, self._keys_of(source.name))

    def entry(
        self, payload: bytes, *, source: str, now: int, as_of: int | None, cid: str
    ) -> Decoded:
        """The payload of a stream entry. Raises DecodeError."""
        origin = Origin(now=now, source=source, cid=cid, as_of=as_of)
        return entry.decode(payload, origin, self._keys_of(source))

    def _keys_of(self, source: str) -> Keys:
        if source not in self._keys:
            self._keys[source] = Keys(source, self._alerts)
        return self._keys[source]
