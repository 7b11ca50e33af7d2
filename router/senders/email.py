"""Sends mail by SMTP, one message to all of an integration's addresses."""

import asyncio
import ssl
from collections import OrderedDict
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from typing import cast

import aiosmtplib
import msgspec

from router.core.http_options import Tls
from router.core.integration import EmailIntegration
from router.core.outgoing import Outgoing, Receipt
from router.errors import DeliveryError, PermanentDeliveryError, Withdrawn
from router.senders.clean import hide, one_line
from router.senders.http import Wanted
from router.senders.kept import Texts
from router.senders.login import log_in
from router.senders.mail import address, addresses, compose
from router.senders.message import Messages
from router.senders.placed import addressed
from router.senders.tls import Contexts

_REMEMBERED = 1000


class EmailSender:
    """4xx means later, 5xx means never; a connection lost after DATA leaves it open."""

    def __init__(self, messages: Messages, timeout: float, tls: ssl.SSLContext | None) -> None:
        self._messages = messages
        self._timeout = timeout
        self._contexts = Contexts(tls)
        self._taken: OrderedDict[str, frozenset[str]] = OrderedDict()

    async def send(
        self, outgoing: Outgoing, integration: EmailIntegration, wanted: Wanted
    ) -> Receipt:
        """Deliver to the smarthost; the receipt's ref is the Message-ID.

        When some addresses are put off, those that were accepted get the mail now and are left
        out of the next attempt of the same key; the error is ambiguous, for some have it.
        """
        name = f"email by {one_line(integration.smarthost, 100)}"
        integration = addressed(outgoing, integration, self._messages)
        mail = compose(outgoing, integration, self._messages)
        had = self._taken.get(outgoing.key, frozenset())
        left = [to for to in addresses(integration) if to not in had]
        trust = integration.tls_config
        tls = await self._contexts.context(trust, await Texts.of(trust), named=True)
        try:
            session = _Session(name, integration, self._timeout, tls)
        except ValueError as error:
            raise PermanentDeliveryError(f"{name}: {one_line(str(error), 160)}") from None
        try:
            async with asyncio.timeout(self._timeout):
                refused = await session.deliver(mail, left, wanted)
        except (aiosmtplib.SMTPException, TimeoutError, OSError, ValueError) as error:
            raise _failure(name, error, integration, session.begun, self._timeout) from None
        finally:
            session.close()
        self._note(outgoing.key, refused, left)
        _judge(name, refused, len(left), bool(had))
        detail = f"refused for {', '.join(refused)}" if refused else ""
        return Receipt(ref=str(mail["Message-ID"]), detail=detail)

    def _note(self, key: str, refused: dict[str, int], left: list[str]) -> None:
        """Remember who is done with, as long as somebody is put off."""
        known = self._taken.pop(key, frozenset())
        if any(code < 500 for code in refused.values()):
            self._taken[key] = known | {to for to in left if refused.get(to, 500) >= 500}
            while len(self._taken) > _REMEMBERED:
                self._taken.popitem(last=False)


def _judge(name: str, refused: dict[str, int], asked: int, had: bool) -> None:
    """Raise what the refusals of single addresses mean for the delivery, if it is not done."""
    said = ", ".join(f"{to} ({code})" for to, code in refused.items())
    if any(code < 500 for code in refused.values()):
        words = (
            f"{name}: put off for {said}{'' if len(refused) == asked else '; the others have it'}"
        )
        raise DeliveryError(words, ambiguous=len(refused) < asked)
    if refused and len(refused) == asked and not had:
        raise PermanentDeliveryError(f"{name}: refused for {said}")


class Transport(msgspec.Struct, frozen=True):
    """How to reach a smarthost. `start_tls` None means: when it offers it, whoever it is."""

    host: str
    port: int
    implicit: bool
    start_tls: bool | None


