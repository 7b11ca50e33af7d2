"""Reads the credentials that lie in files, each time they are used."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from router.core.http_options import Kept, SecretFile
from router.core.secret import Secret
from router.errors import DeliveryError

FILE_SIZE_MAX = 65_536


class Unreadable(DeliveryError):
    """What the request needs cannot be used; the message names it as the configuration does."""


class Texts:
    """What the files hold just now."""

    def __init__(self, by_path: Mapping[str, str]) -> None:
        self._by_path = by_path

    @classmethod
    async def of(cls, options: msgspec.Struct) -> "Texts":
        """Read every file that the options name.

        Raises:
            Unreadable: one of them.
        """
        files = {file.path: file for file in _files(options)}
        return cls(await asyncio.to_thread(_read_all, files) if files else {})

    def __call__(self, kept: str | Kept | None) -> str:
        """The credential; empty when there is none."""
        if isinstance(kept, SecretFile):
            return self._by_path[kept.path]
        return kept.value if isinstance(kept, Secret) else kept or ""


def _files(value: Any) -> Iterator[SecretFile]:
    if isinstance(value, SecretFile):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _files(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _files(item)


def _read_all(files: Mapping[str, SecretFile]) -> dict[str, str]:
    return {path: _read(file) for path, file in files.items()}


def _read(file: SecretFile) -> str:
    """The text without the space around it, as Alertmanager takes it."""
    try:
        with Path(file.path).open("rb") as opened:
            content = opened.read(FILE_SIZE_MAX + 1)
        text = content.decode().strip()
    except OSError as error:
        raise Unreadable(f"{file.origin} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{file.origin} is not UTF-8 text") from None
    if len(content) > FILE_SIZE_MAX:
        raise Unreadable(f"{file.origin} is longer than {FILE_SIZE_MAX} bytes")
    if not text:
        raise Unreadable(f"{file.origin} is empty")
    return text
