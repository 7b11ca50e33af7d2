"""Whether somebody can be called at every hour: gaps in schedules, and people out of reach."""

from router.config.findings import Findings
from router.core import civil
from router.core.configuration import Configuration
from router.core.moment import DAY
from router.core.schedule import Schedule, gaps

AHEAD = 30 * DAY


def warn(configuration: Configuration, findings: Findings, wall: int | None) -> None:
    """Warn of people on call whom nothing reaches and, from `wall` on, of hours with nobody."""
    for name, schedule in configuration.schedules.items():
        for person in schedule.people():
            if not configuration.users[person].methods:
                what = f"{person} is on call here, and has no usable contact"
                findings.warn(("schedules", name), what)
        if wall is not None and not schedule.allow_gaps:
            _gaps(schedule, findings, wall)


def _gaps(schedule: Schedule, findings: Findings, wall: int) -> None:
    found = list(gaps(schedule, wall, wall + AHEAD))
    if not found:
        return
    start, end = found[0]
    zone = schedule.timezone
    what = f"nobody is on call from {_spell(start, zone)} to {_spell(end, zone)}"
    if start == wall:
        what = f"nobody is on call until {_spell(end, zone)}"
    if end == wall + AHEAD:
        what = f"nobody is on call from {_spell(start, zone)} on"
    if len(found) > 1:
        what += f", nor at {len(found) - 1} later times within {AHEAD // DAY} days"
    findings.warn(("schedules", schedule.name), f"{what} ({zone}); or say allow_gaps = true")


def _spell(wall: int, zone: str) -> str:
    return civil.local(wall, civil.zone(zone)).strftime("%a %Y-%m-%d %H:%M")
