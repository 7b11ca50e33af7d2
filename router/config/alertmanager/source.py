"""One integration of an alertmanager.yml with what `global` says for it, and what is made of it."""

import re
from typing import Any, cast

import msgspec

from router.config.alertmanager.http_table import http_table
from router.config.alertmanager.kinds import Values
from router.config.alertmanager.templates import Wordings
from router.config.findings import Findings
from router.config.path import Path, spell

_HARMLESS = frozenset({"follow_redirects", "enable_http2"})
_SHIPPED = re.compile(r'\s*\{\{-?\s*template "[a-z0-9]+\.default\.\w+" \.\s*-?\}\}\s*').fullmatch


class Made(msgspec.Struct):
    """An entry of a receiver as routes.toml has it.

    `secrets` says whence its secret keys came, and `inner` those deeper inside it.
    """

    channel: str
    table: Values
    secrets: dict[str, Path] = {}
    inner: dict[Path, Path] = {}


class Source:
    """Reads fields, and refuses what cannot be taken over faithfully."""

    def __init__(
        self,
        name: str,
        values: Values,
        path: Path,
        globals_: Values,
        findings: Findings,
        wordings: Wordings,
    ) -> None:
        self.name = name
        self.values = values
        self.path = path
        self.globals = globals_
        self._findings = findings
        self._wordings = wordings
        self.refused = False

    def __call__(self, key: str, default: Any = None) -> Any:
        """What the entry says; the default when that is nothing or empty."""
        return self.values.get(key) or default

    def refuse(self, what: str, *place: str) -> None:
        """Say what cannot be taken over, and what to do instead."""
        self.refused = True
        self._findings.problem(
            (*self.path, *place), f"{what}; Alertmanager takes it, Tocsin does not"
        )

    def warn(self, what: str, *place: str) -> None:
        """Say what is taken over with a difference."""
        self._findings.warn((*self.path, *place), what)

    def wording(self, *keys: str) -> None:
        """Say which of these fields, that only shape the text, cannot be taken over."""
        own = [key for key in keys if self(key) and not _SHIPPED(str(self(key)))]
        if own:
            self.warn(f"not taken over: our own text is used instead of {', '.join(own)}", own[0])

    def texts(self, made: Made, *keys: str, html: bool = False) -> None:
        """Take over these fields, empty ones too, their templates as jinja2's.

        With *html*, what is filled in is escaped for where it stands in HTML.
        """
        for key in keys:
            if key in self.values:
                self.take(made, key, self.values[key], html=html)

    def take(self, made: Made, key: str, value: Any, *, name: str = "", html: bool = False) -> None:
        """Take over a field with the texts inside it, under another *name* if one is given."""
        found = self._wordings.translated(value, (*self.path, key), html=html)
        if found is not None:
            made.table[name or key] = found

    def nested(self, made: Made, *keys: str) -> None:
        """Take over these fields with all that is in them, but what is null."""
        for key in keys:
            if found := without_nothing(self(key)):
                self.take(made, key, found)

    def api_url(self, made: Made, shared: str, usual: str) -> None:
        """Take over the address of the service, the entry's own or the global one."""
        found = (self("api_url") or self.globals.get(shared) or usual).rstrip("/")
        if found != usual:
            made.table["api_url"] = found

    def fixed(self, key: str, *also: str) -> str:
        """A text that must not be a template, as it says where a message goes."""
        text = str(self(key, ""))
        if "{{" in text:
            self.refuse("a template cannot say where a message goes: write it out", key, *also)
        return text

    def placed(self, made: Made, *keys: str) -> None:
        """Put as jinja2 what says where a message goes; what cannot be is refused, as no text of
        ours could stand in for it."""
        for key in keys:
            text = str(made.table.get(key, ""))
            if "{{" in text and (found := self.address(key, text)) is not None:
                made.table[key] = found

    def address(self, key: str, text: str, *, optional: bool = False) -> str | None:
        """A field's template as jinja2, where it says where a message goes; as `placed`.

        An *optional* one that cannot be taken over is warned of, and left out.
        """
        if optional:
            found = cast(str | None, self._wordings.translated(text, (*self.path, key)))
        else:
            found = self._wordings.address(text, (*self.path, key))
            self.refused = self.refused or found is None
        return found

    def http_config(self, made: Made, *, redirects: bool = False, login: bool = True) -> None:
        """Take over `http_config`, its own or the global one.

        `redirects` says whether they are followed when it does not say so; without `login`,
        `authorization` was taken over already.
        """
        values, place = self._http()
        written, secrets, refused = http_table(values)
        for key, what in refused:
            where = "" if place[0] != "global" else "global "
            own = ("http_config",) if place[0] != "global" else ()
            self.refuse(f"{where}http_config.{spell(key)} {what}", *own)
        if not login:
            written.pop("authorization", None)
        if redirects and "follow_redirects" not in values:
            written["follow_redirects"] = True
        if written:
            made.table["http_config"] = written
        for path in secrets:
            if path[0] in written:
                made.inner["http_config", *path] = (*place, *path)

    def tls_config(self, made: Made) -> None:
        """Take over the `tls_config` of mail, its own or the global one."""
        key, place = "tls_config", (*self.path, "tls_config")
        values = self.values.get(key)
        if values is None:
            values, place = self.globals.get(f"smtp_{key}"), ("global", f"smtp_{key}")
        table, secrets, refused = http_table({key: values or {}})
        for path, what in refused:
            self.refuse(f"{spell(path)} {what}")
        made.table.update(table)
        for path in secrets:
            made.inner[path] = (*place, *path[1:])

    @property
    def authorization(self) -> dict[str, str]:
        """What `http_config` has of the header Authorization."""
        return self._http()[0].get("authorization") or {}

    def _http(self) -> tuple[Values, Path]:
        own = self.values.get("http_config")
        if own is not None:
            return own, (*self.path, "http_config")
        return self.globals.get("http_config") or {}, ("global", "http_config")

    def http(self, *taken: str) -> Values:
        """`http_config`, its own or the global one, of which only `taken` may say something."""
        own = self.values.get("http_config")
        values, _ = self._http()
        for key, value in values.items():
            if key not in _HARMLESS and key not in taken and _says_something(value):
                where = "" if own is not None else "global "
                what = f"{where}http_config.{key} is not supported for {self.name}"
                self.refuse(what, *(("http_config", key) if own is not None else ()))
        return values

    def secret(self, made: Made, key: str, name: str, shared: str = "") -> bool:
        """Take over a secret or the file that holds it, of the entry or else of `global`.

        Whether there is one. `key` is what routes.toml calls it, `name` the entry's key and
        `shared` that of `global`.
        """
        places = [(self.values, (*self.path,), name)]
        if shared:
            places.append((self.globals, ("global",), shared))
        for values, path, each in places:
            if values.get(each):
                made.table[key] = values[each]
                made.secrets[key] = (*path, each)
                return True
            if values.get(f"{each}_file"):
                made.table[f"{key}_file"] = values[f"{each}_file"]
                return True
        return False

    def inline(self, name: str, shared: str = "") -> tuple[str, Path]:
        """A secret that becomes part of an address, so that it cannot stand in a file."""
        for values, path, each in (
            (self.values, self.path, name),
            (self.globals, ("global",), shared),
        ):
            if values.get(each):
                return str(values[each]), (*path, each)
            if values.get(f"{each}_file"):
                what = f"{each}_file becomes part of an address here: write {each} itself"
                self.refuse(what)
        return "", (*self.path, name)

    def resolved(self, made: Made, *, default: bool) -> None:
        """Take over send_resolved, whose default differs from ours for some integrations."""
        wants = self.values.get("send_resolved", default)
        if not wants:
            made.table["send_resolved"] = False


def _says_something(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_says_something, value.values()))
    return bool(value)


def without_nothing(found: Any) -> Any:
    """The same without what is null in it, at any depth; upstream passes over that."""
    if isinstance(found, dict):
        return {key: without_nothing(each) for key, each in found.items() if each is not None}
    if isinstance(found, list):
        return [without_nothing(each) for each in found if each is not None]
    return found
