"""What every channel over HTTP makes of what a server, or the way to it, does to a request."""

import asyncio
import socket
from typing import Any

import pytest
from support.certificate import Certificate
from support.channels import (
    HOOK_SECRET,
    HTTP_CHANNELS,
    ROUTING_KEY,
    STRICT,
    hook,
    integration,
    of,
)
from support.outgoing import outgoing, yes
from support.servers import Answer, HttpServer, TwilioServer, WebhookServer

from router.core.integration import WebhookIntegration
from router.core.secret import Secret
from router.errors import DeliveryError, PermanentDeliveryError
from router.senders.senders import Senders

AGAIN, DOUBT, NEVER = "again", "ambiguous", "never"


def kind_of(error: DeliveryError) -> str:
    if isinstance(error, PermanentDeliveryError):
        return NEVER
    return DOUBT if error.ambiguous else AGAIN


async def failure(senders: Senders, channel: str, server: HttpServer) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await senders.send(outgoing(), integration(channel, server), yes)
    return caught.value


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
@pytest.mark.parametrize(
    ("answer", "outcome", "retry_after"),
    [
        pytest.param(Answer(301, b"", {"Location": "/x"}), NEVER, None, id="301 is not followed"),
        pytest.param(Answer(307, b"", {"Location": "/x"}), NEVER, None, id="307 is not followed"),
        pytest.param(Answer(400, b"bad"), NEVER, None, id="400 is for ever"),
        pytest.param(Answer(401, b"{}"), NEVER, None, id="401 is for ever"),
        pytest.param(Answer(403, b"{}"), NEVER, None, id="403 is for ever"),
        pytest.param(Answer(404, b""), NEVER, None, id="404 is for ever"),
        pytest.param(Answer(410, b""), NEVER, None, id="410 is for ever"),
        pytest.param(Answer(408, b""), AGAIN, None, id="408 may pass"),
        pytest.param(Answer(425, b""), AGAIN, None, id="425 may pass"),
        pytest.param(Answer(429, b"", {"Retry-After": "7"}), AGAIN, 7, id="429 names its wait"),
        pytest.param(Answer(429, b""), AGAIN, None, id="429 without a wait"),
        pytest.param(Answer(503, b"", {"Retry-After": "2"}), AGAIN, 2, id="503 names its wait"),
        pytest.param(Answer(500, b"oops"), DOUBT, None, id="500 may have taken it"),
        pytest.param(Answer(502, b"<html>"), DOUBT, None, id="a gateway lost the answer"),
        pytest.param(Answer(504, b""), DOUBT, None, id="a gateway ran out of time"),
        pytest.param(Answer(reset=True), DOUBT, None, id="reset after the request"),
        pytest.param(Answer(drop=True), DOUBT, None, id="closed without an answer"),
        pytest.param(Answer(raw=b"\x00\x01nonsense\r\n\r\n"), DOUBT, None, id="not HTTP"),
    ],
)
async def test_an_answer_means(
    channel: str, answer: Answer, outcome: str, retry_after: float | None, senders: Senders
) -> None:
    async with of(channel).open() as server:
        server.answers = [answer]
        error = await failure(senders, channel, server)
        assert kind_of(error) == outcome, str(error)
        assert error.retry_after == retry_after
        assert len(server.requests) == 1, "an attempt is one request"


@pytest.mark.parametrize("channel", [c for c in HTTP_CHANNELS if c != "webhook"])
async def test_a_web_page_for_an_answer_leaves_it_open(channel: str, senders: Senders) -> None:
    async with of(channel).open() as server:
        server.answers = [Answer(200, b"\n<!doctype html><title>Please log in</title>")]
        assert kind_of(await failure(senders, channel, server)) == DOUBT


@pytest.mark.parametrize("channel", [*STRICT, "pagerduty"])
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(200, b"<html>Please log in</html>"), id="a captive portal"),
        pytest.param(Answer(200, b""), id="nothing"),
        pytest.param(Answer(200, b"x" * 200_000), id="far too much"),
    ],
)
async def test_an_answer_that_is_not_the_protocols_leaves_it_open(
    channel: str, answer: Answer, senders: Senders
) -> None:
    async with of(channel).open() as server:
        server.answers = [answer]
        assert kind_of(await failure(senders, channel, server)) == DOUBT


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
async def test_no_answer_in_time_leaves_it_open(channel: str, hasty: Senders) -> None:
    async with of(channel).open() as server:
        server.answers = [Answer(hang=5)]
        with pytest.raises(DeliveryError, match=r"no answer within 0\.25 s") as caught:
            await hasty.send(outgoing(), integration(channel, server, hasty=True), yes)
        assert kind_of(caught.value) == DOUBT


@pytest.mark.parametrize("channel", STRICT)
async def test_half_an_answer_leaves_it_open(channel: str, hasty: Senders) -> None:
    async with of(channel).open() as server:
        server.answers = [Answer(200, b'{"ok":true,"sid":"SM1"}', stall=5)]
        with pytest.raises(DeliveryError) as caught:
            await hasty.send(outgoing(), integration(channel, server), yes)
        assert kind_of(caught.value) == DOUBT


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_a_webhook_took_it_when_it_says_2xx(
    status: int, senders: Senders, webhook: WebhookServer
) -> None:
    webhook.answers = [Answer(status, b"" if status == 204 else b"whatever")]
    receipt = await senders.send(outgoing(), hook(webhook), yes)
    assert receipt.detail == f"answered {status}"


