"""The routes.toml in force: what it says, how it changes, and what is wrong with the file now."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import anyio
import structlog

from router.core.configuration import Configuration
from router.core.event import Reconfigured
from router.errors import ConfigError, DiskFull, RouterError
from router.runtime.door import Door

_log = structlog.get_logger("tocsin.config")


class Read(Protocol):
    """A routes.toml that was read and checked."""

    @property
    def configuration(self) -> Configuration: ...

    @property
    def text(self) -> bytes: ...

    @property
    def warnings(self) -> tuple[str, ...]: ...

    @property
    def missing(self) -> tuple[str, ...]: ...


L = TypeVar("L", bound=Read)


def read(path: Path) -> bytes:
    """The bytes of routes.toml.

    Raises:
        ConfigError: there is no such file, or it may not be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}; name the file with --config"]) from None


def complete(loaded: L, *, console: bool) -> L:
    """The same, if it has every secret it names, or may print what it cannot send.

    Raises:
        ConfigError: secrets are missing; it names each.
    """
    if loaded.missing and not console:
        hint = "set them, or start with --console to print what cannot be sent"
        raise ConfigError([*loaded.missing, hint])
    return loaded


class Live(Generic[L]):
    """Holds what is in force, and brings an edited file into force, wholly or not at all.

    `changed` is awaited with the new one after it is in force. `keep` says what the store is to
    hold of it, and `settle` is told once the store does. `problems` are what keeps the file
    as it is now from being used; empty when it is in force.
    """

    def __init__(
        self,
        loaded: L,
        problems: Sequence[str],
        load: Callable[[], L],
        door: Door,
        changed: Callable[[L], Awaitable[None]],
        observe: Callable[[bool], None],
        keep: Callable[[L], bytes] = lambda loaded: loaded.text,
        settle: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        self.loaded = loaded
        self.problems = list(problems)
        self._load = load
        self._door = door
        self._changed = changed
        self._observe = observe
        self._keep = keep
        self._settle = settle
        self._turn = anyio.Lock()
        self._wants_room = False

    async def reload(self) -> list[str]:
        """Read the file again; every problem that keeps the old one in force, none when it is."""
        async with self._turn:
            self._wants_room = False
            try:
                loaded = await anyio.to_thread.run_sync(self._load)
                await self._use(loaded)
            except ConfigError as error:
                self.problems = error.problems
            except RouterError as error:
                self._wants_room = isinstance(error, DiskFull)
                self.problems = [str(error)]
            else:
                self.problems = []
            for problem in self.problems:
                _log.error("routes.toml was not taken over", problem=problem)
            self._observe(not self.problems)
            return self.problems

    async def resume(self, every_seconds: float = 1.0) -> None:
        """Read the file again once there is room, whenever a full disk refused it, for ever."""
        while True:
            await anyio.sleep(every_seconds)
            if self._wants_room and self._door.accepting:
                await self.reload()

    async def _use(self, loaded: L) -> None:
        if loaded == self.loaded:
            return
        try:
            kept = await anyio.to_thread.run_sync(self._keep, loaded)
        except OSError as error:
            raise ConfigError([f"it cannot be kept on disk: {error.strerror}"]) from None
        event = Reconfigured(loaded.configuration, kept)
        (outcome,) = await self._door.submit([event], urgent=True)
        if outcome.error:
            raise ConfigError([f"the rules refuse it: {outcome.error}"])
        await anyio.to_thread.run_sync(self._settle, kept)
        self.loaded = loaded
        for warning in loaded.warnings:
            _log.warning(warning)
        await self._changed(loaded)
        _log.info("the edited routes.toml is in force")
