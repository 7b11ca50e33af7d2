"""An `http_config` of alertmanager.yml as routes.toml has it: the same keys, without empty ones."""

from collections.abc import Iterator
from typing import Any

from router.config.alertmanager.kinds import Values
from router.config.path import Path

_SECRET = frozenset({"password", "credentials", "bearer_token", "client_secret", "key"})
_LISTS = frozenset({"secrets", "proxy_connect_header"})
_ADDRESSES = frozenset({"proxy_url", "token_url"})
_GRANT = "client_credentials"
_JWT_KEYS = """
client_certificate_key_id client_certificate_key client_certificate_key_file signature_algorithm iss
audience claims
"""
_JWT = frozenset(_JWT_KEYS.split())


def http_table(values: Values) -> tuple[Values, tuple[Path, ...], tuple[tuple[Path, str], ...]]:
    """The table, where in it the secrets stand, and what cannot be taken over and why."""
    table: Values = _pruned(values) or {}
    table.pop("enable_http2", None)
    if not any(key.startswith("credentials") for key in table.get("authorization") or ()):
        table.pop("authorization", None)
    oauth = table.get("oauth2") or {}
    refused: list[tuple[Path, str]] = []
    if oauth.pop("grant_type", _GRANT) != _GRANT:
        refused.append((("oauth2", "grant_type"), f"must be {_GRANT}"))
    for path, _ in _leaves(table, ()):
        names = [part for part in path if isinstance(part, str)]
        if names[-1].endswith("_ref"):
            refused.append((path, "is not supported: there is no secret manager to ask"))
        elif names[0] == "oauth2" and _JWT.intersection(names):
            refused.append((path[:2], "is not supported: use client_secret"))
    return table, tuple(_secrets(table)), tuple(dict.fromkeys(refused))


def _pruned(value: Any) -> Any:
    """The value without what says nothing; None when nothing is left."""
    if isinstance(value, dict):
        kept = {key: left for key, each in value.items() if (left := _pruned(each)) is not None}
        return kept or None
    if isinstance(value, list):
        return [left for each in value if (left := _pruned(each)) is not None] or None
    return value or None


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, (*path, key))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _leaves(each, (*path, at))
    else:
        yield path, value


def _secrets(table: Values) -> Iterator[Path]:
    for path, value in _leaves(table, ()):
        in_list = not _LISTS.isdisjoint(path) and isinstance(path[-1], int)
        secret = path[-1] in _SECRET and path[0] != "http_headers"
        if in_list or secret or (path[-1] in _ADDRESSES and "@" in value):
            yield path
