"""A certificate for localhost, made for one test run."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for `localhost`, and both ends' contexts for it."""

    file: Path

    @property
    def server(self) -> ssl.SSLContext:
        """What the server presents."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        return context

    @property
    def client(self) -> ssl.SSLContext:
        """What a client that trusts it, and only it, checks with."""
        return ssl.create_default_context(cafile=str(self.file))


def make(folder: Path) -> Certificate:
    """Make one with the openssl command; key and certificate share a file."""
    file, key = folder / "localhost.pem", folder / "localhost.key"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        f" -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout {key} -out {file}"
    )
    subprocess.run(command.split(), check=True, capture_output=True, timeout=30)
    file.write_bytes(key.read_bytes() + file.read_bytes())
    return Certificate(file)
