"""The built-in text: what is sent when a template is missing or fails, so that no page is lost."""

from router.senders.view import View

_ALERTS_LISTED = 5


def plain(view: View) -> str:
    """The whole message as plain text, made by code that cannot fail on any data.

    Its first line is the heading, its second the answer link, so that a cut takes neither.
    """
    return "\n".join(line for line in [view["heading"], *_answer(view), *_body(view)] if line)


def _answer(view: View) -> list[str]:
    incident = view["incident"]
    lines = [f"Acknowledge: {view['ack_url']}"] if view["ack_url"] else []
    if incident and incident["answered_by"]:
        lines.append(f"By {incident['answered_by']}.")
    return lines


def _body(view: View) -> list[str]:
    lines = [view["note"], view["summary"][:300], view["description"][:500], view["where"]]
    for alert in view["alerts"][:_ALERTS_LISTED]:
        about = alert["summary"][:200] or alert["description"][:200]
        lines.append(
            f"- {alert['status']} {alert['name'][:100]} since {alert['starts_at']} {about}"
        )
    unlisted = len(view["alerts"][_ALERTS_LISTED:]) + view["truncated"]
    if unlisted:
        lines.append(f"and {unlisted} more")
    if view["runbook_url"]:
        lines.append(f"What to do: {view['runbook_url']}")
    if incident := view["incident"]:
        lines.append(
            f"Incident #{incident['number']}, policy {incident['policy']},"
            f" step {incident['step']} of round {incident['round']}"
        )
    if view["maybe_sent"]:
        lines.append("This may be a repeat: how an earlier attempt ended is not known.")
    return lines
