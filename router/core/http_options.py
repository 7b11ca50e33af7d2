"""How an integration's requests are made: who asks, through what, trusting whom.

The fields are those of Alertmanager's `http_config`
(prometheus.io/docs/alerting/latest/configuration/#http_config).
"""

import msgspec

from router.core.secret import Secret


class SecretFile(msgspec.Struct, frozen=True):
    """A credential that is read where it lies each time it is used.

    `origin` is the file as it was named, `path` as the process finds it.
    """

    origin: str
    path: str


Kept = Secret | SecretFile


class BasicAuth(msgspec.Struct, frozen=True, kw_only=True):
    """A name and a password (RFC 7617)."""

    username: str | Kept = ""
    password: Kept | None = None


class Authorization(msgspec.Struct, frozen=True, kw_only=True):
    """An `Authorization` header: `scheme` and credentials."""

    scheme: str = "Bearer"
    credentials: Kept


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to trust and what to show; PEM throughout. Versions are `TLS10` to `TLS13`."""

    ca: Kept | None = None
    cert: Kept | None = None
    key: Kept | None = None
    server_name: str = ""
    insecure_skip_verify: bool = False
    min_version: str = ""
    max_version: str = ""


class Proxy(msgspec.Struct, frozen=True, kw_only=True):
    """Proxies for http and https addresses, and the hosts that need none.

    `no_proxy` is None when every host goes through the proxy, loopback too. `headers` go with
    CONNECT.
    """

    http: Secret | None = None
    https: Secret | None = None
    no_proxy: str | None = None
    headers: tuple[tuple[str, Secret], ...] = ()


class OAuth2(msgspec.Struct, frozen=True, kw_only=True):
    """Where to get an access token by client credentials (RFC 6749 4.4)."""

    client_id: str
    client_secret: Kept | None = None
    token_url: Secret
    scopes: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    tls: Tls = Tls()
    proxy: Proxy = Proxy()


class HttpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. Without any, requests go straight there, and no redirect is followed."""

    basic_auth: BasicAuth | None = None
    authorization: Authorization | None = None
    oauth2: OAuth2 | None = None
    tls: Tls = Tls()
    proxy: Proxy = Proxy()
    headers: tuple[tuple[str, str | Kept], ...] = ()
    follow_redirects: bool = False
