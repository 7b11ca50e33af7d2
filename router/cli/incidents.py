"""`tocsin incidents`: what a running service is ringing for, and how it came to that."""

from typing import Any

import click

from router.cli import client, show, timeline

_NEXT = {"acknowledged": "times out", "snoozed": "snoozed until"}
Incident = dict[str, Any]


@click.command()
@click.argument("number", required=False, type=click.IntRange(1), metavar="[N]")
@click.option(
    "--status",
    type=click.Choice(["open", "triggered", "acknowledged", "snoozed", "resolved", "all"]),
    default="open",
    show_default=True,
)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@client.options
def incidents(
    number: int | None, status: str, limit: int, as_json: bool, url: str, token: str
) -> None:
    """List incidents, newest first, or show one with its whole timeline.

    \b
    Examples:
      tocsin incidents
      tocsin incidents --status all --json
      tocsin incidents 12
    """
    service = client.Client(url, token)
    if number is not None:
        answer = service.get(f"/api/v1/incidents/{number}", "timeline")
    else:
        asked = "" if status == "all" else status
        answer = service.get("/api/v1/incidents", "incidents", status=asked, limit=limit)
    if as_json:
        show.as_json(answer)
    elif number is not None:
        _one(answer)
    else:
        _many(answer["incidents"], status)


def _many(found: list[Incident], status: str) -> None:
    if not found:
        click.echo("No incidents." if status == "all" else f"No incident is {status}.")
        return
    head = ("N", "STATUS", "POLICY", "OPENED", "WHAT", "")
    show.table([head, *(_row(incident) for incident in found)])


def _row(incident: Incident) -> tuple[str, ...]:
    return (
        str(incident["number"]),
        incident["status"],
        incident["policy"],
        show.moment(incident["opened_at"]),
        incident["title"],
        _standing(incident),
    )


def _standing(incident: Incident) -> str:
    """What is to be known beside the status."""
    if incident["status"] == "resolved":
        return show.moment(incident["resolved_at"])
    if incident["status"] == "acknowledged":
        return f"by {incident['answered_by']}"
    if incident["status"] == "snoozed":
        return f"by {incident['snoozed_by']} until {show.moment(incident['snoozed_until'])}"
    if incident["held"]:
        return "its alerts have ended"
    if incident["exhausted"]:
        return "nobody answered; the fallback is told"
    if incident["answer_overdue"]:
        return "muted, and its answer is overdue" if incident["muted"] else "its answer is overdue"
    return "muted" if incident["muted"] else ""


def _one(incident: Incident) -> None:
    click.echo(show.clean(f"Incident {incident['number']}: {incident['title']}"))
    by = f" by {incident['answered_by']}" if incident["answered_by"] else ""
    step = f", round {incident['round'] + 1}, step {incident['step'] + 1}"
    if incident["status"] != "triggered":
        step = ""
    waits = incident["next_step_at"]
    facts = {
        "status": f"{incident['status']}{by}",
        "note": "" if incident["status"] == "acknowledged" else _standing(incident),
        "text": incident["text"],
        "policy": f"{incident['policy']} ({incident['priority']})",
        "opened": show.moment(incident["opened_at"]),
        "answer due": _due(incident),
        "answered": show.moment(incident["answered_at"]),
        "assigned to": ", ".join(incident["assigned_to"]),
        "responders": ", ".join(incident["responders"]),
        "resolved": show.moment(incident["resolved_at"]),
        _NEXT.get(incident["status"], "next step"): f"{show.moment(waits)}{step}" if waits else "",
        "version": str(incident["version"]),
    }
    show.table([(name, fact) for name, fact in facts.items() if fact], indent="  ")
    if incident["alerts"]:
        click.echo("\nAlerts")
        show.table([_alert(alert) for alert in incident["alerts"]], indent="  ")
    click.echo("\nTimeline")
    show.table([timeline.line(entry) for entry in incident["timeline"]], indent="  ")


def _due(incident: Incident) -> str:
    """By when an answer is due; afterwards, whether it came too late."""
    due = show.moment(incident["answer_due_at"])
    late = "overdue" if due else "passed unanswered"
    return f"{due} {late if incident['answer_overdue'] else ''}".strip()


def _alert(alert: dict[str, Any]) -> tuple[str, ...]:
    labels = " ".join(f"{name}={value}" for name, value in sorted(alert["labels"].items()))
    return alert["status"], f"since {alert['starts_at']}", labels
