"""`tocsin why`: why somebody was paged for an alert, or was not."""

import re
from datetime import datetime
from typing import Any

import click

from router.cli import client, show
from router.cli.failure import Failure
from router.cli.labels import label_set

_AHEAD = 3600.0  # Seconds to tell of what would become of an alert that was never seen.
_FINGERPRINT = re.compile(r"[0-9a-fA-F]{16}")


@click.command()
@click.argument("labels", nargs=-1, required=True, metavar="LABEL=VALUE...|FINGERPRINT")
@click.option("--limit", type=click.IntRange(1, 5000), default=200, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@client.options
def why(labels: tuple[str, ...], limit: int, as_json: bool, url: str, token: str) -> None:
    """Tell an alert's whole history: what came, who was told, and why somebody was not.

    Some of its labels are enough when no other alert has them. An alert that ended and was
    forgotten is told of as long as its records are kept. Of one that was never seen it is said
    what would become of it.

    \b
    Examples:
      tocsin why alertname=DiskFull instance=db1
      tocsin why 1b0ea5a1c2b6a2f3
    """
    service = client.Client(url, token)
    if len(labels) == 1 and _FINGERPRINT.fullmatch(labels[0]):
        fingerprint: str | None = labels[0].lower()
    else:
        fingerprint = _find(service, label_set(labels), as_json)
    if fingerprint is None:
        return
    told = service.get(f"/api/v1/alerts/{fingerprint}/history", "events", limit=limit)
    if as_json:
        show.as_json(told)
    else:
        _print(told)


def _find(service: client.Client, labels: dict[str, str], as_json: bool) -> str | None:
    """The fingerprint of the one alert that is meant; None when all there is to say was said."""
    filters = [f"{name}={_quoted(value)}" for name, value in labels.items()]
    found = service.get("/api/v1/alerts/search", "alerts", filter=filters)["alerts"]
    exact = [alert for alert in found if alert["labels"] == labels]
    if exact or len(found) == 1:
        fingerprint: str = (exact or found)[0]["fingerprint"]
        return fingerprint
    if not found:
        _never(service, labels, as_json)
        return None
    show.table([_row(alert) for alert in found])
    raise Failure(f"{len(found)} alerts have these labels: add some, or name a fingerprint above")


def _never(service: client.Client, labels: dict[str, str], as_json: bool) -> None:
    """Say that it was never seen, and what would become of it."""
    asked = {"labels": labels, "for_seconds": _AHEAD}
    told = service.post("/api/v1/routes/test", asked, "timeline")
    if as_json:
        show.as_json({"seen": False, "would": told})
        return
    from router.cli import explained

    click.echo("No alert with these labels is remembered: none was ever reported here, or it ended")
    click.echo("so long ago that its records are gone. This is what would become of it now:\n")
    explained.print_text(told)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _row(alert: dict[str, Any]) -> tuple[str, ...]:
    labels = " ".join(f"{name}={value}" for name, value in sorted(alert["labels"].items()))
    ended = show.moment(alert["ends_at"]) or f"since {show.moment(alert['starts_at'])}"
    return alert["fingerprint"], alert["status"], ended, labels


def _print(told: dict[str, Any]) -> None:
    labels = " ".join(f"{name}={value}" for name, value in sorted(told["labels"].items()))
    click.echo(show.clean(labels))
    click.echo(show.clean(f"{told['fingerprint']}, {_status(told)}"))
    if told["now"]:
        click.echo("\nNow")
        for line in told["now"]:
            click.echo(f"  {show.clean(line)}")
    if told["groups"]:
        click.echo("\nGroups")
        rows = [(number, _place(group)) for number, group in told["groups"].items()]
        show.table(rows, indent="  ")
    click.echo("\nWhat happened (UTC)")
    if told["truncated"]:
        click.echo(f"  … only the last {len(told['events'])} lines; more with --limit")
    day = ""
    for event in told["events"]:
        at = datetime.fromisoformat(event["at"])
        if day != (day := at.strftime("%A, %Y-%m-%d")):
            click.echo(f"  {day}")
        click.echo(f"    {at.strftime('%H:%M:%S')}  {show.clean(event['text'])}")


def _status(told: dict[str, Any]) -> str:
    if told["status"] == "firing":
        return f"firing since {show.moment(told['starts_at'])}"
    gone = ", and everybody who was told knows it" if told["status"] == "forgotten" else ""
    return f"over since {show.moment(told['ends_at'])}{gone}"


def _place(group: dict[str, str]) -> str:
    to = " and ".join(f"{kind} {group[kind]}" for kind in ("receiver", "policy") if kind in group)
    return f"route {group['route']} to {to}, {group['labels']}"
