"""One message for many: counts, the gravest first, a link to answer each."""

from typing import Any

import pytest
from msgspec.structs import replace
from support.outgoing import alert, outgoing
from support.told import Told

from router.core.outgoing import Bundled

CHANNELS = ["slack.txt", "email.txt", "email.html", "chat.txt", "apprise.txt", "console.txt"]


def one(number: int, name: str, severity: str, **over: Any) -> Bundled:
    told = outgoing(alert({"alertname": name}), snapshot={"severity": severity}).snapshot
    values: dict[str, Any] = {
        "kind": "page",
        "snapshot": _numbered(told, number, name),
        "ack_url": f"https://tocsin.example.com/a/token{number}",
    }
    return Bundled(**{**values, **over})


def _numbered(told: Any, number: int, name: str) -> Any:
    incident = replace(told.incident, number=number)
    return replace(told, incident=incident, group_labels={"alertname": name})


def bundle(*told: Bundled) -> dict[str, Any]:
    return {"bundle": told, "ack_url": ""}


MANY = [
    one(3, "Fire", "critical"),
    *(one(number, f"Disk{number}", "warning") for number in range(10, 56)),
]


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_tells_counts_and_how_to_answer(name: str, told: Told) -> None:
    title = name.replace(".txt", ".title") if name in ("chat.txt", "apprise.txt") else ""
    above = told.text(title, **bundle(*MANY)) if title else ""
    text = above + told.text(name, **bundle(*MANY))
    assert "1 critical, 46 warning" in text
    assert "critical: #3 Fire" in text
    assert "https://tocsin.example.com/a/token3" in text
    assert "... and 27 more" in text
    assert text.index("#3 Fire") < text.index("#10 Disk10")


def test_a_text_message_is_short_and_leads_to_the_list(told: Told) -> None:
    text = told.text("sms.txt", **bundle(*MANY))
    assert text == (
        "[FIRING:47] 1 critical, 46 warning\n"
        "critical: #3 Fire\n"
        "warning: #10 Disk10\n"
        "warning: #11 Disk11\n"
        "warning: #12 Disk12\n"
        "... and 43 more\n"
        "https://tocsin.example.com"
    )


def test_the_subject_says_how_many(told: Told) -> None:
    assert told.text("email.subject", **bundle(*MANY)) == "[FIRING:47] 1 critical, 46 warning"
