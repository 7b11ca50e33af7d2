"""Compares what two servers did with one sequence, and tells the difference as a ledger."""

import json
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from differential.pair import Played
from differential.sequences import Sequence
from support.inbox import Letter

TOLERANCE = 0.4


class Message(NamedTuple):
    """A webhook: when it came, to where, about which group, and all that must be the same."""

    at: float
    path: str
    group: str
    body: dict[str, Any]

    def __str__(self) -> str:
        alerts = ", ".join(
            f"{alert['status']} {'/'.join(alert['labels'].values())}"
            for alert in self.body["alerts"]
        )
        cut = self.body["truncatedAlerts"]
        return f"{self.at:6.2f} {self.path} {self.group}: {alerts}{f' and {cut} more' * bool(cut)}"


class Verdict(NamedTuple):
    """How many things were compared, which groups were exempt and why, and what differs."""

    messages: int
    looks: int
    exempt: dict[str, tuple[float, str]]
    differences: list[str]


def judge(sequence: Sequence, played: Played) -> Verdict:
    """Whether both did the same."""
    differences: list[str] = []
    theirs, ours = ([message(x, played) for x in letters] for letters in played.letters)
    compared = _messages(sequence, theirs, ours, differences)
    looks = _answers(played, differences)
    return Verdict(compared, looks, sequence.groups.exempt, differences)


def ledger(sequence: Sequence, played: Played, verdict: Verdict) -> str:
    """Everything that happened, what each side sent, and what is not the same."""
    theirs, ours = ([message(x, played) for x in letters] for letters in played.letters)
    happened = [(step.at, f"{step.at:6.2f} {step.told}") for step, _, _ in played.answers]
    happened += [(each.at, f"       alertmanager {each}") for each in theirs]
    happened += [(each.at, f"       tocsin       {each}") for each in ours]
    lines = [line for _, line in sorted(happened)]
    lines += [f"exempt since {at:g}: {key}: {why}" for key, (at, why) in verdict.exempt.items()]
    lines += [f"DIFFERENCE {each}" for each in verdict.differences]
    setup = sequence.setup.yml("http://inbox", played.began_wall)
    return "\n".join([setup, *lines, f"latest {played.late:.3f} s: {played.slowest}"])


def message(letter: Letter, played: Played) -> Message:
    """A webhook as it is compared."""
    body = letter.json()
    same = {key: body[key] for key in _SAME}
    same["alerts"] = [_alert(alert) for alert in body["alerts"]]
    return Message(letter.at - played.began, letter.path, body["groupKey"], same)


_SAME = (
    *("receiver", "status", "groupLabels", "commonLabels", "commonAnnotations"),
    *("version", "truncatedAlerts"),
)


def _alert(alert: dict[str, Any]) -> dict[str, Any]:
    keys = ("status", "labels", "annotations", "generatorURL", "fingerprint")
    same = {key: alert[key] for key in keys}
    return {**same, "startsAt": _second(alert["startsAt"]), "endsAt": _second(alert["endsAt"])}


def _messages(
    sequence: Sequence, theirs: list[Message], ours: list[Message], differences: list[str]
) -> int:
    """Each of theirs is followed by one of ours to the same place, alike, at the same time."""
    exempt, rest, compared = sequence.groups.exempt, list(ours), 0

    def is_exempt(message: Message) -> bool:
        since, _ = exempt.get(message.group, (1e9, ""))
        return message.at > since - TOLERANCE

    for message in theirs:
        if is_exempt(message):
            continue
        compared += 1
        twin = next((each for each in rest if _are_twins(message, each)), None)
        if twin is None:
            differences.append(f"only alertmanager: {message}")
            continue
        rest.remove(twin)
        if twin.body != message.body:
            differences.append(f"at {message.at:.2f} {message.path} {_parts(message, twin)}")
    differences.extend(f"only tocsin: {each}" for each in rest if not is_exempt(each))
    return compared


def _are_twins(one: Message, other: Message) -> bool:
    same = one.path == other.path and one.group == other.group
    return same and abs(one.at - other.at) <= TOLERANCE


