"""Any JSON, form or line of text as an alert, with no configuration at all.

The label set of such an alert is `alertname` (the title), `severity`, `source`, the `key` when one
was sent, and the labels that were sent. While it fires, reports with the same key (without one: of
the same title and labels) keep the label set it began with, whatever title or severity they bring,
so that a resolve always finds it. Only a changed severity of a firing alert ends that label set and
begins another, in the same submit, because routes look at it. All other text is annotations.
"""

from typing import Any
from urllib.parse import parse_qsl

from router.core.alert import Report
from router.core.labels import canonical
from router.core.labels import decode as labels_of
from router.errors import DecodeError
from router.ingest import native, webhook
from router.ingest.decoded import Decoded, Invalid, Origin, read_any, valid_utf8
from router.ingest.keys import Keys
from router.ingest.native import Native
from router.ingest.single import ended, fired

_FIELDS = frozenset((*native.TITLE, *native.KEY, "payload"))
_FIELDS_MOST = 1000


def decode(body: bytes, origin: Origin, keys: Keys) -> Decoded:
    """The alerts of a body: JSON whatever its type claims, else a form, else text, its first
    line the title.

    Raises:
        DecodeError: it is empty, or broken JSON.
    """
    try:
        found = read_any(body)
    except DecodeError:
        if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b""):
            raise
        found = _form(body) or _lines(valid_utf8(body).decode())
    return take(found, origin, keys)


def take(found: Any, origin: Origin, keys: Keys) -> Decoded:
    """The alerts of a decoded body. Webhooks of Alertmanager and Grafana are known as such.

    Raises:
        DecodeError: it is neither an object, a list nor text.
    """
    if webhook.unmistakable(found):
        return webhook.explode(found, origin)
    if isinstance(found, dict) and isinstance(found.get("alerts"), list):
        found = found["alerts"]
    if not isinstance(found, dict | list | str):
        raise DecodeError("expected an object, a list of objects, or text")
    reports: list[Report] = []
    problems = []
    for index, item in enumerate(found if isinstance(found, list) else [found]):
        try:
            reports += read(item, origin, keys)
        except Invalid as problem:
            problems.append(f"alerts[{index}]: {problem}")
    return Decoded(tuple(reports), tuple(problems))


def read(item: Any, origin: Origin, keys: Keys) -> list[Report]:
    """The report of one item, after the ends of label sets that it replaces.

    Raises:
        Invalid: there is nothing to tell the alert by.
    """
    told = native.read(_lines(item) if isinstance(item, str) else item, origin.source)
    return _end(told, origin, keys) if told.over else _fire(told, origin, keys)


def _end(told: Native, origin: Origin, keys: Keys) -> list[Report]:
    stands_for = keys.last(told.labels) or canonical(told.labels)
    others = keys.note(told.labels, stands_for, origin.now, firing=False)
    report = ended(
        stands_for,
        origin,
        annotations=_annotations(told, stands_for),
        starts_at=told.starts_at,
        ends_at=told.ends_at,
        url=told.url,
    )
    return [*(ended(other, origin) for other in others), report]


def _fire(told: Native, origin: Origin, keys: Keys) -> list[Report]:
    stands_for = canonical(told.labels)
    before = keys.firing(told.labels, origin.now)
    if before is not None and _as_bad(told.labels, labels_of(before)):
        stands_for = before
    others = keys.note(told.labels, stands_for, origin.now, firing=True)
    report = fired(
        stands_for,
        origin,
        annotations=_annotations(told, stands_for),
        starts_at=told.starts_at,
        url=told.url,
    )
    return [*(ended(other, origin) for other in others), report]


def _as_bad(now: dict[str, str], before: dict[str, str]) -> bool:
    """Whether the severity is what it was, or nothing is said of it."""
    return now.get("severity") in (None, before.get("severity"))


def _annotations(told: Native, stands_for: bytes) -> dict[str, str]:
    if not told.title or told.title == labels_of(stands_for).get("alertname"):
        return told.annotations
    return {"title": told.title, **told.annotations}


def _form(body: bytes) -> Any:
    """The fields of a form, or the JSON in its field `payload`; None when it is no form."""
    text = valid_utf8(body).decode().strip()
    if "=" not in text or any(blank in text for blank in " \r\n"):
        return None
    try:
        fields = dict(parse_qsl(text, max_num_fields=_FIELDS_MOST))
    except ValueError:
        return None
    if "payload" in fields:
        try:
            return read_any(fields["payload"].encode())
        except DecodeError:
            return fields["payload"]
    return fields if _FIELDS & fields.keys() else None


def _lines(text: str) -> dict[str, Any]:
    lines = text.strip("\ufeff \t\r\n").splitlines() or [""]
    clean = ["".join(c if c.isprintable() else " " for c in line).strip() for line in lines]
    return {"title": clean[0], "description": "\n".join(clean[1:])}
