"""TLS and proxies as `http_config` asks for them, with real handshakes on loopback."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from support.certificate import Certificate, make
from support.channels import bot, hook, pager, sms
from support.outgoing import outgoing, yes
from support.proxy import ProxyServer
from support.servers import HttpServer, PagerdutyServer, SlackServer, TwilioServer, WebhookServer

from router.core.http_options import HttpOptions, Proxy, SecretFile, Tls
from router.core.integration import HttpIntegration, WebhookIntegration
from router.core.secret import Secret
from router.errors import DeliveryError
from router.senders.proxies import proxy_for
from router.senders.senders import Senders


def kept(text: str) -> Secret:
    return Secret("${PEM}", text)


def webhook_with(server: HttpServer, **options: object) -> WebhookIntegration:
    http = HttpOptions(**options)  # type: ignore[arg-type]
    return msgspec.structs.replace(hook(server), http=http)


@pytest.fixture
async def plain() -> AsyncIterator[Senders]:
    """Every channel, trusting the system's authorities only."""
    async with Senders.open() as opened:
        yield opened


@pytest.fixture
async def proxy() -> AsyncIterator[ProxyServer]:
    async with ProxyServer.open() as server:
        yield server


async def test_a_ca_is_trusted(plain: Senders, certificate: Certificate) -> None:
    async with WebhookServer.open(certificate.server) as server:
        with pytest.raises(DeliveryError, match="certificate is not accepted"):
            await plain.send(outgoing(), webhook_with(server), yes)
        trusting = Tls(ca=kept(certificate.file.read_text()))
        await plain.send(outgoing(), webhook_with(server, tls=trusting), yes)
        assert len(server.requests) == 1


async def test_a_ca_in_a_file_may_change(
    plain: Senders, certificate: Certificate, tmp_path: Path
) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_bytes(make(tmp_path).file.read_bytes())
    found = Tls(ca=SecretFile("ca.pem", str(ca)))
    async with WebhookServer.open(certificate.server) as server:
        with pytest.raises(DeliveryError, match="certificate is not accepted"):
            await plain.send(outgoing(), webhook_with(server, tls=found), yes)
        ca.write_bytes(certificate.file.read_bytes())
        await plain.send(outgoing(), webhook_with(server, tls=found), yes)


async def test_nothing_is_verified_when_it_must_not_be(
    plain: Senders, certificate: Certificate
) -> None:
    async with WebhookServer.open(certificate.server) as server:
        careless = webhook_with(server, tls=Tls(insecure_skip_verify=True))
        await plain.send(outgoing(), careless, yes)
        assert len(server.requests) == 1


async def test_the_name_in_the_certificate_may_be_another(
    plain: Senders, certificate: Certificate
) -> None:
    async with WebhookServer.open(certificate.server) as server:
        server.url = server.url.replace("localhost", "127.0.0.1")
        trusting = Tls(ca=kept(certificate.file.read_text()))
        with pytest.raises(DeliveryError, match="certificate is not accepted"):
            await plain.send(outgoing(), webhook_with(server, tls=trusting), yes)
        named = msgspec.structs.replace(trusting, server_name="localhost")
        await plain.send(outgoing(), webhook_with(server, tls=named), yes)


async def test_a_client_certificate_is_shown(
    plain: Senders, certificate: Certificate, tmp_path: Path
) -> None:
    mine = make(tmp_path).file.read_text()
    context = certificate.server
    context.load_verify_locations(cadata=mine[mine.index("-----BEGIN CERT") :])
    context.verify_mode = ssl.CERT_REQUIRED
    trusting = Tls(ca=kept(certificate.file.read_text()))
    showing = msgspec.structs.replace(trusting, cert=kept(mine), key=kept(mine))
    async with WebhookServer.open(context) as server:
        with pytest.raises(DeliveryError):
            await plain.send(outgoing(), webhook_with(server, tls=trusting), yes)
        await plain.send(outgoing(), webhook_with(server, tls=showing), yes)
        assert len(server.requests) == 1


async def test_an_old_version_of_tls_is_refused(plain: Senders, certificate: Certificate) -> None:
    context = certificate.server
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    trusting = Tls(ca=kept(certificate.file.read_text()))
    newest = msgspec.structs.replace(trusting, min_version="TLS13")
    async with WebhookServer.open(context) as server:
        with pytest.raises(DeliveryError, match=r"TLS could not|broke while opening"):
            await plain.send(outgoing(), webhook_with(server, tls=newest), yes)
        await plain.send(outgoing(), webhook_with(server, tls=trusting), yes)


@pytest.mark.parametrize(
    ("tls", "words"),
    [
        (Tls(ca=kept("-----BEGIN nothing")), r"tls_config.ca of \$\{PEM\} holds no certificate"),
        (
            Tls(cert=kept("-----BEGIN x"), key=kept("-----BEGIN y")),
            r"are not a certificate and its key in PEM",
        ),
    ],
)
async def test_what_is_no_certificate_is_said_so(
    tls: Tls, words: str, plain: Senders, webhook: WebhookServer
) -> None:
    with pytest.raises(DeliveryError, match=words):
        await plain.send(outgoing(), webhook_with(webhook, tls=tls), yes)
    assert webhook.requests == []


