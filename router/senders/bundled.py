"""What a template may know of a message that tells of many incidents at once."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from router.core import severity
from router.core.outgoing import Bundled, Outgoing
from router.senders.clean import one_line, web_link

SHOWN = 20


def bundled(outgoing: Outgoing) -> dict[str, Any]:
    """What takes the place of one delivery's data: counts, and the gravest with their links.

    A template that knows nothing of bundles shows all that matters as heading and `note`.
    """
    told = outgoing.bundle
    shown = [_one(each) for each in told[:SHOWN]]
    more = len(told) - len(shown)
    counts = _counts(told)
    lines = [f"{each['text']} {each['ack_url']}".rstrip() for each in shown]
    url = web_link(outgoing.external_url)
    rest = [f"... and {more} more{f': {url}' if url else ''}"] if more else []
    fires = any(each.snapshot.status != "resolved" for each in told)
    what = "FIRING" if fires and outgoing.kind == "page" else "NEWS"
    return {
        "bundle": shown,
        "bundled": len(told),
        "title": counts,
        "heading": f"[{what}:{len(told)}] {counts}",
        "note": "\n".join([*lines, *rest]),
        "summary": "",
        "description": "",
        "where": "",
        "alerts": [],
        "truncated": 0,
        "runbook_url": "",
        "dashboard_url": "",
        "incident": None,
        "ack_url": "",
        "since": "",
        "severity": one_line(told[0].snapshot.severity, 40),
        "state": "firing" if fires else "resolved",
        "reason": "held back by the limit, bundled",
    }


def _counts(told: Sequence[Bundled]) -> str:
    """`3 critical, 44 warning`, the gravest first."""
    found = Counter(_word(each) for each in told)
    order = sorted(found, key=lambda word: (word == "resolved", -severity.rank(word), word))
    return ", ".join(f"{found[word]} {word}" for word in order)


def _word(told: Bundled) -> str:
    if told.snapshot.status == "resolved":
        return "resolved"
    if told.kind == "acknowledged":
        return "acknowledged"
    return one_line(told.snapshot.severity, 40) or "alert"


def _one(told: Bundled) -> dict[str, str]:
    incident = told.snapshot.incident
    number = f"#{incident.number}" if incident else ""
    named = told.snapshot.group_labels
    name = named.get("alertname", "")
    others = [f"{key}={value}" for key, value in sorted(named.items()) if key != "alertname"]
    title = one_line(" ".join([name, *others]).strip() or told.snapshot.note or "alert", 120)
    word = _word(told)
    return {
        "number": number,
        "severity": word,
        "title": title,
        "text": " ".join(filter(None, (f"{word}:", number, title))),
        "ack_url": web_link(told.ack_url),
    }
