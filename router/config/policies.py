"""Escalation policies: who is called in which order, or what is gathered into a digest."""

from router.config.names import Names, targets
from router.config.path import spell
from router.config.table import Table
from router.config.zone import zone
from router.core.configuration import Digest, Policy, Step
from router.core.interval import parse_time_range, parse_weekdays
from router.core.moment import DAY, MINUTE

PRIORITIES = ("P0", "P1", "P2", "P3", "P4", "P5")
URGENCIES = ("urgent", "normal")
WAIT = 5 * MINUTE
ON_EDIT = ("keep", "restart", "continue")
ANSWER_WITHIN = {"P0": 5 * MINUTE, "P1": 15 * MINUTE, "P2": 30 * MINUTE, "P3": DAY}
ACK_TIMEOUT_LEAST = 5 * MINUTE
FLAP_WINDOW_MOST = DAY
ROUNDS_MAX = 1000
FOREVER = "forever"


def read(root: Table, names: Names, timezone: str) -> dict[str, Policy]:
    """The policies by name; `timezone` is for digests that name none."""
    tables = root.named("policies")
    return {name: _policy(name, table, names, timezone) for name, table in tables.items()}


def _policy(name: str, table: Table, names: Names, timezone: str) -> Policy:
    steps = tuple(_step(step, names) for step in table.tables("steps"))
    gathered = table.table("digest")
    is_digest = isinstance(table.values.get("digest"), dict)
    digest = _digest(gathered, names, timezone) if is_digest else None
    rounds = _rounds(table)
    if "digest" not in table:
        table.need("steps", f"has no steps; add [[{spell(table.at('steps'))}]], or a digest")
    elif "steps" in table:
        table.problem("has steps too; a policy has steps or a digest", "digest")
    if steps and rounds != 1 and not any(step.wait for step in steps):
        table.problem("all waits are zero, so the rounds would follow without a pause", "steps")
    _steps_have_own_ids(table, steps)
    priority = table.choice("priority", PRIORITIES, "P2")
    return Policy(
        name=name,
        priority=priority,
        urgency=table.choice("urgency", URGENCIES, "urgent"),
        ack_timeout=_ack_timeout(table),
        rounds=rounds,
        steps=steps,
        digest=digest,
        answer_within=table.duration("answer_within", ANSWER_WITHIN.get(priority, 0)),
        on_edit=table.choice("on_edit", ON_EDIT, "keep"),
        flap_window=_flap_window(table),
    )


def _steps_have_own_ids(table: Table, steps: tuple[Step, ...]) -> None:
    """An edit finds a step again by its id, so that no two may share one."""
    seen: dict[str, int] = {}
    for place, step in enumerate(steps):
        if step.id and seen.setdefault(step.id, place) != place:
            said = f"{step.id!r} is the id of step {seen[step.id] + 1} already"
            table.problem(said, "steps", place, "id")


def _ack_timeout(table: Table) -> int:
    found = table.duration("ack_timeout", 0)
    if 0 < found < ACK_TIMEOUT_LEAST:
        table.problem("is less than 5m, too soon to have done anything", "ack_timeout")
    return found


def _flap_window(table: Table) -> int:
    found = table.duration("flap_window", 0)
    if found > FLAP_WINDOW_MOST:
        table.problem("is more than 1d", "flap_window")
    return found


def _rounds(table: Table) -> int:
    """How many times through the steps, 0 for ever."""
    if table.values.get("rounds") == FOREVER:
        table.text("rounds", "")
        return 0
    if isinstance(table.values.get("rounds"), str):
        table.problem(f'write how many, or "{FOREVER}"', "rounds")
        table.text("rounds", "")
        return 1
    return table.number("rounds", 1, least=1, most=ROUNDS_MAX)


def _step(table: Table, names: Names) -> Step:
    notify = targets(table, "notify", names)
    table.need("notify", "tells nobody; give it `notify`")
    wait, multi_ack = table.duration("wait", WAIT), table.flag("multi_ack", False)
    return Step(notify, wait, multi_ack, table.text("id", ""))


def _digest(table: Table, names: Names, timezone: str) -> Digest:
    notify = targets(table, "notify", names)
    at = table.parsed("at", _clock, None, expected='a time of day such as "09:00"')
    table.need("notify", "tells nobody; give it `notify`")
    table.need("at", 'needs a time of day, at = "09:00"')
    if table.values.get("days") == []:
        table.problem("names no day; leave it out for every day", "days")
    ranges = table.parsed_list("days", parse_weekdays, example="monday:friday")
    # Where the calendar of intervals begins a week with Sunday, that of digests does with Monday.
    days = {(day - 1) % 7 for first, last in ranges for day in range(first, last + 1)}
    return Digest(
        at=at or 0,
        days=tuple(sorted(days)) if "days" in table else tuple(range(7)),
        timezone=table.parsed("timezone", zone, timezone),
        notify=notify,
    )


def _clock(text: str) -> int:
    """Minutes after midnight.

    Raises:
        ValueError: it is no time of day, or the end of it.
    """
    if text == "24:00":
        raise ValueError("'24:00' is no time of day here; write 00:00")
    return parse_time_range(text, "24:00")[0]
