"""Keeps the text of the configuration in force out of the store when secrets are written in it."""

import os
import re
from hashlib import sha256
from pathlib import Path

import structlog

from router.core.secret import secrets_in
from router.runtime.live import Read

FOLDER = "last-good"
_log = structlog.get_logger("tocsin.config")
_REFERENCE = re.compile(rb"# kept in last-good/([0-9a-f]{64})\n").fullmatch


class LastGood:
    """A folder beside the database, for us alone (0700), with a file (0600) for each such text.

    The store then holds only the file's name, which is its sha256: a copy of the store that goes
    to another place tells nobody a secret.
    """

    def __init__(self, data: Path, name: str) -> None:
        self._folder = data / FOLDER
        self._name = name

    def keep(self, loaded: Read) -> bytes:
        """What the store is to hold of a configuration: its text, if no secret is written in it,
        or the name of a file that is on disk when this returns.

        Raises:
            OSError: the file cannot be written.
        """
        text = loaded.text
        if not any(s.origin == self._name and not s.missing for s in secrets_in(loaded)):
            return text
        digest = sha256(text).hexdigest()
        if not self._has(digest, text):  # A full disk has no room to write it again.
            self._write(digest, text)
        return f"# kept in {FOLDER}/{digest}\n".encode()

    def text(self, stored: bytes) -> bytes:
        """The text that the store holds or names; empty when its file is not there any more."""
        found = _REFERENCE(stored)
        if found is None:
            return stored
        try:
            text = (self._folder / found[1].decode()).read_bytes()
        except OSError:
            text = b""
        if sha256(text).hexdigest() == found[1].decode():
            return text
        _log.warning(
            "the last good configuration is gone: it held secrets, and no copy of the store has"
            " such a one; the file must be right"
        )
        return b""

    def settle(self, stored: bytes) -> None:
        """Delete what the store, which now holds `stored` for good, does not name any more."""
        found = _REFERENCE(stored)
        for path in self._folder.glob("*"):
            if found is None or path.name != found[1].decode():
                path.unlink(missing_ok=True)

    def _has(self, name: str, text: bytes) -> bool:
        try:
            return (self._folder / name).read_bytes() == text
        except OSError:
            return False

    def _write(self, name: str, text: bytes) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700)
            _sync(self._folder.parent)
        draft = self._folder / f"{name}.new"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._folder / name)
        _sync(self._folder)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
