"""What people text back: `12a`, `ack 12`, `resolve 12`, `snooze 12 2h`, or a bare `ack`."""

import re

import msgspec

from router.core import duration
from router.core.event import Acknowledged, Escalated, Resolved, Snoozed, Unacknowledged

Doing = Acknowledged | Unacknowledged | Resolved | Snoozed | Escalated

HELP = "Text 12a to acknowledge incident 12, 12e to call the next step, 12c when it is over."

_VERBS = {
    "ack": ("a", "ack", "acked", "acknowledge", "acknowledged"),
    "resolve": ("c", "close", "closed", "r", "resolve", "resolved"),
    "escalate": ("e", "escalate"),
    "snooze": ("s", "snooze"),
    "unack": ("u", "unack"),
    "all": ("aa", "ackall"),
}
_MEANT = {word: verb for verb, words in _VERBS.items() for word in words}
_NUMBER_FIRST = re.compile(r"#?([0-9]{1,18})\s*([a-z]+)(?:\s+(\S+))?", re.ASCII).fullmatch
_VERB_FIRST = re.compile(r"([a-z]+)\s*#?([0-9]{1,18})(?:\s+(\S+))?", re.ASCII).fullmatch
_ALONE = re.compile(r"(ack all|[a-z]+)", re.ASCII).fullmatch
_QUOTES = " \t\r\n'\"`.!\u2018\u2019\u201c\u201d"
_LONGEST = 100


class Wish(msgspec.Struct, frozen=True):
    """What a text asks for. `number` 0 is what was texted last; `word` is a duration, or empty.

    `verb` is `ack`, `unack`, `resolve`, `snooze`, `escalate`, or `all`: acknowledge everything
    that was texted to this number.
    """

    verb: str
    number: int = 0
    word: str = ""


def read(text: str) -> Wish | None:
    """What somebody means; None when that is not clear. Quotes and capitals say nothing."""
    said = text[:_LONGEST].strip(_QUOTES).lower()
    if found := _NUMBER_FIRST(said):
        number, word, rest = found.groups()
    elif found := _VERB_FIRST(said):
        word, number, rest = found.groups()
    elif found := _ALONE(said):
        number, word, rest = "0", found[1].replace(" ", ""), None
    else:
        return None
    verb = _MEANT.get(word)
    return Wish(verb, int(number), rest or "") if verb else None


def event(wish: Wish, number: int, by: str) -> Doing:
    """The event of a wish about one incident.

    Raises:
        ValueError: it lacks a word, or has one that cannot be meant.
    """
    if wish.word and wish.verb != "snooze":
        raise ValueError(HELP)
    match wish.verb:
        case "resolve":
            return Resolved(incident=number, by=by, via="sms")
        case "escalate":
            return Escalated(incident=number, by=by, via="sms")
        case "unack":
            return Unacknowledged(incident=number, by=by, via="sms")
        case "snooze":
            if not wish.word:
                raise ValueError(f"For how long? Text: snooze {number} 2h")
            return Snoozed(incident=number, span=duration.parse(wish.word), by=by, via="sms")
    return Acknowledged(incident=number, by=by, via="sms")
