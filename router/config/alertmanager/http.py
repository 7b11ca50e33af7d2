"""`http_config` and `tls_config`: how requests are made."""

from router.config.alertmanager.go import any_url
from router.config.alertmanager.kinds import Values, flag, listed, mapping, parsed, struct, text
from router.config.alertmanager.rules import at_most_one
from router.config.findings import Findings
from router.config.http_config import RESERVED, VERSIONS
from router.config.path import Path


def _version(written: str) -> str:
    if written not in VERSIONS:
        raise ValueError(f"unknown TLS version: {written!r}; known: {', '.join(VERSIONS)}")
    return written


def _tls_rule(values: Values, path: Path, findings: Findings) -> None:
    for each in ("ca", "cert", "key"):
        at_most_one(values, path, findings, each, f"{each}_file", f"{each}_ref")
    has_cert, has_key = (
        any(values.get(f"{each}{end}") for end in ("", "_file", "_ref")) for each in ("cert", "key")
    )
    if has_cert and not has_key:
        what = "exactly one of key or key_file must be configured with a client certificate"
        findings.problem(path, what)
    if has_key and not has_cert:
        what = "exactly one of cert or cert_file must be configured with a client key"
        findings.problem(path, what)


TLS = struct(
    {
        **dict.fromkeys(("ca", "cert", "key", "ca_file", "cert_file", "key_file"), text),
        **dict.fromkeys(("ca_ref", "cert_ref", "key_ref", "server_name"), text),
        "insecure_skip_verify": flag,
        "min_version": parsed(_version),
        "max_version": parsed(_version),
    },
    _tls_rule,
    name="tls_config",
)


def _address(written: str) -> str:
    any_url(written)
    return written


_PROXY = {
    "proxy_url": parsed(_address),
    "no_proxy": text,
    "proxy_from_environment": flag,
    "proxy_connect_header": mapping(listed(text)),
}


def _proxy_rule(values: Values, path: Path, findings: Findings) -> None:
    from_environment, address = values.get("proxy_from_environment"), values.get("proxy_url")
    if values.get("proxy_connect_header") and not (from_environment or address):
        what = "if proxy_connect_header is configured, proxy_url or proxy_from_environment must"
        findings.problem(path, f"{what} also be configured")
    if from_environment and address:
        what = "if proxy_from_environment is configured, proxy_url must not be configured"
        findings.problem(path, what)
    if from_environment and values.get("no_proxy"):
        what = "if proxy_from_environment is configured, no_proxy must not be configured"
        findings.problem(path, what)
    if "proxy_url" not in values and values.get("no_proxy"):
        findings.problem(path, "if no_proxy is configured, proxy_url must also be configured")


_BASIC = struct(
    {
        **dict.fromkeys(("username", "username_file", "username_ref"), text),
        **dict.fromkeys(("password", "password_file", "password_ref"), text),
    },
    name="basic_auth",
)
_AUTHORIZATION = struct(
    dict.fromkeys(("type", "credentials", "credentials_file", "credentials_ref"), text),
    name="authorization",
)
_OAUTH_TEXTS = """
client_id client_secret client_secret_file client_secret_ref client_certificate_key_id
client_certificate_key client_certificate_key_file client_certificate_key_ref grant_type
signature_algorithm iss audience token_url
"""
_OAUTH = struct(
    {
        **dict.fromkeys(_OAUTH_TEXTS.split(), text),
        "claims": mapping(text),
        "scopes": listed(text),
        "endpoint_params": mapping(text),
        "tls_config": TLS,
        **_PROXY,
    },
    _proxy_rule,
    name="oauth2",
)
_HEADER = struct(dict.fromkeys(("values", "secrets", "files"), listed(text)), name="http_headers")


def _http_rule(values: Values, path: Path, findings: Findings) -> None:
    at_most_one(values, path, findings, "bearer_token", "bearer_token_file")
    basic, authorization = values.get("basic_auth"), values.get("authorization")
    oauth = values.get("oauth2")
    bearer = values.get("bearer_token") or values.get("bearer_token_file")
    if bearer and (basic is not None or oauth is not None):
        what = "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be"
        findings.problem(path, f"{what} configured")
    if basic is not None:
        here = (*path, "basic_auth")
        at_most_one(basic, here, findings, "username", "username_file", "username_ref")
        at_most_one(basic, here, findings, "password", "password_file", "password_ref")
    if authorization is not None:
        here = (*path, "authorization")
        if bearer:
            what = "authorization is not compatible with bearer_token & bearer_token_file"
            findings.problem(here, what)
        keys = ("credentials", "credentials_file", "credentials_ref")
        at_most_one(authorization, here, findings, *keys)
        if authorization.get("type", "").strip().lower() == "basic":
            what = 'authorization type cannot be set to "basic", use "basic_auth" instead'
            findings.problem(here, what)
    if sum(each is not None for each in (basic, authorization, oauth)) > 1:
        what = "at most one of basic_auth, oauth2 & authorization must be configured"
        findings.problem(path, what)
    if oauth is not None:
        _oauth_rule(oauth, (*path, "oauth2"), findings)


def _oauth_rule(values: Values, path: Path, findings: Findings) -> None:
    for key in ("client_id", "token_url"):
        if not values.get(key):
            findings.problem(path, f"oauth2 {key} must be configured", [(*path, key)])
    if not values.get("grant_type", "").endswith("jwt-bearer"):
        keys = ("client_secret", "client_secret_file", "client_secret_ref")
        at_most_one(values, path, findings, *keys)


def _headers_rule(values: Values, path: Path, findings: Findings) -> None:
    for name in values.get("http_headers") or ():
        if name.lower() in RESERVED:
            what = f"setting header {name!r} is not allowed"
            findings.problem((*path, "http_headers", name), what)


HTTP = struct(
    {
        "basic_auth": _BASIC,
        "authorization": _AUTHORIZATION,
        "oauth2": _OAUTH,
        "bearer_token": text,
        "bearer_token_file": text,
        "tls_config": TLS,
        "follow_redirects": flag,
        "enable_http2": flag,
        "http_headers": mapping(_HEADER),
        **_PROXY,
    },
    _http_rule,
    _proxy_rule,
    _headers_rule,
    name="http_config",
)
