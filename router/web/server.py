"""Serves HTTP: opens the socket, keeps clients within bounds, stops without dropping answers."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from aiohttp import web

from router.web.connection import Connection, Crowd
from router.web.envelope import TRAFFIC, envelope
from router.web.rooms import Rooms
from router.web.table import endpoints, guarded

BACKLOG = 1024


def application(rooms: Rooms) -> web.Application:
    """Everything that can be asked of us, without a socket."""
    app = web.Application(middlewares=[envelope], client_max_size=rooms.limits.body_bytes)
    app[TRAFFIC] = rooms.traffic
    for endpoint in endpoints(rooms):
        app.router.add_route(endpoint.method, endpoint.path, guarded(endpoint, rooms))
    return app


class Server:
    """A socket that is being listened on. `host` and `port` are what it came to."""

    def __init__(self, listener: asyncio.Server, crowd: Crowd) -> None:
        self._listener = listener
        self.crowd = crowd
        self.host, self.port = listener.sockets[0].getsockname()[:2]

    def stop_listening(self) -> None:
        """Take no new connections; those that are open go on."""
        self._listener.close()


@asynccontextmanager
async def serving(rooms: Rooms, listen: str) -> AsyncIterator[Server]:
    """Listen on `host:port` (port 0: any free one) until left.

    Leaving stops listening, lets requests under way finish for `limits.drain_seconds`, and closes
    every connection, also when it is left by a cancellation.

    Raises:
        OSError: the address cannot be listened on.
    """
    runner = web.AppRunner(application(rooms), shutdown_timeout=rooms.limits.drain_seconds)
    await runner.setup()
    assert runner.server is not None, "it is set up"
    manager, crowd = runner.server, Crowd(rooms.limits)
    loop = asyncio.get_running_loop()
    try:
        listener = await loop.create_server(
            lambda: Connection(manager, crowd, loop=loop),
            sock=_bound(listen),
            backlog=BACKLOG,
        )
        server = Server(listener, crowd)
        try:
            yield server
        finally:
            server.stop_listening()
    finally:
        with anyio.CancelScope(shield=True):
            await runner.cleanup()


def _bound(listen: str) -> socket.socket:
    """A socket bound to the address; an empty host means all of them, IPv4 and IPv6."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    if not host and socket.has_dualstack_ipv6():
        return socket.create_server(
            ("", int(port)), family=socket.AF_INET6, dualstack_ipv6=True, backlog=BACKLOG
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, int(port)), family=family, backlog=BACKLOG)
