"""Names the environment variables that hold what an alertmanager.yml writes out."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from router.config.alertmanager.document import Document
from router.config.alertmanager.kinds import Values
from router.config.alertmanager.unsaid import UNSAID
from router.config.path import Path, spell

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}").fullmatch
_SHARED: dict[str, tuple[str, ...]] = {
    "email": (
        *("smarthost", "from", "username", "password", "password_file", "hello", "tls"),
        *("auth_secret", "auth_secret_file", "auth_identity", "headers", "html"),
    ),
    "slack": ("token", "token_file", "api_url", "http_config", *UNSAID["slack"]),
    "pagerduty": ("api_url", "http_config", "details", *UNSAID["pagerduty"]),
    "webhook": ("http_config",),
    **{
        name: ("http_config", *UNSAID[name])
        for name in ("opsgenie", "discord", "telegram", "msteamsv2", "mattermost")
    },
}


class Variable(msgspec.Struct, frozen=True):
    """An environment variable, its value, and where that stood: `receivers[0]…url, line 12`."""

    name: str
    value: str
    where: str


def hide(values: Values, secrets: Mapping[Path, Path], document: Document) -> list[Variable]:
    """Put references into `values` in place of the secrets; the variables they refer to."""
    found: dict[str, Variable] = {}
    receivers = values.get("receivers") or {}
    names = {f"receivers[{at}]": name for at, name in enumerate(receivers)}
    for path, origin in secrets.items():
        table: Any = values
        for part in path[:-1]:
            table = table[part]
        secret = table[path[-1]]
        if secret not in found:
            taken = {each.name for each in found.values()}
            name = _name(secret, origin, names, taken)
            found[secret] = Variable(name, secret, _where(secret, origin, document))
        table[path[-1]] = f"${{{found[secret].name}}}"
    return list(found.values())


def _where(secret: str, origin: Path, document: Document) -> str:
    where = f"{spell(origin)}, line {document.findings.line(origin)}"
    written: Any = document.values
    for part in origin:
        written = written[part]
    return where if written == secret else f"{where}, put as an address: see --with-secrets"


def _name(secret: str, origin: Path, names: Mapping[str, str], taken: set[str]) -> str:
    if reference := _REFERENCE(secret):
        return reference[1]
    parts = [str(part) for part in origin if isinstance(part, str)]
    if parts[0] == "receivers":
        kind = parts[1].removesuffix("_configs")
        parts = [names[spell(origin[:2])], kind, parts[-1].removeprefix(f"{kind}_")]
    else:
        parts = [parts[-1]]
    name = re.sub(r"[^A-Z0-9]+", "_", "_".join(parts).upper()).strip("_") or "SECRET"
    name = f"_{name}" if name[0].isdigit() else name
    numbered = (f"{name}_{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (name, *numbered) if each not in taken)


def share(values: Values) -> None:
    """Move what integrations of a channel have in common to `[channels.…]`.

    Where they differ, what most of them say is moved, and the others keep what they say.
    """
    for channel, keys in _SHARED.items():
        tables = [
            entry
            for receiver in (values.get("receivers") or {}).values()
            for entry in receiver.get(channel, ())
        ]
        for key in (*keys, "send_resolved"):
            said = [each[key] for each in tables if key in each]
            if len(said) < len(tables) or not said:
                continue
            shipped = [each for each in said if _shipped(channel, key, each)]
            most = max(shipped or said, key=said.count)
            alone = said.count(most) < 2 and not (channel == "email" and len(said) == 1)
            if alone and not shipped:
                continue
            values.setdefault("channels", {}).setdefault(channel, {})[key] = most
            for each in tables:
                if each[key] == most:
                    del each[key]


def _shipped(channel: str, key: str, said: Any) -> bool:
    """Whether a field says what Alertmanager says where it is not there."""
    return key in UNSAID.get(channel, ()) and (said == "" or f"{channel}_default_" in str(said))
