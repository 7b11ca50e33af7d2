"""The entries of a stream: a webhook, a list of alerts, or one alert, as JSON."""

from typing import Any

from router.core.alert import Report
from router.errors import DecodeError
from router.ingest import generic, native, webhook
from router.ingest.decoded import Decoded, Invalid, Origin, read_any
from router.ingest.keys import Keys
from router.ingest.single import read_alert

_NATIVE = frozenset((*native.TITLE, *native.KEY, *native.SEVERITY)) - {"fingerprint", "id"}


def decode(payload: bytes, origin: Origin, keys: Keys) -> Decoded:
    """The alerts of one entry, whichever of the shapes it has.

    Objects with `labels` are alerts as Alertmanager's API and webhooks write them; an object that
    has a title, key or severity beside them is read as the generic source reads it. An alert
    without an end fires until its end is told, at most for the origin's `expire`: nobody repeats
    what lies in a queue.

    Raises:
        DecodeError: it is no JSON, or neither an object nor a list.
    """
    found = read_any(payload)
    if webhook.unmistakable(found):
        return webhook.explode(found, origin)
    if not isinstance(found, dict | list):
        raise DecodeError("expected a webhook, a list of alerts, or one alert")
    reports: list[Report] = []
    problems = []
    for index, item in enumerate(found if isinstance(found, list) else [found]):
        try:
            reports += _read(item, origin, keys)
        except Invalid as problem:
            problems.append(f"alerts[{index}]: {problem}")
    return Decoded(tuple(reports), tuple(problems))


def _read(item: Any, origin: Origin, keys: Keys) -> list[Report]:
    if not isinstance(item, dict):
        raise Invalid("expected an object")
    if "labels" in item and not _NATIVE & item.keys():
        return [read_alert(item, origin)]
    return generic.read(item, origin, keys)
