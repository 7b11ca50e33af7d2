"""Says what is wrong with an operator's templates before a page depends on them."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from router.core.moment import MINUTE
from router.core.notification import AlertSnapshot, IncidentSnapshot, Snapshot
from router.core.outgoing import Outgoing
from router.core.secret import Secret
from router.core.template import Templates, is_template
from router.gotemplate.book import macros
from router.senders.clean import one_line
from router.senders.fields import Fields
from router.senders.message import FORMS, Escape, finished, flat
from router.senders.sandbox import Sandbox
from router.senders.view import view

_AT = 1_767_603_600_000_000
_LINK = "https://tocsin.example.com/ack/example"
_KINDS = ("notification", "page", "acknowledged", "resolved", "notice")


def check_templates(folder: Path) -> list[str]:
    """Every problem of the templates in the folder, a sentence each; empty when there is none.

    Each file is rendered for every kind of delivery with unknown names as errors. A label or
    annotation may be absent without being a problem: alerts differ.
    """
    if not folder.is_dir():
        return [f"{folder}: there is no such folder of templates"]
    problems: list[str] = []
    for path in sorted(folder.glob("*.j2")):
        try:
            source = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{path}: {error}")
        else:
            problems.extend(_of_file(str(path), path.name.removesuffix(".j2"), source))
    return problems


def check_own(templates: Templates, worded: Mapping[str, Any]) -> list[str]:
    """Every problem of the operator's own files, and of the texts inside *worded*, by its names.

    Fields are only read: what they fill in depends on alerts that are not known yet.
    """
    problems: list[str] = []
    for name, source in templates.messages.items():
        problems.extend(_of_file(f"{name}.j2", name, source))
    fields = Fields(templates.macros)
    for place, value in worded.items():
        for text in dict.fromkeys(_texts(value)):
            try:
                fields.compile(text)
            except Exception as error:  # noqa: BLE001 - as below
                problems.append(f"{place}: {one_line(text, 40)!r}: {one_line(str(error), 200)}")
    return problems


def _texts(value: Any) -> Iterator[str]:
    """The templates inside a value of structs, mappings and sequences; no secret is looked at."""
    if isinstance(value, str):
        if is_template(value):
            yield value
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(map(_texts, value.values()))
    elif isinstance(value, tuple | list):
        yield from chain.from_iterable(map(_texts, value))
    elif isinstance(value, msgspec.Struct) and not isinstance(value, Secret):
        fields = (getattr(value, name) for name in value.__struct_fields__)
        yield from chain.from_iterable(map(_texts, fields))


def _of_file(place: str, name: str, source: str) -> list[str]:
    if name in FORMS:
        return [f"{place}: {problem}" for problem in _problems(source, name)]
    if found := macros(source):
        own = Fields(found)
        try:
            for text in found.values():
                own.compile(text)
        except Exception as error:  # noqa: BLE001 - as below
            return [f"{place}: {one_line(str(error), 300)}"]
        return []
    near = get_close_matches(name, FORMS, n=1, cutoff=0.4)
    hint = f"; did you mean {near[0]}.j2?" if near else f"; known: {', '.join(FORMS)}"
    return [f"{place}: no message is made from this file{hint}"]


def _problems(source: str, name: str) -> list[str]:
    form = FORMS[name]
    try:
        sandbox = Sandbox(escape=form.escape is not Escape.NONE, strict=True)
        render = sandbox.prepare(source)
        for kind in _KINDS:
            data = view(example(kind))
            text = finished(render(_lenient_labels(flat(data) if form.flat else data)), form)
            if kind == "page" and not form.one_line and _LINK not in text:
                return ["a page made from it does not show the ack link {{ ack_url }}"]
    except Exception as error:  # noqa: BLE001 - a template can raise anything, and each is a finding
        line = getattr(error, "lineno", None)
        return [f"{f'line {line}: ' if line else ''}{one_line(str(error), 300)}"]
    return []


class _AnyLabel(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""


def _lenient_labels(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        items = {key: _lenient_labels(item, key) for key, item in value.items()}
        return _AnyLabel(items) if name.endswith(("labels", "annotations")) else items
    return [_lenient_labels(item) for item in value] if isinstance(value, list) else value


def example(kind: str) -> Outgoing:
    """A delivery of this kind, about a disk that fills up."""
    return Outgoing(
        key="example/1",
        subject="example",
        attempt=1,
        kind=kind,
        target="user:ana/email",
        snapshot=_snapshot(kind),
        at=_AT,
        ack_url=_LINK if kind == "page" else "",
        external_url="https://tocsin.example.com",
        maybe_sent=kind == "page",
    )


def _snapshot(kind: str) -> Snapshot:
    firing = kind != "resolved"
    alert = AlertSnapshot(
        firing=firing,
        labels=msgspec.Raw(b'{"alertname":"DiskFull","instance":"db1","severity":"critical"}'),
        annotations=msgspec.Raw(b'{"summary":"Disk of db1 is 97 % full"}'),
        starts_at=_AT - 6 * MINUTE,
        ends_at=_AT,
        url="https://prometheus.example.com/graph",
    )
    return Snapshot(
        status="firing" if firing else "resolved",
        reason="first notification",
        group_key='{}:{alertname="DiskFull"}',
        group_labels={"alertname": "DiskFull"},
        alerts=() if kind == "notice" else (alert,),
        firing=int(firing),
        resolved=int(not firing),
        receiver="ops",
        severity="critical",
        incident=None if kind in ("notification", "notice") else _incident(kind),
        note="Nobody answered incident #7." if kind == "notice" else "",
    )


def _incident(kind: str) -> IncidentSnapshot:
    status = {"acknowledged": "acknowledged", "resolved": "resolved"}.get(kind, "triggered")
    return IncidentSnapshot(
        number=7,
        status=status,
        policy="critical",
        priority="P0",
        round=0,
        step=0,
        opened_at=_AT - 5 * MINUTE,
        answered_by="" if status == "triggered" else "ana",
    )
