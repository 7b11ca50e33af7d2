"""The calendars that routes.toml names: where each is read from, and whom its events mean."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from router.config.address import one_line
from router.config.occurrence import BYTES_MAX, CalendarError, Occurrence
from router.config.path import spell
from router.config.table import Table
from router.config.vault import Vault
from router.core.calendar import Calendar, table
from router.core.configuration import User
from router.core.integration import EmailIntegration
from router.core.moment import DAY
from router.core.secret import Secret
from router.core.settings import Subscription, is_loopback

Kept = Callable[[Subscription], bytes | None]
"""The last good copy of a calendar, None when there is none."""

_PIECES = re.compile(r"[,;&/+|:()\[\]]|\band\b|\s-\s").split


class Almanac:
    """Reads calendars as they are met. `found` are all that were, for whoever refreshes them.

    A file is read here and now; `kept` gives the copy of one that has to be fetched, and of a file
    that cannot be used just now.
    """

    def __init__(self, folder: Path, vault: Vault, wall: int, kept: Kept | None) -> None:
        self._folder = folder
        self._vault = vault
        self._wall = wall
        self._kept = kept
        self.found: list[Subscription] = []

    def people(
        self, own: Table, key: str, timezone: str, users: Mapping[str, User]
    ) -> Calendar | None:
        """Who is on call by the calendar `key` names; None when it names none."""
        occurrences = self._occurrences(own, key, timezone)
        if occurrences is None:
            return None
        known = dict(_words(users))
        entries, strangers = [], 0
        for each in occurrences:
            who = tuple(dict.fromkeys(_meant(each, known)))
            strangers += not who
            entries.append((each.start, each.end, who))
        if strangers:
            what = f"{strangers} of {len(entries)} events name nobody who is a user"
            own.findings.warn(own.at(key), f"{what}; a summary or an attendee must")
        return table(entries)

    def days_off(self, own: Table, key: str, timezone: str) -> Calendar | None:
        """When somebody has a holiday by the calendar `key` names."""
        occurrences = self._occurrences(own, key, timezone)
        if occurrences is None:
            return None
        return table((each.start, each.end, ("holiday",)) for each in occurrences)

    def _occurrences(self, own: Table, key: str, timezone: str) -> tuple[Occurrence, ...] | None:
        address = self._vault.address(own, key, _source)
        if address is None or address.missing:
            return None if address is None else ()
        remote = "://" in address.value
        where = Subscription(
            name=spell(own.at(key)),
            address=Secret(address.origin, address.value) if remote else None,
            path="" if remote else str(self._folder / address.value),
        )
        self.found.append(where)
        try:
            text = self._text(where)
        except OSError as error:
            return self._fall_back(own, key, timezone, where, f"cannot be read: {error.strerror}")
        if text is None:
            own.findings.warn(own.at(key), "has not been fetched yet; it names nobody")
            return ()
        try:
            return _read(text, self._wall // DAY * DAY, timezone)
        except CalendarError as error:
            return self._fall_back(own, key, timezone, where, f"cannot be used: {error}")

    def _text(self, where: Subscription) -> bytes | None:
        if where.address is not None:
            return self._kept(where) if self._kept else None
        with Path(where.path).open("rb") as file:
            return file.read(BYTES_MAX + 1)

    def _fall_back(
        self, own: Table, key: str, timezone: str, where: Subscription, why: str
    ) -> tuple[Occurrence, ...]:
        """A service goes on with the last good copy; whoever only looks is told of a problem."""
        copy = self._kept(where) if self._kept else None
        if copy is None:
            own.problem(why, key)
            return ()
        own.findings.warn(own.at(key), f"{why}; the last good copy is used")
        return _read(copy, self._wall // DAY * DAY, timezone)


@lru_cache(maxsize=64)
def _read(text: bytes, wall: int, timezone: str) -> tuple[Occurrence, ...]:
    from router.config import ics  # Only here: most files name no calendar, and it takes a while.

    return ics.read(text, wall, ZoneInfo(timezone))


def _source(text: str) -> str:
    """A file, or an address by https; by http only of this machine.

    Raises:
        ValueError: it is neither.
    """
    if "://" not in one_line(text):
        return text
    parts = urlsplit(text)
    host = parts.hostname or ""
    local = parts.scheme == "http" and is_loopback(f"[{host}]:80" if ":" in host else f"{host}:80")
    if not host or (parts.scheme != "https" and not local):
        raise ValueError("is neither a file nor an address that begins with https://")
    return text


def _words(users: Mapping[str, User]) -> Iterator[tuple[str, str]]:
    """What somebody may be called by in a calendar; an id counts most."""
    for id_, user in users.items():
        mail = user.methods.get("email")
        for address in mail.to if isinstance(mail, EmailIntegration) else ():
            yield _folded(address), id_
    for id_, user in users.items():
        yield _folded(user.name or id_), id_
    for id_ in users:
        yield _folded(id_), id_


def _meant(each: Occurrence, known: Mapping[str, str]) -> Iterator[str]:
    invited = [known[word] for word in map(_folded, each.invited) if word in known]
    if invited:
        yield from invited
        return
    for piece in (each.summary, *_PIECES(each.summary)):
        if (word := _folded(piece)) in known:
            yield known[word]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
