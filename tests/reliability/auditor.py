"""Judges a history by the promises alone; the service does not mark its own paper.

Each finding is a sentence that begins with what was broken: lost, repeated, unseen, early,
skipped, late. None means that everything promised was kept.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from reliability.history import Attempt, History

LAG = 0.2  # So long after a kill, what the dead process sent may be read; no new one is up then.
ANSWER_TOLERANCE = 0.7  # What was under way when an acknowledgement was answered may arrive later.


def audit(history: History) -> list[str]:
    """Every broken promise."""
    return [
        *_lost(history),
        *_repeated(history),
        *_told_anew(history),
        *_steps(history),
        *_after_the_answer(history),
        *_unseen(history),
    ]


def missing(history: History) -> list[str]:
    """What may still come: everything audit() finds lost or skipped so far."""
    return [*_lost(history), *_skipped(history)]


def untold(history: History) -> int:
    """How many alerts were answered 2xx and never told."""
    told = _told(history)
    accepted = (sent for sent in history.sent if sent.accepted is not None)
    return sum(n not in told for sent in accepted for n in sent.alerts)


def _told(history: History) -> set[str]:
    taken = (a for a in history.attempts if a.path == "/notify" and a.outcome == "taken")
    return {n for a in taken for n in a.firing}


def _lost(history: History) -> Iterator[str]:
    """P1, P2: what was accepted is told."""
    told = _told(history)
    paged = {a.batch for a in history.attempts if a.event == "page"}
    for sent in history.sent:
        if sent.accepted is None:
            continue
        lost = [n for n in sent.alerts if n not in told]
        if lost:
            yield f"lost: {len(lost)} of batch {sent.batch}, accepted but never told: {lost[:5]}"
        if sent.paged and sent.batch not in paged:
            yield f"lost: batch {sent.batch} was accepted but nobody was ever paged"


def _by_key(history: History) -> dict[str, list[Attempt]]:
    keys: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in history.attempts:
        keys[attempt.key].append(attempt)
    return keys


def _repeated(history: History) -> Iterator[str]:
    """P3: between two attempts with one key lies a crash, a lost answer, or a refusal."""
    for key, attempts in _by_key(history).items():
        for first, second in pairwise(attempts):
            crashed = any(first.at - LAG <= at <= second.at for at in history.killed)
            if first.outcome == "taken" and not crashed:
                later = second.at - first.at
                yield f"repeated: {key} was taken, and came again {later:.3f} s later"
            if second.number <= first.number and not crashed:
                yield f"repeated: {key} came twice as attempt {second.number}"


def _told_anew(history: History) -> Iterator[str]:
    """P3: a repeat bears the key of what it repeats."""
    keys: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for a in history.attempts:
        if a.path == "/notify" or a.event == "page":
            keys[(a.path, a.batch, a.incident if a.event == "page" else 0)].add(a.key)
    for (path, batch, _), found in keys.items():
        if len(found) > 1:
            yield f"repeated: batch {batch} at {path} under {len(found)} keys: {sorted(found)}"


def _first_pages(history: History) -> dict[int, dict[int, Attempt]]:
    """For each incident, the first page of each step."""
    pages: dict[int, dict[int, Attempt]] = defaultdict(dict)
    for attempt in history.attempts:
        if attempt.event == "page" and attempt.path.startswith("/step"):
            step = int(attempt.path.removeprefix("/step"))
            pages[attempt.incident].setdefault(step, attempt)
    return pages


def _skipped(history: History) -> Iterator[str]:
    for number, pages in _first_pages(history).items():
        want = max(pages) if number in history.answered else history.plan.steps
        lacking = sorted(set(range(1, want + 1)) - set(pages))
        if lacking:
            yield f"skipped: incident {number} paged the steps {sorted(pages)}, not {lacking}"


def _steps(history: History) -> Iterator[str]:
    """P4: never early, never skipped, in order.

    A step may follow a belated one sooner than after its wait, but never comes before its own time,
    which counts from when the alerts were handed in.
    """
    yield from _skipped(history)
    plan = history.plan
    began = {sent.batch: sent.began for sent in history.sent}
    for number, pages in _first_pages(history).items():
        for step, page in sorted(pages.items()):
            due = began[page.batch] + plan.group_wait + sum(plan.waits[: step - 1])
            if page.at < due:
                yield f"early: incident {number} paged step {step} {due - page.at:.3f} s too early"
    for shown in history.timelines:
        ran = [r["step"] for r in shown["timeline"] if r["kind"] == "escalated"]
        if ran != list(range(1, len(ran) + 1)):
            yield f"skipped: incident {shown['number']} says it ran the steps {ran}"


def _after_the_answer(history: History) -> Iterator[str]:
    """P5: no page begins after the answer."""
    for attempt in history.attempts:
        answered = history.answered.get(attempt.incident)
        if attempt.event == "page" and answered and attempt.at > answered + ANSWER_TOLERANCE:
            late = attempt.at - answered
            yield f"late: incident {attempt.incident} paged {late:.3f} s after it was answered"


def _unseen(history: History) -> Iterator[str]:
    """P3: every repeat shows in the timeline."""
    keys = _by_key(history)
    for shown in history.timelines:
        noted: dict[str, int] = defaultdict(int)
        sent: set[str] = set()
        for record in shown["timeline"]:
            if record["kind"] in ("unknown", "failed"):
                noted[record["key"]] += 1
            elif record["kind"] == "sent":
                sent.add(record["key"])
        for key in sent | set(noted):
            attempts = len(keys.get(key, ()))
            if attempts > noted[key] + (key in sent):
                yield f"unseen: {key} came {attempts} times, the timeline knows {noted[key]}"


def repeats(history: History) -> int:
    """How many attempts more than one a key arrived, where an attempt may have been taken."""
    return sum(
        sum(a.outcome != "refused" for a in attempts) - 1
        for attempts in _by_key(history).values()
        if any(a.outcome != "refused" for a in attempts)
    )


def accepted(history: History) -> int:
    """How many alerts were answered 2xx."""
    return sum(len(sent.alerts) for sent in history.sent if sent.accepted is not None)