def through(proxy: ProxyServer, **more: object) -> Proxy:
    url = Secret("${PROXY}", proxy.url.replace("http://", "http://me:pw@"))
    return Proxy(http=url, https=url, **more)  # type: ignore[arg-type]


async def test_a_plain_request_goes_through_the_proxy(
    plain: Senders, proxy: ProxyServer, webhook: WebhookServer
) -> None:
    await plain.send(outgoing(), webhook_with(webhook, proxy=through(proxy)), yes)
    (asked,) = proxy.asked
    assert asked.startswith(f"POST {webhook.url}/hooks/")
    assert "Proxy-Authorization: Basic bWU6cHc=" in asked
    assert len(webhook.requests) == 1


async def test_an_encrypted_request_goes_through_a_tunnel(
    plain: Senders, proxy: ProxyServer, certificate: Certificate
) -> None:
    async with WebhookServer.open(certificate.server) as server:
        proxy.leads = {"localhost:9": server.url.removeprefix("https://")}
        away = WebhookServer()
        away.url = "https://localhost:9"
        found = webhook_with(
            away,
            tls=Tls(ca=kept(certificate.file.read_text())),
            proxy=through(proxy, headers=(("X-Tunnel", Secret("${T}", "t")),)),
        )
        await plain.send(outgoing(), found, yes)
        (asked,) = proxy.asked
        assert asked.startswith("CONNECT localhost:9 HTTP/1.1")
        assert "Proxy-Authorization: Basic bWU6cHc=" in asked
        assert "X-Tunnel: t" in asked
        assert "X-Tunnel" not in server.requests[0].headers


async def test_a_proxy_that_refuses_is_named(
    plain: Senders, proxy: ProxyServer, certificate: Certificate
) -> None:
    proxy.refuses = 407
    async with WebhookServer.open(certificate.server) as server:
        with pytest.raises(DeliveryError, match="its proxy answered 407") as caught:
            await plain.send(outgoing(), webhook_with(server, proxy=through(proxy)), yes)
    assert not caught.value.ambiguous


async def test_a_proxy_that_is_gone_is_named(plain: Senders, webhook: WebhookServer) -> None:
    gone = Secret("${PROXY}", "http://127.0.0.1:1")
    with pytest.raises(DeliveryError, match="its proxy cannot be reached") as caught:
        await plain.send(outgoing(), webhook_with(webhook, proxy=Proxy(http=gone)), yes)
    assert not caught.value.ambiguous
    assert webhook.requests == []


async def test_every_channel_that_speaks_http_uses_it(plain: Senders, proxy: ProxyServer) -> None:
    async with (
        SlackServer.open() as slack,
        TwilioServer.open() as twilio,
        PagerdutyServer.open() as pagerduty,
    ):
        found: list[HttpIntegration] = [bot(slack), sms(twilio), pager(pagerduty)]
        for each in found:
            http = HttpOptions(proxy=through(proxy))
            await plain.send(outgoing(), msgspec.structs.replace(each, http=http), yes)
    assert len(proxy.asked) == 3


@pytest.mark.parametrize(
    ("url", "no_proxy", "direct"),
    [
        ("http://a.example.org/", None, False),
        ("http://localhost/", None, False),
        ("http://localhost/", "", True),
        ("http://127.0.0.2/", "", True),
        ("http://[::1]:80/", "", True),
        ("http://a.example.org/", "*", True),
        ("http://a.example.org/", "example.org", True),
        ("http://example.org/", "example.org", True),
        ("http://example.org/", ".example.org", False),
        ("http://a.example.org/", ".example.org", True),
        ("http://a.example.org/", "*.example.org", True),
        ("http://badexample.org/", "example.org", False),
        ("http://EXAMPLE.org./", "example.ORG", True),
        ("http://a.org:8080/", "a.org:8080", True),
        ("http://a.org:8081/", "a.org:8080", False),
        ("https://a.org/", "a.org:443", True),
        ("http://10.1.2.3/", "10.0.0.0/8", True),
        ("http://11.1.2.3/", "10.0.0.0/8", False),
        ("http://10.1.2.3/", "10.1.2.3", True),
        ("http://10.1.2.3:81/", "10.1.2.3:80", False),
        ("http://[2001:db8::1]/", "2001:db8::/32", True),
        ("http://[2001:db8::1]/", "2001:db8::1", True),
        ("http://[2001:db8::1]:80/", "[2001:db8::1]:80", True),
        ("http://b.org/", "a.org, b.org", True),
        ("http://b.org/", "not/a/network,,", False),
    ],
)
def test_some_hosts_need_no_proxy(url: str, no_proxy: str | None, direct: bool) -> None:
    proxy = Secret("${PROXY}", "http://p:1")
    found = proxy_for(url, Proxy(http=proxy, https=proxy, no_proxy=no_proxy))
    assert found == (None if direct else proxy)
