"""Where the commands learn who is on call: from a service with its overrides, or from a file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import click

from router.cli import client, routes
from router.cli.failure import Failure

if TYPE_CHECKING:
    from router.core.configuration import Configuration
    from router.core.schedule import Schedule

DAYS = 28
DAYS_MAX = 800
F = TypeVar("F", bound=Callable[..., Any])
Told = dict[str, Any]


def options(command: F) -> F:
    """Give a command `--config`, `--url` and `--token`, from which `source` makes its answer."""
    config = click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="What this file says, instead of asking the service, which has overrides too.",
    )
    return config(client.options(command))


def source(config: Path | None, url: str, token: str) -> "File | Service":
    """Who is to be asked."""
    return File(config) if config is not None else Service(url, token)


class Service:
    """A running service."""

    def __init__(self, url: str, token: str) -> None:
        instead = ", or name a file with --config"
        self._client = client.Client(url, token, instead=instead)

    def on_call(self, at: str | None, user: str | None) -> Told:
        """Who is on call, or when `user` is; as GET /api/v1/oncall answers it."""
        wanted = "shifts" if user else "schedules"
        return self._client.get("/api/v1/oncall", wanted, at=at, user=user)

    def shown(self, name: str, since: str | None, until: str | None) -> Told:
        """The shifts of a schedule; as GET /api/v1/schedules/{name} answers it."""
        path = f"/api/v1/schedules/{quote(name, safe='')}"
        return self._client.get(path, "shifts", **{"from": since, "to": until})

    def covered(self, names: Sequence[str], days: int) -> Told:
        """How these schedules, or all of them, are covered."""
        answer = self._client.get("/api/v1/schedules", "schedules", days=days)
        found = {each["schedule"]: each for each in answer["schedules"]}
        for name in names:
            _known(name, found)
        wanted = [found[name] for name in names or found]
        return {"days": days, "schedules": wanted, "ignored": answer.get("ignored", [])}


class File:
    """A routes.toml, without what was changed since."""

    def __init__(self, path: Path) -> None:
        self._house: Configuration = routes.read(path).configuration

    def on_call(self, at: str | None, user: str | None) -> Told:
        """The same of the file alone."""
        from router.cli import when
        from router.core import duty

        house = self._house
        wall = when.now() if at is None else when.parse(at, "--at", house.timezone)
        told = {"at": when.iso(wall, house.timezone)}
        schedules = house.schedules.values()
        if user is None:
            return told | {"schedules": [duty.on_call(each, wall) for each in schedules]}
        if user not in house.users:
            raise Failure(f"no user {user!r}; known: {', '.join(house.users)}")
        return told | {"user": user, "shifts": duty.of_user(schedules, user, wall)}

    def shown(self, name: str, since: str | None, until: str | None) -> Told:
        """The same of the file alone."""
        from router.cli import when
        from router.core import duty
        from router.core.moment import DAY

        found = self._named(name)
        zone = found.timezone
        start = when.parse(since, "--from", zone) if since else when.midnight(when.now(), zone)
        end = when.parse(until, "--to", zone) if until else when.midnight(start, zone, DAYS)
        if end <= start:
            raise Failure("--to: does not lie after --from")
        if end - start > DAYS_MAX * DAY:
            raise Failure(f"--to: lies more than {DAYS_MAX} days after --from")
        return duty.shown(found, start, end)

    def covered(self, names: Sequence[str], days: int) -> Told:
        """The same of the file alone."""
        from router.cli import when
        from router.core import duty
        from router.core.moment import DAY

        start = when.now()
        named = [self._named(name) for name in names or self._house.schedules]
        found = [duty.covered(each, start, start + days * DAY) for each in named]
        return {"days": days, "schedules": found, "ignored": []}

    def _named(self, name: str) -> "Schedule":
        _known(name, self._house.schedules)
        return self._house.schedules[name]


def _known(name: str, schedules: "dict[str, Any] | Any") -> None:
    if name not in schedules:
        known = ", ".join(schedules) or "there is none"
        raise Failure(f"no schedule {name!r}; known: {known}")
