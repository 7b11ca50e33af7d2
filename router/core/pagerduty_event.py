"""A PagerDuty event as Alertmanager words it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec


class PagerdutyImage(msgspec.Struct, frozen=True, kw_only=True):
    """A picture shown with the incident."""

    src: str
    alt: str = ""
    href: str = ""


class PagerdutyLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link shown with the incident."""

    href: str
    text: str = ""


class PagerdutyEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a receiver, by Alertmanager's names; `description` is ours when it is None.

    `source` is `client` when it is empty. `details` hold texts, lists and tables of any depth.
    """

    description: str | None = None
    client: str = "Tocsin"
    client_url: str = ""
    severity: str = "error"
    class_: str = ""
    component: str = ""
    group: str = ""
    source: str = ""
    details: Mapping[str, Any] = {}
    images: Sequence[PagerdutyImage] = ()
    links: Sequence[PagerdutyLink] = ()