async def test_a_2xx_counts_though_its_body_never_comes(
    senders: Senders, webhook: WebhookServer
) -> None:
    webhook.answers = [Answer(200, b"slow", stall=5)]
    await senders.send(outgoing(), hook(webhook, timeout=250_000), yes)


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
async def test_a_refused_connection_is_certain(channel: str, senders: Senders) -> None:
    async with of(channel).open() as server:
        gone = integration(channel, server)
    with pytest.raises(DeliveryError, match="connection refused") as caught:
        await senders.send(outgoing(), gone, yes)
    assert kind_of(caught.value) == AGAIN


async def test_a_connection_that_never_opens_is_certain(senders: Senders) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"https://127.0.0.1:{deaf.getsockname()[1]}/"
        silent = WebhookIntegration(url=Secret("${HOOK_URL}", url), timeout=200_000)
        with pytest.raises(DeliveryError, match=r"no connection within 0\.2 s") as caught:
            await senders.send(outgoing(), silent, yes)
    assert kind_of(caught.value) == AGAIN


async def test_a_host_that_does_not_exist_is_certain(senders: Senders) -> None:
    lost = WebhookIntegration(url=Secret("${HOOK_URL}", "http://nowhere.invalid/hook"))
    with pytest.raises(DeliveryError, match="cannot be resolved") as caught:
        await senders.send(outgoing(), lost, yes)
    assert kind_of(caught.value) == AGAIN


async def test_a_certificate_nobody_trusts_is_certain(certificate: Certificate) -> None:
    async with WebhookServer.open(certificate.server) as server, Senders.open() as strict:
        with pytest.raises(DeliveryError, match="certificate is not accepted") as caught:
            await strict.send(outgoing(), hook(server), yes)
        assert kind_of(caught.value) == AGAIN
        assert server.requests == []


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("ftp://example.com/", id="another scheme"),
        pytest.param("example.com/hook", id="no scheme"),
        pytest.param("http://", id="no host"),
        pytest.param("http://exa mple.com:notaport/", id="no port"),
        pytest.param("", id="nothing but set"),
    ],
)
async def test_an_address_that_is_none_is_for_ever(url: str, senders: Senders) -> None:
    broken = WebhookIntegration(url=Secret("${HOOK_URL}", url or " "))
    with pytest.raises(PermanentDeliveryError, match=r"\$\{HOOK_URL\}"):
        await senders.send(outgoing(), broken, yes)


@pytest.mark.parametrize(
    ("said", "date", "seconds"),
    [
        pytest.param("120", None, 120, id="seconds"),
        pytest.param("0", None, 0, id="at once"),
        pytest.param("1.5", None, 1.5, id="a fraction, as Discord says it"),
        pytest.param("-5", None, 0, id="the past"),
        pytest.param("999999999", None, 3600, id="an hour at most"),
        pytest.param("nan", None, None, id="not a number"),
        pytest.param("inf", None, 3600, id="for ever is an hour"),
        pytest.param("soon", None, None, id="a word"),
        pytest.param(
            "Mon, 05 Jan 2026 12:00:30 GMT",
            "Mon, 05 Jan 2026 12:00:00 GMT",
            30,
            id="a date, by the server's own clock",
        ),
        pytest.param(
            "Mon, 05 Jan 2026 11:00:00 GMT", "Mon, 05 Jan 2026 12:00:00 GMT", 0, id="a date gone by"
        ),
        pytest.param(
            "Mon, 05 Jan 2026 09:00:20 GMT", "nonsense", None, id="a date beside a broken clock"
        ),
    ],
)
async def test_retry_after_is_read_as(
    said: str, date: str | None, seconds: float | None, senders: Senders, webhook: WebhookServer
) -> None:
    headers = {"Retry-After": said} | ({"Date": date} if date else {})
    webhook.answers = [Answer(429, b"", headers)]
    error = await failure(senders, "webhook", webhook)
    assert error.retry_after == seconds


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("echo", id="an error page that repeats the request"),
        pytest.param(Answer(reset=True), id="a reset"),
        pytest.param(Answer(302, b"", {"Location": "/"}), id="a redirect"),
    ],
)
async def test_no_secret_shows_in_an_error(
    channel: str, answer: Answer | str, senders: Senders
) -> None:
    async with of(channel).open() as server:
        told = integration(channel, server)
        if isinstance(answer, str):
            await senders.send(outgoing(), told, yes)
            request = server.requests[0]
            echo = f"Cannot POST {request.path} {dict(request.headers)} {request.body.decode()}"
            echo = f'{{"message": {echo!r}, "code": 1}}' if channel == "sms" else echo
            answer = Answer(400, echo.encode())
        server.answers = [answer]
        error = await failure(senders, channel, server)
    for secret in (
        *("hooksecretXXXXXXXX", "pathsecret42", "querysecret42", "xoxb-test-token"),
        *(HOOK_SECRET, ROUTING_KEY, TwilioServer.token, TwilioServer.account),
        *("discordsecret42", "telegramsecret42", "teamssecret42", "mattermostsecret42"),
        "genie-secret-key-42",
    ):
        assert secret not in f"{error!s} {error!r}"


async def test_a_dead_host_takes_no_connection_from_another(
    senders: Senders, webhook: WebhookServer
) -> None:
    """A hundred and ten requests hang at one place; the next one elsewhere is not delayed."""
    async with WebhookServer.open() as dead:
        dead.answers = [Answer(hang=5) for _ in range(110)]
        stuck = WebhookIntegration(url=Secret("${HOOK_URL}", dead.url), timeout=2_000_000)
        hanging = [asyncio.ensure_future(senders.send(outgoing(), stuck, yes)) for _ in range(110)]
        await dead.received(110)
        async with asyncio.timeout(0.5):
            await senders.send(outgoing(), hook(webhook), yes)
        assert not any(task.done() for task in hanging)
        for task in hanging:
            task.cancel()
        ended: list[Any] = await asyncio.gather(*hanging, return_exceptions=True)
        assert all(isinstance(error, asyncio.CancelledError) for error in ended)
