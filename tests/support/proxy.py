"""An HTTP proxy on loopback that remembers what it was asked, and passes it on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class ProxyServer:
    """Takes CONNECT and absolute addresses. `asked` are the heads of the requests to itself.

    `leads` replaces the host and port that a request names, as a hosts file would.
    """

    url: str = ""
    refuses: int = 0
    leads: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["ProxyServer"]:
        """Serve on loopback until left."""
        proxy = cls()
        server = await asyncio.start_server(proxy._serve, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()[:2]
        proxy.url = f"http://{host}:{port}"
        async with server:
            yield proxy

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.decode())
        method, target, _ = head.decode().split("\r\n", 1)[0].split(" ")
        if self.refuses:
            writer.write(f"HTTP/1.1 {self.refuses} no\r\nContent-Length: 0\r\n\r\n".encode())
            writer.close()
            return
        place = target if method == "CONNECT" else urlsplit(target).netloc
        host, _, port = self.leads.get(place, place).rpartition(":")
        there, away = await asyncio.open_connection(host, int(port))
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            away.write(head)
        await asyncio.gather(_pass_on(reader, away), _pass_on(there, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()
        await writer.wait_closed()
