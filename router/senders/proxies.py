"""Which proxy a request takes, as Go's net/http and golang.org/x/net/http/httpproxy decide it."""

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from router.core.http_options import Proxy
from router.core.secret import Secret


def proxy_for(url: str, proxy: Proxy) -> Secret | None:
    """The proxy for an address; None when the request goes straight there."""
    parts = urlsplit(url)
    found = proxy.https if parts.scheme == "https" else proxy.http
    if found is None or proxy.no_proxy is None:
        return found
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return None if _exempt(parts.hostname or "", port, proxy.no_proxy) else found


def _exempt(host: str, port: int, no_proxy: str) -> bool:
    host = host.lower().rstrip(".")
    try:
        address = ip_address(host)
    except ValueError:
        address = None
    if host == "localhost" or (address is not None and address.is_loopback):
        return True
    entries = (entry.strip().lower() for entry in no_proxy.split(","))
    return any(_names(entry, host, port, address is not None) for entry in entries if entry)


def _names(entry: str, host: str, port: int, is_address: bool) -> bool:
    """Whether an entry (`*`, address, network, host, `.domain`, each with a port or not) fits."""
    if entry == "*":
        return True
    if "/" in entry:
        try:
            return is_address and ip_address(host) in ip_network(entry, strict=False)
        except ValueError:
            return False
    name, wanted = _port(entry)
    if wanted and wanted != str(port):
        return False
    if is_address:
        try:
            return ip_address(name.strip("[]")) == ip_address(host)
        except ValueError:
            return False
    name = name.removeprefix("*")
    if name.startswith("."):
        return host.endswith(name)
    return host == name or host.endswith(f".{name}")


def _port(entry: str) -> tuple[str, str]:
    name, colon, port = entry.rpartition(":")
    whole = not colon or not port.isdigit() or (":" in name and not name.endswith("]"))
    return (entry, "") if whole else (name, port)
