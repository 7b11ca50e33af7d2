"""Logs in to a mail server by a way that both sides know."""

import base64
from collections.abc import Awaitable, Callable

import aiosmtplib

from router.core.integration import EmailIntegration

_Way = Callable[[], Awaitable[object]]


async def log_in(client: aiosmtplib.SMTP, integration: EmailIntegration) -> None:
    """Log in, if there is a name to do so by: the first way the server offers that there is a
    secret for, as Alertmanager does it.

    CRAM-MD5 takes `auth_secret`, PLAIN and LOGIN the password; where neither serves, CRAM-MD5
    takes the password as well. One that is refused is followed by the next.

    Raises:
        aiosmtplib.SMTPException: there is no such way, or all were refused.
    """
    if not integration.username:
        return
    if client.is_ehlo_or_helo_needed:
        await client.ehlo()
    refused: aiosmtplib.SMTPAuthenticationError | None = None
    for way in _ways(client, integration):
        try:
            await way()
        except aiosmtplib.SMTPAuthenticationError as error:
            refused = error
        else:
            return
    if refused is None and client.supports_extension("auth"):
        raise aiosmtplib.SMTPException("the server offers no way to log in by what is configured")
    raise refused or aiosmtplib.SMTPException(
        "The SMTP AUTH extension is not supported by this server."
    )


def _ways(client: aiosmtplib.SMTP, integration: EmailIntegration) -> list[_Way]:
    name, identity = integration.username, integration.auth_identity
    password = integration.password.value if integration.password else ""
    secret = integration.auth_secret.value if integration.auth_secret else ""
    known: dict[str, _Way] = {}
    if secret:
        known["cram-md5"] = lambda: client.auth_crammd5(name, secret)
    if password:
        known["plain"] = lambda: _plain(client, identity, name, password)
        known["login"] = lambda: client.auth_login(name, password)
    offered = client.server_auth_methods
    ways = [known[each] for each in dict.fromkeys(offered) if each in known]
    if not ways and password and "cram-md5" in offered:
        ways = [lambda: client.auth_crammd5(name, password)]
    return ways


async def _plain(client: aiosmtplib.SMTP, identity: str, name: str, password: str) -> None:
    told = base64.b64encode(f"{identity}\0{name}\0{password}".encode())
    answer = await client.execute_command(b"AUTH", b"PLAIN", told)
    if answer.code != 235:
        raise aiosmtplib.SMTPAuthenticationError(answer.code, answer.message)
