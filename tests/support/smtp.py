"""A local SMTP server that remembers mails and answers as scripted."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Self, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True)
class Mail:
    """One mail that was taken: its envelope, its bytes, and the event loop's time."""

    sender: str
    recipients: list[str]
    raw: bytes
    secure: bool
    login: str
    at: float = 0

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.raw, policy=default)

    def part(self, subtype: str) -> str:
        """The text of its plain or html part."""
        part = self.message.get_body((subtype,))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


@dataclass
class SmtpServer:
    """Takes every mail. Replies scripted in `greeting`, `rcpt` and `data` are given instead.

    `rcpt` maps an address to its reply, `data` holds one reply a mail: a line such as
    `451 4.3.0 later`, `drop` to break the connection after the mail was read, or `hang`.
    `received` is every byte that came, in the clear.
    """

    username: str = "tocsin"
    password: str = "smtp-test-password"
    rcpt: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    greeting_delay: float = 0
    mails: list[Mail] = field(default_factory=list)
    received: bytearray = field(default_factory=bytearray)
    smarthost: str = ""

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        *,
        starttls: ssl.SSLContext | None = None,
        implicit: ssl.SSLContext | None = None,
        login: bool = False,
    ) -> AsyncIterator[Self]:
        """Serve on loopback until left; with `login` only after AUTH."""
        server = cls()
        loop = asyncio.get_running_loop()
        sessions: set[_Recorded] = set()

        def connected() -> SMTP:
            with warnings.catch_warnings():  # It warns of AUTH in the clear, which we test.
                warnings.simplefilter("ignore")
                session = _Recorded(
                    server,
                    hostname="mail.test",
                    loop=loop,
                    ident="test",
                    tls_context=starttls,
                    auth_required=login,
                    auth_require_tls=False,
                    authenticator=server._authenticate if login else None,
                )
            sessions.add(session)
            return session

        listening = await loop.create_server(connected, "127.0.0.1", 0, ssl=implicit)
        host, port = listening.sockets[0].getsockname()
        server.smarthost = f"{'localhost' if starttls or implicit else host}:{port}"
        try:
            yield server
        finally:
            listening.close()
            for session in sessions:
                session.end()
            await asyncio.sleep(0)

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        expected = (self.username.encode(), self.password.encode())
        right = (data.login, data.password) == expected
        return AuthResult(success=right, handled=False, auth_data=data if right else None)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """aiosmtpd's hook: accept an address, or give its scripted reply."""
        if reply := self.rcpt.get(address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook: take a mail, or give the next scripted reply."""
        reply = self.data.pop(0) if self.data else "250 OK"
        if reply == "hang":
            await asyncio.sleep(60)
        taken = reply.startswith("250") or reply == "drop"
        if taken:
            auth = session.auth_data
            secure = session.ssl or _transport(server).get_extra_info("ssl_object")
            mail = Mail(
                sender=envelope.mail_from or "",
                recipients=list(envelope.rcpt_tos),
                raw=cast(bytes, envelope.content),
                secure=bool(secure),
                login=auth.login.decode() if auth else "",
                at=asyncio.get_running_loop().time(),
            )
            self.mails.append(mail)
        if reply == "drop":
            _transport(server).abort()
        return reply


def _transport(server: SMTP) -> asyncio.WriteTransport:
    return cast(asyncio.WriteTransport, server.transport)


class _Recorded(SMTP):
    """aiosmtpd's session, noting every byte and able to greet late."""

    def __init__(self, server: SmtpServer, **options: Any) -> None:
        super().__init__(server, **options)
        self._record = server

    async def _handle_client(self) -> None:
        await asyncio.sleep(self._record.greeting_delay)
        await super()._handle_client()

    def data_received(self, data: bytes) -> None:
        self._record.received += data
        super().data_received(data)

    def end(self) -> None:
        """Stop the session's task and its connection."""
        if self.transport is not None:
            _transport(self).abort()
        task = getattr(self, "_handler_coroutine", None)
        if task is not None:
            task.cancel()
