"""`http_config`: how an integration's requests are made, with Alertmanager's keys."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from router.config.address import http_url, one_line
from router.config.table import Table
from router.config.vault import Vault
from router.core.http_options import (
    Authorization,
    BasicAuth,
    HttpOptions,
    Kept,
    OAuth2,
    Proxy,
    Tls,
)
from router.core.secret import Secret

VERSIONS = ("TLS10", "TLS11", "TLS12", "TLS13")
_RESERVED = """
authorization host content-encoding content-length content-type user-agent connection
keep-alive proxy-authenticate proxy-authorization www-authenticate accept-encoding
x-prometheus-remote-write-version x-prometheus-remote-read-version
x-prometheus-scrape-timeout-seconds x-amz-date x-amz-security-token x-amz-content-sha256
"""
RESERVED = frozenset(_RESERVED.split())
"""Headers that nobody may set, in small letters, as Alertmanager lists them."""

_ENVIRONMENT = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def read(above: Table, vault: Vault) -> HttpOptions | None:
    """What `http_config` of a table says; None when there is none."""
    if "http_config" not in above:
        above.value("http_config", "a table", dict)  # A key that is known, though not there.
        return None
    table = above.table("http_config")
    bearer = _bearer(table, vault)
    ways = [key for key in ("basic_auth", "authorization", "oauth2") if key in table]
    ways += [key for key in ("bearer_token", "bearer_token_file") if key in table]
    if len(ways) > 1 and set(ways) != {"bearer_token", "bearer_token_file"}:
        table.problem(f"{ways[0]} is there too; give only one way to log in", ways[1])
    return HttpOptions(
        basic_auth=_basic(table, vault),
        authorization=_authorization(table, vault) or bearer,
        oauth2=_oauth(table, vault),
        tls=tls(table, vault),
        proxy=_proxy(table, vault),
        headers=tuple(_headers(table.table("http_headers"), vault)),
        follow_redirects=table.flag("follow_redirects", False),
    )


def _bearer(table: Table, vault: Vault) -> Authorization | None:
    token = vault.kept(table, "bearer_token")
    return Authorization(credentials=token) if token else None


def _basic(above: Table, vault: Vault) -> BasicAuth | None:
    table = above.table("basic_auth")
    username: str | Kept | None = table.text("username", None)
    if "username_file" in table:
        username = vault.kept(table, "username")
    found = BasicAuth(username=username or "", password=vault.kept(table, "password"))
    return found if "basic_auth" in above else None


def _authorization(above: Table, vault: Vault) -> Authorization | None:
    table = above.table("authorization")
    scheme = table.text("type", "Bearer")
    credentials = vault.kept(table, "credentials")
    if "authorization" not in above:
        return None
    if scheme.strip().lower() == "basic":
        table.problem('cannot be "basic"; use basic_auth', "type")
    if credentials is None:
        table.absent("needs credentials or credentials_file", "credentials", "credentials_file")
        return None
    return Authorization(scheme=scheme, credentials=credentials)


def _oauth(above: Table, vault: Vault) -> OAuth2 | None:
    table = above.table("oauth2")
    client = table.text("client_id", "")
    secret = vault.kept(table, "client_secret")
    url = vault.secret(table, "token_url", http_url, is_address=True)
    scopes = table.texts("scopes", ())
    parameters = table.table("endpoint_params")
    trust, proxy = tls(table, vault), _proxy(table, vault)
    pairs = tuple((name, parameters.text(name, "")) for name in parameters.values)
    if "oauth2" not in above:
        return None
    table.need("client_id", "needs a client_id")
    if url is None:
        table.absent("needs a token_url", "token_url", "token_url_file")
        return None
    return OAuth2(
        client_id=client,
        client_secret=secret,
        token_url=url,
        scopes=scopes,
        parameters=pairs,
        tls=trust,
        proxy=proxy,
    )


def tls(above: Table, vault: Vault) -> Tls:
    """What `tls_config` of a table says: whom to trust, and what to show."""
    table = above.table("tls_config")
    found = Tls(
        ca=vault.kept(table, "ca", _pem, lines=True),
        cert=vault.kept(table, "cert", _pem, lines=True),
        key=vault.kept(table, "key", _pem, lines=True),
        server_name=table.text("server_name", ""),
        insecure_skip_verify=table.flag("insecure_skip_verify", False),
        min_version=table.choice("min_version", VERSIONS, ""),
        max_version=table.choice("max_version", VERSIONS, ""),
    )
    if (found.cert is None) != (found.key is None):
        lacks = "key" if found.key is None else "cert"
        table.absent(f"needs {lacks} or {lacks}_file too", lacks, f"{lacks}_file")
    if found.min_version > found.max_version > "":
        table.problem("is later than max_version", "min_version")
    return found


def _pem(text: str) -> str:
    if "-----BEGIN " not in text:
        raise ValueError("holds no PEM block such as -----BEGIN CERTIFICATE-----")
    return text


def _proxy(table: Table, vault: Vault) -> Proxy:
    url = vault.secret(table, "proxy_url", _proxy_url, is_address=True)
    no_proxy = table.text("no_proxy", None)
    headers = table.table("proxy_connect_header")
    pairs = tuple(
        (name, value) for name in headers.values for value in vault.secrets(headers, name)
    )
    if table.flag("proxy_from_environment", False):
        for key in ("proxy_url", "no_proxy"):
            if key in table:
                table.problem("proxy_from_environment is there too; give only one", key)
        return _from_environment(table, vault, pairs)
    if url is None:
        for key in ("no_proxy", "proxy_connect_header"):
            if key in table:
                table.problem("is of no use without proxy_url", key)
        return Proxy()
    return Proxy(http=url, https=url, no_proxy=no_proxy, headers=pairs)


def _from_environment(table: Table, vault: Vault, headers: tuple[tuple[str, Secret], ...]) -> Proxy:
    found: list[str] = []
    for name in _ENVIRONMENT:
        found.append(vault.environment(name) or vault.environment(name.lower()))
    try:
        http, https = (
            Secret(f"${{{name}}}", _proxy_url(url if "://" in url else f"http://{url}"))
            if url
            else None
            for name, url in zip(_ENVIRONMENT, found[:2], strict=False)
        )
    except ValueError as error:
        table.problem(f"HTTP_PROXY or HTTPS_PROXY {error}", "proxy_from_environment")
        return Proxy()
    return Proxy(http=http, https=https, no_proxy=found[2], headers=headers)


def _proxy_url(text: str) -> str:
    if urlsplit(one_line(text)).scheme.startswith("socks"):
        raise ValueError("is a SOCKS proxy; only http:// and https:// ones can be used")
    return http_url(text)


def _headers(table: Table, vault: Vault) -> Iterator[tuple[str, str | Kept]]:
    for name in table.values:
        if name.lower() in RESERVED:
            table.problem("this header cannot be set", name)
        if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            table.problem("is no name of a header", name)
        header = table.table(name)
        yield from ((name, value) for value in header.texts("values", ()))
        yield from ((name, value) for value in vault.secrets(header, "secrets"))
        yield from ((name, value) for value in vault.files(header, "files"))