def transport(integration: EmailIntegration) -> Transport:
    """Read `smarthost` and `tls`.

    `auto` is TLS from the start on port 465 and STARTTLS, required and verified, on 587 or
    whenever there is a password. Otherwise STARTTLS is used when offered, with whatever
    certificate (RFC 7435): a local relay mostly has one that nobody signed.
    """
    host, _, port = integration.smarthost.rpartition(":")
    if not host or not port.isdigit():
        host, port = integration.smarthost, "587"
    number, mode = int(port), integration.tls
    if mode == "auto":
        required = number == 587 or bool(integration.password)
        mode = "implicit" if number == 465 else "starttls" if required else "offered"
    start = {"starttls": True, "offered": None}.get(mode, False)
    return Transport(host.strip("[]"), number, mode == "implicit", start)


class _Session:
    """One connection to a smarthost, and whether the message began to leave on it."""

    def __init__(
        self,
        name: str,
        integration: EmailIntegration,
        timeout: float,
        tls: ssl.SSLContext | None,
    ) -> None:
        way = transport(integration)
        anyone = way.start_tls is None and integration.tls_config == Tls()
        self._name = name
        self._integration = integration
        self._sender = address(integration.sender).addr_spec
        self._client = aiosmtplib.SMTP(
            hostname=way.host,
            port=way.port,
            local_hostname=integration.hello or "localhost",
            timeout=timeout,
            use_tls=way.implicit,
            start_tls=way.start_tls,
            validate_certs=not anyone,
            tls_context=None if anyone else tls,
        )
        self.begun = False

    async def deliver(
        self, mail: EmailMessage, recipients: list[str], wanted: Wanted
    ) -> dict[str, int]:
        """Send to whoever is accepted; the reply codes of the others.

        Raises:
            Withdrawn: no longer wanted; DATA was not sent.
            aiosmtplib.SMTPException, OSError: as they come.
        """
        await self._client.connect()
        await log_in(self._client, self._integration)
        await self._client.mail(self._sender)
        refused: dict[str, int] = {}
        for recipient in recipients:
            try:
                await self._client.rcpt(recipient)
            except aiosmtplib.SMTPRecipientRefused as refusal:
                refused[recipient] = refusal.code
        if len(refused) < len(recipients):
            if not wanted():
                raise Withdrawn(f"{self._name}: withdrawn before it was sent")
            self.begun = True
            await self._client.data(mail.as_bytes(policy=SMTP_POLICY))
        return refused

    def close(self) -> None:
        """Say QUIT without waiting for the answer: nothing depends on it any more."""
        if self._client.transport and self._client.is_connected:
            cast(asyncio.WriteTransport, self._client.transport).write(b"QUIT\r\n")
        self._client.close()


def _failure(
    name: str, error: Exception, integration: EmailIntegration, begun: bool, timeout: float
) -> DeliveryError:
    """What an error of the session means for the delivery."""
    kept = (integration.password, integration.auth_secret)
    secrets = [each.value for each in kept if each]
    if isinstance(error, aiosmtplib.SMTPResponseException):
        said = hide(one_line(error.message, 160), secrets)
        words = f"{name}: answered {error.code} {said}"
        if 500 <= error.code < 600:
            return PermanentDeliveryError(words)
        return DeliveryError(words)
    if isinstance(error, TimeoutError):
        return DeliveryError(f"{name}: no answer within {timeout:g} s", ambiguous=begun)
    if isinstance(error, ssl.SSLError):
        return DeliveryError(f"{name}: TLS could not be established: {error.reason}")
    if begun:
        return DeliveryError(f"{name}: the connection broke while sending", ambiguous=True)
    said = hide(one_line(str(error), 160), secrets)
    if isinstance(error, ValueError):
        return PermanentDeliveryError(f"{name}: {said}")
    return DeliveryError(f"{name}: {said or 'no connection'}{_advice(said)}")


def _advice(said: str) -> str:
    if "STARTTLS" in said:
        return '; say tls = "none" in [channels.email] if that is meant'
    return ""
