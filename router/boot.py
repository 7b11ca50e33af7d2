"""Reads the configuration that a service starts with, and the same file again when it is edited."""

import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import structlog

from router.config.almanac import Kept
from router.config.load import Loaded
from router.config.read import read as read_configuration
from router.core.moment import from_datetime
from router.errors import ConfigError
from router.runtime.live import complete, read

_log = structlog.get_logger("tocsin")


class ServeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says. `listen` overrides routes.toml; `console` prints what lacks.

    `open` asks nobody for a token, `url` is how people reach it: alertmanager.yml says neither.
    """

    config: Path
    data: Path
    listen: str | None = None
    console: bool = False
    open: bool = False
    url: str = ""
    gets: int = 0  # Reads at once; 0: as many as there are processors, at least eight.


def load(options: ServeOptions, kept: Kept) -> Loaded:
    """What the file says now; `kept` are the last good copies of the calendars it names.

    Raises:
        ConfigError: it cannot be used, or lacks secrets.
    """
    return complete(_parse(options, kept, read(options.config)), console=options.console)


def first(options: ServeOptions, kept: Kept, last_good: bytes) -> tuple[Loaded, list[str]]:
    """What to serve, and what keeps the file as it is now from being it.

    A broken file is never a reason not to page: the last good one goes on. Missing secrets are
    for the operator to see at once.

    Raises:
        ConfigError: nothing can be used.
    """
    parse = partial(_parse, options, kept)
    try:
        parsed = parse(read(options.config))
    except ConfigError as error:
        if not last_good:
            raise
        for problem in error.problems:
            _log.error("the last good routes.toml is served instead", problem=problem)
        try:
            return parse(last_good, lenient=True), error.problems
        except ConfigError:  # It may have been written in another notation.
            raise error from None
    return complete(parsed, console=options.console), []


def wall() -> int:
    """The wall microseconds it is."""
    return from_datetime(datetime.now(UTC))


def try_calendar(text: bytes) -> None:
    """Read a calendar, as far as it is read for a schedule.

    Raises:
        CalendarError: it cannot be used.
    """
    from router.config import ics

    ics.read(text, wall(), ZoneInfo("UTC"))


def _parse(options: ServeOptions, kept: Kept, text: bytes, *, lenient: bool = False) -> Loaded:
    loaded = read_configuration(
        text,
        name=options.config.name,
        folder=options.config.resolve().parent,
        environ=os.environ,
        wall=wall(),
        lenient=lenient,
        kept=kept,
    )
    if options.open:
        api = msgspec.structs.replace(loaded.api, open=True)
        loaded = msgspec.structs.replace(loaded, api=api)
    if options.url:
        configuration = msgspec.structs.replace(loaded.configuration, url=options.url)
        loaded = msgspec.structs.replace(loaded, configuration=configuration)
    return loaded
