"""TLS as an integration wants it: whom it trusts, what it shows, which versions it speaks."""

import asyncio
import ssl
import tempfile
from collections import OrderedDict
from pathlib import Path

import msgspec

from router.core.http_options import Tls
from router.senders.kept import Texts, Unreadable

CONTEXTS_MAX = 64

_VERSIONS = {
    "TLS10": ssl.TLSVersion.TLSv1,
    "TLS11": ssl.TLSVersion.TLSv1_1,
    "TLS12": ssl.TLSVersion.TLSv1_2,
    "TLS13": ssl.TLSVersion.TLSv1_3,
}
_Key = tuple[Tls, str, str, str]


class _Named(ssl.SSLContext):
    """A context that expects a server of this name, whatever it was reached by."""

    name = ""

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        return super().wrap_bio(
            incoming, outgoing, server_side, self.name or server_hostname, session
        )


class Contexts:
    """Contexts by what went into them: a certificate that was renewed makes a new one."""

    def __init__(self, usual: ssl.SSLContext | None) -> None:
        self._usual = usual
        self._made: OrderedDict[_Key, ssl.SSLContext] = OrderedDict()

    async def context(
        self, tls: Tls, texts: Texts, *, named: bool = False
    ) -> ssl.SSLContext | None:
        """The context; None for the usual one. A *named* one expects `server_name` by itself.

        Raises:
            Unreadable: a certificate or key is none.
        """
        if not named:
            tls = msgspec.structs.replace(tls, server_name="")
        if tls == Tls():
            return self._usual
        key = (tls, texts(tls.ca), texts(tls.cert), texts(tls.key))
        if key not in self._made:
            self._made[key] = await asyncio.to_thread(_context, *key)
            while len(self._made) > CONTEXTS_MAX:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return self._made[key]


def _context(tls: Tls, ca: str, cert: str, key: str) -> ssl.SSLContext:
    try:
        context = _Named(ssl.PROTOCOL_TLS_CLIENT)
        context.name = tls.server_name
        if ca:
            context.load_verify_locations(cadata=ca)
        else:
            context.load_default_certs()
    except (ssl.SSLError, ValueError):
        raise Unreadable(f"{_origin(tls, 'ca')} holds no certificate in PEM") from None
    if tls.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        if tls.min_version:
            context.minimum_version = _VERSIONS[tls.min_version]
        if tls.max_version:
            context.maximum_version = _VERSIONS[tls.max_version]
    except ValueError:
        raise Unreadable("its TLS versions are not available on this machine") from None
    if cert:
        _show(context, tls, cert, key)
    return context


def _show(context: ssl.SSLContext, tls: Tls, cert: str, key: str) -> None:
    """Load the client's certificate; ssl takes it from a file only, which nobody else may read."""
    with tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
        chain = Path(folder, "chain.pem")
        chain.touch(mode=0o600)
        chain.write_text(f"{key}\n{cert}\n")
        try:
            # Without a password of its own, openssl would ask for one on the terminal.
            context.load_cert_chain(chain, password="")
        except (ssl.SSLError, ValueError):
            which = f"{_origin(tls, 'cert')} and {_origin(tls, 'key')}"
            words = f"{which} are not a certificate and its key in PEM, without a password"
            raise Unreadable(words) from None


def _origin(tls: Tls, field: str) -> str:
    kept = getattr(tls, field)
    return f"tls_config.{field} of {kept.origin}" if kept else f"tls_config.{field}"
