"""`tocsin silence`: look at, make, list and end silences of a running service."""

import getpass
from datetime import UTC, datetime
from typing import Any

import click

from router.cli import client, show
from router.cli.failure import Failure

_matchers = click.argument("matchers", nargs=-1, required=True, metavar="MATCHER...")


@click.group()
def silence() -> None:
    """Keep alerts quiet for a time, or until they are over.

    \b
    Examples:
      tocsin silence preview alertname=DiskFull 'host=~"db.*"'
      tocsin silence add alertname=DiskFull --until resolved --comment "on it"
    """


@silence.command()
@_matchers
@client.options
def preview(matchers: tuple[str, ...], url: str, token: str) -> None:
    """Show which firing alerts a silence would hit, and make nothing.

    \b
    Example:
      tocsin silence preview alertname=DiskFull 'host=~"db.*"'
    """
    asked = {"matchers": _read(matchers)}
    _hit(client.Client(url, token).post("/api/v1/silences/preview", asked, "alerts"), "would hit")


@silence.command()
@_matchers
@click.option("--for", "lasts", metavar="DURATION", help="How long, such as 2h.")
@click.option("--until", type=click.Choice(["resolved"]), help="Until all it hits now is over.")
@click.option("--comment", default="", help="Why; whoever was not paged reads it.")
@click.option("--by", default="", help="Who makes it; else the token's name, or your login.")
@click.option("--force", is_flag=True, help="Make it though it hits more than is usually meant.")
@client.options
def add(
    matchers: tuple[str, ...],
    lasts: str | None,
    until: str | None,
    comment: str,
    by: str,
    force: bool,
    url: str,
    token: str,
) -> None:
    """Make a silence.

    One with negative matchers only, or that would hit more than half of many alerts, needs
    --force.

    \b
    Examples:
      tocsin silence add alertname=DiskFull host=db1 --for 2h --comment "a bigger disk comes"
      tocsin silence add alertname=DiskFull --until resolved
    """
    if (lasts is None) == (until is None):
        raise Failure("say for how long: --for 2h, or --until resolved")
    asked: dict[str, Any] = {
        "matchers": _read(matchers),
        "comment": comment,
        "created_by": by or ("" if token else _login()),
        "force": force,
    }
    asked |= {"until": until} if until else {"for_seconds": _seconds(lasts or "")}
    told = client.Client(url, token).post("/api/v1/silences", asked, "id")
    click.echo(told["id"])
    ends = "ends when all of it is over, at the latest" if until else "ends"
    click.echo(f"{ends} {show.moment(told['ends_at'])}")
    _hit(told, "hits")


@silence.command("list")
@click.argument("matchers", nargs=-1, metavar="[MATCHER...]")
@click.option("--expired", is_flag=True, help="Those that are over too.")
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@client.options
def list_(matchers: tuple[str, ...], expired: bool, as_json: bool, url: str, token: str) -> None:
    """List silences: those that hold, then those to come.

    \b
    Example:
      tocsin silence list
    """
    _read(matchers)
    found = client.Client(url, token).get_list(
        "/api/v2/silences", filter=list(matchers), expired=str(expired).lower()
    )
    if as_json:
        show.as_json(found)
    elif not found:
        click.echo("No silences.")
    else:
        head = ("ID", "STATE", "ENDS", "BY", "MATCHERS", "COMMENT")
        show.table([head, *(_row(each) for each in found)])


@silence.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@client.options
def expire(ids: tuple[str, ...], url: str, token: str) -> None:
    """End silences now.

    \b
    Example:
      tocsin silence expire 0d1c5b64-6a34-4c9e-9f5e-3a4d2f9f0c11
    """
    service = client.Client(url, token)
    for each in ids:
        service.remove(f"/api/v2/silence/{each}", missing=f"there is no silence {each}")
        click.echo(f"{each} ended")


def _read(texts: tuple[str, ...]) -> list[dict[str, Any]]:
    from router.core.matcher import MatcherError, parse

    try:
        matchers = [parse(text) for text in texts]
    except MatcherError as error:
        raise Failure(
            f"{error}; write matchers like severity=critical or 'host=~\"db.*\"'"
        ) from None
    return [
        {"name": m.name, "value": m.value, "isRegex": m.is_regex, "isEqual": not m.is_negative}
        for m in matchers
    ]


def _seconds(lasts: str) -> float:
    from router.config.duration import parse
    from router.core.moment import SECOND

    try:
        return parse(lasts) / SECOND
    except ValueError as error:
        raise Failure(f"--for: {error}") from None


def _hit(told: dict[str, Any], verb: str) -> None:
    click.echo(f"{verb} {told['matched']} of the {told['firing']} alerts that fire now")
    for alert in told["alerts"]:
        labels = " ".join(f"{name}={value}" for name, value in sorted(alert["labels"].items()))
        click.echo(f"  {alert['fingerprint']}  {show.clean(labels)}")
    if more := told["matched"] - len(told["alerts"]):
        click.echo(f"  and {more} more")
    for warning in told["warnings"]:
        click.echo(f"! {warning}")


def _row(found: dict[str, Any]) -> tuple[str, ...]:
    until = found["annotations"].get("tocsin.until")
    ends = show.moment(found["endsAt"], datetime.now(UTC))
    matchers = " ".join(map(_matcher, found["matchers"]))
    return (
        found["id"],
        found["status"]["state"],
        f"when {until}, or {ends}" if until and found["status"]["state"] != "expired" else ends,
        found["createdBy"],
        matchers,
        found["comment"],
    )


def _matcher(found: dict[str, Any]) -> str:
    from router.core.labels import quote

    op = ("!" if not found["isEqual"] else "=") + ("~" if found["isRegex"] else "")
    op = "!=" if op == "!" else op
    return f"{found['name']}{op}{quote(found['value'])}"


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""  # A user id without a name, as in many containers.
