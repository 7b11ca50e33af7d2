"""From the bytes of routes.toml to everything it says, or to every mistake in it at once."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from router.config import (
    api,
    coverage,
    deadman,
    heartbeats,
    inhibition,
    intervals,
    maintenance,
    meta,
    names,
    policies,
    reach,
    receivers,
    routes,
    schedules,
    service,
    sources,
    syntax,
    teams,
    templates,
    usage,
    users,
)
from router.config.almanac import Almanac, Kept
from router.config.channels.slack import settings as slack_settings
from router.config.findings import Findings
from router.config.lines import index
from router.config.table import Table
from router.config.vault import Vault
from router.core.configuration import Configuration
from router.core.route import Plan, build
from router.core.settings import ApiSettings, ServiceSettings, SlackSettings, Source, Subscription
from router.core.template import Templates
from router.core.tree import Tree
from router.errors import ConfigError


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A routes.toml that can be used. `text` is the file as written, secrets as references.

    `warnings` are what is probably not meant, like problems with their lines. `missing` are the
    secrets that are not where the file says (`key path: ${NAME} is not set`): what needs them
    cannot work, and the caller decides whether that may be.
    """

    configuration: Configuration
    text: bytes
    service: ServiceSettings
    api: ApiSettings
    slack: SlackSettings
    sources: tuple[Source, ...]
    templates: Templates = Templates()
    calendars: tuple[Subscription, ...] = ()
    warnings: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def load(
    text: bytes,
    *,
    name: str = "routes.toml",
    folder: Path,
    environ: Mapping[str, str],
    wall: int | None = None,
    lenient: bool = False,
    kept: Kept | None = None,
) -> Loaded:
    """Read and check a whole routes.toml called `name`; secret files are relative to `folder`.

    With the time it is, as `wall` microseconds, it also warns of hours to come in which nobody is
    on call. With *lenient*, templates that cannot be read are warned of. `kept` are the last good
    copies of the calendars it names.

    Raises:
        ConfigError: it has mistakes; `problems` are all of them, as `routes.toml:LINE: key path:
            what is wrong`, in the order of their lines. None shows a secret.
    """
    document = syntax.read(text)
    values = document.values
    lines = {} if values is None else index(document.text)
    findings = Findings(name, lines, partial=bool(document.problems))
    for line, what in document.problems:
        findings.unreadable(line, what)
    if values is None:
        raise ConfigError(findings.problems)
    return assemble(
        text,
        values,
        findings,
        Vault(folder, environ),
        folder=folder,
        wall=wall,
        lenient=lenient,
        kept=kept,
    )


def assemble(
    text: bytes,
    values: dict[str, Any],
    findings: Findings,
    vault: Vault,
    *,
    folder: Path,
    wall: int | None = None,
    lenient: bool = False,
    kept: Kept | None = None,
) -> Loaded:
    """Everything the tables of a routes.toml say, wherever they came from.

    Raises:
        ConfigError: they have mistakes; `problems` are all that `findings` know of.
    """
    root = Table(values, (), findings)
    almanac = Almanac(folder, vault, time.time_ns() // 1000 if wall is None else wall, kept)
    plan, loaded = _read(text, root, vault, folder, almanac)
    loaded = msgspec.structs.replace(loaded, templates=templates.read(root, folder, lenient))
    root.unknown_keys()
    if findings.problems:
        raise ConfigError(findings.problems)
    reach.warn(plan, findings)
    usage.warn(loaded.configuration, plan, findings)
    coverage.warn(loaded.configuration, findings, wall)
    maintenance.warn(loaded.configuration.maintenance, findings, wall)
    return msgspec.structs.replace(loaded, warnings=findings.warnings, missing=findings.lacking)


def _read(
    text: bytes, root: Table, vault: Vault, folder: Path, almanac: Almanac
) -> tuple[Plan, Loaded]:
    known = names.read(root)
    settings = service.settings(root, vault, folder)
    rules = service.rules(root, known)
    shared = receivers.shared(root, vault)
    plan = routes.read(root, known)
    spans = intervals.read(root, settings.timezone)
    people = users.read(root, vault, shared, known)
    rota = schedules.Known(known, people, almanac)
    configuration = Configuration(
        tree=Tree(build(plan), meta.read(root, known)),
        receivers=receivers.read(root, vault, shared),
        policies=policies.read(root, known, settings.timezone),
        users=people,
        teams=teams.read(root, known),
        schedules=schedules.read(root, rota, settings.timezone),
        inhibit=inhibition.read(root),
        intervals=spans,
        maintenance=maintenance.read(root, known, settings.timezone, spans),
        heartbeats=heartbeats.read(root, vault),
        deadman=deadman.read(root, known, vault),
        fallback=rules.fallback,
        fallback_every=rules.fallback_every,
        resolve_timeout=rules.resolve_timeout,
        recovery_grace=rules.recovery_grace,
        retention=rules.retention,
        max_alerts=rules.max_alerts,
        url=settings.url,
        timezone=settings.timezone,
    )
    return plan, Loaded(
        configuration=configuration,
        text=text,
        service=settings,
        api=api.read(root, vault),
        slack=slack_settings(shared["slack"]),
        sources=sources.read(root, vault),
        calendars=tuple(almanac.found),
    )
