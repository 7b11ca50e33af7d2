"""The log: one line for each thing worth knowing, written off the loop, never showing a secret."""

import logging
import os
from collections.abc import Iterable
from functools import partial
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from router.runtime.log_line import Format, as_json, as_text
from router.runtime.log_thread import LineThread
from router.runtime.mask import Mask

LEVELS = ("debug", "info", "warning", "error")

_OTHERS = ("aiohttp", "aiosqlite", "apprise", "asyncio", "redis", "urllib3", "watchfiles")
_REQUESTS_REFUSED = "aiohttp.http_exceptions"
_mask = Mask()
_open: list["Log"] = []  # The one that was set up last.


def mask(values: Iterable[str]) -> None:
    """Never write these from now on. Shorter ones than four characters cannot be hidden."""
    _mask.add(values)


def dropped() -> int:
    """How many lines were dropped because nobody read them fast enough."""
    return sum(log.dropped for log in _open)


class Log:
    """The log while it is open."""

    def __init__(self, thread: LineThread, bridge: logging.Handler) -> None:
        self._thread = thread
        self._bridge = bridge

    @property
    def dropped(self) -> int:
        """How many of its lines were dropped."""
        return self._thread.dropped

    def close(self, seconds: float = 2.0) -> bool:
        """Write what waits, for at most so long; whether all of it was written."""
        logging.getLogger().removeHandler(self._bridge)
        return self._thread.close(seconds)


def setup(format: Format | None = None, level: str = "info", *, fd: int = 2) -> Log:
    """Let structlog and the standard library's loggers write to a file descriptor, by a thread.

    Without a `format` it is text on a terminal and JSON elsewhere. The caller closes the log.
    """
    chosen = format or ("text" if os.isatty(fd) else "json")
    render = as_json if chosen == "json" else as_text
    line = partial(render, cut=_mask.text)
    thread = LineThread(fd, _mask.bytes, lambda count: line(_notice(count)))
    numeric = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            lambda logger, _method, fields: line(_named(logger, fields)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=lambda *name: _Logger(thread, *name),
        cache_logger_on_first_use=False,
    )
    bridge = _Bridge(thread, line)
    _take_over(bridge, numeric)
    _open[:] = [Log(thread, bridge)]
    return _open[0]


def _notice(count: int) -> dict[str, Any]:
    return {
        "level": "warning",
        "event": "log lines dropped",
        "logger": "tocsin.log",
        "lines": count,
    }


def _named(logger: WrappedLogger, fields: EventDict) -> EventDict:
    if logger.name:
        fields["logger"] = logger.name
    return fields


class _Logger:
    """Where structlog hands its lines."""

    def __init__(self, thread: LineThread, name: str = "") -> None:
        self.name = name
        self._put = thread.put

    def debug(self, line: bytes) -> None:
        self._put(line, minor=True)

    def info(self, line: bytes) -> None:
        self._put(line)

    warning = error = critical = exception = info


class _Bridge(logging.Handler):
    """Where the standard library hands its records: what libraries say becomes lines like ours."""

    def __init__(self, thread: LineThread, line: Any) -> None:
        super().__init__()
        self._thread = thread
        self._line = line

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record as a line."""
        fields: EventDict = structlog.contextvars.get_contextvars()
        fields["level"] = record.levelname.lower()
        fields["event"] = _message(record)
        fields["logger"] = record.name
        if record.exc_info and not _is_refusal(record):
            fields["exc_info"] = record.exc_info
            fields = structlog.processors.format_exc_info(None, "", fields)
        self._thread.put(self._line(fields), minor=record.levelno <= logging.DEBUG)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        return f"{record.msg!r} with {record.args!r} cannot be written: {error}"


def _is_refusal(record: logging.LogRecord) -> bool:
    """Whether this is only a client that does not speak HTTP: no traceback for what others do."""
    kind = record.exc_info[0] if record.exc_info else None
    return kind is not None and kind.__module__ == _REQUESTS_REFUSED


def _take_over(bridge: _Bridge, level: int) -> None:
    root = logging.getLogger()
    for handler in [*root.handlers]:
        if isinstance(handler, _Bridge):
            root.removeHandler(handler)
    root.addHandler(bridge)
    root.setLevel(level)
    for name in _OTHERS:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(True)