def _parts(theirs: Message, ours: Message) -> str:
    return "; ".join(
        f"{key}: alertmanager {json.dumps(value)} tocsin {json.dumps(ours.body[key])}"
        for key, value in theirs.body.items()
        if value != ours.body[key]
    )


def _answers(played: Played, differences: list[str]) -> int:
    compared = 0
    names = tuple({number: name for name, number in ids.items()} for ids in played.silences)
    for step, theirs, ours in played.answers:
        compared += 1
        if step.look:
            pairs = list(zip(theirs, ours, strict=True))
        else:
            pairs = [(theirs, ours)]
        for place, (first, second) in enumerate(pairs):
            one, other = _shown(first, names[0]), _shown(second, names[1])
            if one != other:
                where = f"{step.at:g} {step.told} ({step.look}, {place})"
                differences.append(f"answers at {where}: {_unlike(one, other)}")
    return compared


def _unlike(one: Any, other: Any) -> str:
    (first, theirs), (second, ours) = one, other
    if first != second or not isinstance(theirs, list) or not isinstance(ours, list):
        return f"alertmanager {json.dumps(one)} tocsin {json.dumps(other)}"
    missing = [each for each in theirs if each not in ours]
    more = [each for each in ours if each not in theirs]
    if not missing and not more:
        return f"the order: alertmanager {json.dumps(theirs)} tocsin {json.dumps(ours)}"
    return f"only alertmanager {json.dumps(missing)} only tocsin {json.dumps(more)}"


def _shown(answer: tuple[int, Any], names: dict[str, str]) -> tuple[int, Any]:
    """An answer without ids, without exact times, and without what 0.25 does not have.

    Silences of one state that begin or end in the same second come in any order there, and so do
    groups with the same labels and receiver.
    """
    status, body = answer
    shown = _plain(body, names)
    if isinstance(shown, list) and shown and ("matchers" in shown[0] or "receiver" in shown[0]):
        shown = [each for _, ties in groupby(shown, _place) for each in sorted(ties, key=_text)]
    return status, shown


def _text(shown: dict[str, Any]) -> str:
    return json.dumps(shown, sort_keys=True)


def _place(shown: dict[str, Any]) -> Any:
    """What a silence or a group is sorted by."""
    if "receiver" in shown:
        return shown["labels"], shown["receiver"]
    state = shown["status"]["state"]
    return state, shown["startsAt" if state == "pending" else "endsAt"]


def _plain(thing: Any, names: dict[str, str]) -> Any:
    if isinstance(thing, list):
        return [_plain(each, names) for each in thing]
    if not isinstance(thing, dict):
        return thing
    newer = {"mutedBy", "updatedAt", *({"annotations"} if "matchers" in thing else ())}
    shown = {key: _value(key, each, names) for key, each in thing.items() if key not in newer}
    if thing.get("mutedBy") and not (thing["silencedBy"] or thing["inhibitedBy"]):
        shown["state"] = "active"  # 0.25 does not show what a time interval mutes.
    return shown


def _value(key: str, value: Any, names: dict[str, str]) -> Any:
    match key:
        case "startsAt" | "endsAt":
            return _second(value)
        case "id":
            return names.get(value, "?")
        case "silencedBy":
            return sorted(names.get(each, "?") for each in value)
        case "inhibitedBy":
            return bool(value)  # Which of several sources it names is chance.
        case "labels" | "annotations":
            return value
    return _plain(value, names)


def _second(text: str) -> int:
    """The whole second a time belongs to: things happen there, and take a moment."""
    moment = datetime.fromisoformat(_micro(text))
    return int(moment.timestamp() + 0.1)


def _micro(text: str) -> str:
    """As much of a time as Python reads: six digits of a second at most."""
    head, dot, rest = text.partition(".")
    if not dot:
        return text
    digits = rest.rstrip("Z").partition("+")[0]
    return f"{head}.{digits[:6]}{rest[len(digits) :]}"
