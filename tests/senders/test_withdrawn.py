"""A page that was answered before its first byte left does not leave, over any way of HTTP."""

import asyncio
import socket
import ssl
import time

import pytest
from support.certificate import Certificate
from support.channels import HTTP_CHANNELS, integration, of
from support.outgoing import no, outgoing, yes

from router.core.integration import WebhookIntegration
from router.core.secret import Secret
from router.errors import DeliveryError, Withdrawn
from router.senders.senders import Senders


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
async def test_a_withdrawn_page_sends_nothing(channel: str, senders: Senders) -> None:
    async with of(channel).open() as server:
        with pytest.raises(Withdrawn):
            await senders.send(outgoing(), integration(channel, server), no)
        receipt = await senders.send(outgoing(), integration(channel, server), yes)
        assert receipt.detail
        assert len(server.requests) == 1


def accept_slowly(listener: socket.socket, tls: ssl.SSLContext, seconds: float) -> bytes:
    """Take one connection, let its TLS handshake wait, and return what it says after that."""
    connection, _ = listener.accept()
    time.sleep(seconds)
    with tls.wrap_socket(connection, server_side=True) as secured:
        secured.settimeout(1)
        heard = b""
        while chunk := secured.recv(65536):
            heard += chunk
            if b"\r\n\r\n" in heard:
                break
        return heard


@pytest.mark.parametrize("withdrawn", [True, False])
async def test_a_page_answered_while_its_connection_opens_leaves_no_byte(
    withdrawn: bool, senders: Senders, certificate: Certificate
) -> None:
    """The page is wanted when its sending starts, and no longer when the handshake is done."""
    wanted = True

    def answered() -> None:
        nonlocal wanted
        wanted = not withdrawn

    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://localhost:{listener.getsockname()[1]}/"
        slow = WebhookIntegration(url=Secret("${HOOK_URL}", url), timeout=2_000_000)
        heard = asyncio.ensure_future(
            asyncio.to_thread(accept_slowly, listener, certificate.server, 0.2)
        )
        asyncio.get_running_loop().call_later(0.1, answered)
        with pytest.raises(Withdrawn if withdrawn else DeliveryError):
            await senders.send(outgoing(), slow, lambda: wanted)
        assert (await heard).startswith(b"" if withdrawn else b"POST / HTTP/1.1\r\n")
        assert (await heard == b"") is withdrawn
