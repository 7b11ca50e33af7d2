"""Words a PagerDuty event with a receiver's own fields, for the Events API v2 and v1."""

from typing import Any

from router.core.integration import PagerdutyIntegration
from router.core.pagerduty_event import PagerdutyEvent
from router.senders.clean import cut
from router.senders.structured import structured
from router.senders.wording import Wording

SUMMARY_MAX = 1024  # Characters: developer.pagerduty.com/docs/send-alert-event.


def event(
    integration: PagerdutyIntegration, worded: PagerdutyEvent, words: Wording, action: str, key: str
) -> dict[str, Any]:
    """The event of v2, or of v1 where the key is a service's."""
    summary = cut(words.text(worded.description, "pagerduty.summary"), SUMMARY_MAX)
    details = {words.plain(name): structured(each, words) for name, each in worded.details.items()}
    if words.data["ack_url"]:
        details.setdefault("acknowledge", words.data["ack_url"])
    client = {"client": words.plain(worded.client), "client_url": words.plain(worded.client_url)}
    if integration.v1:
        told = {
            "service_key": integration.routing_key.value,
            "event_type": action,
            "incident_key": key,
            "description": summary,
            "details": details,
        }
        return _full({**told, **(client if action == "trigger" else {})})
    payload: dict[str, Any] = {
        "summary": summary,
        "source": words.plain(worded.source or worded.client),
        "severity": words.plain(worded.severity) or "error",
        "class": words.plain(worded.class_),
        "component": words.plain(worded.component),
        "group": words.plain(worded.group),
        "custom_details": details,
    }
    told_v2: dict[str, Any] = {
        "routing_key": integration.routing_key.value,
        "dedup_key": key,
        "event_action": action,
        "payload": {"summary": summary, **_full(payload)},
        **client,
        "images": _images(worded, words),
        "links": _links(worded, words),
    }
    return _full(told_v2)


def _images(worded: PagerdutyEvent, words: Wording) -> list[dict[str, str]]:
    found = (
        {"src": words.plain(e.src), "alt": words.plain(e.alt), "href": words.plain(e.href)}
        for e in worded.images
    )
    return [each for each in found if each["src"]]


def _links(worded: PagerdutyEvent, words: Wording) -> list[dict[str, str]]:
    found = [{"href": words.plain(e.href), "text": words.plain(e.text)} for e in worded.links]
    if words.data["ack_url"]:
        found.insert(0, {"href": words.data["ack_url"], "text": "Acknowledge in Tocsin"})
    return [each for each in found if each["href"]]


def _full(told: dict[str, Any]) -> dict[str, Any]:
    """What says something."""
    return {name: value for name, value in told.items() if value not in ("", [], {})}
