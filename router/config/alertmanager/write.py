"""An alertmanager.yml as a routes.toml that people can go on with."""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import msgspec

from router.config.alertmanager import secrets, toml
from router.config.alertmanager.document import Document
from router.config.alertmanager.kinds import Values
from router.config.alertmanager.secrets import Variable
from router.config.alertmanager.translate import Translated
from router.config.path import Path, spell
from router.core.template import is_template
from router.gotemplate import defaults
from router.gotemplate.book import needed

_TELLING = re.compile(
    r"://|\b\w*(?:token|secret|password|passwd|credential|key)\w*\s*[:=]", re.IGNORECASE
).search
_NESTED = frozenset(("routes",))
_WORDING = ("What is `_default_` words messages as Alertmanager does; without it, they are ours.",)


class Imported(msgspec.Struct, frozen=True):
    """A routes.toml, the environment variables it needs, and the macros of its templates."""

    text: str
    macros: str
    variables: tuple[Variable, ...]
    warnings: tuple[str, ...]


def write(
    raw: bytes,
    name: str,
    document: Document,
    translated: Translated,
    *,
    with_secrets: bool = False,
    templates: str = "",
) -> Imported:
    """The routes.toml; secrets are in it only if asked for, and where it can hold them.

    Macros are for a file in the folder *templates*; without one they stand in each field.
    """
    values = copy.deepcopy(translated.values)
    macros = translated.macros
    if not templates:
        for key in ("receivers", "route"):
            values[key] = _with_macros(values.get(key) or {}, macros)
    hidden = {
        path: origin
        for path, origin in translated.secrets.items()
        if not with_secrets or "${" in _at(translated.values, path)
    }
    variables = secrets.hide(values, hidden, document)
    secrets.share(values)
    known = [_at(translated.values, path) for path in translated.secrets]
    writer = _Writer(raw, document, known)
    lines = [
        *_head(name, variables, document.findings.warnings, with_secrets=with_secrets),
        *(["", f"templates = {toml.text(templates)}"] if templates and macros else ()),
        *writer.sections(values),
    ]
    text = "\n".join(lines) + "\n"
    told = "\n\n".join(macros.values())
    return Imported(text, told, tuple(variables), document.findings.warnings)


def _worded(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_worded, value.values()))
    if isinstance(value, list):
        return any(map(_worded, value))
    return isinstance(value, str) and is_template(value)


def _with_macros(value: Any, macros: Mapping[str, str]) -> Any:
    if isinstance(value, str) and is_template(value):
        known = {**defaults.macros(), **macros}
        used = (text for name, text in needed(value, known).items() if name in macros)
        return "".join((*used, value))
    if isinstance(value, dict):
        return {key: _with_macros(each, macros) for key, each in value.items()}
    return [_with_macros(each, macros) for each in value] if isinstance(value, list) else value


def _at(values: Values, path: Path) -> str:
    found: Any = values
    for part in path:
        found = found[part]
    return str(found)


def _head(
    name: str, variables: Sequence[Variable], warnings: Sequence[str], *, with_secrets: bool
) -> Iterator[str]:
    yield from toml.comment([f"Made from {name} by `tocsin import`."])
    if with_secrets:
        yield from toml.comment(["Secrets are in this file: keep it from other people."])
    if variables:
        yield from toml.comment(["", "These environment variables hold what is not in this file:"])
        width = max(len(each.name) for each in variables)
        yield from toml.comment([f"  {each.name:{width}}  {each.where}" for each in variables])
    if warnings:
        yield from toml.comment(["", "Not quite as it was:"])
        yield from toml.comment([f"  {each}" for each in warnings])


class _Writer:
    """Keeps the comments that stand above what they speak of."""

    def __init__(self, raw: bytes, document: Document, known: Sequence[str]) -> None:
        self._written = raw.decode("utf-8-sig", "replace").splitlines()
        self._document = document
        self._known = [each for each in known if each]

    def sections(self, values: Values) -> Iterator[str]:
        if values.get("service"):
            yield from self._table("service", values["service"])
        for channel, table in (values.get("channels") or {}).items():
            worded = any(f"{channel}_default_" in str(each) for each in table.values())
            yield from self._table(f"channels.{channel}", table, said=_WORDING if worded else ())
        for at, (name, table) in enumerate((values.get("receivers") or {}).items()):
            yield from self._receiver(name, table, ("receivers", at))
        yield from self._route(values["route"], ("route",), "route", "")
        for at, rule in enumerate(values.get("inhibit") or ()):
            yield from self._table("[inhibit]", rule, ("inhibit_rules", at))
        yield from self._intervals(values.get("intervals") or {})
        for source, table in values["sources"].items():
            yield from self._table(f"sources.{source}", table)

    def _table(
        self,
        name: str,
        table: Values,
        origin: Path = (),
        indent: str = "",
        *,
        said: Sequence[str] = (),
    ) -> Iterator[str]:
        yield ""
        yield from toml.comment([*said, *self._comments(origin)], indent)
        yield f"{indent}[{name}]"
        for key, found in table.items():
            if key not in _NESTED:
                yield from toml.pair(key, found, indent)

    def _receiver(self, name: str, table: Values, origin: Path) -> Iterator[str]:
        """On a line for each integration, unless somebody worded one himself."""
        place = ("receivers", name)
        if not _worded(table):
            yield from self._table(spell(place), table, origin)
            return
        labels = {key: each for key, each in table.items() if key == "labels"}
        yield from self._table(spell(place), labels, origin)
        for channel, entries in table.items():
            if channel in labels:
                continue
            for entry in entries:
                yield from self._table(f"[{spell((*place, channel))}]", entry)

    def _route(self, route: Values, origin: Path, name: str, indent: str) -> Iterator[str]:
        header = name if origin == ("route",) else f"[{name}]"
        yield from self._table(header, route, origin, indent)
        for at, below in enumerate(route.get("routes") or ()):
            place = (*origin, "routes", at)
            inner = indent if origin == ("route",) else f"{indent}  "
            yield from self._route(below, place, f"{name}.routes", inner)

    def _intervals(self, intervals: Values) -> Iterator[str]:
        empty = [name for name, specs in intervals.items() if not specs]
        if empty:
            yield from self._table("intervals", {name: [] for name in empty})
        origins = {
            each["name"]: (key, at)
            for key in ("mute_time_intervals", "time_intervals")
            for at, each in enumerate(self._document.values.get(key) or ())
        }
        for name, specs in intervals.items():
            tables = (
                self._table(f"[{spell(('intervals', name))}]", spec, () if at else origins[name])
                for at, spec in enumerate(specs)
            )
            yield from chain.from_iterable(tables)

    def _comments(self, origin: Path) -> list[str]:
        """The comment lines right above; none that may tell a secret."""
        line = self._document.lines.get(origin, 0) if origin else 0
        found: list[str] = []
        while line > 1 and self._written[line - 2].lstrip().startswith("#"):
            line -= 1
            found.insert(0, self._written[line - 1].lstrip().lstrip("#").strip())
        return [each for each in found if not self._tells(each)]

    def _tells(self, text: str) -> bool:
        return bool(_TELLING(text)) or any(each in text for each in self._known)
