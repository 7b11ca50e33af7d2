"""GET /api/v2/status and /receivers: who we are, and the routing as Alertmanager would write it."""

from typing import Any

import msgspec
from aiohttp import web

from router.core.configuration import Configuration
from router.core.moment import SECOND
from router.core.route import Route
from router.web.refusal import as_json
from router.web.rooms import Rooms
from router.web.text import rfc3339
from router.web.v2.shown import destination, receivers

COMPATIBLE = "0.34.0"  # The Alertmanager whose API this is; clients compare it with theirs.


class Status:
    """What clients ask first."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

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
                "config": {"original": original(configuration)},
                "uptime": rfc3339(self._rooms.started_at),
                "versionInfo": version,
            }
        )

    async def receivers(self, _request: web.Request) -> web.Response:
        """The names alerts can be told under, as routes.toml lists them."""
        names = receivers(self._rooms.door.state.configuration)
        return as_json([{"name": name} for name in names])


def original(configuration: Configuration) -> str:
    """The routing tree as an alertmanager.yml, in YAML that is JSON.

    Only what amtool and Grafana read of it; a policy without a receiver appears as one, for
    Alertmanager knows no policies.
    """
    written = {
        "route": _route(configuration.tree.root),
        "receivers": [{"name": name} for name in receivers(configuration)],
    }
    return msgspec.json.format(msgspec.json.encode(written), indent=2).decode()


def _route(route: Route) -> dict[str, Any]:
    written: dict[str, Any] = {
        "receiver": destination(route),
        "group_by": ["..."] if route.group_by_all else list(route.group_by),
        "group_wait": _span(route.group_wait),
        "group_interval": _span(route.group_interval),
        "repeat_interval": _span(route.repeat_interval),
    }
    if route.matchers:
        written["matchers"] = [str(matcher) for matcher in route.matchers]
    if route.continue_:
        written["continue"] = True
    if route.routes:
        written["routes"] = [_route(child) for child in route.routes]
    return written


def _span(microseconds: int) -> str:
    seconds, rest = divmod(microseconds, SECOND)
    return f"{microseconds // 1000}ms" if rest else f"{seconds}s"
