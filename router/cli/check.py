"""`tocsin check`: say everything that is wrong with a routes.toml."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from router.cli import routes, show
from router.errors import ConfigError

if TYPE_CHECKING:
    from router.config.load import Loaded


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@routes.config_option
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@click.pass_context
def check(ctx: click.Context, file: Path | None, config: Path, as_json: bool) -> None:
    """List every mistake in routes.toml, each with its line.

    Ends with 1 when there is one. Warnings are what works but is probably not meant. Secrets
    that are not there are noted, since they may well be missing here and present where it runs.

    \b
    Examples:
      tocsin check
      tocsin check /etc/tocsin/routes.toml --json
    """
    path = file or config
    loaded, problems = _read(path)
    problems = [*problems, *_templates(loaded)]
    warnings = loaded.warnings if loaded else ()
    missing = loaded.missing if loaded else ()
    counts = _counts(loaded) if loaded else {}
    if as_json:
        show.as_json(
            {
                "file": str(path),
                "ok": not problems,
                "problems": problems,
                "warnings": list(warnings),
                "missing": list(missing),
                "counts": counts,
            }
        )
    else:
        _print(path, problems, warnings, missing, counts)
    ctx.exit(1 if problems else 0)


def _read(path: Path) -> "tuple[Loaded | None, list[str]]":
    try:
        return routes.read(path), []
    except ConfigError as error:
        return None, error.problems


def _templates(loaded: "Loaded | None") -> list[str]:
    """What is wrong with the messages' templates, ours and the operator's."""
    from router.senders.check import check_own, check_templates
    from router.senders.message import shipped

    problems = check_templates(shipped())
    if loaded:
        receivers = loaded.configuration.receivers.values()
        worded = {f"receivers.{each.name}": each.integrations for each in receivers}
        problems += check_own(loaded.templates, worded)
    return problems


def _counts(loaded: "Loaded") -> dict[str, int]:
    conf = loaded.configuration
    return {
        "routes": len(conf.tree.routes),
        "receivers": len(conf.receivers),
        "policies": len(conf.policies),
        "schedules": len(conf.schedules),
        "users": len(conf.users),
        "sources": len(loaded.sources),
        "unindexed_routes": conf.tree.scanned,
    }


def _print(
    path: Path,
    problems: Sequence[str],
    warnings: Sequence[str],
    missing: Sequence[str],
    counts: dict[str, int],
) -> None:
    for problem in problems:
        click.echo(show.clean(problem))
    for warning in warnings:
        click.echo(f"warning: {show.clean(warning)}")
    for secret in missing:
        click.echo(f"note: {show.clean(secret)}")
    if unindexed := counts.pop("unindexed_routes", 0):
        click.echo(f"note: {unindexed} routes are tried for every alert: they need no label")
    if problems:
        many = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        click.echo(f"{path}: {many}; it cannot be used")
    else:
        listed = ", ".join(_many(count, what) for what, count in counts.items())
        click.echo(f"{path}: ok ({listed})")


def _many(count: int, what: str) -> str:
    one = "policy" if what == "policies" else what.removesuffix("s")
    return f"{count} {one if count == 1 else what}"
