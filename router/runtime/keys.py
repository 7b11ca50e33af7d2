"""The keys that links are signed with."""

import os
import secrets
from pathlib import Path

from router.core.settings import ServiceSettings
from router.errors import ConfigError, StoreError


def link_keys(settings: ServiceSettings, folder: Path) -> list[bytes]:
    """The signing keys, newest first: one a line of the secret, or one made in the data folder.

    Raises:
        ConfigError: the file that routes.toml names cannot be read, or is too short.
        StoreError: none can be made or read in the data folder.
    """
    if settings.secret is not None and settings.secret.value:
        return _lines(settings.secret.value, settings.secret.origin)
    if settings.secret_file:
        try:
            return _lines(Path(settings.secret_file).read_text(), settings.secret_file)
        except OSError as error:
            problem = f"service.secret_file: {error.strerror}: {error.filename}"
            raise ConfigError([problem]) from None
    path = folder / "link.key"
    try:
        if not path.exists():
            _make(path)
        return _lines(path.read_text(), str(path))
    except OSError as error:
        told = f"the key that links are signed with, {path}, cannot be used: {error.strerror}"
        raise StoreError(told) from error


def _lines(text: str, origin: str) -> list[bytes]:
    keys = [line.strip().encode() for line in text.splitlines() if line.strip()]
    if not keys or min(map(len, keys)) < 16:
        raise ConfigError([f"{origin}: every line must be a key of at least 16 characters"])
    return keys


def _make(path: Path) -> None:
    """A new key, on disk before anything is signed with it, and there after a power loss."""
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    names = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(names)
    finally:
        os.close(names)
