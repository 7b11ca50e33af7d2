"""GET /api/v2/status and /receivers: who we are, and the routing as Alertmanager would write it."""

import anyio
import anyio.to_thread
from aiohttp import web

from router.core.configuration import Configuration
from router.web.refusal import as_json
from router.web.rooms import Rooms
from router.web.text import rfc3339
from router.web.v2 import query
from router.web.v2.original import original
from router.web.v2.shown import receivers

COMPATIBLE = "0.34.0"  # The Alertmanager whose API this is; clients compare it with theirs.


class Status:
    """What clients ask first."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._writing = anyio.Lock()
        self._written: tuple[Configuration | None, str] = (None, "")

    async def show(self, _request: web.Request) -> web.Response:
        """The status. There is no cluster; the version is that of the API we speak."""
        configuration = self._rooms.door.state.configuration
        version = {
            "branch": "",
            "buildDate": "",
            "buildUser": "",
            "goVersion": "",
            "revision": f"tocsin {self._rooms.version}".strip(),
            "version": COMPATIBLE,
        }
        return as_json(
            {
                "cluster": {"peers": [], "status": "disabled"},
                "config": {"original": await self._original(configuration)},
                "uptime": rfc3339(self._rooms.started_at),
                "versionInfo": version,
            }
        )

    async def _original(self, configuration: Configuration) -> str:
        """Written once for each configuration, and aside: thousands of routes take seconds."""
        async with self._writing:
            if self._written[0] is not configuration:
                text = await anyio.to_thread.run_sync(original, configuration)
                self._written = configuration, text
            return self._written[1]

    async def receivers(self, request: web.Request) -> web.Response:
        """The names alerts can be told under, as routes.toml lists them, with their labels."""
        configuration = self._rooms.door.state.configuration
        known, wanted = configuration.receivers, query.receiver(request, configuration.receivers)
        names = [name for name in receivers(configuration) if wanted([name])]
        return as_json([{"name": name, "labels": query.labels_of(name, known)} for name in names])
