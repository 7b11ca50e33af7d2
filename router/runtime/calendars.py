"""Keeps the calendars that routes.toml names fresh, and holds on to their last good copies."""

import os
from collections.abc import Awaitable, Callable, Sequence
from hashlib import blake2b
from pathlib import Path

import aiohttp
import anyio
import anyio.lowlevel
import anyio.to_thread
import structlog

from router.core.moment import DAY
from router.core.settings import Subscription

EVERY_SECONDS = 900.0  # So often a calendar is looked at anew …
AGAIN_SECONDS = 60.0  # … and so soon after it could not be had.
FETCH_SECONDS = 30.0
READ_SECONDS = 20.0  # A calendar that takes longer to be understood cannot be used.
BYTES_MAX = 2 * 1024 * 1024

_log = structlog.get_logger("tocsin.calendar")


class Unusable(Exception):
    """A calendar could not be had, or cannot be used; the sentence shows no address."""


class Calendars:
    """The last good copy of every calendar, in a folder of its own.

    `check` reads a calendar, in a thread, and raises ValueError when it cannot be used. `changed`
    is awaited when a copy is another than before, and once a day, as what is read ahead moves.
    `away` are sentences, one for each calendar that could not be refreshed. `rested` says that all
    were looked at since they were last named.
    """

    def __init__(
        self,
        folder: Path,
        check: Callable[[bytes], object],
        wall: Callable[[], int],
    ) -> None:
        self.changed: Callable[[], Awaitable[object]] = anyio.lowlevel.checkpoint
        self._folder = folder
        self._check = check
        self._wall = wall
        self._wanted: Sequence[Subscription] = ()
        self._wake = anyio.Event()
        self._failed: dict[str, str] = {}
        self.rested = False

    def kept(self, wanted: Subscription) -> bytes | None:
        """The last good copy; None when there is none that can be read."""
        try:
            return self._path(wanted).read_bytes()
        except OSError:
            return None

    def use(self, wanted: Sequence[Subscription]) -> None:
        """These are the ones that count from now on; each is looked at anew, at once."""
        names = {each.name for each in wanted}
        self._failed = {name: why for name, why in self._failed.items() if name in names}
        self._wanted = wanted
        self.rested = False
        self._wake.set()

    def away(self) -> list[str]:
        """What is wrong with each that could not be refreshed."""
        return [f"calendar {name}: {why}" for name, why in self._failed.items()]

    async def run(self) -> None:
        """Refresh them again and again until cancelled."""
        today = self._wall() // DAY
        while True:
            self._wake = anyio.Event()
            fresh = [await self._refresh(wanted) for wanted in self._wanted]
            day, today = today, self._wall() // DAY
            if any(fresh) or (day != today and self._wanted):
                await self.changed()
            self.rested = not self._wake.is_set()
            with anyio.move_on_after(AGAIN_SECONDS if self._failed else EVERY_SECONDS):
                await self._wake.wait()

    async def _refresh(self, wanted: Subscription) -> bool:
        """Whether the copy is another than before."""
        try:
            text = await self._fetch(wanted)
            if text == await anyio.to_thread.run_sync(self.kept, wanted):
                self._failed.pop(wanted.name, None)
                return False
            await self._read(text)
            await anyio.to_thread.run_sync(self._keep, wanted, text)
        except Unusable as error:
            self._failed[wanted.name] = str(error)
            _log.warning("the last good copy is used", calendar=wanted.name, reason=str(error))
            return False
        self._failed.pop(wanted.name, None)
        _log.info("a calendar has changed", calendar=wanted.name)
        return True

    async def _read(self, text: bytes) -> None:
        try:
            with anyio.fail_after(READ_SECONDS):
                await anyio.to_thread.run_sync(self._check, text, abandon_on_cancel=True)
        except ValueError as error:
            raise Unusable(str(error)) from None
        except TimeoutError:
            raise Unusable(f"it was not understood within {READ_SECONDS:g} s") from None

    async def _fetch(self, wanted: Subscription) -> bytes:
        """What its address answers. Redirects are not followed: they could lead anywhere."""
        if wanted.address is None:
            return await anyio.to_thread.run_sync(_content, wanted.path)
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        headers = {"Accept": "text/calendar", "User-Agent": "tocsin"}
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
                session.get(wanted.address.value, allow_redirects=False) as answer,
            ):
                if 300 <= answer.status < 400:
                    raise Unusable("it sends us elsewhere; name that address")
                if answer.status != 200:
                    raise Unusable(f"it answers {answer.status}")
                return await _body(answer)
        except (aiohttp.ClientError, OSError, ValueError, TimeoutError) as error:
            raise Unusable(f"it cannot be fetched ({type(error).__name__})") from None

    def _keep(self, wanted: Subscription, text: bytes) -> None:
        """Put a good copy in place of the last, whole or not at all."""
        path = self._path(wanted)
        draft = path.with_suffix(".new")
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with draft.open("wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
        except OSError as error:
            raise Unusable(f"its copy cannot be kept ({error.strerror})") from None

    def _path(self, wanted: Subscription) -> Path:
        where = wanted.address.value if wanted.address else wanted.path
        digest = blake2b(where.encode(errors="replace"), digest_size=16)
        return self._folder / f"{digest.hexdigest()}.ics"


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(BYTES_MAX + 1)
    except OSError as error:
        raise Unusable(f"it cannot be read ({error.strerror})") from None


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    found = bytearray()
    async for piece in answer.content.iter_chunked(65_536):
        found += piece
        if len(found) > BYTES_MAX:
            raise Unusable(f"it is larger than {BYTES_MAX // 1024} KiB")
    return bytes(found)
