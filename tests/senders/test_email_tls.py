"""How mail is encrypted, and when a password may leave."""

import pytest
from msgspec.structs import replace
from support.certificate import Certificate
from support.channels import email
from support.outgoing import outgoing, yes
from support.smtp import SmtpServer

from router.core.http_options import Tls
from router.core.secret import Secret
from router.errors import DeliveryError, PermanentDeliveryError
from router.senders.email import Transport, transport
from router.senders.senders import Senders


async def test_starttls_and_login(senders: Senders, certificate: Certificate) -> None:
    async with SmtpServer.open(starttls=certificate.server, login=True) as server:
        await senders.send(outgoing(), email(server.smarthost, password=server.password), yes)
        mail = server.mails[0]
        assert (mail.secure, mail.login) == (True, "tocsin")
        plain = bytes(server.received).split(b"STARTTLS")[0]
        assert b"AUTH" not in plain


async def test_implicit_tls(senders: Senders, certificate: Certificate) -> None:
    async with SmtpServer.open(implicit=certificate.server) as server:
        await senders.send(outgoing(), email(server.smarthost, tls="implicit"), yes)
        assert server.mails[0].secure is True


async def test_a_wrong_password_is_for_ever_and_stays_secret(
    senders: Senders, certificate: Certificate
) -> None:
    async with SmtpServer.open(starttls=certificate.server, login=True) as server:
        with pytest.raises(PermanentDeliveryError, match="535") as caught:
            await senders.send(outgoing(), email(server.smarthost, password="wrong-password"), yes)
        assert "wrong-password" not in str(caught.value)
        assert server.mails == []


async def test_a_password_never_goes_in_the_clear_by_itself(
    senders: Senders,
) -> None:
    async with SmtpServer.open(login=True) as server:
        told = email(server.smarthost, password=server.password)
        with pytest.raises(DeliveryError, match=r'STARTTLS.*tls = "none"'):
            await senders.send(outgoing(), told, yes)
        assert b"AUTH" not in server.received
        meant = email(server.smarthost, password=server.password, tls="none")
        await senders.send(outgoing(), meant, yes)
        assert server.mails[0].login == "tocsin"


async def test_a_relay_with_a_homemade_certificate_is_used_encrypted(
    certificate: Certificate,
) -> None:
    async with SmtpServer.open(starttls=certificate.server) as server, Senders.open() as trusting:
        await trusting.send(outgoing(), email(server.smarthost), yes)
        assert server.mails[0].secure is True


async def test_a_certificate_nobody_trusts_is_refused_when_tls_is_required(
    certificate: Certificate,
) -> None:
    async with SmtpServer.open(starttls=certificate.server) as server, Senders.open() as strict:
        with pytest.raises(DeliveryError, match="CERTIFICATE_VERIFY_FAILED"):
            await strict.send(outgoing(), email(server.smarthost, tls="starttls"), yes)
        assert server.mails == []


@pytest.mark.parametrize(
    ("smarthost", "tls", "password", "expected"),
    [
        ("mx.example.com:25", "auto", "", Transport("mx.example.com", 25, False, None)),
        ("mx.example.com:25", "auto", "x", Transport("mx.example.com", 25, False, True)),
        ("mx.example.com:587", "auto", "", Transport("mx.example.com", 587, False, True)),
        ("mx.example.com:465", "auto", "x", Transport("mx.example.com", 465, True, False)),
        ("mx.example.com", "auto", "", Transport("mx.example.com", 587, False, True)),
        ("[::1]:2525", "none", "x", Transport("::1", 2525, False, False)),
        ("mx.example.com:2525", "implicit", "", Transport("mx.example.com", 2525, True, False)),
        ("mx.example.com:2525", "starttls", "", Transport("mx.example.com", 2525, False, True)),
    ],
)
def test_tls_is_used_as(smarthost: str, tls: str, password: str, expected: Transport) -> None:
    assert transport(email(smarthost, tls=tls, password=password)) == expected


async def test_tls_config_says_whom_to_trust_and_what_the_server_is_called(
    certificate: Certificate,
) -> None:
    pem = certificate.file.read_text()
    ca = Secret("ca.pem", pem[pem.index("-----BEGIN CERTIFICATE") :])
    async with Senders.open() as strict:
        for implicit in (True, False):
            mode = "implicit" if implicit else "starttls"
            here = certificate.server
            opened = SmtpServer.open(implicit=here) if implicit else SmtpServer.open(starttls=here)
            async with opened as server:
                smarthost = server.smarthost.replace("localhost", "127.0.0.1")
                plain = email(smarthost, tls=mode)
                named = replace(plain, tls_config=Tls(ca=ca, server_name="localhost"))
                await strict.send(outgoing(), named, yes)
                other = replace(plain, tls_config=Tls(ca=ca, server_name="elsewhere.example"))
                with pytest.raises(DeliveryError, match="CERTIFICATE_VERIFY_FAILED"):
                    await strict.send(outgoing(), other, yes)
                anyone = replace(plain, tls_config=Tls(insecure_skip_verify=True))
                await strict.send(outgoing(), anyone, yes)
                assert [mail.secure for mail in server.mails] == [True, True]
