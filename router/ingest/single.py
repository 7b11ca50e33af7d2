"""One alert as an object of its own: an item of a webhook's list, or of a queue's entry."""

from typing import Any

import msgspec

from router.core.alert import Report
from router.ingest.decoded import Invalid, Origin
from router.ingest.pairs import check_names, label_set, scalar, text_pairs
from router.ingest.times import any_moment

_ENDED = frozenset(
    {
        "resolved",
        "resolve",
        "ok",
        "up",
        "recovered",
        "recovery",
        "closed",
        "close",
        "cleared",
        "clear",
        "normal",
        "healthy",
        "inactive",
        "deactivated",
    }
)
_EXTRAS = {  # What Grafana adds to an alert, and the annotation it becomes.
    "valueString": "value_string",
    "dashboardURL": "dashboard_url",
    "panelURL": "panel_url",
    "silenceURL": "silence_url",
    "imageURL": "image_url",
    "ruleUID": "rule_uid",
}
_TEXT_LONGEST = 4096


def says_ended(word: str) -> bool:
    """Whether a status word of any sender says that the alert is over."""
    return word.strip().lower() in _ENDED


def read_alert(item: Any, origin: Origin) -> Report:
    """The alert of one decoded object with `labels`, by its own status alone.

    Without a status it is over when its end has passed. Grafana's extras become annotations, never
    labels. Facts: Alertmanager notify/webhook (v4), Grafana receivers/webhook.

    Raises:
        Invalid: it has no labels, or no usable ones.
    """
    if not isinstance(item, dict):
        raise Invalid("expected an object with labels")
    labels = label_set(text_pairs(item.get("labels"), "labels"))
    annotations = text_pairs(item.get("annotations"), "annotations")
    check_names(annotations, "annotations")
    ends_at = any_moment(item.get("endsAt"))
    status = item.get("status")
    if isinstance(status, str) and status:
        over = says_ended(status)
    else:
        over = ends_at is not None and ends_at <= origin.now
    make = ended if over else fired
    return make(
        labels,
        origin,
        annotations=_extras(item) | annotations,
        starts_at=any_moment(item.get("startsAt")),
        ends_at=ends_at,
        url=scalar(item.get("generatorURL")) or "",
    )


def fired(
    labels: bytes,
    origin: Origin,
    *,
    annotations: dict[str, str] | None = None,
    starts_at: int | None = None,
    ends_at: int | None = None,
    url: str = "",
) -> Report:
    """A report that the label set fires: until its end if that lies ahead, else for `expire`.

    A start that lies ahead is a clock that is wrong: it has begun.
    """
    if ends_at is None or ends_at <= origin.now:
        ends_at = origin.now + origin.expire
    return Report(
        labels=labels,
        annotations=msgspec.json.encode(annotations or {}),
        starts_at=origin.at if starts_at is None else min(starts_at, origin.now),
        ends_at=ends_at,
        url=url,
        source=origin.source,
        cid=origin.cid,
        as_of=origin.as_of,
    )


def ended(
    labels: bytes,
    origin: Origin,
    *,
    annotations: dict[str, str] | None = None,
    starts_at: int | None = None,
    ends_at: int | None = None,
    url: str = "",
) -> Report:
    """A report that the label set is over: since its end, or since now if that lies ahead."""
    ends_at = origin.at if ends_at is None else min(ends_at, origin.now)
    return Report(
        labels=labels,
        annotations=msgspec.json.encode(annotations or {}),
        starts_at=ends_at if starts_at is None else min(starts_at, ends_at),
        ends_at=ends_at,
        url=url,
        source=origin.source,
        cid=origin.cid,
        as_of=origin.as_of,
    )


def _extras(item: dict[str, Any]) -> dict[str, str]:
    texts = {name: scalar(item.get(field)) for field, name in _EXTRAS.items()}
    values = item.get("values")
    if isinstance(values, dict):
        pairs = ((name, scalar(value)) for name, value in sorted(values.items()))
        texts["values"] = ", ".join(f"{name}={text}" for name, text in pairs if text)
    return {name: text[:_TEXT_LONGEST] for name, text in texts.items() if text}
