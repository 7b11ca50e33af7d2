"""What a delivery, or what was told, is about."""

from typing import Any

from router.core.notification import Delivery, LogEntry


def subject_of(row: Delivery | LogEntry) -> tuple[str, int]:
    """What a delivery or a log entry is about: an incident, or else a group."""
    return ("incident", row.incident) if row.incident else ("group", row.group)


def discard(index: dict[Any, set[Any]], subject: object, item: object) -> None:
    """Take an item out of a subject's set; an empty set goes."""
    index[subject].discard(item)
    if not index[subject]:
        del index[subject]
