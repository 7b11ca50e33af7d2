"""One client's connection, with the bounds aiohttp leaves to others: how many, and how slow."""

import asyncio
from typing import Any

import structlog
from aiohttp import web
from aiohttp.http import HttpProcessingError

from router.web.rooms import Limits

_log = structlog.get_logger("tocsin.web")


class Crowd:
    """The connections of one server; those waiting for a request, longest wait first."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.open: set[Connection] = set()
        self.waiting: dict[Connection, None] = {}
        self.turned_away = 0

    def admit(self, connection: "Connection") -> bool:
        """Make room for one more, at the cost of who waited longest; False when all are busy."""
        while len(self.open) >= self.limits.connections:
            if not self.waiting:
                self.turned_away += 1
                return False
            oldest = next(iter(self.waiting))
            self.leave(oldest)
            oldest.force_close()
        self.open.add(connection)
        self.waiting[connection] = None
        return True

    def leave(self, connection: "Connection") -> None:
        """Count a connection no more."""
        self.open.discard(connection)
        self.waiting.pop(connection, None)


class Connection(web.RequestHandler):
    """aiohttp's protocol with a deadline for the first head and for unread answers.

    Later heads, and idleness between requests, are bounded by aiohttp's keep-alive time-out.
    """

    def __init__(
        self, server: web.Server, crowd: Crowd, *, loop: asyncio.AbstractEventLoop
    ) -> None:
        limits = crowd.limits
        super().__init__(
            server,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # It tests for None itself.
            keepalive_timeout=limits.idle_seconds,
            lingering_time=limits.linger_seconds,
            max_line_size=8190,
            max_field_size=8190,
            max_headers=64,
        )
        self._crowd = crowd
        self._deadline: asyncio.TimerHandle | None = None
        self._timers = loop
        self._wire: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a first request, if there is room for one more."""
        super().connection_made(transport)
        self._wire = self.transport
        if self._crowd.admit(self):
            self._give(self._crowd.limits.head_seconds)
        else:
            self.force_close()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Make room for another."""
        self._give(None)
        self._wire = None
        self._crowd.leave(self)
        super().connection_lost(exc)

    def begin(self) -> None:
        """A request's head is complete and being answered: this connection is at work."""
        self._give(None)
        self._crowd.waiting.pop(self, None)

    def end(self) -> None:
        """The answer is computed: the connection waits for the next request again."""
        if self in self._crowd.open:
            self._crowd.waiting[self] = None

    def stop_reading(self) -> None:
        """Take nothing more of a body that was refused, not even to throw it away."""
        self._lingering_time = 0.0

    def pause_writing(self) -> None:
        """The client does not read what we write: wait a while for it."""
        super().pause_writing()
        self._give(self._crowd.limits.stall_seconds)

    def resume_writing(self) -> None:
        """It reads again."""
        self._give(None)
        super().resume_writing()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what is no request, and to a defect of ours; it quotes neither."""
        if status == 400:
            message = "this cannot be read as a request\n"
        answer = super().handle_error(request, status, exc, message)
        answer.headers["Server"] = "tocsin"
        return answer

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """A request that is no HTTP is worth a line, a defect of ours its traceback."""
        error = kw.get("exc_info")
        if isinstance(error, HttpProcessingError):
            _log.info("bad request", problem=type(error).__name__)  # Its text quotes what came.
        else:
            _log.error("request failed", exc_info=error)

    def _give(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if seconds is not None:
            self._deadline = self._timers.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        self._deadline = None
        if self._wire is not None:
            self._wire.abort()
