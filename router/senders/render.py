"""Renders a template for whoever is writing it, before a page depends on it."""

from collections.abc import Callable
from typing import Any

import msgspec

from router.core.moment import Now
from router.core.notification import AlertSnapshot, Snapshot
from router.core.outgoing import Outgoing
from router.core.template import Templates
from router.errors import RenderError
from router.gotemplate import data, defaults
from router.gotemplate.nodes import TemplateError
from router.gotemplate.values import Alert, Data
from router.senders.check import example
from router.senders.clean import one_line
from router.senders.fields import Fields
from router.senders.view import view

NAME = "template"


class Rendered(msgspec.Struct, frozen=True):
    """What a template makes, and the template as jinja2 has it."""

    text: str
    jinja2: str


def render(
    text: str,
    templates: Templates,
    *,
    at: int,
    body: Any = None,
    engine: str = "go",
    html: bool = False,
) -> Rendered:
    """The text for this data, which is JSON of a webhook's shape, or by default an example.

    `engine` is `go` or `jinja2`; with *html*, what a Go template fills in is escaped for where it
    stands. `at` is the wall time in microseconds.

    Raises:
        RenderError: the template is wrong; the message says where.
        DecodeError: the data is not of that shape.
    """
    told = data.of(example("notification")) if body is None else data.from_object(body)
    outgoing = example("notification") if body is None else _outgoing(told, at)
    written = _translated(text, templates, html=html) if engine == "go" else text
    fields = Fields(templates.macros)
    try:
        made = fields.render(written, {**view(outgoing), "data": told}, at)
    except Exception as error:  # noqa: BLE001 - a template can raise anything, and each is a finding
        line = getattr(error, "lineno", None)
        where = f"line {line}: " if line and engine != "go" else ""
        raise RenderError(f"{NAME}: {where}{one_line(str(error), 400)}") from None
    return Rendered(made, written)


class Renderer:
    """Renders with the templates that are in force when it is asked."""

    def __init__(self, templates: Callable[[], Templates], now: Callable[[], Now]) -> None:
        self._templates = templates
        self._now = now

    def __call__(self, text: str, *, body: Any, engine: str, html: bool) -> Rendered:
        at = self._now().wall
        return render(text, self._templates(), at=at, body=body, engine=engine, html=html)


def _translated(text: str, templates: Templates, *, html: bool) -> str:
    book = defaults.shipped().copy()
    try:
        for name, source in templates.files.items():
            book.add(source, name)
        return book.translate(text, NAME, html=html).whole
    except TemplateError as error:
        raise RenderError(str(error)) from None


def _outgoing(told: Data, at: int) -> Outgoing:
    """A delivery of this data, for what templates of ours know of one."""
    alerts = tuple(map(_alert, told.Alerts))
    firing = sum(alert.firing for alert in alerts)
    snapshot = Snapshot(
        status=told.Status,
        reason=told.NotificationReason,
        group_key="{}",
        group_labels=dict(told.GroupLabels.values),
        alerts=alerts,
        firing=firing,
        resolved=len(alerts) - firing,
        receiver=told.Receiver,
    )
    return msgspec.structs.replace(
        example("notification"), snapshot=snapshot, at=at, external_url=told.ExternalURL
    )


def _alert(alert: Alert) -> AlertSnapshot:
    return AlertSnapshot(
        firing=alert.Status != "resolved",
        labels=msgspec.Raw(msgspec.json.encode(alert.Labels.values)),
        annotations=msgspec.Raw(msgspec.json.encode(alert.Annotations.values)),
        starts_at=max(0, alert.StartsAt.nanos // 1000),
        ends_at=max(0, alert.EndsAt.nanos // 1000),
        url=alert.GeneratorURL,
    )
