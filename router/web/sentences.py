"""Lines of an alert's history as sentences that a person can read at four in the morning."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from router.core.command import Record

Detail = Mapping[str, Any]


def sentence(record: Record) -> str:
    """What a record says. One that nobody has put into words says its own word and its details."""
    spell = _ALERT.get(record.kind) if record.alert else None
    spell = spell or _KINDS.get(record.kind, _other)
    return spell(record, record.detail)


def target(name: str) -> str:
    """A target as people say it: `user:ana/sms` is `ana by sms`."""
    if name.startswith("user:"):
        person, _, via = name.removeprefix("user:").rpartition("/")
        return f"{person} by {via}" if person else name.removeprefix("user:")
    if name.startswith("receiver:") and name.count("/") >= 2:
        receiver, kind, index = name.removeprefix("receiver:").rsplit("/", 2)
        return f"{receiver} ({kind})" if index == "0" else f"{receiver} ({kind} {int(index) + 1})"
    return name


def quiet(by: Iterable[str], named: Mapping[str, str]) -> str:
    """The reasons for which nobody is told, such as `silenced by 1f2e (ana: deploy)`."""
    return "; ".join(_reason(reason, named.get(reason, "")) for reason in by) or "no reason is left"


def _reason(reason: str, named: str) -> str:
    kind, _, name = reason.partition(":")
    said = f" ({named})" if named else ""
    match kind:
        case "silence":
            return f"silenced by {name}{said}"
        case "inhibited":
            return f"inhibited by the alert {named or name}"
        case "interval":
            return f"outside the hours of its route: {name}{said}"
    return f"{kind} {name}{said}".strip()


def _came(record: Record, d: Detail) -> str:
    source = d.get("source", "")
    return f"reported firing{f' by {source}' if source else ''}, in group {record.group}"


def _ended(how: str) -> Callable[[Record, Detail], str]:
    def spell(record: Record, d: Detail) -> str:
        repeats = d.get("repeats", 0)
        times = f"; repeated {repeats} {'time' if repeats == 1 else 'times'} before" * bool(repeats)
        return f"{how}{times}"

    return spell


def _who(d: Detail) -> str:
    return f"{d.get('by') or 'somebody'}{f' ({via})' if (via := d.get('via')) else ''}"


def _targets(d: Detail) -> str:
    return ", ".join(map(target, d.get("targets", ()))) or "nobody"


def _attempt(record: Record, d: Detail, word: str) -> str:
    nth = f", attempt {d['attempt']}" if d.get("attempt", 1) > 1 else ""
    said = d.get("error") or d.get("detail")
    many = f", in one message of {d['bundle']}" if "bundle" in d else ""
    return (
        f"{d.get('delivery', 'message')} to {target(d.get('target', ''))} {word}{many}"
        f"{nth}{f': {said}' if said else ''}"
    )


def _muted(record: Record, d: Detail) -> str:
    what = f"incident {record.incident} rings nobody" if record.incident else "nobody is told"
    return f"{what}: {quiet(d.get('by', ()), d.get('named', {}))}"


def _planned(record: Record, d: Detail) -> str:
    return f"to be told to {target(d.get('target', ''))}: {d.get('reason', '')}"


def _escalated(record: Record, d: Detail) -> str:
    again = f" of round {d['round']}" if d.get("round", 1) > 1 else ""
    return f"incident {record.incident}, step {d.get('step')}{again}: pages {_targets(d)}"


def _resolved(record: Record, d: Detail) -> str:
    if d.get("by") == "source":
        return f"incident {record.incident} is resolved: nothing of it fires any more"
    return f"incident {record.incident} was resolved by {_who(d)}"


def _other(record: Record, d: Detail) -> str:
    """What a later version, or a rule nobody put into words, left behind."""
    shown = (f"{name} {value}" for name, value in d.items() if isinstance(value, (str, int)))
    about = f"incident {record.incident}: " if record.incident else ""
    said = ", ".join(shown)
    return f"{about}{record.kind.replace('_', ' ')}{f' ({said})' if said else ''}"


def _plain(text: str) -> Callable[[Record, Detail], str]:
    """A sentence with the numbers, the target and the people of a record."""

    def spell(record: Record, d: Detail) -> str:
        return text.format(
            group=record.group,
            incident=f"incident {record.incident}",
            who=_who(d),
            target=target(d.get("target", "")),
            targets=_targets(d),
            reason=d.get("reason", ""),
            policy=d.get("policy", ""),
            what=d.get("what", ""),
            error=d.get("error", ""),
            comment=d.get("comment", ""),
            to=", ".join(map(target, d.get("to", ()))) if isinstance(d.get("to"), list) else "",
        )

    return spell


_ALERT: dict[str, Callable[[Record, Detail], str]] = {
    "fired": _came,
    "resolved": _ended("reported as over"),
    "expired": _ended("not reported any more, so it counts as over"),
}
_KINDS: dict[str, Callable[[Record, Detail], str]] = {
    "answer_overdue": _plain("{incident}: nobody has answered in the time there was for it"),
    "acknowledged": _plain("{incident} was acknowledged by {who}: it rings nobody more"),
    "acknowledged_too": _plain("{incident} was acknowledged by {who} too"),
    "ack_timed_out": _plain("{incident}: the acknowledgement timed out"),
    "closed": _plain("group {group} is empty and closed"),
    "escalated": _escalated,
    "exhausted": _plain("{incident}: every step was run and nobody answered"),
    "failed": lambda r, d: _attempt(r, d, "failed"),
    "fallback": _plain("{incident}: the fallback is paged: {targets}"),
    "gave_up": lambda r, d: _attempt(r, d, "was given up"),
    "held_back": _plain(
        "the {delivery} to {target} is held back by the limit, and bundled with what else is"
    ),
    "held": _plain("{incident} is held: nothing of it fires, so no page leaves"),
    "muted": _muted,
    "noted": _plain("{incident}: {who} noted: {comment}"),
    "nobody": _plain("{incident}: no step could reach anybody"),
    "nobody_reached": _plain("{incident}: this step reached nobody, so the next one runs now"),
    "opened": _plain("{incident} opened, policy {policy}"),
    "planned": _planned,
    "raised": _plain("{incident} was raised by {who}"),
    "reassigned": _plain("{incident} was given by {who} to {to}"),
    "reopened": _plain("{incident} is open again: its alerts came back"),
    "resolved": _resolved,
    "rings_again": _plain("{incident} rings again: {reason}"),
    "sent": lambda r, d: _attempt(r, d, "was delivered"),
    "snooze_ended": _plain("{incident}: the snooze is over"),
    "snoozed": _plain("{incident} was snoozed by {who}: it rings nobody until then"),
    "summoned": _plain("{incident}: {who} called for {to}: pages {targets}"),
    "stopped": _plain("a rule failed on {what}, and is tried again: {error}"),
    "unacknowledged": _plain("{incident} was given back by {who}"),
    "under_way": _plain("the page to {target} was under way already when somebody answered"),
    "unknown": lambda r, d: _attempt(r, d, "has an unknown outcome"),
    "unsnoozed": _plain("{incident}: {who} ended the snooze"),
    "unmuted": _plain("it may be told again"),
    "unreachable": _plain("{target} reaches nobody now"),
    "went_on": _plain("{incident} goes on: it fires again"),
    "withdrawn": _plain("what was to go to {target} was withdrawn: it was no longer wanted"),
    "worsened": _plain("{incident} got worse, so it rings again"),
}
