"""The long tail behind its bulkhead, against a server that speaks Apprise's json://."""

import asyncio
import hashlib
import threading

import pytest
from support.outgoing import ACK, alert, no, outgoing, yes
from support.servers import Answer, WebhookServer

from router.core.integration import AppriseIntegration
from router.core.secret import Secret
from router.errors import DeliveryError, PermanentDeliveryError, Withdrawn
from router.senders.apprise import AT_ONCE, allowed_scheme, notify_type
from router.senders.senders import Senders
from router.senders.view import view

pytestmark = pytest.mark.usefixtures("apprise_loaded")


def to(url: str) -> AppriseIntegration:
    return AppriseIntegration(url=Secret("${APPRISE_URL}", url))


async def test_a_page_arrives(senders: Senders, webhook: WebhookServer) -> None:
    receipt = await senders.send(outgoing(), to(webhook.apprise_url), yes)
    assert receipt.detail == "json"
    assert webhook.requests[0].json() == {
        "version": "1.0",
        "title": "[FIRING] critical: DiskFull",
        "message": f"Acknowledge: {ACK}\nDisk of db1 is 97 % full\ninstance=db1\n"
        "- firing DiskFull since 2026-01-05 08:55:00 UTC (5m)\n"
        "Incident #7, policy critical (P0), step 2 of round 1",
        "attachments": [],
        "type": "failure",
    }


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(429, b"", {"Retry-After": "1"}), id="429"),
        pytest.param(Answer(500), id="500"),
        pytest.param(Answer(404), id="404, which Apprise does not tell from a lost reply"),
        pytest.param(Answer(reset=True), id="a reset"),
        pytest.param(Answer(302, b"", {"Location": "/elsewhere"}), id="a redirect"),
    ],
)
async def test_every_failure_may_have_been_a_delivery(
    answer: Answer, senders: Senders, webhook: WebhookServer
) -> None:
    webhook.answers = [answer]
    with pytest.raises(DeliveryError, match=r"apprise \$\{APPRISE_URL\}") as caught:
        await senders.send(outgoing(), to(webhook.apprise_url), yes)
    assert caught.value.ambiguous is True
    assert not isinstance(caught.value, PermanentDeliveryError)
    assert [request.path for request in webhook.requests] == ["/"]


async def test_no_outcome_before_the_deadline_leaves_it_open(
    hasty: Senders, webhook: WebhookServer
) -> None:
    webhook.answers = [Answer(hang=1)]
    with pytest.raises(DeliveryError, match=r"no outcome within 0\.25 s") as caught:
        await hasty.send(outgoing(), to(webhook.apprise_url), yes)
    assert caught.value.ambiguous is True


async def test_a_withdrawn_page_sends_nothing(senders: Senders, webhook: WebhookServer) -> None:
    with pytest.raises(Withdrawn):
        await senders.send(outgoing(), to(webhook.apprise_url), no)
    await senders.send(outgoing(), to(webhook.apprise_url), yes)
    assert len(webhook.requests) == 1


async def test_a_page_answered_while_it_waits_for_a_place_sends_nothing(
    senders: Senders, webhook: WebhookServer
) -> None:
    async with WebhookServer.open() as slow:
        slow.answers = [Answer(hang=0.4) for _ in range(AT_ONCE)]
        busy = [
            asyncio.ensure_future(senders.send(outgoing(), to(slow.apprise_url), yes))
            for _ in range(AT_ONCE)
        ]
        await slow.received(AT_ONCE)
        wanted = True

        def answered() -> None:
            nonlocal wanted
            wanted = False

        asyncio.get_running_loop().call_later(0.1, answered)
        with pytest.raises(Withdrawn):
            await senders.send(outgoing(), to(webhook.apprise_url), lambda: wanted)
        await asyncio.gather(*busy)
    assert webhook.requests == []


async def test_stuck_services_hold_up_only_apprise_and_only_for_a_while(
    hasty: Senders, webhook: WebhookServer
) -> None:
    """Threads cannot be stopped: a fifth send gives up its wait, certain that nothing left."""
    async with WebhookServer.open() as dead:
        dead.answers = [Answer(hang=1.5) for _ in range(AT_ONCE)]
        stuck = [
            asyncio.ensure_future(hasty.send(outgoing(), to(dead.apprise_url), yes))
            for _ in range(AT_ONCE)
        ]
        await dead.received(AT_ONCE)
        with pytest.raises(DeliveryError, match="slower ones") as caught:
            await hasty.send(outgoing(), to(webhook.apprise_url), yes)
        assert caught.value.ambiguous is False
        for ended in await asyncio.gather(*stuck, return_exceptions=True):
            assert isinstance(ended, DeliveryError)
            assert ended.ambiguous
    assert webhook.requests == []


