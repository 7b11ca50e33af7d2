"""Tells when routes.toml, or a secret file it names, is no longer what it was."""

import os
import re
import stat
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from hashlib import blake2b
from pathlib import Path

import anyio
import msgspec
import structlog
from watchfiles import awatch

EVERY_SECONDS = 0.5  # Without a word from the file system, one looks this often …
SETTLE_SECONDS = 0.1  # … and after a change, until two looks this far apart see the same.
FILE_BYTES_MAX = 4 * 1024 * 1024

_SETTLING_MAX = 20
_UNWATCHED_SECONDS = 30.0
_STEP_MS = 50
_YAML_FILE = re.compile(
    rb"^[ \t{-]*[a-z_]+_file[ \t]*:[ \t]*(['\"]?)([\x20-\x7e]+?)\1[ \t]*(?:[#,}].*)?\r?$",
    re.MULTILINE,
).finditer  # As people write it: a name that YAML spells otherwise is seen at the next reload.
_log = structlog.get_logger("tocsin.reload")


class Sight(msgspec.Struct, frozen=True):
    """The contents at one moment, and the folders they lie in: path, device, inode."""

    digest: bytes = b""
    folders: frozenset[tuple[str, int, int]] = frozenset()


def look(path: Path) -> Sight:
    """What is there now, for watch() to compare with later."""
    return _Eyes(path).look()


async def watch(
    path: Path,
    changed: Callable[[], Awaitable[object]],
    seen: Sight,
    *,
    every_seconds: float = EVERY_SECONDS,
) -> None:
    """Call *changed* each time the contents differ from before, one call after another.

    The first time they are compared with what was *seen* before they were first read, so that no
    edit falls into the gap. Runs until cancelled. Folders are watched and not files, since
    editors, and Kubernetes, put a new file in the old one's place; where that brings no news
    (network file systems, a folder that was replaced), looking at the contents does. A file that
    is gone is a change too.
    """
    eyes, ears = _Eyes(path), _Ears()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ears.listen, seen.folders)
        while True:
            now = await _settled(eyes, seen)
            if now.folders != seen.folders:
                ears.stop()
                tasks.start_soon(ears.listen, now.folders)
            different, seen = now.digest != seen.digest, now
            if different:
                await changed()
            await ears.wait(every_seconds)


async def _settled(eyes: "_Eyes", before: Sight) -> Sight:
    """What is there now; after a change, once nobody is writing any more."""
    now = await anyio.to_thread.run_sync(eyes.look)
    for _ in range(_SETTLING_MAX):
        if now.digest == before.digest:
            break
        await anyio.sleep(SETTLE_SECONDS)
        before, now = now, await anyio.to_thread.run_sync(eyes.look)
    return now


class _Eyes:
    """Looks at the contents of a file and of the files it names with `…_file`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text = b""
        self._named: tuple[Path, ...] = ()

    def look(self) -> Sight:
        text = _content(self._path)
        if text is not None and text != self._text:
            self._text = text
            self._named = _named(text, self._path, self._named)
        digest = blake2b(digest_size=16)
        for content in (text, *map(_content, self._named)):
            digest.update(b"\0" if content is None else blake2b(content).digest())
        places = {self._path.parent, *(path.parent for path in self._named)}
        return Sight(digest.digest(), frozenset(_identified(places)))


def _content(path: Path) -> bytes | None:
    """The bytes of a file; None when there is none that can be read."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with open(handle, "rb", closefd=False) as file:
            return file.read(FILE_BYTES_MAX)
    except OSError:
        return None
    finally:
        os.close(handle)


def _named(text: bytes, path: Path, before: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files a configuration names; as before while it cannot be read."""
    folder = path.parent
    if path.suffix.lower() in (".yml", ".yaml"):
        return tuple(sorted({folder / found[2].decode() for found in _YAML_FILE(text)}))
    try:
        values = tomllib.loads(text.decode())
    except ValueError:
        return before
    return tuple(sorted({folder / name for name in _files(values)}))


def _files(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _files(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str) and _is_file(key, item):
                yield item
            yield from _files(item)


def _is_file(key: str, value: str) -> bool:
    if key in ("ical", "holidays_ical"):
        return "://" not in value and "${" not in value and "\0" not in value
    return key.endswith("_file") and "\0" not in value


def _identified(folders: set[Path]) -> Iterator[tuple[str, int, int]]:
    for folder in folders:
        try:
            found = folder.stat()
        except OSError:
            continue
        if stat.S_ISDIR(found.st_mode):
            yield str(folder), found.st_dev, found.st_ino


class _Ears:
    """Listens to what the file system tells of folders."""

    def __init__(self) -> None:
        self._news = anyio.Event()
        self._scope = anyio.CancelScope()

    async def wait(self, seconds: float) -> None:
        """Return at the next word, or after so long without one."""
        with anyio.move_on_after(seconds):
            await self._news.wait()
        self._news = anyio.Event()

    def stop(self) -> None:
        """Listen no more to what listen() was told."""
        self._scope.cancel()

    async def listen(self, folders: frozenset[tuple[str, int, int]]) -> None:
        """Pass on each word until stopped."""
        names = [name for name, _, _ in folders]
        with anyio.CancelScope() as self._scope:
            while names:
                try:
                    await self._hear(names)
                except (OSError, RuntimeError) as error:
                    _log.info("folders are not watched but looked at", error=str(error))
                await anyio.sleep(_UNWATCHED_SECONDS)

    async def _hear(self, names: list[str]) -> None:
        ended = anyio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_set_when_cancelled, ended)
            words = awatch(
                *names,
                watch_filter=None,
                debounce=2 * _STEP_MS,
                step=_STEP_MS,
                rust_timeout=0,
                stop_event=ended,
                recursive=False,
                ignore_permission_denied=True,
            )
            async for _ in words:
                self._news.set()
            tasks.cancel_scope.cancel()


async def _set_when_cancelled(event: anyio.Event) -> None:
    """The thread that listens cannot be cancelled, but it looks at the event at every step."""
    try:
        await anyio.sleep_forever()
    finally:
        event.set()
