"""What people read, and that they read something whatever has become of the templates."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.outgoing import ACK, AT, MINUTE, alert, incident, outgoing
from support.told import Told

from router.senders.message import FORMS, shipped, sms_text
from router.senders.view import span, view

KINDS = ("notification", "page", "acknowledged", "resolved", "notice")


@pytest.mark.parametrize(
    ("kind", "over", "heading"),
    [
        ("notification", {}, "[FIRING] critical: DiskFull"),
        ("page", {}, "[FIRING] critical: DiskFull"),
        ("acknowledged", {}, "[ACKNOWLEDGED] critical: DiskFull"),
        ("resolved", {}, "[RESOLVED] critical: DiskFull"),
        ("notice", {}, "[NOTICE] critical: DiskFull"),
        ("page", {"snapshot": {"firing": 12}}, "[FIRING:12] critical: DiskFull"),
        ("page", {"snapshot": {"severity": ""}}, "[FIRING] DiskFull"),
        (
            "page",
            {"snapshot": {"group_labels": {"alertname": "Slow", "zone": "eu", "job": "api"}}},
            "[FIRING] critical: Slow (job=api, zone=eu)",
        ),
        ("page", {"snapshot": {"group_labels": {}}}, "[FIRING] critical: DiskFull"),
        (
            "notice",
            {
                "snapshot": {
                    "alerts": (),
                    "group_labels": {},
                    "severity": "",
                    "note": "Nobody left.",
                }
            },
            "[NOTICE] Nobody left.",
        ),
        (
            "notice",
            {"snapshot": {"alerts": (), "group_labels": {}, "severity": ""}},
            "[NOTICE] Alert",
        ),
    ],
)
def test_the_heading_says_what_and_how_bad(
    kind: str, over: dict[str, Any], heading: str, told: Told
) -> None:
    assert told.text("apprise.title", kind=kind, **over) == heading


@pytest.mark.parametrize("name", [name for name in FORMS if not FORMS[name].one_line])
def test_a_page_says_what_a_woken_person_needs(name: str, told: Told) -> None:
    """What, how bad, since when, where, what to do, and how to answer."""
    runbook = "https://runbooks.example.com/disk-full"
    noted = {"summary": "Disk of db1 is 97 % full", "runbook_url": runbook}
    page = outgoing(alert(annotations=noted))
    text = told.messages.text(name, view(page))
    for needed in ("DiskFull", "critical", "08:55", "Disk of db1 is 97 % full", "db1", ACK):
        assert needed in text
    if name != "sms.txt":
        for needed in (runbook, "step 2 of round 1", "(P0)"):
            assert needed in text
    assert told.errors == []


@pytest.mark.parametrize("name", [name for name in FORMS if not FORMS[name].one_line])
def test_the_end_says_so_and_asks_nobody(name: str, told: Told) -> None:
    over = alert(firing=False, starts_at=AT - 90 * MINUTE)
    by_hand = {"incident": incident("resolved", "ana")}
    text = told.messages.text(name, view(outgoing(over, kind="resolved", snapshot=by_hand)))
    assert "cknowledge" not in text
    if name not in ("apprise.txt", "chat.txt"):
        assert "RESOLVED" in text
    if name != "sms.txt":
        assert "ana" in text


@pytest.mark.parametrize("name", [name for name in FORMS if not FORMS[name].one_line])
def test_an_acknowledgement_names_who_took_it(name: str, told: Told) -> None:
    taken = {"incident": incident("acknowledged", "Ana Lima")}
    text = told.messages.text(name, view(outgoing(kind="acknowledged", snapshot=taken)))
    assert "Ana Lima" in text


def test_a_possible_repeat_is_said_to_be_one(told: Told) -> None:
    for name in ("slack.txt", "email.txt", "email.html", "apprise.txt", "console.txt"):
        assert "repeat" in told.text(name, maybe_sent=True)
        assert "repeat" not in told.text(name)


def test_many_alerts_are_counted_when_not_listed(told: Told) -> None:
    alerts = [alert({"alertname": "A", "n": str(n)}) for n in range(30)]
    data = view(outgoing(*alerts, snapshot={"truncated": 70}))
    assert (len(data["alerts"]), data["truncated"]) == (20, 80)
    assert "and 92 more" in told.messages.text("slack.txt", data)
    assert "and 80 more" in told.messages.text("email.txt", data)


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (0, "0s"),
        (-5, "0s"),
        (59_999_999, "59s"),
        (61_000_000, "1m 1s"),
        (3_600_000_000, "1h"),
        (90_061_000_000, "1d 1h"),
    ],
)
def test_spans_are_short(microseconds: int, text: str) -> None:
    assert span(microseconds) == text


def test_every_shipped_template_is_a_message_and_every_message_has_one() -> None:
    files = {path.name for path in shipped().glob("*.j2")}
    assert files == {f"{name}.j2" for name in FORMS}


CORPUS = [
    "{{ 7 * 7 }}",
    "{% for i in range(10**9) %}{% endfor %}",
    "{{ ''.__class__.__mro__ }}",
    "{{ ack_url }}{% raw %}",
    "{# comment",
    "<script>window.__pwned = 1</script>",
    '"><img src=x onerror=alert(1)>',
    "<!channel> <!here|x> <@U1> <#C1> <https://evil|click>",
    "&lt;script&gt; &#34; &amp;amp;",
    "\r\nBcc: evil@example.com\r\n\r\n",
    "\x1b]0;x\x07\x1b[2J\x9b",
    "\u202egnp.exe\u2066\u200b\ufeff",
    "=cmd|'/c calc'!A1",
    "%s %n %(x)s {0} {x!r} ${HOME} `id` $(id)",
    "😀🏳️‍🌈 Ωmega ﷽",
    "\x00",
    "]]>",
]


@pytest.mark.parametrize("value", CORPUS)
@pytest.mark.parametrize("name", FORMS)
def test_data_is_never_a_template_and_never_acts(name: str, value: str, told: Told) -> None:
    page = outgoing(
        alert(
            {"alertname": value, "x": value, value: "y"}, {"summary": value, "description": value}
        ),
        snapshot={
            "group_labels": {"alertname": value, "z": value},
            "severity": value,
            "reason": value,
            "note": value,
            "receiver": value,
            "incident": incident(policy=value, priority=value, answered_by=value),
        },
        target=value,
    )
    text = told.messages.text(name, view(page))
    assert told.errors == []
    assert "49" not in text
    assert not set(text) & set("\x00\x07\x1b\x9b\r\u202e\u2066\u200b\ufeff")
    if name == "email.html":
        for tag in ("<script", "<img", "<!channel", "<@", "</script"):
            assert tag not in text
        assert 'evil"' not in text
    if name == "slack.txt":
        assert "<!" not in text
        assert "<@" not in text
        assert "<#" not in text
        assert "|click>" not in text
    if FORMS[name].one_line:
        assert "\n" not in text


anything = st.text(max_size=80)
labels = st.dictionaries(anything, anything, max_size=4)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(labels, labels, labels, anything, st.sampled_from(KINDS))
def test_no_data_breaks_a_template(
    told: Told,
    of: dict[str, str],
    notes: dict[str, str],
    group: dict[str, str],
    note: str,
    kind: str,
) -> None:
    page = outgoing(alert(of, notes), kind=kind, snapshot={"group_labels": group, "note": note})
    for name, form in FORMS.items():
        text = told.messages.text(name, view(page))
        assert 0 < len(text) <= form.limit
        assert told.errors == []


@pytest.mark.parametrize(
    ("text", "link", "limit", "cut"),
    [
        ("short", "", 320, "short"),
        ("abc" * 50, "", 20, "abcabcabcabcabcab..."),
        ("a – b… \ufffd", "", 320, "a - b... ?"),
        ("x" * 400 + "\nL", "L", 200, "x" * 195 + "...\nL"),
        ("link first L then text", "L", 320, "link first  then text\nL"),
    ],
)
def test_an_sms_is_cut_before_its_link(text: str, link: str, limit: int, cut: str) -> None:
    assert sms_text(text, link, limit) == cut