async def test_its_threads_do_not_outlive_the_program(
    hasty: Senders, webhook: WebhookServer
) -> None:
    webhook.answers = [Answer(hang=1)]
    with pytest.raises(DeliveryError):
        await hasty.send(outgoing(), to(webhook.apprise_url), yes)
    ours = [t for t in threading.enumerate() if t is not threading.main_thread()]
    assert all(t.daemon for t in ours if "anyio" not in t.name.lower()), ours


@pytest.mark.parametrize(
    "url",
    [
        *("syslog://", "rsyslog://127.0.0.1", "dbus://", "kde://", "gnome://", "macosx://"),
        *("windows://", "glib://", "qt://", "blink1://", "vapid://a@b.example"),
        *("file:///etc/passwd", "http://127.0.0.1/", "https://example.com/", "SYSLOG://"),
        *("json", "", "nonsense", "exec://true", "json://a,syslog://"),
    ],
)
async def test_nothing_but_services_on_the_network(url: str, senders: Senders) -> None:
    with pytest.raises(PermanentDeliveryError) as caught:
        await senders.send(outgoing(), to(url or " "), yes)
    assert "127.0.0.1" not in str(caught.value)


async def test_one_url_is_one_service(senders: Senders, webhook: WebhookServer) -> None:
    """What follows a comma is not another service that slips past the list."""
    both = f"{webhook.apprise_url}/one, {webhook.apprise_url}/two"
    await senders.send(outgoing(), to(both), yes)
    assert len(webhook.requests) == 1
    assert webhook.requests[0].path.startswith("/one%2C")


async def test_a_url_apprise_cannot_use_is_for_ever(senders: Senders) -> None:
    with pytest.raises(PermanentDeliveryError, match="does not understand"):
        await senders.send(outgoing(), to("tgram://not-a-token/"), yes)


def test_the_scheme_is_read_without_regard_to_case() -> None:
    assert allowed_scheme("x", "NTFY://host/topic") == "ntfy"


@pytest.mark.parametrize(
    ("kind", "severity", "scheme", "expected"),
    [
        ("page", "critical", "ntfy", "failure"),
        ("page", "warning", "ntfy", "warning"),
        ("page", "info", "opsgenie", "warning"),
        ("resolved", "critical", "ntfy", "success"),
        ("acknowledged", "critical", "ntfy", "success"),
        ("resolved", "critical", "opsgenie", "warning"),
        ("acknowledged", "info", "jira", "warning"),
        ("acknowledged", "critical", "splunk", "info"),
        ("resolved", "critical", "splunk", "success"),
    ],
)
def test_no_type_makes_a_service_keep_silent(
    kind: str, severity: str, scheme: str, expected: str
) -> None:
    page = outgoing(alert(firing=kind != "resolved"), kind=kind, snapshot={"severity": severity})
    assert notify_type(view(page), scheme) == expected


async def test_the_end_goes_where_it_is_to_go_and_the_key_stays(
    senders: Senders, webhook: WebhookServer
) -> None:
    both = AppriseIntegration(
        url=Secret("a", f"{webhook.apprise_url}/firing/{{dedup_key}}"),
        resolved_url=Secret("b", f"{webhook.apprise_url}/over/{{dedup_key}}"),
    )
    for told in (outgoing(), outgoing(kind="acknowledged"), outgoing(kind="resolved")):
        await senders.send(told, both, yes)
    key = hashlib.sha256(b"i1/incident/7").hexdigest()
    paths = [request.path.rstrip("/") for request in webhook.requests]
    assert paths == [f"/firing/{key}", f"/firing/{key}", f"/over/{key}"]


async def test_no_secret_shows_in_an_error(senders: Senders, webhook: WebhookServer) -> None:
    webhook.answers = [Answer(500)]
    url = f"{webhook.apprise_url}/pathsecret42?+X-Token=headersecret42"
    with pytest.raises(DeliveryError) as caught:
        await senders.send(outgoing(), to(url), yes)
    assert "secret42" not in str(caught.value)
