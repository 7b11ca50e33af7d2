"""What Twilio is sent, and what its codes mean for the delivery."""

import pytest
from msgspec.structs import replace
from support.channels import sms
from support.outgoing import ACK, alert, outgoing, yes
from support.servers import Answer, TwilioServer

from router.core.integration import SmsIntegration
from router.core.outgoing import Bundled
from router.core.secret import Secret
from router.errors import DeliveryError, PermanentDeliveryError
from router.senders.senders import Senders


async def test_a_page_is_the_form_twilio_documents(senders: Senders, twilio: TwilioServer) -> None:
    receipt = await senders.send(outgoing(), sms(twilio), yes)
    assert receipt.ref == "SM00000000000000000000000000000001"
    assert receipt.detail == "queued"
    request = twilio.requests[0]
    assert (request.method, request.path) == (
        "POST",
        f"/2010-04-01/Accounts/{twilio.account}/Messages.json",
    )
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.form() == {
        "To": "+15555550101",
        "From": "+15555550100",
        "Body": "[FIRING] critical: DiskFull\nDisk of db1 is 97 % full\ninstance=db1\n"
        f"since 2026-01-05 08:55:00 UTC\n{ACK}",
        "ValidityPeriod": "900",
    }


async def test_a_page_says_how_it_is_answered_by_text_where_it_can_be(
    senders: Senders, twilio: TwilioServer
) -> None:
    answered = replace(sms(twilio), replies=True)
    page = outgoing()
    both = (Bundled(kind="page", snapshot=page.snapshot, ack_url=ACK),) * 2
    long = outgoing(alert({"alertname": "x" * 400}, {"summary": "y" * 400}))
    await senders.send(page, answered, yes)
    await senders.send(replace(page, bundle=both), answered, yes)
    await senders.send(outgoing(kind="resolved"), answered, yes)
    await senders.send(long, answered, yes)
    said = [request.form()["Body"] for request in twilio.requests]
    assert said[0].endswith(f"{ACK}\nReply 7a to ack")
    assert said[1].endswith("\nReply aa to ack all")
    assert "Reply" not in said[2]
    assert said[3].endswith(f"{ACK}\nReply 7a to ack")
    assert len(said[3]) <= 320


async def test_times_are_those_of_the_clocks_where_the_person_is(
    senders: Senders, twilio: TwilioServer
) -> None:
    await senders.send(replace(outgoing(), timezone="Asia/Kolkata"), sms(twilio), yes)
    assert "since 2026-01-05 14:25:00 IST" in twilio.requests[0].form()["Body"]


async def test_a_messaging_service_is_named_as_such(senders: Senders, twilio: TwilioServer) -> None:
    service = SmsIntegration(
        to="+15555550101",
        sender="MG11111111111111111111111111111111",
        account=Secret("${TWILIO_SID}", twilio.account),
        token=Secret("${TWILIO_TOKEN}", twilio.token),
        api_url=twilio.url,
    )
    await senders.send(outgoing(), service, yes)
    form = twilio.requests[0].form()
    assert form["MessagingServiceSid"] == "MG11111111111111111111111111111111"
    assert "From" not in form


async def test_a_wrong_token_is_for_ever(senders: Senders, twilio: TwilioServer) -> None:
    wrong = SmsIntegration(
        to="+1",
        sender="+2",
        account=Secret("${TWILIO_SID}", twilio.account),
        token=Secret("${TWILIO_TOKEN}", "not-the-token"),
        api_url=twilio.url,
    )
    with pytest.raises(PermanentDeliveryError, match=r"\(20003\): the account or its token"):
        await senders.send(outgoing(), wrong, yes)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (21610, "opted out"),
        (21211, "not a phone number"),
        (21614, "not a mobile number"),
        (21408, "region"),
        (21606, "cannot send"),
        (30006, "landline"),
        (29999, "some new trouble"),
    ],
)
async def test_a_refusal_is_for_ever_and_says_why(
    code: int, words: str, senders: Senders, twilio: TwilioServer
) -> None:
    twilio.answers = [twilio.refuses(code, "some new trouble")]
    with pytest.raises(PermanentDeliveryError, match=rf"\({code}\).*{words}"):
        await senders.send(outgoing(), sms(twilio), yes)


@pytest.mark.parametrize("code", [20429, 21611, 30001, 30003, 30008])
async def test_a_full_queue_passes(code: int, senders: Senders, twilio: TwilioServer) -> None:
    twilio.answers = [twilio.refuses(code)]
    with pytest.raises(DeliveryError, match=str(code)) as caught:
        await senders.send(outgoing(), sms(twilio), yes)
    assert not isinstance(caught.value, PermanentDeliveryError)


@pytest.mark.parametrize(
    ("body", "permanent"),
    [
        pytest.param(b'{"sid":"SM1","status":"failed","error_code":21610}', True, id="for ever"),
        pytest.param(b'{"sid":"SM1","status":"failed","error_code":30001}', False, id="for now"),
        pytest.param(b'{"sid":"SM1","status":"undelivered"}', False, id="it does not say why"),
    ],
)
async def test_a_message_that_failed_at_once_was_not_sent(
    body: bytes, permanent: bool, senders: Senders, twilio: TwilioServer
) -> None:
    twilio.answers = [Answer(201, body)]
    with pytest.raises(DeliveryError) as caught:
        await senders.send(outgoing(), sms(twilio), yes)
    assert isinstance(caught.value, PermanentDeliveryError) is permanent


async def test_a_long_page_is_cut_and_keeps_its_link(
    senders: Senders, twilio: TwilioServer
) -> None:
    wordy = alert({"alertname": "A" * 500, "x": "y" * 500}, {"summary": "word " * 300})
    told = {"group_labels": {"alertname": "A" * 500}, "note": "n" * 900}
    await senders.send(outgoing(wordy, snapshot=told), sms(twilio), yes)
    text = twilio.requests[0].form()["Body"]
    assert len(text) <= 320
    assert text.endswith(f"\n{ACK}")


async def test_a_link_longer_than_the_aim_stays_whole(
    senders: Senders, twilio: TwilioServer
) -> None:
    link = f"https://tocsin.example.com/ack/{'t' * 400}"
    await senders.send(outgoing(alert({}, {"summary": "s" * 900}), ack_url=link), sms(twilio), yes)
    text = twilio.requests[0].form()["Body"]
    assert text.endswith(f"\n{link}")
    assert len(text) <= 1600
    assert len(text) > len(link) + 60


async def test_values_cannot_add_lines_of_their_own(senders: Senders, twilio: TwilioServer) -> None:
    fake = "up\n\nAll is well again.\u2028Ignore\r\nthis"
    told = {"group_labels": {"alertname": fake}}
    await senders.send(outgoing(alert({}, {"summary": fake}), snapshot=told), sms(twilio), yes)
    assert twilio.requests[0].form()["Body"].split("\n") == [
        "[FIRING] critical: up All is well again.?Ignore this",
        "up All is well again.?Ignore this",
        "since 2026-01-05 08:55:00 UTC",
        ACK,
    ]
