"""What Alertmanager's templates know of one notification: their data, made of ours."""

from collections.abc import Mapping
from typing import Any

import msgspec

from router.core import labels
from router.core.notification import AlertSnapshot
from router.core.outgoing import Outgoing
from router.errors import DecodeError
from router.gotemplate.layout import ZERO
from router.gotemplate.moments import Time
from router.gotemplate.values import KV, Alert, Alerts, Data

_META = "\\.+*?()|[]{}^$"
_object = msgspec.json.Decoder(dict[str, Any]).decode
_KEYS = {
    "Receiver": "receiver",
    "Status": "status",
    "NotificationReason": "notification_reason",
    "ExternalURL": "externalURL",
}
_KVS = {
    "GroupLabels": "groupLabels",
    "CommonLabels": "commonLabels",
    "CommonAnnotations": "commonAnnotations",
    "RouteLabels": "routeLabels",
}


def of(outgoing: Outgoing, *, firing_only: bool = False) -> Data:
    """The data of a delivery; *firing_only* leaves out what is resolved.

    Alertmanager shows a receiver's name with regex characters escaped, and so do we.
    """
    snapshot = outgoing.snapshot
    alerts = [alert for alert in snapshot.alerts if alert.firing or not firing_only]
    made = Alerts(map(_alert, alerts))
    return Data(
        Receiver="".join(f"\\{char}" if char in _META else char for char in snapshot.receiver),
        Status=snapshot.status,
        Alerts=made,
        NotificationReason=snapshot.reason,
        GroupLabels=KV(snapshot.group_labels),
        CommonLabels=KV(labels.common([alert.Labels.values for alert in made])),
        CommonAnnotations=KV(labels.common([alert.Annotations.values for alert in made])),
        ExternalURL=outgoing.external_url.rstrip("/"),
    )


def _alert(alert: AlertSnapshot) -> Alert:
    label_set = _texts(_object(alert.labels))
    return Alert(
        "firing" if alert.firing else "resolved",
        KV(label_set),
        KV(_texts(_object(alert.annotations))),
        Time(alert.starts_at * 1000),
        Time(ZERO) if alert.firing else Time(alert.ends_at * 1000),
        alert.url,
        labels.fingerprint(label_set),
    )


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: v if isinstance(v, str) else str(v) for name, v in values.items()}


def read(raw: bytes) -> Data:
    """The data that a JSON text tells, in the shape of a webhook's body.

    Raises:
        DecodeError: it is not of that shape.
    """
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DecodeError(f"the data is no JSON: {error}") from None
    return from_object(found)


def from_object(found: Any) -> Data:
    """As `read`, of JSON that was decoded already.

    Raises:
        DecodeError: it is not of that shape.
    """
    body = _members(found, "the data")
    alerts = body.get("alerts") or []
    if not isinstance(alerts, list):
        raise DecodeError("alerts must be a list")
    values: dict[str, Any] = {ours: _string(body, key) for ours, key in _KEYS.items()}
    values |= {ours: _kv(body, key) for ours, key in _KVS.items()}
    made = (_from_json(each, f"alerts[{at}]") for at, each in enumerate(alerts))
    return Data(Alerts=Alerts(made), **values)


def _from_json(found: Any, where: str) -> Alert:
    body = _members(found, where)
    return Alert(
        _string(body, "status"),
        _kv(body, "labels"),
        _kv(body, "annotations"),
        _time(body, "startsAt"),
        _time(body, "endsAt"),
        _string(body, "generatorURL"),
        _string(body, "fingerprint"),
    )


def _members(found: Any, where: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise DecodeError(f"{where} must be an object")
    return found


def _string(body: Mapping[str, Any], key: str) -> str:
    found = body.get(key)
    if found is not None and not isinstance(found, str):
        raise DecodeError(f"{key} must be a text, not {found!r:.40}")
    return found or ""


def _kv(body: Mapping[str, Any], key: str) -> KV:
    found = body.get(key) or {}
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise DecodeError(f"{key} must be an object of texts")
    return KV(found)


def _time(body: Mapping[str, Any], key: str) -> Time:
    text = _string(body, key)
    try:
        return Time.parse(text) if text else Time(ZERO)
    except (ValueError, OverflowError):
        raise DecodeError(f"{key} {text[:60]!r} is no RFC 3339 time") from None
