"""Reads secrets and addresses: as written, by `${NAME}` from the environment, or from a file."""

import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from router.config.address import one_line
from router.config.table import Table
from router.core.http_options import Kept, SecretFile
from router.core.secret import Secret
from router.core.template import is_template

FILE_SIZE_MAX = 65_536

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PASSWORD = re.compile(r"://[^/@\s]*:[^/@\s]+@").search

Check = Callable[[str], str]


class Address(msgspec.Struct, frozen=True):
    """Where somebody or something is reached, and where that came or should have come from."""

    value: str
    origin: str

    @property
    def missing(self) -> bool:
        """Whether there is nothing to use yet."""
        return not self.value


class _Found(msgspec.Struct, frozen=True):
    origin: str
    value: str = ""
    missing: str = ""
    plain: bool = False


class Vault:
    """The only place that sees what a reference stands for. Relative files lie in `folder`.

    A `literal` one knows no references to the environment: every text is what it says.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str], *, literal: bool = False) -> None:
        self._folder = folder
        self._environ = environ
        self._literal = literal

    def environment(self, name: str) -> str:
        """What the environment says, empty when nothing."""
        return self._environ.get(name, "")

    def secret(
        self,
        table: Table,
        key: str,
        check: Check = one_line,
        *,
        is_address: bool = False,
        lines: bool = False,
    ) -> Secret | None:
        """The secret `key`, None when the file names none; missing ones are noted.

        One that stands in the file itself is warned of, unless it is an address that does not
        show a password. Only one of `lines` may have several.
        """
        found = self._found(table, key)
        if found is None:
            return None
        readable = found.plain and not self._literal
        if readable and (not is_address or _PASSWORD(found.value)):
            what = "stands in the file for all to read"
            table.findings.warn(table.at(key), f"{what}; write ${{NAME}}, or use {key}_file")
        return Secret(found.origin, self._checked(table, key, found, check, lines=lines))

    def secrets(self, table: Table, key: str) -> tuple[Secret, ...]:
        """The secrets of an array."""
        secrets = []
        for position, text in table.each(key, example="…"):
            found = self._expanded(table, text, key, position)
            if found.plain and not self._literal:
                what = "stands in the file for all to read; write ${NAME}"
                table.findings.warn(table.at(key, position), what)
            value = self._judged(table, found.value, found, one_line, key, position)
            secrets.append(Secret(found.origin, value))
        return tuple(secrets)

    def kept(
        self, table: Table, key: str, check: Check = one_line, *, lines: bool = False
    ) -> Kept | None:
        """The secret `key`; one in a file is read each time it is used, and now to check it."""
        file = table.text(f"{key}_file", None)
        if file is None or key in table:
            return self.secret(table, key, check, lines=lines)
        table.text(key, None)
        found = self._read(table, file, f"{key}_file")
        self._checked(table, key, found, check, lines=lines)
        return self._file(file)

    def files(self, table: Table, key: str) -> tuple[SecretFile, ...]:
        """The files of an array, read each time they are used, and now to check them."""
        names = table.each(key, example="…")
        for position, name in names:
            self._read(table, name, key, position)
        return tuple(self._file(name) for _, name in names)

    def _file(self, name: str) -> SecretFile:
        return SecretFile(name, str(self._folder / name))

    def address(self, table: Table, key: str, check: Check) -> Address | None:
        """The address `key`, None when the file names none; missing ones are noted."""
        found = self._found(table, key)
        if found is None:
            return None
        return Address(self._checked(table, key, found, check), found.origin)

    def addresses(self, table: Table, key: str, check: Check) -> tuple[Address, ...]:
        """The addresses `key`: one text or an array; a comma or a line break parts them too.

        A template is parted when it is filled in.
        """
        if not isinstance(table.values.get(key), list):
            found = self._found(table, key)
            return self._parted(table, found, check, key) if found else ()
        if table.text(f"{key}_file", None) is not None:
            table.problem(f"{key} is there too; give only one", f"{key}_file")
        addresses: list[Address] = []
        for position, text in table.each(key, example="…"):
            found = self._expanded(table, text, key, position)
            addresses.extend(self._parted(table, found, check, key, position))
        return tuple(addresses)

    def _parted(
        self, table: Table, found: _Found, check: Check, *place: str | int
    ) -> tuple[Address, ...]:
        if found.missing:
            return (Address("", found.origin),)
        written = [found.value] if is_template(found.value) else re.split(r"[,\n]", found.value)
        parts = filter(None, (part.strip() for part in written))
        judged = (self._judged(table, part, found, check, *place) for part in parts)
        return tuple(Address(value, found.origin) for value in judged)

    def _found(self, table: Table, key: str) -> _Found | None:
        text, file = table.text(key, None), table.text(f"{key}_file", None)
        if text is not None and file is not None:
            table.problem(f"{key} is there too; give only one", f"{key}_file")
        if text is not None:
            return self._expanded(table, text, key)
        return self._read(table, file, f"{key}_file") if file is not None else None

    def _expanded(self, table: Table, text: str, *place: str | int) -> _Found:
        if self._literal:
            return _Found(table.findings.name, text, plain=True)
        names = _REFERENCE.findall(text)
        if "${" in _REFERENCE.sub("", text):
            table.problem("a reference to the environment is written ${NAME}", *place)
        if not names:
            return _Found(table.findings.name, text, plain=True)
        origin = " ".join(f"${{{name}}}" for name in dict.fromkeys(names))
        for name in names:
            if not self._environ.get(name):
                what = "is empty" if name in self._environ else "is not set"
                table.findings.missing(table.at(*place), f"${{{name}}} {what}")
        if not all(map(self._environ.get, names)):
            return _Found(origin, missing=origin)
        return _Found(origin, _REFERENCE.sub(lambda name: self._environ[name[1]], text))

    def _read(self, table: Table, file: str, *place: str | int) -> _Found:
        try:
            value = _content(self._folder / file)
            reason = "" if value else "is empty"
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) else str(error)
            value, reason = "", f"cannot be read: {said}"
        if reason:
            table.findings.missing(table.at(*place), f"{file} {reason}")
        return _Found(file, value, missing=reason)

    def _checked(
        self, table: Table, key: str, found: _Found, check: Check, *, lines: bool = False
    ) -> str:
        if found.missing:
            return ""
        place = key if key in table else f"{key}_file"
        return self._judged(table, found.value, found, check, place, lines=lines)

    def _judged(
        self,
        table: Table,
        value: str,
        found: _Found,
        check: Check,
        *place: str | int,
        lines: bool = False,
    ) -> str:
        """What `check` makes of the value, or its complaint, which never holds the value."""
        try:
            return check(value if lines else one_line(value))
        except ValueError as error:
            source = "" if found.plain else f"{found.origin} "
            table.problem(f"{source}{error}", *place)
            return value


def _content(path: Path) -> str:
    """The text of a small file, without the line breaks at its end.

    Raises:
        OSError, ValueError: there is none to be read.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValueError("it is not a file")
    with path.open("rb") as file:
        content = file.read(FILE_SIZE_MAX + 1)
    if len(content) > FILE_SIZE_MAX:
        raise ValueError(f"it is longer than {FILE_SIZE_MAX} bytes")
    try:
        return content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None
