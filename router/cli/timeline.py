"""An incident's timeline in sentences."""

from collections.abc import Mapping
from typing import Any

from router.cli import show

_HIDDEN = ("at", "kind", "seq", "alert", "alerts", "named", "key", "cid", "target")
_SENTENCES = {
    "acknowledged": "acknowledged by {by}",
    "acknowledged_too": "also acknowledged by {by}",
    "unacknowledged": "given back by {by}",
    "resolved": "resolved by {by}",
    "snoozed": "snoozed by {by} until {until}",
    "unsnoozed": "snooze ended by {by}",
    "snooze_ended": "the snooze is over",
    "forced": "escalated by {by}",
    "reassigned": "reassigned by {by} to {to}",
    "summoned": "{by} asked for {to}",
    "noted": "{by} noted",
    "raised": "{by} paged {to}",
    "reopened": "its alerts are back: it goes on",
    "answer_overdue": "nobody answered in time",
    "ack_timed_out": "the acknowledgement timed out",
    "rings_again": "rings again: {reason}",
    "worsened": "the severity rose",
    "restarted": "policy {policy} was edited: it begins with the first step",
    "continued": "policy {policy} was edited: it goes on with the same step",
    "target_gone": "is not in routes.toml any more",
    "exhausted": "every step was run; now the fallback is told",
    "nobody": "no step reaches anybody; the fallback is told",
}


def line(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """One entry as a row: when, what kind, to whom, and in words."""
    return entry["at"], entry["kind"], entry.get("target", ""), words(entry)


def words(entry: Mapping[str, Any]) -> str:
    """What happened, as people say it; kinds without a sentence show what is known of them."""
    sentence = _SENTENCES.get(entry["kind"])
    if sentence is None:
        known = (name for name in entry if name not in _HIDDEN and entry[name])
        return " ".join(f"{name}={_short(entry[name])}" for name in known)
    said = sentence.format_map(_Known(entry))
    via = f" via {entry['via']}" if entry.get("via") and "{by}" in sentence else ""
    comment = entry.get("comment") or entry.get("text")
    return f"{said}{via}{f': {comment}' if comment else ''}"


class _Known(dict[str, str]):
    """The values of an entry as words; what a service of another version left out is a dash."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        super().__init__({name: _short(value) for name, value in entry.items()})
        if "until" in entry:
            self["until"] = show.moment(entry["until"])

    def __missing__(self, key: str) -> str:
        return "-"


def _short(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
